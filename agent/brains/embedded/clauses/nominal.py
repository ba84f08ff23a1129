"""Questions without a verb: "the cpu of web-01", "owner of gitlab please"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.items import Item

_OF_MACHINES = frozenset(
    {"state", "ip", "public_ip", "owner", "age", "size", "image", "host", "region", "zone"}
)
_SMALL = ("ask", "filler", "comma", "and", "then", "also", "det", "dash")
_TELLS = ("amount", "to", "be", "cmp", "condition", "trouble", "percent", "not")
"""What stands in a statement or in an act, and not in such a question."""


def asks_of(items: Sequence[Item], k: int) -> bool:
    """Whether at `k` something of a machine is named: "cpu of web-01"."""
    item = items[k]
    if item.is_entity or not (
        item.has("metric", "cost") or item.get("object") in _OF_MACHINES or _tells_about(item)
    ):
        return False
    rest = items[k + 1 : _end(items, k)]
    if not _tells_about(item) and item.words[-1] not in ("of", "for"):
        if not rest or not rest[0].has("for", "in", "with") or rest[0].is_entity:
            return False
        rest = rest[1:]
    machine = next((i for i in rest if not i.has("det", "all") or i.is_entity), None)
    named = machine is not None and machine.has("names", "glob", "stem", "value")
    return named and not any(i.has(*_TELLS) and not i.is_entity for i in rest)


def opens_with(items: Sequence[Item]) -> bool:
    """Whether such a question is the first thing said."""
    for k, item in enumerate(items):
        if asks_of(items, k):
            return True
        if item.is_entity or not item.has(*_SMALL):
            return False
    return False


def asked_beside(items: Sequence[Item], k: int) -> int | None:
    """Where such a question begins, after an act: "stop a and cpu of b"."""
    if not asks_of(items, k):
        return None
    start = k
    while start and items[start - 1].has("det", "ask") and not items[start - 1].is_entity:
        start -= 1
    joined = start > 1 and items[start - 1].has("comma", "and", "then", "also", "dash")
    acts = joined and any(is_action(items, n) for n in range(start))
    return start if acts and any(i.is_entity for i in items[:start]) else None


_NEEDS = frozenset({"needs", "need", "wants", "requires", "gets", "should", "must", "shall"})


def needs_figures(items: Sequence[Item], k: int) -> bool:
    """ "stop a and b needs 32 GB": a machine, after an act, and the size that it needs."""
    if k < 3 or not items[k].has("names") or not items[k - 1].has("and", "comma"):
        return False
    rest = items[k + 1 : _end(items, k)][:4]
    needs = rest[:1] != [] and bool(_NEEDS & set(rest[0].words)) and not rest[0].is_entity
    sized = any(i.has("amount") and i.get("amount")[1] in ("gib", "vcpus") for i in rest)
    return needs and sized and any(is_action(items, n) for n in range(k))


def _tells_about(item: Item) -> bool:
    return (
        item.has("verb") and item.action == "describe" and item.words[-1:] in (("about",), ("on",))
    )


def _end(items: Sequence[Item], k: int) -> int:
    ends = (
        n
        for n in range(k + 1, len(items))
        if items[n].has("comma", "and", "then", "dash", "stop") and not items[n].is_entity
    )
    return next(ends, len(items))
