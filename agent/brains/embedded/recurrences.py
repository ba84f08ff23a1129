"""Recurrences: "every weekday", "mon-fri", "the first of each month", "every 15 minutes"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.brains.embedded.numbers import ORDINALS, UNITS, figure, number_at
from agent.brains.embedded.timing import DAYS, PARTS, WEEKDAYS, WEEKEND, Clock, Found, Time

_SIMPLE: dict[str, tuple[str, Clock | None]] = {
    "daily": ("*", None), "nightly": ("*", (22, 0)), "weekdays": (WEEKDAYS, None),
    "weekends": (WEEKEND, None), "workdays": (WEEKDAYS, None), "weekly": ("1", None),
    "weeknights": (WEEKDAYS, (22, 0)),
}  # fmt: skip
IN_A_WORD = frozenset({*_SIMPLE, "hourly", "monthly", "working", "business", "work"})
"""Words that a recurrence can begin with, beside "every" and names of days."""
_EVERY = {
    "day": "*", "days": "*", "weekday": WEEKDAYS, "weekdays": WEEKDAYS, "workday": WEEKDAYS,
    "weekend": WEEKEND, "weekends": WEEKEND, "week": "1",
}  # fmt: skip
_MONTHLY = (
    ["of", "each", "month"], ["of", "every", "month"], ["of", "the", "month"],
    ["each", "month"], ["every", "month"],
)  # fmt: skip


def recurrence_at(words: Sequence[str], i: int, time: Time, every: bool) -> Found | None:
    """The recurrence that begins at `i`; `every` says that such a word stands before it."""
    if words[i] in ("every", "each"):
        return recurrence_at(words, i + 1, time, True) if i + 1 < len(words) else None
    return (
        _in_a_word(words, i, time)
        or _weekdays(words, i, time)
        or _day_of_month(words, i, time)
        or (_each(words, i, time) if every else None)
    )


def _in_a_word(words: Sequence[str], i: int, time: Time) -> Found | None:
    word = words[i]
    if word in _SIMPLE:
        days, clock = _SIMPLE[word]
        return replace(time, days=days, clock=time.clock or clock), i + 1
    if word in ("working", "business", "work") and words[i + 1 : i + 2] in (["days"], ["day"]):
        return replace(time, days=WEEKDAYS), i + 2
    if word == "hourly":
        return replace(time, every=(1, "hours")), i + 1
    if word == "monthly":
        return replace(time, month_day="1", days="*"), i + 1
    return None


def _weekdays(words: Sequence[str], i: int, time: Time) -> Found | None:
    word = words[i]
    if span := _day_span(words, i):
        return replace(time, days=span[0]), span[1]
    if word.endswith("s") and word[:-1] in DAYS and len(word) > 4:
        return _day_list(words, i, time)
    if word in DAYS and words[i + 1 : i + 2] == ["+"]:
        return _day_list(words, i, time)
    return None


def _day_of_month(words: Sequence[str], i: int, time: Time) -> Found | None:
    ordinal = ORDINALS.get(words[i]) or int(figure(words[i]) or 0)
    after = i + 2 if words[i + 1 : i + 2] in (["st"], ["nd"], ["rd"], ["th"]) else i + 1
    end = _monthly(words, after)
    return (replace(time, month_day=str(ordinal), days="*"), end) if ordinal and end else None


def _monthly(words: Sequence[str], i: int) -> int:
    """The index after "(day) of each month", or 0."""
    j = i + 1 if words[i : i + 1] == ["day"] else i
    for tail in _MONTHLY:
        if list(words[j : j + len(tail)]) == tail:
            return j + len(tail)
    return 0


def _each(words: Sequence[str], i: int, time: Time) -> Found | None:
    """What follows "every"."""
    word, after = words[i], words[i + 1 : i + 2]
    if word in ("working", "business", "week", "work") and after in (["day"], ["night"]):
        clock = (22, 0) if after == ["night"] else time.clock
        return replace(time, days=WEEKDAYS, clock=clock), i + 2
    if word in _EVERY:
        return replace(time, days=_EVERY[word]), i + 1
    if word == "weeknight":
        made = replace(time, days=WEEKDAYS, clock=time.clock or (22, 0), half_day="night")
        again = _day_span(words, i + 1) if i + 1 < len(words) else None
        return made, again[1] if again is not None and again[0] == WEEKDAYS else i + 1
    if word in PARTS:
        clock = _in_the(word, time) if time.clock else PARTS[word]
        return replace(time, days="*", clock=clock, half_day=word), i + 1
    if word == "month":
        return replace(time, month_day="1", days="*"), i + 1
    if word in ("hour", "minute"):
        return replace(time, every=(1, word + "s")), i + 1
    if word == "other" and after in (["day"], ["hour"]):
        return replace(time, every=(2, after[0] + "s")), i + 2
    if word in DAYS or (word.endswith("s") and word[:-1] in DAYS):
        return _day_list(words, i, time)
    return _interval(words, i, time)


def _in_the(part: str, time: Time) -> Clock | None:
    """ "at 7 each night", "at 6 every evening": the half of the day that is meant."""
    if time.clock is None or time.half_day is not None:
        return time.clock
    hour, minute = time.clock
    late = part.startswith(("evening", "night", "afternoon")) and 5 <= hour < 12
    return (hour + 12, minute) if late else time.clock


def _interval(words: Sequence[str], i: int, time: Time) -> Found | None:
    """ "15 minutes", after "every"."""
    found = number_at(words, i)
    if found is None or found[1] >= len(words):
        return None
    number, j = found
    kind, scale = UNITS.get(words[j], ("", 0.0))
    if kind not in ("hours", "minutes", "days") or number * scale < 1:
        return None
    return replace(time, every=(int(number * scale), kind)), j + 1


def _day_list(words: Sequence[str], i: int, time: Time) -> Found | None:
    """ "mondays and thursdays", with a part of the day after them."""
    days: list[int] = []
    j = i
    while j < len(words):
        word = words[j].rstrip("s") if words[j] not in DAYS else words[j]
        if word in DAYS:
            days.append(DAYS[word])
            j += 1
        elif (
            words[j] in (",", "and", "+", "&")
            and j + 1 < len(words)
            and (words[j + 1] in DAYS or words[j + 1].rstrip("s") in DAYS)
        ):
            j += 1
        else:
            break
    clock, half = time.clock, time.half_day
    if j < len(words) and words[j] in PARTS:
        clock, half = clock or PARTS[words[j]], words[j]
        j += 1
    field = ",".join(str(d) for d in dict.fromkeys(days))
    return (replace(time, days=field, clock=clock, half_day=half), j) if days else None


def _day_span(words: Sequence[str], i: int) -> tuple[str, int] | None:
    """ "mon-fri", "monday to friday": the cron field and the index after it."""
    match = re.fullmatch(r"([a-z]{3,9})-([a-z]{3,9})", words[i])
    if match and match[1] in DAYS and match[2] in DAYS:
        return _span(DAYS[match[1]], DAYS[match[2]]), i + 1
    if (
        i + 2 < len(words)
        and words[i + 1] in ("to", "through", "thru", "till", "until", "-")
        and (first := _day(words[i])) is not None
        and (last := _day(words[i + 2])) is not None
    ):
        return _span(first, last), i + 3
    return None


def _day(word: str) -> int | None:
    return DAYS.get(word, DAYS.get(word.removesuffix("s")))


def _span(first: int, last: int) -> str:
    """The cron field of the days from one to another, over the end of a week where need be."""
    if first and first < (last or 7):
        return f"{first}-{last or 7}"
    if first < last:
        return f"{first}-{last}"
    return ",".join(str((first + k) % 7) for k in range((last - first) % 7 + 1))
