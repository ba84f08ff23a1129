"""A second look at a turn that the rules did not read as a request they are sure of.

Three things are tried, in this order. What only tells something ("Carol goes on leave today, so …")
is set aside and the rest is read by the same rules. A clause that was read as something that the
learned model holds for impossible is read as what the model says. At last the model says what the
whole asks for. The rules read arguments and machines each time, and whatever comes of it passes the
same checks as a first reading; where the looks leave a doubt, the question stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.clauses.clause import READING
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.fresh import fresh
from agent.brains.embedded.intent_model import NOT_TOOLS, SURE, Proposal, intent_model
from agent.brains.embedded.items import Item
from agent.brains.embedded.orders import asks_of_them, is_an_order, narrows_those
from agent.brains.embedded.parts import (
    DENIALS,
    RESERVES,
    TOLD,
    Part,
    kept_parts,
    parts_of,
    scenes,
)
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.spread import of_what
from agent.brains.embedded.supposing import asks_what_there_is
from agent.brains.embedded.told import tells_of_the_past
from agent.brains.embedded.tools import CHANGES
from tools.calls import Call

UNLIKELY = 0.12
"""Below this share the rules' tool is doubted where they read a question without its words."""

IMPOSSIBLE = 0.03
"""Below this share of its own clause a tool is not what was asked for."""

CERTAIN = 0.85
"""From this share on the questions beside the one that the model sees are left out."""

NOT_WISHED = 0.75
"""From this share on a turn only asks about a change, or forbids it."""

READS = frozenset(
    {
        "list_vms", "count_vms", "describe_vms", "query_metrics", "cost_report", "list_snapshots",
        "list_catalog", "list_operations", "list_schedules", "forecast_metric", "find_anomalies",
        "recommend_savings", "recommend_placement", "search_runbooks", "diagnose_vms",
    }
)  # fmt: skip
"""The labels that are questions about the fleet."""

_NO_REQUEST = ("remark", "outside", "greeting", "thanks", "yes", "no")
_HYPOTHETICAL = re.compile(
    r"\b(?:what (?:would|will|happens?|if)|(?:can|could|may|should|might) (?:i|we|one)\b|would it|"
    r"will it|is it (?:safe|ok|okay|possible|allowed)|if (?:i|we|you)\b|am i allowed|suppose|"
    r"imagine|in theory|hypothetically|would (?:you|that) (?:be able|break|affect))",
    re.IGNORECASE,
)


_TOLD_OF = re.compile(
    r"\b(?:should|could|would|must|might) have\b|\b(?:was|were|has been|have been|had been) "
    r"(?:put|shut|taken|brought|turned|switched|\w+ed)\b",
    re.IGNORECASE,
)
"""What was done, or should have been."""


_DESTROYS = frozenset({"delete_vms", "delete_snapshots", "restore_snapshot"})
_PLEADS = re.compile(
    r"(?:(?:hey|hi|hello|ok|okay|so|and|please|pls)[,! ]+)*(?:can|could|would|will) (?:you|u|ya)\b",
    re.I,
)
"""Words that ask for it: "can you resize worker-3"."""

_LOSES = re.compile(
    r"\b(?:delet\w*|remov\w*|destroy\w*|eras\w*|wip\w*|purg\w*|kill\w*|bin\w*|nuk\w*|trash\w*|"
    r"scrap\w*|ditch\w*|chuck\w*|dump\w*|drop\w*|prun\w*|rid|shot|go|gone|goes|clean\w*|clear\w*|"
    r"terminat\w*|decommission\w*|retir\w*|restor\w*|roll\w*|revert\w*|back)\b",
    re.IGNORECASE,
)
"""Words of loss: without one nothing that loses data is proposed by the model."""


class SecondReading:
    """Looks again at one turn of one conversation."""

    def __init__(self, context: Context, reader: Reader, builder: Builder) -> None:
        self._context = context
        self._reader = reader
        self._builder = builder
        self._text = ""

    def better(self, reading: Reading, first: Understanding) -> Understanding | None:
        """A reading to put in the place of the first, or None where that one stands."""
        self._text = reading.text
        items = [i for i in reading.items if not i.quoted]
        whole = intent_model().propose(items)
        if self._waits():
            return self._while_it_waits(reading, first, whole)
        if act := _social(reading, first, whole):
            return act
        if (fewer := _asked_once(first, whole, reading.text)) is not None:
            return fewer
        if not self._is_weak(reading, first, whole) or _is_settled(reading, first):
            return None
        if (snapshots := self._snapshots_only(reading, first, whole)) is not None:
            return snapshots
        parts = parts_of(reading.items)
        kept = kept_parts(parts)
        if self._only_speaks_of(first, whole):
            return _only_asked()
        if kept is not None:
            understood = self._by_rules(reading, kept, parts)
            if understood is not None and not self._is_weak(reading, understood, whole):
                return understood
        asked = [i for part in kept or parts for i in part.items]
        unread = first.kind == "ask" and (first.frame or {}).get("kind") == "machines"
        again = self._by_frames(reading) or self._by_model(reading, asked, parts, unread=unread)
        tools = {call.tool for call in again.calls} if again is not None else set[str]()
        if tools & _DESTROYS and not _LOSES.search(reading.text):
            return None
        if tools and not tools & CHANGES and is_an_order(reading, first):
            return None
        forbids = _forbids(reading) or asks_of_them(reading) or _only_describes(reading)
        return None if tools & CHANGES and forbids else again

    def _is_weak(self, reading: Reading, first: Understanding, whole: Proposal) -> bool:
        """Whether the first look gave no reading to rely on."""
        if first.kind in ("ask", "decline"):
            return True
        if first.kind == "reply":
            return whole.label in READS and whole.share >= SURE
        if first.kind != "calls" or not first.calls:
            return False
        if any(self._changes_nothing(call) for call in first.calls):
            return True
        tools = {call.tool for call in first.calls}
        changes = tools & CHANGES
        if self._only_speaks_of(first, whole) or _asks_where(reading, first, whole):
            return True
        if any(self._doubted(frame) is not None for frame in reading.frames):
            return True
        if _confuses_snapshots(first, whole):
            return True
        weak = not changes and whole.of(*tools) < UNLIKELY
        return weak and whole.label not in NOT_TOOLS and whole.share >= SURE

    def _snapshots_only(
        self, reading: Reading, first: Understanding, whole: Proposal
    ) -> Understanding | None:
        """ "we have old snapshots in search-1, delete them": the machine is not meant."""
        if not _confuses_snapshots(first, whole):
            return None
        looks = [f for f in reading.frames if not f.changes]
        frame = self._frame("delete_snapshots", reading.items)
        try:
            calls = self._builder.calls([*looks, frame], reading)
        except Doubt as doubt:
            return doubt.understanding
        return Understanding("calls", tuple(calls))

    def _waits(self) -> bool:
        memory = self._context.memory
        return memory.pending is not None or memory.asked is not None

    def _while_it_waits(
        self, reading: Reading, first: Understanding, whole: Proposal
    ) -> Understanding | None:
        """A question of its own between a plan or a question and its answer."""
        looks = first.kind == "calls" and not {c.tool for c in first.calls} & CHANGES
        if looks or whole.label not in READS or whole.share < NOT_WISHED:
            return None
        opens = next((i for i in reading.items if not i.has("filler", "comma")), None)
        asks = "?" in reading.text or any(i.has("wh") for i in reading.items[:5])
        if not asks or opens is None or opens.has("except", "only"):
            return None
        return self._by_model(reading, [i for i in reading.items if not i.quoted], [])

    def _only_speaks_of(self, first: Understanding, whole: Proposal) -> bool:
        """Whether a change was read in what only asks about it, or forbids it."""
        tools = {call.tool for call in first.calls}
        if not tools & CHANGES or whole.of(*tools) >= UNLIKELY:
            return False
        if _PLEADS.match(self._text):
            return False
        spoken_of = whole.of("about", "not") >= NOT_WISHED
        return spoken_of or whole.of("not") >= SURE

    def _doubted(self, frame: Frame) -> Proposal | None:
        """What the model takes a clause for, where it is sure and the rules read another thing."""
        if frame.negated or frame.about or not frame.clause.items:
            return None
        if frame.tool == "restart_vms" and {"down", "off"} & set(frame.clause.words):
            return None  # "bring it down and back up"
        verb = frame.clause.verb
        if frame.tool == "snapshot_vms" and verb is not None and verb.words == ("back", "up"):
            return None
        proposal = intent_model().propose(frame.clause.items)
        other = proposal.label not in NOT_TOOLS and proposal.share >= SURE
        told = proposal.of(*_NO_REQUEST) >= TOLD
        return proposal if proposal.of(frame.tool) < IMPOSSIBLE and (other or told) else None

    def _changes_nothing(self, call: Call) -> bool:
        if call.tool not in CHANGES or call.selector is None:
            return False
        return not self._builder.inventory.select_ids(call.selector)

    def _by_rules(
        self, reading: Reading, kept: Sequence[Part], parts: Sequence[Part]
    ) -> Understanding | None:
        """What is left without the remarks, read by the rules."""
        items = [i for part in kept for i in part.items]
        again = self._read(items)
        if not any(f.changes or f.strength > 1 for f in again.frames) or again.conditional:
            return None
        again.fragments.extend(scenes(kept, parts))
        understood = fresh(self._builder, again)
        return understood if understood.kind == "calls" else None

    def _read(self, items: Sequence[Item]) -> Reading:
        for item in items:
            item.used = ""
        return self._reader.read_items(" ".join(i.text for i in items), list(items))

    def _by_frames(self, reading: Reading) -> Understanding | None:
        """The clauses as the rules cut them, each as what it can be."""
        frames: list[Frame] = []
        changed = False
        for clause in sorted(
            [*(f.clause for f in reading.frames), *reading.fragments],
            key=lambda c: c.items[0].start if c.items else 0,
        ):
            frame = next((f for f in reading.frames if f.clause is clause), None)
            better = self._reframed(clause, frame)
            changed = changed or better is not frame
            if better is not None:
                frames.append(better)
        if not changed or not frames or reading.conditional:
            return None
        words = {w for f in frames for w in f.clause.words}
        changes = any(f.changes for f in frames)
        if changes and (words & RESERVES or _HYPOTHETICAL.search(reading.text)):
            return None
        again = Reading(reading.text, reading.items, frames, words=reading.words)
        return self._built(frames, again)

    def _reframed(self, clause: Clause, frame: Frame | None) -> Frame | None:
        if tells_of_the_past(clause.items):
            return frame
        if frame is not None:
            proposal = self._doubted(frame)
            if proposal is None:
                return frame
            if proposal.of(*_NO_REQUEST) >= TOLD:
                return None
            return self._frame(proposal.label, clause.items)
        if len(clause.items) < 3 or clause.condition or clause.reason:
            return None
        proposal = intent_model().propose(clause.items)
        tool = proposal.label not in NOT_TOOLS
        if tool and proposal.share >= (SURE if proposal.label in CHANGES else CERTAIN):
            return self._frame(proposal.label, clause.items)
        return None

    def _built(self, frames: Sequence[Frame], reading: Reading) -> Understanding | None:
        try:
            calls = self._builder.calls(frames, reading)
        except Doubt:
            return None
        if not calls or any(self._changes_nothing(call) for call in calls):
            return None
        return Understanding("calls", tuple(calls))

    def _by_model(
        self,
        reading: Reading,
        asked: Sequence[Item],
        parts: Sequence[Part],
        *,
        unread: bool = False,
    ) -> Understanding | None:
        """What the model takes the request for, its machines and arguments read by the rules."""
        proposal = intent_model().propose(asked)
        tool = proposal.label
        if tool in NOT_TOOLS or proposal.share < SURE:
            return None
        changes = tool in CHANGES
        if changes and not unread and any(frame.tool == tool for frame in reading.frames):
            return None  # the rules read it, and asked or refused with a reason
        words = {w for i in asked for w in i.words}
        if changes and reading.conditional:
            return None
        if changes and _HYPOTHETICAL.search(reading.text):
            return None
        frame = self._frame(tool, asked)
        spared = frame.chosen.exclude and not words & (RESERVES - DENIALS - {"but", "except"})
        if changes and words & RESERVES and not spared:
            return None
        again = Reading(reading.text, list(asked), [frame], words=tuple(words))
        again.fragments.extend(scenes([Part(tuple(asked), -1)], parts))
        here = {id(i) for i in asked}
        told = [c for c in reading.fragments if not any(id(i) in here for i in c.items)]
        again.fragments.extend(c for c in told if any(i.has("names") for i in c.items))
        return self._built([frame], again)

    def _frame(self, tool: str, asked: Sequence[Item]) -> Frame:
        for item in asked:
            item.used = ""
        return self._reader.framed(tool, Clause([i for i in asked if not i.has("stop")]))


_DESCRIBING = (
    "det", "noun", "state", "condition", "and", "comma", "in", "generic", "number", "os", "colon",
    "question", "wh", "rel", "be", "superlative", "all", "or",
)  # fmt: skip


def _only_describes(reading: Reading) -> bool:
    """ "the stopped ones in hq, and the idle ones in gcp": machines, and no act."""
    first = next((i for i in reading.items if not i.has("filler", "comma") or i.has("det")), None)
    led = first is not None and first.has("det", "all") and not first.has("verb")
    return led and all(
        i.is_entity or i.has(*_DESCRIBING) or i.words == ("ones",) for i in reading.items
    )


def _asks_where(reading: Reading, first: Understanding, whole: Proposal) -> bool:
    """ "I need to accommodate a new machine. Which host would you recommend?": asked, not made."""
    places = whole.of("recommend_placement") >= CERTAIN and "?" in reading.text
    return places and {call.tool for call in first.calls} == {"create_vms"}


def _social(reading: Reading, first: Understanding, whole: Proposal) -> Understanding | None:
    """Greetings, thanks, a cry for help and what is not ours, in words that no rule foresaw."""
    if first.kind not in ("ask", "decline", "reply") or any(
        i.is_entity or i.has("number", "time") for i in reading.items
    ):
        return None
    if first.kind != "reply" and whole.of("help") >= TOLD:
        return Understanding("reply", text=replies.HELP)
    if first.kind != "reply" and whole.of("thanks", "greeting") >= SURE:
        return replies.welcome()
    ours = any(i.has("noun", "metric", "object") for i in reading.items)
    if whole.of("outside") >= TOLD and not ours:
        return replies.out_of_scope()
    return None


def _is_settled(reading: Reading, first: Understanding) -> bool:
    """A name that no machine bears is always asked about; what is done inside is never ours."""
    if asks_what_there_is(reading.text):
        return True
    unknown = first.kind == "ask" and (first.frame or {}).get("kind") in ("name", "unknown act")
    if unknown or narrows_those(first):
        return True
    return first.kind == "decline" and replies.acts_elsewhere(reading.text)


def _forbids(reading: Reading) -> bool:
    """Whether some act of the turn is forbidden, was done or only tried, or is asked about."""
    opener = next((i for i in reading.items if not i.has("filler", "comma") or i.has("wh")), None)
    looks = any(
        i.has("verb") and i.action in READING and i.form == "base" for i in reading.items[:4]
    )
    done = any(f.tool == "list_operations" for f in reading.frames)
    done = done or tells_of_the_past(reading.items)
    spoken_of = looks or done or any(f.negated or f.about for f in reading.frames)
    if spoken_of or _TOLD_OF.search(reading.text) or _NO_ORDER.match(reading.text):
        return True
    if opener is not None and opener.has("wh", "howto"):
        return True
    clauses = [*(f.clause for f in reading.frames), *reading.fragments]
    return any(clause.unwished for clause in clauses)


_NO_ORDER = re.compile(
    r"\W*(?:(?:so|and|but|hey|hi|ok|okay|um|uh|well|no|please|sorry|wait)\b[, ]*)*(?:"
    r"(?:did|has|have|had) (?:any|some|every|no)(?:body|one)\b|(?:did|has|had) (?:he|she|"
    r"they|it|the)\b|"
    r"(?:remind me|i wonder|i'?m wondering|no idea|do you know|tell me|explain(?: to me)?)"
    r"(?: again)? (?:why|how|whether|if|who)\b|"
    r"i (?:never|didn't|did not) (?:say|said|ask|asked|tell|told|want|wanted|mean|meant)\b|"
    r"i(?:'d| would) (?:rather|prefer(?: it if)?) (?:you|we|nobody|no one) (?:did|do|"
    r"would)(?: not|n't)\b)",
    re.IGNORECASE,
)
""" "did anybody …?", "I never said to …", whatever follows."""

_AND_ALSO = re.compile(
    r"\b(?:and|plus|also) +(?:also |then )*"
    r"(?:how (?:many|much)|what|which|who|show|list|tell|give)\b",
    re.IGNORECASE,
)
"""Two questions that are asked in so many words."""


def _asked_once(first: Understanding, whole: Proposal, text: str) -> Understanding | None:
    """ "Is it much used? I need its CPU": of several questions the one that is meant, once."""
    if first.kind != "calls" or len(first.calls) < 2 or whole.share < CERTAIN:
        return None
    if any(call.tool not in READS for call in first.calls):
        return None
    if len(first.calls) == 2 and _AND_ALSO.search(text):
        return None
    meant = [call for call in first.calls if call.tool == whole.label]
    others = [call for call in first.calls if call.tool != whole.label]
    if not meant or any(whole.of(call.tool) >= UNLIKELY for call in others):
        return None
    if len({of_what(call) for call in meant}) == 1:
        meant = [max(meant, key=lambda call: len(call.args))]
    return Understanding("calls", tuple(meant)) if len(meant) < len(first.calls) else None


def _confuses_snapshots(first: Understanding, whole: Proposal) -> bool:
    tools = {call.tool for call in first.calls}
    taken = [call.selector for call in first.calls if call.tool == "snapshot_vms"]
    apart = any(c.selector not in taken for c in first.calls if c.tool == "delete_vms")
    deletes = "delete_vms" in tools and "delete_snapshots" not in tools and not (taken and apart)
    meant = whole.of("delete_snapshots")
    return deletes and meant >= TOLD and meant > 2 * whole.of("delete_vms")


def _only_asked() -> Understanding:
    return Understanding(
        "reply",
        text="I take that for a question or a wish that nothing is done: nothing is planned and "
        "nothing was changed. Ask for it, and I show exactly what would happen first.",
    )
