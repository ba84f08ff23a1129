"""Answers put together from passages, each with where it stands; nothing is added to them."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.library import shipped_runbooks
from knowledge.ranking import Hit
from knowledge.runbooks import WHAT_TO_DO, Runbook

_AS_GOOD = 0.08
"""How far behind the best a second document may be and still be quoted."""


def quoted(hits: Sequence[Hit]) -> str:
    """What the best passages say, the best first, each with file, heading and link."""
    best = hits[0]
    parts = [_passage(best)]
    if len(hits) > 1:
        second = hits[1]
        if second.sure and second.document.source and best.score - second.score <= _AS_GOOD:
            parts.append(_passage(second))
    return "\n\n".join(parts)


def cited(hit: Hit) -> str:
    """Where it stands, for a person: the link, and the heading in quotation marks."""
    heading = f", “{hit.passage.heading}”" if hit.passage.heading else ""
    return f"{hit.passage.link}{heading}"


def _passage(hit: Hit) -> str:
    book = _runbook(hit)
    if book is None:
        return f"{hit.document.title}:\n\n{hit.text}\n\nFrom {cited(hit)}."
    steps = book.section(WHAT_TO_DO)
    assert steps is not None, f"{book.file} says not what to do"
    text = f"{book.title} (severity {book.severity}):\n\n"
    checks = book.section(hit.passage.heading)
    if checks is not None and checks.heading not in ("Symptoms", WHAT_TO_DO):
        text += f"{checks.heading}:\n{checks.text}\n\n{WHAT_TO_DO}:\n"
    return f"{text}{steps.text}\n\nFrom {book.link(steps)}, “{steps.heading}”."


def _runbook(hit: Hit) -> Runbook | None:
    if hit.document.source:
        return None
    return next((b for b in shipped_runbooks() if b.file == hit.document.file), None)
