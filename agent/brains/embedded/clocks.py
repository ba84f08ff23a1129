"""Clocks: "six pm", "18:30", "half past six", "10 o'clock", "four in the morning"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from agent.brains.embedded.numbers import ONES, UNITS, figure
from agent.brains.embedded.timing import PARTS, Found, Time

_WRITTEN = re.compile(r"(\d{1,2})[:.h](\d{2})(?::\d{2})?(am|pm)?")
_FOUR_DIGITS = re.compile(r"([01]\d|2[0-4])[0-5]\d")


def clock_at(words: Sequence[str], i: int, time: Time, near: bool) -> Found | None:
    """The clock that begins at `i`; `near` says that words around it speak of a time."""
    word = words[i]
    if word in ("noon", "midday"):
        return replace(time, clock=(12, 0), half_day=word), i + 1
    if word == "midnight":
        day = time.day + timedelta(days=1) if time.day and time.half_day == "night" else time.day
        return replace(time, day=day, clock=(0, 0), half_day=word), i + 1
    if word in ("half", "quarter"):
        return _past_or_to(words, i, time) or (_half_an_hour(words, i, time) if near else None)
    if match := _WRITTEN.fullmatch(word):
        return _written(match, words, i, time, near)
    if _FOUR_DIGITS.fullmatch(word) and _free(words, i):
        end = i + 2 if words[i + 1 : i + 2] in (["h"], ["hours"], ["hrs"]) else i + 1
        return replace(time, clock=(int(word[:2]), int(word[2:])), half_day="exact"), end
    hour = _hour(word)
    return None if hour is None else _spoken(words, i, time, hour, near)


def _past_or_to(words: Sequence[str], i: int, time: Time) -> Found | None:
    """ "half past six", "quarter to nine"."""
    if i + 2 >= len(words) or words[i + 1] not in ("past", "to", "after"):
        return None
    hour = _hour(words[i + 2])
    if hour is None:
        return None
    minutes = 30 if words[i] == "half" else 15
    made = (hour * 60 + (-minutes if words[i + 1] == "to" else minutes)) % 1440
    return _half_day(replace(time, clock=(made // 60, made % 60)), words, i + 3, time)


def _half_an_hour(words: Sequence[str], i: int, time: Time) -> Found | None:
    """ "half seven", as the British say half past seven."""
    hour = _hour(words[i + 1]) if words[i] == "half" and i + 1 < len(words) else None
    if hour is None or not 0 < hour <= 12 or words[i + 2 : i + 3] == ["dozen"]:
        return None
    return _half_day(replace(time, clock=(hour, 30)), words, i + 2, time)


def _written(
    match: re.Match[str], words: Sequence[str], i: int, time: Time, near: bool
) -> Found | None:
    hour, minute = int(match[1]), int(match[2])
    if hour > 24 or minute > 59 or ("." in words[i] and not near):
        return None
    exact = hour > 12 or match[1].startswith("0")
    made = replace(time, clock=(hour, minute), half_day="exact" if exact else time.half_day)
    if match[3]:
        return _meridian(made, match[3]), i + 1
    return _half_day(made, words, i + 1, time)


def _free(words: Sequence[str], i: int) -> bool:
    """Whether a four-digit figure can be a clock: no unit follows it."""
    return i + 1 >= len(words) or words[i + 1] not in UNITS or words[i + 1] in ("h", "hours", "hrs")


_MARKS = ("o'clock", "oclock", "o’clock", "h", "hour", "hundred", "uhr")


def _spoken(words: Sequence[str], i: int, time: Time, hour: int, near: bool) -> Found | None:
    """ "six", "six thirty", "6 pm", "10 o'clock", "four in the morning"."""
    j = i + 1
    minute = 0
    if j < len(words) and words[j] in ("thirty", "fifteen", "forty") and near:
        minute = {"thirty": 30, "fifteen": 15, "forty": 45}[words[j]]
        j += 2 if words[j : j + 2] == ["forty", "five"] else 1
    marked = False
    if j < len(words) and words[j] in _MARKS:
        if words[j] in ("h", "hour") and not near:
            return None
        j += 1 if words[j : j + 2] != ["hundred", "hours"] else 2
        marked = True
    made = replace(time, clock=(hour, minute))
    found = _half_day(made, words, j, time)
    said_half = found[1] > j
    if not (near or marked or said_half):
        return None
    if not (marked or said_half) and j < len(words) and words[j] in UNITS:
        return None
    if not (marked or said_half) and hour > 24:
        return None
    return found


def _hour(word: str) -> int | None:
    number = figure(word)
    if number is None:
        number = ONES.get(word)
    return (
        int(number) if number is not None and number == int(number) and 0 <= number <= 24 else None
    )


def _half_day(made: Time, words: Sequence[str], j: int, before: Time) -> Found:
    """Which half of the day a clock is in, from what follows it or came before."""
    if j < len(words) and words[j] in ("am", "a.m", "pm", "p.m"):
        return _meridian(made, words[j].replace(".", "")), j + 1
    for lead in (("in", "the"), ("this",), ("at",)):
        end = j + len(lead)
        if tuple(words[j:end]) == lead and end < len(words) and words[end] in PARTS:
            if words[end].startswith("night") and made.clock and made.clock[0] in (*range(5), 12):
                return _meridian(made, "am"), end + 1
            return _meridian(made, "am" if words[end].startswith("morning") else "pm"), end + 1
    if before.half_day and made.clock:
        part = before.half_day
        if part.startswith(("evening", "night", "afternoon")) and made.clock[0] < 12:
            late = part.startswith("night") and made.clock[0] < 5
            if late and made.day is not None:
                return replace(made, day=made.day + timedelta(days=1), half_day=part), j
            return (made if late else _meridian(made, "pm")), j
    return made, j


def _meridian(time: Time, half: str) -> Time:
    assert time.clock is not None
    hour, minute = time.clock
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    return replace(time, clock=(hour, minute), half_day=half)
