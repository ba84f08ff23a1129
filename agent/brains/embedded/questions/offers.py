"""Questions about what providers offer: sizes, images, regions, hosts."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.questions.mentions import named_in
from agent.brains.embedded.scan import Item

CATALOG = {
    "size": "sizes",
    "image": "images",
    "region": "regions",
    "host": "hosts",
    "network": "networks",
    "provider": "providers",
    "group": "groups",
}


def catalog_rule(clause: Clause) -> str | None:
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
    if {"eating", "hogging", "saturating", "chewing", "flooding", "clogging"} & set(clause.words):
        return None
    if not kinds or (clause.has("cost") and not any(k == "sizes" for _, k in kinds)):
        return None
    item, _ = kinds[0]
    if item.words[-1] in ("host", "hosts") and _described(clause):
        return None
    before_noun = [
        i
        for i in clause.items[: clause.items.index(item)]
        if i.has("noun", "generic") and i is not item
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
