"""Verbs that mean several tools: delete, restore, resize, make."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.intents.mentions import (
    bare_figure,
    figures_of_size,
    machine_figures,
    names_one,
    names_schedule,
    refers_back,
    speaks_of_disk,
    speaks_of_existing,
    speaks_of_group,
    speaks_of_new,
    wants_bigger,
)
from agent.brains.embedded.scan import Item


def deletion_of(clause: Clause, objects: set[str]) -> str:
    """What shall be deleted: machines, or something of theirs."""
    if clause.has("snapshot_name"):
        return "delete_snapshots"
    if "snapshot" in objects and not _only_as_condition(clause, "snapshot"):
        return "delete_snapshots"
    if "protection" in objects:
        return "unprotect_vms"
    if "schedule" in objects or names_schedule(clause):
        return "cancel_schedule"
    if "tag" in objects and not _only_as_condition(clause, "tag"):
        return "untag_vms"
    key = clause.first("key")
    if (
        key is not None
        and not clause.has("without", "lacks")
        and (_directly(clause, key) or _is_all_of_it(clause, key))
        and not _is_value_key(clause, key)
    ):
        return "untag_vms"
    return "delete_vms"


def _directly(clause: Clause, key: Item) -> bool:
    """Whether the key is what the verb is about: "remove owner from web-03"."""
    items = clause.items
    k = items.index(key)
    between = items[items.index(clause.verb) + 1 : k] if clause.verb in items else []
    return all(i.has("det", "filler", "all") for i in between) and any(
        i.has("from") for i in items[k:]
    )


def _is_all_of_it(clause: Clause, key: Item) -> bool:
    """ "put owner=x on a, remove team": a key alone, and no machine."""
    small = ("det", "filler", "ask", "and", "comma", "then", "also", "key")
    rest = [i for i in clause.items if i is not clause.verb and i is not key]
    return all(i.has(*small) and not i.is_entity and not i.has("pron", "noun") for i in rest)


def _is_value_key(clause: Clause, key: Item) -> bool:
    k = clause.items.index(key)
    after = clause.items[k + 1] if k + 1 < len(clause.items) else None
    return after is not None and after.has("value", "noun")


def _only_as_condition(clause: Clause, thing: str) -> bool:
    """ "delete machines without snapshots", "with no tags": the thing only narrows."""
    items = clause.items
    for k, item in enumerate(items):
        if item.has("object") and item.get("object") == thing:
            before = items[max(0, k - 2) : k]
            if not any(
                i.has("without", "lacks", "untagged")
                or (i.has("with") and any(x.has("noun") or x.is_entity for x in items[:k]))
                for i in before
            ):
                return False
    return True


_AS_BEFORE = frozenset({"before", "previous", "previously", "prior", "was", "were", "original"})
""" "put back to before", "return it to how it was": the last change, where no machine is named."""


def restoring_of(clause: Clause, objects: set[str]) -> str | None:
    """Whether a snapshot is restored or the last change undone."""
    if clause.has("snapshot_name") or "snapshot" in objects:
        return "restore_snapshot"
    verb = clause.verb.words if clause.verb else ()
    if any(i.has("names", "value", "stem", "unknown_name", "glob") for i in clause.items):
        if (
            verb
            and verb[0] in ("return", "put", "set", "roll")
            and verb[1:2] not in (("back",), ())
        ):
            return None
        return "restore_snapshot"
    if _AS_BEFORE & set(clause.words) and not clause.has("time", "ordinal", "superlative"):
        return "undo"
    if clause.has("pron") or len(clause.items) <= 3:
        return (
            "undo"
            if verb
            and verb[0]
            in ("revert", "roll", "rollback", "put", "take", "turn", "set", "wind", "rewind", "go")
            else "restore_snapshot"
        )
    return (
        "undo"
        if clause.first("object") is None and verb[:1] in (("revert",), ("rollback",), ("roll",))
        else "restore_snapshot"
    )


def sizing_of(clause: Clause, objects: set[str]) -> str:
    """Machines, a disk, or a group."""
    group = speaks_of_group(clause)
    less = clause.action == "reduce" or {"trim", "shave", "cut"} & set(clause.words)
    part = clause.has("percent") or any(
        i.has("amount") and i.get("amount")[1] == "percent" for i in clause.items
    )
    if less and part and not _sized_thing(clause):
        return "recommend_savings"
    if clause.action == "scale":
        return "scale_group" if not machine_figures(clause) or group else "resize_vms"
    disk = speaks_of_disk(clause)
    verb = clause.verb.words[0] if clause.verb else ""
    stretched = verb in (
        "grow",
        "extend",
        "expand",
        "growing",
        "extending",
        "expanding",
        "enlarge",
        "widen",
    )
    if (
        stretched
        and any(i.has("amount") and i.get("amount")[1] == "gib" for i in clause.items)
        and not any(i.has("metric") and i.get("metric") in ("memory", "cpu") for i in clause.items)
    ):
        return "resize_disk"
    if disk and not machine_figures(clause, disk=True):
        return "resize_disk"
    if group and not machine_figures(clause):
        return "scale_group"
    if (
        bare_figure(clause)
        and clause.action in ("resize", "increase", "reduce")
        and _plural_set(clause)
        and not names_one(clause)
    ):
        return "scale_group"
    return "resize_vms"


def _sized_thing(clause: Clause) -> bool:
    """Whether a machine is named, or memory, vCPUs or a disk spoken of."""
    return clause.has("names", "pron", "metric", "stem") or "disk" in clause.objects()


def _plural_set(clause: Clause) -> bool:
    return any(i.has("value", "stem") for i in clause.items) and any(i.plural for i in clause.items)


def making_of(clause: Clause, objects: set[str]) -> str | None:
    """A new machine, disk, tag or snapshot, or a change to what is there."""
    action = clause.action
    if "snapshot" in objects and not clause.has("amount") and action == "create":
        return "snapshot_vms"
    if "protection" in objects:
        return "protect_vms"
    if action == "create" and _joins_group(clause):
        return "scale_group"
    if action == "create" and "disk" in objects and wants_bigger(clause) and not clause.has("noun"):
        return "resize_disk"
    if action == "attach" and "disk" not in objects and machine_figures(clause, disk=True):
        return "resize_vms"
    if action == "attach" or (
        "disk" in objects
        and any(i.has("amount") and i.get("amount")[1] == "gib" for i in clause.items)
        and speaks_of_existing(clause)
        and not any(i.has("image") for i in clause.items)
        and "noun" not in {k for i in clause.items for k in i.kinds}
    ):
        return "attach_disk"
    if action == "clone":
        return "clone_vm"
    if clause.verb is not None and clause.verb.words[0] in (
        "make",
        "makes",
        "making",
        "set",
        "prepare",
        "order",
        "request",
    ):
        return _generic_making(clause)
    if "tag" in objects and speaks_of_existing(clause):
        return "tag_vms"
    if "schedule" in objects and not clause.has("noun"):
        return None
    if any(
        i.words[:1] in (("clone",), ("copy",), ("clones",), ("copies",)) for i in clause.items
    ) and speaks_of_existing(clause):
        return "clone_vm"
    if (
        action == "create"
        and clause.verb
        and clause.verb.words[:2] in (("spin", "up"), ("stand", "up"))
        and speaks_of_existing(clause)
        and not speaks_of_new(clause)
    ):
        return "start_vms"
    return "create_vms"


def _joins_group(clause: Clause) -> bool:
    """ "spin up two more runners in ci-runners": more of a group that is there."""
    more = {"more", "additional", "extra", "another"} & set(clause.words)
    counted = bare_figure(clause) or "another" in more
    return bool(more) and counted and speaks_of_group(clause) and not figures_of_size(clause)


def _generic_making(clause: Clause) -> str | None:
    """ "make me a vm", "make web-03 bigger", "make it 8 cores"."""
    if clause.has("protected"):
        return "protect_vms"
    if speaks_of_group(clause) and bare_figure(clause) and not figures_of_size(clause):
        return "scale_group"
    if (
        clause.has("names")
        or refers_back(clause)
        or (figures_of_size(clause) and not clause.has("noun") and not speaks_of_new(clause))
    ):
        if wants_bigger(clause) or figures_of_size(clause):
            return (
                "resize_disk"
                if speaks_of_disk(clause) and not machine_figures(clause, disk=True)
                else "resize_vms"
            )
        if (
            any(i.has("names") for i in clause.items)
            and speaks_of_group(clause) is False
            and not clause.has("noun")
        ):
            return None
    if clause.has("noun") or speaks_of_new(clause):
        return "create_vms"
    return None
