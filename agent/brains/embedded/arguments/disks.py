"""Sizes of disks, those that grow and those that are added."""

from __future__ import annotations

from datetime import datetime

from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.arguments.sizing import factor_of, goes_to, sign_at
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site

_GROWING = frozenset(
    ("grow", "growing", "extend", "extending", "expand", "expanding", "enlarge", "increase", "by")
)
"""Without a "to" the figure after them is what comes on top."""


def disk_size(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """How large a disk shall be, or by how much it grows."""
    items = clause.items
    bare = bare_size(items)
    united = any(i.has("amount") and i.get("amount")[1] == "gib" for i in items)
    for item in items:
        if names_disk(item):
            item.used = item.used or "disk"
    for k, item in enumerate(items):
        if factor := factor_of(item):
            said.args["size_gib"] = f"x{factor:g}"
            item.used = "times"
            return
        if item.used or not item.has("number") or item.has("names"):
            continue
        if (item.has("time") and item is not bare) or (united and not item.has("amount")):
            continue
        if item.has("amount") and item.get("amount")[1] == "percent" and _grows_by(items, k):
            said.args["size_gib"] = f"x{1 + item.get('amount')[0] / 100:g}"
            item.used = "more by a share"
            return
        if item.has("amount") and item.get("amount")[1] != "gib":
            continue
        if k and items[k - 1].has("from") and items[k - 1].words[0] == "from":
            item.used = "from"
            continue
        value = item.get("amount")[0] if item.has("amount") else item.get("number")
        sign = sign_at(clause, k)
        grows = k + 1 < len(items) and items[k + 1].words[:1] in (("bigger",), ("larger",))
        grows = grows or bool(_GROWING.intersection(clause.words))
        if not sign and not goes_to(items, k) and (clause.generic() & {"add", "give"} or grows):
            sign = "+"
        said.args["size_gib"] = f"{sign}{value:g}" if sign else value
        item.used = f"{sign}{value:g} GiB"
        return


_OF_A_CLOCK = frozenset(
    {"at", "until", "till", "from", "after", "before", "around", "about", "past", "@"}
)


def bare_size(items: list[Item]) -> Item | None:
    """ "grow it to 1200 tonight": the figure without a unit that could be a clock, and is none."""
    if any(i.has("amount") and i.get("amount")[1] == "gib" for i in items):
        return None
    for k, item in enumerate(items):
        if not item.has("number") or item.is_entity or not item.words[0].isdigit():
            continue
        if item.has("amount") or len(item.words) > 1:
            continue
        clock = k and items[k - 1].words[-1:] and items[k - 1].words[-1] in _OF_A_CLOCK
        return item if item.has("time") and not clock else None
    return None


def _grows_by(items: list[Item], k: int) -> bool:
    """ "by 20%", "20 % bigger", "20 percent more"."""
    near = [w for i in (*items[max(0, k - 1) : k], *items[k + 1 : k + 2]) for w in i.words]
    return bool({"by", "bigger", "larger", "more"} & set(near))


def names_disk(item: Item) -> bool:
    """Whether the item is a word for a disk."""
    return item.get("object") == "disk" or item.get("metric") == "disk"


def new_disk(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """How large a disk is that is added."""
    bare = bare_size(clause.items)
    for item in clause.items:
        if names_disk(item):
            item.used = item.used or "disk"
        elif item.has("number") and not item.used and item.has("amount"):
            value, unit = item.get("amount")
            if unit == "gib":
                said.args["size_gib"] = value
                item.used = "size of the disk"
        elif item is bare:
            said.args["size_gib"] = item.get("number")
            item.used = "size of the disk"
