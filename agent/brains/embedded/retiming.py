"""Another time for a call that waits."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

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
        return When(cron=f"{fields[0]} {fields[1]} {time.month_day or '*'} * {time.days or '*'}")
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


_SHIFT = re.compile(
    r"\b(an?|one|two|three|four|half an|\d+) (hour|hr|minute|min|day)s? (later|earlier|sooner)\b",
    re.IGNORECASE,
)


_COUNTED = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "half an": 0.5}


def shifted(call: Call, text: str) -> When | None:
    """The call's time, so much later or earlier: "one hour later"."""
    match = _SHIFT.search(text)
    if match is None or call.when is None or call.when.at is None:
        return None
    count = _COUNTED.get(match[1].casefold()) or float(match[1])
    minutes = {"h": 60.0, "m": 1.0, "d": 1440.0}[match[2][0].casefold()] * count
    sign = 1 if match[3].casefold() == "later" else -1
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
