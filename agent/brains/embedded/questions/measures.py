"""Questions about figures: costs, savings, metrics, forecasts."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.questions.mentions import machines_in, named_in
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("questions")
_HAS_CAPACITY = frozenset(_WORDS["has_capacity"])


def savings_rule(clause: Clause) -> str | None:
    """Where money can be saved."""
    item = clause.first("savings")
    if item is None:
        cuts = clause.action == "reduce" or {"trim", "cut", "lower", "shave", "slash"} & set(
            clause.words
        )
        return "recommend_savings" if cuts and clause.has("cost") else None
    if item.words in (
        ("reduction",),
        ("excess",),
        ("cheaper",),
        ("optimize",),
        ("optimise",),
    ) and not clause.has("cost", "wh"):
        return None
    return "recommend_savings"


def placement_rule(clause: Clause) -> str | None:
    """Where a machine of a size fits."""
    item = clause.first("placement")
    if item is None or (clause.has("metric") and item.words[:2] == ("where", "will")):
        return None
    if (
        named_in(clause)
        and item.words[0] in ("where",)
        and item.words[1:2] in (("does",), ("will",))
    ):
        return None
    sized = any(i.has("amount") and i.get("amount")[1] in ("vcpus", "gib") for i in clause.items)
    return (
        "recommend_placement" if sized or clause.has("noun", "det") or len(item.words) > 2 else None
    )


_FILLS = frozenset({"full", "hit", "hits", "reach", "reaches", "fill", "exhaust", "exhausted"})


def forecast_rule(clause: Clause) -> str | None:
    """How a metric goes on, or when a disk is full."""
    item = clause.first("forecast")
    fills = bool(_FILLS & set(clause.words))
    if item is None and clause.has("metric") and clause.words[:1] == ("when",):
        reached = {"hit", "hits", "reach", "reaches", "exceed", "cross", "top", "full"}
        return "forecast_metric" if reached & set(clause.words) else None
    if item is None and clause.has("metric") and clause.has("wh"):
        later = [i for i in clause.items if i.get("time") is not None and i.get("time").after]
        if later and {"likely", "stand", "look", "reach", "will", "expected", "end"} & set(
            clause.words
        ):
            return "forecast_metric"
    if _asks_how_long_it_lasts(clause):
        return "forecast_metric"
    if item is None:
        asked = clause.words[-1:] == ("when",) and "full" in clause.words
        return "forecast_metric" if asked and named_in(clause) else None
    weak = item.words in (
        ("next", "week"),
        ("next", "month"),
        ("the", "next"),
        ("over", "the", "next"),
        ("project",),
        ("expect",),
        ("expected",),
        ("estimate",),
        ("growth",),
        ("heading",),
        ("headed",),
        ("develop",),
        ("will", "be"),
        ("going", "to", "be"),
        ("in", "a", "month"),
        ("be", "full"),
        ("trend",),
        ("trends",),
        ("when", "will"),
        ("how", "soon"),
        ("how", "long", "until"),
    )
    metric = clause.has("metric") or "disk" in clause.objects() or clause.has("condition")
    ahead = any(i.get("time") is not None and i.get("time").ahead for i in clause.items)
    if clause.has("cost") and not metric:
        return None
    if weak and not metric and not ahead and not (fills and named_in(clause)):
        return None
    return "forecast_metric"


_LASTING = frozenset({"last", "lasts", "suffice", "suffices", "enough"})
_ROOM = frozenset({"disk", "disks", "space", "storage", "memory", "ram", "capacity", "room"})


def _asks_how_long_it_lasts(clause: Clause) -> bool:
    """ "how many days does the disk of nfs-01 last?"."""
    words = [w for w in clause.words[:6] if w not in ("and", "so", "for", "about", "roughly")]
    long = words[:2] == ["how", "long"] or (
        words[:2] == ["how", "many"] and words[2:3] and words[2] in ("days", "weeks", "months")
    )
    lasts = bool(_LASTING & set(clause.words[3:])) and bool(_ROOM & set(clause.words))
    return bool(long) and lasts and not clause.has("time")


def anomalies_rule(clause: Clause) -> str | None:
    """What is out of the ordinary."""
    item = clause.first("anomaly")
    if item is None or (item.words == ("curious",) and clause.words[:2] in (("i", "am"), ("am",))):
        return None
    return "find_anomalies"


def cost_rule(clause: Clause) -> str | None:
    """What machines cost."""
    item = clause.first("cost")
    if item is None:
        per = clause.words[:2] in (("$", "per"), ("$", "by")) or clause.words[1:2] == ("per",)
        bare = clause.items[0].has("dollar") and not clause.has("number")
        return "cost_report" if bare and per else None
    order = clause.first("superlative")
    if order is not None and order.get("superlative")[0] == "hourly_cost_usd":
        return "cost_report" if _asks_which_key(clause) else None
    if clause.has("cmp") and any(
        (i.has("amount") and i.get("amount")[1] == "usd") or i.has("dollar") for i in clause.items
    ):
        return None
    if item.words in (("pay",), ("paying",), ("paid",)) and "many" in clause.words:
        return None
    if _ordered(clause) and not clause.has("time"):
        return None
    return "cost_report"


def _asks_which_key(clause: Clause) -> bool:
    """ "which team costs the most?": costs by team."""
    wh = clause.first("wh")
    if wh is None or wh.words[0] not in ("which", "what"):
        return False
    k = clause.items.index(wh)
    return any(i.has("key") for i in clause.items[k + 1 : k + 2]) and not clause.has("noun")


def _ordered(clause: Clause) -> bool:
    """ "sorted by hourly cost": the cost only orders what is listed."""
    return bool({"sorted", "sort", "ordered", "order", "ranked", "rank"} & set(clause.words))


def metrics_rule(clause: Clause) -> str | None:
    """How busy or full machines are."""
    order = clause.first("superlative")
    if order is not None and order.get("superlative")[0] in ("memory_gib", "disk_gib", "vcpus"):
        return None
    if order is not None and order.get("superlative")[0] in (
        "cpu",
        "memory",
        "disk",
        "network",
        "iops",
    ):
        return "query_metrics"
    if clause.has("condition") and not any(
        i.has("verb") and i.action == "count" for i in clause.items
    ):
        condition = clause.first("condition")
        assert condition is not None
        if not condition.is_entity:
            return "query_metrics"
    metric = next((i for i in clause.items if i.has("metric") and not i.is_entity), None)
    if metric is None:
        return None
    words = set(clause.words)
    if (
        metric.get("metric") in ("disk", "memory", "cpu")
        and (named_in(clause) or clause.has("pron"))
        and not _usage(clause)
        and words & _HAS_CAPACITY
    ):
        return "describe_vms"
    if any(
        i.has("amount") and i.get("amount")[1] in ("gib", "vcpus") for i in clause.items
    ) and clause.has("cmp", "with"):
        return None
    if (
        metric.words
        in (("load",), ("space",), ("utilization",), ("utilisation",), ("compute",), ("hogs",))
        or clause.has("noun", "time", "agg", "wh", "most", "verb")
        or named_in(clause)
        or machines_in(clause)
        or clause.asks
        or len(clause.items) <= 4
    ):
        return "query_metrics"
    return None


_USAGE = frozenset(_WORDS["usage"])


def _usage(clause: Clause) -> bool:
    return bool(_USAGE & set(clause.words)) or clause.has("time", "agg")
