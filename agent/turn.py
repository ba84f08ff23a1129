"""What came of one turn: the outcome, the words, and what they stand on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agent.brains.base import Memory, Trace
from agent.memory import REMEMBERED
from tools.control import Answered, Control
from tools.errors import NovaError
from tools.operations import Operation
from tools.plan import Plan
from tools.policy import Decision

Outcome = Literal["answer", "confirm", "clarify", "decline", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class PlannedOrRead:
    """A call of a turn as it was carried out or planned."""

    tool: str
    risk: str
    targets: tuple[str, ...]
    args: dict[str, Any]
    when: dict[str, Any] | None

    def to_dict(self) -> dict[str, Any]:
        """As the contract's planning interface shows it."""
        return {
            "tool": self.tool,
            "risk": self.risk,
            "targets": list(self.targets),
            "args": self.args,
            "when": self.when,
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one turn.

    Attributes:
        answered: what the reads found, in order.
        plan, decision: the plan that waits or ran, and what the policies say of it.
        operation: what ran, machine by machine.
        trace: how the words were read.
        options: what the question offers.
    """

    outcome: Outcome
    reply: str
    calls: tuple[PlannedOrRead, ...] = ()
    answered: tuple[Answered, ...] = ()
    plan: Plan | None = None
    decision: Decision | None = None
    operation: Operation | None = None
    options: tuple[str, ...] = ()
    trace: tuple[Trace, ...] = ()
    error: NovaError | None = None
    latency_ms: float = 0.0
    memory: Memory = field(default_factory=Memory)


def remembered(text: str, turn: Turn) -> Turn:
    """The turn with what was said in it added to its memory."""
    said = (*turn.memory.said, ("user", text[:2000] or "(a click)"), ("nova", turn.reply[:2000]))
    kept = dataclasses.replace(turn.memory, said=said[-REMEMBERED:], listed=_listed(turn))
    return dataclasses.replace(turn, memory=kept)


def _listed(turn: Turn) -> tuple[str, ...]:
    """The machines of the turn where it had several, else those that were listed before."""
    several = (
        turn.memory.targets
        if turn.outcome != "clarify"
        else tuple(o for o in turn.options if "/" in o)
    )
    return several if len(several) > 1 else turn.memory.listed


def planned_calls(plan: Plan) -> tuple[PlannedOrRead, ...]:
    """The calls of a plan as the turn shows them."""
    return tuple(
        PlannedOrRead(
            call.tool,
            call.risk.value,
            call.targets,
            dict(call.args),
            call.when.model_dump(exclude_none=True) if call.when else None,
        )
        for call in plan.calls
    )


def in_order(
    reads: Sequence[bool], done: Sequence[PlannedOrRead], planned: Sequence[PlannedOrRead]
) -> tuple[PlannedOrRead, ...]:
    """What was read and what is planned, in the order in which it was asked for.

    Args:
        reads: for each call that was asked for, whether it reads.
    """
    if len(reads) != len(done) + len(planned):
        return (*done, *planned)
    read, plan = iter(done), iter(planned)
    return tuple(next(read) if is_read else next(plan) for is_read in reads)


def read_call(control: Control, answered: Answered) -> PlannedOrRead:
    """A read as the turn shows it."""
    tool = control.catalog.tool(answered.call.tool)
    return PlannedOrRead(tool.name, tool.risk.value, answered.targets, answered.args, None)
