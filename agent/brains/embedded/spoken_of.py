"""What a clause speaks of: the machines of before, people, or the subject of a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.brains.embedded import replies
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questioning import Doubt
from tools.machine import VM

_THOSE = frozenset({"they", "them", "those", "these", "it", "its", "their", "that"})
_REPORTS = frozenset({"cost_report", "query_metrics", "count_vms", "list_snapshots"})


def of_those(frame: Frame, picked: dict[str, Any] | None) -> bool:
    """ "how much is that a month?", "how many are they?": of the machines just spoken of."""
    words = frame.clause.words
    if frame.tool == "list_vms" and picked in (None, {"all": True}) and not frame.chosen.whole:
        return words[:2] in (("which", "ones"), ("what", "ones")) and len(words) <= 4
    if frame.tool not in _REPORTS or picked != {"all": True} or frame.chosen.whole:
        return False
    nouns = any(i.has("noun", "all") and not i.has("pron") for i in frame.clause.items)
    return bool(_THOSE & set(words)) and not nouns and "group_by" not in frame.args


def speaks_of_people(clause: Clause, chosen: Chosen) -> bool:
    """ "Finance is on my back again": a team that does something, not its machines."""
    fields = {f for n in chosen.real for f in n.selector().get("tags", {})}
    people = bool(fields) and fields <= {"team", "owner", "department"}
    first = next((i for i in clause.items if i.words[:1] not in _CAUSES), None)
    only = all(set(n.selector()) == {"tags"} for n in chosen.real)
    led = first is not None and first.has("value") and not first.possessive
    return people and only and led and not clause.has("noun", "names")


_CAUSES = (("because",), ("since",), ("as",), ("so",), ("cause",), ("but",), ("and",))


def goes_on(clause: Clause) -> bool:
    """ "they are not needed": of the machines that were spoken of already."""
    opens = clause.words[:1] in (("they",), ("he",), ("she",), ("these",), ("those",))
    return opens and not clause.has("names")


_SEVERAL = frozenset({"them", "those", "these", "they", "all", "both"})


def is_aside(clause: Clause, chosen: Chosen, frame: Frame, known: Mapping[str, VM]) -> bool:
    """ "stop them. Wei is doing a demo on analytics-1": what is told after a request that points at
    machines of before is not what it points at.

    Args:
        clause: what is told.
        chosen: the machines that are spoken of in it.
        frame: the request.
        known: the machines that were spoken of before, by id.

    Raises:
        Doubt: it may be meant to spare one of them.
    """
    refers = frame.chosen.refers
    before = {vm.name for vm in known.values()}
    if speaks_of_people(clause, chosen):
        return True
    if refers is None or not before or not clause.items or not frame.clause.items:
        return False
    if clause.items[0].start < frame.clause.items[-1].end or not frame.changes:
        return False
    named = list(dict.fromkeys(n for noun in chosen.real for n in noun.names))
    several = len(known) > 1
    if several and _SEVERAL & set(refers.words):
        if (told := sorted(set(named) & before)) and not clause.reason:
            which = replies.listed(told)
            raise Doubt(replies.ask(f"What of {which}: shall it be among them, or not?"))
        return True
    if not several and named and not set(named) & before and not clause.has("pron"):
        which = replies.listed([*before, *named])
        raise Doubt(replies.ask(f"Which one do you mean: {which}?"))
    return not several and set(named) != before


def subject(clause: Clause) -> Clause:
    """What a statement speaks of: what stands before its verb, if that names machines."""
    for k, item in enumerate(clause.items):
        if item.has("be", "trouble") and not item.is_entity and k:
            head = clause.items[:k]
            named = [i for i in clause.items if i.has("names")]
            if named and not any(i.has("names", "noun") for i in head):
                return Clause(named)
            if any(i.is_entity or i.has("noun") for i in head):
                return Clause(head)
    return clause


_ASIDE = re.compile(
    r"\s*,\s*(?!and|or|but|maybe|please|just|then|do|only)[\w-]+ (go|goes|comes?|will|are|is|"
    r"gets?|happens?|follows?|starts?)\b.*",
    re.IGNORECASE,
)
"""A remark after the request: "…, patches go in later"."""

_VAGUE = re.compile(
    r"(?<!the )(?<!any )(?<!these )(?<!those )\b(later( on)?(?! (ones?|than|versions?|"
    r"snapshots?))|at some (later )?(point|time|stage)|some ?time( later| soon)?|eventually|"
    r"in a (bit|while)|one of these days|when(ever)? (it is |it's )?(quiet|convenient)|"
    r"(?:outside|out of|beyond)(?: of)?(?: the)? (?:business|working|office|opening|core) hours|"
    r"off.?hours|out of hours|after hours|after work)\b",
    re.IGNORECASE,
)


def is_vague(text: str) -> bool:
    """Whether a time is spoken of that names no time: "later on", "after hours"."""
    return bool(_VAGUE.search(_ASIDE.sub("", text)))
