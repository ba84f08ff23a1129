"""A request right after the snapshots of a machine were shown: "bin the older one"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.base import Memory
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.reader import Reader
from tools.machine import VM

_OLDER = frozenset({"older", "oldest", "earlier", "earliest"})
_NEWER = frozenset({"newer", "newest", "latest", "later"})
_LAST = frozenset({"oldest", "earliest", "newest", "latest"})
_FIRST = frozenset({"first", "last", "only", "newer", "later"})
_NOT_ONE = frozenset(
    {"than", "days", "weeks", "but", "except", "all", "machine", "server", "vm", "box", "instance",
     "node", "guest", "machines", "servers", "vms", "boxes", "two", "three"}
)  # fmt: skip
_POINTS = frozenset({"that", "one", "snapshot"})


def of_the_listed(
    frame: Frame, memory: Memory, reader: Reader, machines: Sequence[VM]
) -> Frame | None:
    """The request as one for a snapshot that was shown, or None where it is none.

    Args:
        frame: what was read.
        memory: of the conversation.
        reader: reads the clause once more.
        machines: those whose snapshots were shown.
    """
    if not memory.calls or memory.calls[-1].tool != "list_snapshots":
        return None
    words = set(frame.clause.words)
    if frame.tool == "undo" and _POINTS & words:
        return _reframed(frame, "restore_snapshot", reader)
    if frame.tool == "restore_snapshot" and len(machines) == 1:
        return _restored(frame, words, machines)
    aged = all(set(noun.selector()) == {"age_days"} for noun in frame.chosen.real)
    if frame.tool != "delete_vms" or not aged or frame.chosen.unknown:
        return None
    named = _compared(words, machines)
    placed = frame.chosen.ordinal is not None and not frame.chosen.real
    if frame.chosen.refers is None and not named and not placed:
        return None
    refers = frame.chosen.refers
    made = _reframed(frame, "delete_snapshots", reader)
    made.chosen.refers = made.chosen.refers or refers
    if named:
        made.said.args["snapshot"] = named
        made.said.args.pop("older_than_days", None)
        made.said.ask = ""
        made.chosen.order = made.chosen.limit = None
        pointed = (i for i in made.clause.items if i.words == ("one",))
        made.chosen.refers = made.chosen.refers or next(pointed, made.clause.items[-1])
    elif placed:
        made.chosen.ordinal = None
        made.chosen.refers = made.chosen.refers or next(iter(made.clause.items), None)
        made.said.ask = "snapshot"
    return made


def _restored(frame: Frame, words: set[str], machines: Sequence[VM]) -> Frame | None:
    """ "roll back to the older one", of the one machine whose snapshots were shown."""
    chosen = frame.chosen
    if chosen.says_machines or chosen.strangers or not words & (_OLDER | _NEWER | _POINTS):
        return None
    if named := _compared(words | {"one"}, machines):
        frame.said.args["snapshot"] = named
    elif words & {"older", "earlier", "newer", "later"} and "snapshot" not in frame.said.args:
        frame.said.ask = frame.said.ask or "snapshot"
    chosen.refers = next(iter(frame.clause.items), None)
    return frame


def _reframed(frame: Frame, tool: str, reader: Reader) -> Frame:
    for item in frame.clause.items:
        item.used = ""
    return reader.framed(tool, frame.clause)


def _compared(words: set[str], machines: Sequence[VM]) -> str:
    """ "the older one", of two snapshots of one machine: its name."""
    taken = machines[0].snapshots if len(machines) == 1 else ()
    if words & _NOT_ONE:
        return ""
    if len(taken) == 1 and words & (_LAST | _FIRST):
        return taken[0].name
    if bool(words & _OLDER) == bool(words & _NEWER):
        return ""
    if len(taken) < 2 or (len(taken) > 2 and not words & _LAST):
        return ""
    by_age = sorted(taken, key=lambda s: s.created_at)
    return by_age[0 if words & _OLDER else -1].name
