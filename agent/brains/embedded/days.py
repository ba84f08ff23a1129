"""Days: "tomorrow evening", "next friday", "the 3rd of march", "2026-12-01"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from agent.brains.embedded.numbers import ORDINALS, figure
from agent.brains.embedded.timing import DAYS, MONTHS, PARTS, Found, Time


def day_at(words: Sequence[str], i: int, now: datetime, time: Time) -> Found | None:
    """The day that begins at `i`, put into what is known of the time."""
    return (
        _near_day(words, i, now, time)
        or _part_of_today(words, i, now, time)
        or _coming_day(words, i, now, time)
        or _calendar(words, i, now, time)
    )


def next_weekday(now: datetime, weekday: int) -> date:
    """The next day of this name; today does not count."""
    ahead = (weekday - now.isoweekday() % 7) % 7 or 7
    return (now + timedelta(days=ahead)).date()


def _near_day(words: Sequence[str], i: int, now: datetime, time: Time) -> Found | None:
    word, today = words[i], now.date()
    if word == "tonight":
        clock = time.clock or (22, 0)
        if time.clock and 4 < clock[0] < 12 and time.half_day is None:
            clock = (clock[0] + 12, clock[1])
        return replace(time, day=today, clock=clock, half_day="night"), i + 1
    if word == "today":
        return replace(time, day=today), i + 1
    if word in ("tomorrow", "tomorow", "tommorow", "tommorrow"):
        return _with_part(replace(time, day=today + timedelta(days=1)), words, i + 1)
    if list(words[i : i + 3]) == ["day", "after", "tomorrow"]:
        return replace(time, day=today + timedelta(days=2)), i + 3
    return None


def _part_of_today(words: Sequence[str], i: int, now: datetime, time: Time) -> Found | None:
    word = words[i]
    if word == "this" and i + 1 < len(words) and words[i + 1] in PARTS:
        part, end = words[i + 1], i + 2
    elif word in ("evening", "afternoon") and i and words[i - 1] == "this":
        part, end = word, i + 1
    else:
        return None
    return replace(time, day=now.date(), clock=time.clock or PARTS[part], half_day=part), end


def _coming_day(words: Sequence[str], i: int, now: datetime, time: Time) -> Found | None:
    word, after = words[i], words[i + 1] if i + 1 < len(words) else ""
    if word == "weekend" or (word == "next" and after == "weekend"):
        j = i + (2 if word == "next" else 1)
        return replace(time, day=next_weekday(now, 6), clock=time.clock or (0, 0)), j
    if word == "next" and after in DAYS:
        return _with_part(replace(time, day=next_weekday(now, DAYS[after])), words, i + 2)
    if word == "next" and after == "week":
        return replace(time, day=next_weekday(now, 1)), i + 2
    if word == "next" and after == "month":
        first = (now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
        return replace(time, day=first), i + 2
    if word in DAYS and len(word) > 2:
        return _with_part(replace(time, day=next_weekday(now, DAYS[word])), words, i + 1)
    return None


def _with_part(time: Time, words: Sequence[str], i: int) -> Found:
    """A day with the part of it that follows: "tomorrow evening", "tomorrow in the morning"."""
    if list(words[i : i + 2]) == ["in", "the"] and words[i + 2 : i + 3] and words[i + 2] in PARTS:
        i += 2
    if i < len(words) and words[i] in PARTS:
        if (
            time.clock
            and time.clock[0] < 12
            and time.half_day is None
            and not words[i].startswith("morning")
        ):
            return replace(
                time, clock=(time.clock[0] + 12, time.clock[1]), half_day=words[i]
            ), i + 1
        return replace(time, clock=time.clock or PARTS[words[i]], half_day=words[i]), i + 1
    return time, i


def _calendar(words: Sequence[str], i: int, now: datetime, time: Time) -> Found | None:
    """A date in digits, or with the month's name."""
    if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:t(\d{2}):(\d{2}).*)?", words[i]):
        made = _date(int(match[1]), int(match[2]), int(match[3]))
        clock = (int(match[4]), int(match[5])) if match[4] else time.clock
        return (replace(time, day=made, clock=clock), i + 1) if made else None
    day, j = _ordinal(words, i)
    if day and words[j : j + 1] == ["of"]:
        j += 1
    if day and j < len(words) and words[j] in MONTHS:
        return _dated(time, now, MONTHS[words[j]], day, j + 1)
    if day and words[j - 1] in ("st", "nd", "rd", "th") and words[i - 1 : i] == ["the"] and i > 1:
        return _coming_date(time, now, day, j)
    if words[i] in MONTHS and i + 1 < len(words):
        day, j = _ordinal(words, i + 1)
        if day:
            return _dated(time, now, MONTHS[words[i]], day, j)
    return None


def _ordinal(words: Sequence[str], i: int) -> tuple[int, int]:
    if i >= len(words):
        return 0, i
    number = ORDINALS.get(words[i]) or int(figure(words[i]) or 0)
    j = i + 1
    if j < len(words) and words[j] in ("st", "nd", "rd", "th"):
        j += 1
    return (number, j) if 1 <= number <= 31 else (0, i)


def _dated(time: Time, now: datetime, month: int, day: int, j: int) -> Found | None:
    made = _date(now.year, month, day)
    if made is not None and made < now.date():
        made = _date(now.year + 1, month, day)
    return (replace(time, day=made), j) if made else None


def _coming_date(time: Time, now: datetime, day: int, j: int) -> Found | None:
    """ "the 24th": the next one."""
    for ahead in range(12):
        month = now.month - 1 + ahead
        made = _date(now.year + month // 12, month % 12 + 1, day)
        if made is not None and made > now.date():
            return replace(time, day=made), j
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
