"""Sizes, vCPUs and memory of machines: as figures, factors or a named size."""

from __future__ import annotations

import re
from datetime import datetime

from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site


def _relative(action: str | None, words: list[str]) -> str:
    """The sign that the words around a figure give it."""
    joined = " ".join(words)
    if re.search(r"\bby\b", joined) and action in ("reduce", "increase", "resize", "scale"):
        down = action == "reduce" or re.search(r"\bdown\b|\bcut\b|\bshrink\b", joined)
        return "-" if down else "+"
    if re.search(r"\b(more|extra|additional|another|on top|add|adds|added|plus)\b", joined):
        return "+"
    if re.search(r"\b(less|fewer|remove|off)\b", joined):
        return "-"
    return ""


_FACTORS = {"double": 2.0, "triple": 3.0, "quadruple": 4.0, "halve": 0.5}


def factor_of(item: Item) -> float | None:
    """The factor of a verb such as double or halve."""
    return _FACTORS.get(item.action or "") if item.has("verb") else None


def resize(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The vCPUs, memory or size that machines shall have."""
    _size_named(clause, said)
    items = clause.items
    factor: float | None = None
    for item in items:
        found = factor_of(item) or _so_many_times(items, items.index(item))
        if found:
            factor = found
            item.used = item.used or f"times {found:g}"
            resource = _resource_after(items, items.index(item))
            if resource is not None:
                said.args[resource] = f"x{found:g}"
    if factor is not None:
        _leave_as_they_are(items)
        for resource in _resources(items):
            said.args.setdefault(resource, f"x{factor:g}")
        if not any(k in said.args for k in ("vcpus", "memory_gib")):
            said.args["vcpus"] = said.args["memory_gib"] = f"x{factor:g}"
        return
    _amounts(clause, said)


def _leave_as_they_are(items: list[Item]) -> None:
    """ "double its memory and let the cores remain the same": only the one changes."""
    words = [w for i in items for w in i.words]
    as_is = {"leave", "leaving", "keep", "keeping"} & set(words) and "as" in words
    if not (as_is or {"same", "unchanged", "untouched", "alone"} & set(words)):
        return
    cut = next((n for n, i in enumerate(items) if i.has("and", "comma") and n), len(items))
    for item in items[cut:]:
        if not item.has("verb", "number"):
            item.used = item.used or "stays"


def _so_many_times(items: list[Item], k: int) -> float | None:
    """ "two times more", "3 times the memory"."""
    after = items[k + 1] if k + 1 < len(items) else None
    if not items[k].has("number") or after is None or after.words[:1] != ("times",):
        return None
    after.used = "times"
    return float(items[k].get("number"))


_RESOURCE = {"memory": "memory_gib", "cpu": "vcpus"}


def _resource_after(items: list[Item], k: int) -> str | None:
    for item in items[k + 1 : k + 5]:
        if item.has("verb") and factor_of(item):
            return None
        if item.has("metric") and item.get("metric") in _RESOURCE:
            item.used = item.get("metric")
            return _RESOURCE[item.get("metric")]
        if item.words[0] in ("cores", "vcpus", "core", "vcpu"):
            item.used = "vcpus"
            return "vcpus"
    return None


def _resources(items: list[Item]) -> list[str]:
    found: list[str] = []
    for item in items:
        if item.used == "stays":
            continue
        if item.has("metric") and item.get("metric") in _RESOURCE:
            found.append(_RESOURCE[item.get("metric")])
            item.used = item.used or item.get("metric")
        elif item.words and item.words[0] in ("cores", "vcpus", "core", "vcpu", "processors"):
            found.append("vcpus")
            item.used = item.used or "vcpus"
    return found


def _size_named(clause: Clause, said: Said) -> None:
    items = clause.items
    for k, item in enumerate(items):
        if item.used:
            continue
        for name, values in item.get("value") or ():
            if name == "size" and not _is_said_to_be(items, k):
                before = [i for i in items[max(0, k - 2) : k]]
                if any(i.has("from") for i in before) or (
                    k + 1 < len(items)
                    and items[k + 1].has("noun")
                    and any(i.has("all", "det") for i in before)
                    and _later_size(items, k)
                ):
                    continue
                said.args["size"] = values[0]
                item.used = f"size {values[0]}"
                break
        if item.has("unknown_value") and item.get("unknown_value")[0] == "size":
            said.args["size"] = item.get("unknown_value")[1]
            item.used = "size"


_IS = frozenset({"is", "are", "was", "looks", "seems", "feels", "gets"})


def _is_said_to_be(items: list[Item], k: int) -> bool:
    """ "resize it, it's kinda small": how it is, not how it shall be."""
    words = [w for i in items[max(0, k - 4) : k] for w in i.words]
    while words and words[-1] in _RATHER:
        words.pop()
    return bool(words) and words[-1] in _IS and words[-2:-1] != ["size"]


_RATHER = frozenset(
    {"kinda", "kind", "of", "sort", "sorta", "a", "bit", "little", "too", "rather", "quite",
     "pretty", "very", "so", "super", "really", "way", "far", "still", "just", "only",
     "already", "awfully"}
)  # fmt: skip


def _later_size(items: list[Item], k: int) -> bool:
    return any(name == "size" for i in items[k + 1 :] for name, _ in (i.get("value") or ()))


def _amounts(clause: Clause, said: Said) -> None:
    items = clause.items
    for k, item in enumerate(items):
        if item.used or not item.has("number") or _is_no_goal(items, k):
            continue
        unit = item.get("amount")[1] if item.has("amount") else ""
        value = item.get("amount")[0] if unit else item.get("number")
        resource = _RESOURCE_OF_UNIT.get(unit) if unit else _named_resource(items, k)
        if resource is None or (not unit and item.words == ("one",) and resource == "memory_gib"):
            continue  # "one more memory" gives no amount
        sign = sign_at(clause, k)
        whole = int(value) if resource == "vcpus" else value
        said.args[resource] = f"{sign}{value:g}" if sign else whole
        item.used = f"{resource} {sign}{value:g}"
        _use_name_after(items, k, resource)
    _resources(items)


_RESOURCE_OF_UNIT = {"vcpus": "vcpus", "gib": "memory_gib"}


def _is_no_goal(items: list[Item], k: int) -> bool:
    """Whether the figure at `k` is where a change starts, or a condition."""
    before = items[k - 1] if k else None
    if before is None or not before.has("cmp", "from"):
        return False
    if before.words in (("from",), ("off",)):
        items[k].used = "from"
        return True
    return before.has("cmp") and before.words not in (
        ("up", "to"),
        ("at", "least"),
        ("min",),
        ("max",),
    )


def _use_name_after(items: list[Item], k: int, resource: str) -> None:
    """Account for "of memory" after a figure."""
    for other in items[k + 1 : k + 4]:
        if other.has("metric") and _RESOURCE.get(other.get("metric")) == resource:
            other.used = "of it"
            break
        if not other.has("for", "with", "det", "filler"):
            break


def sign_at(clause: Clause, k: int) -> str:
    """The sign of the figure at `k`: "+", "-", or "" for a value that shall be."""
    items = clause.items
    if k and items[k - 1].has("plus_sign"):
        return "+"
    if goes_to(items, k):
        return ""
    return _relative(clause.action, [w for i in items[max(0, k - 4) : k + 4] for w in i.words])


def goes_to(items: list[Item], k: int) -> bool:
    """Whether "to" stands right before `k`, and no verb after it ("to have 16 gigs more")."""
    if k and items[k - 1].words[-1:] in (("have",), ("get",), ("gain",), ("receive",)):
        return False
    return "to" in [w for i in items[max(0, k - 2) : k] for w in i.words]


def _named_resource(items: list[Item], k: int) -> str | None:
    """What a bare figure is of: "memory to 32", "set cpus to 4", "32 ram"."""
    for item in (*items[k + 1 : k + 3], *reversed(items[max(0, k - 4) : k])):
        if item.has("metric") and item.get("metric") in _RESOURCE:
            item.used = item.get("metric")
            return _RESOURCE[item.get("metric")]
        if item.words and item.words[0] in ("cores", "vcpus", "cpus"):
            item.used = "vcpus"
            return "vcpus"
        if item.has("number"):
            return None
    return None
