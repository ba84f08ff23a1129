"""A pending plan put right by one word: another count, length, name or snapshot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from agent.brains.base import Context
from agent.brains.embedded.calls import OPPOSITE
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.lengths import length_at, unit_length
from agent.brains.embedded.numbers import number_at
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.timing import Time
from tools.calls import Call, When

_ABSOLUTE = frozenset({"total", "altogether", "to", "all", "set"})
_MORE = frozenset({"add", "more", "another", "extra", "additional", "up", "plus"})
_FEWER = frozenset({"fewer", "less", "remove", "minus", "off"})


def put_right(reading: Reading, context: Context, now: datetime) -> tuple[Call, ...] | None:
    """The calls of the plan with one figure, length or name in place of another, or None."""
    pending = context.memory.pending
    if pending is None or "?" in reading.text or not reading.items:
        return None
    calls = pending.calls
    if made := _lasting(calls, reading, now):
        return made
    if len(calls) != 1:
        return None
    call = calls[0]
    if call.tool == "scale_group":
        args = _recounted(call, reading)
        return None if args is None else (call.model_copy(update={"args": args}),)
    if call.tool == "restore_snapshot" and _the_newest(reading):
        args = {k: v for k, v in call.args.items() if k != "snapshot"}
        return (call.model_copy(update={"args": args}),)
    if call.tool in ("restore_snapshot", "delete_snapshots") and "snapshot" in call.args:
        return _other_snapshot(call, reading, context)
    if call.tool in ("clone_vm", "snapshot_vms", "create_vms"):
        return _renamed(call, reading)
    return None


def _figures(reading: Reading) -> list[int]:
    """The whole figures of a turn that count something."""
    found = [
        i.get("number")
        for i in reading.items
        if i.has("number") and not i.has("amount", "time", "percent", "names")
    ]
    for quoted in (i.get("quote").split() for i in reading.items if i.has("quote")):
        said = number_at([w.strip(".,;!").casefold() for w in quoted], 0) if quoted else None
        if said is not None and len(quoted) < 5:  # "the ticket says four": a figure is no command
            found.append(said[0])
    return [int(n) for n in dict.fromkeys(found) if n == int(n)]


def _recounted(call: Call, reading: Reading) -> dict[str, Any] | None:
    """ "one will do", "it says four": a difference stays a difference, a total a total."""
    words = set(reading.words)
    named = [i for i in reading.items if i.is_entity and not i.has("number", "group", "value")]
    if named or any(i.has("wh", "amount") for i in reading.items[:2]):
        return None
    if any(i.has("time") for i in reading.items):
        return None
    groups = {
        v for i in reading.items for n, vs in i.get("value") or () if n == "group" for v in vs
    }
    if groups - {call.args["group"]}:
        return None
    was = {call.args.get("count"), abs(call.args.get("change") or 0)}
    figures = _figures(reading)
    figures = [n for n in figures if n not in was] if len(figures) > 1 else figures
    if len(figures) != 1:
        return None
    group = {"group": call.args["group"]}
    change = call.args.get("change")
    if words & (_MORE | _FEWER) and not words & {"too"} and not words & _ABSOLUTE:
        return {**group, "change": -figures[0] if words & _FEWER else figures[0]}
    if change and not call.args.get("count") and not words & (_ABSOLUTE | {"down"}):
        return {**group, "change": figures[0] if change > 0 else -figures[0]}
    return {**group, "count": figures[0]}


def _lasting(calls: Sequence[Call], reading: Reading, now: datetime) -> tuple[Call, ...] | None:
    """ "make it three hours", of a stop for two: the way back comes later or sooner."""
    if len(calls) != 2 or not _there_and_back(*calls):
        return None
    if any(i.is_entity or i.has("wh", "time") for i in reading.items):
        return None
    begin = _moment(calls[0].when) or now
    end = _moment(calls[1].when)
    assert end is not None
    said = _length(reading, end - begin)
    if said is None:
        return None
    words = set(reading.words)
    if words & {"longer", "more", "extra", "later"}:
        end += said
    elif words & {"shorter", "less", "earlier", "sooner"}:
        end -= said
    else:
        end = begin + said
    if end <= begin:
        return None
    at = When(at=end.replace(microsecond=0).isoformat())
    return calls[0], calls[1].model_copy(update={"when": at})


def _there_and_back(there: Call, back: Call) -> bool:
    return (
        OPPOSITE.get(there.tool) == back.tool
        and there.selector == back.selector
        and back.when is not None
        and back.when.at is not None
        and (there.when is None or there.when.at is not None)
    )


def _length(reading: Reading, before: timedelta) -> timedelta | None:
    """The one length of time that is said; a bare figure is in the unit of before."""
    words = list(reading.words)
    lengths: list[timedelta] = []
    k = 0
    while k < len(words):
        found = length_at(words, k)
        if found is not None:
            lengths.append(found[0])
        k = found[1] if found is not None else k + 1
    unit = "hour" if before % timedelta(hours=1) == timedelta() else "minute"
    for n in _figures(reading):
        if (bare := unit_length(unit, n)) is not None:
            lengths.append(bare)
    rest = [n for n in dict.fromkeys(lengths) if n != before or len(set(lengths)) == 1]
    return rest[0] if len(rest) == 1 else None


def with_its_way_back(calls: Sequence[Call], old: Call, new: Call, now: datetime) -> list[Call]:
    """The calls, where the first of a there and back was put at another time: it lasts as long."""
    made = list(calls)
    if len(made) != 2 or made[0] is not new or new.when == old.when:
        return made
    back = made[1]
    if is_way_back(new, back) and new.when is not None and new.when.cron and back.when:
        return [new, _on_the_same_days(back, old, new)]
    begin, end = _moment(new.when), _moment(back.when)
    if OPPOSITE.get(new.tool) != back.tool or end is None or begin is None:
        return made
    moved = begin + (end - (_moment(old.when) or now))
    at = When(at=moved.replace(microsecond=0).isoformat())
    return [new, back.model_copy(update={"when": at})]


def is_way_back(there: Call, back: Call) -> bool:
    """Whether the second of two calls at a time takes the first back."""
    timed = there.when is not None and back.when is not None
    return timed and OPPOSITE.get(there.tool) == back.tool and there.selector == back.selector


def on_its_days(tool: str, time: Time, last: Call) -> When | None:
    """ "and start it again at 7 in the morning", of what stops it regularly: on the same days."""
    cron = last.when.cron if last.when is not None else None
    bare = time.clock is not None and time.day is None and not time.recurs
    if cron is None or not bare or OPPOSITE.get(last.tool) != tool or time.clock is None:
        return None
    hour, minute = time.clock
    return When(cron=" ".join([str(minute), str(hour), *cron.split()[2:]]))


def _on_the_same_days(back: Call, old: Call, new: Call) -> Call:
    """The way back of a regular there and back, on the other days of its beginning."""
    cron = back.when.cron if back.when is not None else None
    before = old.when.cron if old.when is not None else None
    after = new.when.cron if new.when is not None else None
    if after and cron is None and before is None and (end := _moment(back.when)) is not None:
        regular = f"{end.minute} {end.hour} * * {after.split()[4]}"
        return back.model_copy(update={"when": When(cron=regular)})
    if not (cron and before and after) or cron.split()[4] != before.split()[4]:
        return back
    days = after.split()[4]
    return back.model_copy(update={"when": When(cron=" ".join([*cron.split()[:4], days]))})


def _moment(when: When | None) -> datetime | None:
    return datetime.fromisoformat(when.at) if when is not None and when.at is not None else None


_NEWEST = frozenset({"latest", "newest", "recent", "last", "freshest"})
_OTHERWISE = frozenset(
    {"not", "no", "the", "one", "instead", "rather", "i", "meant", "mean", "please", "most",
     "sorry", "actually", "wrong", "snapshot", "take", "use", "it", "is", "be", "should", "ok",
     "wait", "from", "a", "hm", "hmm", "oh", "to", "make", "that", "would", "better", "then",
     "have", "prefer", "want", "like", "d", "go", "for", "with"}
)  # fmt: skip


def _the_newest(reading: Reading) -> bool:
    """ "the latest one instead", "use the newest"."""
    words = set(reading.words)
    return bool(words & _NEWEST) and words <= _NEWEST | _OTHERWISE


def _other_snapshot(call: Call, reading: Reading, context: Context) -> tuple[Call, ...] | None:
    """ "no, snap-1", "the latest one instead": another snapshot of the same machine."""
    rows = context.read(Call(tool="list_snapshots", selector=call.selector)).rows
    known = [str(row["snapshot"]) for row in rows]
    said = [w.strip(".,;:!'\"()").casefold() for w in reading.text.split()]
    meant = {
        name
        for name in known
        for w in said
        if len(w) > 2 and any(c.isdigit() for c in w) and name.casefold().endswith(w)
    } - {call.args["snapshot"]}
    if len(meant) != 1:
        return None
    args = {**call.args, "snapshot": meant.pop()}
    return (call.model_copy(update={"args": args}),)


_NAME = r"([a-z0-9][\w.-]*[\w])"
_NAMES = re.compile(
    rf"\b(?:name|call) (?:it|the \w+|this|that) (?:rather |better )?{_NAME}|"
    rf"\b(?:the |its )?name (?:should|must|shall|has to|ought to|would)? ?(?:be|is) (?:rather )?"
    rf"{_NAME}|\b(?:i meant? )?{_NAME} (?:for|as) (?:the|its) name|"
    rf"\bnamed? {_NAME} (?:instead|rather)",
    re.IGNORECASE,
)
_ONLY_A_NAME = re.compile(
    rf"(?:(?:no|hm+|oh|sorry|wait|actually|rather|better|make (?:it|that)|i meant?|wrong|not that|"
    rf"correction|it is|it'?s)[,.: ]+)+{_NAME}(?:[, ]+(?:instead|rather|please|sorry))*[.!]*$|"
    rf"{_NAME},? (?:instead|rather)[.!]*$",
    re.IGNORECASE,
)


def _renamed(call: Call, reading: Reading) -> tuple[Call, ...] | None:
    """ "no, I meant carol-lab for the name": a new thing's name, where it has another."""
    text = reading.text.strip()
    if not call.args.get("name"):
        return None
    found = _NAMES.search(text)
    if found is None:
        found = _ONLY_A_NAME.match(text)
        strange = [i for i in reading.items if i.has("unknown_name")]
        if found is None or len(strange) != 1:
            return None
    name = next(g for g in found.groups() if g)
    if name.casefold() in ("should", "be", "it", "the", "that", "not", "instead", "something"):
        return None
    args = {**call.args, "name": name.rstrip(".")}
    return (call.model_copy(update={"args": args}),)


_CUT = re.compile(r"(?<=[.,;!])\s+")


def without_what_stands(reading: Reading, calls: Sequence[Call], reader: Reader) -> Reading:
    """ "small has only 1 core, make it medium": what is said of the present value is set aside."""
    parts = _CUT.split(reading.text)
    given = {str(v).casefold() for c in calls for v in c.args.values() if isinstance(v, str)}
    fields = [
        (n, v.casefold()) for i in reading.items for n, vs in i.get("value") or () for v in vs
    ]
    stands = [n for n, v in fields if v in given and n in ("size", "host", "region", "image")]
    others = {v for n, v in fields if n in stands and v not in given}
    if len(parts) < 2 or not stands or len(others) != 1:
        return reading
    wanted = others.pop()
    k = next((k for k, p in enumerate(parts) if k and wanted in p.casefold()), None)
    if k is None or any(g in p.casefold().split() for p in parts[k:] for g in given):
        return reading
    return reader.read(" ".join(parts[k:]))
