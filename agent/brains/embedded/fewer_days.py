"""Other days for a regular plan that waits: fewer of them, or those that are meant among days that
are only told of.

"not on fridays" leaves Friday out of the plan's days; "on fridays they work until late, so only
from monday to thursday" tells of one day and means others. Another hour on some of the days is
asked about: a machine has one such plan.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.retiming import numbered_days
from agent.brains.embedded.timing import DAYS
from tools.calls import Call, When

_ANEW = "On which days at what time? Say the whole plan anew, please."

_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?|weds?|thurs?|thu|fri|sat|sun)"
_DAYS = re.compile(
    rf"\b(?:(?P<first>{_DAY})\s*(?:to|through|thru|till|until|-|\u2013)\s*(?P<last>{_DAY})|"
    rf"(?P<some>{_DAY}(?:\s*(?:,? and|,? or|,|\+|&)\s*(?:every |the |on )?{_DAY})*)|"
    r"(?P<week>(?:week|working |work)days?)|(?P<end>(?:the )?weekends?))(?![\w-])",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:not|without|except|excluding|exclude|minus|skip|skipping|drop|dropping|omit|never|"
    r"leave out|apart from|other than|(?:everything|every ?day|all(?: days)?|always) but|but not|"
    r"no)|n't)(?: (?:need|want|use|work|run))?"
    r"(?: (?:it|them|this|that))?(?: (?:for|on|in|the|every|each|any|this|that|at|all|to))*\s*$",
    re.IGNORECASE,
)
_NOT_THEN = re.compile(r"^\s*(?:is |are )?(?:not|no)\b(?! only)", re.IGNORECASE)
_SPARES = re.compile(r"\b(?:not|without|except|skip|leave|spare)\b|n't\b", re.IGNORECASE)
_TURNED = re.compile(r"\b(?:instead|rather|meant|mean)\b", re.IGNORECASE)
_MEANT = re.compile(r"\b(?:only|just|so|make|please|therefore|better|rather|then)\b", re.IGNORECASE)
_TELLS = re.compile(
    r"\b(?:they|we|people|it|he|she|there|users?|everyone|everybody|nobody|the \w+|is|are|has|"
    r"have|work|works|stay|stays|our)\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"[,.;:!]\s*(?=\D)|\b(?:so|because|since)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Days that a turn speaks of."""

    days: frozenset[int]
    start: int
    end: int
    denied: bool


def with_other_days(reading: Reading, calls: Sequence[Call]) -> Understanding | None:
    """The plan on the days that are meant, a question, or None where other readers know better."""
    text = reading.text.replace("\u2019", "'")
    timed = [c for c in calls if c.when is not None and c.when.cron is not None]
    named = any(i.has("names", "unknown_name", "tag") for i in reading.items)
    if not timed or len(timed) < len(calls) or "?" in text or len(text) > _LONG:
        return None
    if named:
        only_then = _spoken_of(text) and _SPARES.search(text)
        return replies.ask(_ANEW) if only_then else None
    kept = {frozenset(numbered_days((c.when.cron or "").split()[4])) for c in timed if c.when}
    spoken = _spoken_of(text)
    if len(kept) != 1 or not spoken:
        return None
    before = next(iter(kept))
    clocks = {i.get("time").clock for i in reading.items if i.has("time")} - {None}
    denied = [s for s in spoken if s.denied]
    if denied and len(denied) == len(spoken) and not _TURNED.search(text):
        gone = frozenset(d for s in denied for d in s.days)
        return replies.ask(_ANEW) if clocks else _without(calls, before, gone)
    meant = [s for s in spoken if not s.denied]
    apart = len(meant) == 1 and denied and not any(s.days & meant[0].days for s in denied)
    if apart and not clocks and re.search(r"\b(?:only|just)\b", text, re.IGNORECASE):
        return Understanding("revise", tuple(_on(c, meant[0].days) for c in calls))
    besides = meant and meant[0].days < before and re.search(r"\b(?:though|but)\b", text)
    if clocks and (len(spoken) > 1 or besides):
        return replies.ask(_ANEW)
    if len(spoken) > 1 and not denied:
        return _among_the_told(text, spoken, calls)
    return None


_LONG = 300


def _spoken_of(text: str) -> list[_Spoken]:
    found: list[_Spoken] = []
    for match in _DAYS.finditer(text):
        if match["first"]:
            first, last = _number(match["first"]), _number(match["last"])
            days = frozenset((first + k) % 7 for k in range((last - first) % 7 + 1))
        elif match["some"]:
            days = frozenset(_number(m[0]) for m in re.finditer(_DAY, match["some"], re.I))
        else:
            days = frozenset({1, 2, 3, 4, 5} if match["week"] else {6, 0})
        after = _NOT_THEN.match(text[match.end() :])
        denied = bool(after or _DENIED.search(text[: match.start()]))
        found.append(_Spoken(days, match.start(), match.end(), denied))
    return found


def _number(word: str) -> int:
    low = word.casefold()
    return DAYS[low if low in DAYS else low.rstrip("s")]


def _without(
    calls: Sequence[Call],
    before: frozenset[int],
    gone: frozenset[int],
) -> Understanding | None:
    """The plan without those days."""
    left = before - gone
    if not gone & before:
        return replies.ask("The plan is on none of those days. On which shall it be?")
    if not left:
        return replies.ask("Then no day is left. On which days shall it be?")
    return Understanding("revise", tuple(_on(c, left) for c in calls))


def _among_the_told(
    text: str, spoken: Sequence[_Spoken], calls: Sequence[Call]
) -> Understanding | None:
    """The days that are meant, where the other days are only told of, before or after them."""
    cuts = [0, *(m.end() for m in _CUT.finditer(text)), len(text)]
    meant: list[_Spoken] = []
    for some in spoken:
        start = max(c for c in cuts if c <= some.start)
        end = min(c for c in cuts if c >= some.end)
        part = text[max(0, start - 3) : end]
        rest = part.replace(text[some.start : some.end], "")
        if _MEANT.search(rest) and not _TELLS.search(re.sub(r"\bmake (?:it|that)\b", "", rest)):
            meant.append(some)
        elif not _TELLS.search(rest):
            return None
    if len(meant) != 1:
        return None
    return Understanding("revise", tuple(_on(c, meant[0].days) for c in calls))


def _on(call: Call, days: frozenset[int]) -> Call:
    assert call.when is not None
    minute, hour, *rest = (call.when.cron or "").split()
    cron = " ".join([minute, hour, *rest[:2], days_field(days)])
    return call.model_copy(update={"when": When(cron=cron)})


def days_field(days: Collection[int]) -> str:
    """Days of the week as a cron writes them: "1-4", "1,3", "6,0", "*"."""
    if len(days) == 7:
        return "*"
    if set(days) == {6, 0}:
        return "6,0"
    order = sorted(days)
    if len(order) > 2 and order[-1] - order[0] == len(order) - 1:
        return f"{order[0]}-{order[-1]}"
    return ",".join(map(str, order))
