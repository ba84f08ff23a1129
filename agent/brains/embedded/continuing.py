"""Clauses that go on from the one before: narrowed, said once more, put right, at another time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.brains.base import Memory, Understanding
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.phrases import Noun

if TYPE_CHECKING:
    from agent.brains.embedded.reader import Reader


def narrows(clause: Clause, last: Frame) -> bool:
    """ "only what's running, obviously", "over 80 percent, say": it narrows what stands before."""
    if last.changes:
        return _only_narrows(clause)
    if last.tool not in ("list_vms", "query_metrics", "count_vms"):
        return False
    told = all(
        i.has("cmp", "number", "metric", "time", "comma", "filler", "percent", "agg", "most")
        and not i.is_entity
        for i in clause.items
    )
    top = clause.has("most") and clause.has("number") and last.clause.has("metric")
    if told and last.tool == "query_metrics" and (clause.has("agg") or top):
        return len(clause.items) <= 4
    bound = clause.has("cmp") and clause.has("number") and not last.clause.has("cmp", "number")
    measured = clause.has("metric") and last.tool == "query_metrics" and "metric" not in last.args
    return told and len(clause.items) <= 8 and (bound or measured)


def _only_narrows(clause: Clause) -> bool:
    """Whether it says that only those in some state are meant."""
    first = next((i for i in clause.items if not i.has("comma")), None)
    told = all(
        i.has("only", "wh", "be", "state", "det", "filler", "noun", "rel") for i in clause.items
    )
    return first is not None and first.has("only") and clause.has("state") and told


def at_another_time(clause: Clause, last: Frame) -> bool:
    """ "… and y at 6:15", after "restart x at 6": the same act on another machine."""
    if last.tool == "scale_group" and clause.action is None and clause.has("and", "comma"):
        grouped = any(n == "group" for i in clause.items for n, _ in i.get("value") or ())
        return grouped and clause.has("number") and len(clause.items) <= 6
    if not last.changes or clause.action is not None or last.said.time is None:
        return False
    opener = clause.items[0] if clause.items else None
    timed = any(i.has("time") and i.get("time").clock for i in clause.items)
    small = all(
        i.has("and", "comma", "then", "names", "time", "in", "filler", "ask") for i in clause.items
    )
    named = clause.has("names")
    return opener is not None and opener.has("and", "comma", "then") and timed and small and named


_LIKEWISE = frozenset({"same", "likewise", "ditto", "also", "too", "well", "similarly"})
_ONCE_ONLY = ("create_vms", "clone_vm", "scale_group", "undo", "cancel_schedule")


def likewise(clause: Clause, last: Frame) -> bool:
    """ "print-srv also same", "same for kafka-2": the act of before, on more machines."""
    if not last.changes or last.negated or clause.action is not None or clause.asks:
        return False
    if last.tool in _ONCE_ONLY or not clause.has("names") or not _LIKEWISE & set(clause.words):
        return False
    small = ("names", "same", "also", "for", "with", "to", "be", "comma", "and", "det", "filler",
             "ask", "on", "in")  # fmt: skip
    return all(
        i.has(*small) or (bool(i.words) and set(i.words) <= _LIKEWISE | {"as", "goes", "thing"})
        for i in clause.items
    )


def repeats(frame: Frame, last: Frame) -> bool:
    """The same act said once more: "pull the plug on x. force stop."; what is new in it is kept."""
    if frame.tool != last.tool or not frame.changes or frame.negated or last.negated:
        return False
    chosen = frame.chosen
    if chosen.refers is not None and chosen.real and all(map(_people, chosen.real)):
        return True
    if (
        chosen.real
        or chosen.unknown
        or chosen.ordinal
        or chosen.other
        or chosen.whole
        or frame.tool in ("create_vms", "scale_group")
    ):
        return False
    tags = {**last.said.args.get("tags", {}), **frame.said.args.get("tags", {})}
    last.said.args.update(frame.said.args, **({"tags": tags} if tags else {}))
    loose = any(i.has("time") and i.words[:1] == ("over",) for i in last.clause.items)
    if loose and frame.said.time is not None:
        # "off over the weekend. Stop it when Saturday starts": the order says what to do, and when
        last.said.until = last.said.lasts = None
        if frame.said.time.clock is not None:
            last.said.time = frame.said.time
    last.said.time = last.said.time or frame.said.time
    return True


def _people(noun: Noun) -> bool:
    """ "priya said just bounce it": who said so, no machines of theirs."""
    fields = set(noun.selector())
    return fields == {"tags"} and set(noun.selector()["tags"]) <= {"owner", "team"}


def corrects_itself(clause: Clause) -> bool:
    """ "wake web-stg-2 — I mean start it"."""
    opener = next(
        (i for i in clause.items if not i.has("comma", "filler") or i.has("instead")), None
    )
    return (
        opener is not None
        and opener.has("instead")
        and opener.words[0]
        in (
            "i",
            "meant",
            "mean",
            "correction",
            "sorry",
            "actually",
            "wait",
            "no",
            "rather",
            "scratch",
        )
    )


_GOES_ON = re.compile(
    r"^(?:and\b(?! (?:then|also)\b)|(?:and )?(?:what|how) about\b)", re.IGNORECASE
)
_SHORT = 6


def goes_on(text: str, understood: Understanding, memory: Memory) -> bool:
    """ "and in Europe?", "what about kvm": the last question again, of other machines."""
    again = understood.kind == "calls" and len(memory.calls) == 1 == len(understood.calls)
    if not again or memory.pending is not None or len(text.split()) > _SHORT:
        return False
    same = understood.calls[0].tool == memory.calls[0].tool
    return same and _GOES_ON.match(text.strip()) is not None


_BOUND = (
    r"(?P<bound>(?:over|above|under|below|beyond|past|more than|less than|at least) "
    r"\d+(?:\.\d+)?\b(?: ?%| percent)?)"
    r"(?! ?(?:[gmt]i?b|gigs?|megs?|cores?|v?cpus?|days?|hours?|minutes?|dollars?|euros?)\b)"
)
_OVER = re.compile(
    r"\bones? (?:(?:that ?'?s|that (?:is|are|was)|which (?:is|are)|is|are) )?" + _BOUND,
    re.IGNORECASE,
)
_OF_THEM_OVER = re.compile(
    r"(?:(?<=\bthem)|(?<=\bthose)|(?<=\bthese)) (?:(?:that|which) )?"
    r"(?:is|are|was|were|has|have)(?: at)? " + _BOUND,
    re.IGNORECASE,
)


def with_its_measure(reading: Reading, reader: Reader, memory: Memory) -> Reading:
    """ "restart the one that's over 80", after a measure was shown: over 80 of that measure."""
    last = memory.calls[-1] if memory.calls else None
    if last is None or last.tool != "query_metrics" or memory.pending or memory.asked:
        return reading
    if any(i.has("metric") and not i.is_entity for i in reading.items):
        return reading
    if (found := _OF_THEM_OVER.search(reading.text)) is not None:
        metric = last.args.get("metric", "cpu")
        bound = (
            found["bound"] if metric in ("network", "iops") else f"{found['bound'].strip('% ')}%"
        )
        had = f" have {metric} {bound}"
        return reader.read(reading.text[: found.start()] + had + reading.text[found.end() :])
    found = _OVER.search(reading.text)
    if found is None:
        return reading
    one = "one" if found[0].casefold().startswith("one ") else "ones"
    said = f"{one} with {last.args.get('metric', 'cpu')} {found['bound']}"
    return reader.read(reading.text[: found.start()] + said + reading.text[found.end() :])


def is_what_it_needs(frame: Frame, last: Frame) -> bool:
    """ "the test needs 15 machines in api-prod-euw1, scale it to 15": one request, said twice."""
    needs = {"need", "needs", "wants", "want", "requires"} & set(last.clause.words)
    one = frame.tool == last.tool == "scale_group" and "group" in last.said.args
    it = frame.chosen.refers is not None and not frame.chosen.real
    return one and it and bool(needs) and "group" not in frame.said.args
