"""Shapes of trouble in the samples of a simulated machine: what its figures look like while ill."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["hold", "factor", "climb", "saw", "gap", "daily", "always"]
Points = dict[int, float | None]
"""The values of one metric by hour of the epoch."""

_MOST: Mapping[str, float] = {"cpu": 100.0, "memory": 99.5, "disk": 100.0}
_PERIOD_H = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """How one metric departs from the machine's usual.

    Attributes:
        metric: its name; `*` is all of them.
        form: `hold` a level, multiply by a `factor`, `climb` to a level, `saw` up to it and back
            every few hours, a `gap`, a level for some hours `daily`, or `always`.
        hours: for how many hours until `end`; for `daily` how many of each day.
        to: the level or the factor; unused by `gap`.
        end: the hour of the epoch up to which it lasts; 0: it goes on. For `daily` the hour of the
            day at which it begins.
    """

    metric: str
    form: Form
    hours: int
    to: float = 0.0
    end: int = 0


def apply_shapes(
    machine_id: str, points: Mapping[str, Points], shapes: Iterable[Shape], begun: int, now: int
) -> dict[str, Points]:
    """The metrics of a machine with its shapes, hour by hour.

    Args:
        begun: the hour at which the trouble was planted, from which its hours count back.
        now: the present hour, which has no sample yet.
    """
    changed = {metric: dict(values) for metric, values in points.items()}
    for shape in shapes:
        for metric in list(changed) if shape.metric == "*" else [shape.metric]:
            values = changed.get(metric, {})
            for hour in _hours(shape, begun, now, values):
                chance = random.Random(f"{machine_id}:{metric}:{hour}")
                value = _value(shape, values, hour, begun, chance)
                most = _MOST.get(metric, 1e9)
                values[hour] = None if value is None else round(min(most, max(0.0, value)), 2)
    return changed


def _hours(shape: Shape, begun: int, now: int, values: Points) -> Sequence[int]:
    if shape.form == "daily":
        clock = {(shape.end + n) % 24 for n in range(shape.hours)}
        return [hour for hour in values if hour % 24 in clock]
    if shape.form == "always":
        return list(values)
    return range(begun - shape.hours, now)


def _value(
    shape: Shape, values: Points, hour: int, begun: int, chance: random.Random
) -> float | None:
    before = values.get(hour)
    jitter = 1 + (chance.random() - 0.5) * 0.04
    if shape.form == "gap":
        return None
    if shape.form == "factor":
        return None if before is None else before * shape.to * jitter
    if shape.form in {"climb", "saw"}:
        start = begun - shape.hours
        low = values.get(start - 1) or before or 0.0
        done = min(1.0, (hour - start + 1) / shape.hours)
        if shape.form == "saw":
            done = ((hour - start) % _PERIOD_H + 1) / _PERIOD_H
        return low + (shape.to - low) * done + (jitter - 1) * 10
    return shape.to * jitter
