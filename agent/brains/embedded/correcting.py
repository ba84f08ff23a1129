"""A fragment while a plan waits: other machines, other arguments, another time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.fragments import Fragments, only_number
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.merging import (
    intersect,
    is_narrowing,
    leave_out,
    names_of,
    unite,
)
from agent.brains.embedded.names import key_of
from agent.brains.embedded.phrases import Chosen, Noun
from agent.brains.embedded.putting_right import with_its_way_back
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from agent.brains.embedded.retiming import at_hour, only_length, retimed, shifted
from tools.calls import Call, When
from tools.errors import NovaError
from tools.selector import Selector

_LEAVE_IT = re.compile(
    r"\b((leave|keep|take|drop|let) (it|that|them|that one|those|this one|him|her)( one)? "
    r"(out|off|alone|in peace|be|running|up|on)|(skip|exclude|spare|omit|ignore) (it|that|them|"
    r"this one)|(?:leave|spare|keep) (?:it|that|them|those|this|that one|this one|"
    r"him|hers?|his|theirs|mine|ours|yours)"
    r"(?=\s*(?:$|[.!,;]|please)))",
    re.IGNORECASE,
)


def _other_value(call: Call, text: str) -> dict[str, str] | None:
    """ "cost-center should be 9001": another value for a key of the plan."""
    for key in call.args.get("tags", {}):
        said = re.search(
            rf"\b{re.escape(key)}\b\W+(?:(?:should|must|shall|is|to|as|be|=|not \S+ but)\s+)+"
            r"(\S+?)[.!]?$",
            text,
            re.IGNORECASE,
        )
        if said:
            return {**call.args["tags"], key: said[1]}
    return None


_LEAVES = re.compile(
    r"\b(not|except|without|but|leave|skip|spare|minus|excluding|exclude|drop|keep)\b",
    re.IGNORECASE,
)

_NOT_THAT = re.compile(
    r"\bnot (?:that|this|it|those|these|him|her)(?: ones?)?(?=\s*(?:[.,;!-]|but\b|$))",
    re.IGNORECASE,
)
""" "not that one, the other": what is meant instead stands beside it."""

_LEAVE_OUT = re.compile(
    r"\b(leave|keep|take|drop|let) [\w.-]+( and [\w.-]+)? (out|off|alone|in peace|be|running|up|"
    r"on)\b|"
    r"\b(skip|exclude|spare|omit)\b",
    re.IGNORECASE,
)

_NOW = re.compile(
    r"(?:(?:no|or|ok|actually|rather|better|please|hm+|make (?:it|that))[, ]+)*"
    r"(?:right now|right away|now|immediately|at once|straight away)(?:[, ]+(?:please|instead|then|"
    r"rather))*[.!]*$",
    re.IGNORECASE,
)

_ALL_OF_THEM = re.compile(
    r"^(?:(?:no|yes|ok(?:ay)?|please|do|and|just|the whole|well)[, ]+)*(?:all|both)(?: of)?"
    r"(?: the| them)? (?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
    r"(?: of (?:them|those)| please| pls)*[.! ]*$",
    re.IGNORECASE,
)

_SOME_OF = re.compile(
    r"\b(one|two|three|four|five|half|some|any|\d+|a few|a couple) of (them|those|these|the)\b",
    re.IGNORECASE,
)


def _named_value(call: Call, reading: Reading) -> dict[str, str] | None:
    """ "I meant alice", of a plan that tags owner=bob: another value for the key of the plan."""
    tags = call.args.get("tags", {})
    if any(i.has("names", "noun", "pron", "except") for i in reading.items):
        return None
    said = [i for i in reading.items if i.has("value")]
    found = [(n[5:], v) for i in said for n, v in i.get("value") if n.startswith("tags.")]
    fitting = [(key, values[0]) for key, values in found if key in tags and len(values) == 1]
    if len(said) != 1 or len(fitting) != 1 or fitting[0][1] == tags[fitting[0][0]]:
        return None
    return {**tags, fitting[0][0]: fitting[0][1]}


def _is_but_a_day(call: Call, frame: Frame, reading: Reading) -> bool:
    """ "on Friday it is not needed", of what recurs: a day less, no other time."""
    time = frame.said.time
    recurs = call.when is not None and call.when.cron is not None
    if time is None or not recurs or time.recurs or time.day is None or time.clock is not None:
        return False
    return bool({"not", "no", "except", "without", "never", "but", "skip"} & set(reading.words))


def _of(noun: Noun) -> Selector:
    return Selector.parse(noun.selector())


def _named_after_only(reading: Reading) -> list[str]:
    """ "ml-train-1 still writes. Only ml-train-2.": the machines that alone are meant."""
    items = reading.items
    k = next((k for k, i in enumerate(items) if i.has("only") and i.words[:1] == ("only",)), None)
    if k is None or not any(i.has("names") for i in items[:k]):
        return []
    return [n for i in items[k:] if i.has("names") for n in i.get("names")]


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
        if call.tool == "scale_group" and not args and (count := only_number(reading)):
            args = {"count": count}
        if call.tool == "tag_vms" and not args and (tags := _other_value(call, reading.text)):
            args = {"tags": tags}
        if call.tool == "tag_vms" and not args and (tags := _named_value(call, reading)):
            return self._revised(call, call.model_copy(update={"args": {"tags": tags}}))
        if _is_but_a_day(call, frame, reading):
            return replies.ask("On which days shall it be?")
        some = call.selector is not None and _SOME_OF.search(reading.text)
        if some and not (chosen.real or chosen.exclude):
            return replies.ask("Which of them? Name the machines that shall stay in the plan.")
        if _ALL_OF_THEM.match(reading.text) and (many := only_number(reading)) is not None:
            if many == len(self._pending_targets(call)):
                return Understanding("revise", pending.calls)
            return replies.ask("How many of them, and which?")
        asks = "?" in reading.text
        if call.tool in ("attach_disk", "resize_disk") and not (args or chosen.real or asks):
            size = only_number(reading)
            args = {"size_gib": float(size)} if size else {}
        if call.tool in NO_SELECTOR:
            if not args and frame.said.time is None:
                return None
            merged = self._merged_args(call, args, reading)
            return self._with_args(call, merged, frame)
        if call.when is not None and not chosen.real and (wait := only_length(reading)):
            at = (self.reader.now + wait).replace(microsecond=0).isoformat()
            return self._revised(call, call.model_copy(update={"when": When(at=at)}))
        if call.when is not None and not chosen.real and (moved := shifted(call, reading.text)):
            return self._revised(call, call.model_copy(update={"when": moved}))
        if call.when is not None and not chosen.real and frame.said.time is None:
            hour = only_number(reading)
            if hour is not None and 0 < hour < 25 and not args.keys() - {"count", "vcpus"}:
                return self._revised(call, call.model_copy(update={"when": at_hour(call, hour)}))
        if call.when is not None and _NOW.match(reading.text.strip()):
            return self._revised(call, call.model_copy(update={"when": None}))
        if (only := _named_after_only(reading)) and call.selector is not None:
            made = intersect(
                call, [{"names": only}], self.builder.inventory, self._pending_targets(call)
            )
            return self._revised(call, made)
        numbers = self._siblings_by_number(reading, call)
        if not numbers and not args and (sized := self._resized(reading, call)):
            return sized
        nouns = [n.selector() for n in self._without_described(chosen)]
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
        left = _LEAVE_IT.search(reading.text) or _LEAVE_OUT.search(reading.text)
        if nouns and not exclude and left:
            nouns, exclude = [], nouns
        if chosen.strangers and not args and not timed:
            return self.builder.stranger(chosen.strangers[0])
        return self._apply(call, frame, nouns, exclude, args, reading)

    def _without_described(self, chosen: Chosen) -> list[Noun]:
        """ "the database as well, erp-prod-db": one thing, described and then named."""
        named = {n for noun in chosen.real if noun.last != "stem" for n in noun.names}
        ids = {vm.id for name in named for vm in self.builder.inventory.named(name)}
        kept = [
            n
            for n in chosen.real
            if n.names or n.plural or not ids & set(self.builder.inventory.select_ids(_of(n)))
        ]
        if len(kept) < len(chosen.real):
            chosen.include[:] = [n for n in chosen.include if n.empty or n in kept]
        return kept

    def _siblings_by_number(self, reading: Reading, call: Call) -> list[str]:
        """Siblings by their numbers; beside a plan with a figure, "4" is no machine but "04" is."""
        numbers = self._bare_numbers(reading, call)
        if call.tool not in ("resize_vms", "resize_disk", "attach_disk") or self._adds(reading):
            return numbers
        padded = any(w.startswith("0") for w in reading.words if w.isdigit())
        return numbers if padded or _LEAVES.search(reading.text) else []

    def _resized(self, reading: Reading, call: Call) -> Understanding | None:
        """ "4 then", of a resize to 8 cores: the one figure that the plan has."""
        figure = only_number(reading)
        if call.tool != "resize_vms" or figure is None or "?" in reading.text:
            return None
        given = [k for k in ("vcpus", "memory_gib") if call.args.get(k) is not None]
        if len(given) != 1 or call.args.get("size"):
            return replies.ask(f"{figure} of what: vCPUs or GiB of memory?")
        value = figure if given[0] == "vcpus" else float(figure)
        return self._revised(call, call.model_copy(update={"args": {given[0]: value}}))

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
                    if picked is not None and _LEAVES.search(_NOT_THAT.sub("", reading.text)):
                        return self._revised(call, leave_out(call, [picked], inventory), frame)
                    if picked is not None and self._adds(reading) and not frame.chosen.only:
                        made = unite(call, [picked], inventory)
                    elif picked is not None:
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
