"""Another time for a call that waits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.frames import Frame, Reading
from tools.calls import Call, When


def retimed(builder: Builder, call: Call, frame: Frame) -> When:
    """A new clock for the time that the call has already, or a new time."""
    time = frame.said.time
    assert time is not None
    if (
        call.when is not None
        and call.when.cron is not None
        and time.days == "6,0"
        and frame.chosen.excepting
    ) or (
        call.when is not None
        and call.when.cron is not None
        and time.days == "6,0"
        and "not" in frame.clause.words
    ):
        fields = (call.when.cron or "").split()
        return When(cron=f"{fields[0]} {fields[1]} * * 1-5")
    if (
        call.when is not None
        and call.when.cron is not None
        and time.recurs
        and time.clock is None
        and time.every is None
    ):
        fields = call.when.cron.split()
        words = frame.clause.words
        if (
            time.days
            and ({"too", "also", "well"} & set(words) or words[:1] == ("and",))
            and "only" not in words
        ):
            days = _together(fields[4], time.days)
            return When(cron=f"{fields[0]} {fields[1]} {fields[2]} * {days}")
        return When(cron=f"{fields[0]} {fields[1]} {time.month_day or '*'} * {time.days or '*'}")
    if (
        call.when is not None
        and (kept := _at_the_same_hour(call.when, frame, builder.reader.now)) is not None
    ):
        return kept
    if call.when is not None and time.clock is not None and time.day is None and not time.recurs:
        if call.when.cron is not None:
            fields = call.when.cron.split()
            hour, minute = time.clock
            if time.half_day is None and hour < 12 and fields[1].isdigit() and int(fields[1]) >= 12:
                hour += 12
            return When(cron=" ".join([str(minute), str(hour), *fields[2:]]))
        if call.when.at is not None:
            before = datetime.fromisoformat(call.when.at)
            hour, minute = time.clock
            if time.half_day is None and hour < 12 and before.hour >= 12:
                hour += 12
            if before.hour == 0 and hour:
                before -= timedelta(days=1)
            moved = before.replace(hour=hour % 24, minute=minute)
            return When(
                at=(moved if moved > builder.reader.now else moved + timedelta(days=1)).isoformat()
            )
    if (
        call.when is not None
        and call.when.at is not None
        and time.day is not None
        and time.clock is None
    ):
        before = datetime.fromisoformat(call.when.at)
        return When(
            at=before.replace(
                year=time.day.year, month=time.day.month, day=time.day.day
            ).isoformat()
        )
    return builder.when(time)


def _at_the_same_hour(when: When, frame: Frame, now: datetime) -> When | None:
    """ "just this friday", of a regular plan, and "every friday", of one for a day: at its hour."""
    time = frame.said.time
    assert time is not None
    if time.clock is not None or time.every is not None:
        return None
    if when.cron is not None and time.day is not None and not time.recurs:
        minute, hour = when.cron.split()[:2]
        if not (minute.isdigit() and hour.isdigit()):
            return None
        clock = datetime.combine(time.day, datetime.min.time(), now.tzinfo)
        return When(at=clock.replace(hour=int(hour), minute=int(minute)).isoformat())
    if when.at is not None and time.recurs:
        at = datetime.fromisoformat(when.at)
        return When(cron=f"{at.minute} {at.hour} {time.month_day or '*'} * {time.days or '*'}")
    return None


def _together(days: str, more: str) -> str:
    """The days of two fields of a cron: "1-5" and "6,0" are every day."""
    both = {d for field in (days, more) for d in numbered_days(field)}
    return "*" if len(both) == 7 else ",".join(map(str, sorted(both)))


def numbered_days(field: str) -> list[int]:
    """The days of the week of a cron's last field, by their numbers."""
    if field == "*":
        return list(range(7))
    found: list[int] = []
    for part in field.split(","):
        first, _, last = part.partition("-")
        found.extend(n % 7 for n in range(int(first), int(last or first) + 1))
    return found


def _moved_cron(cron: str, minutes: int) -> str | None:
    """A regular time so many minutes later, or earlier; over midnight its days move too."""
    fields = cron.split()
    if not (fields[0].isdigit() and fields[1].isdigit()) or fields[2] != "*":
        return None
    total = int(fields[1]) * 60 + int(fields[0]) + minutes
    days, rest = divmod(total, 24 * 60)
    named = sorted((d + days) % 7 for d in numbered_days(fields[4]))
    moved = fields[4] if not days else ",".join(map(str, named)) if len(named) < 7 else "*"
    return f"{rest % 60} {rest // 60} * * {moved}"


_SHIFT = re.compile(
    r"\b(an?|one|two|three|four|five|ten|fifteen|twenty|thirty|forty[- ]five|ninety|half an|"
    r"a half|\d+) (hour|hr|minute|min|day)s? (later|earlier|sooner)\b",
    re.IGNORECASE,
)


_COUNTED = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "half an": 0.5,
    "a half": 0.5, "five": 5.0, "ten": 10.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0,
    "forty five": 45.0, "ninety": 90.0,
}  # fmt: skip


def shifted(call: Call, text: str) -> When | None:
    """The call's time, so much later or earlier: "one hour later"."""
    match = _SHIFT.search(text)
    if match is None or call.when is None:
        return None
    count = _COUNTED.get(match[1].casefold().replace("-", " ")) or float(match[1])
    minutes = {"h": 60.0, "m": 1.0, "d": 1440.0}[match[2][0].casefold()] * count
    sign = 1 if match[3].casefold() == "later" else -1
    if call.when.at is None:
        cron = _moved_cron(call.when.cron or "", int(sign * minutes))
        return When(cron=cron) if cron else None
    moved = datetime.fromisoformat(call.when.at) + timedelta(minutes=sign * minutes)
    return When(at=moved.isoformat())


def only_length(reading: Reading) -> timedelta | None:
    """ "no, 45 minutes": so much from now on, where nothing else is said."""
    amounts = [i.get("amount") for i in reading.items if i.has("amount")]
    units = {"minutes": 60.0, "hours": 3600.0}
    if len(amounts) != 1 or amounts[0][1] not in units or len(reading.items) > 5:
        return None
    if {"later", "earlier", "sooner", "for", "every"} & set(reading.words):
        return None
    return timedelta(seconds=amounts[0][0] * units[amounts[0][1]])


def at_hour(call: Call, hour: int) -> When | None:
    """The call's time at another hour, in the half of the day that it was in."""
    when = call.when
    if when is not None and when.cron is not None:
        fields = when.cron.split()
        afternoon = fields[1].isdigit() and int(fields[1]) >= 12 and hour < 12
        return When(cron=" ".join(["0", str(hour % 24 + (12 if afternoon else 0)), *fields[2:]]))
    if when is not None and when.at is not None:
        before = datetime.fromisoformat(when.at)
        later = hour + 12 if before.hour >= 12 and hour < 12 else hour % 24
        return When(at=before.replace(hour=later, minute=0).isoformat())
    return when


_LONGEST_EVERY = 7
"""So many days apart is the most that the days of a calendar keep."""


def names_days(reading: Reading) -> bool:
    """ "make it saturday": a day, and no hour."""
    times = [i.get("time") for i in reading.items if i.has("time")]
    return len(times) == 1 and times[0].clock is None and bool(times[0].day or times[0].recurs)


def unclear_days(call: Call, frame: Frame, reading: Reading) -> Understanding | None:
    """The question where a regular plan gets days that no schedule keeps, or several of them."""
    time = frame.said.time
    if call.when is None or call.when.cron is None or time is None or "?" in reading.text:
        return None
    if time.every is not None and time.every[1] == "days" and time.every[0] > _LONGEST_EVERY:
        return replies.ask("I keep days of the week or of the month. On which shall it be?")
    days = [i.get("time") for i in reading.items if i.has("time") and i.used != "not then"]
    several = len({t.day or t.days for t in days if t.day or t.days}) > 1
    begins = time.day is not None and {"from", "starting", "beginning"} & set(reading.words)
    if several or begins:
        return replies.ask("On which days shall it be? It begins with the next of them.")
    return None
