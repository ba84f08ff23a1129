"""When a change shall happen, and for how long."""

from __future__ import annotations

from dataclasses import replace

from agent.brains.embedded.arguments.disks import bare_size
from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.moments import Time
from agent.brains.embedded.scan import Item
from agent.brains.embedded.tools import CHANGES


def take_time(tool: str, clause: Clause, said: Said) -> None:
    """Take when it shall happen out of a change's clause."""
    size = bare_size(clause.items) if tool in ("resize_disk", "attach_disk") else None
    for item in clause.items:
        time = item.get("time")
        if time is None or item.used or item.is_entity or item is size:
            continue
        if _is_name(tool, clause, item):
            continue
        if tool in CHANGES:
            if _is_denied(clause, item):
                item.used = "not then"
                continue
            if _is_age(clause, item):
                continue
            if _ends_it(clause, item, said):
                said.until, item.used = time, "until then"
                _same_day(said, time)
                continue
            if time.until is not None and time.day is None and time.clock is None:
                said.until, item.used = time.until, "until then"
            elif time.lasts is not None:
                said.lasts, item.used = time.lasts, "for so long"
            elif time.window is None:
                said.time = _of_the_act(clause, item, said.time) or _joined(said.time, time)
                said.until = said.until or time.until
                item.used = "when"
            else:
                continue
        elif time.window is not None:
            continue
    _agree(said)


def _of_the_act(clause: Clause, item: Item, told: Time | None) -> Time | None:
    """ "demo tomorrow at 3pm, start analytics-2 at 2pm": the event's day, and the act's hour."""
    time, items = item.get("time"), clause.items
    verb = items.index(clause.verb) if clause.verb in items else len(items)
    if told is None or told.clock is None or time.clock is None or items.index(item) < verb:
        return None
    event = next((k for k, i in enumerate(items) if i.used == "when"), verb)
    apart = any(i.has("comma", "dash", "colon") for i in items[event:verb])
    if told.recurs or time.recurs or not apart or not any(i.has("plain") for i in items[:event]):
        return None
    return replace(time, day=time.day or told.day)


def _is_name(tool: str, clause: Clause, item: Item) -> bool:
    """ "a snapshot called weekly", "and call it nightly": no time."""
    k = clause.items.index(item)
    before = [w for i in clause.items[max(0, k - 2) : k] for w in i.words]
    named = before[-1:] != [] and before[-1] in ("called", "named", "titled")
    told = len(before) > 1 and before[-2] in ("call", "name") and before[-1] in ("it", "them")
    return tool in ("snapshot_vms", "create_vms", "clone_vm") and (named or told)


def _same_day(said: Said, end: Time) -> None:
    """ "from 1 to 3pm tomorrow": the day holds for both."""
    begin = said.time
    if begin is None or begin.day is not None or begin.clock is None or end.clock is None:
        return
    if end.clock > begin.clock:
        said.time = replace(begin, day=end.day)


def _agree(said: Said) -> None:
    """What was said of the beginning or the end alone holds for both: "from 2 to 4am, daily"."""
    begin, end = said.time, said.until
    if begin is None or end is None or begin.clock is None or end.clock is None:
        return
    (hour, minute), until = begin.clock, end.clock[0]
    if end.recurs and not begin.recurs and begin.day is None:
        begin = replace(begin, days=end.days, month_day=end.month_day)
    elif begin.recurs and not end.recurs:
        said.until = replace(end, days=begin.days, month_day=begin.month_day)
    if begin.half_day is None and end.half_day is not None and hour <= 12:
        late = until >= 12 and hour < until - 12
        begin = replace(begin, clock=(hour + 12 * late, minute), half_day=end.half_day)
    said.time = begin


def _ends_it(clause: Clause, item: Item, said: Said) -> bool:
    """ "from 2 to 4am", "off at 6pm and on again at 8am": the time at which it is over."""
    k = clause.items.index(item)
    if said.time is None or said.until is not None or item.get("time").clock is None:
        return False
    between = clause.items[max(0, k - 4) : k]
    last = next((n for n, i in enumerate(between) if i.used == "when"), None)
    if last is None:
        return False
    led = between[last].words[:1] in (("from",), ("between",))
    words = [w for i in between[last + 1 :] for w in i.words]
    if led and words in (["to"], ["until"], ["till"], ["-"], ["and"]):
        return True
    if words == ["and"] and item.words[:1] != () and item.words[0] in ("on", "off", "up", "back"):
        return bool({"at", "from", "by"} & set(item.words[1:3]))
    back = words[:1] == ["and"] and set(words[1:]) & {"on", "up", "back", "off"}
    return bool(back) and set(words) <= {"and", "then", "on", "up", "back", "again", "off", "it"}


def _is_denied(clause: Clause, item: Item) -> bool:
    """ "only on sundays, not every night"."""
    k = clause.items.index(item)
    others = any(i is not item and i.has("time") for i in clause.items)
    return others and k > 0 and clause.items[k - 1].words == ("not",)


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
        days=second.days if second.days and first.days in ("1", "*") else first.days or second.days,
        month_day=first.month_day or second.month_day,
        every=first.every or second.every,
        after=first.after or second.after,
        half_day=first.half_day or second.half_day,
    )
