"""What a turn means after what was said before: answers, corrections, additions, repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.answering import Answering
from agent.brains.embedded.calls import NO_SELECTOR, Builder, Doubt
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.merging import (
    intersect,
    is_narrowing,
    leave_out,
    names_of,
    numbered_names,
    unite,
)
from agent.brains.embedded.names import key_of
from agent.brains.embedded.reader import NOMINAL, QUESTION, Frame, Reader, Reading
from agent.brains.embedded.selection import Chosen
from agent.dialogue import reads
from tools.calls import Call, When
from tools.errors import NovaError
from tools.selector import Selector

_CANCEL = re.compile(
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


_LEAVE_IT = re.compile(
    r"\b((leave|keep|take|drop|let) (it|that|them|that one|those|this one|him|her)( one)? "
    r"(out|off|alone|in peace|be|running|up|on)|(skip|exclude|spare|omit|ignore) (it|that|them|"
    r"this one))\b",
    re.IGNORECASE,
)
_DO_IT = re.compile(
    r"^(?:ok(?:ay)?|then|so|well|right|good|great|fine|alright|please|and|now|in that case|yes|"
    r"yeah|yep|sure|[,. !])*"
    r"(?:please )?(?:do|go ahead and do|let'?s do|just do) (?:it|that|so)\b",
    re.IGNORECASE,
)


class Followups:
    """Reads a turn against the memory of its conversation."""

    def __init__(self, context: Context, reader: Reader, builder: Builder) -> None:
        self.context = context
        self.memory = context.memory
        self.reader = reader
        self.builder = builder
        self.site = reader.site

    def understand(self, reading: Reading, said: str | None) -> Understanding | None:
        """The understanding, or None where the turn stands on its own."""
        if sed := next((i for i in reading.items if i.has("sed")), None):
            return self._substituted(sed.get("sed"))
        memory = self.memory
        if (
            said == "no"
            and memory.pending is None
            and reading.has_change
            and any(f.chosen.refers is not None or f.chosen.real for f in reading.frames)
            and memory.targets
        ):
            said = None
        if memory.asked is not None:
            if said == "no" or (
                not reading.frames
                and _CANCEL.search(reading.text)
                and not self._has_entities(reading)
            ):
                return Understanding("cancel")
            answer = Answering(self.context, self.reader, self.builder).understand(reading)
            if answer is not None:
                return answer
        if memory.pending is not None:
            if understood := self._pending(reading):
                return understood
        elif (memory.calls and memory.calls[-1].tool == "list_schedules") and (
            said == "no" or _CANCEL.search(reading.text)
        ):
            return self._unscheduled()
        elif (said == "no" and not (reading.has_change and not memory.targets)) or (
            not reading.frames and _CANCEL.search(reading.text) and not self._has_entities(reading)
        ):
            return Understanding("cancel")
        if memory.calls:
            return self._repeated(reading) or self._refined(reading)
        return None

    def _unscheduled(self) -> Understanding:
        """ "cancel it" right after the schedules were listed."""
        rows = self.context.read(Call(tool="list_schedules")).rows
        ids = [str(row["id"]) for row in rows]
        if len(ids) == 1:
            return Understanding(
                "calls", (Call(tool="cancel_schedule", args={"schedule": ids[0]}),)
            )
        if not ids:
            return Understanding("cancel")
        frame = {
            "from": "brain",
            "kind": "argument",
            "argument": "schedule",
            "call": Call(tool="cancel_schedule", args={}).to_dict(),
        }
        return replies.ask(f"Which schedule: {replies.listed(ids)}?", ids, frame)

    def _has_entities(self, reading: Reading) -> bool:
        return any(i.is_entity for i in reading.items)

    def hypothetical(self, reading: Reading, said: str | None) -> Understanding | None:
        """ "do it then", after a question about an act: the act is planned, and shown as ever."""
        memory = self.memory
        if memory.pending is not None or memory.asked is not None or len(memory.said) < 2:
            return None
        wished = said == "yes" or bool(_DO_IT.match(reading.text))
        who, text = memory.said[-2]
        if not wished or who != "user":
            return None
        frames = [f for f in self.reader.read(text).frames if f.about and f.changes]
        if not frames:
            return None
        for frame in frames:
            frame.about = False
        times = [i.get("time") for i in reading.items if i.has("time")]
        if times and not times[0].window:
            frames[-1].said.time = times[0]
        try:
            return Understanding("calls", tuple(self.builder.calls(frames, reading)))
        except Doubt as doubt:
            return doubt.understanding

    # a pending plan

    def _pending(self, reading: Reading) -> Understanding | None:
        pending = self.memory.pending
        assert pending is not None
        cancels = bool(_CANCEL.search(reading.text))
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
        return self._corrected(reading)

    def _siblings(self, frame: Frame, names: Sequence[str]) -> None:
        """ "and runner 2 too": of the names that fit, those like the names of the plan."""
        stems = {key_of(n)[:-1] for n in names}
        for noun in frame.chosen.real:
            like = [n for n in noun.names if key_of(n)[:-1] in stems]
            if noun.last == "stem" and like and len(like) < len(noun.names):
                noun.names = like

    def _forced(self, reading: Reading) -> Understanding | None:
        """ "force it" about a stop or a restart that waits."""
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        said = any(i.has("force") for i in reading.items)
        if call.tool not in ("stop_vms", "restart_vms") or not said or self._has_names(reading):
            return None
        return self._revised(call, call.model_copy(update={"args": {**call.args, "force": True}}))

    def _has_names(self, reading: Reading) -> bool:
        return any(i.is_entity for i in reading.items)

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
                return self._corrected(reading, frame.clause) or again
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

    def _corrected(self, reading: Reading, clause: Clause | None = None) -> Understanding | None:
        """A fragment while a plan waits: read as if the plan's own verb stood before it."""
        pending = self.memory.pending
        assert pending is not None
        call = self._meant(pending.calls, reading)
        frame = self._as_fragment(reading, call)
        self._siblings(frame, names_of(call, self.builder.inventory, self._pending_targets(call)))
        chosen, args = frame.chosen, {k: v for k, v in frame.args.items() if not k.startswith("_")}
        if chosen.unknown and call.tool not in ("create_vms", "clone_vm"):
            bare = self._bare_numbers(reading, call)
            if not bare:
                return self.builder.unknown_name(chosen.unknown[0], frame)
        if call.tool == "scale_group" and not args and (count := _only_number(reading)):
            args = {"count": count}
        if call.tool in NO_SELECTOR:
            if not args and frame.said.time is None:
                return None
            merged = self._merged_args(call, args, reading)
            return self._with_args(call, merged, frame)
        if call.when is not None and not chosen.real and (moved := _shifted(call, reading.text)):
            return self._revised(call, call.model_copy(update={"when": moved}))
        if call.when is not None and not chosen.real and frame.said.time is None:
            hour = _only_number(reading)
            if hour is not None and 0 < hour < 25 and not args.keys() - {"count", "vcpus"}:
                return self._revised(call, call.model_copy(update={"when": _at_hour(call, hour)}))
        numbers = self._bare_numbers(reading, call)
        nouns = [n.selector() for n in chosen.real]
        exclude = [n.selector() for n in chosen.exclude if not n.empty]
        if numbers:
            if chosen.excepting or set(reading.words) & {
                "leave",
                "skip",
                "not",
                "minus",
                "without",
                "except",
                "drop",
                "but",
                "spare",
                "keep",
            }:
                exclude.append({"names": numbers})
            else:
                nouns.append({"names": numbers})
                args = {
                    k: v
                    for k, v in args.items()
                    if k not in ("vcpus", "memory_gib", "size_gib", "count", "change")
                }
        timed = frame.said.time is not None or frame.said.lasts is not None
        if not (
            nouns or exclude or args or timed or chosen.refers or chosen.ordinal or chosen.other
        ):
            return None
        if nouns and not exclude and _LEAVE_IT.search(reading.text):
            nouns, exclude = [], nouns
        if chosen.strangers and not args and not timed:
            return self.builder._stranger(chosen.strangers[0])  # pyright: ignore[reportPrivateUsage]
        return self._apply(call, frame, nouns, exclude, args, reading)

    def _apply(
        self,
        call: Call,
        frame: Frame,
        nouns: list[dict[str, Any]],
        exclude: list[dict[str, Any]],
        args: dict[str, Any],
        reading: Reading,
    ) -> Understanding | None:
        inventory = self.builder.inventory
        made = call
        try:
            if nouns or frame.chosen.ordinal or frame.chosen.other:
                if frame.chosen.ordinal or frame.chosen.other:
                    picked, outright = self.builder.pick(frame.chosen, frame)
                    if picked is not None:
                        made = call.model_copy(
                            update={"selector": Selector.parse(picked), "outright": outright}
                        )
                elif self._adds(reading) and not frame.chosen.only:
                    made = unite(call, nouns, inventory)
                elif frame.chosen.only or is_narrowing(nouns, call, reading.words):
                    made = intersect(call, nouns, inventory, self._pending_targets(call))
                else:
                    picked, outright = (
                        self.builder.pick(frame.chosen, frame)
                        if frame.chosen.real
                        else (nouns[0], None)
                    )
                    if picked is not None:
                        picked.pop("exclude", None)
                        made = call.model_copy(
                            update={"selector": Selector.parse(picked), "outright": outright}
                        )
            if exclude:
                made = leave_out(made, exclude, inventory)
        except (Doubt, NovaError) as problem:
            if isinstance(problem, Doubt):
                return problem.understanding
            return replies.ask(f"I cannot read that as a correction: {problem}")
        if args:
            made = made.model_copy(update={"args": self._merged_args(call, args, reading)})
        if frame.said.time is not None:
            made = made.model_copy(update={"when": self._retimed(call, frame)})
        if (
            re.search(r"\b(right now|now|immediately)\b", " ".join(reading.words))
            and made.when is not None
            and frame.said.time is None
        ):
            made = made.model_copy(update={"when": None})
        return self._revised(call, made, frame)

    def _pending_targets(self, call: Call) -> list[str]:
        pending = self.memory.pending
        if pending is None or call not in pending.calls:
            return list(self.memory.targets)
        k = pending.calls.index(call)
        return list(pending.targets[k]) if k < len(pending.targets) else list(self.memory.targets)

    def _revised(self, old: Call, new: Call, frame: Frame | None = None) -> Understanding:
        pending = self.memory.pending
        assert pending is not None
        calls = [new if c is old else c for c in pending.calls]
        if frame is not None and frame.said.lasts is not None:
            calls.extend(self.builder._after(frame, new))  # pyright: ignore[reportPrivateUsage]
        if old.selector is not None and new.selector != old.selector:
            calls = [
                c.model_copy(update={"selector": new.selector, "outright": new.outright})
                if c.selector == old.selector and c is not new
                else c
                for c in calls
            ]
        return Understanding("revise", tuple(calls))

    def _with_args(self, call: Call, args: dict[str, Any], frame: Frame) -> Understanding:
        made = call.model_copy(update={"args": args})
        if frame.said.time is not None:
            made = made.model_copy(update={"when": self.builder.when(frame.said.time)})
        return self._revised(call, made)

    def _merged_args(self, call: Call, args: dict[str, Any], reading: Reading) -> dict[str, Any]:
        """New arguments beside the old, where one does not speak against the other."""
        kept = dict(call.args)
        if call.tool == "resize_vms":
            if "size" in args:
                kept = {}
            elif args:
                kept.pop("size", None)
        if call.tool == "scale_group" and args.keys() & {"count", "change"}:
            kept.pop("count", None)
            kept.pop("change", None)
        if call.tool == "create_vms":
            if "size" in args:
                kept.pop("vcpus", None)
                kept.pop("memory_gib", None)
            if args.keys() & {"vcpus", "memory_gib"}:
                kept.pop("size", None)
            if "region" in args:
                kept.pop("provider", None)
            if (
                args.get("count") == 1
                and "count" in kept
                and not set(reading.words) & {"one", "single", "1"}
            ):
                args = {k: v for k, v in args.items() if k != "count"}
        if call.tool == "migrate_vms" and args:
            kept = {}
        if (
            call.tool == "tag_vms"
            and "tags" in args
            and set(reading.words) & {"also", "too", "and", "plus"}
        ):
            return {"tags": {**kept.get("tags", {}), **args["tags"]}}
        return {**kept, **args}

    def _meant(self, calls: Sequence[Call], reading: Reading) -> Call:
        """Which call of a plan a correction is about: the one of whose verb it speaks, else the
        last.
        """
        for call in calls:
            verb = call.tool.split("_")[0]
            if any(w.startswith(verb) for w in reading.words):
                return call
        named = [c for c in calls if c.when is None]
        return named[-1] if named and len(named) < len(calls) else calls[-1]

    def _retimed(self, call: Call, frame: Frame) -> When:
        """A new clock for the time that the call has already, or a new time."""
        time = frame.said.time
        assert time is not None
        if (
            call.when is not None
            and call.when.cron is not None
            and time.days == "6,0"
            and frame.chosen.excepting
        ) or (
            call.when is not None
            and call.when.cron is not None
            and time.days == "6,0"
            and "not" in frame.clause.words
        ):
            fields = (call.when.cron or "").split()
            return When(cron=f"{fields[0]} {fields[1]} * * 1-5")
        if (
            call.when is not None
            and call.when.cron is not None
            and time.recurs
            and time.clock is None
            and time.every is None
        ):
            fields = call.when.cron.split()
            return When(
                cron=f"{fields[0]} {fields[1]} {time.month_day or '*'} * {time.days or '*'}"
            )
        if (
            call.when is not None
            and time.clock is not None
            and time.day is None
            and not time.recurs
        ):
            if call.when.cron is not None:
                fields = call.when.cron.split()
                hour, minute = time.clock
                if (
                    time.half_day is None
                    and hour < 12
                    and fields[1].isdigit()
                    and int(fields[1]) >= 12
                ):
                    hour += 12
                return When(cron=" ".join([str(minute), str(hour), *fields[2:]]))
            if call.when.at is not None:
                before = datetime.fromisoformat(call.when.at)
                hour, minute = time.clock
                if time.half_day is None and hour < 12 and before.hour >= 12:
                    hour += 12
                if before.hour == 0 and hour:
                    before -= timedelta(days=1)
                moved = before.replace(hour=hour % 24, minute=minute)
                return When(
                    at=(moved if moved > self.reader.now else moved + timedelta(days=1)).isoformat()
                )
        if (
            call.when is not None
            and call.when.at is not None
            and time.day is not None
            and time.clock is None
        ):
            before = datetime.fromisoformat(call.when.at)
            return When(
                at=before.replace(
                    year=time.day.year, month=time.day.month, day=time.day.day
                ).isoformat()
            )
        return self.builder.when(time)

    def _as_fragment(self, reading: Reading, call: Call) -> Frame:
        """The whole turn read as if it followed this call's verb."""
        for item in reading.items:
            item.used = ""
        parts = split(reading.items)
        told = [c for c in parts if not c.reason] or parts
        clause = Clause([i for c in told for i in c.items])
        for item in clause.items:
            item.used = ""
            if (
                item.has("verb")
                and item.action in _VERB_OF.get(call.tool, ())
                and not item.is_entity
                and not item.has("state")
            ):
                item.used = "verb"
                clause.action = clause.action or item.action
        return self.reader.framed(call.tool, clause)

    def _bare_numbers(self, reading: Reading, call: Call) -> list[str]:
        """ "and 06 too", "leave 101": numbers of siblings of the machines of the plan."""
        if call.tool in ("scale_group", "create_vms"):
            return []
        names = names_of(call, self.builder.inventory, self._pending_targets(call))
        return numbered_names(reading, names, self.site)

    def _adds(self, reading: Reading) -> bool:
        words = reading.words
        if not words:
            return False
        opener = next(
            (
                i
                for i in reading.items
                if not i.has("comma") and not (i.has("filler") and not i.has("and", "also"))
            ),
            None,
        )
        adding = bool(
            set(words)
            & {"too", "also", "aswell", "add", "plus", "include", "including", "additionally"}
        ) or " as well" in " " + " ".join(words)
        if words[:2] == ("one", "of") or (" one of " in f" {' '.join(words)} " and "too" in words):
            return True
        return adding or (
            opener is not None
            and opener.has("and", "plus_sign")
            and not set(words) & {"only", "not", "except"}
        )

    def _added(self, chosen: Chosen, frame: Frame, last: Call) -> Understanding | None:
        nouns = [n.selector() for n in chosen.real]
        if chosen.unknown:
            return self.builder.unknown_name(chosen.unknown[0], frame)
        if not nouns:
            return None
        return self._revised(last, unite(last, nouns, self.builder.inventory))

    # repeats and refinements without a plan

    def _repeated(self, reading: Reading) -> Understanding | None:
        """ "do the same to web-04", "same for payments", "and priya?"."""
        same = any(
            (
                i.has("same")
                and i.words[0]
                in ("the", "same", "likewise", "ditto", "do", "repeat", "again", "similarly")
            )
            or i.words[:1] == ("likewise",)
            for i in reading.items
        )
        changes = [f for f in reading.frames if f.changes and not f.negated]
        if changes and changes[0].tool != self.memory.calls[-1].tool:
            return None
        if not same or (changes and changes[0].chosen.real) or set(reading.words) & {"undo"}:
            return None
        last = self.memory.calls[-1]
        frame = self._as_fragment(reading, last)
        try:
            if last.tool in NO_SELECTOR:
                return None
            picked, outright = self.builder.pick(frame.chosen, frame)
        except Doubt as doubt:
            return doubt.understanding
        if frame.chosen.unknown:
            return self.builder.unknown_name(frame.chosen.unknown[0], frame)
        numbers = self._bare_numbers(reading, last)
        if picked is None and numbers:
            picked, outright = {"names": numbers}, None
        if picked is None:
            return None
        calls = [
            c.model_copy(
                update={
                    "selector": Selector.parse(picked),
                    "outright": outright,
                    "args": {**_portable(c), **(frame.args if len(self.memory.calls) == 1 else {})},
                }
            )
            for c in self.memory.calls
            if c.tool not in NO_SELECTOR
        ]
        if frame.said.time is not None:
            calls = [
                c.model_copy(update={"when": self.builder.when(frame.said.time)}) for c in calls
            ]
        return Understanding("calls", tuple(calls))

    def _refined(self, reading: Reading) -> Understanding | None:
        """A fragment after an answer or an act: the last call again, narrowed or of other
        machines.
        """
        last = self.memory.calls[-1]
        strong = [
            f
            for f in reading.frames
            if f.strength >= QUESTION and (f.changes or not self._elliptic(f, last))
        ]
        if (
            strong
            or reading.conditional
            or not reading.items
            or (
                last.tool in NO_SELECTOR
                and last.tool not in ("scale_group", "list_catalog", "list_operations")
            )
        ):
            return None
        if replies.social(reading.text) and not self._has_entities(reading):
            return None
        if self.context.catalog[last.tool].reads or self._looks_at(reading):
            return self._refined_read(reading, last)
        return self._refined_change(reading, last)

    def _looks_at(self, reading: Reading) -> bool:
        """ "cpu now?" after an act: a bare measure, of the machines that it was about."""
        frames = reading.frames
        return bool(
            self.memory.targets
            and len(frames) == 1
            and frames[0].tool in ("query_metrics", "cost_report")
            and not frames[0].chosen.says_machines
            and "group_by" not in frames[0].args
            and frames[0].chosen.order is None
        )

    def _elliptic(self, frame: Frame, last: Call) -> bool:
        """ "and priya?", "per day?", "disk?": too little to be a question of its own."""
        clause = frame.clause
        asking = clause.first("wh")
        if clause.has(
            "pron", "howto", "trouble", "savings", "placement", "forecast", "anomaly"
        ) or (asking is not None and asking.words[0] not in ("what", "how", "which")):
            return False
        words = clause.words
        about = words[:2] in (("what", "about"), ("how", "about")) or words[:3] in (
            ("and", "what", "about"),
            ("and", "how", "about"),
        )
        if about:
            return True
        if any(i.has("wh") for i in clause.items) or any(
            i.has("verb") and i.action in ("list", "count") for i in clause.items
        ):
            return False
        if (
            frame.tool in ("describe_vms",)
            and clause.has("names")
            and last.tool
            not in (
                "query_metrics",
                "cost_report",
                "diagnose_vms",
                "describe_vms",
                "list_snapshots",
            )
        ):
            return len(words) <= 3
        if clause.has("be") and clause.has("state"):
            return False
        return len([i for i in clause.items if not i.has("filler", "comma", "and", "also")]) <= 4

    def _refined_read(self, reading: Reading, last: Call) -> Understanding | None:
        metric = next((i for i in reading.items if i.has("metric") and not i.is_entity), None)
        if self._looks_at(reading) and not self.context.catalog[last.tool].reads:
            frame = reading.frames[0]
            args = {k: v for k, v in frame.args.items() if not k.startswith("_")}
            return Understanding(
                "calls",
                (Call(tool=frame.tool, selector=Selector(ids=self.memory.targets), args=args),),
            )
        call = last
        asked = next(
            (
                f
                for f in reading.frames
                if f.tool in ("cost_report", "list_snapshots", "recommend_savings")
                and not f.chosen.says_machines
            ),
            None,
        )
        if asked is not None and asked.tool != last.tool and self.memory.targets:
            args = {k: v for k, v in asked.args.items() if not k.startswith("_")}
            return Understanding(
                "calls",
                (
                    Call(
                        tool=asked.tool,
                        selector=Selector(ids=tuple(self.memory.targets)),
                        args=args,
                    ),
                ),
            )
        if metric is not None and last.tool in (
            "describe_vms",
            "diagnose_vms",
            "list_vms",
            "query_metrics",
            "find_anomalies",
            "forecast_metric",
        ):
            tool = (
                last.tool
                if last.tool in ("query_metrics", "find_anomalies", "forecast_metric")
                else "query_metrics"
            )
            call = Call(
                tool=tool, selector=last.selector, args=dict(last.args) if tool == last.tool else {}
            )
        frame = self._as_fragment(reading, call)
        self.builder._windows(frame, frame.args, None)  # pyright: ignore[reportPrivateUsage]
        if call.tool != "query_metrics":
            frame.args.pop("window", None) if call.tool not in (
                "cost_report",
                "find_anomalies",
            ) else None
        if frame.chosen.unknown:
            return self.builder.unknown_name(frame.chosen.unknown[0], frame)
        nouns = [n.selector() for n in frame.chosen.real]
        exclude = [n.selector() for n in frame.chosen.exclude if not n.empty]
        ordered = frame.chosen.order is not None or frame.chosen.limit is not None
        if not (nouns or exclude or frame.args or metric is not None or ordered):
            return None
        if frame.chosen.strangers and not nouns:
            return None
        base = call.model_copy(update={"selector": self._base_selector(call, reading)})
        made = base
        try:
            if nouns:
                if is_narrowing(nouns, base, reading.words) or frame.chosen.only:
                    made = intersect(base, nouns, self.builder.inventory, list(self.memory.targets))
                else:
                    made = self._replaced(base, nouns, frame, reading)
            if exclude:
                made = leave_out(made, exclude, self.builder.inventory)
        except Doubt as doubt:
            return doubt.understanding
        except NovaError:
            return None
        args = {**made.args, **{k: v for k, v in frame.args.items() if v is not None}}
        return Understanding("calls", (made.model_copy(update={"args": args}),))

    def _base_selector(self, call: Call, reading: Reading) -> Selector | None:
        """The machines of the last answer; by id where its selector measured or ordered them."""
        selector = call.selector
        if (
            selector is not None
            and (selector.limit or (selector.metric and call.tool != "query_metrics"))
            and self.memory.targets
        ):
            return Selector(ids=tuple(self.memory.targets))
        return selector

    def _replaced(
        self, call: Call, nouns: list[dict[str, Any]], frame: Frame, reading: Reading
    ) -> Call:
        """Other machines in the same question: fields of the same kind give way, others stay."""
        picked, _ = self.builder.pick(frame.chosen, frame)
        if picked is None:
            return call
        old = call.selector.to_dict() if call.selector is not None else {}
        if len(nouns) == 1 and "names" not in nouns[0] and "names" not in old and "ids" not in old:
            merged = {**old, **nouns[0]}
            if "tags" in old and "tags" in nouns[0]:
                merged["tags"] = {**old["tags"], **nouns[0]["tags"]}
                if set(old["tags"]) != set(nouns[0]["tags"]) and set(nouns[0]["tags"]) & {
                    "owner",
                    "team",
                }:
                    merged["tags"] = nouns[0]["tags"]
            merged.pop("all", None)
            return call.model_copy(update={"selector": Selector.parse(merged)})
        keep = {k: v for k, v in old.items() if k in ("metric",) and call.tool == "query_metrics"}
        return call.model_copy(update={"selector": Selector.parse({**keep, **picked})})

    def _refined_change(self, reading: Reading, last: Call) -> Understanding | None:
        """After an act: "now web-04", "web-05 too": the same act on other machines."""
        if last.tool == "scale_group" and (count := _only_number(reading)):
            return Understanding(
                "calls",
                (last.model_copy(update={"args": {"group": last.args["group"], "count": count}}),),
            )
        if any(f.strength > NOMINAL for f in reading.frames) or last.selector is None:
            return None
        words = set(reading.words)
        if not (self._adds(reading) or words & {"now", "next", "then"}):
            return None
        frame = self._as_fragment(reading, last)
        if frame.chosen.unknown:
            return self.builder.unknown_name(frame.chosen.unknown[0], frame)
        numbers = self._bare_numbers(reading, last)
        try:
            picked, outright = self.builder.pick(frame.chosen, frame)
        except Doubt as doubt:
            return doubt.understanding
        if picked is None and numbers:
            picked, outright = {"names": numbers}, None
        if picked is None or frame.chosen.strangers:
            return None
        call = last.model_copy(
            update={
                "selector": Selector.parse(picked),
                "outright": outright,
                "args": _portable(last),
            }
        )
        return Understanding("calls", (call,))

    def _substituted(self, parts: Sequence[str]) -> Understanding | None:
        """s/old/new/ on the names of the pending plan or the last call."""
        calls = self.memory.pending.calls if self.memory.pending else self.memory.calls
        if len(parts) < 2 or not calls:
            return None
        old, new = parts[0], parts[1]
        made: list[Call] = []
        for call in calls:
            data = call.to_dict()
            text = repr(data).replace(old, new)
            if text == repr(data):
                made.append(call)
                continue
            made.append(Call.parse(_replace(data, old, new)))
        kind = "revise" if self.memory.pending else "calls"
        return Understanding(kind, tuple(made))


_SHIFT = re.compile(
    r"\b(an?|one|two|three|four|half an|\d+) (hour|hr|minute|min|day)s? (later|earlier|sooner)\b",
    re.IGNORECASE,
)
_COUNTED = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "half an": 0.5}


def _shifted(call: Call, text: str) -> When | None:
    """The call's time, so much later or earlier: "one hour later"."""
    match = _SHIFT.search(text)
    if match is None or call.when is None or call.when.at is None:
        return None
    count = _COUNTED.get(match[1].casefold()) or float(match[1])
    minutes = {"h": 60.0, "m": 1.0, "d": 1440.0}[match[2][0].casefold()] * count
    sign = 1 if match[3].casefold() == "later" else -1
    moved = datetime.fromisoformat(call.when.at) + timedelta(minutes=sign * minutes)
    return When(at=moved.isoformat())


def _at_hour(call: Call, hour: int) -> When | None:
    """The call's time at another hour, in the half of the day that it was in."""
    when = call.when
    if when is not None and when.cron is not None:
        fields = when.cron.split()
        afternoon = fields[1].isdigit() and int(fields[1]) >= 12 and hour < 12
        return When(cron=" ".join(["0", str(hour % 24 + (12 if afternoon else 0)), *fields[2:]]))
    if when is not None and when.at is not None:
        before = datetime.fromisoformat(when.at)
        later = hour + 12 if before.hour >= 12 and hour < 12 else hour % 24
        return When(at=before.replace(hour=later, minute=0).isoformat())
    return when


def _only_number(reading: Reading) -> int | None:
    """The one whole figure of a turn."""
    found = [i.get("number") for i in reading.items if i.has("number") and not i.has("amount")]
    return int(found[0]) if len(found) == 1 and found[0] == int(found[0]) else None


def _replace(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        return {k: _replace(v, old, new) if k != "tool" else v for k, v in value.items()}  # pyright: ignore
    if isinstance(value, list):
        return [_replace(v, old, new) for v in value]  # pyright: ignore
    return value


def _portable(call: Call) -> dict[str, Any]:
    """Arguments that make sense on other machines too."""
    return {
        k: v
        for k, v in call.args.items()
        if not (call.tool in ("restore_snapshot", "delete_snapshots") and k == "snapshot")
        and not (call.tool == "clone_vm" and k == "name")
    }


_VERB_OF: dict[str, tuple[str, ...]] = {
    "stop_vms": ("stop",),
    "start_vms": ("start",),
    "restart_vms": ("restart",),
    "suspend_vms": ("suspend",),
    "resume_vms": ("resume",),
    "snapshot_vms": ("snapshot",),
    "delete_vms": ("delete",),
    "resize_vms": ("resize", "increase", "reduce"),
    "resize_disk": ("resize", "increase", "reduce"),
    "migrate_vms": ("migrate",),
    "tag_vms": ("tag",),
    "untag_vms": ("untag", "delete"),
    "scale_group": ("scale", "resize", "increase", "reduce"),
    "clone_vm": ("clone",),
    "create_vms": ("create",),
    "protect_vms": ("protect",),
    "unprotect_vms": ("unprotect",),
    "attach_disk": ("attach",),
    "restore_snapshot": ("restore",),
    "delete_snapshots": ("delete",),
}
