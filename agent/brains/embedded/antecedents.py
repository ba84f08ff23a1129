"""What "that host", "over there", "the former", "such machines" or "his" of a request stand for.

They are put in place before the request is read, by the very words of the statements around it; a
pronoun such as "it" or "those" is left to `references`. Where the statements leave it open which is
meant, nothing is put in place.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import datetime

from agent.brains.embedded.items import Item
from agent.brains.embedded.phrases import PLACES
from agent.brains.embedded.timing import Time

_PLACE = re.compile(
    r"(?:over |up |down |out )?there|(?:that|this|the same|said|the said) (?:host|hypervisor|node|"
    r"region|zone|site|location|place|cloud|provider|office|data ?cent(?:re|er)|one)",
)
_FIRST = re.compile(r"(?:the )?(?:former|first(?: one)?|first named)")
_SECOND = re.compile(r"(?:the )?(?:latter|second(?: one)?|last(?: one)?|last named)")
_SUCH = re.compile(r"such(?: an?)?")
_OWNED = re.compile(r"(?:of |by )?(?:his|hers|her|theirs|their)")
_LONGEST = 4


def put_in_place(request: Sequence[Item], told: Sequence[Item]) -> list[Item]:
    """The items of a request, with what stands for something told replaced by it."""
    found: list[Item] = []
    k = 0
    while k < len(request):
        for end in range(min(len(request), k + _LONGEST), k, -1):
            words = " ".join(w for i in request[k:end] for w in i.words)
            meant = None if _is_more(request[k:end]) else _meant(words, request, end, told)
            if words == "it" and k and request[k - 1].words[-1:] == ("on",):
                named = any(i.has("names") for i in told)
                meant = [] if named else _only([i for i in told if _fields(i) & PLACES])
            if meant:
                found.extend(dataclasses.replace(i, used="", possessive=False) for i in meant)
                k = end
                break
        else:
            found.append(request[k])
            k += 1
    return found


def on_the_host_told(items: list[Item]) -> list[Item]:
    """ "esx-03 goes down at 20:00. Move whatever is running on it": the one host told."""
    for k in range(2, len(items)):
        place = items[k].words == ("it",) and items[k - 1].words[-1:] in (("on",), ("off",))
        its = items[k].words == ("its",) and items[k + 1 : k + 2] and items[k + 1].has("noun")
        if not (place or its or items[k].words == ("there",)) or items[k].is_entity:
            continue
        led = next((n for n in range(k - 1, 0, -1) if items[n].has("stop", "comma", "colon")), 0)
        told = items[:led]
        hosts = [i for i in told if _fields(i) == {"host"}]
        if any(i.has("names", "stem", "noun", "unknown_name") for i in told) or not _only(hosts):
            continue
        if any(i.has("names", "pron", "to") and i is not items[k] for i in items[led:k]):
            continue
        words = ("on", *hosts[0].words) if items[k].words == ("there",) else hosts[0].words
        meant = dataclasses.replace(hosts[0], used="", possessive=False, words=words)
        items = [*items[:k], meant, *items[k + 1 :]]
    return items


def at_the_time_told(items: list[Item]) -> list[Item]:
    """ "On Saturday at noon we switch the line, please stop print-srv then": the time told."""
    k = next((k for k in range(3, len(items)) if _is_then(items, k)), None)
    if k is None:
        return items
    led = max((n for n in range(k) if items[n].has("comma", "stop", "dash")), default=None)
    times = [i for i in items[:k] if i.has("time") and _moment_of(i) is not None]
    if led is None or len(times) != 1 or items.index(times[0]) > led:
        return items
    time = times[0]
    meant = dataclasses.replace(items[k], kinds={"time": _moment_of(time)})
    told = dataclasses.replace(time, kinds={"plain": time.text})
    return [meant if i is items[k] else told if i is time else i for i in items]


def _is_then(items: Sequence[Item], k: int) -> bool:
    """ "then" or "at that time" after machines, where its sentence ends."""
    after = next((i for i in items[k + 1 :] if not i.has("ask")), None)
    ends = after is None or after.has("stop", "comma")
    before = items[k - 1]
    if before.words in (("down",), ("up",), ("off",), ("on",), ("again",)) and k > 1:
        before = items[k - 2]
    return ends and items[k].words == ("then",) and (before.is_entity or before.has("noun", "pron"))


def _moment_of(item: Item) -> Time | None:
    """The moment that is said, or until when something was said to be."""
    time = item.get("time")
    if time.is_moment:
        return time
    until = time.until
    return until if until is not None and until.is_moment and time.clock is None else None


def with_day_told(request: list[Item], told: Sequence[Item], now: datetime) -> list[Item]:
    """ "Alice comes back tomorrow; start alice-dev at 8:30", said at ten: tomorrow is meant."""
    times = [t for i in told if (t := i.get("time")) is not None and t.day]
    days = {t.day for t in times}
    if len(days) != 1 or (day := days.pop()) is None or day <= now.date():
        return request
    clocks = [t.clock for t in times if t.clock]
    made: list[Item] = []
    for item in request:
        time = item.get("time")
        if time is None or not _is_bare_clock(time):
            made.append(item)
            continue
        gone = time.clock < (now.hour, now.minute)
        if _shortly_before(time.clock, clocks) if clocks else gone:
            made.append(
                dataclasses.replace(item, kinds={"time": dataclasses.replace(time, day=day)})
            )
        else:
            made.append(item)
    return made


def _shortly_before(clock: tuple[int, int], clocks: Sequence[tuple[int, int]]) -> bool:
    """ "our demo is tomorrow at 10, start it at 9": the hours that lead to what was told."""
    return all(clock <= told and told[0] - clock[0] <= _LEADS for told in clocks)


_LEADS = 6
"""So many hours before an event something is done for it."""


def _is_bare_clock(time: Time) -> bool:
    """Whether it is a clock, and no day is said with it."""
    bare = time.clock is not None and time.half_day in (None, "exact")
    return bare and time.is_moment and time.day is None and time.after is None


def _is_more(run: Sequence[Item]) -> bool:
    """Whether a run says more than what it stands for."""
    return any(i.is_entity or i.has("names", "comma", "stop") for i in run)


def _meant(words: str, request: Sequence[Item], end: int, told: Sequence[Item]) -> list[Item]:
    if _PLACE.fullmatch(words):
        return _only([i for i in told if _fields(i) & PLACES])
    if _FIRST.fullmatch(words) or _SECOND.fullmatch(words):
        named = any(i.has("names") for i in request[:end])
        pair = [] if named else _pair(told)
        closed = end == len(request) or not request[end].has("noun", "number")
        first = _FIRST.fullmatch(words) is not None
        return [pair[0 if first else 1]] if pair and closed else []
    if _SUCH.fullmatch(words):
        return _described(told)
    if _OWNED.fullmatch(words):
        return _only([i for i in told if _fields(i) & {"tags.owner", "tags.team"}])
    return []


def _fields(item: Item) -> set[str]:
    return set() if item.has("names") else {name for name, _ in item.get("value") or ()}


def _only(items: Sequence[Item]) -> list[Item]:
    """The one thing that is meant, or nothing where there are several."""
    return [items[0]] if len({" ".join(i.words) for i in items}) == 1 else []


def _pair(told: Sequence[Item]) -> list[Item]:
    """The two that were spoken of, in order: machines before places and people."""
    for kind in (
        [i for i in told if i.has("names")],
        [i for i in told if i.is_entity and not i.has("names")],
    ):
        different = list({" ".join(i.words): i for i in kind}.values())
        if different:
            return different if len(different) == 2 else []
    return []


def _described(told: Sequence[Item]) -> list[Item]:
    """ "Some guests in Frankfurt are suspended or paused": what described them."""
    found: list[Item] = []
    for k, item in enumerate(told):
        if item.is_entity or item.has("state", "os"):
            before = told[k - 1] if k else None
            if found and before is not None and before.has("or", "and"):
                found.append(before)
            found.append(item)
    return found
