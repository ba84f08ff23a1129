"""Searching the runbooks: the best few with what to do and where it stands, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.index import Hit, WordIndex
from knowledge.runbooks import WHAT_TO_DO, Runbook, Section, load_runbooks

_COVERED = 0.45
_NEAR_THE_BEST = 0.45


@dataclass(frozen=True, slots=True)
class Found:
    """A runbook that fits a question, the section that fits best, and how well."""

    runbook: Runbook
    section: Section
    score: float
    coverage: float

    @property
    def steps(self) -> Section:
        """What to do."""
        return self.runbook.section(WHAT_TO_DO) or self.section


class RunbookSearch:
    """Finds runbooks by words."""

    def __init__(self, runbooks: Sequence[Runbook]) -> None:
        self.runbooks = tuple(runbooks)
        self._index = WordIndex(self.runbooks)

    def find(self, question: str, limit: int = 3) -> list[Found]:
        """The runbooks that fit, the best first; none where nothing really does.

        A runbook fits when it speaks of nearly half of what the question is about, weighted by
        how telling each word is, and at least one of these words is among its symptoms or title.
        """
        hits: dict[int, list[Hit]] = {}
        for hit in self._index.find(question):
            if hit.coverage >= _COVERED and hit.named:
                hits.setdefault(hit.runbook, []).append(hit)
        ranked = sorted(map(self._found, hits.values()), key=lambda f: -f.score)
        return [f for f in ranked if f.score >= _NEAR_THE_BEST * ranked[0].score][:limit]

    def _found(self, hits: Sequence[Hit]) -> Found:
        best = max(hits, key=lambda h: h.score)
        book = self.runbooks[best.runbook]
        closest = max(hits, key=lambda h: h.within)
        section = book.sections[closest.section] if closest.within > 0 else None
        chosen = section or book.section(WHAT_TO_DO) or book.sections[0]
        return Found(book, chosen, best.score * best.coverage, best.coverage)


@cache
def library() -> RunbookSearch:
    """The runbooks that ship, indexed on the first question."""
    return RunbookSearch(load_runbooks())
