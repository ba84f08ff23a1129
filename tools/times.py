"""Windows, moments and cron lines; the clock is injected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from croniter import croniter

from tools.errors import InvalidRequest

Clock = Callable[[], datetime]
"""Gives the present moment, with an offset."""

_WINDOW = re.compile(r"(\d{1,6})([hdw])")
_LONGEST = timedelta(days=3653)
_UNIT = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


def window_length(window: str) -> timedelta:
    """How long `1h`, `24h`, `7d` or `2w` is.

    Raises:
        InvalidRequest: it is not a whole number and `h`, `d` or `w`, or over ten years.
    """
    match = _WINDOW.fullmatch(window)
    length = int(match[1]) * _UNIT[match[2]] if match else timedelta(0)
    if not timedelta(0) < length <= _LONGEST:
        raise InvalidRequest(
            f"{window!r} is not a window.", hint="Write a number and h or d: 1h, 24h, 7d."
        )
    return length


def canonical_window(window: str) -> str:
    """A window in hours or days: `2w` is `14d`."""
    return f"{7 * int(window[:-1])}d" if window.endswith("w") else window


def parse_moment(text: str) -> datetime:
    """A moment written in RFC 3339 with an offset.

    Raises:
        InvalidRequest: it is no moment, or it has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is not a time in RFC 3339.") from error
    if moment.tzinfo is None:
        raise InvalidRequest(f"{text!r} has no offset.", hint="Write 2026-11-24T02:00:00+00:00.")
    return moment


def next_firing(cron: str, after: datetime) -> datetime:
    """When a five-field cron line fires next, strictly after `after`, in its zone.

    Raises:
        InvalidRequest: the line is not valid.
    """
    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        raise InvalidRequest(f"{cron!r} is not a cron line of five fields.")
    return croniter(cron, after).get_next(datetime)


def last_firing(cron: str, until: datetime) -> datetime:
    """When a valid cron line fired last, `until` included, in its zone."""
    return croniter(cron, until + timedelta(seconds=1)).get_prev(datetime)
