"""Frames become calls: machines are resolved against the live fleet, and doubt becomes a
question.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.bound_fields import LARGE_GIB
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.lengths import window_of
from agent.brains.embedded.questions import named_in
from agent.brains.embedded.reader import QUESTION, Frame, Reader, Reading, speaks_of_trade
from agent.brains.embedded.selection import Chosen, Noun
from agent.brains.embedded.timing import Time
from agent.brains.embedded.tools import CHANGES
from tools.calls import Call, When
from tools.catalog import Change
from tools.errors import NovaError
from tools.machine import VM
from tools.selector import METRIC_NAMES, Selector

NO_SELECTOR = frozenset(
    {
        "create_vms",
        "scale_group",
        "list_catalog",
        "list_operations",
        "list_schedules",
        "search_runbooks",
        "recommend_placement",
        "undo",
        "cancel_schedule",
    }
)
OPPOSITE = {
    "stop_vms": "start_vms",
    "start_vms": "stop_vms",
    "suspend_vms": "resume_vms",
    "protect_vms": "unprotect_vms",
    "unprotect_vms": "protect_vms",
    "resume_vms": "suspend_vms",
}


class Doubt(Exception):
    """What was said cannot be carried out as it stands; the question or reply to give instead."""

    def __init__(self, understanding: Understanding) -> None:
        super().__init__(understanding.text)
        self.understanding = understanding


Picked = tuple[dict[str, Any] | None, bool | None]
"""A selector as JSON (None: nothing was said), and whether the machines are named outright."""


class Builder:
    """Makes calls of frames for one turn of one conversation."""

    def __init__(self, context: Context, reader: Reader) -> None:
        self.context = context
        self.memory = context.memory
        self.reader = reader
        self.site = reader.site
        self.inventory = context.world.inventory

    def fresh(self, reading: Reading) -> Understanding:
        """A turn that stands on its own."""
        entities = any(i.is_entity for i in reading.items)
        if (
            not entities
            and (said := replies.social(reading.text))
            and not reading.has_change
            and not _asks_much(reading)
        ):
            return said
        if replies.acts_elsewhere(reading.text):
            return replies.out_of_scope()
        wished = [f for f in reading.frames if not f.negated]
        if not wished:
            return self._nothing(reading)
        if (
            _SCOPE.search(reading.text)
            and not any(i.has("names", "noun", "group") for i in reading.items)
            and not any(f.tool == "search_runbooks" for f in wished)
        ):
            return replies.out_of_scope()
        if _BYPASS.search(_QUOTED.sub(" ", reading.text)):
            return Understanding(
                "decline",
                text="I always show the plan and wait for a person's yes; that cannot be turned "
                "off. Nothing was changed.",
            )
        if reading.conditional and any(f.changes for f in wished):
            return replies.ask(
                "I cannot wait for a condition. Shall I do it now, or at a time?",
                frame={"from": "brain", "kind": "condition"},
            )
        about = [f for f in wished if f.about and f.changes]
        reads = [f for f in wished if not f.changes and f.strength >= QUESTION]
        if about and not any(f.changes and not f.about for f in wished) and not reads:
            return self._about(about)
        try:
            calls = self.calls([f for f in wished if not (f.about and f.changes)], reading)
        except Doubt as doubt:
            return doubt.understanding
        return Understanding("calls", tuple(calls))

    def _nothing(self, reading: Reading) -> Understanding:
        """Nothing was asked for in so many words."""
        if reading.frames:
            return replies.not_wished()
        for clause in reading.fragments:
            if howto := clause.first("howto"):
                if not speaks_of_trade(
                    Reading(reading.text, [i for i in reading.items if i is not howto])
                ):
                    return replies.out_of_scope()
                call = Call(tool="search_runbooks", args={"question": reading.text.strip()[:1000]})
                return Understanding("calls", (call,))
        if said := replies.social(reading.text):
            return said
        unknown = [i.get("unknown_name") for i in reading.items if i.has("unknown_name")]
        names = [n for i in reading.items if i.has("names") for n in i.get("names")]
        if names:
            return replies.ask(
                f"What shall I do with {replies.listed(names)}?",
                frame={"from": "brain", "kind": "tool", "names": names},
            )
        if unknown and len(reading.items) <= 6:
            return self.unknown_name(unknown[0], None)
        if len(reading.items) <= 6 and any(i.has("pron", "same") for i in reading.items):
            return replies.ask("What shall I do, and with which machines?")
        if any(i.has("value", "stem", "noun", "pron") for i in reading.items) and _our_words(
            reading
        ):
            return replies.ask("What would you like to know or do about them?")
        return replies.out_of_scope()

    def _about(self, frames: Sequence[Frame]) -> Understanding:
        """A question about a change: look at the machines, plan nothing."""
        for frame in frames:
            try:
                picked, _ = self.machines(frame, [])
            except Doubt as doubt:
                return doubt.understanding
            if picked is not None and not picked.get("all"):
                selector = Selector.parse(picked)
                tool = "describe_vms" if selector.is_by_name() else "list_vms"
                return Understanding("calls", (Call(tool=tool, selector=selector),))
        return Understanding(
            "reply",
            text="Ask for it and I show exactly what would happen, to which machines, and "
            "whether it can be undone, "
            "before anything is done. Nothing was changed.",
        )

    # calls

    def calls(self, frames: Sequence[Frame], reading: Reading) -> list[Call]:
        """The calls of these frames, in order.

        Raises:
            Doubt: something has to be asked first.
        """
        _share_times(frames)
        made: list[Call] = []
        for k, frame in enumerate(frames):
            frame = self._settled(frame, reading)
            self._vague(frame)
            if (
                frame.tool == "tag_vms"
                and made
                and made[-1].tool == "create_vms"
                and frame.chosen.refers is not None
                and frame.args.get("tags")
            ):
                args = {
                    **made[-1].args,
                    "tags": {**made[-1].args.get("tags", {}), **frame.args["tags"]},
                }
                made[-1] = made[-1].model_copy(update={"args": args})
                continue
            call = self.call(frame, made, self._topic(frame, frames, k, reading))
            made.append(call)
            made.extend(self._after(frame, call))
        return made

    def _vague(self, frame: Frame) -> None:
        """A time that names no time is asked about."""
        if frame.changes and frame.said.time is None and _VAGUE.search(frame.clause.text):
            picked, _ = self.machines(frame, [])
            selector = Selector.parse(picked) if picked else None
            call = Call(
                tool=frame.tool,
                selector=selector,
                args={k: v for k, v in frame.args.items() if not k.startswith("_")},
            )
            raise Doubt(
                replies.ask(
                    "When?",
                    frame={
                        "from": "brain",
                        "kind": "argument",
                        "argument": "when",
                        "call": call.to_dict(),
                    },
                )
            )

    def _settled(self, frame: Frame, reading: Reading) -> Frame:
        """The tool once more, where the fleet decides: a single machine is resized, not scaled."""
        if frame.tool == "resize_vms" and set(frame.args) == {"memory_gib"}:
            last = self.memory.calls[-1] if self.memory.calls else None
            spoken = {"memory", "ram", "mem"} & set(frame.clause.words)
            value = str(frame.args["memory_gib"])
            of_disk = last is not None and last.args.get("metric") == "disk"
            of_disk = of_disk or any("disk" in c.objects() for c in reading.fragments)
            large = value[:1].isdigit() and float(value) >= LARGE_GIB
            if (of_disk or large) and not spoken:
                args = {"size_gib": value if value.startswith(("+", "x")) else float(value)}
                said = dataclasses.replace(frame.said, args=args)
                return dataclasses.replace(frame, tool="resize_disk", said=said)
        if frame.tool == "scale_group" and "group" not in frame.args:
            real = frame.chosen.real
            if len(real) == 1 and real[0].named_only and real[0].last != "stem" and not frame.args:
                return dataclasses.replace(frame, tool="resize_vms")
        return frame

    def _topic(
        self, frame: Frame, frames: Sequence[Frame], k: int, reading: Reading
    ) -> list[Chosen]:
        """What other clauses of the turn say of machines, for a clause that says nothing."""
        topics: list[Chosen] = []
        for clause in reading.fragments:
            aside = clause.words[:1] in (("they",), ("he",), ("she",), ("these",), ("those",))
            if clause.condition or aside:
                continue
            for item in clause.items:
                item.used = ""
            chosen = self.reader.choose(None, _subject(clause))
            if chosen.real or chosen.unknown:
                topics.append(chosen)
        if k + 1 < len(frames):
            topics.extend(f.chosen for f in frames[k + 1 :] if f.chosen.real or f.chosen.whole)
        return topics

    def call(self, frame: Frame, made: Sequence[Call], topics: Sequence[Chosen] = ()) -> Call:
        """One call.

        Raises:
            Doubt: something has to be asked first.
        """
        args = dict(frame.args)
        tool = frame.tool
        if tool == "search_runbooks":
            return Call(tool=tool, args={"question": frame.clause.text[:1000] or "?"})
        if tool == "scale_group":
            return self._with_when(frame, self._scaling(frame, args))
        if tool == "create_vms":
            return self._with_when(frame, self._creating(args))
        if tool in NO_SELECTOR:
            return self._with_when(frame, Call(tool=tool, args=args))
        picked, outright = self.machines(frame, made, topics)
        if frame.said.ask and frame.changes:
            raise Doubt(self._lacking(frame, picked))
        return self._with_when(frame, self._selecting(frame, args, picked, outright))

    def _selecting(
        self,
        frame: Frame,
        args: dict[str, Any],
        picked: dict[str, Any] | None,
        outright: bool | None,
    ) -> Call:
        tool = frame.tool
        if picked is None and tool == "delete_snapshots" and args.get("older_than_days"):
            picked = {"all": True}
        if picked is None:
            if frame.changes or tool in ("describe_vms", "diagnose_vms"):
                raise Doubt(self._which(frame))
            if frame.chosen.strangers and tool in ("list_vms", "count_vms", "describe_vms"):
                raise Doubt(self._stranger(frame.chosen.strangers[0]))
            if tool in ("list_vms", "count_vms", "query_metrics", "cost_report"):
                picked = {"all": True}
        if tool in ("query_metrics", "list_vms", "count_vms"):
            self._windows(frame, args, picked)
        if tool == "diagnose_vms":
            args["symptom"] = frame.clause.text[:300]
        if (
            frame.changes
            and picked is not None
            and picked.get("exclude")
            and self._excludes_itself(picked)
        ):
            raise Doubt(
                replies.ask(
                    "Those are the very machines that you leave out. Which ones do you mean?"
                )
            )
        selector = Selector.parse(picked) if picked is not None else None
        tool = self._by_count(frame, tool, selector)
        return Call(
            tool=tool, selector=selector, args=args, outright=outright if frame.changes else None
        )

    def _excludes_itself(self, picked: dict[str, Any]) -> bool:
        return {k: v for k, v in picked.items() if k != "exclude"} == picked["exclude"]

    def _by_count(self, frame: Frame, tool: str, selector: Selector | None) -> str:
        """A single machine is described, several are listed."""
        if (
            tool == "list_vms"
            and selector is not None
            and frame.chosen.refers is not None
            and selector.ids
            and len(selector.ids) == 1
        ):
            return "describe_vms"
        if tool == "list_vms" and frame.chosen.ordinal and frame.chosen.ordinal[1] == 1:
            return "describe_vms"
        return tool

    def _windows(self, frame: Frame, args: dict[str, Any], picked: dict[str, Any] | None) -> None:
        """Put the window and the aggregate that were said where they belong."""
        window = args.get("window")
        if window is None:
            for item in frame.clause.items:
                time = item.get("time")
                if time is not None and time.after is not None and not item.used:
                    window, item.used = window_of(time.after), "window"
                    break
                if (
                    time is not None
                    and time.window
                    and not item.used.startswith(("created", "age"))
                ):
                    window = time.window
                    item.used = f"window {window}"
                    break
        if window is None and frame.tool == "query_metrics":
            from agent.brains.embedded.arguments import bare_window

            window = bare_window(frame.clause)
        aggregate = args.get("aggregate")
        if picked is None:
            if frame.tool == "query_metrics" and window:
                args["window"] = window
            return
        found: list[dict[str, Any]] = _as_list(picked.get("metric"))
        for condition in found:
            if window and condition["window"] == "1h":
                condition["window"] = window
            if aggregate:
                condition["aggregate"] = aggregate
        order = picked.get("order_by")
        if (
            order in METRIC_NAMES
            and (window or aggregate)
            and not any(c["name"] == order for c in found)
        ):
            condition = {"name": order, "aggregate": aggregate or "avg", "window": window or "1h"}
            picked["metric"] = [*found, condition] if found else condition
            picked.pop("all", None)
        if frame.tool == "query_metrics":
            if window:
                args["window"] = window
            if order in METRIC_NAMES:
                args["metric"] = order
            elif found and "metric" not in args:
                args["metric"] = found[0]["name"]
        elif frame.tool in ("list_vms", "count_vms"):
            args.pop("aggregate", None)
            args.pop("metric", None)
            args.pop("window", None)

    def _creating(self, args: dict[str, Any]) -> Call:
        regions = args.pop("_regions", None)
        if regions:
            provider = args.get("provider")
            offers = [o for o in self.inventory.offers() if provider in (None, o.provider)]
            fitting = [r for r in regions if any(r in o.regions for o in offers)]
            size = args.get("size")
            if size and len(fitting) > 1:
                fitting = [
                    r
                    for r in fitting
                    if any(r in o.regions and any(s.name == size for s in o.sizes) for o in offers)
                ]
            if len(fitting) == 1:
                args["region"] = fitting[0]
            else:
                call = Call(tool="create_vms", args=args)
                raise Doubt(
                    replies.ask(
                        f"In which region: {replies.listed(fitting or regions)}?",
                        fitting or regions,
                        {
                            "from": "brain",
                            "kind": "argument",
                            "argument": "region",
                            "call": call.to_dict(),
                        },
                    )
                )
        return Call(tool="create_vms", args=args)

    def _scaling(self, frame: Frame, args: dict[str, Any]) -> Call:
        factor = args.pop("_factor", None)
        group = args.get("group")
        if group is None:
            group = self._group_of(frame, args)
            args["group"] = group
        known = self.site.groups.get(group)
        if (
            factor is not None
            and known is not None
            and "count" not in args
            and "change" not in args
        ):
            args["count"] = round(known.count * factor)
        return Call(tool="scale_group", args=args)

    def _group_of(self, frame: Frame, args: dict[str, Any]) -> str:
        """The one group to which the machines that were described belong.

        Raises:
            Doubt: it is none, or several.
        """
        if frame.chosen.unknown:
            raise Doubt(self.unknown_name(frame.chosen.unknown[0], frame, groups=True))
        try:
            picked, _ = self.machines(frame, [])
        except Doubt:
            picked = None
        groups: list[str] = []
        if picked is not None and not picked.get("all"):
            vms = self.inventory.select(Selector.parse(picked))
            groups = list(dict.fromkeys(vm.group for vm in vms if vm.group))
        elif picked is None and not frame.chosen.says_machines and self.memory.targets:
            known = self.inventory.get(list(self.memory.targets)).values()
            groups = list(dict.fromkeys(vm.group for vm in known if vm.group))
        elif (last := self._last("scale_group")) is not None and frame.chosen.refers is not None:
            groups = [last.args["group"]]
        if len(groups) == 1:
            return groups[0]
        choices = groups or list(self.site.groups)
        call = Call(tool="scale_group", args={k: v for k, v in args.items() if k != "group"})
        raise Doubt(
            replies.ask(
                f"Which group: {replies.listed(choices)}?",
                choices,
                {"from": "brain", "kind": "argument", "argument": "group", "call": call.to_dict()},
            )
        )

    def _last(self, tool: str) -> Call | None:
        return next((c for c in reversed(self.memory.calls) if c.tool == tool), None)

    def _with_when(self, frame: Frame, call: Call) -> Call:
        time = frame.said.time
        if time is None or not frame.changes:
            return call
        return call.model_copy(update={"when": self.when(time)})

    def when(self, time: Time) -> When:
        """A time expression as the contract writes it."""
        if time.recurs:
            return When(cron=time.cron())
        return When(at=time.moment(self.reader.now).isoformat())

    def _after(self, frame: Frame, call: Call) -> list[Call]:
        """The opposite act after a while: "stop it for two hours"."""
        said = frame.said
        opposite = OPPOSITE.get(frame.tool)
        if opposite is None or (said.lasts is None and said.until is None):
            return []
        begin = (
            said.time.moment(self.reader.now)
            if said.time and not said.time.recurs
            else self.reader.now
        )
        if said.lasts is not None:
            end = begin + said.lasts
        else:
            assert said.until is not None
            end = said.until.moment(begin)
        if end <= begin:
            end += timedelta(days=1)
        when = When(at=end.replace(microsecond=0).isoformat())
        return [call.model_copy(update={"tool": opposite, "args": {}, "when": when})]

    # machines

    def machines(self, frame: Frame, made: Sequence[Call], topics: Sequence[Chosen] = ()) -> Picked:
        """The selector of a frame.

        Raises:
            Doubt: a name that no machine bears, a word that was not understood, or too many fit.
        """
        chosen = frame.chosen
        if chosen.unknown:
            raise Doubt(self.unknown_name(chosen.unknown[0], frame))
        if chosen.unknown_values and not frame.said.args.get("size"):
            raise Doubt(self._unknown_value(*chosen.unknown_values[0]))
        self._check_strangers(frame, chosen)
        if (
            chosen.refers is not None
            and not chosen.real
            and not made
            and not chosen.ordinal
            and not chosen.other
        ):
            for topic in topics:
                if topic.real and not topic.unknown:
                    found, outright = self.pick(topic, frame, made)
                    if found is not None:
                        return found, outright
        picked, outright = self.pick(chosen, frame, made)
        if picked is None and made and _borrows(frame):
            last = next((c for c in reversed(made) if c.selector is not None), None)
            if last is not None and last.selector is not None:
                return last.selector.to_dict(), last.outright
        if picked is None:
            for topic in topics:
                for noun in topic.real:
                    if noun.names and noun.last != "stem":
                        _only_names(noun)
                if topic.unknown and frame.changes:
                    raise Doubt(self.unknown_name(topic.unknown[0], frame))
                found, outright = self.pick(topic, frame, made)
                if found is not None:
                    return found, outright
        if (
            picked is None
            and frame.tool in ("diagnose_vms", "describe_vms")
            and self.memory.targets
        ):
            return {"ids": list(self.memory.targets[:50])}, None
        if picked is None and frame.changes and self._implied(frame):
            return {"ids": list(self.memory.targets)}, True
        return picked, outright

    def _implied(self, frame: Frame) -> bool:
        """ "then take the protection off", right after one machine was spoken of."""
        risky = frame.tool in ("delete_vms", "restore_snapshot", "delete_snapshots")
        return (
            len(self.memory.targets) == 1
            and not risky
            and len(frame.clause.words) <= 8
            and not frame.chosen.strangers
        )

    def _check_strangers(self, frame: Frame, chosen: Chosen) -> None:
        if frame.changes and chosen.owned and not frame.args:
            raise Doubt(self._stranger(chosen.owned, frame))
        if not (frame.changes and chosen.strangers):
            return
        if chosen.real and all(n.names and n.last != "stem" for n in chosen.real):
            return
        if not chosen.says_machines and frame.tool in ("create_vms",):
            return
        raise Doubt(self._stranger(chosen.strangers[0], frame))

    def pick(self, chosen: Chosen, frame: Frame, made: Sequence[Call] = ()) -> Picked:
        """The selector that a clause's own words give."""
        picked, outright = self._base(chosen, frame, made)
        if picked is None:
            return None, None
        if chosen.exclude:
            self._leave_out(picked, [n for n in chosen.exclude if not n.empty])
        if chosen.order is not None:
            picked["order_by"], picked["descending"] = chosen.order
            if not chosen.limit and chosen.count and not frame.changes:
                chosen.limit = chosen.count
            if chosen.limit:
                picked["limit"] = chosen.limit
        elif chosen.limit:
            picked["limit"] = chosen.limit
        if picked.get("all") and set(picked) - {
            "all",
            "exclude",
            "order_by",
            "descending",
            "limit",
        }:
            del picked["all"]
        self._check_count(chosen, picked, frame)
        return picked, outright

    def _base(self, chosen: Chosen, frame: Frame, made: Sequence[Call]) -> Picked:
        real = chosen.real
        if frame.tool in ("describe_vms", "diagnose_vms", "query_metrics"):
            if any(n.names for n in real):
                chosen.exclude.clear()
            for noun in real:
                if noun.named_only or noun.names:
                    _only_names(noun)
        if (
            not real
            and chosen.exclude
            and chosen.refers is None
            and len(self.memory.targets) > 1
            and {"ones", "one"} & set(frame.clause.words)
        ):
            return {"ids": list(self.memory.targets)}, False
        if chosen.refers is None and not chosen.whole and self._of_before(real, frame):
            return {**real[0].selector(), "ids": list(self.memory.targets)}, not real[0].plural
        if chosen.refers is not None or chosen.ordinal is not None or chosen.other:
            referred = self._referred(chosen, frame, made)
            if referred is not None:
                return referred
        if len(real) == 1:
            return self._described(real[0], chosen, frame)
        if real:
            return {"ids": self._union(real, frame)}, None if all(
                n.named_only for n in real
            ) else True
        if (
            chosen.whole
            or chosen.order is not None
            or (chosen.exclude and any(not n.empty for n in chosen.exclude))
        ):
            if (
                frame.changes
                and not chosen.whole
                and chosen.exclude
                and not any(n.head for n in chosen.include)
                and chosen.order is None
            ):
                return None, None
            return {"all": True}, None
        return None, None

    def _of_before(self, real: Sequence[Noun], frame: Frame) -> bool:
        """ "the stopped ones", "the one that is off": of the machines just shown."""
        if (
            len(real) != 1
            or len(self.memory.targets) < 2
            or "names" in real[0].selector()
            or real[0].ids
        ):
            return False
        words = frame.clause.words
        if not ({"one", "ones"} & set(words)) or {"all", "every"} & set(words[:3]):
            return False
        if not set(real[0].fields) <= {"state", "os", "region", "provider", "host", "zone"} or any(
            i.has("noun") for i in frame.clause.items
        ):
            return False
        return bool(
            self.inventory.select_ids(
                Selector.parse({**real[0].selector(), "ids": list(self.memory.targets)})
            )
        )

    def _described(self, noun: Noun, chosen: Chosen, frame: Frame) -> Picked:
        picked = noun.selector()
        stem = noun.last == "stem" and noun.named_only
        if noun.named_only:
            return picked, False if stem or (
                noun.plural and any("*" in n for n in noun.names)
            ) else None
        if not frame.changes or noun.plural or chosen.whole or chosen.any_of:
            return picked, False if frame.changes else None
        if not (noun.head or noun.determined) or (chosen.limit or 0) > 1:
            return picked, False
        return self._single(picked, noun, chosen, frame)

    def _single(self, picked: dict[str, Any], noun: Noun, chosen: Chosen, frame: Frame) -> Picked:
        """ "bob's box": one machine; where several fit, the question is which."""
        if chosen.order is not None:
            return picked, True
        if chosen.exclude:
            return picked, False
        found = self.inventory.select(Selector.parse(picked))
        if len(found) == 1:
            return picked, True
        if not found or not noun.head:
            return picked, False
        narrowed = self._in_described_state(found, frame.tool)
        if len(narrowed) == 1 and frame.tool in ("start_vms", "resume_vms"):
            return {"ids": [narrowed[0].id]}, True
        names = [vm.name for vm in found]
        call = Call(
            tool=frame.tool,
            selector=Selector.parse(picked),
            args={k: v for k, v in frame.args.items() if not k.startswith("_")},
        )
        raise Doubt(
            replies.ask(
                f"{len(found)} machines fit that: {replies.listed(names)}. "
                "Which one, or all of them?",
                [vm.id for vm in found[:20]],
                {
                    "from": "brain",
                    "kind": "machines",
                    "call": call.to_dict(),
                    "choices": [vm.id for vm in found],
                },
            )
        )

    def _in_described_state(self, vms: Sequence[VM], tool: str) -> list[VM]:
        handler = self.context.catalog[tool].handler if tool in self.context.catalog else None
        states = handler.described_states if isinstance(handler, Change) else None
        return [vm for vm in vms if states is None or vm.state in states]

    def _union(self, nouns: Sequence[Noun], frame: Frame) -> list[str]:
        """The machines of any of these phrases; a described one gives those that the act is for."""
        ids: list[str] = []
        for noun in nouns:
            found = self.inventory.select(Selector.parse(noun.selector()))
            if frame.changes and not noun.named_only and noun.plural:
                found = self._in_described_state(found, frame.tool)
            if frame.changes and noun.named_only:
                self._check_ambiguous(noun, found, frame)
            ids.extend(vm.id for vm in found)
        if not ids:
            raise Doubt(replies.ask("No machine fits that. Which ones do you mean?"))
        return list(dict.fromkeys(ids))

    def _check_ambiguous(self, noun: Noun, found: Sequence[VM], frame: Frame) -> None:
        for name in noun.names:
            same = [vm for vm in found if vm.name == name]
            if len(same) > 1:
                raise Doubt(
                    replies.ask(
                        f"{len(same)} machines are called {name}. Which one?",
                        [vm.id for vm in same],
                        {
                            "from": "brain",
                            "kind": "which",
                            "choices": [vm.id for vm in same],
                            "text": frame.clause.text,
                        },
                    )
                )

    def _leave_out(self, picked: dict[str, Any], nouns: Sequence[Noun]) -> None:
        if not nouns:
            return
        if "exclude" in picked:
            first = self.inventory.select_ids(
                Selector.parse(
                    {"all": True, "exclude": {"all": True, "exclude": picked["exclude"]}}
                    if False
                    else picked["exclude"]
                )
            )
            rest = [
                i for n in nouns for i in self.inventory.select_ids(Selector.parse(n.selector()))
            ]
            picked["exclude"] = {"ids": [*first, *rest]}
        elif len(nouns) == 1:
            picked["exclude"] = nouns[0].selector()
        else:
            ids = [
                i for n in nouns for i in self.inventory.select_ids(Selector.parse(n.selector()))
            ]
            if ids:
                picked["exclude"] = {"ids": list(dict.fromkeys(ids))}

    def _check_count(self, chosen: Chosen, picked: dict[str, Any], frame: Frame) -> None:
        """ "the two web servers" must be two."""
        if chosen.count is None or not frame.changes or frame.tool in ("create_vms", "scale_group"):
            return
        if chosen.order is not None or "limit" in picked:
            picked.setdefault("limit", chosen.count)
            return
        found = self.inventory.select(Selector.parse(picked))
        if (
            len(found) == chosen.count
            or len(self._in_described_state(found, frame.tool)) == chosen.count
        ):
            return
        call = Call(
            tool=frame.tool,
            selector=Selector.parse(picked),
            args={k: v for k, v in frame.args.items() if not k.startswith("_")},
        )
        raise Doubt(
            replies.ask(
                f"You speak of {chosen.count}, and {len(found)} machines fit: "
                f"{replies.listed([vm.name for vm in found])}. Which ones?",
                [vm.id for vm in found[:20]],
                {
                    "from": "brain",
                    "kind": "machines",
                    "call": call.to_dict(),
                    "choices": [vm.id for vm in found],
                },
            )
        )

    # references

    def _referred(self, chosen: Chosen, frame: Frame, made: Sequence[Call]) -> Picked | None:
        """The machines that a pronoun or a place in a list stands for."""
        last = next((c for c in reversed(made) if c.selector is not None), None)
        plain = chosen.refers is not None and chosen.ordinal is None and not chosen.other
        if last is not None and last.selector is not None and plain:
            if not chosen.real:
                return last.selector.to_dict(), last.outright
            return None
        if chosen.real and any(n.named_only and n.last != "stem" for n in chosen.real):
            return None
        ids = list(self.memory.targets)
        if chosen.other:
            ids = self._others()
        elif chosen.ordinal is not None:
            start, many = chosen.ordinal
            ids = ids[start - 1 : start - 1 + many] if start > 0 else ids[start:][:many]
        ids = [i for i in ids if i in self.inventory.get(ids)] if ids else []
        if not ids:
            if frame.tool in NO_SELECTOR or chosen.real:
                return None
            if (
                frame.tool == "list_vms"
                and chosen.refers is not None
                and chosen.refers.words[0] == "the"
            ):
                return None
            if (
                plain
                and made == []
                and frame.changes is False
                and frame.tool not in ("describe_vms", "diagnose_vms", "query_metrics", "list_vms")
            ):
                return None
            raise Doubt(self._which(frame))
        picked: dict[str, Any] = {"ids": ids}
        if chosen.real:
            narrowing = chosen.real[0].selector()
            picked = (
                {**narrowing, "ids": ids}
                if len(chosen.real) == 1
                else {"ids": [i for i in self._union(chosen.real, frame) if i in ids]}
            )
            return picked, len(ids) == 1
        singular = chosen.refers is not None and chosen.refers.words[0] in (
            "it",
            "that",
            "this",
            "its",
        )
        if frame.changes and singular and len(ids) > 1 and not self._one_thing(chosen):
            names = [vm.name for vm in self.inventory.get(ids).values()]
            raise Doubt(
                replies.ask(
                    f"Which one: {replies.listed(names)}?",
                    ids,
                    {
                        "from": "brain",
                        "kind": "machines",
                        "choices": ids,
                        "call": Call(
                            tool=frame.tool, selector=Selector(ids=tuple(ids)), args=frame.args
                        ).to_dict(),
                    },
                )
            )
        return picked, (len(ids) == 1 or self._last_outright())

    def _one_thing(self, chosen: Chosen) -> bool:
        """ "do it again", "that" for what was just planned over several machines is them all."""
        return bool(
            self.memory.calls
            and chosen.refers is not None
            and chosen.refers.words[0] in ("it", "that")
            and self.memory.calls[-1].tool in CHANGES
        )

    def _last_outright(self) -> bool:
        last = self.memory.calls[-1] if self.memory.calls else None
        return last is not None and last.is_outright

    def _others(self) -> list[str]:
        """The siblings of the last machines: of the same name, else of the same stem."""
        known = self.inventory.get(list(self.memory.targets))
        if not known:
            return []
        names = {vm.name for vm in known.values()}
        listed = [i for i in self.memory.listed if i not in known]
        if listed and set(known) & set(self.memory.listed):
            return listed
        same = [vm.id for n in names for vm in self.inventory.named(n) if vm.id not in known]
        if same:
            return same
        stems: list[str] = []
        for name in names:
            key = tuple(name.rstrip("0123456789").rstrip("-_. "))
            stems.extend(
                n
                for n, _ in self.inventory.names()
                if tuple(n.rstrip("0123456789").rstrip("-_. ")) == key and n not in names
            )
        return [vm.id for n in dict.fromkeys(stems) for vm in self.inventory.named(n)]

    # questions

    def _which(self, frame: Frame) -> Understanding:
        verb = frame.tool.replace("_vms", "").replace("_", " ")
        call = Call(
            tool=frame.tool, args={k: v for k, v in frame.args.items() if not k.startswith("_")}
        )
        if frame.said.time is not None and frame.changes:
            call = call.model_copy(update={"when": self.when(frame.said.time)})
        return replies.ask(
            f"Which machines shall I {verb}?",
            frame={"from": "brain", "kind": "machines", "call": call.to_dict(), "choices": []},
        )

    def _lacking(self, frame: Frame, picked: dict[str, Any] | None) -> Understanding:
        what = {"tags": "Which tag, as key=value?", "keys": "Which tag shall go?"}[frame.said.ask]
        selector = Selector.parse(picked) if picked else None
        call = Call(tool=frame.tool, selector=selector, args=frame.args)
        return replies.ask(
            what,
            frame={
                "from": "brain",
                "kind": "argument",
                "argument": frame.said.ask,
                "call": call.to_dict(),
            },
        )

    def _stranger(self, word: str, frame: Frame | None = None) -> Understanding:
        closest = self.site.names.closest(word, 3, 70)
        hint = f" Did you mean {replies.listed(closest)}?" if closest else ""
        found: dict[str, Any] = {"from": "brain", "kind": "stranger", "word": word}
        if frame is not None and frame.changes:
            found["call"] = Call(
                tool=frame.tool, args={k: v for k, v in frame.args.items() if not k.startswith("_")}
            ).to_dict()
        return replies.ask(
            f"I do not know what “{word}” means here.{hint} Which machines do you mean?",
            closest,
            found,
        )

    def _unknown_value(self, name: str, text: str) -> Understanding:
        known = {
            "region": self.site.regions,
            "size": self.site.sizes,
            "host": self.site.hosts,
            "image": self.site.images,
        }[name]
        return replies.ask(
            f"There is no {name} “{text}”. There are {replies.listed(list(known.values()), 8)}.",
            list(known.values())[:8],
            {"from": "brain", "kind": "value", "field": name},
        )

    def unknown_name(
        self, name: str, frame: Frame | None, *, groups: bool = False
    ) -> Understanding:
        """A name that no machine bears: the closest are offered, none is taken."""
        closest = self.site.names.closest(name)
        if groups:
            closest = [g for g in self.site.groups if g[:3] == name[:3]] or closest
        hint = f" Did you mean {replies.listed(closest)}?" if closest else ""
        found: dict[str, Any] = {"from": "brain", "kind": "name", "name": name, "choices": closest}
        if frame is not None:
            real = [n for noun in frame.chosen.real for n in noun.names]
            call = Call(
                tool=frame.tool, args={k: v for k, v in frame.args.items() if not k.startswith("_")}
            )
            if frame.said.time is not None and frame.changes:
                call = call.model_copy(update={"when": self.when(frame.said.time)})
            found |= {"call": call.to_dict(), "with": real}
        return replies.ask(f"No machine is called “{name}”.{hint}", closest, found)


def _as_list(conditions: Any) -> list[dict[str, Any]]:
    """The conditions on metrics of a selector, of which one may stand alone."""
    if conditions is None:
        return []
    if isinstance(conditions, dict):
        return [cast("dict[str, Any]", conditions)]
    return list(cast("list[dict[str, Any]]", conditions))


def _only_names(noun: Noun) -> None:
    """A question about a named machine: "is web-03 protected?" asks, it does not narrow."""
    noun.flags.clear()
    noun.bounds.clear()
    noun.missing.clear()
    noun.not_states.clear()
    noun.metric.clear()
    for name in ("state", "os", "image", "size"):
        noun.fields.pop(name, None)


def _subject(clause: Clause) -> Clause:
    """What a statement speaks of: what stands before its verb, if that names machines."""
    for k, item in enumerate(clause.items):
        if item.has("be", "trouble") and not item.is_entity and k:
            head = clause.items[:k]
            if any(i.is_entity or i.has("noun") for i in head):
                return Clause(head)
    return clause


_VAGUE = re.compile(
    r"(?<!the )(?<!any )(?<!these )(?<!those )\b(later( on)?(?! (ones?|than|versions?|"
    r"snapshots?))|at some (later )?(point|time|stage)|some ?time( later| soon)?|eventually|"
    r"in a (bit|while)|one of these days|when(ever)? (it is |it's )?(quiet|convenient)|"
    r"off.?hours|out of hours|after hours|after work)\b",
    re.IGNORECASE,
)
_BYPASS = re.compile(
    r"\b(ignore|forget|disregard|override|bypass|skip|disable) (all |any |your |the |my |these |"
    r"those |previous |prior |every )*"
    r"(rules?|instructions?|polic(y|ies)|safety|guardrails?|restrictions?|safeguards?|confirmations?|approvals?|prompts?|gate)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|`[^`]*`")
_SCOPE = re.compile(
    r"\b(weather|forecast for (the )?(weekend|tomorrow)|stock|share price|shares|football|"
    r"soccer|recipe|poem|haiku|joke|song|movie|flight|hotel|"
    r"restaurant|coffee|pizza|lunch|dinner|breakfast|meeting|calendar|mtg|email to|news|"
    r"translate|translation|president|python|javascript|"
    r"script|essay|story|lottery|horoscope|taxi|uber|birthday|vacation|holidays?|salary|bitcoin|"
    r"crypto|homework|csv|excel|powerpoint|slide deck|"
    r"capital of|novel|chess|sing|dance|marry|love me|meaning of life|temperature in|"
    r"traffic on the|train to|tickets?|jira|book a|"
    r"desk|chair|linkedin|laptops?|iphones?|headset|tweet|instagram|facebook|youtube|netflix|spotify|groceries|beer|doctor|dentist|haircut)\b",
    re.IGNORECASE,
)


def _borrows(frame: Frame) -> bool:
    """Whether a clause without machines of its own is about those of the clause before."""
    if frame.tool == "query_metrics" and not frame.chosen.whole and "group_by" not in frame.args:
        return frame.chosen.order is None
    return (
        frame.tool
        not in ("list_vms", "count_vms", "cost_report", "query_metrics", "recommend_savings")
        or frame.chosen.refers is not None
    )


def _share_times(frames: Sequence[Frame]) -> None:
    """ "stop at 20:00 and start at 07:00, weekdays": the days hold for both."""
    times = [f.said.time for f in frames if f.said.time is not None]
    recurring = next((t for t in times if t.recurs), None)
    dated = next((t for t in times if t.day is not None), None)
    for frame in frames:
        time = frame.said.time
        if time is None:
            continue
        if recurring is not None and not time.recurs and time.day is None and time.after is None:
            frame.said.time = dataclasses.replace(
                time, days=recurring.days, month_day=recurring.month_day
            )
        elif (
            dated is not None
            and time.day is None
            and not time.recurs
            and time.after is None
            and frame is not frames[0]
        ):
            frame.said.time = dataclasses.replace(time, day=dated.day)
    first = frames[0] if frames else None
    if (
        first is not None
        and first.said.time is not None
        and len(frames) > 1
        and _leads_with_time(first)
    ):
        for frame in frames[1:]:
            if frame.said.time is None:
                frame.said.time = first.said.time
    last = frames[-1] if frames else None
    if last is not None and last.said.time is not None and len(frames) > 1:
        for frame in frames[:-1]:
            if frame.said.time is None and not frame.chosen.says_machines and frame.changes:
                frame.said.time = last.said.time


def _leads_with_time(frame: Frame) -> bool:
    for item in frame.clause.items:
        if item.has("time") and item.used == "when":
            return True
        if not item.has("filler", "comma", "ask", "colon"):
            return False
    return False


def _asks_much(reading: Reading) -> bool:
    """Whether more than politeness is in the turn."""
    return any(
        f.strength >= QUESTION and f.tool not in ("list_vms", "describe_vms")
        for f in reading.frames
    ) and not _short_help(reading)


def _short_help(reading: Reading) -> bool:
    return len(reading.items) <= 8 and not any(named_in(f.clause) for f in reading.frames)


def _our_words(reading: Reading) -> bool:
    return sum(1 for i in reading.items if i.has("word", "plain")) * 2 <= len(reading.items)


def safe_select(builder: Builder, picked: dict[str, Any]) -> list[VM]:
    """The machines of a selector, or none where it is not valid."""
    try:
        return builder.inventory.select(Selector.parse(picked))
    except NovaError:
        return []
