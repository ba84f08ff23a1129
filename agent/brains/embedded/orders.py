"""Turns that plainly order one act."""

from __future__ import annotations

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
