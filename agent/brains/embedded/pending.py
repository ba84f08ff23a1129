"""A turn while a plan waits: a no, a correction, an addition, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.correcting import Corrections
from agent.brains.embedded.frames import QUESTION, Frame, Reading
from agent.brains.embedded.merging import (
    leave_out,
)
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from agent.dialogue import reads
from tools.calls import Call
from tools.selector import Selector

CANCEL = re.compile(
    r"\b(cancel|abort|never ?mind|nvm|nm|forget (it|that|about)|call (it|that) off|scrap (it|"
    r"that)|scratch that|drop (it|that)|"
    r"hold (off|it)|leave it|rather not|changed my mind|call the whole|don't do (it|that)|"
    r"do not do (it|that)|"
    r"rather leave it|please don'?t|no thanks|not now|too risky|discard|withdraw|bad idea|"
    r"not a good idea|stand down|stop that|"
    r"let'?s keep (it|them|that)|let us keep|keep (it|them) after all|keep (it|them) then|"
    r"let'?s not|skip it|don't bother|pull back|back off|on second thoughts?,? no|no no|(?:^|"
    r"[.!,] ?)no[.!]*$|don'?t[.!]*$|not any ?more)",
    re.IGNORECASE,
)


class PendingPlan(Corrections):
    """Reads a turn against the plan that waits."""

    def understand(self, reading: Reading) -> Understanding | None:
        """What the turn makes of the plan, or None where it is about something else."""
        pending = self.memory.pending
        assert pending is not None
        cancels = bool(CANCEL.search(reading.text))
        changes = [f for f in reading.frames if f.changes and not f.negated and not f.about]
        questions = [f for f in reading.frames if not f.changes and f.strength >= QUESTION]
        if self._ends_in_no(reading) or (cancels and not changes and not self._corrects(reading)):
            return Understanding("cancel")
        if self._ends_in_yes(reading):
            return Understanding("revise", pending.calls)
        if forced := self._forced(reading):
            return forced
        if questions and not changes and not self._is_correction(reading):
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
        if (
            len(parts) > 1
            and reads(parts[0]) == "no"
            and not changes
            and any(f.negated for f in reading.frames)
        ):
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
        return bool(re.search(r"\b(as long as|provided|objection)\b", reading.text, re.IGNORECASE))

    def _corrects(self, reading: Reading) -> bool:
        """Whether something stands beside the no that could replace what was planned."""
        return any(
            i.is_entity or i.has("only") or (i.has("noun", "state", "os") and not i.has("pron"))
            for i in reading.items
        ) and not re.search(
            r"cancel|abort|forget it|call it off|never ?mind", reading.text, re.IGNORECASE
        )

    def _is_correction(self, reading: Reading) -> bool:
        words = set(reading.words)
        return bool(
            words
            & {
                "instead",
                "actually",
                "only",
                "just",
                "meant",
                "except",
                "too",
                "also",
                "rather",
                "not",
                "leave",
                "skip",
                "exclude",
                "without",
                "spare",
                "omit",
            }
        ) and not any(f.clause.has("wh") for f in reading.frames)

    def _changed(self, reading: Reading, changes: Sequence[Frame]) -> Understanding | None:
        """Another request while a plan waits: more of the same, other arguments, or a new one."""
        pending = self.memory.pending
        assert pending is not None
        last = pending.calls[-1]
        frame = changes[0]
        points = frame.chosen.refers is not None and not (
            frame.chosen.real or frame.chosen.unknown or frame.chosen.other or frame.chosen.ordinal
        )
        if (
            len(changes) == 1
            and (points or not frame.chosen.says_machines)
            and frame.tool not in NO_SELECTOR
        ):
            if frame.tool == last.tool:
                again = Understanding("revise", pending.calls)
                return self.corrected(reading, frame.clause) or again
            return self._other_act(frame, last)
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
        return Understanding("revise", (*pending.calls, *calls))

    def _other_act(self, frame: Frame, last: Call) -> Understanding | None:
        """ "restart it instead": another tool on the machines of the plan."""
        if last.selector is None:
            return None
        args = {k: v for k, v in frame.args.items() if not k.startswith("_")}
        call = Call(tool=frame.tool, selector=last.selector, args=args, outright=last.outright)
        if frame.said.time is not None:
            call = call.model_copy(update={"when": self.builder.when(frame.said.time)})
        if (
            frame.clause.first("also") is not None
            or "too" in frame.clause.words
            or (frame.clause.items and frame.clause.items[0].has("and", "then"))
        ):
            pending = self.memory.pending
            assert pending is not None
            if {"first", "before", "beforehand"} & set(frame.clause.words):
                return Understanding("revise", (call, *pending.calls))
            return Understanding("revise", (*pending.calls, call))
        return Understanding("revise", (call,))

    def _negated(self, reading: Reading) -> Understanding | None:
        """ "don't stop web-03" while a plan waits: leave it out, or drop the plan."""
        frame = reading.frames[0]
        pending = self.memory.pending
        assert pending is not None
        if frame.chosen.says_machines and frame.chosen.real:
            call = pending.calls[-1]
            if call.selector is None:
                return Understanding("cancel")
            targets = set(pending.targets[-1] if pending.targets else ())
            gone = {
                vm.id
                for n in frame.chosen.real
                for vm in self.builder.inventory.select(Selector.parse(n.selector()))
            }
            if targets and targets <= gone:
                return Understanding("cancel")
            return self._revised(
                call,
                leave_out(call, [n.selector() for n in frame.chosen.real], self.builder.inventory),
            )
        return Understanding("cancel")
