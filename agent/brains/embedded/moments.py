"""Times in people's words: moments, recurrences, durations and windows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from agent.brains.embedded.numbers import ONES, ORDINALS, UNITS, figure, number_at

DAYS = {"monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 0,
        "mon": 1, "tue": 2, "tues": 2, "wed": 3, "weds": 3, "thu": 4, "thur": 4, "thurs": 4, "fri": 5,
        "sat": 6, "sun": 0}  # fmt: skip
MONTHS = {m: n for n, names in enumerate(
    (("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
     ("july", "jul"), ("august", "aug"), ("september", "sep", "sept"), ("october", "oct"), ("november", "nov"),
     ("december", "dec")), 1) for m in names}  # fmt: skip
PARTS = {"morning": (9, 0), "afternoon": (15, 0), "evening": (18, 0), "night": (22, 0), "lunchtime": (12, 0),
         "lunch": (12, 0), "mornings": (9, 0), "evenings": (18, 0), "nights": (22, 0)}  # fmt: skip
WEEKDAYS, WEEKEND = "1-5", "6,0"

Clock = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Time:
    """A time expression.

    Attributes:
        day: the date that is meant, if one is.
        clock: hour and minute.
        days: of a recurrence, the cron field of its weekdays ("*" for every day).
        month_day: of a recurrence, the day of the month.
        every: of a recurrence, (number, "hours" or "minutes" or "days").
        after: from now on.
        lasts: for how long.
        until: the time at which it ends.
        window: of a question, how far back: "24h".
        ahead: the window looks into the future.
        vague: a word that gives a day without an hour where the hour matters.
    """

    day: date | None = None
    clock: Clock | None = None
    days: str | None = None
    month_day: str | None = None
    every: tuple[int, str] | None = None
    after: timedelta | None = None
    lasts: timedelta | None = None
    until: Time | None = None
    window: str | None = None
    ahead: bool = False
    half_day: str | None = None

    @property
    def recurs(self) -> bool:
        """Whether it names more than one moment."""
        return self.days is not None or self.month_day is not None or self.every is not None

    def cron(self) -> str:
        """The five fields of a recurrence; days without an hour are at 09:00."""
        hour, minute = self.clock or (9, 0)
        if self.every is not None:
            return self._interval(*self.every)
        if self.clock is None and self.days == WEEKEND:
            return "0 0 * * 6"
        return f"{minute} {hour} {self.month_day or '*'} * {self.days or '*'}"

    def _interval(self, number: int, unit: str) -> str:
        if unit == "minutes":
            return f"*/{number} * * * *" if number > 1 else "* * * * *"
        if unit == "hours":
            return f"0 */{number} * * *" if number > 1 else "0 * * * *"
        hour, minute = self.clock or (9, 0)
        return f"{minute} {hour} */{number} * *" if number > 1 else f"{minute} {hour} * * *"

    def moment(self, now: datetime) -> datetime:
        """The moment that is meant: the next one of that clock where no day is named."""
        if self.after is not None:
            return (now + self.after).replace(microsecond=0)
        hour, minute = self.clock or (9, 0)
        if self.day is not None:
            made = datetime(self.day.year, self.day.month, self.day.day, tzinfo=now.tzinfo)
            return made + timedelta(hours=hour, minutes=minute)
        made = now.replace(hour=hour % 24, minute=minute, second=0, microsecond=0)
        if (
            made <= now
            and self.half_day is None
            and 1 <= hour < 12
            and made + timedelta(hours=12) > now
        ):
            return made + timedelta(hours=12)
        return made if made > now else made + timedelta(days=1)


Found = tuple[Time, int]
_SKIP = {"at", "on", "by", "around", "about", "@", "the", "from", "starting", "in", ",", "for", "come", "this",
         "coming", "of", "exactly", "roughly", "circa", "every", "each", "and"}  # fmt: skip


def time_at(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """The time expression that begins at `i`, and the index after it."""
    for reader in (_window, _lasting, _until):
        if found := reader(words, i, now):
            return found
    return _moment(words, i, now)


def _moment(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """A run of day, clock and recurrence."""
    time, j = Time(), i
    got = False
    while j < len(words):
        step = j
        prepositions: set[str] = set()
        while step < len(words) and words[step] in _SKIP and step - j < 3:
            if got or words[step] not in (",", "and"):
                prepositions.add(words[step])
                step += 1
            else:
                break
        if step >= len(words):
            break
        found = _piece(words, step, now, time, prepositions, got)
        if found is None and step > j:
            found = _piece(words, j, now, time, set(), got)
        if found is None:
            break
        time, j = found
        got = True
    return (time, j) if got else None


def _piece(
    words: Sequence[str], i: int, now: datetime, time: Time, prepositions: set[str], got: bool
) -> Found | None:
    if time.day is None and time.after is None and not time.recurs:
        if found := _after(words, i, prepositions):
            return found
    if not time.recurs or time.days == "*":
        recurring = bool(prepositions & {"every", "each"})
        if found := _recurring(words, i, time, recurring):
            return found
    if prepositions & {"every", "each"} and not got:
        return None
    if time.day is None and not time.recurs and (found := _day(words, i, now, time)):
        return found
    if time.clock is None or (time.days and time.clock in PARTS.values()) or time.half_day:
        near = bool(prepositions & {"at", "by", "@", "around", "from", "about", "starting"}) or got
        return _clock(words, i, time, near)
    return None


def _after(words: Sequence[str], i: int, prepositions: set[str]) -> Found | None:
    """ "in two hours", "two hours from now"."""
    amount = _amount(words, i)
    if amount is None:
        return None
    length, j = amount
    if j + 1 < len(words) and words[j] == "from" and words[j + 1] == "now":
        return Time(after=length), j + 2
    if j < len(words) and words[j] in ("later", "hence"):
        return Time(after=length), j + 1
    if "in" in prepositions and not prepositions & {"the", "for", "on", "every", "each"}:
        return Time(after=length), j
    return None


def _amount(words: Sequence[str], i: int) -> tuple[timedelta, int] | None:
    """A length of time: "two hours", "an hour and a half", "half an hour", "90 minutes"."""
    if words[i : i + 3] in (["half", "an", "hour"], ["a", "half", "hour"]):
        return timedelta(minutes=30), i + 3
    if words[i : i + 4] == ["a", "quarter", "of", "an"] or words[i : i + 3] == [
        "quarter",
        "of",
        "an",
    ]:
        return timedelta(minutes=15), i + (5 if words[i] == "a" else 4)
    if i + 1 >= len(words):
        return None
    if words[i] in ("a", "an") and words[i + 1] in UNITS:
        number, j = 1.0, i + 1
    elif words[i] in ("a", "the") and words[i + 1 : i + 3] == ["couple", "of"]:
        number, j = 2.0, i + 3
    else:
        found = number_at(words, i)
        if found is None:
            return None
        number, j = found
    if words[j : j + 3] == ["and", "a", "half"] and j + 3 < len(words):
        number, j = number + 0.5, j + 3
    if j >= len(words) or words[j] not in UNITS:
        return None
    kind, scale = UNITS[words[j]]
    if kind not in ("minutes", "hours", "days") or words[j] in ("m", "c"):
        return None
    length = timedelta(**{kind: number * scale})
    if words[j + 1 : j + 4] == ["and", "a", "half"]:
        return length + timedelta(**{kind: scale / 2}), j + 4
    return length, j + 1


def _lasting(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """ "for two hours", "for the next hour", "over the weekend"."""
    if words[i] in ("over", "for", "during") and words[i + 1 : i + 3] in (
        ["the", "weekend"],
        ["this", "weekend"],
    ):
        saturday = _weekday(now, 6)
        monday = saturday + timedelta(days=2)
        return Time(day=saturday, clock=(0, 0), until=Time(day=monday, clock=(0, 0))), i + 3
    if words[i] not in ("for", "during"):
        return None
    j = i + 1
    ahead = False
    while j < len(words) and words[j] in (
        "the",
        "next",
        "about",
        "another",
        "around",
        "just",
        "only",
        "roughly",
    ):
        ahead = ahead or words[j] == "next"
        j += 1
    if j < len(words) and (amount := _amount(words, j)):
        return Time(lasts=amount[0], window=_window_of(amount[0]), ahead=ahead), amount[1]
    if j < len(words) and words[j] in UNITS and ahead:
        kind, scale = UNITS[words[j]]
        if kind in ("minutes", "hours", "days"):
            length = timedelta(**{kind: scale})
            return Time(lasts=length, window=_window_of(length), ahead=True), j + 1
    return None


def _until(words: Sequence[str], i: int, now: datetime) -> Found | None:
    if words[i] not in ("until", "till", "til", "through", "untill"):
        return None
    found = _moment(words, i + 1, now) if i + 1 < len(words) else None
    return (Time(until=found[0]), found[1]) if found else None


_BACK = {"last", "past", "previous", "preceding", "trailing", "recent", "latest"}
_LEAD = {"in", "over", "during", "for", "within", "across", "the", "this", "from", "of", "on", "throughout",
         "these", "since", "as"}  # fmt: skip
_WINDOWS = {
    "yesterday": "24h", "today": "24h", "lately": "24h", "recently": "24h", "overnight": "24h",
}  # fmt: skip


def _window(words: Sequence[str], i: int, now: datetime) -> Found | None:
    """How far back a question looks: "in the last 24 hours", "this week", "since yesterday"."""
    j = i
    while j < len(words) and words[j] in _LEAD and j - i < 4:
        j += 1
    if j >= len(words):
        return None
    lead = set(words[i:j])
    if words[j] in _BACK or words[j] in ("next", "coming"):
        ahead = words[j] in ("next", "coming")
        if ahead and not lead & {"over", "for", "in", "during", "within"}:
            return None
        k = j + 1
        if k < len(words) and words[k] in ("couple", "few"):
            k += 2 if words[k + 1 : k + 2] == ["of"] else 1
        if k < len(words) and (amount := _amount(words, k)):
            return Time(window=_window_of(amount[0]), ahead=ahead), amount[1]
        if (
            k < len(words)
            and words[k] in UNITS
            and UNITS[words[k]][0] in ("hours", "days", "minutes")
        ):
            kind, scale = UNITS[words[k]]
            return Time(window=_window_of(timedelta(**{kind: scale})), ahead=ahead), k + 1
        if k < len(words) and words[k] in ("night", "evening", "weekend"):
            return Time(window="24h" if words[k] != "weekend" else "7d"), k + 1
        if k < len(words) and words[k] in DAYS and not ahead:
            return Time(window=_since_day(now, DAYS[words[k]])), k + 1
        return None
    if lead & {"over", "during", "within"} and (amount := _amount(words, j)):
        return Time(window=_window_of(amount[0])), amount[1]
    if "since" in lead or words[j] == "since":
        return _since(words, j, now)
    if (
        words[j] in UNITS
        and UNITS[words[j]][0] == "days"
        and UNITS[words[j]][1] >= 1
        and lead & {"this", "these"}
    ):
        kind, scale = UNITS[words[j]]
        return Time(window=_window_of(timedelta(days=scale))), j + 1
    if (
        words[j] in UNITS
        and len(words[j]) > 3
        and lead & {"over", "throughout", "during"}
        and "the" in lead
    ):
        kind, scale = UNITS[words[j]]
        if kind in ("hours", "days"):
            return Time(window=_window_of(timedelta(**{kind: scale}))), j + 1
    if words[j] in ("yesterday", "lately", "recently", "overnight"):
        return Time(window=_WINDOWS[words[j]]), j + 1
    return None


def _since(words: Sequence[str], j: int, now: datetime) -> Found | None:
    if words[j] == "since":
        j += 1
    if j >= len(words):
        return None
    if words[j] in _WINDOWS:
        return Time(window=_WINDOWS[words[j]]), j + 1
    if words[j] in DAYS:
        return Time(window=_since_day(now, DAYS[words[j]])), j + 1
    if words[j] in ("last", "the") and j + 1 < len(words):
        return _since(words, j + 1, now)
    if words[j] in ("week", "month", "night", "weekend"):
        length = {"week": "7d", "month": "30d", "night": "24h", "weekend": "7d"}[words[j]]
        return Time(window=length), j + 1
    found = _moment(words, j, now)
    if found and found[0].clock is not None:
        moment = found[0].moment(now)
        moment -= timedelta(days=1) if moment > now else timedelta()
        hours = max(1, round((now - moment).total_seconds() / 3600))
        return Time(window=f"{hours}h"), found[1]
    return None


def _since_day(now: datetime, weekday: int) -> str:
    back = (now.isoweekday() % 7 - weekday) % 7 or 7
    return f"{back}d"


def _window_of(length: timedelta) -> str:
    hours = max(1, round(length.total_seconds() / 3600))
    return f"{hours // 24}d" if hours % 24 == 0 and hours > 24 else f"{hours}h"


def _recurring(words: Sequence[str], i: int, time: Time, recurring: bool) -> Found | None:
    word = words[i]
    if word in ("every", "each"):
        return _recurring(words, i + 1, time, True) if i + 1 < len(words) else None
    simple = {
        "daily": ("*", None), "nightly": ("*", (22, 0)), "weekdays": (WEEKDAYS, None), "weekends": (WEEKEND, None),
        "workdays": (WEEKDAYS, None), "weekly": ("1", None), "weeknights": (WEEKDAYS, (22, 0)),
    }  # fmt: skip
    if word in simple:
        days, clock = simple[word]
        return replace(time, days=days, clock=time.clock or clock), i + 1
    if word in ("working", "business", "work") and words[i + 1 : i + 2] in (["days"], ["day"]):
        return replace(time, days=WEEKDAYS), i + 2
    if word == "hourly":
        return replace(time, every=(1, "hours")), i + 1
    if word == "monthly":
        return replace(time, month_day="1", days="*"), i + 1
    if word.endswith("s") and word[:-1] in DAYS and len(word) > 4:
        return _day_list(words, i, time)
    if span := _day_span(words, i):
        return replace(time, days=span[0]), span[1]
    if word in DAYS and words[i + 1 : i + 2] == ["+"]:
        return _day_list(words, i, time)
    if word in ("first", "1st", "1") and _monthly(words, i + 1):
        return replace(time, month_day="1", days="*"), _monthly(words, i + 1)
    ordinal = ORDINALS.get(word) or (figure(word) and int(figure(word) or 0))
    if ordinal:
        after = i + 2 if words[i + 1 : i + 2] in (["st"], ["nd"], ["rd"], ["th"]) else i + 1
        if end := _monthly(words, after):
            return replace(time, month_day=str(ordinal), days="*"), end
    return _each(words, i, time) if recurring else None


def _monthly(words: Sequence[str], i: int) -> int:
    """The index after "(day) of each month", or 0."""
    j = i + 1 if words[i : i + 1] == ["day"] else i
    for tail in (["of", "each", "month"], ["of", "every", "month"], ["of", "the", "month"], ["each", "month"],
                 ["every", "month"]):  # fmt: skip
        if list(words[j : j + len(tail)]) == tail:
            return j + len(tail)
    return 0


def _each(words: Sequence[str], i: int, time: Time) -> Found | None:
    """What follows "every"."""
    word = words[i]
    if word in ("day", "days"):
        return replace(time, days="*"), i + 1
    if word in PARTS:
        return replace(time, days="*", clock=time.clock or PARTS[word], half_day=word), i + 1
    if word in ("weekday", "weekdays", "workday", "weeknight"):
        clock = (22, 0) if word == "weeknight" else time.clock
        return replace(time, days=WEEKDAYS, clock=clock), i + 1
    if word in ("working", "business", "week", "work") and words[i + 1 : i + 2] in (
        ["day"],
        ["night"],
    ):
        clock = (22, 0) if words[i + 1] == "night" else time.clock
        return replace(time, days=WEEKDAYS, clock=clock), i + 2
    if word in ("weekend", "weekends"):
        return replace(time, days=WEEKEND), i + 1
    if word == "week":
        return replace(time, days="1"), i + 1
    if word == "month":
        return replace(time, month_day="1", days="*"), i + 1
    if word == "hour":
        return replace(time, every=(1, "hours")), i + 1
    if word == "minute":
        return replace(time, every=(1, "minutes")), i + 1
    if word == "other" and words[i + 1 : i + 2] in (["day"], ["hour"]):
        return replace(time, every=(2, words[i + 1] + "s")), i + 2
    if word in DAYS or (word.endswith("s") and word[:-1] in DAYS):
        return _day_list(words, i, time)
    found = number_at(words, i)
    if found and found[1] < len(words) and words[found[1]] in UNITS:
        kind, scale = UNITS[words[found[1]]]
        if kind in ("hours", "minutes", "days") and found[0] * scale >= 1:
            return replace(time, every=(int(found[0] * scale), kind)), found[1] + 1
    return None


def _day_list(words: Sequence[str], i: int, time: Time) -> Found | None:
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
    if match := re.fullmatch(r"([a-z]{3,9})-([a-z]{3,9})", words[i]):
        if match[1] in DAYS and match[2] in DAYS:
            return _span(DAYS[match[1]], DAYS[match[2]]), i + 1
    if (
        words[i] in DAYS
        and i + 2 < len(words)
        and words[i + 1] in ("to", "through", "till", "until", "-")
    ):
        if words[i + 2] in DAYS:
            return _span(DAYS[words[i]], DAYS[words[i + 2]]), i + 3
    return None


def _span(first: int, last: int) -> str:
    return f"{first}-{last or 7}" if first and first < (last or 7) else f"{first},{last}"


def _weekday(now: datetime, weekday: int) -> date:
    """The next day of this name; today does not count."""
    ahead = (weekday - now.isoweekday() % 7) % 7 or 7
    return (now + timedelta(days=ahead)).date()


def _day(words: Sequence[str], i: int, now: datetime, time: Time) -> Found | None:
    word = words[i]
    today = now.date()
    if word == "tonight":
        clock = time.clock or (22, 0)
        if time.clock and 4 < clock[0] < 12 and time.half_day is None:
            clock = (clock[0] + 12, clock[1])
        return replace(time, day=today, clock=clock, half_day="night"), i + 1
    if word == "today":
        return replace(time, day=today), i + 1
    if word in ("tomorrow", "tomorow", "tommorow", "tommorrow"):
        made, j = replace(time, day=today + timedelta(days=1)), i + 1
        return _with_part(made, words, j)
    if list(words[i : i + 3]) == ["day", "after", "tomorrow"]:
        return replace(time, day=today + timedelta(days=2)), i + 3
    if word in ("this",) and i + 1 < len(words) and words[i + 1] in PARTS:
        part = words[i + 1]
        return replace(time, day=today, clock=time.clock or PARTS[part], half_day=part), i + 2
    if word in ("evening", "afternoon") and i and words[i - 1] == "this":
        return replace(time, day=today, clock=time.clock or PARTS[word], half_day=word), i + 1
    if word == "weekend" or list(words[i : i + 2]) in (["next", "weekend"],):
        j = i + (2 if word == "next" else 1)
        return replace(time, day=_weekday(now, 6), clock=time.clock or (0, 0)), j
    if word == "next" and i + 1 < len(words):
        if words[i + 1] in DAYS:
            return _with_part(replace(time, day=_weekday(now, DAYS[words[i + 1]])), words, i + 2)
        if words[i + 1] == "week":
            return replace(time, day=_weekday(now, 1)), i + 2
        if words[i + 1] == "month":
            first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
            return replace(time, day=first), i + 2
        return None
    if word in DAYS and len(word) > 2:
        return _with_part(replace(time, day=_weekday(now, DAYS[word])), words, i + 1)
    return _calendar(words, i, now, time)


def _with_part(time: Time, words: Sequence[str], i: int) -> Found:
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


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(words: Sequence[str], i: int, time: Time, near: bool) -> Found | None:
    word = words[i]
    if word in ("noon", "midday"):
        return replace(time, clock=(12, 0), half_day=word), i + 1
    if word == "midnight":
        day = time.day + timedelta(days=1) if time.day and time.half_day == "night" else time.day
        return replace(time, day=day, clock=(0, 0), half_day=word), i + 1
    if (
        word in ("half", "quarter")
        and i + 2 < len(words)
        and words[i + 1] in ("past", "to", "after")
    ):
        hour = _hour(words[i + 2])
        if hour is None:
            return None
        minutes = 30 if word == "half" else 15
        sign = -minutes if words[i + 1] == "to" else minutes
        made = (hour * 60 + sign) % 1440
        return _half_day(replace(time, clock=(made // 60, made % 60)), words, i + 3, time)
    if match := re.fullmatch(r"(\d{1,2})[:.h](\d{2})(?::\d{2})?(am|pm)?", word):
        hour, minute = int(match[1]), int(match[2])
        if hour > 24 or minute > 59 or ("." in word and not near):
            return None
        made = replace(
            time,
            clock=(hour, minute),
            half_day="exact" if hour > 12 or match[1].startswith("0") else time.half_day,
        )
        if match[3]:
            return _meridian(made, match[3]), i + 1
        return _half_day(made, words, i + 1, time)
    if (
        re.fullmatch(r"([01]\d|2[0-4])[0-5]\d", word)
        and not words[i + 1 : i + 1]
        and _free(words, i)
    ):
        return replace(time, clock=(int(word[:2]), int(word[2:])), half_day="exact"), _hours(
            words, i + 1
        )
    hour = _hour(word)
    if hour is None:
        return None
    return _spoken(words, i, time, hour, near)


def _free(words: Sequence[str], i: int) -> bool:
    """Whether a four-digit figure can be a clock: no unit follows it."""
    return i + 1 >= len(words) or words[i + 1] not in UNITS or words[i + 1] in ("h", "hours", "hrs")


def _hours(words: Sequence[str], i: int) -> int:
    return i + 1 if words[i : i + 1] in (["h"], ["hours"], ["hrs"]) else i


def _spoken(words: Sequence[str], i: int, time: Time, hour: int, near: bool) -> Found | None:
    """ "six", "six thirty", "6 pm", "10 o'clock", "four in the morning"."""
    j = i + 1
    minute = 0
    if j < len(words) and words[j] in ("thirty", "fifteen", "forty") and near:
        minute = {"thirty": 30, "fifteen": 15, "forty": 45}[words[j]]
        j += 2 if words[j : j + 2] == ["forty", "five"] else 1
    marked = False
    if j < len(words) and words[j] in ("o'clock", "oclock", "o’clock", "h", "hundred", "uhr"):
        if words[j] == "h" and not near:
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


NowReader = Callable[[], datetime]
