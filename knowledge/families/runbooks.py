"""Runbooks and people's own documents: search them by question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field

from knowledge.library import Answer, open_library, shipped_runbooks
from knowledge.quoting import cited, quoted
from knowledge.ranking import Filters, Hit
from tools.catalog import Arguments, Column, Read, Result, Risk, Targets, Tool
from tools.machine import VM
from tools.names import counted
from tools.world import World

_NAME_LIKE = re.compile(r"\b[\w.]*[\w](?:-[\w.]+)+\b|\b[a-z]+\d+\b", re.IGNORECASE)
_MOST_NAMES = 8
_MACHINE = "{vm}"


class QuestionArguments(Arguments):
    """What is asked."""

    question: str = Field(min_length=1, max_length=2000, description="the question as it was said")
    provider: str | None = Field(
        None,
        pattern="^(aws|azure|gcp|libvirt|vsphere)$",
        description="only what applies to this provider: aws, azure, gcp, libvirt or vsphere",
    )
    os: str | None = Field(
        None, pattern="^(linux|windows)$", description="only what applies to linux or windows"
    )


COLUMNS = (
    Column("title", "Document"),
    Column("heading", "Section"),
    Column("severity", "Severity"),
    Column("applies_to", "Applies to"),
    Column("link", "Where"),
)


def _search(world: World, vms: Sequence[VM], args: QuestionArguments) -> Result:
    question, machines = _masked(world, args.question)
    filters = Filters(args.provider or "", args.os or "")
    answer = open_library(world.settings).search(question, world.tenant, filters)
    source = counted(len(shipped_runbooks()), "runbook")
    if answer.own:
        source += f", {counted(answer.own, 'document')} of your own"
    if not answer.hits:
        return _nothing(answer, source)
    text = "\n\n".join([quoted(answer.hits), *_see_also(answer.hits)])
    offers = _offers(answer.hits[0], machines)
    return Result(
        text, COLUMNS, tuple(_row(hit) for hit in answer.hits), source=source,
        data={"offers": offers},
    )  # fmt: skip


def _nothing(answer: Answer, source: str) -> Result:
    return Result(
        "Nothing found: no runbook speaks of that.",
        COLUMNS,
        source=source,
        notes=("Say the symptom or the message in other words, or name a machine.",),
        data={"nearest": [_row(hit) for hit in answer.nearest]},
    )


def _masked(world: World, question: str) -> tuple[str, list[str]]:
    """The question without the names of machines, which say nothing about the trouble."""
    machines: list[str] = []
    for word in list(dict.fromkeys(_NAME_LIKE.findall(question)))[:_MOST_NAMES]:
        if world.inventory.named(word):
            machines.append(word)
            question = re.sub(rf"\b{re.escape(word)}\b", "the machine", question)
    return question, machines


def _see_also(hits: Sequence[Hit]) -> list[str]:
    others = [f"{hit.document.title} ({hit.passage.link})" for hit in hits[1:3] if hit.sure]
    return [f"See also: {'; '.join(others)}."] if others else []


def _offers(best: Hit, machines: Sequence[str]) -> list[str]:
    """Sentences that the best document offers; one about a machine needs exactly one named."""
    offers: list[str] = []
    for sentence in best.document.offers:
        if _MACHINE not in sentence:
            offers.append(sentence)
        elif len(machines) == 1:
            offers.append(sentence.replace(_MACHINE, machines[0]))
    return offers


def _row(hit: Hit) -> dict[str, object]:
    document, passage = hit.document, hit.passage
    return {
        "title": document.title,
        "heading": passage.heading,
        "severity": document.severity,
        "applies_to": ", ".join((*document.systems, *document.providers)),
        "file": document.file,
        "link": passage.link,
        "cited": cited(hit),
        "excerpt": hit.text,
        "tools": list(document.tools),
        "score": round(hit.score, 3),
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
