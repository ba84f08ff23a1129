"""Questions about machines and their snapshots: list, count, describe."""

from __future__ import annotations

from agent.brains.embedded.bounds import read_bound
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.questions.mentions import machines_in, named_in
from agent.brains.embedded.supposing import asks_what_is_kept
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("questions")
_COUNTED_UNIT = frozenset(_WORDS["counted_unit"])


def snapshots_rule(clause: Clause) -> str | None:
    """Snapshots, or machines with or without them."""
    if asks_what_is_kept(clause.text):
        return "list_snapshots"
    bounded = any(i.has("cmp") and i.words not in (("from",), ("exactly",)) for i in clause.items)
    bounded = bounded or (clause.has("cmp") and clause.has("number"))
    if "snapshot" not in clause.objects() or bounded:
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
    if _asks_which_have(clause):
        return "count_vms" if "many" in words else "list_vms"
    return "list_snapshots"


def _asks_which_have(clause: Clause) -> bool:
    """ "which of those have no snapshot?", "any of them without one?": machines of before."""
    items = [i for i in clause.items if not i.has("comma", "stop")]
    k = next((k for k, i in enumerate(items) if i.get("object") == "snapshot"), 0)
    said = [w for i in items[:k] for w in i.words]
    asked = {"which", "who", "any", "many", "ones"} & set(said[:5])
    had = any(i.has("with", "without") and i.words != ("of",) for i in items[:k])
    pointed = items[max(0, k - 3) : k]
    if any(i.has("pron") or i.words == ("ones",) for i in pointed) and pointed[-1].has("without"):
        return True
    return bool(asked) and had and ("which" in said[:3] or any(i.has("pron") for i in items[:k]))


def count_rule(clause: Clause) -> str | None:
    """How many machines, or a figure of one."""
    counting = any(i.has("verb") and i.action == "count" for i in clause.items)
    counting = counting or clause.words[:1] == ("#",) or "number" in clause.words
    counting = counting or _asks_who_has_most(clause)
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


def _asks_who_has_most(clause: Clause) -> bool:
    """ "who has the most machines?", "which team has the fewest vms?"."""
    most = bool({"most", "fewest"} & set(clause.words)) and clause.has("noun")
    whose = "who" in clause.words or (clause.has("key") and clause.items[0].has("wh"))
    return most and whose and "snapshot" not in clause.objects() and not clause.has("cost")


def _unit_counted(clause: Clause) -> bool:
    """ "how many cores does web-03 have": a figure of one machine."""
    for k, item in enumerate(clause.items):
        if item.has("verb") and item.action == "count":
            after = clause.items[k + 1 : k + 3]
            return any(w in _COUNTED_UNIT for i in after for w in i.words)
    return False


def describe_rule(clause: Clause) -> str | None:
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


_ATTRIBUTES = frozenset(_WORDS["attribute"])


def list_rule(clause: Clause) -> str | None:
    """Machines by what is said of them."""
    wh = clause.first("wh")
    listing = any(i.has("verb") and i.action in ("list", "describe") for i in clause.items)
    ones = clause.words[:2] == ("which", "ones")
    lacking = ones or (
        clause.has("generic") and clause.has("without", "with", "lacks", "untagged", "key")
    )
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
    attribute = bool(clause.objects() & _ATTRIBUTES) or clause.has("key")
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
