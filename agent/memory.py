"""A conversation's memory and readings as JSON values, for the checkpointer, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.brains.base import Asked, Memory, NextStep, Pending, Trace, Understanding
from tools.calls import Call
from tools.plan import Plan

REMEMBERED = 12
"""How many sayings are kept for brains that read the talk itself."""


def planned_memory(plan: Plan) -> Memory:
    """A conversation in which only this plan was said, so that it can be planned afresh.

    Its calls are as they were asked for: "two more" is two more than there are then.
    """
    calls = tuple(
        Call(tool=c.tool, selector=c.selector, args=dict(c.given), when=c.when) for c in plan.calls
    )
    pending = Pending(plan.id, calls, tuple(call.targets for call in plan.calls))
    return Memory(calls=calls, targets=plan.machine_ids, pending=pending)


def memory_to_dict(memory: Memory) -> dict[str, Any]:
    """The memory as JSON values."""
    pending, asked = memory.pending, memory.asked
    return {
        "calls": [call.to_dict() for call in memory.calls],
        "targets": list(memory.targets),
        "pending": pending
        and {
            "plan_id": pending.plan_id,
            "calls": [call.to_dict() for call in pending.calls],
            "targets": [list(ids) for ids in pending.targets],
        },
        "asked": asked
        and {"text": asked.text, "options": list(asked.options), "frame": dict(asked.frame)},
        "operation": memory.operation,
        "listed": list(memory.listed),
        "said": [list(pair) for pair in memory.said],
        "offers": [[step.label, [c.to_dict() for c in step.calls]] for step in memory.offers],
    }


def memory_from_dict(data: Mapping[str, Any]) -> Memory:
    """Read back what `memory_to_dict` wrote; an empty mapping is a fresh memory."""
    pending, asked = data.get("pending"), data.get("asked")
    return Memory(
        calls=tuple(Call.parse(call) for call in data.get("calls", ())),
        targets=tuple(data.get("targets", ())),
        pending=pending
        and Pending(
            pending["plan_id"],
            tuple(Call.parse(call) for call in pending["calls"]),
            tuple(tuple(ids) for ids in pending["targets"]),
        ),
        asked=asked and Asked(asked["text"], tuple(asked["options"]), asked["frame"]),
        operation=data.get("operation"),
        listed=tuple(data.get("listed", ())),
        said=tuple((who, text) for who, text in data.get("said", ())),
        offers=tuple(
            NextStep(label, tuple(Call.parse(call) for call in calls))
            for label, calls in data.get("offers", ())
        ),
    )


def understanding_to_dict(understood: Understanding) -> dict[str, Any]:
    """A reading as JSON values."""
    return {
        "kind": understood.kind,
        "calls": [call.to_dict() for call in understood.calls],
        "text": understood.text,
        "options": list(understood.options),
        "frame": dict(understood.frame) if understood.frame is not None else None,
        "trace": [[t.words, t.became] for t in understood.trace],
        "note": understood.note,
        "in_own_words": understood.in_own_words,
    }


def understanding_from_dict(data: Mapping[str, Any]) -> Understanding:
    """Read back what `understanding_to_dict` wrote."""
    return Understanding(
        data["kind"],
        tuple(Call.parse(call) for call in data["calls"]),
        data["text"],
        tuple(data["options"]),
        data["frame"],
        tuple(Trace(words, became) for words, became in data["trace"]),
        data["note"],
        data["in_own_words"],
    )
