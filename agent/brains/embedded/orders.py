"""Turns that plainly order one act."""

from __future__ import annotations

import re

from agent.brains.base import Understanding
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.tools import CHANGES

_PLAIN = {
    (verb,)
    for verb in (
        "stop", "start", "restart", "reboot", "suspend", "resume", "resize", "scale", "protect",
        "unprotect", "tag", "snapshot", "delete", "clone", "migrate", "attach",
    )
}  # fmt: skip
"""Verbs with which nothing is asked for but their act."""


def is_an_order(reading: Reading, first: Understanding) -> bool:
    """Whether a turn begins with the verb of the one change that was read: it is no question."""
    changes = first.kind == "calls" and {call.tool for call in first.calls} <= CHANGES
    if not changes or len(reading.frames) != 1 or "?" in reading.text:
        return False
    opens = next((i for i in reading.items if not i.has("filler", "comma")), None)
    clause = reading.frames[0].clause
    plain = opens is not None and opens.words[:1] in _PLAIN
    return plain and opens is not None and opens.action == clause.action


_OF_THEM = re.compile(
    r"^(?:(?:and|so|ok(?:ay)?|but|well|hm+)[, ]+)*(?:do|does|did|have|has|had|are|is|were|was)"
    r"(?:n't)? (?:they|those|these|any|all|both|each|either|some|none)\b[^.!;]*\?\s*$",
    re.IGNORECASE,
)


def asks_of_them(reading: Reading) -> bool:
    """ "do they all have a snapshot?": how machines are, and nothing to be done with them."""
    return _OF_THEM.match(reading.text.strip()) is not None


def narrows_those(first: Understanding) -> bool:
    """Whether a question was read as one of machines of before, with a condition on them."""
    if first.kind != "calls" or len(first.calls) != 1 or first.calls[0].selector is None:
        return False
    fields = set(first.calls[0].selector.to_dict())
    return first.calls[0].tool in ("list_vms", "count_vms") and {"ids", "snapshots"} <= fields
