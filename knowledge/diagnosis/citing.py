"""The passage of a runbook that fits a cause: the only place where diagnosis asks the search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from knowledge.search import library


@dataclass(frozen=True, slots=True)
class Citation:
    """A runbook: its title, and where to read what to do."""

    title: str
    link: str


@cache
def cite(question: str) -> Citation | None:
    """The runbook that answers a question best; None where none does."""
    found = library().find(question, 1) if question else []
    if not found:
        return None
    return Citation(found[0].runbook.title, found[0].runbook.link(found[0].steps))
