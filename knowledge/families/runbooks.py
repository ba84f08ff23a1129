"""Runbooks: search them by question."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from knowledge.search import Found, library
from tools.catalog import Arguments, Column, Read, Result, Risk, Targets, Tool
from tools.machine import VM
from tools.names import counted
from tools.world import World


class QuestionArguments(Arguments):
    """What is asked."""

    question: str = Field(min_length=1, max_length=2000, description="the question as it was said")


COLUMNS = (
    Column("title", "Runbook"),
    Column("heading", "Section"),
    Column("severity", "Severity"),
    Column("applies_to", "Applies to"),
    Column("link", "Where"),
)


def _search(world: World, vms: Sequence[VM], args: QuestionArguments) -> Result:
    found = library().find(args.question)
    source = f"{counted(len(library().runbooks), 'runbook')}"
    if not found:
        return Result(
            "Nothing found: no runbook speaks of that.",
            COLUMNS,
            source=source,
            notes=("Say the symptom or the message in other words, or name a machine.",),
        )
    best = found[0]
    others = "; ".join(f"{f.runbook.title} ({f.runbook.link(f.steps)})" for f in found[1:])
    also = f"\n\nSee also: {others}." if others else ""
    cited = f"{best.runbook.link(best.steps)}, “{best.steps.heading}”"
    return Result(
        f"{best.runbook.title} (severity {best.runbook.severity}):\n\n{best.steps.text}\n\n"
        f"From {cited}.{also}",
        COLUMNS,
        tuple(_row(f) for f in found),
        source=source,
    )


def _row(found: Found) -> dict[str, object]:
    book = found.runbook
    return {
        "title": book.title,
        "heading": found.section.heading,
        "severity": book.severity,
        "applies_to": ", ".join(book.applies_to),
        "file": book.file,
        "link": book.link(found.section),
        "excerpt": found.section.text,
        "tools": list(book.tools),
        "score": round(found.score, 3),
        "coverage": round(found.coverage, 3),
    }


SEARCH_RUNBOOKS = Tool(
    name="search_runbooks",
    risk=Risk.READ,
    summary="Find the runbook for a question about how to do or fix something.",
    arguments=QuestionArguments,
    handler=Read(_search),
    targets=Targets.NONE,
    says=(
        "how do I fix a guest that drops to a grub rescue prompt?",
        "what should I do when a disk is full?",
        "how to recover from a kernel panic",
        "runbook for a failed live migration",
        "why does ssh say permission denied publickey?",
    ),
)
