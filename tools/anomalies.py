"""Anomalies of hourly series: readings unlike what a machine does at those hours of those days.

The usual is a trend and a profile of the hours, of weekends apart where they differ, all medians
of the time before. Single hours far from it are found, and runs of hours that lean to one side.
How it was chosen and how often it is right is in docs/metrics.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tools.usual import DAY_H, HOUR, TO_SIGMA, Points, Usual, deviation, grid, hour_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[Any]

ENOUGH = 48
"""Hours of samples before the window below which nothing is usual yet."""

_FLOOR = {"cpu": 1.0, "memory": 0.5, "disk": 0.3, "network": 2.0, "iops": 5.0}
"""The least spread that a metric is taken to have: less is of no interest to anybody."""
_FLOOR_SHARE = 0.02
_HOUR_LIMIT = 6.0
_RUN_LIMIT = {6: 5.0, 24: 4.5}
"""How many spreads away an hour, and the mean of so many hours, is out of the ordinary."""
_LEANS = 1.0
_MOST_RUNS = 8


@dataclass(frozen=True, slots=True)
class Oddity:
    """A run of samples unlike the usual at their hours: the worst of them stands for it."""

    start: datetime
    end: datetime
    value: float
    usual: float
    score: float


def oddities(points: Points, since: datetime, metric: str) -> list[Oddity]:
    """Runs of samples at `since` or later that differ from what those hours are like.

    None where there are fewer than `ENOUGH` samples before; an hour without a sample is none.
    """
    import numpy as np

    before = [point for point in points if point[0] < since]
    if len(before) < ENOUGH or len(before) == len(points):
        return []
    hours, values = grid(points)
    split = round((since - hour_of(points[0][0])) / HOUR)
    usual = Usual.of(hours[:split], values[:split])
    expected, is_known = usual.at(hours)
    off = values - expected
    floor = max(_FLOOR[metric], _FLOOR_SHARE * abs(float(np.nanmedian(values[:split]))))
    spread = _spreads(hours, off[:split], floor) * usual.doubt(hours)
    scores = np.where(is_known, off / spread, _beyond(values, values[:split], spread))
    scores = np.where(np.isnan(values), 0.0, scores)
    runs = _leaning(scores, ~np.isnan(values), split)
    alone = np.abs(scores) > _HOUR_LIMIT
    alone[:split] = False
    for begin, end in runs:
        alone[begin:end] = False
    runs += [(i, i + 1) for i in np.flatnonzero(alone).tolist()]
    start = hour_of(points[0][0])
    found: list[Oddity] = []
    for begin, end in sorted(runs):
        worst = begin + int(np.argmax(np.abs(scores[begin:end])))
        figures = float(values[worst]), float(expected[worst]), abs(float(scores[worst]))
        found.append(Oddity(start + begin * HOUR, start + end * HOUR, *figures))
    return _joined(found)


def _spreads(hours: Values, off: Values, floor: float) -> Values:
    """How far the values of an hour usually are from the expected: of that hour, leaning on all."""
    import numpy as np

    known = ~np.isnan(off)
    far = np.abs(off[known])
    slots = hours[: len(off)][known] % DAY_H
    whole = TO_SIGMA * float(np.median(far))
    found = np.empty(DAY_H)
    for hour in range(DAY_H):
        near = far[np.isin(slots, ((hour - 1) % DAY_H, hour, (hour + 1) % DAY_H))]
        own = TO_SIGMA * float(np.median(near)) if len(near) else whole
        found[hour] = np.sqrt((len(near) * own**2 + DAY_H * whole**2) / (len(near) + DAY_H))
    return np.maximum(found, floor)[hours % DAY_H]


def _beyond(values: Values, before: Values, spread: Values) -> Values:
    """How far values are outside of all that was seen, for days of which nothing is known."""
    import numpy as np

    low, high = float(np.nanmin(before)), float(np.nanmax(before))
    return (np.maximum(values - high, 0) + np.minimum(values - low, 0)) / spread


def _leaning(scores: Values, known: Values, split: int) -> list[tuple[int, int]]:
    """Runs whose mean is further off than the means of such runs ever were, the clearest first."""
    import numpy as np

    kept = np.clip(scores, -_HOUR_LIMIT, _HOUR_LIMIT)
    runs: list[tuple[int, int]] = []
    for length, limit in _RUN_LIMIT.items():
        if split < 2 * length or len(scores) < length:
            continue
        number = np.convolve(known, np.ones(length), "valid")
        number[: max(0, split - length + 1)] = 0  # what ends before the window is not asked about
        usual = max(deviation(_means(kept[:split], length)), length**-0.5)
        bound = max(limit * usual, _LEANS)
        for _ in range(_MOST_RUNS):
            means = np.where(number >= length / 2, _means(kept, length), 0.0)
            first = int(np.argmax(np.abs(means)))
            if abs(means[first]) <= bound:
                break
            run = _heaviest(
                kept * np.sign(means[first]) - _LEANS, first - length, first + 2 * length
            )
            run = max(run[0], split), max(run[1], split + 1)
            runs.append(run)
            kept[run[0] : run[1]] = 0.0
    return runs


def _means(values: Values, length: int) -> Values:
    import numpy as np

    return np.convolve(values, np.full(length, 1 / length), "valid")


def _heaviest(values: Values, begin: int, end: int) -> tuple[int, int]:
    """The run within these bounds with the largest sum."""
    best, best_run = -1.0, (begin, begin + 1)
    total, start = 0.0, max(0, begin)
    for i in range(max(0, begin), min(len(values), end)):
        if total <= 0:
            total, start = 0.0, i
        total += float(values[i])
        if total > best:
            best, best_run = total, (start, i + 1)
    return best_run


def _joined(found: Sequence[Oddity]) -> list[Oddity]:
    runs: list[Oddity] = []
    for odd in found:
        last = runs[-1] if runs else None
        same_side = last is not None and (last.value > last.usual) == (odd.value > odd.usual)
        if last is not None and same_side and odd.start - last.end <= HOUR:
            worst = max(last, odd, key=lambda o: o.score)
            runs[-1] = Oddity(last.start, odd.end, worst.value, worst.usual, worst.score)
        else:
            runs.append(odd)
    return runs
