"""A correction of the plan that waits and one more act, in one turn: "make it m6i.2xlarge instead,
and add owner=nadia" is another size first, and then a tag on the same machines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.brains.base import Context, Pending, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.pending import PendingPlan
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.specifying import is_making
from tools.calls import Call
from tools.inventory import Inventory

_JOINT = re.compile(
    r"\s*(?:[,;.!]+\s+(?:and\s+|then\s+|also\s+|please\s+)*|\s+and\s+(?:then\s+|also\s+|please\s+)*)"
    r"(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_CORRECTS = re.compile(
    r"^\W*(?:(?:no+|nah|wait|ok(?:ay)?|oh|actually|sorry|hm+|please|but|rather|better)\b[,.! ]*)*"
    r"(?:make (?:it|that|them)\b|(?:call|name) it\b|(?:to|at|on|in) \S+(?: \S+){0,2} instead\b|"
    r"\S+(?: \S+){0,2} (?:instead|rather)\b|it should be\b|i meant?\b)",
    re.IGNORECASE,
)
_ANEW = "One thing at a time, please: first what is wrong in the plan, then the other act."


def in_two_steps(reading: Reading, context: Context, reader: Reader) -> Understanding | None:
    """The plan after both, a question, or None where a turn is not of two such parts."""
    pending = context.memory.pending
    text = reading.text.strip()
    if pending is None or is_making(pending) or "?" in text or len(text) > _LONG:
        return None
    if not _CORRECTS.match(text) or not _adds_an_act(reading, pending.calls):
        return None
    for joint in _JOINT.finditer(text):
        head, rest = reader.read(text[: joint.start()]), reader.read(joint["rest"])
        if not _CORRECTS.match(head.text) or (head.has_change and not _is_of(head, pending.calls)):
            continue
        if not _adds_an_act(rest, pending.calls) or not head.items:
            continue
        first = PendingPlan(context, reader, Builder(context, reader)).understand(head)
        if first is None or first.kind != "revise" or first.calls == pending.calls:
            return replies.ask(_ANEW)
        after = _with(context, pending, first.calls)
        also = reader.read(f"also {joint['rest']}")
        then = PendingPlan(after, reader, Builder(after, reader)).understand(also)
        kept = then is not None and then.calls[: len(first.calls)] == first.calls
        return then if kept else replies.ask(_ANEW)
    return None


_LONG = 300


def _adds_an_act(reading: Reading, calls: Sequence[Call]) -> bool:
    """Whether a change is asked for that the plan does not make."""
    planned = {c.tool for c in calls}
    return any(
        f.changes and not (f.negated or f.about) and f.tool not in planned for f in reading.frames
    )


def _is_of(reading: Reading, calls: Sequence[Call]) -> bool:
    planned = {c.tool for c in calls}
    return all(f.tool in planned for f in reading.frames if f.changes)


def _with(context: Context, pending: Pending, calls: Sequence[Call]) -> Context:
    """The same conversation, as if the plan were of these calls."""
    inventory = context.world.inventory
    targets = tuple(_targets(call, pending, inventory) for call in calls)
    waits = replace(pending, calls=tuple(calls), targets=targets)
    return replace(context, memory=replace(context.memory, pending=waits))


def _targets(call: Call, pending: Pending, inventory: Inventory) -> tuple[str, ...]:
    for old, ids in zip(pending.calls, pending.targets, strict=False):
        if old.selector == call.selector:
            return ids
    return tuple(inventory.select_ids(call.selector)) if call.selector is not None else ()
