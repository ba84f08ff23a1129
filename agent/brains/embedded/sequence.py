"""Times one after another: "stop it at 8pm and start it at 7" starts it the next morning."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from tools.calls import Call, When

_THEN = {
    ("stop_vms", "start_vms"), ("start_vms", "stop_vms"),
    ("suspend_vms", "resume_vms"), ("resume_vms", "suspend_vms"),
}  # fmt: skip
_SENSELESS = {("start_vms", "stop_vms"), ("resume_vms", "suspend_vms")}
"""At one moment; a stop and a start are a restart."""
_BARE_HOUR = re.compile(
    r"\b(?:at|by|around|from|until|till)\s+(?P<hour>\d{1,2})(?:[:.]\d\d)?\b(?!\s?[ap]\.?\s?m\b|\s?%)",
    re.IGNORECASE,
)


def in_sequence(understood: Understanding, text: str) -> Understanding:
    """The calls with each act that takes an earlier one back after it."""
    made: list[Call] = []
    for call in understood.calls:
        before = made[-1] if made else None
        if before is not None and _at_once(before, call):
            act = call.tool.removesuffix("_vms")
            return replies.ask(f"When shall I {act} it? I would {before.tool[:-4]} it now.")
        made.append(call if before is None else after(before, call, text))
    return replace(understood, calls=tuple(made)) if made else understood


def _at_once(before: Call, call: Call) -> bool:
    """Whether one takes the other back at the same moment: then a time was not understood."""
    now = before.when is None and call.when is None
    return now and (before.tool, call.tool) in _SENSELESS and before.selector == call.selector


def after(before: Call, call: Call, text: str) -> Call:
    """The call, later where it takes an earlier one back and would come before it.

    Args:
        text: the words: an hour said without am or pm may be that of the other half of the day.
    """
    if _is_of_others(before, call):
        return call
    first, then = _at(before), _at(call)
    if first is None or then is None or not _takes_back(before, call) or then > first:
        return call
    if f"{then:%A}".casefold() in text.casefold():
        return call.model_copy(update={"when": When(at=_a_week_on(then, first).isoformat())})
    said = [int(found["hour"]) for found in _BARE_HOUR.finditer(text)]
    open_hours = {hour % 12 for hour in said if hour <= 12}
    step = timedelta(hours=12 if then.hour % 12 in open_hours else 24)
    while then <= first:
        then += step
    return call.model_copy(update={"when": When(at=then.isoformat())})


def _takes_back(before: Call, call: Call) -> bool:
    """Whether the second takes the first back: a start after a stop, or another value later."""
    if before.tool == call.tool == "scale_group":
        return before.args.get("group") == call.args.get("group")
    if before.tool == call.tool and call.tool in ("resize_vms", "migrate_vms"):
        return before.selector == call.selector
    return (before.tool, call.tool) in _THEN


def _a_week_on(then: datetime, first: datetime) -> datetime:
    """The same day of the week, after the first act."""
    while then <= first:
        then += timedelta(days=7)
    return then


def _is_of_others(before: Call, call: Call) -> bool:
    """Whether both name machines, and not one of them is the same."""
    if before.selector is None or call.selector is None:
        return False
    named, more = before.selector.names, call.selector.names
    return bool(named and more) and not set(named or ()) & set(more or ())


def _at(call: Call) -> datetime | None:
    return datetime.fromisoformat(call.when.at) if call.when and call.when.at else None
