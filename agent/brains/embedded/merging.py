"""Selectors put together: narrowed, widened, with machines left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.brains.embedded.frames import Reading
from agent.brains.embedded.phrases import PLACES
from agent.brains.embedded.site import Site
from tools.calls import Call
from tools.inventory import Inventory
from tools.selector import Selector


def is_narrowing(nouns: Sequence[dict[str, Any]], call: Call, words: Sequence[str]) -> bool:
    """Whether a fragment narrows the machines at hand rather than naming others.

    States, conditions and figures narrow; names and values of a field that the call has already
    name others.
    """
    if call.selector is None or len(nouns) != 1:
        return False
    noun = nouns[0]
    if "names" in noun or "ids" in noun:
        return False
    said = set(words)
    if said & {"instead", "meant", "about", "same"}:
        return False
    old = call.selector.to_dict()
    if said & {"ones", "those", "of", "only", "just", "that", "which"} and "state" in noun | {}:
        return True
    overlapping = (set(noun) & set(old)) - {"tags"}
    same_tags = set(noun.get("tags", {})) & set(old.get("tags", {}))
    if overlapping or same_tags:
        return False
    if said & {"ones", "those", "them", "only", "just"}:
        return True
    predicates = {
        "state",
        "metric",
        "vcpus",
        "memory_gib",
        "disk_gib",
        "hourly_cost_usd",
        "age_days",
        "snapshots",
        "public_ip",
        "protected",
        "missing_tags",
        "exclude",
        "os",
        "region",
        "zone",
        "host",
        "provider",
    }
    return set(noun) <= predicates and "names" not in old


def intersect(
    call: Call, nouns: Sequence[dict[str, Any]], inventory: Inventory, targets: Sequence[str]
) -> Call:
    """The call's machines that are also those of the fragment."""
    old: dict[str, Any] = call.selector.to_dict() if call.selector is not None else {"all": True}
    if len(nouns) == 1:
        noun = {k: v for k, v in nouns[0].items() if k != "all"}
        clash = (set(noun) & set(old)) - {"tags", "all"} or set(noun.get("tags", {})) & set(
            old.get("tags", {})
        )
        if not clash:
            merged = {**old, **noun}
            merged.pop("all", None)
            if "tags" in old and "tags" in noun:
                merged["tags"] = {**old["tags"], **noun["tags"]}
            return call.model_copy(
                update={
                    "selector": Selector.parse(merged),
                    "outright": False
                    if call.outright is not None or "names" not in merged
                    else None,
                }
            )
    ids = [i for noun in nouns for i in inventory.select_ids(Selector.parse(noun))]
    kept = [i for i in targets if i in ids] or ids
    if not kept:
        return call.model_copy(update={"selector": Selector.parse(nouns[0])})
    return call.model_copy(
        update={"selector": Selector(ids=tuple(kept)), "outright": len(kept) == 1 or call.outright}
    )


def unite(call: Call, nouns: Sequence[dict[str, Any]], inventory: Inventory) -> Call:
    """The call's machines and those of the fragment."""
    old = call.selector.to_dict() if call.selector is not None else {}
    if all(set(n) == {"names"} for n in nouns) and set(old) == {"names"}:
        names = [*old["names"], *(x for n in nouns for x in n["names"])]
        return call.model_copy(update={"selector": Selector(names=tuple(dict.fromkeys(names)))})
    first = inventory.select_ids(Selector.parse(old)) if old else []
    ids = [*first, *(i for n in nouns for i in inventory.select_ids(Selector.parse(n)))]
    return call.model_copy(
        update={"selector": Selector(ids=tuple(dict.fromkeys(ids))), "outright": call.is_outright}
    )


_ITS = re.compile(r"\b(?:its|their|his|her)\b", re.IGNORECASE)
""" "and its database": whose it is, the fleet does not tell."""


def of_one_kind(
    nouns: Sequence[dict[str, Any]], call: Call, reading: Reading, inventory: Inventory
) -> Sequence[dict[str, Any]] | None:
    """ "and the one on esx-02 as well": of the kind of the plan's machines, at another place; None
    where the plan names its machines and there are several at that place.
    """
    if _ITS.search(reading.text) and not any(n.keys() & {"names", "ids"} for n in nouns):
        return None
    only_place = len(nouns) == 1 and bool(nouns[0]) and set(nouns[0]) <= PLACES
    if call.selector is None or not only_place or any(i.has("all") for i in reading.items):
        return nouns
    if any(i.has("noun") and i.words[-1:] not in _ONES for i in reading.items):
        return nouns
    old = call.selector.to_dict()
    kind = {k: v for k, v in old.items() if k not in PLACES | {"ids", "limit", "exclude", "all"}}
    if "ids" in old or call.selector.exact_names():
        kind = {}
    elif not kind:
        return nouns
    found = inventory.select_ids(Selector.parse({**kind, **nouns[0]}))
    if not found or (not kind and len(found) > 1):
        return None
    one = "one" in reading.words and len(found) > 1
    return None if one else [{**kind, **nouns[0]}]


_ONES = (("one",), ("ones",), ("those",), ("them",))


def leave_out(call: Call, exclude: Sequence[dict[str, Any]], inventory: Inventory) -> Call:
    """The call's machines without those."""
    old: dict[str, Any] = call.selector.to_dict() if call.selector is not None else {"all": True}
    if "names" in old and all(set(e) == {"names"} for e in exclude):
        gone = {x for e in exclude for x in e["names"]}
        names = [n for n in old["names"] if n not in gone]
        if names and len(names) < len(old["names"]):
            return call.model_copy(update={"selector": Selector.parse({**old, "names": names})})
    if "ids" in old:
        out = {i for e in exclude for i in inventory.select_ids(Selector.parse(e))}
        kept = [i for i in old["ids"] if i not in out]
        if kept:
            return call.model_copy(update={"selector": Selector.parse({**old, "ids": kept})})
    if "exclude" not in old and len(exclude) == 1:
        made = {**old, "exclude": exclude[0]}
    else:
        before = inventory.select_ids(Selector.parse(old["exclude"])) if "exclude" in old else []
        ids = [*before, *(i for e in exclude for i in inventory.select_ids(Selector.parse(e)))]
        made = {**old, "exclude": {"ids": list(dict.fromkeys(ids))}} if ids else old
    outright = False if call.outright is None and not call.is_outright else call.outright
    return call.model_copy(update={"selector": Selector.parse(made), "outright": outright})


def names_of(call: Call, inventory: Inventory, targets: Sequence[str]) -> list[str]:
    """The names of a call's machines."""
    if call.selector is not None and call.selector.names:
        exact = list(call.selector.exact_names())
        if exact:
            return exact
    return [vm.name for vm in inventory.get(list(targets)[:200]).values()]


def _stands_for_a_machine(reading: Reading, k: int) -> bool:
    """ "the windows one", "that one": no figure."""
    if any(i.has("det") for i in reading.items[max(0, k - 3) : k]):
        return True
    before = reading.items[k - 1] if k else None
    return before is not None and not before.has("comma", "and", "number", "except", "stem")


def numbered_names(reading: Reading, names: Sequence[str], site: Site) -> list[str]:
    """The siblings of these names whose numbers were said alone."""
    found: list[str] = []
    for k, item in enumerate(reading.items):
        if not item.has("number") or (
            item.has("amount", "names", "time") and not item.words[0].isdigit()
        ):
            continue
        if k and reading.items[k - 1].words in (("all",), ("all", "of"), ("all", "the")):
            continue
        if k and reading.items[k - 1].words == ("with",) and not item.words[0].isdigit():
            continue
        if item.has("amount") or (item.words == ("one",) and _stands_for_a_machine(reading, k)):
            continue
        digits = item.words[0] if item.words[0].isdigit() else str(int(item.get("number")))
        for name in names:
            siblings = site.names.numbered(name, digits)
            if siblings:
                found.extend(siblings)
                break
    return list(dict.fromkeys(found))
