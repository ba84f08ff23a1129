"""Fragments of a turn, read as if they followed the verb of an earlier call."""

from __future__ import annotations

from typing import Any

from agent.brains.base import Context
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.merging import (
    names_of,
    numbered_names,
)
from agent.brains.embedded.reader import Reader
from tools.calls import Call


class Fragments:
    """Reads fragments against the memory of their conversation."""

    def __init__(self, context: Context, reader: Reader, builder: Builder) -> None:
        self.context = context
        self.memory = context.memory
        self.reader = reader
        self.builder = builder
        self.site = reader.site

    def _as_fragment(self, reading: Reading, call: Call) -> Frame:
        """The whole turn read as if it followed this call's verb."""
        for item in reading.items:
            item.used = ""
        parts = split(reading.items)
        told = [c for c in parts if not c.reason] or parts
        clause = Clause([i for c in told for i in c.items])
        for item in clause.items:
            item.used = ""
            if (
                item.has("verb")
                and item.action in _VERB_OF.get(call.tool, ())
                and not item.is_entity
                and not item.has("state")
            ):
                item.used = "verb"
                clause.action = clause.action or item.action
        return self.reader.framed(call.tool, clause)

    def _bare_numbers(self, reading: Reading, call: Call) -> list[str]:
        """ "and 06 too", "leave 101": numbers of siblings of the machines of the plan."""
        if call.tool in ("scale_group", "create_vms"):
            return []
        names = names_of(call, self.builder.inventory, self._pending_targets(call))
        return numbered_names(reading, names, self.site)

    def _pending_targets(self, call: Call) -> list[str]:
        pending = self.memory.pending
        if pending is None or call not in pending.calls:
            return list(self.memory.targets)
        k = pending.calls.index(call)
        return list(pending.targets[k]) if k < len(pending.targets) else list(self.memory.targets)

    def _adds(self, reading: Reading) -> bool:
        words = reading.words
        if not words:
            return False
        opener = next(
            (
                i
                for i in reading.items
                if not i.has("comma") and not (i.has("filler") and not i.has("and", "also"))
            ),
            None,
        )
        adding = bool(
            set(words)
            & {"too", "also", "aswell", "add", "plus", "include", "including", "additionally"}
        ) or " as well" in " " + " ".join(words)
        if words[:2] == ("one", "of") or (" one of " in f" {' '.join(words)} " and "too" in words):
            return True
        return adding or (
            opener is not None
            and opener.has("and", "plus_sign")
            and not set(words) & {"only", "not", "except"}
        )

    def _has_entities(self, reading: Reading) -> bool:
        return any(i.is_entity for i in reading.items)


_VERB_OF: dict[str, tuple[str, ...]] = {
    "stop_vms": ("stop",),
    "start_vms": ("start",),
    "restart_vms": ("restart",),
    "suspend_vms": ("suspend",),
    "resume_vms": ("resume",),
    "snapshot_vms": ("snapshot",),
    "delete_vms": ("delete",),
    "resize_vms": ("resize", "increase", "reduce"),
    "resize_disk": ("resize", "increase", "reduce"),
    "migrate_vms": ("migrate",),
    "tag_vms": ("tag",),
    "untag_vms": ("untag", "delete"),
    "scale_group": ("scale", "resize", "increase", "reduce"),
    "clone_vm": ("clone",),
    "create_vms": ("create",),
    "protect_vms": ("protect",),
    "unprotect_vms": ("unprotect",),
    "attach_disk": ("attach",),
    "restore_snapshot": ("restore",),
    "delete_snapshots": ("delete",),
}


def only_number(reading: Reading) -> int | None:
    """The one whole figure of a turn."""
    items = reading.items
    found = [
        i.get("number")
        for k, i in enumerate(items)
        if i.has("number") and not i.has("amount") and not (k and _is_the_one(items[k - 1], i))
    ]
    return int(found[0]) if len(found) == 1 and found[0] == int(found[0]) else None


def only_count(reading: Reading) -> dict[str, Any]:
    """The one figure of a turn as a group's: "8" in all, "4 more" or "2 fewer" than there are."""
    count = only_number(reading)
    if not count:
        return {}
    words = set(reading.words)
    if words & {"more", "additional", "extra", "further"}:
        return {"change": count}
    return {"change": -count} if words & {"fewer", "less"} else {"count": count}


_BEFORE_A_FIGURE = (("it",), ("to",), ("at",), ("by",), ("make",), ("for",), ("be",), ("about",))


def _is_the_one(before: Item, item: Item) -> bool:
    """ "that's the one", "this one": no figure."""
    pointed = before.has("det") or before.words[-1:] in (("the",), ("this",), ("that",), ("which",))
    described = before.has("plain", "word", "superlative", "state", "value", "condition")
    plain = before.words[-1:] in _BEFORE_A_FIGURE or before.has("comma", "filler", "and", "only")
    return item.words == ("one",) and (pointed or (described and not plain))


def portable(call: Call) -> dict[str, Any]:
    """Arguments that make sense on other machines too."""
    return {
        k: v
        for k, v in call.args.items()
        if not (call.tool in ("restore_snapshot", "delete_snapshots") and k == "snapshot")
        and not (call.tool == "clone_vm" and k == "name")
    }
