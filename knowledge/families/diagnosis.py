"""Diagnosis: what is wrong with machines of the fleet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from knowledge.diagnosis import Diagnosis, Finding, gather, judge
from knowledge.diagnosis.citing import Citation, cite
from knowledge.diagnosis.evidence import Evidence
from tools.catalog import Arguments, Column, Read, Result, Risk, Tool
from tools.machine import VM, State
from tools.names import counted, listed
from tools.world import World

MOST = 20
"""How many machines are looked into at once; a diagnosis reads consoles."""

_IN_FULL = 5
_OTHERS = 3


class SymptomArguments(Arguments):
    """What was noticed."""

    symptom: str | None = Field(
        None, max_length=2000, description="what seems wrong, in the person's words: slow, dead"
    )


COLUMNS = (
    Column("name", "Machine"),
    Column("cause", "Cause"),
    Column("confidence", "Confidence"),
    Column("evidence", "For"),
    Column("against", "Against"),
    Column("next", "Next"),
    Column("runbook", "Runbook"),
)


def _diagnose(world: World, vms: Sequence[VM], args: SymptomArguments) -> Result:
    if not vms:
        return Result("No machine fits that.", COLUMNS)
    found = [judge(seen, args.symptom) for seen in gather(world, vms[:MOST])]
    ill = [d for d in found if d.verdict == "cause"]
    parts = [_in_words(d, full=len(ill) == 1) for d in ill[:_IN_FULL]]
    if len(ill) > _IN_FULL:
        parts.append(f"{counted(len(ill) - _IN_FULL, 'more machine')} in the table.")
    parts += _well(found, args.symptom)
    verdicts = {d.seen.vm.name: d.verdict for d in found}
    return Result(
        "\n".join(parts),
        COLUMNS,
        tuple(_row(d, finding) for d in ill for finding in d.findings),
        source=_source(world),
        notes=tuple(_notes(found, len(vms))),
        data={
            "healthy": [name for name, verdict in verdicts.items() if verdict == "healthy"],
            "unknown": [name for name, verdict in verdicts.items() if verdict == "unknown"],
        },
    )


def _source(world: World) -> str:
    figures = world.metrics.source_name
    return f"its provider, read now; {figures}, up to 28d; consoles; events of 36h; operations"


def _in_words(found: Diagnosis, *, full: bool) -> str:
    first, others = found.findings[0], found.findings[1 : 1 + _OTHERS]
    lines = [f"{found.seen.vm.name}: {first.confidence}, {first.cause.what}."]
    lines.append(f"  For: {'; '.join(first.signs)}.")
    if first.against:
        lines.append(f"  Against: {'; '.join(first.against)}.")
    lines.append(f"  Next: {_next(found.seen, first)}")
    if (cited := cite(first.cause.about)) is not None:
        lines.append(f"  Runbook: {cited.title} ({cited.link}).")
    if others and full:
        lines += ["  Also:", *(f"  - {_short(other)}" for other in others)]
    elif others:
        lines.append(f"  Also: {'; '.join(other.cause.what for other in others)}.")
    return "\n".join(lines)


def _short(finding: Finding) -> str:
    against = f"; against: {'; '.join(finding.against)}" if finding.against else ""
    signs = "; ".join(finding.signs[:2])
    return f"{finding.confidence}, {finding.cause.what} (for: {signs}{against})"


def _next(seen: Evidence, finding: Finding) -> str:
    look = finding.cause.look
    said = next_sentence(seen.vm, finding)
    if said is None:
        return f"{look}."
    return f"{look}. You can say: “{said}”." if look else f"you can say: “{said}”."


def next_sentence(vm: VM, finding: Finding) -> str | None:
    """The cause's next step as a sentence about this machine; None where it fits none."""
    template = finding.cause.say
    if template is None or ("{host}" in template and vm.host is None):
        return None
    wake = "resume" if vm.state in {State.SUSPENDED, State.PAUSED} else "start"
    return template.format(
        name=vm.name,
        host=vm.host,
        provider=vm.provider,
        wake=wake,
        bigger_disk=math.ceil(vm.disk_gib * 1.5 / 10) * 10,
        more_memory=f"{max(1.0, vm.memory_gib * 2):g}",
        more_vcpus=max(2, vm.vcpus * 2),
    )


def _well(found: Sequence[Diagnosis], symptom: str | None) -> list[str]:
    """The machines of which no cause is known: those that are well, and those that nobody knows."""
    healthy = [d for d in found if d.verdict == "healthy"]
    unknown = [d for d in found if d.verdict == "unknown"]
    parts: list[str] = []
    if len(healthy) > 1:
        parts.append(
            f"Healthy, as far as can be seen: {listed([d.seen.vm.name for d in healthy])}."
        )
    elif healthy:
        parts.append(_healthy(healthy[0], symptom))
    parts += [_unknown(d, symptom) for d in unknown[:_IN_FULL]]
    if len(unknown) > _IN_FULL:
        names = [d.seen.vm.name for d in unknown[_IN_FULL:]]
        parts.append(f"The cause, if any, is unknown for {listed(names)} too.")
    return parts


def _healthy(found: Diagnosis, symptom: str | None) -> str:
    name = found.seen.vm.name
    text = f"{name} is healthy, as far as can be seen from outside: {_figures(found.seen)}."
    if not symptom:
        return text
    text += " What was noticed is not explained by that: look inside it next."
    cited = cite(symptom)
    return f"{text} This may help: {cited.title} ({cited.link})." if cited else text


def _unknown(found: Diagnosis, symptom: str | None) -> str:
    seen = found.seen
    text = (
        f"{seen.vm.name}: the cause, if any, is unknown. It is {seen.vm.state.value}; "
        f"{_figures(seen)}."
    )
    if found.doubts:
        text += f" A little odd, though no proof: {'; '.join(found.doubts[:3])}."
    cited = cite(symptom or "")
    return f"{text} This may help: {cited.title} ({cited.link})." if cited else text


def _figures(seen: Evidence) -> str:
    known = [reading for reading in seen.readings.values() if reading.now is not None]
    return "; ".join(reading.described() for reading in known) or "it has no fresh samples"


def _notes(found: Sequence[Diagnosis], asked: int) -> list[str]:
    notes: list[str] = []
    if unread := [d.seen.vm.name for d in found if d.seen.console is None]:
        notes.append(f"No console could be read of {listed(unread)}.")
    failing = {d.seen.connection.name: d.seen.connection.error for d in found}
    notes += [
        f"{name} could not be read just now: {error.message}"
        for name, error in failing.items()
        if error is not None
    ]
    if asked > MOST:
        notes.append(f"Only the first {MOST} of {counted(asked, 'machine')} were looked into.")
    return notes


def _row(found: Diagnosis, finding: Finding) -> dict[str, Any]:
    cited: Citation | None = cite(finding.cause.about)
    return {
        "name": found.seen.vm.name,
        "id": found.seen.vm.id,
        "cause": finding.cause.what,
        "kind": finding.cause.name,
        "confidence": finding.confidence,
        "weight": round(finding.weight, 2),
        "evidence": "; ".join(finding.signs),
        "against": "; ".join(finding.against),
        "next": _next(found.seen, finding),
        "say": next_sentence(found.seen.vm, finding),
        "runbook": cited.link if cited else None,
    }


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
