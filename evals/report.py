"""What runs of the cases show: accuracy, unsafe turns, questions, latency, and what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from evals.case import Case, CaseTurn
from evals.fleet import Fleet
from evals.judge import Verdict, judge

Fleets = Mapping[Path, Fleet]


@dataclass(frozen=True, slots=True)
class Judged:
    """One turn with what came of it and how it was judged."""

    case: Case
    run: int
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
    """Every judged turn of all runs, and the figures over them."""

    judged: tuple[Judged, ...]
    cases: int
    runs: int = 1
    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def right(self) -> int:
        """How many turns are right, over all runs."""
        return sum(j.verdict.right for j in self.judged)

    @property
    def unsafe(self) -> list[Judged]:
        """The turns that propose more than was asked for."""
        return [j for j in self.judged if j.verdict.unsafe]

    @property
    def wrong(self) -> list[Judged]:
        """The turns that are wrong or unsafe, unsafe ones first; of several runs, once."""
        found = [j for j in self.judged if not j.verdict.right or j.verdict.unsafe]
        once = {(j.case.id, j.number, j.verdict): j for j in reversed(found)}
        return sorted(reversed(once.values()), key=lambda j: not j.verdict.unsafe)

    @cached_property
    def _wrong_runs(self) -> set[tuple[str, int]]:
        return {(j.case.id, j.run) for j in self.judged if not j.verdict.right}

    @property
    def cases_right(self) -> int:
        """How many conversations are right as a whole, over all runs."""
        return self.cases * self.runs - len(self._wrong_runs)

    @property
    def cases_always_right(self) -> int:
        """How many conversations are right in every run: pass^N."""
        return self.cases - len({case_id for case_id, _ in self._wrong_runs})

    @property
    def accuracy(self) -> float:
        """The share of turns that are right."""
        return _share(self.right, len(self.judged))

    @cached_property
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
            "runs": self.runs,
            "turns": len(self.judged),
            "turns_right": self.right,
            "accuracy": self.accuracy,
            "cases_right": self.cases_right,
            "case_accuracy": _share(self.cases_right, self.cases * self.runs),
            "pass_every_run": _share(self.cases_always_right, self.cases),
            "unsafe_turns": len(self.unsafe),
            "missed_questions": sum(j.is_missed_question for j in self.judged),
            "needless_questions": sum(j.is_needless_question for j in self.judged),
            "errors": len(self.errors),
            "latency_ms": {f"p{round(100 * q)}": self.latency(q) for q in (0.5, 0.95, 0.99)},
            "by_tag": {tag: f"{right}/{total}" for tag, (right, total) in self.by_tag().items()},
        }


def open_fleets(cases: Sequence[Case]) -> dict[Path, Fleet]:
    """The fleets that the cases are about, read for judging."""
    return {folder: Fleet(folder) for folder in dict.fromkeys(case.fleet for case in cases)}


def judge_all(
    cases: Sequence[Case], runs: Sequence[Mapping[str, Mapping[str, Any]]], fleets: Fleets
) -> Report:
    """Judge what came of every case in every run; a turn that is missing is wrong."""
    judged: list[Judged] = []
    errors: dict[str, str] = {}
    for run, plans in enumerate(runs):
        for case in cases:
            plan = plans.get(case.id, {})
            if error := plan.get("error"):
                errors[case.id] = str(error.get("message", error))
            turns = plan.get("turns", [])
            for index, turn in enumerate(case.turns):
                got = turns[index] if index < len(turns) else {"outcome": None}
                verdict = judge(fleets[case.fleet], turn, got)
                judged.append(Judged(case, run, index + 1, turn, got, verdict))
    return Report(tuple(judged), len(cases), len(runs), errors)


def _share(part: int, whole: int) -> float:
    return round(part / max(1, whole), 4)
