"""Small verbs that put a tag on machines or take one away: "put owner=x on a and drop its team"."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.brains.embedded.clauses.clause import GENERIC
from agent.brains.embedded.items import Item

_PUTS = frozenset({"put", "set", "add", "give", "apply", "assign", "make", "change"})
_TAKES = frozenset({"drop", "lose", "take", "remove"})
_HANDLES = _PUTS | _TAKES
_FURTHEST = 4


def handles_a_tag(items: Sequence[Item], k: int) -> bool:
    """Whether a small verb with a tag that is put on or taken away stands at `k`."""
    item = items[k]
    verb = GENERIC.get(item.words[0]) if item.words else None
    if verb not in _HANDLES or item.is_entity or (k and not _may_follow(items[k - 1])):
        return False
    rest = items[k + 1 : k + 1 + _FURTHEST]
    if verb in _PUTS:
        return _soon(rest, lambda i: i.has("tag"))
    return verb in _TAKES and _soon(rest, lambda i: i.get("object") == "tag")


def _may_follow(before: Item) -> bool:
    joint = before.has("and", "comma", "then", "also", "ask", "colon", "dash", "filler")
    return joint or before.is_entity


def _soon(rest: Sequence[Item], found: Callable[[Item], bool]) -> bool:
    """Whether it is the next thing that is spoken of."""
    for item in rest:
        if found(item):
            return True
        small = item.has("det", "filler", "also", "all", "key", "colon", "object", "pron", "word")
        if not small or item.has("and", "comma", "then", "names"):
            return False
    return False
