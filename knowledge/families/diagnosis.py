"""Diagnosis: what is wrong with a machine of the fleet."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from knowledge.diagnosis import Cause, causes
from knowledge.evidence import Evidence, gather
from knowledge.search import library
from tools.catalog import Arguments, Column, Read, Result, Risk, Tool
from tools.machine import VM
from tools.names import counted, listed
from tools.world import World

MOST = 20
"""How many machines are looked into at once; a diagnosis reads consoles."""


class SymptomArguments(Arguments):
    """What was noticed."""

    symptom: str | None = Field(
        None, max_length=2000, description="what seems wrong, in the person's words: slow, dead"
    )


COLUMNS = (
    Column("name", "Machine"),
    Column("cause", "Cause"),
    Column("confidence", "Confidence"),
    Column("evidence", "Evidence"),
    Column("next", "Next"),
    Column("runbook", "Runbook"),
)


def _diagnose(world: World, vms: Sequence[VM], args: SymptomArguments) -> Result:
    if not vms:
        return Result("No machine fits that.", COLUMNS)
    looked = vms[:MOST]
    seen = [gather(world, vm) for vm in looked]
    found = [(e, causes(e, args.symptom)) for e in seen]
    well = [e.vm.name for e, ranked in found if not ranked]
    parts = [_in_words(e, ranked) for e, ranked in found if ranked][:5]
    if well:
        parts.append(_unknown(well, seen, args.symptom))
    notes = _notes(seen)
    if len(vms) > MOST:
        notes.append(f"Only the first {MOST} of {counted(len(vms), 'machine')} were looked into.")
    return Result(
        "\n".join(parts),
        COLUMNS,
        tuple(_row(e, cause) for e, ranked in found for cause in ranked),
        source=f"inventory; {world.metrics.source_name}, up to 28d; consoles; operations of 24h",
        notes=tuple(notes),
        data={"unknown": well},
    )


def _in_words(seen: Evidence, ranked: Sequence[Cause]) -> str:
    first = ranked[0]
    text = (
        f"{seen.vm.name}: {first.confidence}, {first.what} ({'; '.join(first.evidence)}). "
        f"Next: {first.next}."
    )
    if first.runbook:
        text += f" Runbook: {_link(first.runbook)}."
    others = "; ".join(f"{c.what} ({c.confidence}: {'; '.join(c.evidence)})" for c in ranked[1:4])
    return f"{text} Also: {others}." if others else text


def _unknown(well: Sequence[str], seen: Sequence[Evidence], symptom: str | None) -> str:
    if len(well) > 1:
        return f"Nothing is seen to be wrong with {listed(well)}; the cause, if any, is unknown."
    (one,) = (e for e in seen if e.vm.name == well[0])
    figures = ", ".join(f"{m} {v:.0f}" for m, v in one.now.items()) or "no samples"
    text = (
        f"{one.vm.name}: nothing is seen to be wrong from outside, so the cause is unknown. It is "
        f"{one.vm.state.value}; last hour: {figures}. Look inside it next."
    )
    found = library().find(symptom, 1) if symptom else []
    return f"{text} This may help: {found[0].runbook.link(found[0].steps)}." if found else text


def _notes(seen: Sequence[Evidence]) -> list[str]:
    unread = [e.vm.name for e in seen if e.console is None]
    return [f"No console could be read of {listed(unread)}."] if unread else []


def _row(seen: Evidence, cause: Cause) -> dict[str, object]:
    return {
        "name": seen.vm.name,
        "id": seen.vm.id,
        "cause": cause.what,
        "confidence": cause.confidence,
        "weight": round(cause.weight, 2),
        "evidence": "; ".join(cause.evidence),
        "next": cause.next,
        "runbook": _link(cause.runbook) if cause.runbook else None,
    }


def _link(file: str) -> str:
    books = [book for book in library().runbooks if book.file == file]
    assert books, f"a cause names the runbook {file}, which is not there"
    return books[0].link(books[0].section("What to do"))


DIAGNOSE = Tool(
    name="diagnose_vms",
    risk=Risk.READ,
    summary="Say what is probably wrong with machines, with the evidence and what to do next.",
    arguments=SymptomArguments,
    handler=Read(_diagnose),
    says=(
        "ci-runner-3 looks dead, what's wrong with it?",
        "why is web-02 so slow?",
        "diagnose kafka-2",
        "troubleshoot db-stg-1",
        "what's the matter with nfs-01?",
    ),
)
