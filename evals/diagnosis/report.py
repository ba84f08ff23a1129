"""The figures of a run of scenarios: how often the true cause came first, and false alarms."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from evals.diagnosis.scene import Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of many scenarios.

    Attributes:
        ill: those with a true cause.
        well: those without.
    """

    ill: tuple[Outcome, ...]
    well: tuple[Outcome, ...]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Figures:
        """Sort outcomes by whether there is a true cause."""
        every = tuple(outcomes)
        ill = tuple(o for o in every if o.planned.cause is not None)
        return cls(ill, tuple(o for o in every if o.planned.cause is None))

    def within(self, places: int) -> float:
        """The share of the scenarios whose true cause is among the first so many."""
        good = [o for o in self.ill if o.rank is not None and o.rank <= places]
        return len(good) / len(self.ill) if self.ill else 1.0

    @property
    def false_alarms(self) -> tuple[Outcome, ...]:
        """The healthy machines of which a cause was named."""
        return tuple(o for o in self.well if o.verdict == "cause")

    @property
    def called_healthy(self) -> float:
        """The share of the healthy machines that were called healthy, not merely unknown."""
        return sum(o.verdict == "healthy" for o in self.well) / len(self.well) if self.well else 1.0

    @property
    def median_ms(self) -> float:
        """How long one machine takes."""
        return 1000 * statistics.median(o.seconds for o in (*self.ill, *self.well))

    def to_dict(self) -> dict[str, Any]:
        """The figures and each scenario as JSON values."""
        return {
            "scenarios": len(self.ill),
            "first": round(self.within(1), 4),
            "first_three": round(self.within(3), 4),
            "healthy": len(self.well),
            "false_alarms": len(self.false_alarms),
            "called_healthy": round(self.called_healthy, 4),
            "median_ms": round(self.median_ms, 1),
            "each": [_row(o) for o in (*self.ill, *self.well)],
        }

    def in_words(self) -> str:
        """Three lines for a person."""
        return (
            f"{len(self.ill)} faults: true cause first in {self.within(1):.1%}, among the first "
            f"three in {self.within(3):.1%}\n"
            f"{len(self.well)} healthy machines: {len(self.false_alarms)} false alarms, "
            f"{self.called_healthy:.1%} called healthy, the others unknown\n"
            f"median {self.median_ms:.0f} ms a machine"
        )


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "scenario": outcome.planned.name,
        "seed": outcome.scene.seed,
        "machine": outcome.planned.vm.name,
        "cause": outcome.planned.cause,
        "rank": outcome.rank,
        "verdict": outcome.verdict,
        "named": list(outcome.named[:4]),
    }


def wrong(figures: Figures) -> list[str]:
    """A line for each fault whose true cause is not first, and each false alarm."""
    lines = [
        f"{o.planned.name} #{o.scene.seed} on {o.planned.vm.name}: rank {o.rank or 'none'}, said "
        f"{', '.join(o.named[:3]) or o.verdict}"
        for o in figures.ill
        if o.rank != 1
    ]
    lines += [
        f"{o.planned.name} #{o.scene.seed} on {o.planned.vm.name} is well, said "
        f"{', '.join(o.named[:3])}"
        for o in figures.false_alarms
    ]
    return lines


def by_scenario(outcomes: Sequence[Outcome]) -> list[tuple[str, int, int, int]]:
    """Each scenario with how many were played, and how many had its cause first and in three."""
    names = dict.fromkeys(o.planned.name for o in outcomes)
    rows: list[tuple[str, int, int, int]] = []
    for name in names:
        mine = [o for o in outcomes if o.planned.name == name]
        first = sum(o.rank == 1 for o in mine)
        three = sum(o.rank is not None and o.rank <= 3 for o in mine)
        rows.append((name, len(mine), first, three))
    return rows
