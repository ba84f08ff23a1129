"""Times in people's words: moments, how long, until when, and how far back a question looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.brains.embedded.days import next_weekday
from agent.brains.embedded.lengths import length_at, unit_length, window_of
from agent.brains.embedded.numbers import ONES, ORDINALS, OTHERS, SCALES, TENS, UNITS
from agent.brains.embedded.points import LEADS, moment_at
from agent.brains.embedded.recurrences import IN_A_WORD
from agent.brains.embedded.timing import DAYS, MONTHS, PARTS, Found, Time

_BACK = {"last", "past", "previous", "preceding", "trailing", "recent", "latest"}
_AHEAD = {"next", "coming"}
_LEADS = {
    "in", "over", "during", "for", "within", "across", "the", "this", "from", "of", "on",
    "throughout", "these", "since", "as",
}  # fmt: skip
_BEFORE_LENGTH = {"the", "next", "about", "another", "around", "just", "only", "roughly"}
_NEAR_DAYS = {
    "yesterday": "24h", "today": "24h", "lately": "24h", "recently": "24h", "overnight": "24h",
}  # fmt: skip
_SINCE = {"week": "7d", "month": "30d", "night": "24h", "weekend": "7d"}
_BOUNDS = ("before", "older", "after", "since", "newer")
_ENDS = ("until", "till", "til", "through", "untill")
_OPENS = frozenset(
    {
        *_BACK, *_AHEAD, *_LEADS, *_NEAR_DAYS, *_BOUNDS, *_ENDS, *LEADS, *IN_A_WORD,
        *DAYS, *(f"{day}s" for day in DAYS), *MONTHS, *PARTS, *ONES, *TENS, *SCALES, *OTHERS,
        *ORDINALS, *UNITS, "a", "an", "another", "quarter", "day", "weekend", "tonight",
        "tomorrow", "tomorow", "tommorow", "tommorrow", "noon", "midday", "midnight", "cron",
        "crontab", "with", "via", "using", "per",
    }
)  # fmt: skip
"""Words that a time can begin with, beside figures and words with a hyphen: most begin none."""


def time_at(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """The time expression that begins at `i`, and the index after it."""
    if not may_open(words[i]):
        return None
    return (
        _cron(words, i)
        or _dated(words, i, now)
        or _window(words, i, now)
        or _lasting(words, i, now)
        or _until(words, i, now)
        or moment_at(words, i, now)
    )


_FIELD = re.compile(r"\*|\d{1,2}(?:[-,]\d{1,2})*")


def _cron(words: Sequence[str], i: int) -> Found | None:
    """ "on cron 0 20 * * 1-5": a schedule as it is written, of one clock."""
    lead = next((n for n in (1, 2, 3) if words[i + n - 1 : i + n] in (["cron"], ["crontab"])), 0)
    if not lead or (lead > 1 and words[i] not in _BEFORE_CRON):
        return None
    start = i + lead + (words[i + lead : i + lead + 1] in ([":"], ["schedule"], ["expression"]))
    fields = list(words[start : start + 5])
    if len(fields) < 5 or not all(_FIELD.fullmatch(f) for f in fields):
        return None
    minute, hour, date, month, days = fields
    if not (minute.isdigit() and hour.isdigit() and month == "*"):
        return None
    named = days.replace("7", "0")
    if int(minute) > 59 or int(hour) > 23:
        return None
    return Time(
        clock=(int(hour), int(minute)),
        days=named,
        month_day=None if date == "*" else date,
        half_day="exact",
    ), start + 5


_BEFORE_CRON = frozenset({"on", "at", "by", "with", "a", "the", "per", "as", "via", "using"})


def may_open(word: str) -> bool:
    """Whether a time can begin with this word."""
    return word in _OPENS or word[:1].isdigit() or "-" in word


def _dated(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """ "before 2024-01-01", "older than march 3rd 2025": a day of the past bounds an age."""
    beyond = words[i] == "before" or list(words[i : i + 2]) == ["older", "than"]
    within = words[i] in ("after", "since") or list(words[i : i + 2]) == ["newer", "than"]
    if not (beyond or within):
        return None
    j = i + (2 if words[i] in ("older", "newer") else 1)
    found = moment_at(words, j, now) if j < len(words) and "-" in words[j] else None
    if found is None or found[0].day is None or found[0].day >= now.date():
        return None
    days = (now.date() - found[0].day).days
    return Time(window=f"{days}d", beyond=beyond), found[1]


def _lasting(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """ "for two hours", "for the next hour", "over the weekend"."""
    if words[i] in ("over", "for", "during") and words[i + 1 : i + 3] in (
        ["the", "weekend"],
        ["this", "weekend"],
    ):
        saturday = next_weekday(now, 6)
        monday = saturday + timedelta(days=2)
        return Time(day=saturday, clock=(0, 0), until=Time(day=monday, clock=(0, 0))), i + 3
    if words[i] not in ("for", "during"):
        return None
    j = i + 1
    while j < len(words) and words[j] in _BEFORE_LENGTH:
        j += 1
    if j >= len(words):
        return None
    ahead = "next" in words[i + 1 : j]
    if found := length_at(words, j):
        return Time(lasts=found[0], window=window_of(found[0]), ahead=ahead), found[1]
    length = unit_length(words[j]) if ahead else None
    return (Time(lasts=length, window=window_of(length), ahead=True), j + 1) if length else None


def _until(words: Sequence[str], i: int, now: datetime) -> Found | None:
    if words[i] not in _ENDS:
        return None
    found = moment_at(words, i + 1, now) if i + 1 < len(words) else None
    if found is None and words[i + 1 : i + 2] == ["half"]:
        found = moment_at([*words[:i], "at", *words[i + 1 :]], i, now)
    return (Time(until=found[0]), found[1]) if found else None


def _window(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """How far back a question looks: "in the last 24 hours", "this week", "since yesterday"."""
    j = i
    while j < len(words) and words[j] in _LEADS and j - i < 4:
        j += 1
    if j >= len(words):
        return None
    lead = set(words[i:j])
    if words[j] in _BACK or words[j] in _AHEAD:
        return _looking(words, j, lead, now)
    if lead & {"over", "during", "within"} and (found := length_at(words, j)):
        return Time(window=window_of(found[0])), found[1]
    if "since" in lead or words[j] == "since":
        return _since(words, j, now)
    if words[j] in UNITS:
        return _whole_unit(words[j], j, lead)
    if words[j] in _NEAR_DAYS and words[j] != "today":
        return Time(window=_NEAR_DAYS[words[j]]), j + 1
    return None


def _looking(words: Sequence[str], j: int, lead: set[str], now: datetime) -> Found | None:
    """Back or ahead: "last two days", "past week", "next month"."""
    ahead = words[j] in _AHEAD
    if ahead and not lead & {"over", "for", "in", "during", "within"}:
        return None
    k = j + 1
    if words[k : k + 1] in (["couple"], ["few"]):
        k += 2 if words[k + 1 : k + 2] == ["of"] else 1
    if k >= len(words):
        return None
    if found := length_at(words, k):
        return Time(window=window_of(found[0]), ahead=ahead), found[1]
    if length := unit_length(words[k]):
        return Time(window=window_of(length), ahead=ahead), k + 1
    if words[k] in ("night", "evening", "weekend"):
        return Time(window="7d" if words[k] == "weekend" else "24h"), k + 1
    if words[k] in DAYS and not ahead:
        return Time(window=_since_day(now, DAYS[words[k]])), k + 1
    return None


def _whole_unit(word: str, j: int, lead: set[str]) -> Found | None:
    """ "this week", "over the month"."""
    length = unit_length(word)
    kind = UNITS[word][0]
    this = kind == "days" and lead & {"this", "these"}
    over = len(word) > 3 and lead & {"over", "throughout", "during"} and "the" in lead
    if length and (this or (over and kind != "minutes")):
        return Time(window=window_of(length)), j + 1
    return None


def _since(words: Sequence[str], j: int, now: datetime) -> Found | None:
    """ "since yesterday", "since last monday", "since 6 pm"."""
    if words[j] == "since":
        j += 1
    if j >= len(words):
        return None
    if words[j] in _NEAR_DAYS:
        return Time(window=_NEAR_DAYS[words[j]]), j + 1
    if words[j] in DAYS:
        return Time(window=_since_day(now, DAYS[words[j]])), j + 1
    if words[j] in ("last", "the") and j + 1 < len(words):
        return _since(words, j + 1, now)
    if words[j] in _SINCE:
        return Time(window=_SINCE[words[j]]), j + 1
    if found := length_at(words, j):
        return Time(window=window_of(found[0])), found[1]
    found = moment_at(words, j, now)
    if found and found[0].clock is not None:
        moment = found[0].moment(now)
        moment -= timedelta(days=1) if moment > now else timedelta()
        hours = max(1, round((now - moment).total_seconds() / 3600))
        return Time(window=f"{hours}h"), found[1]
    return None


def _since_day(now: datetime, weekday: int) -> str:
    back = (now.isoweekday() % 7 - weekday) % 7 or 7
    return f"{back}d"
