"""Points in time: a run of words that give a day, a clock, or how often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.brains.embedded.clocks import clock_at
from agent.brains.embedded.days import day_at
from agent.brains.embedded.lengths import length_at
from agent.brains.embedded.numbers import number_at
from agent.brains.embedded.recurrences import recurrence_at
from agent.brains.embedded.timing import PARTS, Found, Time

LEADS = frozenset(
    {
        "at", "on", "by", "around", "about", "@", "the", "from", "starting", "in", ",", "for",
        "come", "this", "coming", "of", "exactly", "roughly", "circa", "every", "each", "and",
        "after",
    }
)  # fmt: skip
"""Small words that may stand before a moment."""


def moment_at(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """The moment or recurrence that begins at `i`, and the index after it."""
    time, j = Time(), i
    got = False
    if _by_a_figure(words, i):
        return None
    while j < len(words):
        if got and (_turns(words, j) or (time.clock and _another_clock(words, j))):
            break
        if got and _another_moment(words, j, now, time):
            break
        step = _past_leads(words, j, got)
        if step >= len(words):
            break
        found = _piece(words, step, now, time, set(words[j:step]), got)
        if found is None and step > j:
            found = _piece(words, j, now, time, set(), got)
        if found is None:
            break
        time, j = found
        got = True
    return (time, j) if got else None


def _turns(words: Sequence[str], j: int) -> bool:
    """ "… and on at 7", "… and back up at 8": another act begins."""
    turned = words[j] == "and" and words[j + 1 : j + 2] != [] and words[j + 1] in _WAYS
    return turned and bool({"at", "from", "by"} & set(words[j + 2 : j + 4]))


def _another_clock(words: Sequence[str], j: int) -> bool:
    """ "at 22:00, and at 22:30 …": the second is of another act."""
    rest = list(words[j : j + 3])
    return (rest[1:] if rest[:1] == [","] else rest)[:2] == ["and", "at"]


def _another_moment(words: Sequence[str], j: int, now: datetime, time: Time) -> bool:
    """ "every evening at 19:30 and every morning at 8 …": what comes has a clock of its own."""
    figured = time.clock is not None and (time.half_day == "exact" or time.clock not in _PARTS)
    if not figured or words[j] not in (",", "and"):
        return False
    k = j + 1 + (words[j : j + 2] == [",", "and"])
    found = moment_at(words, k, now) if k < len(words) else None
    if found is None or found[0].clock is None or found[0].clock == time.clock:
        return False
    said = words[k : found[1]]
    return said[0] in ("every", "each") or any(
        word[:1].isdigit() or number_at(words, k + n) is not None for n, word in enumerate(said)
    )


_PARTS = frozenset(PARTS.values())
_WAYS = frozenset({"on", "off", "up", "down", "back"})
_MERIDIAN = frozenset({"am", "pm", "o'clock", "oclock", ":", "a.m", "p.m"})


def _by_a_figure(words: Sequence[str], i: int) -> bool:
    """ "by one", "by 2": how much, where nothing says that it is a clock."""
    if words[i] != "by" or i + 1 >= len(words) or number_at(words, i + 1) is None:
        return False
    after = words[i + 2] if i + 2 < len(words) else ""
    written = ":" in words[i + 1] or words[i + 1].endswith(("am", "pm"))
    return not written and after not in _MERIDIAN


def _past_leads(words: Sequence[str], j: int, got: bool) -> int:
    """The index after the small words before a piece: three at most, none that begins a run."""
    step = j
    while step < len(words) and words[step] in LEADS and step - j < 3:
        if not got and words[step] in (",", "and"):
            break
        step += 1
    return step


def _piece(
    words: Sequence[str], i: int, now: datetime, time: Time, prepositions: set[str], got: bool
) -> Found | None:
    """The next piece of a run, added to what is known of the time."""
    if time.day is None and time.after is None and not time.recurs:
        found = _after(words, i, prepositions)
        if found:
            return found
    every = bool(prepositions & {"every", "each"})
    if not time.recurs or time.days == "*":
        found = recurrence_at(words, i, time, every)
        if found:
            return found
    if every and not got:
        return None
    if time.day is None and not time.recurs and (found := day_at(words, i, now, time)):
        return found
    if time.clock is None or time.clock in PARTS.values() or time.half_day:
        near = bool(prepositions & {"at", "by", "@", "around", "from", "about", "starting"}) or got
        return clock_at(words, i, time, near)
    return None


def _after(words: Sequence[str], i: int, prepositions: set[str]) -> Found | None:
    """ "in two hours", "two hours from now"."""
    found = length_at(words, i)
    if found is None:
        return None
    length, j = found
    if j + 1 < len(words) and words[j] == "from" and words[j + 1] == "now":
        return Time(after=length), j + 2
    if j < len(words) and words[j] in ("later", "hence"):
        return Time(after=length), j + 1
    if "in" in prepositions and not prepositions & {"the", "for", "on", "every", "each"}:
        return Time(after=length), j
    if i and words[i - 1] == "after" and j < len(words):
        return Time(after=length), j
    return None
