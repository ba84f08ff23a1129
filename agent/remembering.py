"""What a turn leaves in the conversation's memory for the next one."""

from __future__ import annotations

import dataclasses
import re

from agent.brains.base import Asked, Memory, Understanding
from tools.calls import Call
from tools.inventory import Inventory


def spoken_of(inventory: Inventory, call: Call, memory: Memory) -> Memory:
    """The memory after a refusal: what was asked for can still be referred to."""
    ids = inventory.select_ids(call.selector) if call.selector else []
    kept = memory if memory.pending is not None else dataclasses.replace(memory, calls=(call,))
    return dataclasses.replace(kept, targets=tuple(ids) or memory.targets)


def still_asked(memory: Memory) -> Asked | None:
    """The question that stays open over one look at something: an argument of a change.

    What the next turn says of machines is about those just shown, so which machines is not kept.
    """
    asked = memory.asked
    if asked is None or memory.pending is not None or asked.frame.get("looked"):
        return None
    frame = asked.frame
    lacks = frame.get("kind") == "argument" or frame.get("code") == "invalid_request"
    if not lacks or not ("call" in frame or "calls" in frame):
        return None
    return dataclasses.replace(asked, frame={**frame, "looked": True})


def is_mistyped(text: str) -> bool:
    """A single name or number where another was to be typed: the plan is shown again."""
    return re.fullmatch(r"\s*(?:\d+|[\w.]+(?:[-_.][\w.]+)*[-_.]?\d+)\s*", text) is not None


def heard(understood: Understanding, memory: Memory) -> Memory:
    """A model's own words beside a pending plan may ask for a yes: the next one is not for it."""
    if memory.pending is None or not understood.in_own_words:
        return memory
    return dataclasses.replace(
        memory, asked=Asked(understood.text, (), understood.frame or {"from": "model"})
    )


def unsure(text: str, memory: Memory) -> Memory:
    """After a turn that came to nothing, a bare yes is not for the plan that waited before."""
    if memory.pending is None:
        return memory
    return dataclasses.replace(memory, asked=Asked(text, (), {"from": "planner"}))
