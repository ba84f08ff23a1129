"""A turn while a plan waits: a no, a correction, an addition, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.dialogue_acts import calls_off
from agent.brains.embedded.dropping import Dropping
from agent.brains.embedded.explained import (
    with_not_for_no,
    without_its_reason,
    without_just_now,
    without_the_denied,
)
from agent.brains.embedded.fewer_days import with_other_days
from agent.brains.embedded.frames import QUESTION, Frame, Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.putting_right import on_its_days, put_right, without_what_stands
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from agent.brains.embedded.refigured import refigured
from agent.brains.embedded.several import not_the_plan, of_several
from agent.brains.embedded.specifying import specified
from agent.brains.embedded.swapping import other_act_meant, swapped
from agent.dialogue import reads
from agent.remarks import leans_to_yes
from agent.second_thoughts import recovered
from tools.calls import Call

CANCEL = re.compile(
    r"\b(cancel|abort|never ?mind|nvm|nm|forget (it|that|about|the)|call (it|that) off|scrap (it|"
    r"that)|scratch that|drop (it|that)|"
    r"hold (off|it)|leave it|rather not|changed my mind|call the whole|don't do (it|that)|"
    r"do not do (it|that)|"
    r"rather leave it|please don'?t|no thanks|not now|"
    r"(?:^|[.!,] ?)(?:that'?s |it'?s |that is |it is |this is |sounds |way |far |hm+,? )*"
    r"too (?:risky|expensive|costly|dear|drastic|harsh|final|hasty|extreme|radical|"
    r"pricey|much|dangerous)[.!]*$|discard|withdraw|bad idea|"
    r"not a good idea|stand down|stop that|"
    r"let'?s keep (it|them|that)|no[,. ]+keep (it|them|those|that)|"
    r"let us keep|keep (it|them) after all|keep (it|them) then|"
    r"let'?s not|skip it|don't bother|pull back|back off|on second thoughts?,? no|no no|(?:^|"
    r"[.!,] ?)no[.!]*$|don'?t[.!]*$|not any ?more)",
    re.IGNORECASE,
)


_DROPS_THE_ACT = re.compile(
    r"(?:^|[.!,;] ?|\b(?:so|then|please|pls|just|ok|and|lets|let's) )"
    r"(?:drop|scrap|forget|cancel|kill|skip|abort|nix|bin|ditch|scratch|withdraw|pull|bail on|"
    r"leave) (?:the|that|this) (?:whole )?(?:plan|change|request|idea|thing|resize|restart|reboot|"
    r"stop|shutdown|start|move|migration|snapshot|delet(?:e|ion)|clone|tag(?:ging)?|resizing|"
    r"upsize|upgrade|scal(?:e|ing)(?:[- ]?(?:up|down))?|job|backup)"
    r"(?: (?:then|please|pls|for now|altogether|after all))?[.! ]*$",
    re.IGNORECASE,
)
"""Words that call off the one act of the plan by its name."""

_PARKS = re.compile(
    r"(?:^|[.!,;] *)(?:(?:let'?s|let us|we(?:'ll| will| should| can)|i'd|hm+|ok(?:ay)?|no|so|and|"
    r"please|just|rather|better)[, ]+)*(?:park|shelve|postpone|put off|defer) "
    r"(?:it|that|this|them|these|those|the (?:whole )?(?:thing|lot|plan|idea))"
    r"(?: (?:for (?:now|today|later|the (?:moment|time being)|another \w+|a (?:bit|while|\w+))|"
    r"then|please|all|till later|until later|until further notice))*[.! ]*$",
    re.IGNORECASE,
)
""" "let's park it for today": of the plan, not of its machines."""

_PUTS_ON = re.compile(
    r"\W*(?:(?:and|so|then|now|just|please|ok(?:ay)?|right|well)\W+)*"
    r"(?:stick|put|pop|slap|whack|bung|hang|hook|plug) (?:it|that|this|them|one) (?:on|in|up)"
    r"(?: (?:there|then|please|now|to it))*[.! ]*",
    re.IGNORECASE,
)
""" "put it on": once more what the plan does already, where it puts something on a machine."""

_BEFORE_THE_ACT = re.compile(
    r"\b(?:before|prior to|ahead of) (?:(?:the|that|this|you|we|any) )*[a-z]+(?: (?:it|them|that))?"
    r"(?:,? please)?[.! ]*$",
    re.IGNORECASE,
)
""" "also take a snapshot before the restart"."""

_LOOKS = ("list", "count", "describe")

_STOP_THAT = re.compile(r"(?:no[,. ]+|please )?(?:stop|halt) (?:that|it)(?:[.!,]|$)", re.IGNORECASE)
_STOP_AND_WHY = re.compile(
    r"^\W*(?:(?:no+|oh|ah|wait|please|pls|hey|ok|omg|eek|argh|a+h+|god|sorry|noo+|yikes|oops)\W+)*"
    r"(?:stop|halt|whoa)(?: (?:stop|halt|no|wait|please))*[,!. -]+"
    r"(?:i|i'm|we|you|he|she|they|that'?s|that|this|there'?s?|it'?s|don'?t|no|wait|wrong|sorry|not|"
    r"somebody|someone|people|hold|hang)\b",
    re.IGNORECASE,
)
""" "no stop i didn't mean to press enter": meant for the plan, and why."""

OFF_FIRST = re.compile(
    r"(?:(?:ok(?:ay)?|actually|hmm+|no|well|oh|ah|wait|sorry|please)[,. !]*)*"
    r"(?:no|nope|nah|cancel|forget|never ?mind|nvm|scrap|drop|abort|leave)\b[^.!?]{0,24}[.!,;]",
    re.IGNORECASE,
)
"""A turn that begins by calling off what waits."""


_BARE = frozenset(
    {"no", "nah", "nope", "wait", "n", "naw", "nay", "negative", "wrong", "hm", "hmm", "oh", "ah",
     "sorry", "actually", "ok", "okay", "please", "well", "hang", "hold", "on"}
)  # fmt: skip
"""A no of these words alone may begin a correction."""

_OTHERWISE = frozenset(
    {"instead", "rather", "meant", "mean", "only", "just", "make", "also", "too", "add", "use",
     "but", "except", "without", "not", "should", "must", "other", "one", "ones", "change"}
)  # fmt: skip


def _is_off_at_once(reading: Reading, parts: Sequence[str]) -> bool:
    """ "no, let it be. I will speak to Priya first.": a clear no, and then why."""
    lead = next((k for k, part in enumerate(parts) if reads(part) != "no"), len(parts))
    clear = any(not set(re.findall(r"[a-z]+", p.casefold())) <= _BARE for p in parts[:lead])
    words = {w for part in parts[lead:] for w in part.casefold().split()}
    if not clear or lead == len(parts) or "?" in reading.text or words & _OTHERWISE:
        return False
    named = any(
        i.has("names", "time", "number", "unknown_name") or (i.is_entity and not _of_people(i))
        for i in reading.items
    )
    return not named and not any(f.changes and not f.negated for f in reading.frames)


def _of_people(item: Item) -> bool:
    fields = [name for name, _ in item.get("value") or ()]
    return bool(fields) and all(name.startswith("tags.") for name in fields)


class PendingPlan(Dropping):
    """Reads a turn against the plan that waits."""

    def understand(self, reading: Reading) -> Understanding | None:
        """What the turn makes of the plan, or None where it is about something else."""
        pending = self.memory.pending
        assert pending is not None
        reading = without_its_reason(without_just_now(reading, self.reader), self.reader)
        reading = without_the_denied(reading, self.reader)
        reading = with_not_for_no(reading, self.reader)
        reading = without_what_stands(reading, pending.calls, self.reader)
        cancels = bool(CANCEL.search(reading.text))
        if on_days := with_other_days(reading, pending.calls):
            return on_days
        if more := self._timed_apart(reading):
            return more
        if smaller := self._off_or_left_out(reading):
            return smaller
        if not cancels and (made := specified(reading, self.context, self.reader)):
            return made
        if (figured := refigured(reading, self.context)) is not None:
            asks = isinstance(figured, Understanding)
            return figured if asks else Understanding("revise", figured)
        if len(pending.calls) == 1:
            call, targets = pending.calls[0], self._pending_targets(pending.calls[0])
            if made := swapped(reading, call, targets, self.reader, self.builder.inventory):
                return self._revised(call, made)
            if meant := other_act_meant(reading, pending.calls):
                return self._other_act(meant, call, reading)
        changes = [f for f in reading.frames if f.changes and not f.negated and not f.about]
        questions = [f for f in reading.frames if not f.changes and f.strength >= QUESTION]
        if self._ends_in_no(reading) or (cancels and not changes and not self._corrects(reading)):
            return self._cancelled(reading, questions)
        off_first = cancels and not changes and OFF_FIRST.match(reading.text)
        if off_first and "?" in reading.text and questions:
            return self._cancelled(reading, questions)
        if self._is_its_number(reading):
            return Understanding("revise", pending.calls)
        if several := of_several(reading, pending.calls):
            return several
        if len(pending.calls) == 1 and _DROPS_THE_ACT.search(reading.text):
            return Understanding("cancel")
        if not changes and (aside := not_the_plan(reading, pending.calls)):
            return aside if isinstance(aside, Understanding) else None
        others = any(f.tool not in {c.tool for c in pending.calls} for f in changes)
        if not others and (right := put_right(reading, self.context, self.reader.now)):
            return Understanding("revise", right)
        if spared := self._spared(reading):
            return spared
        if self._ends_in_yes(reading):
            return Understanding("revise", pending.calls)
        if forced := self._forced(reading):
            return forced
        if not changes and (remark := self._remark(reading)):
            return remark
        looks = any(f.clause.verb is not None and f.clause.action in _LOOKS for f in questions)
        if questions and not changes and (looks or not self._is_correction(reading)):
            return None
        if any(f.about for f in reading.frames):
            return None
        if changes:
            return self._changed(reading, changes)
        if reading.frames and all(f.negated for f in reading.frames):
            return self._negated(reading)
        if (
            replies.social(reading.text)
            and not self._has_entities(reading)
            and not self._is_correction(reading)
            and not any(i.has("number", "time") for i in reading.items)
        ):
            return None
        return self.corrected(reading)

    def _off_or_left_out(self, reading: Reading) -> Understanding | None:
        """What calls the plan off, leaves machines out of it, or makes it doubtful."""
        if kept := self._kept(reading):
            return kept
        if fewer := self._halved(reading) or self._cancelled_some(reading):
            return fewer
        stops = _STOP_AND_WHY.match(reading.text) and not self._corrects(reading)
        parks = _PARKS.search(reading.text.replace("\u2019", "'"))
        if stops or parks or _STOP_THAT.match(reading.text) or calls_off(reading):
            return Understanding("cancel")
        pending = self.memory.pending
        assert pending is not None
        puts_on = {c.tool for c in pending.calls} <= {"attach_disk", "tag_vms"}
        if puts_on and _PUTS_ON.fullmatch(reading.text):
            return Understanding("revise", pending.calls)
        if recovered(reading.text) and not (leans_to_yes(reading.text) or self._corrects(reading)):
            return replies.ask("Is it still needed? Say yes to go ahead, or no to call it off.")
        return (
            self._dropped(reading)
            or self._told_then_left(reading)
            or self._denied(reading)
            or self._left(reading)
            or self._described_out(reading)
        )

    def _cancelled(self, reading: Reading, questions: Sequence[Frame]) -> Understanding:
        """ "forget it. how many sandboxes are there?": the plan goes, the question is answered."""
        asked = [f for f in questions if f.clause.asks or f.clause.items[0].has("wh")]
        if not asked or not OFF_FIRST.match(reading.text):
            return Understanding("cancel")
        try:
            return Understanding("cancel", tuple(self.builder.calls(asked, reading)))
        except Doubt:
            return Understanding("cancel")

    def _forced(self, reading: Reading) -> Understanding | None:
        """ "force it" about a stop or a restart that waits."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        said = any(i.has("force") for i in reading.items)
        if call.tool not in ("stop_vms", "restart_vms") or not said or self._has_entities(reading):
            return None
        return self._revised(call, call.model_copy(update={"args": {**call.args, "force": True}}))

    def _ends_in_no(self, reading: Reading) -> bool:
        """The last thing said is a plain no or cancel: what stands before it is the reason."""
        parts = [
            p.strip() for p in re.split(r"[.!?;]+|, |\bso please\b", reading.text) if p.strip()
        ]
        changes = [f for f in reading.frames[1:] if f.changes and not f.negated]
        vague = not any(f.chosen.says_machines or f.args for f in reading.frames)
        if vague and OFF_FIRST.match(reading.text) and any(reads(p) == "no" for p in parts[1:]):
            return True
        if (
            len(parts) > 1
            and reads(parts[0]) == "no"
            and not changes
            and any(f.negated for f in reading.frames)
        ):
            return True
        if _is_off_at_once(reading, parts):
            return True
        if len(parts) < 2 or reads(parts[-1]) != "no":
            return False
        return (
            not any(w in reading.words for w in ("instead", "rather"))
            or "cancel" in parts[-1].casefold()
        )

    def _ends_in_yes(self, reading: Reading) -> bool:
        """A yes with more than a yes around it: the plan is shown once more."""
        parts = [p.strip() for p in re.split(r"[.!?;]+|, ", reading.text) if p.strip()]
        if (
            len(parts) < 2
            or reads(parts[-1]) != "yes"
            or any(f.changes or f.strength >= QUESTION for f in reading.frames)
        ):
            return False
        if not any(i.is_entity or i.has("number", "except", "pron") for i in reading.items[:-4]):
            return len(parts) == 2
        return bool(re.search(r"\b(as long as|provided|objection)\b", reading.text, re.IGNORECASE))

    def _corrects(self, reading: Reading) -> bool:
        """Whether something stands beside the no that could replace what was planned."""
        return any(
            i.is_entity
            or i.has("only", "time")
            or (i.has("noun", "state", "os") and not i.has("pron"))
            for i in reading.items
        ) and not re.search(
            r"cancel|abort|forget it|call it off|never ?mind", reading.text, re.IGNORECASE
        )

    def _changed(self, reading: Reading, changes: Sequence[Frame]) -> Understanding | None:
        """Another request while a plan waits: more of the same, other arguments, or a new one."""
        pending = self.memory.pending
        assert pending is not None
        last = pending.calls[-1]
        frame = changes[0]
        points = frame.chosen.refers is not None and not (
            frame.chosen.real or frame.chosen.unknown or frame.chosen.other or frame.chosen.ordinal
        )
        if len(changes) == 1 and points and (frame.tool, last.tool) == ("tag_vms", "create_vms"):
            tags = {**last.args.get("tags", {}), **frame.args.get("tags", {})}
            return self._with_args(last, {**last.args, "tags": tags}, frame)
        if (
            len(changes) == 1
            and (points or not frame.chosen.says_machines)
            and frame.tool not in NO_SELECTOR
        ):
            if frame.tool == last.tool:
                again = Understanding("revise", pending.calls)
                return self.corrected(reading, frame.clause) or again
            return self._other_act(frame, last, reading)
        if (
            len(changes) == 1
            and frame.tool in ("scale_group", "create_vms")
            and frame.tool == last.tool
        ):
            merged = {**last.args, **{k: v for k, v in frame.args.items() if not k.startswith("_")}}
            return self._with_args(last, merged, frame)
        if (
            len(changes) == 1
            and frame.tool == last.tool
            and self._adds(reading)
            and last.selector is not None
        ):
            return self._added(frame.chosen, frame, last)
        if (
            self._adds(reading)
            and len(changes) == 1
            and frame.clause.items
            and frame.clause.first("also", "and") is not None
        ):
            return self._together(reading, changes)
        return None

    def _together(self, reading: Reading, changes: Sequence[Frame]) -> Understanding | None:
        """ "and also restart web-02": the pending calls stay, this one comes after them."""
        pending = self.memory.pending
        assert pending is not None
        opener = next((i for i in reading.items if not i.has("filler", "comma")), None)
        if opener is None or not (
            opener.has("and", "also", "then")
            or "also" in reading.words
            or "too" in reading.words
            or "well" in reading.words
        ):
            return None
        try:
            calls = self.builder.calls(changes, reading)
        except Doubt as doubt:
            return doubt.understanding
        first = changes[0].said.time is None and _BEFORE_THE_ACT.search(reading.text)
        made = (*calls, *pending.calls) if first else (*pending.calls, *calls)
        return Understanding("revise", made)

    def _other_act(self, frame: Frame, last: Call, reading: Reading) -> Understanding | None:
        """ "restart it instead": another tool on the machines of the plan."""
        if last.selector is None:
            return None
        args = {k: v for k, v in frame.args.items() if not k.startswith("_")}
        call = Call(tool=frame.tool, selector=last.selector, args=args, outright=last.outright)
        if frame.said.time is not None:
            when = on_its_days(call.tool, frame.said.time, last)
            when = when or self.builder.when(frame.said.time)
            call = call.model_copy(update={"when": when})
        before = {"first", "before", "beforehand", "prior"} & set(frame.clause.words)
        timed = frame.said.time is not None
        before = before or (not timed and _BEFORE_THE_ACT.search(reading.text) is not None)
        if (
            before
            or frame.clause.first("also") is not None
            or "too" in frame.clause.words
            or (frame.clause.items and frame.clause.items[0].has("and", "then"))
        ):
            pending = self.memory.pending
            assert pending is not None
            if before:
                return Understanding("revise", (call, *pending.calls))
            return Understanding("revise", (*pending.calls, call))
        return Understanding("revise", (call,))
