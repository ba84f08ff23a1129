"""A turn that says yes and something more: what stands beside the yes may narrow what was shown,
never put other machines or another loss in its place.
"""

from __future__ import annotations

import re

from agent.brains.base import Memory, Pending, Understanding
from agent.brains.embedded.frames import QUESTION, Reading
from agent.brains.embedded.several import ASKING
from agent.remarks import leans_to_yes
from tools.calls import Call
from tools.inventory import Inventory

_OTHERWISE = frozenset(
    {"meant", "instead", "rather", "actually", "no", "wait", "and", "also", "too", "plus",
     "well", "add", "include", "including", "mean", "sorry", "oops", "other", "make"}
)  # fmt: skip
"""Words with which a yes is taken back, or more is added to it."""

_THE_SAME = re.compile(r"\bsame (?:for|to|with|on)\b|\bdo the same\b", re.IGNORECASE)


def beside_a_yes(
    reading: Reading, understood: Understanding | None, memory: Memory, inventory: Inventory
) -> Understanding | None:
    """What the turn makes of the plan that waits, held to what was shown."""
    pending = memory.pending
    if pending is None or not leans_to_yes(reading.text):
        return understood
    again = Understanding(
        "revise", pending.calls, note="I did not take that for a plain yes; the plan again:"
    )
    if understood is None:
        return None if _asks(reading) else again
    otherwise = set(reading.words) & _OTHERWISE or _THE_SAME.search(reading.text)
    if understood.kind not in ("revise", "calls") or otherwise:
        return understood
    return understood if _within(understood.calls, pending, inventory) else again


def _asks(reading: Reading) -> bool:
    """Whether something is asked or wished for beside the yes."""
    changes = any(f.changes and not f.negated for f in reading.frames)
    looks = any(
        f.strength >= QUESTION and (f.clause.has("wh") or f.clause.verb is not None)
        for f in reading.frames
    )
    return "?" in reading.text or changes or looks


def _within(calls: tuple[Call, ...], pending: Pending, inventory: Inventory) -> bool:
    """Whether calls touch no machine but those of the plan, and lose nothing that it keeps."""
    planned = {call.tool for call in pending.calls}
    shown = {i for targets in pending.targets for i in targets}
    for call in calls:
        if call.tool in ("delete_vms", "delete_snapshots", "restore_snapshot") and (
            call.tool not in planned
        ):
            return False
        as_shown = any(call.selector == p.selector for p in pending.calls)
        if (
            call.selector is not None
            and not as_shown
            and not set(inventory.select_ids(call.selector)) <= shown
        ):
            return False
    return True


_PUTS_RIGHT = frozenset(
    {"actually", "no", "wait", "instead", "rather", "only", "meant", "mean", "oops", "sorry",
     "but", "should", "better", "not", "enough", "typo", "wrong", "misread", "mistake"}
)  # fmt: skip


def puts_right(reading: Reading) -> bool:
    """Whether a turn that nothing was made of may have been meant to change the plan: a figure, a
    time or a thing of the fleet, beside a word that takes something back.
    """
    asks = "?" in reading.text or any(
        i.has("wh", "ask", "metric", "howto", "trouble")
        or (i.has("verb") and i.action in ("list", "describe", "count"))
        for i in reading.items
    )
    words = set(reading.words)
    if ASKING & set(reading.words[:1]):
        return False
    hedged = reading.words[:1] in _HEDGES or bool(words & {"too", "also"})
    if hedged and "?" not in reading.text and not any(i.has("wh") for i in reading.items):
        return not any(f.changes for f in reading.frames)
    if any(i.is_entity for i in reading.items) and words & _IN_USE and "?" not in reading.text:
        return not any(f.changes or f.clause.has("wh") for f in reading.frames)
    told = any(i.is_entity or i.has("number", "time", "quote") for i in reading.items)
    changes = any(f.changes for f in reading.frames)
    return told and not asks and not changes and bool(words & _PUTS_RIGHT)


_IN_USE = frozenset({"needs", "need", "uses", "use", "wants", "still", "busy", "working"})
"""What is told of somebody who may mind."""


_HEDGES = (("after",), ("before",), ("until",), ("once",), ("unless",), ("if",), ("but",))
"""What begins a condition that a plan cannot wait for."""
