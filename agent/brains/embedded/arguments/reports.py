"""What reports are of: groups, metrics, windows, horizons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agent.brains.embedded.arguments.comparing import take_compare, take_rest
from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.arguments.windows import bare_window, take_window
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.lengths import window_of
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site


def _group_by(clause: Clause, said: Said, site: Site) -> None:
    if rest := take_rest(clause):
        said.args["group_by"] = rest
        return
    items = clause.items
    systems = [i for i in items if i.has("os") and not i.used]
    if len(systems) > 1 and {"vs", "versus", "against", "compared"} & set(clause.words):
        said.args["group_by"] = "os"
        for item in (*systems, *(i for i in items if i.words[:1] in (("vs",), ("versus",)))):
            item.used = "grouped by os"
        return
    if field := _compared(clause):
        said.args["group_by"] = field
    asked = items[0] if items and items[0].has("wh") else None
    if asked is not None and asked.words[0] in ("which", "what") and len(items) > 1:
        key = items[1].get("key") if items[1].has("key") and not items[1].is_entity else None
        if key and clause.has("cost"):
            said.args["group_by"] = key
            items[1].used = f"grouped by {key}"
            return
    compares = bool(_COMPARING & set(clause.words))
    for k, item in enumerate(items):
        led = item.has("by") or item.words in (("each",), ("every",))
        led = led or (compares and item.words[-1:] != () and item.words[-1] in _BETWEEN)
        if not led or item.used:
            continue
        for after in items[k + 1 : k + 4]:
            if after.has("det", "filler") and not after.has("object", "key"):
                continue
            if after.has("value") and _leads_to_a_key(items, after):
                continue
            per_machine = item.words[-1] in ("per", "by", "each") and clause.has("cost")
            if key := _group_key(after, per_machine=per_machine):
                said.args["group_by"] = key
                item.used, after.used = "grouped by", key
                return
            break


def _leads_to_a_key(items: Sequence[Item], value: Item) -> bool:
    """ "on each vmware host": of what is grouped, before the word by which it is."""
    if value.words[-1] in ("cloud", "clouds"):
        return False
    k = items.index(value) + 1
    return k < len(items) and _group_key(items[k], per_machine=False) is not None


_BETWEEN = ("between", "across", "among", "amongst")
_COMPARING = frozenset({"vs", "versus", "against", "compared", "compare", "comparing", "side"})


def _compared(clause: Clause) -> str:
    """ "aws vs azure, $/mo": the field of which values are set beside each other."""
    if not _COMPARING & set(clause.words):
        return ""
    fields = [{n for n, _ in i.get("value")} for i in clause.items if i.has("value")]
    shared = set[str].intersection(*fields) if len(fields) > 1 else set[str]()
    found = [name for name in ("provider", "region", "tags.env", "tags.team") if name in shared]
    return found[0].removeprefix("tags.") if found else ""


_GROUPS = ("provider", "region", "zone", "host", "size", "image", "group", "state", "owner")


def _group_key(item: Item, *, per_machine: bool) -> str | None:
    """By what to group, of the word after "by"."""
    if key := item.get("key"):
        return key
    if item.get("object") in _GROUPS:
        return item.get("object")
    if item.has("value") and item.words[-1] in ("cloud", "clouds"):
        return "provider"
    if item.words[:1] in (("os",), ("operating",)):
        return "os"
    return "name" if per_machine and item.has("noun") else None


def count_report(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """By what machines are counted."""
    _group_by(clause, said, site)
    if "group_by" in said.args:
        return
    words = set(clause.words)
    states = [i for i in clause.items if i.has("state") and not i.used]
    key = next((i.get("key") for i in clause.items if i.has("key")), None)
    if "most" in words or "fewest" in words:
        said.args["group_by"] = key or "owner"
    elif len(states) > 1 and words & {"vs", "versus"}:
        said.args["group_by"] = "state"
    for item in clause.items:
        if "group_by" in said.args and item.has("most", "key"):
            item.used = "grouped"


def _extreme(items: Sequence[Item]) -> str:
    """ "the maximum of memory", "the minimum of the load": no bound, as no figure follows."""
    for k, item in enumerate(items):
        word = next((w for w in item.words if w in ("maximum", "minimum", "max", "min")), "")
        after = [i for i in items[k + 1 : k + 4] if not i.has("det")]
        if word and item.has("cmp") and not item.used and after and after[0].has("metric"):
            item.used = f"aggregate {word[:3]}"
            return word[:3]
    return ""


def metric_report(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The metric, its aggregate, by what it is grouped, and what it is set beside."""
    if ago := take_compare(clause):
        said.args["compare"] = ago
    _group_by(clause, said, site)
    for k, item in enumerate(clause.items):
        free = item.has("agg") and not item.used and not item.has("superlative")
        free = free and not (item.has("most") and _counted(clause.items, k))
        after = clause.items[k + 1 : k + 2]
        free = free and not (item.has("most") and after and after[0].has("agg"))
        if free and "aggregate" not in said.args:
            said.args["aggregate"] = item.get("agg")
            item.used = f"aggregate {item.get('agg')}"
    if extreme := _extreme(clause.items):
        said.args.setdefault("aggregate", extreme)
    for k, item in enumerate(clause.items):
        if not item.has("metric") or item.is_entity or item.used:
            continue
        said.args.setdefault("metric", item.get("metric"))
        near = clause.items[k + 1 : k + 4]
        bounded = any(i.has("cmp") for i in near) and any(i.has("number") for i in near)
        led = k and clause.items[k - 1].has("number", "cmp", "percent")
        if not bounded and not led:
            item.used = f"metric {item.get('metric')}"
    if "metric" not in said.args and ("how", "full") in zip(
        clause.words, clause.words[1:], strict=False
    ):
        said.args["metric"] = "disk"


def _counted(items: Sequence[Item], k: int) -> bool:
    """ "worst 3", "the 5 lowest": how many machines, in order; no aggregate."""
    near = [*items[max(0, k - 1) : k], *items[k + 1 : k + 2]]
    return any(i.has("number") and not i.has("amount", "time") for i in near)


def cost_report(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """What a cost is for: an hour, a day, a month; and by what it is grouped."""
    _group_by(clause, said, site)
    words = set(clause.words)
    for name, spoken in (
        ("hour", {"hour", "hourly", "hr", "h", "hours"}),
        ("day", {"day", "daily", "today", "yesterday", "d", "days"}),
        ("month", {"month", "monthly", "mo", "months"}),
    ):
        if words & spoken:
            said.args["window"] = name
            for item in clause.items:
                if set(item.words) & spoken and not item.is_entity:
                    item.used = f"a {name}"
            return
    if words & {"year", "yearly", "annual", "annually", "week", "weekly"}:
        for item in clause.items:
            if set(item.words) & {"year", "yearly", "annual", "annually", "week", "weekly"}:
                item.used = "a month"


def forecast_report(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The metric that is forecast, and how far ahead."""
    if horizon := _horizon(clause):
        said.args["horizon"] = horizon
    for item in clause.items:
        if item.has("metric") and not item.is_entity and "metric" not in said.args:
            said.args["metric"] = item.get("metric")
            item.used = f"metric {item.get('metric')}"
        elif item.has("condition") and "metric" not in said.args:
            said.args["metric"] = item.get("condition")[0]
            item.used = "metric"
    if "metric" not in said.args and {"fill", "fills", "full", "space", "out"} & set(clause.words):
        said.args["metric"] = "disk"


def _horizon(clause: Clause) -> str | None:
    for item in clause.items:
        time = None if item.used else item.get("time")
        if time is None or not (time.window or time.after):
            continue
        if ahead := time.window or window_of(time.after):
            item.used = f"horizon {ahead}"
            return ahead
    if bare := bare_window(clause):
        return bare
    words = set(clause.words)
    if {"week", "weeks"} & words:
        return "7d"
    if {"month", "months"} & words:
        return "30d"
    return "24h" if "tomorrow" in words else None


def anomaly_report(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The metric that is looked at, and since when."""
    time = take_window(clause)
    window = time.window if time is not None else bare_window(clause)
    if window:
        said.args["window"] = window
    for item in clause.items:
        if item.has("metric") and not item.is_entity and "metric" not in said.args:
            said.args["metric"] = item.get("metric")
            item.used = f"metric {item.get('metric')}"


def placement_report(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The size of what has to fit, and where."""
    for item in clause.items:
        if item.has("amount"):
            value, unit = item.get("amount")
            if unit == "vcpus":
                said.args["vcpus"] = int(value)
            elif unit == "gib":
                said.args["memory_gib"] = value
            item.used = unit
        for name, values in item.get("value") or ():
            if name in ("provider", "region") and len(values) == 1:
                said.args[name] = values[0]
                item.used = f"{name} {values[0]}"
