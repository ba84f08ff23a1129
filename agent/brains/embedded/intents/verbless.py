"""Requests by a small verb and a thing: "give web-03 a tag", "nfs-01 off at 19:00"."""

from __future__ import annotations

import itertools

from agent.brains.embedded.arguments.tags import puts_a_pair
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.intents.mentions import figures_of_size, is_question, names_schedule
from agent.brains.embedded.intents.resources import (
    create_rule,
    disk_rule,
    group_rule,
    size_rule,
    specified_rule,
)
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("intents")
_MOVING = frozenset(_WORDS["moving"])
_TAKING_SNAPSHOT = frozenset(_WORDS["taking_snapshot"])
_ENDING_SCHEDULE = frozenset(_WORDS["ending_schedule"])


def without_verb(clause: Clause) -> str | None:
    """Requests by a small verb and a thing: "give web-03 8 cores", "add a tag", "web-03 to
    m6i.xlarge".
    """
    verbs = clause.generic()
    objects = clause.objects()
    if clause.has("wh") and not clause.has("ask") and clause.items[0].has("wh"):
        return None
    if any(i.has("placement") for i in clause.items[:3]):
        return None
    where = clause.first("placement")
    asks_where = any(i.words[:1] in (("where",), ("which",)) for i in clause.items)
    if where is not None and asks_where and not clause.has("names"):
        return None
    if where is not None and clause.asks and not clause.has("ask", "names"):
        return None
    if where is not None and where.words[0] in ("where", "which") and not clause.has("names"):
        return None
    if tool := _alone(clause):
        return tool
    for rule in (
        specified_rule,
        _back_rule,
        _snapshot_rule,
        _protection_rule,
        _schedule_rule,
        _tag_rule,
        disk_rule,
        group_rule,
        size_rule,
        _move_rule,
        create_rule,
    ):
        if tool := rule(clause, verbs, objects):
            return tool
    return None


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


def _back_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """ "put x back to its last snapshot"."""
    named = "snapshot" in objects or clause.has("snapshot_name")
    if not named or "back" not in clause.words or is_question(clause):
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
    if _schedules_it(clause):
        return "snapshot_vms"
    if verbs & _TAKING_SNAPSHOT and not is_question(clause):
        if clause.has("superlative", "wh"):
            return None
        return "snapshot_vms"
    return None


def _schedules_it(clause: Clause) -> bool:
    """ "schedule a snapshot of x every day", "cron 15 1 * * * → snapshot x"."""
    lead = next((i for i in clause.items if not i.has("ask", "comma", "filler", "then")), None)
    lead = next((i for i in clause.items if i.get("object") == "schedule"), lead)
    timed = any(i.has("time") and not i.get("time").window for i in clause.items)
    said = {"schedule", "scheduled", "cron", "plan", "arrange"} & set(lead.words if lead else ())
    named = clause.has("names", "pron", "value", "stem", "all")
    return timed and named and bool(said) and not clause.has("wh") and not clause.asks


def _protection_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    words = set(clause.words)
    safe = clause.first("protected")
    if safe is not None and "deleted" in safe.words and words & {"sure", "ensure", "certain"}:
        safe.used = "verb"
        return "protect_vms"
    if "protection" not in objects or is_question(clause):
        return None
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
    if ("schedule" in objects or names_schedule(clause)) and words & _ENDING_SCHEDULE:
        return "cancel_schedule"
    return None


def _tag_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    words = set(clause.words)
    pair = clause.first("tag")
    lists = {"me", "us", "gimme"} & set(clause.words[:4])
    if lists and ((not pair and "tag" not in objects) or clause.has("without", "lacks")):
        return None
    if lists and {"give", "gimme", "show", "bring", "send", "fetch"} & set(clause.words[:4]):
        return None
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
        and not is_question(clause)
    ):
        return "tag_vms"
    if any(puts_a_pair(clause.items, k) for k in range(len(clause.items))):
        return "tag_vms"
    key = clause.first("key")
    if (
        (
            key is not None
            and verbs
            & {"set", "change", "assign", "update", "make", "switch", "add", "give", "modify"}
            and clause.has("to", "value", "word", "be", "as")
        )
        and not figures_of_size(clause)
        and "group" not in objects
    ):
        return "tag_vms"
    if verbs & {"add", "put", "give", "apply"} and "tag" in objects:
        return "tag_vms"
    if key is not None and clause.has("names", "pron") and _SHALL_BE & set(_pairs(clause)):
        return "tag_vms"
    if key is not None and verbs & {"put", "make"} and _names_whose(clause, key):
        return "tag_vms"
    if verbs & {"assign"} and any(i.is_entity for i in clause.items):
        return "tag_vms"
    return None


_SHALL_BE = {("should", "be"), ("must", "be"), ("shall", "be")}


def _pairs(clause: Clause) -> list[tuple[str, str]]:
    return list(itertools.pairwise(clause.words))


def _names_whose(clause: Clause, key: Item) -> bool:
    """ "put nadia down as its owner": a value of the key before it."""
    values = [n for i in clause.items for n, _ in (i.get("value") or ())]
    return f"tags.{key.get('key')}" in values and clause.has("names", "pron", "noun")


def _move_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    if is_question(clause):
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
            if to and (not verbs or verbs & _MOVING):
                return "migrate_vms"
            if on and verbs & {"put", "throw"}:
                return "migrate_vms"
    return None
