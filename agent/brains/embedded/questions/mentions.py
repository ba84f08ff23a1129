"""What a question speaks of: machines, named ones, the trade."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import CHANGING, Clause
from agent.brains.embedded.lexicon import trade_words
from agent.brains.embedded.scan import Item


def machines_in(clause: Clause) -> bool:
    """Whether machines of the fleet are named or described."""
    return any(
        (i.is_entity and (not i.has("value") or i.has("names") or i.used or _narrows(i)))
        or i.has("pron")
        for i in clause.items
    )


def named_in(clause: Clause) -> bool:
    """Whether a machine is named outright, or one is referred to."""
    return any(i.has("names", "unknown_name", "glob", "id") for i in clause.items)


def _narrows(item: Item) -> bool:
    return any(name not in ("image", "size") for name, _ in item.get("value"))


def tech_in(clause: Clause) -> bool:
    """Whether words of the trade are in it."""
    trade = trade_words()
    return any(
        w in trade
        or i.has("trouble", "tech", "object", "metric", "noun")
        or (i.has("verb") and i.action in CHANGING)
        for i in clause.items
        for w in i.words
    )
