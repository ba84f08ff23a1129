"""Aggregates over samples against an independent plain reading of the same file."""

import csv
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.errors import InvalidRequest, Unreachable
from tools.metrics import Metrics, NoSamples
from tools.providers.base import Sample
from tools.sample_file import COLUMNS, FileSamples

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HEADER = ["time", "vm_id", *COLUMNS.values()]


def write(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
    return path


def week(path: Path, machines: int = 3, hours: int = 168) -> Path:
    rows: list[list[object]] = []
    for hour in range(hours, 0, -1):
        time = (NOW - timedelta(hours=hour)).isoformat()
        for machine in range(machines):
            if machine == 1 and hour % 7 == 0:
                continue
            figures = [
                round((hour * 37 + machine * 11 + k * 5) % 101 + 0.1 * k, 2) for k in range(5)
            ]
            rows.append([time, f"m-{machine}", *figures])
    return write(path, rows)


def naive(path: Path, metric: str, aggregate: str, hours: int) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if datetime.fromisoformat(row["time"]) >= NOW - timedelta(hours=hours):
                values.setdefault(row["vm_id"], []).append(float(row[COLUMNS[metric]]))
    found: dict[str, float] = {}
    for machine, figures in values.items():
        ordered = sorted(figures)
        found[machine] = {
            "avg": math.fsum(figures) / len(figures),
            "max": ordered[-1],
            "min": ordered[0],
            "last": figures[-1],
            "p95": ordered[math.ceil(round(0.95 * len(figures), 9)) - 1],
        }[aggregate]
    return found


def metrics_over(path: Path, now: datetime = NOW) -> Metrics:
    return Metrics(FileSamples(path, "test samples"), lambda: now)


@pytest.mark.parametrize("aggregate", ["avg", "max", "min", "last", "p95"])
@pytest.mark.parametrize("metric", list(COLUMNS))
@pytest.mark.parametrize("hours", [1, 5, 24, 100, 168])
def test_an_aggregate_is_what_a_plain_reading_gives(tmp_path, metric, aggregate, hours):
    path = week(tmp_path / "metrics.csv")
    found = metrics_over(path).read(metric, aggregate, f"{hours}h")
    wanted = naive(path, metric, aggregate, hours)
    assert found.keys() == wanted.keys()
    assert all(math.isclose(found[m], wanted[m], rel_tol=1e-12) for m in wanted)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=160))
def test_p95_is_the_nearest_rank_for_any_number_of_samples(tmp_path_factory, values):
    rows = [
        [(NOW - timedelta(hours=len(values) - n)).isoformat(), "m", value, 1, 1, 1, 1]
        for n, value in enumerate(values)
    ]
    path = write(tmp_path_factory.mktemp("p95") / "metrics.csv", rows)
    rank = -(-95 * len(values) // 100)
    assert metrics_over(path).read("cpu", "p95", "7d") == {"m": sorted(values)[rank - 1]}


def test_a_machine_without_a_sample_in_the_window_is_absent(tmp_path):
    early = (NOW - timedelta(hours=30)).isoformat()
    late = (NOW - timedelta(hours=1)).isoformat()
    rows = [
        [early, "old", 1, 1, 1, 1, 1],
        [late, "new", 2, 2, 2, 2, 2],
        [late, "gap", "", 3, 3, 3, 3],
    ]
    metrics = metrics_over(write(tmp_path / "metrics.csv", rows))
    assert metrics.read("cpu", "avg", "24h") == {"new": 2.0}
    assert metrics.read("memory", "avg", "24h") == {"new": 2.0, "gap": 3.0}
    assert metrics.series(["old", "gap"], "cpu", "7d").keys() == {"old"}


def test_series_are_in_order_of_time_and_carry_an_offset(tmp_path):
    path = week(tmp_path / "metrics.csv")
    points = metrics_over(path).series(["m-1"], "cpu", "24h")["m-1"]
    times = [time for time, _ in points]
    assert times == sorted(times)
    assert all(time.utcoffset() == timedelta(0) for time in times)
    assert len(points) == 21


def test_a_window_reaches_back_whole_hours(tmp_path):
    path = week(tmp_path / "metrics.csv")
    on_the_hour = metrics_over(path).read("cpu", "avg", "1h")
    assert metrics_over(path, NOW + timedelta(minutes=40)).read("cpu", "avg", "1h") == on_the_hour


def test_samples_written_later_are_seen(tmp_path):
    path = write(tmp_path / "metrics.csv", [])
    metrics = metrics_over(path)
    assert metrics.read("cpu", "avg", "1h") == {}
    write(path, [[(NOW - timedelta(hours=1)).isoformat(), "m", 7, 1, 1, 1, 1]])
    assert metrics.read("cpu", "avg", "1h") == {"m": 7.0}


def test_an_aggregate_is_kept_for_the_hour(tmp_path):
    path = week(tmp_path / "metrics.csv")
    metrics = metrics_over(path)
    assert metrics.read("cpu", "avg", "7d") is metrics.read("cpu", "avg", "7d")


def test_parquet_answers_like_csv(tmp_path):
    import duckdb

    path = week(tmp_path / "metrics.csv")
    types = "{'time': 'TIMESTAMP'}"
    parquet = tmp_path / "metrics.parquet"
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{path}', types = {types})) TO '{parquet}'")
    for aggregate in ("avg", "p95", "last"):
        by_csv = metrics_over(path).read("iops", aggregate, "7d")
        assert metrics_over(parquet).read("iops", aggregate, "7d") == pytest.approx(by_csv)


def test_a_file_that_is_not_there_has_no_samples(tmp_path):
    assert metrics_over(tmp_path / "none.csv").read("cpu", "avg", "1h") == {}


def test_a_file_that_is_no_table_of_samples_is_said_to_be_unreadable(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_bytes(b"\x00\x01 not a table\n" * 50)
    with pytest.raises(Unreachable, match="cannot be read"):
        metrics_over(path).read("cpu", "avg", "1h")


@pytest.mark.parametrize(
    ("metric", "aggregate", "window"),
    [("heat", "avg", "1h"), ("cpu", "mode", "1h"), ("cpu", "avg", "soon")],
)
def test_what_does_not_exist_is_refused(metric, aggregate, window):
    with pytest.raises(InvalidRequest):
        Metrics(NoSamples(), lambda: NOW).read(metric, aggregate, window)


def test_a_sample_may_lack_a_reading():
    assert Sample("m", NOW).cpu is None
