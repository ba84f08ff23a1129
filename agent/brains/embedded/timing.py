"""What words about time say, before it is known of what they say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

DAYS = {
    "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
    "sunday": 0, "mon": 1, "tue": 2, "tues": 2, "wed": 3, "weds": 3, "thu": 4, "thur": 4,
    "thurs": 4, "fri": 5, "sat": 6, "sun": 0,
}  # fmt: skip
"""Names of weekdays, numbered as cron numbers them."""

MONTHS = {
    "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4,
    "may": 5, "june": 6, "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9,
    "sep": 9, "sept": 9, "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12,
    "dec": 12,
}  # fmt: skip
PARTS = {
    "morning": (9, 0), "afternoon": (15, 0), "evening": (18, 0), "night": (22, 0),
    "lunchtime": (12, 0), "lunch": (12, 0), "mornings": (9, 0), "evenings": (18, 0),
    "nights": (22, 0),
}  # fmt: skip
"""Parts of a day and the hour that each means when none is said."""

WEEKDAYS, WEEKEND = "1-5", "6,0"

Clock = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Time:
    """What a time expression says.

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
        beyond: the window is what lies before it: "before 2024-01-01".
        half_day: what says in which half of the day the clock is: "pm", "evening", "exact".
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
    beyond: bool = False
    half_day: str | None = None

    @property
    def recurs(self) -> bool:
        """Whether it names more than one moment."""
        return self.days is not None or self.month_day is not None or self.every is not None

    @property
    def is_moment(self) -> bool:
        """Whether it names one moment to come, and neither a length nor a look back."""
        named = self.day is not None or self.clock is not None
        return named and not (self.recurs or self.window or self.lasts or self.until)

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
            made += timedelta(hours=hour, minutes=minute)
            bare = self.half_day is None and 1 <= hour < 12 and made <= now
            later = made + timedelta(hours=12)
            return later if bare and later > now and later.date() == made.date() else made
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
"""A time expression and the index after it."""
