"""A turn is read: its clauses become frames, each a tool, its arguments and what it says of
machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.brains.embedded.arguments import Said, read_arguments
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.intents import change_of
from agent.brains.embedded.questions import question_of, tech_in
from agent.brains.embedded.scan import Item, Scanner
from agent.brains.embedded.selection import Chosen, SelectionReader
from agent.brains.embedded.site import Site
from agent.brains.embedded.text import cleaned, tokenise
from agent.brains.embedded.tools import CHANGES

NOMINAL, QUESTION, CHANGE = 1, 2, 3
"""How strongly a clause asks: by its nouns alone, as a question, or for a change."""


@dataclass
class Frame:
    """What one clause asks for."""

    tool: str
    clause: Clause
    said: Said
    chosen: Chosen
    strength: int = QUESTION
    about: bool = False
    negated: bool = False

    @property
    def args(self) -> dict[str, Any]:
        """The arguments."""
        return self.said.args

    @property
    def changes(self) -> bool:
        """Whether it would change something."""
        return self.tool in CHANGES or self.tool in ("undo", "cancel_schedule")


@dataclass
class Reading:
    """What a whole turn says.

    Attributes:
        frames: what is asked for, in order.
        said: what clauses without a request say of machines: a topic, a correction, an answer.
        conditional: something must hold first ("if cpu is high, …").
        howto: a question about how something is done.
    """

    text: str
    items: list[Item] = field(default_factory=list[Item])
    frames: list[Frame] = field(default_factory=list[Frame])
    fragments: list[Clause] = field(default_factory=list[Clause])
    conditional: bool = False
    words: tuple[str, ...] = ()

    @property
    def has_change(self) -> bool:
        """Whether a change is asked for."""
        return any(f.changes and not f.negated and not f.about for f in self.frames)


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
            if clause.condition == "if" and _asks_about(clause):
                clause.condition = ""
            if clause.condition:
                reading.conditional = reading.conditional or _real_condition(clause)
                if _real_condition(clause):
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
        if _ONLY_ASKING.search(text):
            for frame in reading.frames:
                frame.about = frame.about or frame.changes
        _weigh(reading)
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
        about = _asks_about(clause)
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
        negated = tool in CHANGES and not guards and _negated(clause)
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
            CHANGE if tool in CHANGES or tool in ("undo", "cancel_schedule") else _strength(clause)
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


_SPECIFIES = frozenset({"create", "clone", "snapshot"})


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


def _strength(clause: Clause) -> int:
    if clause.asks or clause.has("howto") or (clause.has("ask") and not _tells_a_need(clause)):
        return QUESTION
    first = next(
        (i for i in clause.items if not i.has("filler", "comma") or i.has("wh", "verb")), None
    )
    if first is not None and (
        first.has("wh")
        or (first.has("verb") and first.action in ("list", "describe", "count", "diagnose"))
    ):
        return QUESTION
    if any(
        i.has("verb")
        and i.action in ("list", "count", "diagnose")
        and i.form != "past"
        and not i.is_entity
        for i in clause.items
    ):
        return QUESTION
    return NOMINAL


_LEARNING = frozenset(
    {"know", "see", "get", "find", "have", "understand", "check", "view", "look", "learn", "hear"}
)


def _tells_a_need(clause: Clause) -> bool:
    """ "I have to budget for storage": what somebody does, not what they ask for."""
    asking = clause.first("ask")
    if asking is None or asking.words[0] not in ("i", "we") or asking.words[-1] != "to":
        return False
    k = clause.items.index(asking)
    after = clause.items[k + 1] if k + 1 < len(clause.items) else None
    return after is not None and not (after.has("verb", "det") or set(after.words) & _LEARNING)


def _weigh(reading: Reading) -> None:
    """Leave out what only leads up to a request: a change outweighs what is said around it."""
    strongest = max((f.strength for f in reading.frames), default=0)
    if any(f.changes for f in reading.frames):
        kept = [f for f in reading.frames if f.changes or _stands_alone(f)]
    elif strongest >= QUESTION:
        kept = _telling([f for f in reading.frames if f.strength >= QUESTION])
    else:
        kept = _telling(reading.frames)
    for frame in reading.frames:
        if frame not in kept:
            reading.fragments.append(frame.clause)
    reading.frames = kept


def _telling(frames: list[Frame]) -> list[Frame]:
    """Questions that say which machines outweigh those that only lead to them, or ask twice."""
    if any(f.tool == "diagnose_vms" for f in frames):
        frames = [f for f in frames if f.tool not in ("describe_vms", "list_vms")]
    full = [
        f
        for f in frames
        if f.chosen.says_machines
        or f.args
        or f.tool not in ("list_vms", "describe_vms", "search_runbooks")
    ]
    kept = full or frames[-1:]
    made: list[Frame] = []
    for frame in kept:
        twin = next((m for m in made if m.tool == frame.tool), None)
        if (
            twin is not None
            and not frame.args
            and (not frame.chosen.real or frame.chosen.refers is not None)
        ):
            continue
        if twin is not None and not twin.chosen.real and not twin.args:
            made.remove(twin)
        if (
            frame.tool in ("list_vms", "describe_vms")
            and frame.chosen.refers is not None
            and not frame.chosen.real
            and made
        ):
            continue
        made.append(frame)
    if len(made) > 1 and any(m.tool == "search_runbooks" for m in made):
        made = (
            [m for m in made if m.tool != "search_runbooks"]
            if any(m.chosen.says_machines for m in made)
            else made[:1]
        )
    return made


def _stands_alone(frame: Frame) -> bool:
    """A read beside a change is kept where it is told to happen too."""
    if frame.clause.words[:1] in (("they",), ("he",), ("she",), ("people",), ("somebody",)):
        return False
    first = next(
        (
            i
            for i in frame.clause.items
            if not i.has("filler", "ask", "comma", "and", "then") or i.has("verb")
        ),
        None,
    )
    return (
        first is not None
        and first.has("verb")
        and first.action in ("list", "count")
        and first.form == "base"
        and frame.strength >= QUESTION
    )


def _negated(clause: Clause) -> bool:
    """Whether the wish is that it does not happen: "don't stop", "never restart", "no need to"."""
    verb = clause.verb
    if verb is None or verb not in clause.items:
        return False
    k = clause.items.index(verb)
    if any(i.has("not") and len(i.words) > 1 for i in clause.items[:k]):
        return True
    before = clause.items[max(0, k - 5) : k]
    words = [w for i in before for w in i.words]
    for n, item in enumerate(before):
        opener = " ".join(item.words[:1])
        if (
            opener
            and (
                opener in ("not", "never", "nobody", "no", "without", "nope", "nothing")
                or (item.has("not") and len(item.words) > 1)
            )
            and not item.has("lacks", "untagged", "protected", "condition")
            and not (item.has("without") and len(item.words) > 1)
            and not any(x.is_entity or x.has("comma", "stop") for x in before[n + 1 :])
        ):
            after = [w for i in before[n + 1 :] for w in i.words]
            if (
                "forget" in after
                or "hesitate" in after
                or "mind" in after
                or "why" in words[:1]
                or "only" in after
            ):
                return False
            if opener == "no" and not set(after) & {"need", "one", "reason", "to"}:
                return False
            return not (opener == "not" and "can" in words and "i" not in words and clause.asks)
    return False


_ONLY_ASKING = re.compile(
    r"\b((only|just) (asking|wondering|curious|checking)|don'?t (actually )?(want|"
    r"need) to do (it|that|this)|not (now|yet),? just asking|"
    r"hypothetical(ly)?|in theory|theoretically|not that i (want|plan)|purely (curious|"
    r"theoretical))\b",
    re.IGNORECASE,
)
_POLITE_IF = re.compile(
    r"\b(get (a|the|some)|chance|sec|second|minute|moment|free|ready|around|sense|right|"
    r"remember|wrong|mistaken|understand|possible|can|could|would|like|want|mind|please|needed|"
    r"necessary|ok|okay|trouble|so|time|helps?|may|wish)\b"
)


def _real_condition(clause: Clause) -> bool:
    """A condition on the world, not "if you can"."""
    content = any(
        i.is_entity
        or (
            i.has("metric", "state", "condition", "trouble", "cmp", "cost", "unknown_name")
            and not i.has("ask")
        )
        for i in clause.items
    )
    return content or not _POLITE_IF.search(" ".join(clause.words))


def _asks_about(clause: Clause) -> bool:
    """Whether it asks about a change rather than for it."""
    items = clause.items
    asking = clause.first("asking")
    words = clause.words
    if (
        asking is not None
        and clause.action is None
        and clause.first("wh") is not None
        and asking.words[0] in ("may", "can", "could", "am")
    ):
        return False
    if asking is not None and not asking.is_entity:
        k = items.index(asking)
        after = items[k + 1].words[:1] if k + 1 < len(items) else ()
        if asking.words == ("may", "i") and after in (
            ("ask",),
            ("bother",),
            ("trouble",),
            ("request",),
            ("have",),
            ("get",),
            ("see",),
        ):
            return False
        if asking.words[:1] in (("may",), ("are",)) and "please" in words:
            return False
        if (
            asking.words[:3]
            in (("is", "it", "possible"), ("am", "i", "able"), ("are", "you", "able"))
            and asking.words[-1] != "safe"
        ):
            return "please" not in words
        if asking.words[:2] in (("if", "i"), ("if", "we"), ("if", "you")):
            rest = [w for i in items[k + 1 :] for w in i.words]
            return bool(rest) and rest[0] not in (
                "can",
                "could",
                "may",
                "understand",
                "would",
                "might",
                "please",
                "do",
                "got",
                "am",
                "remember",
                "have",
            )
        return k <= 4 or clause.asks
    start = list(words[:6])
    while start and start[0] in (
        "so",
        "and",
        "hey",
        "hi",
        "hello",
        "ok",
        "okay",
        "um",
        "uh",
        "well",
        "also",
        "just",
        "then",
        "wait",
        "quick",
        "question",
        ",",
        "now",
        "but",
        "actually",
    ):
        start.pop(0)
    if start[:2] in (["can", "i"], ["can", "we"], ["could", "i"]) and clause.action is not None:
        obtaining = set(start[2:5]) & {
            "get",
            "have",
            "ask",
            "see",
            "please",
            "request",
            "bother",
            "trouble",
        }
        return not obtaining and "please" not in words
    return bool(
        start[:1] == ["does"] and clause.action is not None and clause.asks and "not" not in words
    )


def speaks_of_trade(reading: Reading) -> bool:
    """Whether any word belongs to machines at all."""
    return any(tech_in(Clause([i])) or i.is_entity for i in reading.items)
