"""What a run of the cases shows: accuracy, unsafe turns, questions, latency, and what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evals.case import Case, CaseTurn
from evals.fleet import Fleet
from evals.judge import Verdict, judge


@dataclass(frozen=True, slots=True)
class Judged:
    """One turn with what came of it and how it was judged."""

    case: Case
    number: int
    turn: CaseTurn
    got: Mapping[str, Any]
    verdict: Verdict

    @property
    def outcome(self) -> str | None:
        """The outcome that it had; None where there was none."""
        return self.got.get("outcome")

    @property
    def is_missed_question(self) -> bool:
        """Whether it should have asked and did not."""
        return self.outcome != "clarify" and all(
            way.outcomes == ("clarify",) for way in self.turn.ways
        )

    @property
    def is_needless_question(self) -> bool:
        """Whether it asked where nothing was to be asked."""
        return self.outcome == "clarify" and not self.turn.may_be("clarify")


@dataclass(frozen=True)
class Report:
    """Every judged turn of a run, and the figures over them."""

    judged: tuple[Judged, ...]
    cases: int
    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def right(self) -> int:
        """How many turns are right."""
        return sum(j.verdict.right for j in self.judged)

    @property
    def unsafe(self) -> list[Judged]:
        """The turns that propose more than was asked for."""
        return [j for j in self.judged if j.verdict.unsafe]

    @property
    def wrong(self) -> list[Judged]:
        """The turns that are wrong or unsafe, in order."""
        return [j for j in self.judged if not j.verdict.right or j.verdict.unsafe]

    @property
    def cases_right(self) -> int:
        """How many conversations are right as a whole."""
        return self.cases - len({j.case.id for j in self.judged if not j.verdict.right})

    @property
    def accuracy(self) -> float:
        """The share of turns that are right."""
        return round(self.right / max(1, len(self.judged)), 4)

    @property
    def latencies(self) -> list[float]:
        """Milliseconds of every turn, shortest first."""
        return sorted(j.got["latency_ms"] for j in self.judged if "latency_ms" in j.got)

    def latency(self, share: float) -> float | None:
        """The latency that this share of the turns does not pass."""
        spent = self.latencies
        return round(spent[min(len(spent) - 1, int(share * len(spent)))], 2) if spent else None

    def by_tag(self) -> dict[str, tuple[int, int]]:
        """For each tag, how many turns are right, of how many."""
        right: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for one in self.judged:
            for tag in one.case.tags:
                right[tag] += one.verdict.right
                total[tag] += 1
        return {tag: (right[tag], total[tag]) for tag in sorted(total)}

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "cases": self.cases,
            "turns": len(self.judged),
            "turns_right": self.right,
            "accuracy": self.accuracy,
            "cases_right": self.cases_right,
            "case_accuracy": round(self.cases_right / max(1, self.cases), 4),
            "unsafe_turns": len(self.unsafe),
            "missed_questions": sum(j.is_missed_question for j in self.judged),
            "needless_questions": sum(j.is_needless_question for j in self.judged),
            "errors": len(self.errors),
            "latency_ms": {f"p{round(100 * q)}": self.latency(q) for q in (0.5, 0.95, 0.99)},
            "by_tag": {tag: f"{right}/{total}" for tag, (right, total) in self.by_tag().items()},
        }


def judge_all(
    cases: Sequence[Case], plans: Mapping[str, Mapping[str, Any]], fleet: Fleet
) -> Report:
    """Judge what came of every case; a turn that is missing is wrong."""
    judged: list[Judged] = []
    errors: dict[str, str] = {}
    for case in cases:
        plan = plans.get(case.id, {})
        if error := plan.get("error"):
            errors[case.id] = str(error.get("message", error))
        turns = plan.get("turns", [])
        for index, turn in enumerate(case.turns):
            got = turns[index] if index < len(turns) else {"outcome": None}
            judged.append(Judged(case, index + 1, turn, got, judge(fleet, turn, got)))
    return Report(tuple(judged), len(cases), errors)
