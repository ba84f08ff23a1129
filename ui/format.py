"""How single values look to people: money, sizes, times, states."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from rich.text import Text

from tools.times import parse_moment, utc_now, window_length
from ui.text import clean

HOURS_A_MONTH = 730

STATE_STYLES = {
    "running": "green",
    "stopped": "bright_black",
    "suspended": "yellow",
    "paused": "yellow",
    "starting": "cyan",
    "stopping": "cyan",
    "error": "bold red",
    "deleted": "red",
    "unknown": "magenta",
}
RISK_STYLES = {"read": "green", "change": "cyan", "disrupt": "yellow", "destroy": "bold red"}
RIGHT_UNITS = frozenset({"gib", "usd_hour", "usd", "percent", "count"})


def state(value: str) -> Text:
    """A machine's state with its colour."""
    return Text(clean(value), STATE_STYLES.get(value, ""))


def number(value: float, digits: int = 2) -> str:
    """A figure without needless zeros."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def money_hour(usd: float) -> str:
    """What one machine costs an hour."""
    return f"${_dollars(usd)}"


def money_change(usd_hour: float) -> str:
    """A difference in hourly cost, with the month beside it."""
    if abs(usd_hour) < 0.0005:
        return "no difference"
    sign = "+" if usd_hour > 0 else "−"
    month = abs(usd_hour) * HOURS_A_MONTH
    return f"{sign}${_dollars(abs(usd_hour))} an hour, {sign}${month:,.0f} a month"


def _dollars(usd: float) -> str:
    """Tenths of a cent count for one machine, not for a fleet."""
    return f"{usd:,.3f}" if usd < 10 else f"{usd:,.2f}"


def zone_of(name: str) -> tzinfo:
    """The zone of this name, UTC where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def moment(at: datetime, zone: tzinfo = UTC) -> str:
    """A moment to the minute, in a zone that is named."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def moment_text(text: str, zone: tzinfo = UTC) -> str:
    """A moment that comes as RFC 3339; anything else as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return clean(text)
    return moment(at, zone) if at.tzinfo else clean(text)


def moments_ago(text: str) -> datetime:
    """The moment that `2h` or `7d` ago was, or one in RFC 3339.

    Raises:
        InvalidRequest: it is neither.
    """
    if text[-1:] in "hdw" and text[:-1].isdigit():
        return utc_now() - window_length(text)
    return parse_moment(text)


def span(seconds: float) -> str:
    """How long something takes or took, roughly."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    for length, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def _figure(value: float, unit: str) -> str:
    match unit:
        case "gib":
            return f"{number(value)} GiB"
        case "usd_hour":
            return f"{money_hour(value)}/h"
        case "usd":
            return f"${value:,.2f}"
        case "percent":
            return f"{value:.1f} %"
        case _:
            return number(value)


def cell(value: Any, unit: str = "", zone: tzinfo = UTC) -> Text:
    """One value of a result as a table shows it."""
    if value is None:
        return Text("–", "bright_black")
    if unit == "state":
        return state(str(value))
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, int | float):
        return Text(_figure(value, unit))
    if unit == "time":
        return Text(moment_text(str(value), zone))
    if isinstance(value, dict):
        named = cast(dict[str, Any], value)
        return Text(clean(", ".join(f"{key}={one}" for key, one in named.items())))
    if isinstance(value, list | tuple):
        return Text(clean(", ".join(map(str, cast(Sequence[Any], value)))))
    return Text(clean(str(value)))
