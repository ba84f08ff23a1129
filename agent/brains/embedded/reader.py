"""A turn is read: its clauses become frames, each a tool, its arguments and what it says of
machines.
"""

from __future__ import annotations

from datetime import datetime

from agent.brains.embedded.arguments import Said, read_arguments
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.frames import CHANGE, Frame, Reading
from agent.brains.embedded.intents import change_of
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questions import question_of
from agent.brains.embedded.scan import Scanner
from agent.brains.embedded.selection import SelectionReader
from agent.brains.embedded.site import Site
from agent.brains.embedded.text import cleaned, tokenise
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.weighing import strength_of, weigh
from agent.brains.embedded.wishes import ONLY_ASKING, asks_about, is_negated, is_real_condition


class Reader:
    """Reads turns against one site at one moment."""

    def __init__(self, site: Site, now: datetime) -> None:
        self.site = site
        self.now = now
        self.scanner = Scanner(site, now)

    def read(self, text: str) -> Reading:
        """The frames of a turn."""
        items = self.scanner.scan(tokenise(cleaned(text)))
        reading = Reading(text, items, words=tuple(w for i in items for w in i.words))
        clauses = split(items)
        _gather_specifications(clauses)
        _join_conditions(clauses)
        for clause in clauses:
            if clause.condition == "if" and asks_about(clause):
                clause.condition = ""
            if clause.condition:
                reading.conditional = reading.conditional or is_real_condition(clause)
                if is_real_condition(clause):
                    continue
            frame = None if clause.reason else self.frame(clause)
            if (
                frame is not None
                and frame.tool == "delete_vms"
                and (reading.fragments or reading.frames)
            ):
                frame = self._thing_of_before(frame, reading)
            if (
                frame is not None
                and frame.changes
                and _corrects_itself(clause)
                and reading.frames
                and reading.frames[-1].changes
            ):
                reading.fragments.append(reading.frames.pop().clause)
            if frame is not None and reading.frames and _repeats(frame, reading.frames[-1]):
                continue
            if frame is None:
                reading.fragments.append(clause)
            else:
                reading.frames.append(frame)
        if ONLY_ASKING.search(text):
            for frame in reading.frames:
                frame.about = frame.about or frame.changes
        weigh(reading)
        return reading

    def _thing_of_before(self, frame: Frame, reading: Reading) -> Frame:
        """ "web-01 should not have the owner tag, remove it": the tag goes, not the machine."""
        last = reading.frames[-1] if reading.frames else None
        told = last if last is not None and (last.negated or not last.changes) else None
        if told is None and not reading.fragments:
            return frame
        before = told.clause if told is not None else reading.fragments[-1]
        if frame.chosen.real or frame.chosen.refers is None or len(frame.clause.words) > 5:
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
        clause.items = [*before.items, *clause.items]
        return self.frame(clause) or frame

    def frame(self, clause: Clause) -> Frame | None:
        """What a clause asks for, or None where it asks for nothing."""
        about = asks_about(clause)
        howto = clause.first("howto")
        tool = None
        if howto is not None and question_of(clause) == "search_runbooks":
            return Frame("search_runbooks", clause, Said(), Chosen())
        tool = change_of(clause)
        if tool is None:
            tool = question_of(clause)
        if tool == "query_metrics" and _would_help(clause):
            tool = "resize_vms"
        if tool is None:
            return None
        return self.framed(tool, clause, about=about)

    def framed(self, tool: str, clause: Clause, *, about: bool = False) -> Frame:
        """A clause read as a call of this tool."""
        guards = tool == "protect_vms" and clause.action == "delete"
        negated = tool in CHANGES and not guards and is_negated(clause)
        object.__setattr__(clause, "tool", tool)
        if not negated:
            said = read_arguments(tool, clause, self.site, self.now)
        else:
            said = Said()
            if clause.verb is not None:
                clause.verb.used = "verb"
        if tool in CHANGES:
            _set_aside(clause)
        chosen = self.choose(tool, clause)
        strength = (
            CHANGE
            if tool in CHANGES or tool in ("undo", "cancel_schedule")
            else strength_of(clause)
        )
        return Frame(tool, clause, said, chosen, strength, about, negated)

    def choose(self, tool: str | None, clause: Clause) -> Chosen:
        """What a clause says of its machines."""
        return SelectionReader(clause.items, self.site, tool).read()


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


def _repeats(frame: Frame, last: Frame) -> bool:
    """The same act said once more: "pull the plug on x. force stop."; what is new in it is kept."""
    if frame.tool != last.tool or not frame.changes or frame.negated or last.negated:
        return False
    chosen = frame.chosen
    if (
        chosen.real
        or chosen.unknown
        or chosen.ordinal
        or chosen.other
        or chosen.whole
        or frame.tool in ("create_vms", "scale_group")
    ):
        return False
    last.said.args.update(frame.said.args)
    last.said.time = last.said.time or frame.said.time
    return True


def _corrects_itself(clause: Clause) -> bool:
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
        if need.condition and sized and ask.has("placement"):
            ask.items[:0] = [i for i in need.items if not i.has("pron")]
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
