"""Forecasts and anomalies of hourly series: a daily profile, a robust trend, robust spreads."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Points = Sequence[tuple[datetime, float]]

ENOUGH = 48
"""Hours of samples below which there is no forecast."""

_HOUR = timedelta(hours=1)
_DAY_H = 24
_WEEK_H = 168
_TO_SIGMA = 1.4826
_ODD = 4.5
_FLOOR = {"cpu": 5.0, "memory": 4.0, "disk": 2.0, "network": 20.0, "iops": 50.0}
_Z90 = 1.645


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one series will probably do.

    Attributes:
        points: (moment, expected, low, high), hour by hour; nine in ten fall in between.
        level: where it stands now without the daily profile.
        slope_per_day: how much it changes a day, 0 where no trend can be told from noise.
    """

    points: tuple[tuple[datetime, float, float, float], ...]
    level: float
    slope_per_day: float

    def reaches(self, limit: float, now: datetime) -> datetime | None:
        """When the trend passes a limit from below; None if not within a year."""
        if self.level >= limit:
            return now
        if self.slope_per_day <= 0:
            return None
        days = (limit - self.level) / self.slope_per_day
        return now + timedelta(days=days) if days <= 365 else None


@dataclass(frozen=True, slots=True)
class Oddity:
    """A run of samples unlike the usual at their hours: the worst of them stands for it."""

    start: datetime
    end: datetime
    value: float
    usual: float
    score: float


def forecast(
    points: Points, hours: int, floor: float = 0, ceiling: float = math.inf
) -> Forecast | None:
    """Continue a series by so many hours: the profile of its hours, plus its trend.

    None where there are fewer than `ENOUGH` samples.
    """
    if len(points) < ENOUGH:
        return None
    slope = _slope(points)
    last = points[-1][0]
    flat = [(time, value - slope * _hours(time, last)) for time, value in points]
    profile = _profile(flat)
    residuals = [value - profile[_slot(time)] for time, value in flat]
    spread = max(_spread(residuals), 1e-9)
    level = statistics.median(v for _, v in flat[-_DAY_H:])
    span = max(1.0, -_hours(points[0][0], last))
    ahead: list[tuple[datetime, float, float, float]] = []
    for step in range(1, hours + 1):
        time = last + step * _HOUR
        expected = profile[_slot(time)] + slope * step
        width = _Z90 * spread * math.sqrt(1 + step / span)
        bounded = [
            min(max(v, floor), ceiling) for v in (expected, expected - width, expected + width)
        ]
        ahead.append((time, bounded[0], bounded[1], bounded[2]))
    return Forecast(tuple(ahead), level, slope * _DAY_H)


def oddities(points: Points, since: datetime, metric: str) -> list[Oddity]:
    """Runs of samples at `since` or later that differ from what those hours of the day are like.

    The usual is the median of the samples before `since` at the same hour, one hour around it;
    how far is too far is told by their median deviation, never less than the metric's own noise.
    """
    by_hour: dict[int, list[float]] = {}
    for time, value in points:
        if time < since:
            by_hour.setdefault(time.hour, []).append(value)
    found: list[Oddity] = []
    for time, value in points:
        if time < since:
            continue
        usual, scale = _usual(by_hour, time.hour, metric)
        if usual is None:
            continue
        score = abs(value - usual) / scale
        if score > _ODD:
            found.append(Oddity(time, time + _HOUR, value, usual, score))
    return _joined(found)


def _usual(by_hour: dict[int, list[float]], hour: int, metric: str) -> tuple[float | None, float]:
    near = [v for h in (hour - 1, hour, hour + 1) for v in by_hour.get(h % 24, [])]
    if len(near) < 6:
        return None, 1.0
    usual = statistics.median(near)
    noise = max(_FLOOR[metric] / 2, 0.1 * abs(usual))
    return usual, max(_spread([v - usual for v in near]), noise)


def _joined(found: Sequence[Oddity]) -> list[Oddity]:
    runs: list[Oddity] = []
    for odd in found:
        last = runs[-1] if runs else None
        same_side = last is not None and (last.value > last.usual) == (odd.value > odd.usual)
        if last is not None and same_side and odd.start - last.end <= _HOUR:
            worst = max(last, odd, key=lambda o: o.score)
            runs[-1] = Oddity(last.start, odd.end, worst.value, worst.usual, worst.score)
        else:
            runs.append(odd)
    return runs


def _hours(time: datetime, origin: datetime) -> float:
    return (time - origin) / _HOUR


def _slot(time: datetime) -> int:
    return time.hour


def _profile(flat: Points) -> dict[int, float]:
    """The median of each hour of the day; an hour without samples has the median of all."""
    slots: dict[int, list[float]] = {}
    for time, value in flat:
        slots.setdefault(_slot(time), []).append(value)
    whole = statistics.median(value for _, value in flat)
    return {h: statistics.median(slots[h]) if h in slots else whole for h in range(24)}


def _spread(values: Sequence[float]) -> float:
    """A robust standard deviation: the median deviation, scaled."""
    middle = statistics.median(values)
    return _TO_SIGMA * statistics.median(abs(v - middle) for v in values)


def _slope(points: Points) -> float:
    """The median change an hour between samples whole days apart, so that hours do not mislead.

    Samples whole weeks apart are taken where there are three weeks. 0 where the changes do not
    agree on a direction.
    """
    values = {round(_hours(time, points[0][0])): value for time, value in points}
    span = max(values)
    period = _WEEK_H if span >= 3 * _WEEK_H else _DAY_H
    slopes = [
        (values[later] - value) / (later - hour)
        for hour, value in values.items()
        for later in range(hour + period, span + 1, period)
        if later in values
    ]
    if len(slopes) < _DAY_H:
        return 0.0
    middle = statistics.median(slopes)
    agreeing = sum(1 for s in slopes if s * middle > 0) / len(slopes)
    return middle if agreeing >= 0.75 else 0.0
