"""What a sentence opens with that goes on until an act begins."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import GENERIC, READING
from agent.brains.embedded.clauses.nominal import asks_of
from agent.brains.embedded.items import Item

_HANDLES = frozenset(
    {
        "take",
        "remove",
        "drop",
        "put",
        "give",
        "add",
        "set",
        "power",
        "turn",
        "switch",
        "bring",
        "spin",
        "fire",
        "boot",
    }
)


def _handles_first(items: list[Item], k: int) -> bool:
    """ "(could you) put bob's box to sleep": a small verb that leads a request."""
    if GENERIC.get(items[k].words[0] if items[k].words else "") not in _HANDLES:
        return False
    return all(i.has("ask", "filler", "comma") and not i.is_entity for i in items[:k])


def leads(items: list[Item], k: int) -> bool:
    """Whether a request or a question begins at `k` that ends where an act begins."""
    asks = asks_of(items, k) and not any(i.is_entity for i in items[:k])
    return asks or _handles_first(items, k) or _spares_first(items, k) or _looks_first(items, k)


def _looks_first(items: list[Item], k: int) -> bool:
    """ "tell me the cost of a": a request to look, which ends where an act begins."""
    item = items[k]
    if item.is_entity or not item.has("verb") or item.action not in READING or item.form != "base":
        return False
    if item.words[0] in GENERIC and len(item.words) == 1:
        return False  # "get kafka-3 going again"
    return all(i.has("ask", "filler", "comma", "and") and not i.is_entity for i in items[:k])


def wishes_again(items: list[Item], k: int) -> bool:
    """ "I want to know who owns it and I want it stopped": a wish after a question."""
    item = items[k]
    if k < 2 or not item.has("ask") or item.is_entity or item.words[0] not in ("i", "we"):
        return False
    asked = any(i.has("wh") and not i.is_entity for i in items[: k - 1])
    return asked and items[k - 1].has("and", "comma")


_SPARING = frozenset({"leave", "keep", "spare", "skip", "ignore", "hands", "touch", "hold"})
_THE_OTHERS = (("do",), ("only",), ("just",), ("rather",), ("instead",), ("but",), ("take",))


def _spares_first(items: list[Item], k: int) -> bool:
    """ "leave web-01 alone and restart web-02": what is spared ends where an act begins."""
    if items[k].is_entity or not _SPARING & set(items[k].words):
        return False
    if not any(i.is_entity for i in items[k + 1 : k + 5]):
        return False
    return all(i.has("ask", "filler", "comma", "not") and not i.is_entity for i in items[:k])


def others_than_spared(items: list[Item], k: int) -> bool:
    """ "hold off on web-01, do web-02 and web-03": what is spared ends at the comma."""
    if not items[k].has("comma") or items[k].is_entity or k + 2 >= len(items):
        return False
    led = any(_spares_first(items, n) for n in range(min(3, k)))
    return led and items[k + 1].words in _THE_OTHERS
