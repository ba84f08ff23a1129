"""A fragment while a plan waits: other machines, other arguments, another time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.correction_words import (
    ALL_OF_THEM,
    LEAVE_IT,
    LEAVE_OUT,
    LEAVES,
    NOT_THAT,
    NOW,
    SOME_OF,
    is_but_a_day,
    named_after_only,
    named_value,
    other_value,
    selector_of,
)
from agent.brains.embedded.fragments import Fragments, only_count, only_number
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.merging import (
    intersect,
    is_narrowing,
    leave_out,
    names_of,
    of_one_kind,
    unite,
)
from agent.brains.embedded.names import key_of
from agent.brains.embedded.namesakes import namesake
from agent.brains.embedded.new_machine import with_new_arguments
from agent.brains.embedded.overlooked import FIGURES, in_it_already
from agent.brains.embedded.phrases import Chosen, Noun
from agent.brains.embedded.putting_right import is_way_back, with_its_way_back
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from agent.brains.embedded.retiming import (
    at_hour,
    names_days,
    only_length,
    retimed,
    shifted,
    unclear_days,
)
from tools.calls import Call, When
from tools.errors import NovaError
from tools.selector import Selector

_OF_A_PLACE = frozenset({"those", "ones", "from", "machines", "everything", "all", "one", "boxes"})
"""Beside these a place tells which machines move, not where to."""


_BUT_ONLY = re.compile(r"\bbut (?=only|just)\b", re.IGNORECASE)
_NOT_ALL = re.compile(
    r"\W*(?:(?:no|wait|but|ok(?:ay)?|please|well|hm+|maybe|just)\W+)*not (?:both|all|everything|"
    r"every one|the (?:whole )?lot)(?: of (?:them|those|these))?(?: though|please)?\W*",
    re.IGNORECASE,
)
""" "not both": some of them, and which is not said."""


def _at(made: Understanding, when: When) -> Understanding:
    """The plan that was made, at another time."""
    calls = tuple(c.model_copy(update={"when": when}) for c in made.calls)
    return replace(made, calls=calls)


_OF_A_SIBLING = frozenset(
    {"too", "also", "leave", "skip", "drop", "not", "only", "except", "without", "out", "spare"}
)
"""Beside these a bare figure is a machine's, no hour."""


_ONE_OF = re.compile(r"\b(?:the (?:[a-z]+ )?one\b|either\b|(?:just|only) one\b)", re.IGNORECASE)


_SPARES = frozenset(
    {"leave", "skip", "not", "minus", "without", "except", "drop", "bar", "barring", "excluding",
     "but", "spare", "keep"}
)  # fmt: skip


def _one_argument(call: Call, reading: Reading) -> dict[str, Any]:
    """A bare count of a group, or another value of a tag."""
    if call.tool == "scale_group" and (count := only_count(reading)):
        return {} if "change" in count and "count" in call.args else count
    if call.tool == "tag_vms" and (tags := other_value(call, reading.text)):
        return {"tags": tags}
    return {}


class Corrections(Fragments):
    """Revises the calls of the plan that waits."""

    def corrected(self, reading: Reading, clause: Clause | None = None) -> Understanding | None:
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
        args = args or _one_argument(call, reading)
        if call.tool == "tag_vms" and not args and (tags := named_value(call, reading)):
            return self._revised(call, call.model_copy(update={"args": {"tags": tags}}))
        if open_ended := self._open_ended(reading, call, frame):
            return open_ended
        asks = "?" in reading.text
        if call.tool in ("attach_disk", "resize_disk") and not (args or chosen.real or asks):
            size = only_number(reading)
            args = {"size_gib": float(size)} if size else {}
        if call.tool in NO_SELECTOR:
            if not args and frame.said.time is None:
                return None
            merged = self._merged_args(call, args, reading)
            return self._with_args(call, merged, frame)
        moved = self._moved(call, frame, args, reading)
        if moved is not None and not chosen.real:
            return self._revised(call, call.model_copy(update={"when": moved}))
        if call.when is not None and NOW.match(reading.text.strip()):
            return self._revised(call, call.model_copy(update={"when": None}))
        if (only := named_after_only(reading)) and call.selector is not None:
            made = intersect(
                call, [{"names": only}], self.builder.inventory, self._pending_targets(call)
            )
            return self._revised(call, made)
        numbers = [] if moved is not None else self._siblings_by_number(reading, call)
        if not numbers and not args and (sized := self._resized(reading, call)):
            if isinstance(sized, Understanding):
                return sized
            args = sized
        nouns = [n.selector() for n in self._without_described(chosen)]
        exclude = [n.selector() for n in chosen.exclude if not n.empty]
        if numbers and (chosen.excepting or set(reading.words) & _SPARES):
            exclude.append({"names": numbers})
        elif numbers:
            nouns.append({"names": numbers})
            args = {k: v for k, v in args.items() if k not in FIGURES}
        timed = frame.said.time is not None or frame.said.lasts is not None
        if not (
            nouns or exclude or args or timed or chosen.refers or chosen.ordinal or chosen.other
        ):
            return None
        left = LEAVE_IT.search(reading.text) or LEAVE_OUT.search(reading.text)
        if nouns and not exclude and left:
            nouns, exclude = [], nouns
        if chosen.strangers and not args and not timed:
            return self.builder.stranger(chosen.strangers[0])
        placed = any(set(n) <= {"host", "region", "zone"} for n in nouns)
        if call.tool == "migrate_vms" and placed and (args or not set(reading.words) & _OF_A_PLACE):
            return replies.ask("Which machines shall be moved, and where to? Say it anew.")
        made = self._apply(call, frame, nouns, exclude, args, reading)
        if moved is None or made is None or len(pending.calls) > 1:
            return made
        return _at(made, moved)

    def _open_ended(self, reading: Reading, call: Call, frame: Frame) -> Understanding | None:
        """What leaves open which machines or days are meant, and the plan said once more."""
        if is_but_a_day(call, frame, reading):
            return replies.ask("On which days shall it be?")
        if question := unclear_days(call, frame, reading):
            return question
        some = call.selector is not None and SOME_OF.search(reading.text)
        some = some or (call.selector is not None and _NOT_ALL.fullmatch(reading.text))
        if some and not (frame.chosen.real or frame.chosen.exclude):
            return replies.ask("Which of them? Name the machines that shall stay in the plan.")
        if not ALL_OF_THEM.match(reading.text) or (many := only_number(reading)) is None:
            return None
        if many == len(self._pending_targets(call)) and self.memory.pending is not None:
            return Understanding("revise", self.memory.pending.calls)
        return replies.ask("How many of them, and which?")

    def _moved(
        self, call: Call, frame: Frame, args: dict[str, Any], reading: Reading
    ) -> When | None:
        """The other time of a call that has one: so much later, or at another hour."""
        if call.when is None:
            return None
        if (wait := only_length(reading)) is not None and not frame.chosen.real:
            return When(at=(self.reader.now + wait).replace(microsecond=0).isoformat())
        if (moved := shifted(call, reading.text)) is not None:
            return moved
        spoken = set(reading.words) & _OF_A_SIBLING and self._bare_numbers(reading, call)
        if spoken and not any(i.has("names") for i in reading.items):
            return None
        hour = only_number(reading) if frame.said.time is None else None
        if hour is not None and 0 < hour < 25 and not args.keys() - {"count", "vcpus"}:
            return at_hour(call, hour)
        return None

    def _without_described(self, chosen: Chosen) -> list[Noun]:
        """ "the database as well, erp-prod-db": one thing, described and then named."""
        named = {n for noun in chosen.real if noun.last != "stem" for n in noun.names}
        ids = {vm.id for name in named for vm in self.builder.inventory.named(name)}
        kept = [
            n
            for n in chosen.real
            if n.names
            or n.plural
            or not ids & set(self.builder.inventory.select_ids(selector_of(n)))
        ]
        if len(kept) < len(chosen.real):
            chosen.include[:] = [n for n in chosen.include if n.empty or n in kept]
        return kept

    def _siblings_by_number(self, reading: Reading, call: Call) -> list[str]:
        """Siblings by their numbers; beside a plan with a figure, "4" is no machine but "04" is."""
        numbers = self._bare_numbers(reading, call)
        named = any(i.has("names") for i in reading.items)
        adds = self._adds(reading) and not named
        pending = self.memory.pending
        timed = pending is not None and any(c.when is not None for c in pending.calls)
        if timed and named:
            padded = any(w.startswith("0") for w in reading.words if w.isdigit())
            return numbers if padded else []
        if call.tool not in ("resize_vms", "resize_disk", "attach_disk") or adds:
            return numbers
        padded = any(w.startswith("0") for w in reading.words if w.isdigit())
        return numbers if padded or LEAVES.search(reading.text) else []

    def _resized(self, reading: Reading, call: Call) -> Understanding | dict[str, Any] | None:
        """ "4 then", of a resize to 8 cores: the one figure that the plan has, at another value."""
        figure = only_number(reading)
        if call.tool != "resize_vms" or figure is None or "?" in reading.text:
            return None
        given = [k for k in ("vcpus", "memory_gib") if call.args.get(k) is not None]
        if len(given) != 1 or call.args.get("size"):
            return replies.ask(f"{figure} of what: vCPUs or GiB of memory?")
        return {given[0]: figure if given[0] == "vcpus" else float(figure)}

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
                    if picked is not None and LEAVES.search(
                        _BUT_ONLY.sub("", NOT_THAT.sub("", reading.text))
                    ):
                        return self._revised(call, leave_out(call, [picked], inventory), frame)
                    if picked is not None and self._adds(reading) and not frame.chosen.only:
                        made = unite(call, [picked], inventory)
                    elif picked is not None:
                        made = call.model_copy(
                            update={"selector": Selector.parse(picked), "outright": outright}
                        )
                elif self._adds(reading) and not frame.chosen.only:
                    if (kin := of_one_kind(nouns, call, reading, inventory)) is None:
                        return replies.ask("Which machines are those? Name them, please.")
                    shown = self._pending_targets(call)
                    if question := in_it_already(kin, shown, self.memory, inventory):
                        return question
                    made = unite(call, kin, inventory)
                elif same := namesake(nouns, self._pending_targets(call), inventory):
                    made = call.model_copy(
                        update={"selector": Selector(ids=tuple(same)), "outright": True}
                    )
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
            if nouns and made.selector is not None and _ONE_OF.search(reading.text):
                fitting = inventory.select_ids(made.selector)
                if len(fitting) > 1 and not self._adds(reading):
                    names = [vm.name for vm in inventory.get(fitting[:50]).values()]
                    return replies.ask(f"Which one: {replies.listed(names)}?")
            if exclude:
                made = leave_out(made, exclude, inventory)
            if exclude and self._nothing_left(made, exclude):
                return Understanding("cancel")
        except (Doubt, NovaError) as problem:
            if isinstance(problem, Doubt):
                return problem.understanding
            return replies.ask(f"I cannot read that as a correction: {problem}")
        if args:
            made = made.model_copy(update={"args": self._merged_args(call, args, reading)})
        if frame.said.time is not None:
            made = made.model_copy(update={"when": retimed(self.builder, call, frame)})
        if (
            re.search(r"\b(right now|now|immediately)\b", " ".join(reading.words))
            and made.when is not None
            and frame.said.time is None
        ):
            made = made.model_copy(update={"when": None})
        return self._revised(call, made, frame)

    def _nothing_left(self, made: Call, exclude: Sequence[dict[str, Any]]) -> bool:
        """ "leave it running", of the one machine of the plan: nothing is left to do."""
        if made.selector is None or self.builder.inventory.select_ids(made.selector):
            return False
        return any(self.builder.inventory.select_ids(Selector.parse(e)) for e in exclude)

    def _revised(self, old: Call, new: Call, frame: Frame | None = None) -> Understanding:
        pending = self.memory.pending
        assert pending is not None
        calls = [new if c is old else c for c in pending.calls]
        if frame is not None and frame.said.lasts is not None:
            calls.extend(self.builder.opposite_after(frame, new))
        if old.selector is not None and new.selector != old.selector:
            calls = [
                c.model_copy(update={"selector": new.selector, "outright": new.outright})
                if c.selector == old.selector and c is not new
                else c
                for c in calls
            ]
        calls = with_its_way_back(calls, old, new, self.reader.now)
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
            once = args.get("count") == 1 and "count" in kept
            if once and not set(reading.words) & {"one", "single", "1"}:
                args = {k: v for k, v in args.items() if k != "count"}
            return with_new_arguments(kept, args, self.builder.inventory)
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
        if len(calls) == 2 and is_way_back(*calls) and names_days(reading):
            return calls[0]
        named = [c for c in calls if c.when is None]
        return named[-1] if named and len(named) < len(calls) else calls[-1]

    def _siblings(self, frame: Frame, names: Sequence[str]) -> None:
        """ "and runner 2 too": of the names that fit, those like the names of the plan."""
        stems = {key_of(n)[:-1] for n in names}
        for noun in frame.chosen.real:
            like = [n for n in noun.names if key_of(n)[:-1] in stems]
            if noun.last == "stem" and like and len(like) < len(noun.names):
                noun.names = like

    def _added(self, chosen: Chosen, frame: Frame, last: Call) -> Understanding | None:
        nouns = [n.selector() for n in chosen.real]
        if chosen.unknown:
            return self.builder.unknown_name(chosen.unknown[0], frame)
        if not nouns:
            return None
        return self._revised(last, unite(last, nouns, self.builder.inventory))
