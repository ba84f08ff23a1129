"""The last figures once more, in groups: "could you split that number by team?"."""

from __future__ import annotations

from agent.brains.base import Understanding
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.going_on import GoingOn
from tools.calls import Call

_SPLITS = frozenset({"split", "break", "divide", "broken", "grouped", "separate", "breakdown"})

_DOWN = {"state": ["stopped"]}
""" "break it down": no machines that are down."""


class Regrouping(GoingOn):
    """Reads a wish for groups against the last answer."""

    def _regrouped(self, reading: Reading, last: Call) -> Understanding | None:
        """ "could you split that number by team?": the last figures again, in groups."""
        tool = "count_vms" if last.tool == "list_vms" else last.tool
        splits = bool(_SPLITS & set(reading.words))
        if last.selector is None or last.selector.metric or len(reading.frames) > 1:
            return None
        if tool not in ("count_vms", "cost_report", "query_metrics"):
            return None
        if not splits and not any(f.chosen.refers for f in reading.frames):
            return None
        if any(f.changes or f.tool not in (tool, "list_vms") for f in reading.frames):
            return None
        frame = self._as_fragment(reading, Call(tool=tool, selector=last.selector))
        chosen = frame.chosen
        real = [n for n in chosen.real if not (splits and n.selector() == _DOWN)]
        if "group_by" not in frame.args or real or chosen.unknown or chosen.whole:
            return None
        kept = last.args if last.tool == tool else {}
        args = {**kept, **{k: v for k, v in frame.args.items() if not k.startswith("_")}}
        return Understanding("calls", (Call(tool=tool, selector=last.selector, args=args),))
