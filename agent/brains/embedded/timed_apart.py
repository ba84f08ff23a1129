"""Other machines beside the plan that waits, at a time of their own: "and dns-1 at 03:00"."""

from __future__ import annotations

import re

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.keeping import Keeping
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.references import NO_SELECTOR
from agent.brains.embedded.retiming import retimed, shifted
from tools.calls import Call, When
from tools.selector import Selector

_DAY_AFTER = re.compile(r"\b(?:the|a|one) (?:next day|day (?:after|later))\b", re.IGNORECASE)
_AT_ONCE = re.compile(r"\b(?:now|right away|at once|immediately)\b", re.IGNORECASE)
_BOTH = re.compile(
    r"\b(?:both|all|them|the (?:two|three|lot)|everything|make (?:it|that)|instead|rather|not|no|"
    r"until|till|for|between|from)\b",
    re.IGNORECASE,
)
"""The time may be meant for the plan as well, or says how long."""


def _is_of_the_plan(reading: Reading) -> bool:
    """ "an hour later, plus web-02": the time stands apart, before the machine."""
    named = next((k for k, i in enumerate(reading.items) if i.is_entity), 0)
    lead = reading.items[:named]
    timed = any(i.has("time", "amount") or set(i.words) & {"later", "earlier"} for i in lead)
    return timed and any(i.has("comma", "stop") for i in lead)


class TimedApart(Keeping):
    """Adds machines at another time than that of the plan."""

    def _timed_apart(self, reading: Reading) -> Understanding | None:
        pending = self.memory.pending
        assert pending is not None
        call = pending.calls[-1]
        alike = {c.tool for c in pending.calls} == {call.tool}
        if not alike or call.tool in NO_SELECTOR or call.tool == "clone_vm":
            return None
        changes = [f for f in reading.frames if f.changes]
        if any(f.tool != call.tool or f.negated or f.about for f in changes):
            return None
        if "?" in reading.text or _BOTH.search(reading.text):
            return None
        if not (self._adds(reading) or reading.words[:1] in (("and",), ("then",))):
            return None
        frame = self._as_fragment(reading, call)
        chosen = frame.chosen
        if _is_of_the_plan(reading):
            return None
        if not chosen.real or chosen.unknown or chosen.strangers or chosen.exclude:
            return None
        when = self._its_time(call, reading)
        if when is None or when == call.when:
            return None
        try:
            picked, outright = self.builder.pick(chosen, frame)
        except Doubt:
            return None
        if picked is None:
            return None
        more = set(self.builder.inventory.select_ids(Selector.parse(picked)))
        if more & {i for targets in pending.targets for i in targets}:
            return replies.ask("Which machine at which time? Say the whole plan anew, please.")
        made = call.model_copy(
            update={"selector": Selector.parse(picked), "outright": outright, "when": when}
        )
        return Understanding("revise", (*pending.calls, made))

    def _its_time(self, call: Call, reading: Reading) -> When | None:
        """The time of the machines that are added, where the turn says one."""
        if (moved := shifted(call, reading.text)) is not None:
            return moved
        if _DAY_AFTER.search(reading.text):
            return shifted(call, "one day later")
        frame = self._as_fragment(reading, call)
        time = frame.said.time
        if time is None or frame.said.lasts or frame.said.until or _AT_ONCE.search(reading.text):
            return None
        if call.when is None and not time.recurs and time.moment(self.reader.now) < self.reader.now:
            return None
        return retimed(self.builder, call, frame)
