"""What an hourly series usually is: a robust trend, and medians of its hours, weekends apart.

Anomalies are what is far from it, a forecast is what it goes on to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[Any]

Points = Sequence[tuple[datetime, float]]

HOUR = timedelta(hours=1)
DAY_H = 24
TO_SIGMA = 1.4826
"""A median deviation is so much smaller than the standard deviation of normal noise."""

_GROW_LIMIT = 0.75
_SPLIT_GAIN = 0.8
_DOUBT = 1.0


@dataclass(frozen=True)
class Usual:
    """What a series usually is at an hour: a trend, and a profile of weekdays and of weekends.

    Attributes:
        origin: the hour since 1970 from which the trend counts, the last one that was seen.
        slope: the change an hour.
        profiles: the value of each hour of a weekday and of a weekend day, at the origin's level.
        days: how many days each of them is of.
        weekends_seen: whether there was a weekend to learn from.
    """

    origin: int
    slope: float
    profiles: tuple[Values, Values]
    days: tuple[float, float]
    weekends_seen: bool

    @classmethod
    def of(cls, hours: Values, values: Values) -> Usual:
        """What values, NaN where there is none, of these hours since 1970 say."""
        import numpy as np

        origin = int(hours[-1])
        slope = _slope(hours, values)
        flat = values - slope * (hours - origin)
        rest = _is_weekend(hours)
        seen = int(np.count_nonzero(rest & ~np.isnan(values))) >= DAY_H
        whole = _profile(hours, flat)
        counts = np.count_nonzero(~rest) / DAY_H, np.count_nonzero(rest) / DAY_H
        if seen and counts[0] >= 2:
            apart = _profile(hours[~rest], flat[~rest]), _profile(hours[rest], flat[rest])
            left = flat - np.where(rest, apart[1][hours % DAY_H], apart[0][hours % DAY_H])
            if deviation(left) < _SPLIT_GAIN * deviation(flat - whole[hours % DAY_H]):
                return cls(origin, slope, apart, counts, seen)
        return cls(origin, slope, (whole, whole), (sum(counts), sum(counts)), seen)

    def at(self, hours: Values) -> tuple[Values, Values]:
        """What is expected at these hours, and whether anything is known of such days."""
        import numpy as np

        rest = _is_weekend(hours)
        slots = hours % DAY_H
        profile = np.where(rest, self.profiles[1][slots], self.profiles[0][slots])
        return profile + self.slope * (hours - self.origin), ~rest | self.weekends_seen

    def doubt(self, hours: Values) -> Values:
        """How much wider than the spread to look, for medians of few days are not sure."""
        import numpy as np

        work, rest = (1 + _DOUBT / max(days, 1.0) for days in self.days)
        return np.where(_is_weekend(hours), rest, work)


def grid(points: Points) -> tuple[Values, Values]:
    """Every hour from the first sample to the last, and its value; NaN where there is none."""
    import numpy as np

    numbers: Values = np.array([int(time.timestamp() // 3600) for time, _ in points])
    first, last = int(numbers[0]), int(numbers[-1])
    hours: Values = np.arange(first, last + 1)
    values: Values = np.full(last + 1 - first, np.nan)
    values[numbers - first] = [value for _, value in points]
    return hours, values


def hour_of(time: datetime) -> datetime:
    """The hour that a moment is in."""
    return time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _is_weekend(hours: Values) -> Values:
    import numpy as np

    return np.isin((hours // DAY_H + 4) % 7, (0, 6))  # the first of January 1970 was a Thursday


def _profile(hours: Values, values: Values) -> Values:
    """The median of each hour of the day; an hour without samples has the median of all."""
    import numpy as np

    known = ~np.isnan(values)
    whole = np.median(values[known])
    slots = hours % DAY_H
    found = [values[known & (slots == hour)] for hour in range(DAY_H)]
    return np.array([np.median(v) if len(v) else whole for v in found])


def _slope(hours: Values, values: Values) -> float:
    """The median change an hour between the same hours of different days, or weeks from three on.

    0 where the changes do not agree on a direction.
    """
    import numpy as np

    span = int(hours[-1] - hours[0])
    period = 7 * DAY_H if span >= 21 * DAY_H else DAY_H
    changes = [(values[lag:] - values[:-lag]) / lag for lag in range(period, span + 1, period)]
    if not changes:
        return 0.0
    slopes = np.concatenate(changes)
    slopes = slopes[~np.isnan(slopes)]
    if len(slopes) < DAY_H:
        return 0.0
    middle = float(np.median(slopes))
    return middle if np.mean(slopes * middle > 0) >= _GROW_LIMIT else 0.0


def deviation(values: Values) -> float:
    """A robust standard deviation: the median deviation, scaled."""
    import numpy as np

    known = values[~np.isnan(values)]
    return TO_SIGMA * float(np.median(np.abs(known - np.median(known))))
