"""Frames become calls: machines are resolved against the live fleet, and doubt becomes a
question.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from agent.brains.embedded import replies
from agent.brains.embedded.accounting import check_accounted, refers_only
from agent.brains.embedded.bound_fields import LARGE_GIB
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.listed_snapshots import of_the_listed
from agent.brains.embedded.ordering import ends_something_told, runs_backwards, what_is_first
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from agent.brains.embedded.sequence import after
from agent.brains.embedded.settling import Settling
from agent.brains.embedded.sharing import share_times
from agent.brains.embedded.spoken_of import goes_on, is_aside, is_vague, of_those, subject
from agent.brains.embedded.spread import asked_once
from agent.brains.embedded.windows import put_windows
from tools.calls import Call, When
from tools.selector import Selector

OPPOSITE = {
    "stop_vms": "start_vms",
    "start_vms": "stop_vms",
    "suspend_vms": "resume_vms",
    "protect_vms": "unprotect_vms",
    "unprotect_vms": "protect_vms",
    "resume_vms": "suspend_vms",
}


NO_SELECTOR_YET = ("create_vms", "clone_vm")
"""Tools whose machine is there only after they ran."""


class Builder(Settling):
    """Makes calls of frames for one turn of one conversation."""

    def calls(self, frames: Sequence[Frame], reading: Reading) -> list[Call]:
        """The calls of these frames, in order.

        Raises:
            Doubt: something has to be asked first.
        """
        share_times(frames)
        led = frames[0].clause.words[:2] if frames else ()
        before = led in (("before", "you"), ("before", "stopping"), ("before", "restarting"))
        if len(frames) == 2 and (before or _BEFORE_THAT.search(frames[1].clause.text)):
            frames = [frames[1], frames[0]]
        frames = what_is_first(frames)
        made: list[Call] = []
        ends = False
        for k, frame in enumerate(frames):
            frame = self._settled(frame, reading)
            check_accounted(frame)
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
            if made and made[-1].tool in NO_SELECTOR_YET and refers_only(frame):
                raise Doubt(replies.ask("That machine is not there yet. Ask again once it is."))
            if frame.tool == "forecast_metric" and "metric" not in frame.args and made:
                frame.said.args.update({k: v for k, v in made[-1].args.items() if k == "metric"})
            call = self.call(frame, made, self._topic(frame, frames, k, reading))
            call = after(made[-1], call, reading.text) if made else call
            if made and runs_backwards(made[-1], call):
                raise Doubt(replies.ask("The second would come before the first. At what times?"))
            if ends and self._is_the_same(made[-1], call):
                continue  # "stop it for two hours and start it again": the end, said once more
            end = self.opposite_after(frame, call)
            ends = bool(end)
            made.extend([call, *end])
        return asked_once(made)

    def _is_the_same(self, last: Call, call: Call) -> bool:
        """Whether a call does what the last does, and no time of its own is said."""
        if (
            call.tool != last.tool
            or call.when is not None
            or None in (call.selector, last.selector)
        ):
            return False
        ids = [set(self.inventory.select_ids(c.selector)) for c in (last, call) if c.selector]
        return ids[0] == ids[1]

    def _vague(self, frame: Frame) -> None:
        """A time that names no time is asked about."""
        if frame.changes and frame.said.time is None and is_vague(frame.clause.text):
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
        shown = list(self.inventory.get(list(self.memory.targets)[:2]).values())
        if (snapshot := of_the_listed(frame, self.memory, self.reader, shown)) is not None:
            return snapshot
        if frame.tool == "scale_group" and "group" not in frame.args:
            real = frame.chosen.real
            if len(real) == 1 and real[0].named_only and real[0].last != "stem" and not frame.args:
                return dataclasses.replace(frame, tool="resize_vms")
        return frame

    def _topic(
        self, frame: Frame, frames: Sequence[Frame], k: int, reading: Reading
    ) -> list[Chosen]:
        """What other clauses of the turn say of machines, for a clause that says nothing."""
        topics = self.topics(frame, reading)
        if all(f.tool in NO_SELECTOR for f in frames[:k]):
            topics.extend(f.chosen for f in reversed(frames[:k]) if f.chosen.real)
        if not frame.changes and "group_by" in frame.args:
            return topics
        looks = not frame.changes and frame.chosen.refers is None
        later = [f for f in frames[k + 1 :] if not (looks and f.changes and not f.about)]
        topics.extend(f.chosen for f in later if f.chosen.real or f.chosen.whole)
        return topics

    def topics(self, frame: Frame, reading: Reading) -> list[Chosen]:
        """What the clauses that ask for nothing say of machines."""
        topics: list[Chosen] = []
        for clause in reading.fragments:
            if clause.condition or goes_on(clause):
                continue
            for item in clause.items:
                item.used = ""
            chosen = self.reader.choose(None, subject(clause))
            if is_aside(clause, chosen, frame, self.inventory.get(list(self.memory.targets)[:200])):
                continue
            if chosen.real or chosen.unknown:
                topics.append(chosen)
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
            return self._with_when(frame, self._scaling(frame, args, topics))
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
            spared = [noun for noun in frame.chosen.exclude if not noun.empty]
            if spared:
                self._leave_out(picked, spared)
        if picked is None:
            if frame.changes or tool in ("describe_vms", "diagnose_vms"):
                raise Doubt(self._which(frame))
            if frame.chosen.strangers and tool in ("list_vms", "count_vms", "describe_vms"):
                raise Doubt(self.stranger(frame.chosen.strangers[0]))
            if tool in ("list_vms", "count_vms", "query_metrics", "cost_report"):
                picked = {"all": True}
        if tool in ("query_metrics", "list_vms", "count_vms"):
            put_windows(frame, args, picked)
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
        if self.memory.targets and of_those(frame, picked):
            picked = {"ids": list(self.memory.targets)}
        if picked is not None:
            picked = self._settle_named(picked, frame, args)
        selector = Selector.parse(picked) if picked is not None else None
        tool = self._by_count(frame, tool, selector)
        return Call(
            tool=tool, selector=selector, args=args, outright=outright if frame.changes else None
        )

    def _by_count(self, frame: Frame, tool: str, selector: Selector | None) -> str:
        """A single machine is described, several are listed."""
        if (
            tool == "list_vms"
            and selector is not None
            and frame.chosen.refers is not None
            and len(selector.ids or selector.names or ()) == 1
            and len(self.inventory.select_ids(selector)) == 1
        ):
            return "describe_vms"
        if (
            tool == "list_vms"
            and selector is not None
            and {"details", "detail", "specs", "info", "information"} & set(frame.clause.words)
            and len(self.inventory.select_ids(selector)) == 1
        ):
            return "describe_vms"
        if tool == "list_vms" and frame.chosen.ordinal and frame.chosen.ordinal[1] == 1:
            return "describe_vms"
        return tool

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

    def _scaling(self, frame: Frame, args: dict[str, Any], topics: Sequence[Chosen]) -> Call:
        factor = args.pop("_factor", None)
        group = args.get("group")
        if group is None:
            group = self._group_told(frame, topics) or self._group_of(frame, args)
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

    def _group_told(self, frame: Frame, topics: Sequence[Chosen]) -> str:
        """ "the test needs 15 machines in api-prod-euw1, scale it": the one group told of."""
        if frame.chosen.real or frame.chosen.unknown or any(t.unknown for t in topics):
            return ""
        nouns = [n for t in topics for n in t.real if n.by_stem or not n.named_only]
        groups = {g for n in nouns for g in n.fields.get("group", ())} or {
            vm.group for n in nouns for vm in self.inventory.select(Selector.parse(n.selector()))
        }
        return next(iter(groups)) or "" if len(groups) == 1 else ""

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
        if not time.recurs and time.moment(self.reader.now) < self.reader.now:
            if _is_told_before(frame):
                return call
            asked = {
                "from": "brain",
                "kind": "argument",
                "argument": "when",
                "call": call.to_dict(),
            }
            raise Doubt(replies.ask("That time has passed. When shall it be done?", frame=asked))
        return call.model_copy(update={"when": self.when(time)})

    def opposite_after(self, frame: Frame, call: Call) -> list[Call]:
        """The opposite act after a while: "stop it for two hours"."""
        said = frame.said
        opposite = OPPOSITE.get(frame.tool)
        if opposite is None or (said.lasts is None and said.until is None):
            return []
        if ends_something_told(frame.clause):
            return []
        if said.until is not None and said.until.recurs:
            when = self.when(said.until)
            return [call.model_copy(update={"tool": opposite, "args": {}, "when": when})]
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
        if call.selector is not None and not call.selector.is_by_name():
            vms = self._in_described_state(self.inventory.select(call.selector), frame.tool)
            ids = tuple(vm.id for vm in vms)
            call = call.model_copy(update={"selector": Selector(ids=ids)}) if ids else call
        return [call.model_copy(update={"tool": opposite, "args": {}, "when": when})]


def _is_told_before(frame: Frame) -> bool:
    """ "kafka got upgraded this morning … delete its snapshots": when something else was."""
    items = frame.clause.items
    verb = items.index(frame.clause.verb) if frame.clause.verb in items else 0
    timed = next((k for k, i in enumerate(items) if i.used == "when"), verb)
    return 1 < timed < verb


_BEFORE_THAT = re.compile(r"\b(before (you do )?(that|this|it)|beforehand)\b", re.IGNORECASE)
