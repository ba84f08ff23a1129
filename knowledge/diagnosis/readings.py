"""One metric of one machine: now, beside its own past at this hour and beside its peers."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

Points = Sequence[tuple[datetime, float]]

UNITS = {"cpu": " %", "memory": " %", "disk": " %", "network": " Mbit/s", "iops": " operations/s"}
FRESH = timedelta(hours=2, minutes=30)
"""How old the newest sample of a machine in order may be."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(hours=20)
_WEEK = timedelta(days=7)
_LEAST = {"cpu": 18.0, "memory": 11.0, "disk": 5.0, "network": 4.0, "iops": 25.0}
_TIMES = {"network": 2.2, "iops": 2.5}
_FEW = 4
_FLOWS, _NOTHING = 0.3, 0.03
"""A flow that is usually there is cut where next to nothing of it is left, however small it is."""

_TO_SIGMA = 1.4826
_CLIMB_H = (5, 8, 12, 16, 24, 36, 48)
_RISE = {"cpu": 30.0, "memory": 8.0, "disk": 4.0, "network": 100.0, "iops": 500.0}
_STRAIGHT = 0.94


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric as it is seen.

    Attributes:
        now: its newest sample; None where that is old.
        usual: what it is at this hour on other days; None where the past is too short to tell.
        odd_h: for how many hours it has been unlike itself.
        high: whether that is above the usual; None: it is like itself.
        climb: how much it rose, and within how many hours, where it rose steadily; None: it did
            not.
        peers: the middle of what its peers have now.
        past: whether it ever had samples.
    """

    metric: str
    now: float | None
    usual: float | None = None
    odd_h: int = 0
    high: bool | None = None
    climb: tuple[float, int] | None = None
    peers: float | None = None
    past: bool = False

    @property
    def like_itself(self) -> bool:
        """Whether it is what it is at this hour on other days."""
        return self.now is not None and self.usual is not None and self.high is None

    def described(self) -> str:
        """The figure with what it is usually and elsewhere."""
        if self.now is None:
            return f"no fresh sample of {self.metric}"
        unit = UNITS[self.metric]
        text = f"{self.metric} {_figure(self.now)}{unit}"
        if self.usual is not None:
            text += f", {_figure(self.usual)}{unit} at this hour on other days"
        if self.odd_h > 1:
            text += f", for {self.odd_h} h"
        if self.peers is not None:
            text += f"; its peers {_figure(self.peers)}{unit}"
        return text


def read_points(
    metric: str, points: Points, moment: datetime, peers: float | None = None
) -> Reading:
    """What a series says at this moment."""
    if not points:
        return Reading(metric, None, peers=peers)
    last, value = points[-1]
    if moment - last > FRESH:
        return Reading(metric, None, peers=peers, past=True)
    usual = _usual(points, last)
    high = _side(metric, value, usual)
    odd_h = _odd_hours(metric, points, high) if high is not None else 0
    middle = usual.middle if usual is not None else None
    return Reading(metric, value, middle, odd_h, high, _climb(metric, points), peers, True)


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


@dataclass(frozen=True, slots=True)
class _Usual:
    """What an hour is like on other days: its middle, spread and bounds, and last week's."""

    middle: float
    spread: float
    least: float
    most: float
    week: float | None


def _usual(points: Points, at: datetime) -> _Usual | None:
    near = [
        (time, value) for time, value in points if at - time > _DAY and _apart(time, at) <= _HOUR
    ]
    if len(near) < _FEW:
        return None
    values = [value for _, value in near]
    middle = statistics.median(values)
    spread = _TO_SIGMA * statistics.median(abs(v - middle) for v in values)
    week = [v for time, v in near if abs(at - time - _WEEK) <= _HOUR]
    last_week = statistics.fmean(week) if week else None
    return _Usual(middle, spread, min(values), max(values), last_week)


def _apart(time: datetime, at: datetime) -> timedelta:
    """How far two moments are from each other on the clock."""
    hours = abs(time.hour - at.hour)
    return timedelta(hours=min(hours, 24 - hours))


def _side(metric: str, value: float, usual: _Usual | None) -> bool | None:
    """Whether a value is above the usual or below it; None: it is as usual, or as last week."""
    if usual is None:
        return None
    if usual.week is not None and _near(metric, value, usual.week):
        return None
    within = abs(value - usual.middle) <= 3.5 * usual.spread
    bound = usual.most if value > usual.middle else usual.least
    beyond = not usual.least <= value <= usual.most and not _near(metric, value, bound)
    if _near(metric, value, usual.middle) or (within and not beyond):
        return None
    return value > usual.middle


def _near(metric: str, value: float, usual: float) -> bool:
    if metric in _TIMES and usual >= _FLOWS and value <= usual * _NOTHING:
        return False
    if abs(value - usual) <= _LEAST[metric]:
        return True
    times = _TIMES.get(metric)
    return times is not None and usual / times <= value <= usual * times


def _odd_hours(metric: str, points: Points, high: bool) -> int:
    count = 0
    for time, value in reversed(points):
        if _side(metric, value, _usual(points, time)) is not high:
            break
        count += 1
    return count


def _climb(metric: str, points: Points) -> tuple[float, int] | None:
    """The longest steady rise that ends now: its hours lie on a line, and no step makes it up."""
    best: tuple[float, int] | None = None
    for hours in _CLIMB_H:
        part = [value for _, value in points[-hours - 1 :]]
        if len(part) <= hours:
            break
        rise = statistics.fmean(part[-2:]) - statistics.fmean(part[:2])
        if rise < _RISE[metric] or max(later - earlier for earlier, later in pairwise(part)) > (
            0.6 * rise
        ):
            continue
        if statistics.correlation(range(len(part)), part) >= _STRAIGHT:
            best = (rise, hours)
    return best
