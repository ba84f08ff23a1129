"""Stretches of time that a report covers."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.moments import Time


def take_window(clause: Clause) -> Time | None:
    """The stretch of time that is spoken of, if no one took it."""
    for item in clause.items:
        time = item.get("time")
        if time is not None and time.window and not item.used:
            item.used = f"window {time.window}"
            return time
    return None


def bare_window(clause: Clause) -> str | None:
    """ "cpu of web-03 24h": a length of time alone."""
    for k, item in enumerate(clause.items):
        if (
            item.has("amount")
            and not item.used
            and item.get("amount")[1] in ("hours", "days", "minutes")
        ):
            if k and clause.items[k - 1].has("cmp"):
                continue
            value, unit = item.get("amount")
            hours = value * {"hours": 1, "days": 24, "minutes": 1 / 60}[unit]
            item.used = "window"
            return (
                f"{round(hours / 24)}d"
                if hours % 24 == 0 and hours > 24
                else f"{max(1, round(hours))}h"
            )
    return None
