"""What a turn means after what was said before: answers, corrections, additions, repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.answering import Answering
from agent.brains.embedded.assenting import beside_a_yes, puts_right
from agent.brains.embedded.explained import with_not_for_no
from agent.brains.embedded.fragments import Fragments
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.overlooked import asks_when, with_what_is_added, without_the_refused
from agent.brains.embedded.pending import CANCEL, OFF_FIRST, PendingPlan
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.refining import Refinements
from agent.brains.embedded.two_steps import in_two_steps
from agent.brains.embedded.unscheduling import calls_off_a_schedule, unscheduled
from agent.brains.embedded.widening import only_asks, only_what_is_said
from agent.dialogue import reads
from tools.calls import Call

_DO_IT = re.compile(
    r"^(?:ok(?:ay)?|then|so|well|right|good|great|fine|alright|please|and|now|in that case|yes|"
    r"yeah|yep|sure|[,. !])*"
    r"(?:please )?(?:do|go ahead and do|let'?s do|just do) (?:it|that|so)\b",
    re.IGNORECASE,
)


def _drops_a_schedule(reading: Reading) -> bool:
    """ "delete that task", with the schedules in view."""
    frames = [f for f in reading.frames if f.changes and not f.negated and not f.about]
    return (
        len(frames) == 1
        and frames[0].tool == "delete_vms"
        and not frames[0].chosen.real
        and not frames[0].chosen.unknown
        and bool({"task", "schedule", "job", "entry", "it", "that"} & set(reading.words))
    )


class Followups(Fragments):
    """Reads a turn against the memory of its conversation."""

    def understand(self, reading: Reading, said: str | None) -> Understanding | None:
        """The understanding, or None where the turn stands on its own."""
        if sed := next((i for i in reading.items if i.has("sed")), None):
            return self._substituted(sed.get("sed"))
        memory = self.memory
        if memory.asked is not None:
            reading = with_not_for_no(reading, self.reader)
        if (
            said == "no"
            and memory.pending is None
            and reading.has_change
            and any(f.chosen.refers is not None or f.chosen.real for f in reading.frames)
            and memory.targets
        ):
            said = None
        if memory.asked is not None:
            called_off = OFF_FIRST.match(reading.text) and CANCEL.search(reading.text)
            ends_off = reads(reading.text.rstrip(" .!").rpartition(".")[2]) == "no"
            if (called_off or ends_off) and not reading.has_change:
                return Understanding("cancel")
            if said == "no" or (
                not reading.frames
                and CANCEL.search(reading.text)
                and not self._has_entities(reading)
            ):
                return Understanding("cancel")
            answer = Answering(self.context, self.reader, self.builder).understand(reading)
            if answer is not None:
                return answer
        if memory.pending is not None and only_asks(reading) and reading.frames:
            return None
        if memory.pending is not None:
            understood = in_two_steps(reading, self.context, self.reader)
            if understood is None:
                plan = PendingPlan(self.context, self.reader, self.builder)
                understood = plan.understand(reading)
            understood = only_what_is_said(reading, understood, memory, self.builder.inventory)
            if question := asks_when(reading, understood, memory):
                return question
            understood = with_what_is_added(reading, understood, memory, self.builder.inventory)
            understood = without_the_refused(reading, understood, self.builder.inventory)
            if held := beside_a_yes(reading, understood, memory, self.builder.inventory):
                return held
            if puts_right(reading):
                return replies.ask("What shall be otherwise in the plan that waits?")
        elif calls_off_a_schedule(reading) or (
            (memory.calls and memory.calls[-1].tool == "list_schedules")
            and (said == "no" or CANCEL.search(reading.text) or _drops_a_schedule(reading))
        ):
            return unscheduled(self.context, reading.words)
        elif (said == "no" and not (reading.has_change and not memory.targets)) or (
            not reading.frames and CANCEL.search(reading.text) and not self._has_entities(reading)
        ):
            return Understanding("cancel")
        if memory.calls:
            refinements = Refinements(self.context, self.reader, self.builder)
            return refinements.repeated(reading) or refinements.refined(reading)
        return None

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


def _replace(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return value.replace(old, new)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {k: v if k == "tool" else _replace(v, old, new) for k, v in fields.items()}
    if isinstance(value, list):
        return [_replace(v, old, new) for v in cast("list[Any]", value)]
    return value
