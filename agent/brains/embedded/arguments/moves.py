"""Where machines move."""

from __future__ import annotations

from datetime import datetime

from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site, Value


def destination(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The host or region where machines move."""
    items = clause.items
    best: tuple[int, str, str, Item] | None = None
    for k, item in enumerate(items):
        if item.used:
            continue
        place = _place(item, site)
        if place is None:
            continue
        before = items[max(0, k - 3) : k]
        lead = next(
            (
                i
                for i in reversed(before)
                if i.has("to", "from", "in", "except") and not i.is_entity
            ),
            None,
        )
        score = 0
        if lead is not None:
            toward = lead.words[-1] in ("to", "into", "onto", "towards", "->", "=")
            score = (
                3 if toward else (-5 if lead.has("from") or lead.words[:1] in (("out",),) else 1)
            )
        if any(
            i.has("all", "noun", "value") and i.start == item.end
            for i in items[k + 1 : k + 2]
            if i.has("noun")
        ):
            score -= 2
        if _is_denied(items, k):
            score -= 9
        score += 1 if k >= len(items) - 2 else 0
        score -= 4 if place[0] == "provider" and _says_where(items, item) else 0
        if best is None or score >= best[0]:
            best = (score, *place, item)
    if best is not None and best[0] > 0:
        _, name, value, item = best
        k = items.index(item)
        for near in (*items[max(0, k - 4) : k], *items[k + 1 : k + 3]):
            if (
                not near.used
                and near.has("value")
                and near.get("value")[0][0] == "provider"
                and name in ("region", "host")
            ):
                near.used = "of it"
        said.args["host" if name == "host" else "region"] = value
        item.used = f"to {value}"


def _is_denied(items: list[Item], k: int) -> bool:
    """ "anywhere but kvm-01", "not esx-02": a place that is not meant."""
    before = items[k - 1] if k else None
    if before is not None and before.words[-1:] in (("on",), ("to",), ("in",)) and k > 1:
        before = items[k - 2] if before.words[-1:] == ("to",) else before
    return before is not None and (
        before.words[-1:] in (("not",), ("but",), ("except",)) or before.words[:1] == ("except",)
    )


def _says_where(items: list[Item], provider: Item) -> bool:
    """ "to Azure, in westeurope": the place is said beside the provider."""
    after = items[items.index(provider) + 1 :]
    named = [{n for n, _ in i.get("value") or ()} for i in after]
    return any(n & {"region", "host"} for n in named)


def _place(item: Item, site: Site) -> tuple[str, str] | None:
    # A hypervisor's host and its region bear one name, and a machine moves to the host.
    values_of: list[Value] = list(item.get("value") or ())
    for name, values in sorted(values_of, key=lambda named: named[0] != "host"):
        if name in ("host", "region", "provider"):
            if name == "provider" and len(values) > 1:
                return name, "the cloud" if "aws" in values else "on-prem"
            return name, next(iter(values))
    if item.has("unknown_value") and item.get("unknown_value")[0] in ("host", "region"):
        return item.get("unknown_value")
    return None
