"""What metrics say of machines, as their positions in the inventory: what a query can take in.

A list of a hundred thousand numbers goes into a query five times as fast as one of ids. Lists are
kept until the readings or the machines change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

from tools.selector import MetricCondition, MetricReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT = 128
_HOLDS: dict[str, Callable[[Any, float], Any]] = {"gt": gt, "ge": ge, "lt": lt, "le": le, "eq": eq}


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


@dataclass(frozen=True)
class _Readings:
    """Readings by machine, as arrays in the same order; position -1: it is not in the inventory."""

    of: Mapping[str, float]
    at: Mapping[str, int]
    positions: NDArray[np.int64]
    values: NDArray[np.float64]


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
        self._last: _Readings | None = None

    def meeting(self, condition: MetricCondition) -> Positions:
        """The machines that meet it."""

        def meet(read: _Readings) -> Positions:
            fits = read.positions >= 0
            for operator, figure in condition.given():
                fits &= _HOLDS[operator](read.values, figure)
            return Positions(np.sort(read.positions[fits]).tolist())

        import numpy as np

        asked = (condition.name, condition.aggregate, condition.window, *condition.given())
        return self._keep(asked, condition, meet)

    def ranked(self, condition: MetricCondition, descending: bool) -> Positions:
        """All machines with a reading, by it; those that are equal are in the fleet's order."""

        def rank(read: _Readings) -> Positions:
            known = read.positions >= 0
            positions, values = read.positions[known], read.values[known]
            order = np.lexsort((positions, -values if descending else values))
            return Positions(positions[order].tolist())

        import numpy as np

        asked = (condition.name, condition.aggregate, condition.window, descending)
        return self._keep(asked, condition, rank)

    def _keep(
        self,
        key: Hashable,
        condition: MetricCondition,
        work_out: Callable[[_Readings], Positions],
    ) -> Positions:
        values = self._metrics(condition.name, condition.aggregate, condition.window)
        at = self._positions()
        kept = self._kept.get(key)
        if kept is None or kept[0] is not values or kept[1] is not at:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = (values, at, work_out(self._read(values, at)))
            self._kept[key] = kept
        return kept[2]

    def _read(self, values: Mapping[str, float], at: Mapping[str, int]) -> _Readings:
        """The readings as arrays; kept for the next condition on the same ones."""
        import numpy as np

        last = self._last
        if last is None or last.of is not values or last.at is not at:
            last = self._last = _Readings(
                values,
                at,
                np.fromiter((at.get(i, -1) for i in values), np.int64, len(values)),
                np.fromiter(values.values(), np.float64, len(values)),
            )
        return last
