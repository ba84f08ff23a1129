"""A turn after an answer or an act: the same again, narrowed, or of other machines."""

from __future__ import annotations

from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.fragments import only_count, portable
from agent.brains.embedded.frames import NOMINAL, QUESTION, Frame, Reading
from agent.brains.embedded.in_another_place import in_another_place, is_of_another
from agent.brains.embedded.merging import (
    intersect,
    is_narrowing,
    leave_out,
    unite,
)
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from agent.brains.embedded.regrouping import Regrouping
from agent.brains.embedded.windows import put_windows
from tools.calls import Call
from tools.errors import NovaError
from tools.selector import Selector

_OF_THEIR_OWN = frozenset({"forecast_metric", "find_anomalies", "diagnose_vms"})
"""Questions that name what they ask, however short."""


_LOOKS = ("list", "count", "describe")
"""Verbs that look: "list them again" repeats no act."""


_POINTING = frozenset(
    ("them", "those", "these", "they", "it", "its", "their", "one", "ones", "which", "that", "both")
)
"""With which those that were shown are meant, and not the most of others."""


class Refinements(Regrouping):
    """Reads a turn against the calls of before."""

    def repeated(self, reading: Reading) -> Understanding | None:
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
        looks = any(i.has("verb") and i.action in _LOOKS for i in reading.items[:3])
        if looks and not self.context.catalog[last.tool].reads:
            return None
        frame = self._as_fragment(reading, last)
        if other := self._in_another_place(reading, last):
            return other
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
        pending = self.memory.pending
        if pending is not None and self._adds(reading) and pending.calls[-1].selector is not None:
            more = unite(pending.calls[-1], [picked], self.builder.inventory)
            return Understanding("revise", (*pending.calls[:-1], more))
        calls = [
            c.model_copy(
                update={
                    "selector": Selector.parse(picked),
                    "outright": outright,
                    "args": {**portable(c), **(frame.args if len(self.memory.calls) == 1 else {})},
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

    def refined(self, reading: Reading) -> Understanding | None:
        """A fragment after an answer or an act: the last call again, narrowed or of other
        machines.
        """
        last = self.memory.calls[-1]
        if other := self._in_another_place(reading, last):
            return other
        if self._asks_attribute(reading):
            tool = "describe_vms" if len(self.memory.targets) == 1 else "list_vms"
            return Understanding(
                "calls", (Call(tool=tool, selector=Selector(ids=self.memory.targets)),)
            )
        if again := self._top_of_those(reading, last) or self._counted_elsewhere(reading, last):
            return again
        if other := self._in_another_state(reading, last):
            return other
        if other := self._by_another_measure(reading, last):
            return other
        if regrouped := self._regrouped(reading, last):
            return regrouped
        strong = [
            f
            for f in reading.frames
            if (f.strength >= QUESTION and (f.changes or not self._elliptic(f, last)))
            or (f.tool in _OF_THEIR_OWN and f.tool != last.tool and f.chosen.real)
            or (f.tool == "query_metrics" and last.tool == "cost_report" and f.chosen.refers)
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

    def _in_another_place(self, reading: Reading, last: Call) -> Understanding | None:
        """ "same for hq", after a look at another place; None beside a plan that waits."""
        reads = self.context.catalog[last.tool].reads
        if self.memory.pending is not None or not reads or not is_of_another(reading):
            return None
        frame = self._as_fragment(reading, last)
        return in_another_place(frame, reading, last, self.builder.inventory)

    def _in_another_state(self, reading: Reading, last: Call) -> Understanding | None:
        """ "and the ones that are off?", after those that run: of the same machines."""
        if last.tool not in ("list_vms", "count_vms") or len(reading.frames) != 1:
            return None
        frame = reading.frames[0]
        nouns = [n.selector() for n in frame.chosen.real]
        states = last.selector.to_dict().get("state") if last.selector is not None else None
        if not states or len(nouns) != 1 or set(nouns[0]) != {"state"} or frame.changes:
            return None
        others = not set(nouns[0]["state"]) & set(states)
        goes_on = {"ones", "others", "rest"} & set(reading.words) or reading.words[:1] == ("and",)
        if not others or not goes_on or frame.tool not in ("list_vms", "count_vms"):
            return None
        assert last.selector is not None
        made = Selector.parse({**last.selector.to_dict(), **nouns[0]})
        return Understanding("calls", (Call(tool=frame.tool, selector=made),))

    def _by_another_measure(self, reading: Reading, last: Call) -> Understanding | None:
        """ "and which ones have high cpu?", after those with high memory: of the same fleet."""
        if last.tool != "query_metrics" or last.selector is None or last.selector.metric is None:
            return None
        frame = reading.frames[0] if len(reading.frames) == 1 else None
        if frame is None or frame.tool != "query_metrics" or len(frame.chosen.real) != 1:
            return None
        noun = frame.chosen.real[0].selector()
        refers = frame.chosen.refers
        pointed = refers is not None and not {"one", "ones"} & set(refers.words)
        measured = {"metric"} <= set(noun) <= {"metric", "state"}
        if not measured or pointed or reading.words[:2] != ("and", "which"):
            return None
        measures = frame.chosen.real[0].metric
        metric = frame.args.get("metric") or measures[0]["name"]
        if len(measures) > 1 or metric == last.args.get("metric"):
            return None
        args = {**last.args, "metric": metric}
        bound = {**measures[0], "name": metric}
        selector = Selector.parse({**last.selector.to_dict(), **noun, "metric": bound})
        return Understanding("calls", (Call(tool=last.tool, selector=selector, args=args),))

    def _asks_attribute(self, reading: Reading) -> bool:
        """ "who's the owner?", "what size?": of the machines of before."""
        if reading.frames or len(reading.fragments) != 1 or not self.memory.targets:
            return False
        clause = reading.fragments[0]
        thing = bool(clause.objects() & {"owner", "size", "image", "region", "host", "zone"})
        small = all(i.has("wh", "be", "det", "object", "filler", "comma") for i in clause.items)
        return thing and small and clause.first("wh") is not None

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
            "pron", "howto", "trouble", "savings", "placement", "forecast", "anomaly", "condition"
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
        put_windows(frame, frame.args, None)
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
        measured = frame.args.get("metric")
        base = call.model_copy(update={"selector": self._base_selector(call, reading, measured)})
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

    def _base_selector(self, call: Call, reading: Reading, metric: str | None) -> Selector | None:
        """The machines of the last answer; by id where its selector measured or ordered them, the
        most by another measure where the turn says so ("no, by memory").
        """
        selector = call.selector
        if (
            selector is not None
            and (selector.limit or (selector.metric and call.tool != "query_metrics"))
            and self.memory.targets
        ):
            ordered = selector.order_by and selector.order_by == call.args.get("metric")
            if ordered and metric and "by" in reading.words:
                return Selector.parse({**selector.to_dict(), "order_by": metric})
            if ordered and not metric and _POINTING.isdisjoint(reading.words):
                return selector
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
            role = "role" in nouns[0].get("tags", {}) and "group" in old
            if role and "group" not in nouns[0] and not self._any(merged):
                del merged["group"]  # "the vdi desktops", and then "the web servers"
            return call.model_copy(update={"selector": Selector.parse(merged)})
        keep = {k: v for k, v in old.items() if k in ("metric",) and call.tool == "query_metrics"}
        return call.model_copy(update={"selector": Selector.parse({**keep, **picked})})

    def _any(self, selector: dict[str, Any]) -> bool:
        return bool(self.builder.inventory.select_ids(Selector.parse(selector)))

    def _elsewhere(self, reading: Reading, last: Call) -> Understanding | None:
        """ "esx-02 then", after a move that could not be: the same machines, to another host."""
        places = [n for i in reading.items for n, _ in (i.get("value") or ())]
        small = len([i for i in reading.items if not i.has("filler", "comma", "then")]) <= 2
        if last.tool != "migrate_vms" or places not in (["host"], ["region"]) or not small:
            return None
        frame = self._as_fragment(reading, last)
        values = next(i.get("value") for i in reading.items if i.has("value"))
        args = {k: v for k, v in frame.args.items() if not k.startswith("_")}
        return Understanding(
            "calls", (last.model_copy(update={"args": args or {places[0]: values[0][1][0]}}),)
        )

    def _refined_change(self, reading: Reading, last: Call) -> Understanding | None:
        """After an act: "now web-04", "web-05 too": the same act on other machines."""
        if moved := self._elsewhere(reading, last):
            return moved
        if last.tool == "scale_group" and (count := only_count(reading)):
            if "count" in count and "change" in last.args and "count" not in last.args:
                sign = -1 if str(last.args["change"]).startswith("-") else 1
                count = {"change": sign * count["count"]}  # "add 10", which cannot be: "4 then"
            args = {"group": last.args["group"], **count}
            return Understanding("calls", (last.model_copy(update={"args": args}),))
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
                "args": portable(last),
            }
        )
        return Understanding("calls", (call,))
