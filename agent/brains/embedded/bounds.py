"""Conditions on numbers: "more than 8 cores", "older than 90 days", "cpu > 80 %"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.bound_fields import Bound, bound_of, days_of, words_of_measure
from agent.brains.embedded.numbers import UNITS
from agent.brains.embedded.scan import Item


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
    if j >= len(items) or not items[j].has("cmp"):
        return None
    found = _figure(items, j + 1)
    if found is None:
        return None
    value, unit, end = found
    unit = unit or _UNIT_IN_NAME.get(items[k].words[0].rpartition("_")[2], "")
    if items[k].has("cost") and not items[k].has("metric"):
        unit = unit or "usd"
        if unit != "usd":
            return None
    return bound_of(items, k, end, items[j].get("cmp"), value, unit, items[k])


_UNIT_IN_NAME = {"gib": "gib", "days": "days", "usd": "usd"}
"""The units of fields as the contract writes them: disk_gib, age_days, hourly_cost_usd."""


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
    return bound_of(items, k, end, item.get("cmp"), value, unit)


_TAKES_FIGURES = frozenset(
    {"resize_vms", "resize_disk", "attach_disk", "create_vms", "scale_group"}
)


_DESTINATIONS = frozenset({"up", "from", "max", "min", "maximum", "minimum"})


def _aged(items: Sequence[Item], k: int) -> Bound | None:
    """ "over a year old", "within two weeks old"."""
    time = items[k].get("time")
    if time is not None and time.beyond:
        return Bound("age_days", {"gt": days_of(time.window)}, k + 1, f"older than {time.window}")
    after = items[k + 1] if k + 1 < len(items) else None
    if time is None or not time.window or after is None or after.words[:1] != ("old",):
        return None
    op = "gt" if items[k].words[0] in ("over", "more", "beyond") else "le"
    return Bound("age_days", {op: days_of(time.window)}, k + 2, f"age {op} {time.window}")


def _between(items: Sequence[Item], k: int, tool: str | None) -> Bound | None:
    if items[k].words != ("between",):
        return None
    low = _figure(items, k + 1)
    if low is None or low[2] >= len(items) or not items[low[2]].has("and"):
        return None
    high = _figure(items, low[2] + 1)
    if high is None:
        return None
    bound = bound_of(items, k, high[2], "ge", low[0], low[1] or high[1])
    if bound is None:
        return None
    top = bound_of(items, k, high[2], "le", high[0], high[1])
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
        return bound_of(items, k, end, "ge", value, unit)
    if items[end : end + 1] and items[end].has("for", "metric", "object", "with"):
        end += words_of_measure(items, end)
    words = tuple(w for i in items[end : end + 2] for w in i.words)
    said = next((s for s in (words[:2], words[:1]) if s in _TAILS), None)
    if said is None:
        return None
    op, stop = _TAILS[said], _end_of(said, items, end)
    if not unit and (measured := _unit_after(items, stop)):
        unit, scale = measured
        return bound_of(items, k, stop + 1, op, value * scale, unit)
    aged = said[-1] in ("older", "newer", "younger")
    return bound_of(items, k, stop, op, value, "days" if aged else unit)


_TAILS: dict[tuple[str, ...], str] = {
    ("or", "more"): "ge",
    ("or", "above"): "ge",
    ("or", "older"): "ge",
    ("or", "fewer"): "le",
    ("or", "less"): "le",
    ("and", "up"): "ge",
    ("and", "above"): "ge",
    ("or", "bigger"): "ge",
    ("or", "over"): "ge",
    ("or", "higher"): "ge",
    ("or", "larger"): "ge",
    ("or", "below"): "le",
    ("or", "smaller"): "le",
    ("or", "newer"): "le",
    ("or", "younger"): "le",
    ("and", "more"): "ge",
    ("and", "over"): "ge",
    ("upwards",): "ge",
}
"""What follows a figure and makes it a bound."""


def _end_of(said: tuple[str, ...], items: Sequence[Item], k: int) -> int:
    """Where these words end that begin at `k`."""
    taken = 0
    while taken < len(said) and k < len(items):
        taken += len(items[k].words)
        k += 1
    return k


def _unit_after(items: Sequence[Item], k: int) -> tuple[str, float] | None:
    """The unit, and how many of it, that the word at `k` stands for."""
    if k >= len(items):
        return None
    word = items[k].words[0]
    spoken = items[k].has("object", "metric", "tech", "filler") or word in ("cores", "snapshots")
    return UNITS.get(word) if spoken else None


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
    return bound_of(items, k, k + 1, "eq", value, unit)


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
        if time is not None and time.beyond:
            days = days_of(time.window)
            return Bound("age_days", {"gt": days}, j + 1, f"older than {time.window}")
        if time is not None and time.window and not time.ahead:
            days = days_of(time.window)
            return Bound("age_days", {"le": days}, j + 1, f"created in the last {time.window}")
        if items[j].has("cmp"):
            found = _figure(items, j + 1)
            if found and found[1] in ("days", "hours", "minutes"):
                end = found[2] + (
                    1 if found[2] < len(items) and items[found[2]].words == ("ago",) else 0
                )
                op = items[j].get("cmp")
                return bound_of(items, k, end, op, found[0], found[1])
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
