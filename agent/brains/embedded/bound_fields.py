"""The field that a figure bounds: what "8 cores", "90 days" or "5 dollars" is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.brains.embedded.scan import Item

HOURS_A_MONTH = 730.0


LARGE_GIB = 300.0
"""A figure in GiB without a word for memory or disk is a disk's from here on."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition that was read: its field, the comparison, and where it ends."""

    field: str
    condition: dict[str, Any]
    end: int
    says: str


def bound_of(
    items: Sequence[Item],
    k: int,
    end: int,
    op: str,
    value: float,
    unit: str,
    lead: Item | None = None,
) -> Bound | None:
    """The field that a figure of this unit is about, from the unit and the words around it."""
    around = [*items[max(0, k - 3) : k], *items[k:end], *items[end : end + 3]]
    after = list(items[end : end + 3])
    if unit == "vcpus" and op in ("gt", "ge") and value in _PERCENT and _says_cpu(items, k, end):
        unit = "percent"
    if unit == "vcpus":
        return Bound("vcpus", {op: value}, end, f"vcpus {op} {value:g}")
    if unit == "gib":
        field = _gib_field(lead, after, around, value)
        return Bound(
            field, {op: value}, end + words_of_measure(items, end), f"{field} {op} {value:g}"
        )
    if unit in ("days", "hours", "minutes"):
        return _age(items, end, op, value, unit, around)
    if unit == "usd":
        return _price(items, end, op, value)
    metric = _metric_of(lead, after, around)
    if unit not in ("percent", "iops", "mbps"):
        if counted := _counted(items, end, op, value, lead):
            return counted
        if metric is None:
            return _bare_age(items[k], end, op, value, lead)
    name = {"iops": "iops", "mbps": "network"}.get(unit) or metric or "cpu"
    named_after = next((n for n, i in enumerate(after[:2], 1) if i.has("metric")), 0)
    aggregate, window = _how(around)
    condition: dict[str, Any] = {"name": name, "aggregate": aggregate, "window": window, op: value}
    return Bound(
        "metric", condition, end + (named_after if lead is None else 0), f"{name} {op} {value:g}"
    )


_PERCENT = frozenset((50, 60, 70, 75, 80, 85, 90, 95, 98, 99, 100))


def _says_cpu(items: Sequence[Item], k: int, end: int) -> bool:
    """ "over 80 cpu": no machine has so many vCPUs; the load is meant."""
    return any(i.words[-1:] == ("cpu",) for i in items[k:end])


def _counted(
    items: Sequence[Item], end: int, op: str, value: float, lead: Item | None
) -> Bound | None:
    """Snapshots or vCPUs, which are counted without a unit."""
    kind = lead.get("object") if lead is not None else None
    spoken = any(i.get("object") == "snapshot" for i in items[end : end + 2])
    if kind == "snapshot" or spoken:
        extra = 0 if kind == "snapshot" else 1
        return Bound("snapshots", {op: value}, end + extra, f"snapshots {op} {value:g}")
    if lead is not None and lead.words[0] in ("cores", "vcpus", "core", "vcpu", "cpus"):
        return Bound("vcpus", {op: value}, end, f"vcpus {op} {value:g}")
    return None


def _bare_age(item: Item, end: int, op: str, value: float, lead: Item | None) -> Bound | None:
    """ "older than 90": days, where nothing else is said."""
    kind = lead.get("object") if lead is not None else None
    if kind == "age" or item.words[:1] in (("older",), ("newer",), ("younger",)):
        return Bound("age_days", {op: value}, end, f"age {op} {value:g}")
    return None


def _how(around: Sequence[Item]) -> tuple[str, str]:
    aggregate = next(
        (i.get("agg") for i in around if i.has("agg") and not i.has("superlative")), "avg"
    )
    for item in around:
        time = item.get("time")
        if time is not None and time.window:
            return aggregate, time.window
    return aggregate, "1h"


def _metric_of(lead: Item | None, after: Sequence[Item], around: Sequence[Item]) -> str | None:
    for item in ([lead] if lead is not None else []) + [*after[:2], *around]:
        if item.has("metric"):
            return item.get("metric")
    return None


def _gib_field(
    lead: Item | None, after: Sequence[Item], around: Sequence[Item], value: float
) -> str:
    for item in ([lead] if lead is not None else []) + [*after[:3], *around]:
        if item.has("metric") and item.get("metric") == "memory":
            return "memory_gib"
        if (item.has("metric") and item.get("metric") == "disk") or (
            item.has("object") and item.get("object") == "disk"
        ):
            return "disk_gib"
    return "memory_gib" if value < LARGE_GIB else "disk_gib"


def words_of_measure(items: Sequence[Item], end: int) -> int:
    """The words "of ram", "of memory", "disk" after the figure."""
    for extra, item in enumerate(items[end : end + 2], 1):
        if item.has("metric") or (item.has("object") and item.get("object") == "disk"):
            return extra
        if not item.has("for", "with", "det"):
            break
    return 0


def _age(
    items: Sequence[Item],
    end: int,
    op: str,
    value: float,
    unit: str,
    around: Sequence[Item],
) -> Bound | None:
    days = value if unit == "days" else value / (24 if unit == "hours" else 1440)
    words = {w for i in around for w in i.words}
    stop = end
    if stop < len(items) and items[stop].words and items[stop].words[0] in ("old", "ago", "of"):
        stop += 1
        if stop < len(items) and items[stop].words == ("age",):
            stop += 1
    spoken = words & {
        "older",
        "newer",
        "younger",
        "old",
        "age",
        "created",
        "ago",
        "aged",
        "existed",
        "around",
        "recent",
        "exist",
        "alive",
        "made",
        "built",
        "longer",
        "been",
    }
    if not spoken and unit != "days":
        return None
    return Bound("age_days", {op: days}, stop, f"age {op} {days:g} days")


def _price(items: Sequence[Item], end: int, op: str, value: float) -> Bound:
    hourly, stop = value, end
    words = [w for i in items[end : end + 3] for w in i.words]
    factor = {
        "hour": 1.0,
        "hr": 1.0,
        "h": 1.0,
        "day": 24.0,
        "daily": 24.0,
        "month": HOURS_A_MONTH,
        "mo": HOURS_A_MONTH,
        "monthly": HOURS_A_MONTH,
        "week": 168.0,
        "year": HOURS_A_MONTH * 12,
    }
    for n, word in enumerate(words[:3]):
        if word in factor:
            hourly = value / factor[word]
            taken = 0
            while taken <= n and stop < len(items):
                taken += len(items[stop].words)
                stop += 1
            break
    return Bound("hourly_cost_usd", {op: hourly}, stop, f"cost {op} {hourly:.4g} $/h")


def days_of(window: str) -> float:
    """How many days a window such as 24h or 7d covers."""
    number, unit = float(window[:-1]), window[-1]
    return number if unit == "d" else number / 24
