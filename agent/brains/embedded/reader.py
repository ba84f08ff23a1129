"""A turn is read: its clauses become frames, each a tool, its arguments and what it says of
machines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from agent.brains.embedded.antecedents import at_the_time_told, on_the_host_told
from agent.brains.embedded.arguments import Said, read_arguments
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.clauses.remarks import is_remark
from agent.brains.embedded.continuing import (
    at_another_time,
    corrects_itself,
    is_what_it_needs,
    likewise,
    narrows,
    repeats,
)
from agent.brains.embedded.frames import CHANGE, NOMINAL, Frame, Reading
from agent.brains.embedded.halves import without_other_halves
from agent.brains.embedded.intents import change_of
from agent.brains.embedded.items import Item
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questions import asks_of_the_past, question_of
from agent.brains.embedded.reserves import apply_reserves
from agent.brains.embedded.scan import Scanner
from agent.brains.embedded.selection import SelectionReader
from agent.brains.embedded.sharing import take_lone_time
from agent.brains.embedded.site import Site
from agent.brains.embedded.spread import carried_on, each_of
from agent.brains.embedded.text import cleaned, tokenise
from agent.brains.embedded.told import tells_of_the_past
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.unwished import mark_unwished
from agent.brains.embedded.weighing import strength_of, weigh
from agent.brains.embedded.wishes import (
    ONLY_ASKING,
    asks_about,
    is_forbidden,
    is_negated,
    is_real_condition,
)


class Reader:
    """Reads turns against one site at one moment."""

    def __init__(self, site: Site, now: datetime) -> None:
        self.site = site
        self.now = now
        self.scanner = Scanner(site, now)

    def read(self, text: str) -> Reading:
        """The frames of a turn."""
        items = without_other_halves(self.scanner.scan(tokenise(cleaned(text))))
        return self.read_items(text, on_the_host_told(at_the_time_told(items)))

    def read_items(self, text: str, items: list[Item]) -> Reading:
        """The frames of a turn, or of a part of it, by its items."""
        reading = Reading(text, items, words=tuple(w for i in items for w in i.words))
        clauses = split(items)
        mark_unwished(clauses)
        _gather_specifications(clauses)
        _join_conditions(clauses)
        asked_in = -1
        for clause in clauses:
            if _is_condition(clause, reading):
                continue
            frame = None if clause.reason else self.frame(clause)
            if frame is not None and frame.changes and clause.sentence == asked_in:
                frame.about = True
            elif frame is not None and frame.about:
                asked_in = clause.sentence
            if frame is not None and (reading.fragments or reading.frames) and _takes_off(frame):
                frame = self._thing_of_before(frame, reading)
            if frame is not None and frame.changes:
                _drop_what_it_takes_back(frame, reading)
            if self._joins_the_last(clause, frame, reading):
                continue
            beside = frame is not None and not frame.changes and reading.frames
            if beside and clause.words[:1] == ("not",):
                frame = None
            nominal = frame is not None and frame.strength == NOMINAL
            requested = any(c.verb and c is not clause for c in clauses)
            if nominal and requested and is_remark(clause.items):
                if clause.items[0].has("pron"):
                    continue
                frame = None
            if frame is None:
                reading.fragments.append(clause)
            else:
                carried_on(frame, reading.frames)
                reading.frames.extend(each_of(frame))
        apply_reserves(reading, clauses, self.choose)
        if ONLY_ASKING.search(text):
            for frame in reading.frames:
                frame.about = frame.about or frame.changes
        weigh(reading)
        take_lone_time(reading.frames, reading.fragments)
        return reading

    def _joins_the_last(self, clause: Clause, frame: Frame | None, reading: Reading) -> bool:
        """Whether a clause went into what was said before: it narrows, repeats or carries it on."""
        if reading.frames and narrows(clause, reading.frames[-1]):
            last = reading.frames.pop().clause
            for item in (*last.items, *clause.items):
                item.used = ""
            last.items.extend(clause.items)
            frame = self.frame(last)
            assert frame is not None
            reading.frames.append(frame)
        elif reading.frames and at_another_time(clause, reading.frames[-1]):
            for item in clause.items:
                item.used = ""
            before = reading.frames[-1]
            reading.frames.append(self.framed(before.tool, clause, about=before.about))
        elif reading.frames and likewise(clause, reading.frames[-1]):
            reading.frames.append(self._same(reading.frames[-1], clause))
        elif grown := self._grown(clause, reading):
            reading.frames = [grown]
        elif frame is not None and reading.frames and _says_how_far(frame, reading.frames[-1]):
            reading.frames[-1].said.args.update(frame.said.args)
        elif frame is not None and reading.frames and is_what_it_needs(frame, reading.frames[-1]):
            frame.said.args["group"] = reading.frames.pop().said.args["group"]
            reading.frames.append(frame)
        elif frame is not None and reading.frames and _is_the_same_one(frame, reading.frames[-1]):
            frame.said.args.update(reading.frames.pop().said.args | frame.said.args)
            reading.frames.append(frame)
        else:
            return bool(frame is not None and reading.frames and repeats(frame, reading.frames[-1]))
        return True

    def _same(self, last: Frame, clause: Clause) -> Frame:
        """The act of before on the machines of this clause."""
        for item in clause.items:
            item.used = "too" if not item.is_entity else ""
        chosen = self.choose(last.tool, clause)
        return Frame(last.tool, clause, last.said, chosen, last.strength, last.about)

    def _grown(self, clause: Clause, reading: Reading) -> Frame | None:
        """ "nfs-01 full. +1000 gb", "jenkins disk. make 300": a figure for the disk spoken of."""
        told = [f.clause for f in reading.frames] if reading.frames else reading.fragments[-1:]
        if len(told) != 1 or any(f.changes for f in reading.frames):
            return None
        before = told[0]
        of_disk = "full" in before.words or "disk" in before.objects()
        figures = [i for i in clause.items if i.has("number") and not i.has("time", "percent")]
        gib = all(not i.has("amount") or i.get("amount")[1] == "gib" for i in figures)
        led = clause.has("plus_sign") or clause.words[:1] in (("make",), ("add",), ("give",))
        if not (of_disk and before.has("names") and len(figures) == 1 and gib and led):
            return None
        if len(clause.items) > 4 or any(i.is_entity for i in clause.items):
            return None
        joined = Clause([*(i for i in before.items if i.has("names")), *clause.items])
        for item in joined.items:
            item.used = ""
        reading.fragments.clear()
        return self.framed("resize_disk", joined)

    def _thing_of_before(self, frame: Frame, reading: Reading) -> Frame:
        """ "web-01 should not have the owner tag, remove it": the tag goes, not the machine."""
        last = reading.frames[-1] if reading.frames else None
        told = last if last is not None and (last.negated or not last.changes) else None
        if told is None and not reading.fragments:
            return frame
        before = told.clause if told is not None else reading.fragments[-1]
        if frame.chosen.real or frame.chosen.refers is None or len(frame.clause.words) > _SHORT:
            return frame
        if not before.objects() & {"tag", "snapshot", "schedule", "protection"}:
            return frame
        if told is not None:
            reading.frames.pop()
        else:
            reading.fragments.pop()
        clause = frame.clause
        for item in (*before.items, *clause.items):
            item.used = ""
        clause.items = [*(i for i in before.items if not i.has("not")), *clause.items]
        if frame.tool == "stop_vms" and "tag" in before.objects():
            return self.framed("untag_vms", clause)
        return self.frame(clause) or frame

    def frame(self, clause: Clause) -> Frame | None:
        """What a clause asks for, or None where it asks for nothing."""
        about = asks_about(clause)
        howto = clause.first("howto")
        tool = None
        if howto is not None and question_of(clause) == "search_runbooks":
            return Frame("search_runbooks", clause, Said(), Chosen())
        if asks_of_the_past(clause):
            return self.framed("list_operations", clause)
        tool = None if tells_of_the_past(clause.items) else change_of(clause)
        if tool is None:
            tool = question_of(clause)
        if tool == "query_metrics" and _would_help(clause):
            tool = "resize_vms"
        if tool is None:
            return None
        why = clause.words[:1] == ("why",) and "not" not in clause.words[:4]
        about = about or why or (howto is not None and howto is clause.items[0])
        return self.framed(tool, clause, about=about)

    def framed(self, tool: str, clause: Clause, *, about: bool = False) -> Frame:
        """A clause read as a call of this tool."""
        guards = tool == "protect_vms" and clause.action == "delete"
        negated = (tool in _OF_WHAT_IS_MADE and is_forbidden(clause)) or (
            tool in CHANGES
            and (
                (clause.unwished and not (guards and {"nobody", "no"} & set(clause.words[:2])))
                or (not guards and is_negated(clause))
                or _SO_DO_YOU_NOT.search(" ".join(clause.words)) is not None
            )
        )
        object.__setattr__(clause, "tool", tool)
        if not negated:
            said = read_arguments(tool, clause, self.site, self.now)
        else:
            said = Said()
            if clause.verb is not None:
                clause.verb.used = "verb"
        if tool in CHANGES:
            _set_aside(clause)
            _take_back(clause)
        chosen = self.choose(tool, clause)
        chosen.any_of = chosen.any_of or (guards and bool({"nothing", "none"} & set(clause.words)))
        strength = CHANGE if tool in CHANGES or tool in _OF_WHAT_IS_MADE else strength_of(clause)
        return Frame(tool, clause, said, chosen, strength, about, negated)

    def choose(self, tool: str | None, clause: Clause) -> Chosen:
        """What a clause says of its machines."""
        chosen = SelectionReader(clause.items, self.site, tool).read()
        if tool in ("list_vms", "count_vms") and _runs_on_a_host(clause):
            for noun in chosen.real:
                if set(noun.fields) == {"host"}:
                    noun.fields["state"] = ["running"]
        return chosen


_SO_DO_YOU_NOT = re.compile(r"\b(?:neither|nor) (?:should|shall|may|must|can|are|will|do) you\b")
"""After what nobody is to do: you neither."""

_OF_WHAT_IS_MADE = ("undo", "cancel_schedule")
"""Changes of what was done or planned before, not of machines."""

_SHORT = 9
"""The most words of a clause that only points at what is to go."""

_TAKES_BACK = frozenset({"no", "sorry", "wait", "oops", "nope", "actually", "nah", "scratch", "er"})

_ADDS = frozenset({"too", "also", "well", "additionally"})


def _take_back(clause: Clause) -> None:
    """ "stop search-2, no sorry, search-3": what is put right in the same breath is gone."""
    items = clause.items
    if _ADDS & set(clause.words):
        return
    for k, item in enumerate(items):
        meant = item.has("instead") and item.words[0] in ("i", "make", "meant", "rather", "mean")
        if k == 0 or not (item.words[:1] and (item.words[0] in _TAKES_BACK or meant)):
            continue
        repaired = items[k - 1].has("names") and _repairs(items[k:])
        if item.is_entity or not (
            repaired or items[k - 1].has("comma", "dash", "filler", "instead", "not")
        ):
            continue
        first = next(
            (
                i
                for i in items[k + 1 :]
                if i.is_entity or not i.has("comma", "filler", "det", "instead", "not", "cancel")
            ),
            None,
        )
        before = [i for i in items[:k] if i.has("names", "unknown_name", "stem") and not i.used]
        if first is None or not first.has("names", "unknown_name", "stem") or not before:
            continue
        for gone in before:
            gone.used = "taken back"


def _repairs(items: Sequence[Item]) -> bool:
    """ "web one no wait web two": two such words in a row, or one of regret, before a name."""
    led = [w for i in items[:3] if not i.has("names") for w in i.words]
    rest = next((i for i in items if i.has("names")), None)
    regret = bool(led) and led[0] in ("sorry", "oops", "er", "scratch")
    return rest is not None and (regret or (len(led) > 1 and led[1] in _REGRETS))


def _takes_off(frame: Frame) -> bool:
    """ "remove it", "take it off"."""
    verb = frame.clause.verb
    off = verb is not None and verb.words[:1] == ("take",) and "off" in frame.clause.words
    return frame.tool == "delete_vms" or (frame.tool == "stop_vms" and off)


def _is_the_same_one(frame: Frame, last: Frame) -> bool:
    """ "I need a server. Please create one in us-east-1 …": the same one machine."""
    if last.clause.sentence == frame.clause.sentence:
        return False
    if frame.tool == last.tool == "clone_vm":
        return not (last.chosen.real or last.said.args) and bool(frame.chosen.real)
    same = frame.tool == last.tool == "create_vms"
    return same and last.said.args.keys() <= {"count"} and "one" in frame.clause.words


def _says_how_far(frame: Frame, last: Frame) -> bool:
    """ "when will nfs-01 be full? forecast the next 14 days": one forecast, and how far ahead."""
    bare = not frame.chosen.says_machines and frame.said.args.keys() <= {"horizon"}
    return frame.tool == last.tool == "forecast_metric" and bare


def _is_condition(clause: Clause, reading: Reading) -> bool:
    """Whether a clause only sets a condition; a real one makes the whole turn conditional."""
    asked = clause.asks and clause.has("names")
    whole_question = clause.condition == "when" and clause.words[:1] == ("when",) and asked
    if (clause.condition == "if" and asks_about(clause)) or whole_question:
        clause.condition = ""
    if not clause.condition:
        return False
    timed = bool(reading.frames) and reading.frames[-1].said.time is not None
    if timed and clause.condition == "when":
        return True
    real = is_real_condition(clause)
    reading.conditional = reading.conditional or real
    return real


def _drop_what_it_takes_back(frame: Frame, reading: Reading) -> None:
    """Changes that were said before this one and that it takes back are fragments."""
    for takes_back in (_takes_last_back, _takes_back_in_words, _is_corrected_by):
        if reading.frames and takes_back(reading.frames[-1], frame):
            reading.fragments.append(reading.frames.pop().clause)


def _takes_back_in_words(last: Frame, frame: Frame) -> bool:
    regrets = not _TAKES_BACK.isdisjoint(last.clause.words)
    return last.changes and regrets and not last.chosen.says_machines


def _is_corrected_by(last: Frame, frame: Frame) -> bool:
    return last.changes and corrects_itself(frame.clause)


def _takes_last_back(last: Frame, frame: Frame) -> bool:
    """ "delete web-stg-2 no wait just stop it": the first is not wished any more."""
    ends = [w for i in last.clause.items[-3:] if not i.is_entity for w in i.words][-2:]
    regret = len(ends) == 2 and set(ends) <= _TAKES_BACK | {"wait", "that"} and ends[0] != "that"
    refers = frame.chosen.refers is not None and not frame.chosen.real
    return last.changes and regret and refers


_REGRETS = ("wait", "sorry", "make", "i", "actually", "no", "scratch", "meant")


def _set_aside(clause: Clause) -> None:
    """A long lead says why; where machines are named after the verb, it names none."""
    if clause.verb is None or clause.verb not in clause.items:
        return
    k = clause.items.index(clause.verb)
    if k < 8 or not any(i.has("names") for i in clause.items[k + 1 :]):
        return
    for item in clause.items[:k]:
        if not item.has("time", "except"):
            item.used = item.used or "said before"


def _runs_on_a_host(clause: Clause) -> bool:
    """ "what is running on kvm-02?": those of its machines that are on."""
    for item, after in pairwise(clause.items):
        runs = item.words in (("running", "on"), ("runs", "on"), ("running",), ("runs",))
        host = any(name == "host" for name, _ in after.get("value") or ())
        if runs and (host or after.words[:1] in (("on",), ("there",))):
            return True
    return False


def _would_help(clause: Clause) -> bool:
    """ "16 GB RAM and 4 vCPUs would fix it": figures that are wished for."""
    sized = any(i.has("amount") and i.get("amount")[1] in ("gib", "vcpus") for i in clause.items)
    helps = {"fix", "help", "suffice", "solve", "do"} & set(clause.words)
    return sized and "would" in clause.words and bool(helps)


def _join_conditions(clauses: list[Clause]) -> None:
    """ "if I need 4 cores, where does it fit?": what is needed belongs to the question."""
    for k in range(len(clauses) - 2, -1, -1):
        need, ask = clauses[k], clauses[k + 1]
        sized = any(i.has("amount") for i in need.items)
        if sized and ask.has("placement") and not any(i.has("names") for i in need.items):
            ask.items[:] = [i for i in (*need.items, *ask.items) if not i.has("pron")]
            del clauses[k]


def _gather_specifications(clauses: list[Clause]) -> None:
    """What is said of a new machine in further clauses ("name it x", "it should run debian")
    joins the first.
    """
    for k, clause in enumerate(clauses):
        tool = change_of(clause) if not clause.reason else None
        if tool not in ("create_vms", "clone_vm", "snapshot_vms"):
            continue
        while k + 1 < len(clauses) and _specifies(clauses[k + 1], tool):
            more = clauses.pop(k + 1)
            clause.items.extend(more.items)
            clause.asks = clause.asks or more.asks
        while (
            tool == "create_vms"
            and k
            and not clauses[k - 1].action
            and _specifies(clauses[k - 1], tool)
        ):
            more = clauses.pop(k - 1)
            clause.items[:0] = more.items
            k -= 1


def _specifies(clause: Clause, tool: str) -> bool:
    if clause.words[:1] in (("name",), ("call",), ("named",), ("called",)):
        return True
    if tool == "snapshot_vms" and clause.words[:2] == ("label", "it"):
        return True
    tagged = clause.action == "tag" and clause.has("tag") and not clause.has("names", "pron")
    if tool == "create_vms" and tagged:
        return True
    if clause.action is not None or (clause.first("wh") is not None and not clause.has("ask")):
        return False
    named = any(w in ("name", "named", "call", "called") for w in clause.words)
    if named:
        return True
    if tool != "create_vms":
        return False
    found = {n for i in clause.items for n, _ in (i.get("value") or ())}
    spec = bool(found & {"image", "size", "region", "provider"}) or any(
        i.has("amount") and i.get("amount")[1] in ("gib", "vcpus") for i in clause.items
    )
    return (spec or clause.has("tag")) and not any(i.has("names") for i in clause.items)
