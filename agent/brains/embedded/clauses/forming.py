"""A part of a sentence becomes a clause: its verb, its condition, its reason."""

from __future__ import annotations

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.clauses.particles import (
    take_off_and_on,
    take_particle,
    take_trailing_particle,
)
from agent.brains.embedded.clauses.starts import waits_for
from agent.brains.embedded.clauses.tails import take_tail
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")
_NO_STATEMENT = frozenset(_WORDS["no_statement"])


def clause_of(items: list[Item], *, first: bool) -> Clause:
    """The clause that these items make."""
    clause = Clause(list(items))
    opener = next((i for i in items if not i.has("comma", "dash")), None)
    if opener is not None and opener.words:
        clause.condition = opener.words[0] if _sets_condition(items, opener) else ""
        clause.reason = _gives_reason(items, opener, first=first)
    for k, item in enumerate(items):
        if is_action(items, k):
            clause.verb, clause.action = item, item.action
            break
    if clause.verb is None:
        take_tail(clause)
    if clause.verb is None:
        take_particle(clause)
    else:
        take_off_and_on(clause)
        take_trailing_particle(clause)
    return clause


def _sets_condition(items: list[Item], opener: Item) -> bool:
    """Whether it begins with "if", "unless" or a "when" that asks nothing."""
    word = opener.words[0]
    start = " ".join(w for i in items[:4] for w in i.words)
    if word == "if" and len(items) > 1 and start.startswith(_POLITE_OPENINGS):
        return False
    if opener.words == ("should",) and len(items) > 2 and items[-1].has("comma"):
        # "should web-stg-2 be stopped, …": an "if" in other words
        return items[1].words[:1] not in (("i",), ("we",), ("you",)) and opener is items[0]
    if word in ("if", "unless", "whenever", "provided") or waits_for(items, items.index(opener)):
        return True
    return (
        word == "when"
        and not (len(items) > 1 and items[1].has("time"))
        and not opener.has("asking", "forecast")
        and items.index(opener) == 0
        and _statement(items)
    )


def _gives_reason(items: list[Item], opener: Item, *, first: bool) -> bool:
    """Whether it begins with "because", "since" or a "so" that asks nothing."""
    word = opener.words[0]
    if word in ("because", "due", "cause"):
        return True
    if (
        first
        and word in ("as", "since")
        and not any(is_action(items, k) for k in range(len(items)))
    ):
        return any(i.has("be") for i in items)
    if first:
        return items[0].words == ("before",) and _names_an_event(items)
    if word == "so":
        return (
            not any(i.has("ask") for i in items[:4])
            and not any(i.has("cancel") for i in items)
            and not ({"more", "fewer", "less"} & {w for i in items for w in i.words})
            and not any(is_action(items, k) for k in range(len(items)))
        )
    alone = len(opener.words) == 1 and not opener.has("time")
    if word == "as" and len(items) == 2 and items[1].has("unknown_name", "quote"):
        return False
    return word == "before" or (word in ("since", "as") and alone)


def _names_an_event(items: list[Item]) -> bool:
    """ "before the holiday freeze, …": what comes first only says when it must be done."""
    content = [i for i in items[1:] if not i.has("det", "comma", "filler")]
    return items[-1].has("comma") and not any(i.is_entity or i.has("time", "pron") for i in content)


_POLITE_OPENINGS = (
    "if you could",
    "if you would",
    "if you can",
    "if we could",
    "if i could",
    "if it is possible to",
    "if i may",
    "if possible",
    "if you might",
    "if i can",
)


def _statement(items: list[Item]) -> bool:
    return (
        len(items) > 1
        and not items[1].has("be", "verb", "ask")
        and not set(items[1].words[:1]) & _NO_STATEMENT
    )
