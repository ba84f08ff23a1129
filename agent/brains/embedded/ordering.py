"""In which order acts run, and which end of time is not theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Frame
from tools.calls import Call


def ends_something_told(clause: Clause) -> bool:
    """ "carol is on vacation until thursday, so stop it": that is the end of what is told."""
    items = clause.items
    verb = items.index(clause.verb) if clause.verb in items else 0
    end = next((k for k, i in enumerate(items[:verb]) if i.used.startswith("until")), None)
    return end is not None and any(i.has("be") and not i.is_entity for i in items[:end])


def what_is_first(frames: Sequence[Frame]) -> Sequence[Frame]:
    """ "bounce kafka-2, snap it first": in the order in which they shall run."""
    for k in range(1, len(frames)):
        before, frame = frames[k - 1], frames[k]
        if before.changes and frame.changes and _ends_with_first(frame.clause):
            return [*frames[: k - 1], frame, before, *frames[k + 1 :]]
    return frames


def _ends_with_first(clause: Clause) -> bool:
    items = clause.items
    while items and items[-1].has("filler", "ask", "comma") and items[-1].words != ("first",):
        items = items[:-1]
    if len(items) < 2 or items[-1].words not in (("first",), ("up", "first")):
        return False
    if items[-2].has("det", "number"):
        return False
    return any(i is clause.verb for i in items[:-1])


_BACK = {"stop_vms": "start_vms", "suspend_vms": "resume_vms", "start_vms": "stop_vms"}


def runs_backwards(before: Call, call: Call) -> bool:
    """ "shut down tonight and switched back on at 7": at seven, said at ten, is before tonight."""
    if _BACK.get(before.tool) != call.tool or before.selector != call.selector:
        return False
    times = [c.when.at for c in (before, call) if c.when is not None and c.when.at]
    return len(times) == 2 and datetime.fromisoformat(times[1]) < datetime.fromisoformat(times[0])
