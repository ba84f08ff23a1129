"""Words of a change that nothing accounts for, in a place where they could matter.

What is switched off in "turn off the lights in hq" is no machine; "anything tagged temp" is not
everything; "at 25:00" is no time. Each is asked about or declined, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from agent.brains.embedded import replies
from agent.brains.embedded.clauses.clause import GENERIC, Clause
from agent.brains.embedded.doubtful import (
    lost_beside_all,
    lost_beside_machines,
    lost_relative,
    only_perhaps,
    spared_at_the_end,
)
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.items import Item
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")
_OF_MACHINES = frozenset(_WORDS["collective"])
_PLACING = frozenset({"in", "on", "of", "from", "at", "inside", "within", "for"})
_POWER = frozenset(
    {
        "start_vms", "stop_vms", "restart_vms", "suspend_vms", "resume_vms", "delete_vms",
    }
)  # fmt: skip


_GUARDS = frozenset({"snapshot_vms", "protect_vms", "unprotect_vms"})


def check_accounted(frame: Frame) -> None:
    """Look a change over for words that would make it another one.

    Raises:
        Doubt: there is such a word; the question, or that it is nothing that is done here.
    """
    if frame.tool not in CHANGES:
        return
    if frame.tool in _POWER and _acts_on_something_else(frame.clause):
        raise Doubt(replies.out_of_scope())
    if said := only_perhaps(frame.clause):
        raise Doubt(replies.ask(f"“{said}”: is it meant or not? Say which machines."))
    if said := spared_at_the_end(frame):
        raise Doubt(replies.ask(f"“{said}”: shall it be left as it is? Say which machines."))
    if lost := lost_beside_all(frame):
        raise Doubt(replies.ask(f"I do not know what “{lost}” means here. Which machines?"))
    if lost := lost_relative(frame):
        raise Doubt(replies.ask(f"I do not know which of them “{lost}” means. Name them, please."))
    if lost := lost_beside_machines(frame):
        raise Doubt(replies.ask(f"I do not know what “{lost}” means here. Which machines?"))
    if said := _no_or_without(frame):
        raise Doubt(replies.ask(f"“{said}”: all of them without it, or only that one?"))
    if frame.tool in _POWER | _GUARDS and (lost := _lost_figure(frame.clause)):
        raise Doubt(replies.ask(f"I do not understand “{lost}” here. Which machines do you mean?"))
    if frame.tool == "scale_group" and (groups := _groups(frame.clause))[1:]:
        raise Doubt(replies.ask(f"One group at a time, please: {' or '.join(groups)}?", groups))
    if frame.tool == "attach_disk" and (lost := _several_disks(frame.clause)):
        raise Doubt(replies.ask(f"One disk at a time: shall I attach one, not “{lost}”?"))
    if frame.tool == "migrate_vms" and (lost := _another_destination(frame.clause)):
        raise Doubt(replies.ask(f"One move at a time, please: what shall go to {lost}?"))
    if lost := _unknown_act(frame.clause):
        raise Doubt(
            replies.ask(f"I do not understand “{lost}”. What shall I do with which machine?")
        )
    if lost := _later_machine(frame.clause):
        raise Doubt(replies.ask(f"At what times shall I do each? I read “{lost}”."))
    if lost := _pause_between(frame.clause):
        raise Doubt(replies.ask(f"I cannot “{lost}” in between. At what times shall I do each?"))
    if frame.said.time is None and (spoken := _THAT_TIME.search(frame.clause.text)):
        raise Doubt(replies.ask(f"“{spoken[0]}”: when is that? Say the day and the hour."))
    if lost := _second_time(frame.clause):
        raise Doubt(replies.ask(f"One time for each act, please: when, and “{lost}” what?"))
    if lost := _lost_time(frame.clause):
        raise Doubt(replies.ask(f"I do not understand “{lost}” here. When shall it be done?"))
    if lost := _lost_repeats(frame.clause):
        raise Doubt(replies.ask(f"I do it once in one go, not “{lost}”. Shall I do it once?"))


def refers_only(frame: Frame) -> bool:
    """Whether a change names no machine but "it"."""
    return frame.changes and frame.chosen.refers is not None and not frame.chosen.real


def _acts_on_something_else(clause: Clause) -> bool:
    """ "turn off the lights in hq", "delete the logs on web-01": the object is no machine."""
    items = clause.items
    if clause.verb is None or clause.verb not in items:
        return False
    k = items.index(clause.verb) + 1
    while k < len(items) and _may_lead(items[k]):
        k += 1
    if k + 1 >= len(items):
        return False
    if _runs_on_a_machine(items, k):
        return True
    if not _is_unknown_thing(items[k]):
        return False
    k = _last_of_compound(items, k)
    placed = items[k + 1] if k + 1 < len(items) else None
    if placed is None or placed.used or placed.words[:1] == () or placed.is_entity:
        return False
    return placed.words[0] in _PLACING and _leads_to_machine(items[k + 2 :])


def _runs_on_a_machine(items: Sequence[Item], k: int) -> bool:
    """ "the database on db-prod-1", "sql on sql-win-01": no machine is on another."""
    for n in range(k + 1, min(k + 4, len(items) - 1)):
        if items[n].has("comma", "and", "or", "time") or items[n - 1].has("names", "pron", "all"):
            return False
        if items[n].words in (("on",), ("inside",), ("from",)):
            led = next((i for i in items[n + 1 :] if not i.has("det")), None)
            return led is not None and led.has("names") and not led.has("stem")
    return False


def _may_lead(item: Item) -> bool:
    return not item.is_entity and item.has("det", "filler", "all", "ask") and not item.has("noun")


def _is_unknown_thing(item: Item) -> bool:
    known = item.is_entity or item.used or item.has("noun", "pron", "state", "condition", "number")
    if known or not item.words or item.words[-1] in _OF_MACHINES:
        return False
    return item.has("plain", "word", "tech", "metric", "object")


def _last_of_compound(items: Sequence[Item], k: int) -> int:
    """The last word of "the print spooler service"."""
    while k + 1 < len(items) and _is_unknown_thing(items[k + 1]):
        k += 1
    return k


def _leads_to_machine(rest: Sequence[Item]) -> bool:
    """Whether machines follow: then they are where the thing is."""
    first = next((i for i in rest if not i.has("det", "all", "filler") or i.is_entity), None)
    return first is not None and (first.is_entity or first.has("noun", "os"))


def _no_or_without(frame: Frame) -> str:
    """ "stop the qa machines, no vdi-101": left out, or put right?"""
    items = frame.clause.items
    described = any(not n.named_only for n in frame.chosen.real)
    for k, item in enumerate(items[1:-1], 1):
        after = items[k + 1]
        plain = item.words == ("no",) and items[k - 1].has("comma") and after.has("names")
        if plain and described and k + 2 >= len(items):
            return f"{item.text} {after.text}"
    return ""


def _lost_figure(clause: Clause) -> str:
    """A figure right after a name that is no part of it: "web one two"."""
    for k, (before, item) in enumerate(pairwise(clause.items)):
        after = clause.items[k + 2] if k + 2 < len(clause.items) else None
        if after is not None and after.words[:1] in (("me",), ("us",), ("my",), ("the",)):
            continue  # "stop bastion 4 me"
        if after is not None and after.words[:1] in (("st",), ("nd",), ("rd",), ("th",)):
            continue  # "snapshot jenkins 1st"
        bare = item.has("number") and not item.has("amount", "time", "names")
        dashed = before.has("dash") and k > 1 and clause.items[k - 1].has("and", "comma")
        if bare and not item.used and dashed and clause.items[k - 2].has("names"):
            return f"{clause.items[k - 1].text} -{item.text}"
        if bare and not item.used and before.has("names") and before.end == item.start:
            return f"{before.text} {item.text}"
    return ""


def _several_disks(clause: Clause) -> str:
    """ "two 100 gig disks"."""
    for item, after in pairwise(clause.items):
        bare = item.has("number") and not item.has("amount", "time", "names") and not item.used
        if bare and item.get("number") > 1 and not after.has("names"):
            return item.text
    return ""


def _pause_between(clause: Clause) -> str:
    """ "restart x, wait 5 minutes, restart y"."""
    for item, after in pairwise(clause.items):
        waits = item.words[:1] in (("wait",), ("pause",), ("sleep",))
        if waits and after.has("amount") and not after.used:
            return f"{item.text} {after.text}"
    return ""


def _another_destination(clause: Clause) -> str:
    """ "102 goes to esx-03 and 103 to esx-02": the place that nothing took, after a "to"."""
    for before, item in pairwise(clause.items):
        place = any(n in ("host", "region") for n, _ in item.get("value") or ())
        toward = before.words[-1:] in (("to",), ("onto",), ("into",)) and not before.is_entity
        if place and toward and not item.used.startswith("to "):
            return item.text
    return ""


def _unknown_act(clause: Clause) -> str:
    """ "decommission sandbox-01 and hand over sandbox-02": a verb that is no verb of ours."""
    items = clause.items
    for k, item in enumerate(items[:-2]):
        after = items[k + 1]
        joint = item.has("and", "comma") and not item.is_entity
        if not joint or not any(i.has("names") for i in items[:k]):
            continue
        if after.words == ("do",) and (thing := _handled(items[k + 2 :])):
            return f"{after.text} {thing}"
        if item.has("comma") and not items[k + 2].has("names"):
            continue
        unused = not after.is_entity and not after.used
        strange = unused and bool(after.words)
        if unused and len(after.words) == 1 and GENERIC.get(after.words[0]) not in (None, "do"):
            named = items[k + 2] if items[k + 2].has("names") else None
            if named is not None and after.words[0] == GENERIC[after.words[0]]:
                return f"{after.text} {named.text}"
        small = (
            "filler", "det", "noun", "state", "also", "then", "only", "number", "in", "ask", "or",
            "except", "not", "and", "pron", "all", "time", "comma", "other", "same", "os", "for",
            "with", "quote", "condition", "superlative", "most", "object", "metric",
        )  # fmt: skip
        if not strange or after.has(*small) or after.words[-1].endswith("ly"):
            continue
        named = next((i for i in items[k + 2 : k + 4] if i.has("names")), None)
        if named is not None:
            return f"{after.text} {named.text}"
    return ""


def _handled(rest: Sequence[Item]) -> str:
    """ "do something with kafka-1": an act that is not named."""
    if len(rest) < 3 or not rest[0].has("plain", "word") or rest[1].words != ("with",):
        return ""
    return f"{rest[0].text} with {rest[2].text}" if rest[2].has("names") else ""


def _later_machine(clause: Clause) -> str:
    """ "reboot dns-1, 10 min later dns-2": a time between two machines, for the second alone."""
    for k, item in enumerate(clause.items[1:-1], 1):
        time = item.get("time")
        moment = time is not None and (time.after is not None or time.is_moment)
        joint = (
            clause.items[k - 1].has("then", "and", "comma") and not clause.items[k - 1].is_entity
        )
        later = moment and (joint or "later" in item.words)
        after = clause.items[k + 1]
        if later and after.has("names") and any(i.has("names") for i in clause.items[:k]):
            return f"{item.text} {after.text}"
    return ""


def _groups(clause: Clause) -> list[str]:
    """The groups that are spoken of."""
    named = [v[0] for i in clause.items for n, v in i.get("value") or () if n == "group"]
    return list(dict.fromkeys(named))


def _second_time(clause: Clause) -> str:
    """ "restart web-01 at 8am and at 6pm"."""
    items = clause.items
    for k, item in enumerate(items[2:], 2):
        pair = (item.get("time"), items[k - 2].get("time"))
        clocks = all(time is not None and time.clock and not time.recurs for time in pair)
        if clocks and items[k - 1].words == ("and",) and item.used == "when":
            return item.text
    return ""


_THAT_TIME = re.compile(r"\b(?:at|by) that (?:time|hour|moment)\b", re.IGNORECASE)
_SPAN = re.compile(r"\d{1,2}(?::\d\d)?(?:am|pm)?-\d{1,2}(?::\d\d)?(?:am|pm)", re.IGNORECASE)
"""From when to when: "2am-4am"."""


def _lost_time(clause: Clause) -> str:
    """What stands where a time would and is none: "at 25:00", or a time that has passed."""
    items = clause.items
    for k, item in enumerate(items[1:], 1):
        if item.used or item.is_entity:
            continue
        before = items[k - 1]
        ends = k + 1 == len(items) or items[k + 1].has("comma", "stop", "ask")
        if item.words[:1] in (("cron",), ("crontab",)):
            return item.text
        clocked = ":" in item.text and item.text[:1].isdigit()
        if clocked or (before.words == ("at",) and item.has("number") and ends):
            return f"{before.text} {item.text}" if before.words == ("at",) else item.text
        if _SPAN.fullmatch(item.text) and not item.has("names"):
            return item.text
        if before.words == ("between",) and item.has("number"):
            return f"between {item.text}"
        passed = item.words[:1] in (("yesterday",), ("last",))
        if item.has("time") and passed and ends and before.has("names"):
            return item.text
    return ""


def _lost_repeats(clause: Clause) -> str:
    """ "clone web-01 3 times"."""
    for k, item in enumerate(clause.items[:-1]):
        after = clause.items[k + 1]
        if item.has("number") and not item.used and after.words[:1] == ("times",):
            return f"{item.text} {after.text}"
    return ""
