"""How often anomalies are right and how far forecasts are off, held to what is published."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.anomaly import novacron, same_hour, score
from evals.forecasts import contract_series, fast, library, measure
from evals.series import labelled
from tools.anomalies import oddities
from tools.forecast import FAST, forecast

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
Points = list[tuple[datetime, float]]


def hourly(values: list[float], end: datetime = NOW) -> Points:
    start = end - timedelta(hours=len(values))
    return [(start + timedelta(hours=h), value) for h, value in enumerate(values)]


def test_anomalies_are_right_as_often_as_is_published():
    cases = list(labelled(seed=77, each=3, history_h=504, window_h=168))
    got, plain = score(novacron, cases), score(same_hour, cases)
    assert got.precision >= 0.9
    assert got.recall >= 0.9
    assert got.quiet / got.healthy >= 0.93
    assert got.recall > plain.recall + 0.1


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.none() | st.floats(0, 100), min_size=1, max_size=90),
    st.integers(1, 60),
)
def test_any_series_is_answered_and_runs_are_within_the_window(values, window):
    since = NOW - timedelta(hours=window)
    points = [(t, v) for t, v in hourly([v if v is not None else -1 for v in values]) if v >= 0]
    found = oddities(points, since, "cpu")
    known = {t for t, _ in points}
    for odd in found:
        assert since <= odd.start < odd.end <= NOW + timedelta(hours=1)
        assert odd.start in known or odd.end - odd.start > timedelta(hours=1)
        assert odd.score > 0
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_a_constant_or_a_growing_series_is_healthy():
    since = NOW - timedelta(days=2)
    assert oddities(hourly([5.0] * 400), since, "disk") == []
    assert oddities(hourly([20 + 0.1 * h for h in range(500)]), since, "disk") == []


def test_few_samples_tell_nothing():
    assert oddities(hourly([5.0] * 40 + [90.0]), NOW - timedelta(hours=1), "cpu") == []
    assert forecast(hourly([5.0] * 47), 24) is None


def test_quiet_weekends_are_usual_and_a_loud_one_is_not():
    hours = 28 * 24
    start = NOW - timedelta(hours=hours)
    days = [(start + timedelta(hours=h)).weekday() for h in range(hours)]
    values = [(10.0 if day >= 5 else 50.0) + h * 7 % 5 for h, day in enumerate(days)]
    since = NOW - timedelta(days=3)  # from Friday on
    assert oddities(hourly(values), since, "cpu") == []
    loud = [50.0 if day >= 5 and h > hours - 72 else v for h, (day, v) in enumerate(zip(days, values, strict=True))]  # fmt: skip  # noqa: E501
    found = oddities(hourly(loud), since, "cpu")
    assert len(found) == 1
    assert found[0].start.weekday() == 5


def test_forecasts_are_nearer_than_yesterday_again():
    from statsforecast.models import SeasonalNaive

    series = list(contract_series())[::20]
    got = measure(fast, series, (120, 144), 24)
    naive = measure(library(lambda _: SeasonalNaive(24)), series, (120, 144), 24)
    assert np.mean(got.mase) < 0.95 * np.mean(naive.mase)
    assert np.mean(got.inside) >= 0.85


@pytest.mark.parametrize("ways", [FAST, ("profile", "ets")])
def test_a_daily_course_with_a_trend_and_gaps_goes_on(ways):
    course = [40 + 0.05 * h + 10 * np.cos(h * np.pi / 12) for h in range(12 * 24)]
    points = [p for n, p in enumerate(hourly(course[: 9 * 24])) if n % 11 or n < 5]
    made = forecast(points, 48, 0, 100, ways)
    assert made is not None
    assert made.points[0][0] == points[-1][0] + timedelta(hours=1)
    for (_, expected, low, high), truth in zip(made.points, course[9 * 24 :], strict=False):
        assert expected == pytest.approx(truth, abs=2.5)
        assert 0 <= low <= expected <= high <= 100
    assert made.slope_per_day == pytest.approx(1.2, rel=0.05)
