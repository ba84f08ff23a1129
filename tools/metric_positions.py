"""What metrics say of machines, as their positions in the inventory: what a query can take in.

A list of a hundred thousand numbers goes into a query five times as fast as one of ids. Lists are
kept until the readings or the machines change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import ge, gt, le, lt
from typing import Any

from tools.selector import MetricCondition, MetricReader

_KEPT = 128
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "gt": gt, "ge": ge, "lt": lt, "le": le, "eq": lambda value, figure: value == figure,
}  # fmt: skip


@dataclass(frozen=True)
class Positions:
    """Positions of machines, in an order that matters or does not."""

    numbers: list[int]

    @cached_property
    def text(self) -> str:
        """As a JSON array."""
        return json.dumps(self.numbers, separators=(",", ":"))

    def first(self, count: int) -> Positions:
        """The first so many."""
        return Positions(self.numbers[:count])


class MetricPositions:
    """Answers conditions on metrics.

    Args:
        metrics: the readings.
        positions: the position of every machine by its id; the same mapping until it changes.
    """

    def __init__(self, metrics: MetricReader, positions: Callable[[], Mapping[str, int]]) -> None:
        self._metrics = metrics
        self._positions = positions
        self._kept: dict[Hashable, tuple[Any, Any, Positions]] = {}

    def meeting(self, condition: MetricCondition) -> Positions:
        """The machines that meet it."""

        def meet(values: Mapping[str, float], at: Mapping[str, int]) -> Positions:
            bounds = [(_HOLDS[operator], figure) for operator, figure in condition.given()]
            ids = list(values)
            for holds, figure in bounds:
                ids = [i for i in ids if holds(values[i], figure)]
            return Positions(sorted(at[i] for i in ids if i in at))

        asked = (condition.name, condition.aggregate, condition.window, *condition.given())
        return self._keep(asked, condition, meet)

    def ranked(self, condition: MetricCondition, descending: bool) -> Positions:
        """All machines with a reading, by it; those that are equal are in the fleet's order."""

        def rank(values: Mapping[str, float], at: Mapping[str, int]) -> Positions:
            sign = -1 if descending else 1
            pairs = sorted((sign * value, at[i]) for i, value in values.items() if i in at)
            return Positions([position for _, position in pairs])

        asked = (condition.name, condition.aggregate, condition.window, descending)
        return self._keep(asked, condition, rank)

    def _keep(
        self,
        key: Hashable,
        condition: MetricCondition,
        work_out: Callable[[Mapping[str, float], Mapping[str, int]], Positions],
    ) -> Positions:
        values = self._metrics(condition.name, condition.aggregate, condition.window)
        at = self._positions()
        kept = self._kept.get(key)
        if kept is None or kept[0] is not values or kept[1] is not at:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = (values, at, work_out(values, at))
            self._kept[key] = kept
        return kept[2]
