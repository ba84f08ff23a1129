"""Forecasts of hourly series: what they usually are, averaged with ETS of statsforecast.

statsforecast is imported on first use. Why these, and how far they are off: docs/metrics.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tools.anomalies import Oddity, oddities
from tools.usual import DAY_H, HOUR, Points, Usual, grid, hour_of

if TYPE_CHECKING:
    from tools.usual import Values

__all__ = ["BEST", "ENOUGH", "FAST", "Forecast", "Oddity", "forecast", "oddities"]

ENOUGH = 48
"""Hours of samples below which there is no forecast."""

BEST = ("profile", "ets")
"""What is averaged for a few machines, where there are less than `LONG` hours: after that the
usual of the hours alone is nearer, since it tells weekends."""
LONG = 21 * DAY_H
FAST = ("profile",)
"""What answers for many machines in time."""

_HELD_BACK = 2
_WIDER = 1.1
_MOVED = 0.5
_FITS = 64
"""So many fits are kept."""


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


def forecast(
    points: Points,
    hours: int,
    floor: float = 0,
    ceiling: float = math.inf,
    ways: Sequence[str] = BEST,
) -> Forecast | None:
    """Continue a series by so many hours; None where there are fewer than `ENOUGH` samples.

    The range is as wide as the same way was off on the last days that it was not shown.

    Args:
        points: hourly samples; a gap of hours is filled from its sides, for the models only.
        hours: how far.
        floor, ceiling: what the metric cannot pass.
        ways: what is averaged, of `BEST` or `FAST`.
    """
    import numpy as np

    if len(points) < ENOUGH:
        return None
    numbers, values = grid(points)
    if len(values) >= LONG:
        ways = FAST
    ahead = _ahead(numbers, values, hours, ways)
    off = _off(numbers, values, ways)
    span = max(1.0, float(numbers[-1] - numbers[0]))
    widths = off * np.sqrt(1 + np.arange(1, hours + 1) / span)
    start = hour_of(points[-1][0])
    bounded = np.clip((ahead, ahead - widths, ahead + widths), floor, ceiling)
    made = tuple(
        (start + step * HOUR, expected, low, high)
        for step, (expected, low, high) in enumerate(bounded.T.tolist(), 1)
    )
    usual = Usual.of(numbers, values)
    flat = values - usual.slope * (numbers - usual.origin)
    level = float(np.nanmedian(flat[-DAY_H:]))
    return Forecast(made, level, usual.slope * DAY_H)


def _ahead(numbers: Values, values: Values, hours: int, ways: Sequence[str]) -> Values:
    """The mean of what these ways say."""
    import numpy as np

    return np.mean([_WAYS[way](numbers, values, hours) for way in ways], axis=0)


def _off(numbers: Values, values: Values, ways: Sequence[str]) -> float:
    """What nine in ten hours are off by at most, on days that were held back."""
    import numpy as np

    errors: list[Values] = []
    for day in range(1, _HELD_BACK + 1):
        split = len(values) - day * DAY_H
        if np.count_nonzero(~np.isnan(values[:split])) >= DAY_H:
            later = values[split : split + DAY_H]
            errors.append(np.abs(_ahead(numbers[:split], values[:split], DAY_H, ways) - later))
    known = np.concatenate(errors)
    known = known[~np.isnan(known)]
    return max(float(np.quantile(known, 0.9)) * _WIDER, 1e-9) if len(known) else 1e-9


def _profile(numbers: Values, values: Values, hours: int) -> Values:
    """The usual of those hours, moved half way to where the last day was."""
    import numpy as np

    usual = Usual.of(numbers, values)
    left = (values - usual.at(numbers)[0])[-DAY_H:]
    moved = float(np.nanmedian(left)) if not np.all(np.isnan(left)) else 0.0
    return usual.at(numbers[-1] + np.arange(1, hours + 1))[0] + _MOVED * moved


def _ets(numbers: Values, values: Values, hours: int) -> Values:
    """Exponential smoothing of level and daily season by statsforecast, beside the robust trend."""
    return _fitted(int(numbers[0]), values.tobytes(), hours)


@lru_cache(maxsize=_FITS)
def _fitted(first: int, given: bytes, hours: int) -> Values:
    """What is fitted to these values of the hours from the first on; it takes a tenth of a second,
    and the same series is asked about again."""
    import numpy as np
    from statsforecast.models import AutoETS

    values: Values = np.frombuffer(given)
    numbers: Values = np.arange(first, first + len(values))
    slope = Usual.of(numbers, values).slope
    known = ~np.isnan(values)
    filled = np.interp(numbers, numbers[known], values[known])
    model: Any = AutoETS(season_length=DAY_H, model="ANA")
    flat = model.forecast(y=filled - slope * (numbers - numbers[-1]), h=hours)["mean"]
    return np.asarray(flat) + slope * np.arange(1, hours + 1)


_WAYS: dict[str, Callable[[Values, Values, int], Values]] = {"profile": _profile, "ets": _ets}
