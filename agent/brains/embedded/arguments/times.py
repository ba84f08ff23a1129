"""When a change shall happen, and for how long."""

from __future__ import annotations

from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.moments import Time
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES


def take_time(tool: str, clause: Clause, said: Said) -> None:
    """Take when it shall happen out of a change's clause."""
    for item in clause.items:
        time = item.get("time")
        if time is None or item.used or item.is_entity:
            continue
        if tool in CHANGES:
            if _is_age(clause, item):
                continue
            if time.until is not None and time.day is None and time.clock is None:
                said.until, item.used = time.until, "until then"
            elif time.lasts is not None:
                said.lasts, item.used = time.lasts, "for so long"
            elif time.window is None:
                said.time = _joined(said.time, time)
                said.until = said.until or time.until
                item.used = "when"
            else:
                continue
        elif time.window is not None:
            continue


def _is_age(clause: Clause, item: Item) -> bool:
    k = clause.items.index(item)
    return any(
        i.has("cmp") or i.words[:1] in (("created",), ("since",), ("older",))
        for i in clause.items[max(0, k - 2) : k]
    )


def _joined(first: Time | None, second: Time) -> Time:
    """Two time expressions of one clause: "tonight … at 11", "every weekday … at 22:00"."""
    if first is None:
        return second
    return Time(
        day=first.day or second.day,
        clock=second.clock or first.clock
        if not first.clock or first.half_day in ("night", "morning", "evening")
        else first.clock,
        days=first.days or second.days,
        month_day=first.month_day or second.month_day,
        every=first.every or second.every,
        after=first.after or second.after,
        half_day=first.half_day or second.half_day,
    )
