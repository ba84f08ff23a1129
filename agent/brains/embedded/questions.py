"""Which question a clause asks: the reads, by what they speak of."""

from __future__ import annotations

import itertools

from agent.brains.embedded.bounds import read_bound
from agent.brains.embedded.clauses import CHANGING, Clause
from agent.brains.embedded.lexicon import trade_words
from agent.brains.embedded.scan import Item

ATTRIBUTES = frozenset(
    {
        "ip",
        "public_ip",
        "owner",
        "size",
        "image",
        "region",
        "zone",
        "host",
        "state",
        "age",
        "group",
        "network",
        "provider",
        "tag",
        "protection",
    }
)
CATALOG = {
    "size": "sizes",
    "image": "images",
    "region": "regions",
    "host": "hosts",
    "network": "networks",
    "provider": "providers",
    "group": "groups",
}


def question_of(clause: Clause) -> str | None:
    """The reading tool that a clause asks for, or None."""
    for rule in (
        _runbooks,
        _savings,
        _placement,
        _schedules,
        _operations,
        _forecast,
        _diagnosis,
        _anomalies,
        _snapshots,
        _catalog,
        _cost,
        _count,
        _metrics,
        _describe,
        _list,
    ):
        if tool := rule(clause):
            return tool
    return None


def machines_in(clause: Clause) -> bool:
    """Whether machines of the fleet are named or described."""
    return any(
        (i.is_entity and (not i.has("value") or i.has("names") or i.used or _narrows(i)))
        or (i.has("pron") and not (False))
        for i in clause.items
    )


def named_in(clause: Clause) -> bool:
    """Whether a machine is named outright, or one is referred to."""
    return any(i.has("names", "unknown_name", "glob", "id") for i in clause.items)


def _narrows(item: Item) -> bool:
    return any(name not in ("image", "size") for name, _ in item.get("value"))


def tech_in(clause: Clause) -> bool:
    """Whether words of the trade are in it."""
    trade = trade_words()
    return any(
        w in trade
        or i.has("trouble", "tech", "object", "metric", "noun")
        or (i.has("verb") and i.action in CHANGING)
        for i in clause.items
        for w in i.words
    )


def _runbooks(clause: Clause) -> str | None:
    howto = clause.first("howto")
    if howto is None:
        return None
    written = howto.words[0] in (
        "runbook",
        "runbooks",
        "playbook",
        "documentation",
        "docs",
        "guide",
        "procedure",
        "wiki",
        "kb",
        "manual",
        "sop",
        "checklist",
        "howto",
        "how-to",
        "procedures",
    )
    if written:
        return "search_runbooks"
    if clause.has("savings") or named_in(clause) or not tech_in(clause):
        return None
    return "search_runbooks"


def _savings(clause: Clause) -> str | None:
    item = clause.first("savings")
    if item is None:
        return "recommend_savings" if clause.action == "reduce" and clause.has("cost") else None
    if item.words in (
        ("reduction",),
        ("excess",),
        ("cheaper",),
        ("optimize",),
        ("optimise",),
    ) and not clause.has("cost", "wh"):
        return None
    return "recommend_savings"


def _placement(clause: Clause) -> str | None:
    item = clause.first("placement")
    if item is None:
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


def _schedules(clause: Clause) -> str | None:
    if "schedule" not in clause.objects():
        return None
    item = next(i for i in clause.items if i.has("object") and i.get("object") == "schedule")
    if item.words in (("job",), ("jobs",), ("automation",), ("upcoming",)) and not any(
        w
        in (
            "scheduled",
            "schedule",
            "list",
            "show",
            "upcoming",
            "any",
            "what",
            "which",
            "pending",
            "planned",
            "our",
        )
        for w in clause.words
    ):
        return None
    return "list_schedules"


_DID = frozenset({"did", "done", "happened", "changed", "happen"})


def _operations(clause: Clause) -> str | None:
    words = clause.words
    objects = clause.objects()
    wh = clause.first("wh")
    past = any(
        i.has("verb") and i.action in CHANGING and (i.form == "past" or i.form == "base")
        for i in clause.items
    )
    if (
        wh is not None
        and wh.words[0] == "who"
        and set(words) & {"changed", "touched", "did", "done"}
    ):
        return "list_operations"
    if (wh is not None and wh.words[0] == "who" and past and not clause.has("be")) or (
        wh is not None
        and wh.words[0] in ("who", "when")
        and past
        and set(words) & {"was", "were", "did", "got", "last"}
    ):
        return "list_operations"
    if (
        wh is not None
        and wh.words[0] == "what"
        and set(words) & {"did", "happened", "changed"}
        and not clause.has("trouble")
        and not set(words) & {"cost", "spend"}
    ):
        return "list_operations"
    if (
        wh is not None
        and "done" in words
        and set(words) & {"what", "been", "was"}
        and set(words) & {"has", "was", "been", "were", "did", "have"}
    ):
        return "list_operations"
    if (
        wh is not None
        and wh.words[0] in ("what", "which")
        and past
        and not _speaks_of_making(clause)
        and set(words) & {"was", "were", "got", "been"}
        and (clause.has("time") or set(words) & {"by", "recently", "last", "yesterday", "today"})
    ):
        return "list_operations"
    if "operation" in objects:
        item = next(i for i in clause.items if i.has("object") and i.get("object") == "operation")
        if item.words[0] in (
            "work",
            "action",
            "actions",
            "event",
            "events",
            "changes",
            "tasks",
            "task",
            "activity",
            "history",
        ):
            narrow = {
                "recent",
                "last",
                "latest",
                "list",
                "show",
                "history",
                "what",
                "which",
                "any",
                "running",
                "failed",
                "pending",
                "log",
                "progress",
                "made",
            }
            if not set(words) & narrow and not clause.has("time"):
                return None
            if clause.has("metric"):
                return None
        return "list_operations"
    if wh is not None and "is" in words and "doing" in words and "nova" in words:
        return "list_operations"
    return None


def _speaks_of_making(clause: Clause) -> bool:
    """ "what was created this week?": the machines of that age."""
    return (
        any(i.has("verb") and i.action == "create" for i in clause.items)
        and "by" not in clause.words
    )


def _forecast(clause: Clause) -> str | None:
    item = clause.first("forecast")
    if item is None:
        return None
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
    if weak and not metric and not ahead:
        return None
    return "forecast_metric"


def _diagnosis(clause: Clause) -> str | None:
    words = set(clause.words)
    machines = named_in(clause) or machines_in(clause) or clause.has("noun")
    if clause.action == "diagnose" or any(
        i.has("verb") and i.action == "diagnose" for i in clause.items
    ):
        verb = next(i for i in clause.items if i.has("verb") and i.action == "diagnose")
        plain = verb.words[0] in (
            "diagnose",
            "troubleshoot",
            "debug",
            "triage",
            "investigate",
            "diagnostics",
            "diagnosis",
            "diag",
            "diagnostic",
        )
        if machines and (plain or clause.has("trouble") or named_in(clause)):
            return "diagnose_vms"
    listing = next((i for i in clause.items if not i.has("filler", "ask", "comma")), None)
    if listing is not None and listing.has("verb") and listing.action in ("list", "count"):
        return None
    trouble = clause.first("trouble")
    if (
        trouble is not None
        and machines
        and (named_in(clause) or clause.has("pron") or machines_in(clause))
    ):
        if trouble.words in (("failed",), ("crashed",), ("error",)) and not named_in(clause):
            return None
        return "diagnose_vms"
    if words & {"why"} and machines and named_in(clause):
        return "diagnose_vms"
    if named_in(clause) and _does_not(clause):
        return "diagnose_vms"
    return None


def _does_not(clause: Clause) -> bool:
    """ "print-srv is not printing": a machine that does not do what it is for."""
    words = clause.words
    return any(
        a == "not" and b.endswith("ing") and b not in ("using", "running", "being", "including")
        for a, b in itertools.pairwise(words)
    )


def _anomalies(clause: Clause) -> str | None:
    item = clause.first("anomaly")
    if item is None:
        return None
    return "find_anomalies"


def _snapshots(clause: Clause) -> str | None:
    if "snapshot" not in clause.objects() or clause.has("cmp"):
        return None
    words = set(clause.words)
    if (
        words & {"machines", "vms", "servers", "boxes", "machine", "vm", "instances", "who"}
        and words & {"which", "what", "list", "without", "no", "have", "has", "with"}
        and clause.has("with", "without")
    ):
        head = next(
            (
                i
                for i in clause.items
                if i.has("noun") or (i.has("object") and i.get("object") == "snapshot")
            ),
            None,
        )
        if head is not None and head.has("noun") and not head.has("object"):
            return "list_vms" if "many" not in words else "count_vms"
    if "many" in words and words & {"machines", "vms", "servers", "boxes"}:
        return "count_vms"
    head = next(
        (i for i in clause.items if i.has("noun", "value", "stem", "names", "object", "without")),
        None,
    )
    if head is not None and head.has("noun", "value", "stem") and clause.has("without"):
        return "list_vms"
    return "list_snapshots"


def _catalog(clause: Clause) -> str | None:
    """Sizes, images, regions, hosts, networks or providers as such, not as something of a
    machine.
    """
    listing = any(i.has("verb") and i.action == "list" for i in clause.items)
    if named_in(clause) or (clause.has("pron") and not (listing and clause.items[0].has("object"))):
        return None
    kinds = [
        (i, CATALOG[i.get("object")])
        for i in clause.items
        if i.has("object")
        and i.get("object") in CATALOG
        and not i.is_entity
        and not _grouped(clause, i)
    ]
    if not kinds or (clause.has("cost") and not any(k == "sizes" for _, k in kinds)):
        return None
    item, _ = kinds[0]
    if item.words[-1] in ("host", "hosts") and _described(clause):
        return None
    before_noun = [
        i for i in clause.items[: clause.items.index(item)] if i.has("noun") and i is not item
    ]
    if before_noun or (
        clause.has("metric")
        and item.get("object") == "network"
        and not clause.has("list", "wh")
        and item.words[-1] not in ("networks", "subnets", "vpcs", "vlans")
    ):
        return None
    if item.get("object") == "group" and not item.plural:
        return None
    counted = "many" in clause.words
    role = any(
        i.has("value") and any(n.startswith("tags.") for n, _ in i.get("value"))
        for i in clause.items
    )
    if role and not counted:
        return None
    if any(
        i.has("noun") and not i.has("object") for i in clause.items[clause.items.index(item) + 1 :]
    ) and not set(clause.words) & {"can", "could", "available", "offer", "offers"}:
        return None
    if counted and item.has("noun"):
        return None
    return "list_catalog"


def _described(clause: Clause) -> bool:
    """Whether something is said that holds of machines and never of hypervisors."""
    if clause.has("os", "cmp", "condition", "lacks", "untagged", "protected", "state"):
        return True
    if "public_ip" in clause.objects():
        return True
    fields = {name for i in clause.items for name, _ in (i.get("value") or ())}
    return "image" in fields or any(name.startswith("tags.") for name in fields)


def _grouped(clause: Clause, item: Item) -> bool:
    """Whether the word says by what to group, or belongs to a measure."""
    k = clause.items.index(item)
    before = clause.items[k - 1] if k else None
    return before is not None and (
        before.has("by") or before.words[-1:] in (("each",), ("every",), ("per",))
    )


def _cost(clause: Clause) -> str | None:
    item = clause.first("cost")
    if item is None:
        return None
    order = clause.first("superlative")
    if order is not None and order.get("superlative")[0] == "hourly_cost_usd":
        return None
    if clause.has("cmp") and any(
        (i.has("amount") and i.get("amount")[1] == "usd") or i.has("dollar") for i in clause.items
    ):
        return None
    if item.words in (("pay",), ("paying",), ("paid",)) and "many" in clause.words:
        return None
    if _ordered(clause) and not clause.has("time"):
        return None
    return "cost_report"


def _ordered(clause: Clause) -> bool:
    """ "sorted by hourly cost": the cost only orders what is listed."""
    return bool({"sorted", "sort", "ordered", "order", "ranked", "rank"} & set(clause.words))


def _count(clause: Clause) -> str | None:
    counting = any(i.has("verb") and i.action == "count" for i in clause.items)
    pairs = zip(clause.words, clause.words[1:], strict=False)
    noun = next((i for i in clause.items if i.has("noun")), None)
    much = ("how", "much") in pairs and noun is not None and not clause.has("cost", "metric")
    if not (counting or (much and noun in clause.items[:4])):
        return None
    words = clause.words
    if any(i.words[:2] == ("how", "often") for i in clause.items):
        return None
    unit = _unit_counted(clause)
    if unit and (named_in(clause) or clause.has("pron")):
        return "describe_vms"
    if "day" in words and named_in(clause):
        return "describe_vms"
    return "count_vms"


def _unit_counted(clause: Clause) -> bool:
    """ "how many cores does web-03 have": a figure of one machine."""
    for k, item in enumerate(clause.items):
        if item.has("verb") and item.action == "count":
            after = clause.items[k + 1 : k + 3]
            return any(
                w
                in (
                    "cores",
                    "cpus",
                    "vcpus",
                    "gigs",
                    "gb",
                    "gigabytes",
                    "cpu",
                    "core",
                    "gib",
                    "disks",
                    "tags",
                    "days",
                    "processors",
                )
                for i in after
                for w in i.words
            )
    return False


def _metrics(clause: Clause) -> str | None:
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
        and words
        & {
            "have",
            "has",
            "got",
            "installed",
            "allocated",
            "many",
            "with",
            "size",
            "big",
            "sized",
            "assigned",
        }
    ):
        return "describe_vms"
    if any(
        i.has("amount") and i.get("amount")[1] in ("gib", "vcpus") for i in clause.items
    ) and clause.has("cmp", "with"):
        return None
    if (
        metric.get("metric") == "network"
        and metric.words[0] in ("network", "networks")
        and not _usage(clause)
        and not clause.has("time", "agg")
        and named_in(clause)
    ):
        return "query_metrics"
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


_USAGE = frozenset(
    {
        "using",
        "used",
        "use",
        "usage",
        "uses",
        "consuming",
        "consumption",
        "utilization",
        "utilisation",
        "load",
        "average",
        "avg",
        "peak",
        "max",
        "min",
        "p95",
        "percent",
        "%",
        "percentile",
        "free",
        "left",
        "full",
        "last",
        "current",
        "currently",
        "now",
        "trending",
        "consume",
        "consumes",
        "maximum",
        "minimum",
        "busy",
        "past",
    }
)


def _usage(clause: Clause) -> bool:
    return bool(_USAGE & set(clause.words)) or clause.has("time", "agg")


def _describe(clause: Clause) -> str | None:
    """Attributes or the state of machines that are named."""
    named = named_in(clause)
    if not named:
        return None
    tagged = "tag" in clause.objects() and clause.has("without")
    if tagged and not any(i.has("names", "glob", "id") for i in clause.items):
        return None
    several = sum(len(i.get("names")) for i in clause.items if i.has("names")) > 1 or clause.has(
        "glob"
    )
    describing = any(i.has("verb") and i.action == "describe" for i in clause.items)
    if describing:
        return "describe_vms"
    return "list_vms" if several and not _unit_counted(clause) else "describe_vms"


def _list(clause: Clause) -> str | None:
    wh = clause.first("wh")
    listing = any(i.has("verb") and i.action in ("list", "describe") for i in clause.items)
    lacking = clause.has("generic") and clause.has("without", "with", "lacks", "untagged", "key")
    running = bool({"run", "runs", "running", "on"} & set(clause.words)) and any(
        name == "image" for i in clause.items for name, _ in (i.get("value") or ())
    )
    machines = (
        lacking
        or running
        or machines_in(clause)
        or clause.has(
            "noun",
            "superlative",
            "state",
            "condition",
            "lacks",
            "untagged",
            "protected",
            "os",
            "all",
            "other",
        )
    )
    attribute = bool(clause.objects() & ATTRIBUTES) or clause.has("key")
    if clause.has("pron") and (wh or listing or attribute or clause.asks):
        return "list_vms"
    if (
        attribute
        and (wh or listing or clause.asks)
        and set(clause.words) & {"first", "second", "third", "last", "other", "fourth"}
    ):
        return "list_vms"
    if machines and (
        listing
        or wh is not None
        or clause.asks
        or clause.has(
            "state", "lacks", "untagged", "superlative", "protected", "noun", "key", "all"
        )
    ):
        return "list_vms"
    if "public_ip" in clause.objects():
        return "list_vms"
    if machines_in(clause):
        return "list_vms"
    bound = next(
        (b for k in range(len(clause.items)) if (b := read_bound(clause.items, k, None))), None
    )
    if bound is not None and len(clause.items) <= 10:
        return "query_metrics" if bound.field == "metric" else "list_vms"
    return None
