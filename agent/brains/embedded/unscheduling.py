"""Which schedules shall end: "cancel both" after a look at them, "cancel all schedules"."""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from tools.calls import Call

_EVERY = frozenset({"all", "both", "every", "each", "everything"})
_ENDS = re.compile(
    r"(?:(?:please|pls|ok(?:ay)?|now|then|can you|could you)[, ]+)*"
    r"(?:cancel|end|drop|remove|delete|clear|scrap|stop) "
    r"(?:(?:all|both|every|each|the|that|this|my|of|those|these|two)[ ]+)*schedules?"
    r"(?:,? (?:please|now|too|again))*",
    re.IGNORECASE,
)


_THE_SCHEDULE = re.compile(
    r"\b(?:cancel|drop|scrap|forget|abort|call off|never ?mind|bin|ditch|undo|withdraw)(?: about)? "
    r"(?:the|that|this|my|our) (?:whole )?(?:schedule|timer|timing|scheduled \w+)\b"
    r"(?! (?:for|of|on)\b)",
    re.IGNORECASE,
)


_FORBIDDEN = re.compile(
    r"(?:n[o']t|never|no (?:need|reason) to|without)(?: (?:want|need|have|going|ever|yet|you|to|"
    r"please|just))* $",
    re.IGNORECASE,
)
""" "don't cancel the schedule"."""


def calls_off_a_schedule(reading: Reading) -> bool:
    """ "bad idea, cancel that schedule", where no plan waits."""
    named = any(i.is_entity or i.has("unknown_name") for i in reading.items)
    found = _THE_SCHEDULE.search(reading.text)
    if found is None or named or "?" in reading.text:
        return False
    return _FORBIDDEN.search(reading.text[: found.start()]) is None


def ends_schedules(text: str) -> bool:
    """ "cancel the schedule", "please drop both schedules": of no machine, by no name."""
    return _ENDS.fullmatch(text.strip(" .!?")) is not None


def unscheduled(context: Context, words: Collection[str]) -> Understanding:
    """The schedules that shall end, or the question which of them."""
    rows = context.read(Call(tool="list_schedules")).rows
    ids = [str(row["id"]) for row in rows]
    if not ids:
        return Understanding("cancel")
    if len(ids) == 1 or _EVERY & set(words):
        calls = tuple(Call(tool="cancel_schedule", args={"schedule": one}) for one in ids)
        return Understanding("calls", calls)
    frame = {
        "from": "brain",
        "kind": "argument",
        "argument": "schedule",
        "call": Call(tool="cancel_schedule", args={}).to_dict(),
    }
    return replies.ask(f"Which schedule: {replies.listed(ids)}?", ids, frame)
