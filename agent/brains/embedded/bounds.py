"""Conditions on numbers: "more than 8 cores", "older than 90 days", "cpu > 80 %", "between 2 and
4".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.brains.embedded.scan import Item

HOURS_A_MONTH = 730.0


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition that was read: its field, the comparison, and where it ends."""

    field: str
    condition: dict[str, Any]
    end: int
    says: str


def read_bound(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    """The condition that begins at `k`, if one does."""
    item = items[k]
    if aged := _aged(items, k):
        return aged
    for reader in (_compared, _between, _reversed, _sized, _made):
        if bound := reader(items, k, tool):
            return bound
    if item.has("metric", "object", "cost") or item.words[:1] in (("cores",), ("vcpus",)):
        return _leading(items, k, tool)
    return None


def _leading(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    """ "cpu over 80", "memory above 64 gigs", "cores >= 8", "age > 90d": the field stands first."""
    j = k + 1
    while (
        j < len(items)
        and j - k < 5
        and items[j].has(
            "be", "filler", "in", "with", "rel", "agg", "object", "metric", "colon", "time", "det"
        )
        and not items[j].has("number", "cmp")
        and not items[j].is_entity
    ):
        j += 1
    if j >= len(items) or not (items[j].has("cmp") or (items[j].has("dash") and False)):
        return None
    found = _figure(items, j + 1)
    if found is None:
        return None
    value, unit, end = found
    if items[k].has("cost") and not items[k].has("metric"):
        unit = unit or "usd"
        if unit != "usd":
            return None
    return _bound(items, k, end, items[j].get("cmp"), value, unit, items[k], tool)


def _figure(items: Sequence[Item], k: int) -> tuple[float, str, int] | None:
    """A figure with its unit: (8, "vcpus", where it ends)."""
    while (
        k < len(items)
        and items[k].has("det", "filler", "dollar", "to")
        and not items[k].has("number")
    ):
        if items[k].has("dollar") and k + 1 < len(items) and items[k + 1].has("number"):
            return items[k + 1].get("number"), "usd", k + 2
        if k + 1 < len(items) and items[k].words[-1:] in (("a",), ("an",)):
            one = _ONE_OF.get(" ".join(items[k + 1].words))
            if one is not None:
                return (*one, k + 2)
        k += 1
    if k >= len(items) or not items[k].has("number"):
        return None
    item = items[k]
    if item.has("amount"):
        value, unit = item.get("amount")
        if k + 1 < len(items) and items[k + 1].has("percent"):
            return value, unit, k + 2
        return value, unit, k + 1
    if k + 1 < len(items) and items[k + 1].has("percent"):
        return item.get("number"), "percent", k + 2
    return item.get("number"), "", k + 1


_ONE_OF = {
    "dollar": (1.0, "usd"),
    "buck": (1.0, "usd"),
    "cent": (0.01, "usd"),
    "penny": (0.01, "usd"),
    "year": (365.0, "days"),
    "month": (30.0, "days"),
    "week": (7.0, "days"),
    "day": (1.0, "days"),
    "terabyte": (1024.0, "gib"),
    "tb": (1024.0, "gib"),
    "gig": (1.0, "gib"),
    "gigabyte": (1.0, "gib"),
    "core": (1.0, "vcpus"),
}
"""What "a dollar" or "a year" is as a figure and a unit."""


def _compared(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    """ "more than 8 cores", "over 80 % cpu"."""
    item = items[k]
    if not item.has("cmp") or item.has("time"):
        return None
    if tool in _TAKES_FIGURES and item.words[0] in _DESTINATIONS:
        return None
    found = _figure(items, k + 1)
    if found is None:
        return None
    value, unit, end = found
    if item.words in (("past",), ("from",), ("under",)) and not unit:
        return None
    if item.words == ("from",):
        return None
    return _bound(items, k, end, item.get("cmp"), value, unit, None, tool)


_TAKES_FIGURES = frozenset(
    {"resize_vms", "resize_disk", "attach_disk", "create_vms", "scale_group"}
)
_DESTINATIONS = frozenset({"up", "from", "max", "min", "maximum", "minimum"})


def _aged(items: Sequence[Item], k: int) -> Bound | None:
    """ "over a year old", "within two weeks old"."""
    time = items[k].get("time")
    after = items[k + 1] if k + 1 < len(items) else None
    if time is None or not time.window or after is None or after.words[:1] != ("old",):
        return None
    op = "gt" if items[k].words[0] in ("over", "more", "beyond") else "le"
    return Bound("age_days", {op: _days(time.window)}, k + 2, f"age {op} {time.window}")


def _between(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    if items[k].words != ("between",):
        return None
    low = _figure(items, k + 1)
    if low is None or low[2] >= len(items) or not items[low[2]].has("and"):
        return None
    high = _figure(items, low[2] + 1)
    if high is None:
        return None
    bound = _bound(items, k, high[2], "ge", low[0], low[1] or high[1], None, tool)
    if bound is None:
        return None
    top = _bound(items, k, high[2], "le", high[0], high[1], None, tool)
    return Bound(
        bound.field, {**bound.condition, **(top.condition if top else {})}, bound.end, "between"
    )


def _reversed(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    """ "8+ cores", "8 or more cores", "8 cores or more", "90 days or older"."""
    item = items[k]
    if not item.has("number") or tool in _TAKES_FIGURES:
        return None
    found = _figure(items, k)
    if found is None:
        return None
    value, unit, end = found
    if item.has("plus"):
        return _bound(items, k, end, "ge", value, unit, None, tool)
    if items[end : end + 1] and items[end].has("for", "metric", "object", "with"):
        end += _skip_of(items, end)
    words = [w for i in items[end : end + 2] for w in i.words]
    for said, op in (
        (("or", "more"), "ge"),
        (("or", "above"), "ge"),
        (("or", "older"), "ge"),
        (("or", "fewer"), "le"),
        (("or", "less"), "le"),
        (("and", "up"), "ge"),
        (("and", "above"), "ge"),
        (("or", "bigger"), "ge"),
        (("or", "over"), "ge"),
        (("or", "higher"), "ge"),
        (("or", "larger"), "ge"),
        (("or", "below"), "le"),
        (("or", "smaller"), "le"),
        (("or", "newer"), "le"),
        (("or", "younger"), "le"),
        (("and", "more"), "ge"),
        (("and", "over"), "ge"),
        (("upwards",), "ge"),
    ):
        if tuple(words[: len(said)]) == said:
            stop = end
            taken = 0
            while taken < len(said) and stop < len(items):
                taken += len(items[stop].words)
                stop += 1
            if not unit and stop < len(items):
                more = items[stop]
                if more.has("object", "metric", "tech", "filler") or more.words[0] in (
                    "cores",
                    "snapshots",
                ):
                    from agent.brains.embedded.numbers import UNITS

                    if more.words[0] in UNITS:
                        kind, scale = UNITS[more.words[0]]
                        return _bound(items, k, stop + 1, op, value * scale, kind, None, tool)
            field = "age" if "older" in said or "newer" in said or "younger" in said else ""
            return _bound(items, k, stop, op, value, "days" if field else unit, None, tool)
    return None


def _sized(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    """ "8-core machines", "boxes with 16 gigs of ram", "2 cpu vms": exactly so many."""
    item = items[k]
    if tool in _TAKES_FIGURES or tool in ("recommend_placement",) or not item.has("amount"):
        return None
    value, unit = item.get("amount")
    if unit not in ("vcpus", "gib"):
        return None
    before = items[k - 1] if k else None
    after = items[k + 1 : k + 4]
    noun = any(i.has("noun") for i in after[:2])
    having = before is not None and before.has("with", "det", "all", "only", "cmp")
    if not (noun or having):
        return None
    return _bound(items, k, k + 1, "eq", value, unit, None, tool)


def _made(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    """ "created in the last week", "made since monday", "created more than 90 days ago"."""
    item = items[k]
    if not (
        (item.has("object") and item.get("object") == "age")
        or (item.words and item.words[0] in _MADE)
    ):
        return None
    for j in range(k + 1, min(len(items), k + 4)):
        time = items[j].get("time")
        if time is not None and time.window and not time.ahead:
            days = _days(time.window)
            return Bound("age_days", {"le": days}, j + 1, f"created in the last {time.window}")
        if items[j].has("cmp"):
            found = _figure(items, j + 1)
            if found and found[1] in ("days", "hours", "minutes"):
                end = found[2] + (
                    1 if found[2] < len(items) and items[found[2]].words == ("ago",) else 0
                )
                op = items[j].get("cmp")
                return _bound(items, k, end, op, found[0], found[1], None, tool)
    return None


_MADE = frozenset(
    {
        "created",
        "made",
        "built",
        "launched",
        "provisioned",
        "deployed",
        "born",
        "spun",
        "added",
        "set",
    }
)


def _days(window: str) -> float:
    number, unit = float(window[:-1]), window[-1]
    return number if unit == "d" else number / 24


def _bound(
    items: Sequence[Item],
    k: int,
    end: int,
    op: str,
    value: float,
    unit: str,
    lead: Item | None,
    tool: str | None,
) -> Bound | None:
    """The field that a figure of this unit is about, from the unit and the words around it."""
    around = [*items[max(0, k - 3) : k], *items[k:end], *items[end : end + 3]]
    after = list(items[end : end + 3])
    extra = 0
    name: str | None = None
    metric = _metric_of(lead, after, around)
    kind = lead.get("object") if lead is not None and lead.has("object") else None
    if unit == "percent":
        name = metric or "cpu"
    elif unit == "vcpus":
        return Bound("vcpus", {op: value}, end, f"vcpus {op} {value:g}")
    elif unit == "gib":
        field = _gib_field(lead, after, around, value)
        extra = _skip_of(items, end)
        return Bound(field, {op: value}, end + extra, f"{field} {op} {value:g}")
    elif unit in ("days", "hours", "minutes"):
        return _age(items, k, end, op, value, unit, around)
    elif unit == "usd":
        return _price(items, k, end, op, value)
    elif unit == "iops":
        name = "iops"
    elif unit == "mbps":
        name = "network"
    elif kind == "snapshot" or any(
        i.has("object") and i.get("object") == "snapshot" for i in after[:2]
    ):
        extra = 1 if kind != "snapshot" else 0
        return Bound("snapshots", {op: value}, end + extra, f"snapshots {op} {value:g}")
    elif lead is not None and lead.words[0] in ("cores", "vcpus", "core", "vcpu", "cpus"):
        return Bound("vcpus", {op: value}, end, f"vcpus {op} {value:g}")
    elif metric is not None:
        name = metric
    elif kind == "age" or any(
        i.words[:1] in (("older",), ("newer",), ("younger",)) for i in items[k : k + 1]
    ):
        return Bound("age_days", {op: value}, end, f"age {op} {value:g}")
    if name is None:
        return None
    if any(i.has("metric") for i in after[:2]) and lead is None:
        extra = 1 + next(n for n, i in enumerate(after[:2]) if i.has("metric"))
    aggregate, window = _how(around)
    condition: dict[str, Any] = {"name": name, "aggregate": aggregate, "window": window, op: value}
    return Bound("metric", condition, end + extra, f"{name} {op} {value:g}")


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


LARGE_GIB = 300.0
"""A figure in GiB without a word for memory or disk is a disk's from here on."""


def _skip_of(items: Sequence[Item], end: int) -> int:
    """The words "of ram", "of memory", "disk" after the figure."""
    for extra, item in enumerate(items[end : end + 2], 1):
        if item.has("metric") or (item.has("object") and item.get("object") == "disk"):
            return extra
        if not item.has("for", "with", "det"):
            break
    return 0


def _age(
    items: Sequence[Item],
    k: int,
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


def _price(items: Sequence[Item], k: int, end: int, op: str, value: float) -> Bound:
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
