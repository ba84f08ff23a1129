"""Which tool a clause asks for: first the changes, then the questions."""

from __future__ import annotations

from agent.brains.embedded.clauses import GENERIC, Clause
from agent.brains.embedded.scan import Item

DIRECT = {
    "stop": "stop_vms",
    "start": "start_vms",
    "restart": "restart_vms",
    "suspend": "suspend_vms",
    "resume": "resume_vms",
    "clone": "clone_vm",
    "snapshot": "snapshot_vms",
    "restore": "restore_snapshot",
    "delete": "delete_vms",
    "tag": "tag_vms",
    "untag": "untag_vms",
    "protect": "protect_vms",
    "unprotect": "unprotect_vms",
    "migrate": "migrate_vms",
    "undo": "undo",
    "create": "create_vms",
    "attach": "attach_disk",
    "scale": "scale_group",
    "unschedule": "cancel_schedule",
    "resize": "resize_vms",
    "increase": "resize_vms",
    "reduce": "resize_vms",
    "double": "resize_vms",
    "triple": "resize_vms",
    "quadruple": "resize_vms",
    "halve": "resize_vms",
}

SIZING = frozenset({"resize", "increase", "reduce", "double", "triple", "quadruple", "halve"})


def change_of(clause: Clause) -> str | None:
    """The tool of a clause that asks for a change, or None."""
    action = clause.action
    objects = clause.objects()
    if action == "reduce" and clause.has("cost") and not _figures(clause):
        return None
    if action is None:
        return _without_verb(clause)
    if _asked_which(clause):
        return None
    if action == "undo" and (clause.has("snapshot_name") or "snapshot" in objects):
        return "restore_snapshot"
    if action in ("start", "resume") and {"snapshot", "back"} <= set(clause.words):
        return "restore_snapshot"
    if action == "stop" and _for_ever(clause):
        return "delete_vms"
    if action in ("delete", "stop", "restart") and _guards(clause):
        return "protect_vms" if action == "delete" else None
    if action == "delete":
        if _group(clause) and _bare_figure(clause) and not _named(clause):
            return "scale_group"
        return _deletion(clause, objects)
    if action in SIZING or action == "scale":
        return _sizing(clause, objects)
    if action == "restore":
        return _restoring(clause, objects)
    if action == "snapshot":
        return "snapshot_vms"
    if action in ("create", "attach", "clone"):
        return _making(clause, action, objects)
    if (
        action in ("stop", "start")
        and clause.has("object")
        and "schedule" in objects
        and not any(i.is_entity or i.has("noun") for i in clause.items)
    ):
        return "cancel_schedule" if action == "stop" else None
    if (
        action in ("stop",)
        and "schedule" in objects
        and any(i.has("number") or i.has("word", "unknown_name") for i in clause.items)
    ):
        return "cancel_schedule"
    if action == "protect" and "protection" in objects and clause.has("not"):
        return "unprotect_vms"
    if action == "tag" and "unprotect" in clause.words:
        return "unprotect_vms"
    if action == "migrate" and not _machines(clause) and "disk" in objects:
        return None
    if action in ("start", "stop") and "protection" in objects:
        return "protect_vms" if action == "start" else "unprotect_vms"
    return DIRECT.get(action)


def _for_ever(clause: Clause) -> bool:
    """ "kill x definitively": the machine shall be gone, not off."""
    verb = clause.verb.words if clause.verb else ()
    forever = {"definitively", "definitely", "permanently", "forever", "irrevocably"}
    return verb[:1] == ("kill",) and bool(forever & set(clause.words))


def _asked_which(clause: Clause) -> bool:
    """ "which machines should I stop?", "in which regions can we create machines?": a question."""
    if clause.verb is None or clause.verb not in clause.items:
        return False
    before = clause.items[: clause.items.index(clause.verb)]
    for k, item in enumerate(before):
        if (
            item.has("wh")
            and (
                item.words[0] in ("which", "what", "where", "who", "when", "why")
                or (
                    item.words == ("how",)
                    and before[k + 1 : k + 2] != []
                    and before[k + 1].has("plain")
                )
            )
            and not any(i.has("comma", "colon", "stop") for i in before[k:])
        ):
            if item.words[0] == "what" and k and before[k - 1].has("verb"):
                return False
            return not any(
                i.has("ask")
                and i.words[:2]
                not in (("can", "we"), ("could", "we"), ("should", "i"), ("should", "we"))
                and i.words[0] in ("please", "could", "can", "would", "i")
                for i in before[k:]
            )
    return False


def _guards(clause: Clause) -> bool:
    """ "make sure nobody deletes it", "must not be deleted by accident"."""
    words = set(clause.words)
    negative = words & {"nobody", "nothing", "none", "never", "not"} or {"no", "one"} <= words
    wished = {
        "sure",
        "ensure",
        "must",
        "prevent",
        "accident",
        "accidentally",
        "safe",
        "can",
        "should",
        "cannot",
    } & words
    return bool(
        negative
        and wished
        and not {"do", "please"} <= words
        and not ("do" in words and "not" in words)
    )


def _machines(clause: Clause) -> bool:
    return any(i.is_entity or i.has("noun", "pron") for i in clause.items)


def _deletion(clause: Clause, objects: set[str]) -> str:
    if clause.has("snapshot_name"):
        return "delete_snapshots"
    if "snapshot" in objects and not _only_as_condition(clause, "snapshot"):
        return "delete_snapshots"
    if "protection" in objects:
        return "unprotect_vms"
    if "schedule" in objects or _schedule_id(clause):
        return "cancel_schedule"
    if "tag" in objects and not _only_as_condition(clause, "tag"):
        return "untag_vms"
    key = clause.first("key")
    if (
        key is not None
        and not clause.has("without", "lacks")
        and _directly(clause, key)
        and not _is_value_key(clause, key)
    ):
        return "untag_vms"
    return "delete_vms"


def _schedule_id(clause: Clause) -> bool:
    return any(len(w) <= 6 and w.startswith("s-") and w[2:].isdigit() for w in clause.words)


def _directly(clause: Clause, key: Item) -> bool:
    """Whether the key is what the verb is about: "remove owner from web-03"."""
    items = clause.items
    k = items.index(key)
    between = items[items.index(clause.verb) + 1 : k] if clause.verb in items else []
    return all(i.has("det", "filler", "all") for i in between) and any(
        i.has("from") for i in items[k:]
    )


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


def _restoring(clause: Clause, objects: set[str]) -> str | None:
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


def _sizing(clause: Clause, objects: set[str]) -> str:
    """Machines, a disk, or a group."""
    group = _group(clause)
    if clause.action == "scale":
        return "scale_group" if not _machine_figures(clause) or group else "resize_vms"
    disk = _speaks_of_disk(clause)
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
    if disk and not _machine_figures(clause, disk=True):
        return "resize_disk"
    if group and not _machine_figures(clause):
        return "scale_group"
    if (
        _bare_figure(clause)
        and clause.action in ("resize", "increase", "reduce")
        and _plural_set(clause)
        and not _named(clause)
    ):
        return "scale_group"
    return "resize_vms"


def _named(clause: Clause) -> bool:
    return any(i.has("names") and not i.has("stem") for i in clause.items)


def _plural_set(clause: Clause) -> bool:
    return any(i.has("value", "stem") for i in clause.items) and any(i.plural for i in clause.items)


def _group(clause: Clause) -> bool:
    if "group" in clause.objects():
        return True
    return any(name == "group" for i in clause.items for name, _ in (i.get("value") or ()))


def _speaks_of_disk(clause: Clause) -> bool:
    if "disk" in clause.objects():
        return True
    return any(i.has("metric") and i.get("metric") == "disk" for i in clause.items)


def _machine_figures(clause: Clause, *, disk: bool = False) -> bool:
    """Whether figures for vCPUs, memory or a size are given."""
    for _k, item in enumerate(clause.items):
        if item.has("amount"):
            unit = item.get("amount")[1]
            if unit == "vcpus" or (unit == "gib" and not disk and not _speaks_of_disk(clause)):
                return True
        if item.has("metric") and item.get("metric") in ("memory", "cpu"):
            return True
        if any(name == "size" for name, _ in (item.get("value") or ())) or (
            item.has("unknown_value") and item.get("unknown_value")[0] == "size"
        ):
            return True
    return False


def _bare_figure(clause: Clause) -> bool:
    return any(i.has("number") and not i.has("amount", "names", "time") for i in clause.items)


def _making(clause: Clause, action: str, objects: set[str]) -> str | None:
    words = clause.words
    if "snapshot" in objects and not clause.has("amount") and action in ("create",):
        return "snapshot_vms"
    if "protection" in objects:
        return "protect_vms"
    if action == "attach" or (
        "disk" in objects
        and any(i.has("amount") and i.get("amount")[1] == "gib" for i in clause.items)
        and _existing(clause)
        and not any(i.has("image") for i in clause.items)
        and "noun" not in {k for i in clause.items for k in i.kinds}
    ):
        return "attach_disk"
    if action == "clone":
        return "clone_vm"
    verb = words[0] if words else ""
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
    if "tag" in objects and _existing(clause):
        return "tag_vms"
    if "schedule" in objects and not clause.has("noun"):
        return None
    if any(
        i.words[:1] in (("clone",), ("copy",), ("clones",), ("copies",)) for i in clause.items
    ) and _existing(clause):
        return "clone_vm"
    if (
        clause.action == "create"
        and clause.verb
        and clause.verb.words[:2] in (("spin", "up"), ("stand", "up"))
        and _existing(clause)
        and not _new(clause)
    ):
        return "start_vms"
    del verb
    return "create_vms"


def _existing(clause: Clause) -> bool:
    return any(i.has("names", "pron") for i in clause.items)


def _new(clause: Clause) -> bool:
    """Whether a machine that does not exist yet is spoken of."""
    if any(w in ("new", "fresh", "another", "additional", "extra") for w in clause.words):
        return True
    return any(
        name in ("image", "size") for i in clause.items for name, _ in (i.get("value") or ())
    )


def _generic_making(clause: Clause) -> str | None:
    """ "make me a vm", "make web-03 bigger", "make it 8 cores"."""
    if clause.has("protected"):
        return "protect_vms"
    if _group(clause) and _bare_figure(clause) and not _figures(clause):
        return "scale_group"
    if any(i.has("names", "pron") for i in clause.items) or (
        _figures(clause) and not clause.has("noun") and not _new(clause)
    ):
        if _bigger(clause) or _figures(clause):
            return (
                "resize_disk"
                if _speaks_of_disk(clause) and not _machine_figures(clause, disk=True)
                else "resize_vms"
            )
        if (
            any(i.has("names") for i in clause.items)
            and _group(clause) is False
            and not clause.has("noun")
        ):
            return None
    if clause.has("noun") or _new(clause):
        return "create_vms"
    return None


def _figures(clause: Clause) -> bool:
    return any(
        i.has("amount") and i.get("amount")[1] in ("vcpus", "gib") for i in clause.items
    ) or any(name == "size" for i in clause.items for name, _ in (i.get("value") or ()))


BIGGER = frozenset(
    [
        "bigger",
        "larger",
        "beefier",
        "stronger",
        "faster",
        "more",
        "fatter",
        "roomier",
        "smaller",
        "leaner",
        "cheaper",
        "less",
        "extra",
        "additional",
        "upgrade",
    ]
)


def _bigger(clause: Clause) -> bool:
    return bool(BIGGER & set(clause.words))


def _alone(clause: Clause) -> str | None:
    """ "dev-db off at 19:00", "nfs-01 down for two hours": a particle and a time."""
    if clause.asks or clause.has("wh", "be"):
        return None
    timed = any(
        i.get("time") is not None and (not i.get("time").window or i.get("time").lasts)
        for i in clause.items
    )
    if not timed and not _set_off(clause):
        return None
    for item in clause.items:
        lead = clause.items[: clause.items.index(item)]
        if not any(i.is_entity or i.has("pron") for i in lead) and item is not clause.items[0]:
            continue
        if item.words in (("off",), ("down",), ("offline",)):
            item.used = "verb"
            for more in clause.items:
                if more.words == ("starting",):
                    more.used = "when"
            return "stop_vms"
        if item.words in (("on",), ("up",), ("online",)) and item is not clause.items[0]:
            k = clause.items.index(item)
            if k + 1 >= len(clause.items) or clause.items[k + 1].has("time", "comma"):
                item.used = "verb"
                return "start_vms"
    return None


def _set_off(clause: Clause) -> bool:
    """ "everything in hq, off, please": the particle stands between commas at the end."""
    for k, item in enumerate(clause.items):
        if item.words in (("off",), ("down",), ("on",), ("up",)) and k:
            rest = clause.items[k + 1 :]
            if clause.items[k - 1].has("comma") and all(
                i.has("comma", "ask", "filler") for i in rest
            ):
                return True
    return False


def _without_verb(clause: Clause) -> str | None:
    """Requests by a small verb and a thing: "give web-03 8 cores", "add a tag", "web-03 to
    m6i.xlarge".
    """
    verbs = clause.generic()
    objects = clause.objects()
    if clause.has("wh") and not clause.has("ask") and clause.items[0].has("wh"):
        return None
    if any(i.has("placement") for i in clause.items[:3]):
        return None
    if tool := _alone(clause):
        return tool
    for rule in (
        _specified_rule,
        _back_rule,
        _snapshot_rule,
        _protection_rule,
        _schedule_rule,
        _tag_rule,
        _disk_rule,
        _group_rule,
        _size_rule,
        _move_rule,
        _create_rule,
    ):
        if tool := rule(clause, verbs, objects):
            return tool
    return None


def _back_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """ "put x back to its last snapshot"."""
    named = "snapshot" in objects or clause.has("snapshot_name")
    if not named or "back" not in clause.words or _question(clause):
        return None
    return "restore_snapshot" if verbs & {"put", "take", "bring", "get", "go", "set"} else None


def _snapshot_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    if "snapshot" not in objects or (clause.asks and not clause.has("ask")):
        return None
    lead = [i for i in clause.items if not i.has("comma", "ask", "and")]
    while lead and lead[0].has("then", "filler") and not lead[0].has("det", "verb", "wh"):
        lead.pop(0)
    if len(lead) > 2 and lead[0].has("det") and lead[1].has("object") and lead[2].has("for"):
        return "snapshot_vms" if clause.has("names", "pron") else None
    if verbs & {
        "take",
        "make",
        "get",
        "do",
        "have",
        "want",
        "need",
        "give",
        "add",
        "put",
        "perform",
    } and not _question(clause):
        if clause.has("superlative", "wh"):
            return None
        return "snapshot_vms"
    return None


def _protection_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    if "protection" not in objects or _question(clause):
        return None
    words = set(clause.words)
    if verbs & {"disable", "remove", "lose", "drop"} or words & {"off", "disable", "lift"}:
        return "unprotect_vms"
    if (
        verbs
        & {"enable", "put", "add", "set", "turn", "switch", "give", "apply", "need", "want", "have"}
        or "on" in words
    ):
        return "protect_vms"
    return None


def _schedule_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    words = set(clause.words)
    if ("schedule" in objects or _schedule_id(clause)) and words & {
        "cancel",
        "disable",
        "remove",
        "abort",
        "drop",
        "kill",
        "stop",
        "revoke",
        "rid",
    }:
        return "cancel_schedule"
    return None


def _tag_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    words = set(clause.words)
    pair = clause.first("tag")
    if verbs & {"remove", "take", "drop", "lose"} and ("tag" in objects) and not pair:
        return "untag_vms"
    if verbs & {"remove", "take", "drop"} and pair and words & {"off", "from"}:
        return "untag_vms"
    if (
        pair
        and (pair.quoted or clause.has("with"))
        and not verbs & {"add", "set", "put", "give", "assign", "apply"}
    ):
        return None
    if (
        pair
        and (
            verbs & {"add", "set", "put", "give", "assign", "apply", "change", "update", "make"}
            or "tag" in objects
            or (clause.has("ask") and verbs & {"need", "get", "want", "have"})
        )
        and not _question(clause)
    ):
        return "tag_vms"
    key = clause.first("key")
    if (
        (
            key is not None
            and verbs
            & {"set", "change", "assign", "update", "make", "switch", "add", "give", "modify"}
            and clause.has("to", "value", "word", "be")
        )
        and not _figures(clause)
        and "group" not in objects
    ):
        return "tag_vms"
    if verbs & {"add", "put", "give", "apply"} and "tag" in objects:
        return "tag_vms"
    if verbs & {"assign"} and any(i.is_entity for i in clause.items):
        return "tag_vms"
    return None


def _disk_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    if not _speaks_of_disk(clause) or _question(clause):
        return None
    if _added_figure(clause) and clause.has("names", "pron"):
        return "resize_disk"
    words = list(clause.words)
    gib = any(i.has("amount") and i.get("amount")[1] == "gib" for i in clause.items)
    if ("to" in words and gib and not verbs & {"add", "give"}) or (
        verbs & {"make", "change", "set", "take", "bring"} and gib
    ):
        return "resize_disk"
    if any(w in ("bigger", "larger", "smaller") for w in words) and not any(
        w in ("another", "second", "extra", "new", "additional") for w in words
    ):
        return "resize_disk"
    if verbs & {"add", "give", "put", "need", "want", "get", "allocate", "have"}:
        if gib and "another" in words and not _disk_after_figure(clause):
            return "resize_disk"
        if any(w in ("another", "second", "extra", "new", "additional", "third") for w in words):
            return "attach_disk" if not ("more" in words or "space" in words) else "resize_disk"
        if "more" in words or "space" in words or "extra" in words or "its" in words:
            return "resize_disk"
        article = any(i.has("det") and i.words[-1] in ("a", "an") for i in clause.items)
        onto_disk = any(
            w == "disk" and words[n - 1] in ("its", "the", "'s") for n, w in enumerate(words) if n
        )
        if onto_disk and "a" not in words:
            return "resize_disk"
        return (
            "attach_disk"
            if (article or gib) and (gib or verbs & {"add", "give", "put"})
            else "attach_disk"
            if verbs & {"need", "want", "add", "give"}
            else None
        )
    if "another" in words or "extra" in words or "second" in words:
        return "attach_disk"
    return None


def _added_figure(clause: Clause) -> bool:
    """ "gitlab disk +100": a figure with a plus before it."""
    items = clause.items
    return any(i.has("plus_sign") and items[k + 1].has("number") for k, i in enumerate(items[:-1]))


def _disk_after_figure(clause: Clause) -> bool:
    items = clause.items
    for k, item in enumerate(items):
        if item.has("amount"):
            return any(i.has("object") and i.get("object") == "disk" for i in items[k + 1 : k + 3])
    return False


def _group_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    if (
        not (_group(clause) or verbs & {"add", "take", "bring", "remove"})
        or _question(clause)
        or _figures(clause)
    ):
        return None
    number = _bare_figure(clause)
    words = set(clause.words)
    if (
        _group(clause)
        and number
        and (
            verbs
            & {
                "take",
                "bring",
                "set",
                "put",
                "make",
                "add",
                "give",
                "need",
                "want",
                "have",
                "remove",
                "change",
                "go",
                "get",
                "drop",
            }
            or clause.has("to")
            or words & {"more", "fewer", "less", "plus"}
            or clause.has("plus_sign", "dash")
        )
    ):
        return "scale_group"
    if (
        _group(clause)
        and words & {"larger", "bigger", "smaller", "grow", "shrink", "more"}
        and not words & {"disk"}
    ):
        return "scale_group"
    if (
        number
        and words & {"more", "additional", "extra", "another"}
        and (clause.has("noun") or any(i.plural and i.is_entity for i in clause.items))
    ):
        described = any(
            i.has("value", "stem")
            and not any(
                n in ("image", "size", "region", "provider") for n, _ in i.get("value") or ()
            )
            for i in clause.items
        )
        if (described and verbs & {"add", "need", "want", "give", "get"}) or _group(clause):
            return "scale_group"
    if number and "group" in words:
        return "scale_group"
    return None


def _size_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    if _question(clause) or clause.has("cmp"):
        return None
    subject = (
        any(
            i.has("names", "glob", "stem", "unknown_name") and not _named_so(clause, i)
            for i in clause.items
        )
        or _pronoun(clause)
        or any(
            i.has("value") and not any(n in ("size", "image") for n, _ in i.get("value"))
            for i in clause.items
        )
    )
    if not subject:
        return None
    sizes = _figures(clause) or any(
        i.has("unknown_value") and i.get("unknown_value")[0] == "size" for i in clause.items
    )
    resource = any(i.has("metric") and i.get("metric") in ("memory", "cpu") for i in clause.items)
    wanting = verbs & {
        "give",
        "make",
        "set",
        "change",
        "put",
        "take",
        "bring",
        "need",
        "want",
        "get",
        "add",
        "update",
        "have",
        "switch",
        "allocate",
        "modify",
        "adjust",
        "let",
        "cut",
        "go",
        "grant",
    }
    if (
        clause.has("noun")
        and _new(clause)
        and not any(i.has("names", "pron") for i in clause.items)
    ):
        return None
    if sizes and (wanting or clause.has("to", "colon", "ask", "instead")):
        return "resize_vms"
    if wanting and (resource or "size" in objects) and (_bigger(clause) or "to" in clause.words):
        return "resize_vms"
    if (
        wanting & {"give", "make", "need", "want", "get", "take", "bring"}
        and (_bigger(clause))
        and any(i.has("names", "pron") for i in clause.items)
    ) and (not any(w in ("more",) for w in clause.words) or resource or sizes):
        return "resize_vms"
    return None


def _move_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    if _question(clause):
        return None
    places = [
        (i, n)
        for i in clause.items
        for n, _ in (i.get("value") or ())
        if n in ("host", "region", "provider")
    ]
    places += [
        (i, i.get("unknown_value")[0])
        for i in clause.items
        if i.has("unknown_value") and i.get("unknown_value")[0] in ("host", "region")
    ]
    if not places:
        return None
    items = clause.items
    for place, _ in places:
        k = items.index(place)
        before = [i for i in items[max(0, k - 3) : k]]
        to = any(i.has("to") or i.words[:1] in (("over",),) for i in before)
        on = any(i.has("in", "to") for i in before)
        if any(i.has("names", "pron", "value", "stem", "glob", "noun") for i in items[:k]):
            if to and (
                not verbs
                or verbs
                & {
                    "put",
                    "take",
                    "bring",
                    "send",
                    "get",
                    "go",
                    "want",
                    "need",
                    "let",
                    "have",
                    "change",
                    "switch",
                    "throw",
                    "kick",
                    "set",
                    "run",
                }
            ):
                return "migrate_vms"
            if on and verbs & {"put", "throw"}:
                return "migrate_vms"
    return None


def _specified_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """ "one n2-standard-2 in us-central1 with debian 12": a size, an image and a place, and no
    machine.
    """
    if (
        (_question(clause) and not clause.has("ask"))
        or clause.has("cmp")
        or _pronoun(clause)
        or any(i.has("names", "glob", "stem") for i in clause.items)
    ):
        return None
    found = {n for i in clause.items for n, _ in (i.get("value") or ())} | {
        i.get("unknown_value")[0] for i in clause.items if i.has("unknown_value")
    }
    if "group" in found or any(
        w in ("all", "every", "which", "list", "show") for w in clause.words
    ):
        return None
    sized = "size" in found or (
        _figures(clause) and sum(1 for i in clause.items if i.has("amount")) >= 1
    )
    imaged = "image" in found or clause.has("os")
    placed = bool(found & {"region", "provider"})
    return (
        "create_vms"
        if sized
        and (imaged + placed >= 1)
        and ((imaged and placed) or (clause.has("noun", "number", "det") and "size" in found))
        else None
    )


def _named_so(clause: Clause, item: Item) -> bool:
    """ "name it x", "called x": the name of what is made, not of a machine that exists."""
    before = clause.items[max(0, clause.items.index(item) - 2) : clause.items.index(item)]
    return any(w in ("name", "named", "call", "called") for i in before for w in i.words)


def _pronoun(clause: Clause) -> bool:
    """Whether a pronoun refers to a machine; in "name it x" it does not."""
    return any(i.has("pron") and not _named_so(clause, i) for i in clause.items)


def _create_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """ "I need two ubuntu boxes", "gimme a t3.medium in us-east-1", "2 x m6i.large"."""
    if _question(clause) or clause.has("cmp"):
        return None
    made_of = any(
        n in ("image", "size") for i in clause.items for n, _ in (i.get("value") or ())
    ) or _figures(clause)
    if any(i.has("names") for i in clause.items) or _pronoun(clause):
        return None
    if _LOOKING & set(clause.words):
        return None
    new = any(w in ("new", "fresh", "another", "additional", "extra") for w in clause.words)
    asks = verbs & {
        "give",
        "need",
        "want",
        "get",
        "add",
        "have",
        "allocate",
        "grant",
    } or clause.has("ask")
    article = any(
        i.has("det") and i.words[-1] in ("a", "an", "another") for i in clause.items
    ) or _bare_figure(clause)
    if "ready" in clause.words and verbs & {"get", "make", "have"} and article:
        return "create_vms" if any(i.get("noun") == 1 for i in clause.items) else None
    if asks and (clause.has("noun") or made_of) and (new or (article and made_of)):
        if "all" in clause.words or "every" in clause.words:
            return None
        return "create_vms"
    if made_of and not asks and _bare_figure(clause) and clause.items[0].has("number"):
        return "create_vms"
    if (
        new
        and clause.has("noun")
        and (made_of or clause.items[0].has("det", "number", "word", "plain", "filler"))
        and clause.items[0].words[0] in ("a", "new", "another", "one", "two", "three", "fresh")
    ):
        return "create_vms"
    if (
        asks
        and article
        and clause.has("noun")
        and verbs & {"need", "want"}
        and not any(i.is_entity for i in clause.items)
    ):
        return "create_vms"
    return None


_LOOKING = frozenset(
    {"review", "see", "check", "know", "look", "audit", "inspect", "understand", "find", "verify"}
)


def _question(clause: Clause) -> bool:
    """Whether it asks rather than requests."""
    first = next((i for i in clause.items if not i.has("comma", "then") or i.has("wh")), None)
    if first is None:
        return False
    if first.has("wh") and not clause.has("ask"):
        return True
    if first.has("verb") and first.action == "count":
        return True
    if first.words[:1] in (("list",), ("show",), ("display",), ("print",), ("tell",)):
        return True
    if (
        first.words
        and first.words[0] in ("is", "are", "was", "were", "does", "did", "has", "have", "do", "am")
        and clause.asks
    ):
        return True
    return first.has("asking", "howto")


def generic_words() -> frozenset[str]:
    """Every form of the small verbs."""
    return frozenset(GENERIC)
