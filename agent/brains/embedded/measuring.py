"""Machines by figures: bounds, conditions on metrics, the largest and the oldest."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from agent.brains.embedded.bounds import read_bound
from agent.brains.embedded.cursor import Cursor
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES


class Measures(Cursor):
    """Reads figures and orders."""

    def _measure(self, item: Item) -> int:
        if item.has("most") and not item.has("superlative", "cmp") and (step := self._top(item)):
            return step
        bound = read_bound(self.items, self.k, self.tool)
        if bound is not None:
            self._back_to_include()
            self._begin([bound.field], item, predicate=True)
            if bound.field == "metric":
                self._measured(bound.condition, item)
            else:
                self.noun.bounds.setdefault(bound.field, {}).update(bound.condition)
            for used in self.items[self.k : bound.end]:
                used.used = used.used or bound.says
            return bound.end - self.k
        if item.has("superlative") and (not item.is_entity or item.has("superlative")):
            return self._superlative(item)
        if (
            item.has("condition")
            and not item.is_entity
            and not (self.k and self.items[self.k - 1].words[-1:] == ("how",))
        ):
            if self._says_why(item) or self.tool == "forecast_metric":
                item.used = "told"
                return 1
            metric, aggregate, window, op, figure = item.get("condition")
            if self.chosen.limit and self.chosen.order == (metric, True):
                item.used = f"in order of {metric}"
                return 1
            self._begin(["metric"], item, predicate=True)
            self.noun.metric.append(
                {"name": metric, "aggregate": aggregate, "window": window, op: figure}
            )
            item.used = f"{metric} {op} {figure:g}"
            return 1
        return 0

    def _says_why(self, item: Item) -> bool:
        """ "stop web-01 and vdi-101, nobody uses them": said of named machines, no choice."""
        apart = not self.join or item.words[0] in ("nobody", "noone", "no", "unused")
        named = bool(self.noun.names) and not self.noun.by_stem and apart
        chosen = any(i.has("rel") for i in self.items[max(0, self.k - 3) : self.k])
        return self.tool in CHANGES and named and not chosen

    def _back_to_include(self) -> None:
        """ "anything outside production that costs more than …": the condition is on what is
        meant.
        """
        if (
            self.excluding
            and not self.noun.head
            and self.noun.fields
            and self.chosen.whole
            and not self.noun.names
        ):
            relative = self.items[max(0, self.k - 3) : self.k]
            if any(i.has("rel") or i.words[:1] in (("costs",), ("cost",)) for i in relative):
                self._close()
                self.excluding = False

    def _measured(self, condition: dict[str, Any], item: Item) -> None:
        """A figure takes the place of a word such as busy for the same metric."""
        same = next((m for m in self.noun.metric if m["name"] == condition["name"]), None)
        if same is None and self.noun.metric and not any(i.has("metric") for i in self.items):
            same = self.noun.metric[-1]
            condition = {**condition, "name": same["name"]}
        if same is not None:
            self.noun.metric.remove(same)
        self.noun.metric.append(condition)

    def _top(self, item: Item) -> int:
        """ "top 3 … by memory", "the 5 highest for disk": the measure stands elsewhere in the
        clause.
        """
        k = self.k
        before = self.items[k - 1] if k else None
        after = self.items[k + 1] if k + 1 < len(self.items) else None
        number = next(
            (
                i
                for i in (after, before)
                if i is not None and i.has("number") and not i.has("amount", "time")
            ),
            None,
        )
        if number is not None and self.chosen.order is not None:
            self.chosen.limit, self.chosen.count = int(number.get("number")), None
            item.used, number.used = "the first", "how many"
            return 1
        while after is not None and after.has("agg") and not after.has("metric"):
            k += 1
            after = self.items[k + 1] if k + 1 < len(self.items) else None
        measured = next((i for i in self.items if i.has("metric") and not i.is_entity), None)
        costs = any(i.has("cost") for i in self.items)
        snapshots = after is not None and after.has("object") and after.get("object") == "snapshot"
        if number is None and snapshots and item.words[0] in ("most", "fewest", "least"):
            self.chosen.order = ("snapshots", item.words[0] == "most")
            one = any(i.get("noun") == 1 for i in self.items)
            self.chosen.limit = (
                1 if one or "machine" in {w for i in self.items for w in i.words} else None
            )
            item.used = "in order of snapshots"
            return 2
        if number is None and not (after is not None and after.has("metric", "cost")):
            return 0
        if measured is None and not costs:
            field = next(
                (_ORDERED_BY[w] for i in self.items for w in i.words if w in _ORDERED_BY), None
            )
            if field is None:
                return 0
            self.chosen.order = field
        elif costs and measured is None:
            self.chosen.order = ("hourly_cost_usd", True)
        else:
            assert measured is not None
            self.chosen.order = (measured.get("metric"), True)
            if number is None and self._asks_for_one():
                self.chosen.limit = 1
        if item.words[0] in ("bottom", "least", "lowest", "smallest", "fewest"):
            self.chosen.order = (self.chosen.order[0], False)
        if number is not None:
            self.chosen.limit = int(number.get("number"))
            self.chosen.count = None
            number.used = "how many"
        item.used = f"in order of {self.chosen.order[0]}"
        return 1

    def _superlative(self, item: Item) -> int:
        before = self.items[self.k - 1] if self.k else None
        after = self.items[self.k + 1] if self.k + 1 < len(self.items) else None
        order, descending = item.get("superlative")
        if (
            self.tool in ("restore_snapshot", "delete_snapshots", "list_snapshots")
            and order == "age_days"
        ):
            return 0
        if (
            after is not None
            and after.has("metric")
            and order in ("memory_gib", "cpu")
            and not after.has("noun")
        ):
            order = (
                _ORDER_OF.get(str(after.get("metric")), str(after.get("metric")))
                if order == "memory_gib"
                else after.get("metric")
            )
            after.used = "in order of it"
        elif (
            after is not None
            and after.has("object")
            and after.get("object") == "disk"
            and order == "memory_gib"
        ):
            order = "disk_gib"
            after.used = "in order of it"
        if after is not None and after.has("number") and not after.has("amount"):
            self.chosen.limit = int(after.get("number"))
            after.used = "how many"
        elif (
            before is not None
            and before.has("number")
            and not before.has("amount")
            and before.used in ("", "how many meant")
        ):
            self.chosen.limit = int(before.get("number"))
            self.chosen.count = None
            before.used = "how many"
        elif (asked := self._number_asked()) is not None:
            self.chosen.limit, self.chosen.count = int(asked.get("number")), None
            asked.used = "how many"
        elif self._one_meant(after):
            self.chosen.limit = self.chosen.limit or 1
        if order == "cpu" and item.words[:1] in (("busiest",), ("hottest",), ("idlest",)):
            order = next((i.get("metric") for i in self.items if _is_measure(i)), order)
        self.chosen.order = (order, descending)
        item.used = f"in order of {order}"
        return 1

    def _number_asked(self) -> Item | None:
        """ "which 2 are pushing the most traffic?"."""
        for lead, item in pairwise(self.items[: self.k]):
            if lead.words[:1] in (("which",), ("what",)) and item.has("number"):
                return None if item.has("amount", "time") else item
        return None

    def _asks_for_one(self) -> bool:
        """ "which of the web servers is using the most CPU?"."""
        words = [w for i in self.items for w in i.words]
        return words[:1] == ["which"] and "is" in words and "are" not in words

    def _one_meant(self, after: Item | None) -> bool:
        """ "the oldest web server" is one machine; "the oldest machines" are several."""
        kind = False
        for item in self.items[self.k + 1 : self.k + 5]:
            if item.has("noun"):
                return item.get("noun") == 1
            kind = kind or (item.has("value", "stem") and not item.plural and not item.possessive)
            if item.words in (("one",),):
                return True
            if item.words in (("ones",),) or (item.plural and item.is_entity):
                return False
        before = self.items[max(0, self.k - 3) : self.k]
        if (kind and self.tool in CHANGES) or self._one_before():
            return True
        before = self.items[max(0, self.k - 6) : self.k]
        asked = any(i.has("wh") and i.words[0] in ("which", "what") for i in before)
        return asked and any(i.get("noun") == 1 for i in before)

    def _one_before(self) -> bool:
        """ "the web server with the highest cpu": one machine stands before it."""
        lead = list(self.items[max(0, self.k - 6) : self.k])
        while lead and lead[-1].has("det", "filler") and not lead[-1].has("with", "rel"):
            lead.pop()
        if not lead or not lead[-1].has("with", "rel"):
            return False
        while lead and lead[-1].has("with", "rel", "be"):
            lead.pop()
        if not lead or lead[-1].plural:
            return False
        head, led = lead[-1], lead[:-1]
        one = head.get("noun") == 1 or head.has("generic") or head.has("value")
        determined = head.words[:1] == ("the",) or any(i.has("det") for i in led[-2:])
        return one and determined


_ORDERED_BY = {
    "age": ("age_days", True),
    "cores": ("vcpus", True),
    "snapshots": ("snapshots", True),
    "price": ("hourly_cost_usd", True),
}


_ORDER_OF = {"memory": "memory_gib", "disk": "disk_gib", "cpu": "vcpus"}


def _is_measure(item: Item) -> bool:
    return item.has("metric") and not item.is_entity and not item.has("superlative")
