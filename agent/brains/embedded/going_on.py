"""Short turns after an answer that ask it once more: "the top 3 only", "and how many in AWS?"."""

from __future__ import annotations

import re
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded.fragments import Fragments
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.numbers import number_at
from agent.brains.embedded.phrases import PLACES
from tools.calls import Call
from tools.selector import Selector

_TOP = re.compile(
    r"\W*(?:(?:and|ok(?:ay)?|hm+|please|just|only|show(?: me)?|give me|no|but|now)\b[, ]*)*"
    r"(?:the )?(?P<end>top|first|highest|biggest|worst|last|lowest|bottom) (?P<many>\w+)"
    r"(?: of (?:them|those|these|that list))?(?:[, ]+(?:only|please|pls|then|will do|is enough|are "
    r"enough))*[.!? ]*",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\W*(?:and|what about|how about|or|then)\b[, ]*(?:how many )?(?:are (?:there )?|do we have )?"
    r"(?:in|on|at|with|for) [\w .-]+[?.! ]*",
    re.IGNORECASE,
)
_LOW = frozenset({"last", "lowest", "bottom"})


class GoingOn(Fragments):
    """Reads a short turn as the last question, narrowed or moved elsewhere."""

    def _top_of_those(self, reading: Reading, last: Call) -> Understanding | None:
        """ "the top 3 only": so many of those shown, in the order in which they were shown."""
        found = _TOP.fullmatch(reading.text.strip()) if not self.memory.pending else None
        ids = self.memory.targets
        if found is None or last.selector is None or len(ids) < 2:
            return None
        said = number_at([found["many"].casefold()], 0)
        many = int(said[0]) if said is not None else 0
        if not 0 < many <= len(ids):
            return None
        low = found["end"].casefold() in _LOW
        if last.tool == "query_metrics":
            made: dict[str, Any] = {
                "ids": list(ids),
                "order_by": last.args.get("metric", "cpu"),
                "descending": not low,
                "limit": many,
            }
            call = last.model_copy(update={"selector": Selector.parse(made)})
        elif last.tool == "cost_report":
            order = {"order_by": "hourly_cost_usd", "descending": not low, "limit": many}
            call = Call(tool="list_vms", selector=Selector.parse({"ids": list(ids), **order}))
        elif last.tool == "list_vms":
            call = Call(tool="list_vms", selector=Selector(ids=ids[-many:] if low else ids[:many]))
        else:
            return None
        return Understanding("calls", (call,))

    def _counted_elsewhere(self, reading: Reading, last: Call) -> Understanding | None:
        """ "and how many in AWS?", after the production machines in Azure were counted."""
        if last.tool != "count_vms" or last.selector is None or last.args.get("group_by"):
            return None
        if _HOW_MANY.fullmatch(reading.text.strip()) is None:
            return None
        nouns = [n.selector() for f in reading.frames for n in f.chosen.real]
        if len(nouns) != 1 or not set(nouns[0]) <= PLACES:
            return None
        old = last.selector.to_dict()
        if not set(old) & PLACES or old.keys() & {"names", "ids", "exclude"}:
            return None
        kept = {k: v for k, v in old.items() if k not in PLACES}
        made = Selector.parse({**kept, **nouns[0]})
        return Understanding("calls", (last.model_copy(update={"selector": made}),))
