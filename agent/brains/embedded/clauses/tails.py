"""Verbs whose last words stand after what they act on: "put bob's box to sleep", "tear it down"."""

from __future__ import annotations

from functools import cache

from agent.brains.embedded.clauses.clause import CHANGING, OFF, ON, Clause, may_begin_an_act
from agent.brains.embedded.clauses.particles import TAKES_PARTICLE
from agent.brains.embedded.inflection import Phrase, verb_forms
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_FURTHEST = 14
"""How many words may stand in between."""


@cache
def _tails() -> dict[str, tuple[tuple[Phrase, str], ...]]:
    """First word → the words that end a verb with it, the longest first, and the action."""
    made: dict[str, list[tuple[Phrase, str]]] = {}
    for action, names in word_lists("actions").items():
        if action not in CHANGING:
            continue
        alone = {name for name in names if " " not in name}
        for name in names:
            first, *rest = name.split()
            if not rest or first in alone or not _may_stand_last(first, rest):
                continue
            for phrase, form in verb_forms(name):
                if form in ("base", "ing"):
                    made.setdefault(phrase[0], []).append((tuple(rest), action))
    return {
        first: tuple(sorted(set(found), key=lambda tail: -len(tail[0])))
        for first, found in made.items()
    }


_INSIDE = frozenset({"the", "a", "an", "it", "them", "me", "us", "that", "this", "what"})


def _may_stand_last(first: str, rest: list[str]) -> bool:
    """Not those that are left to `particles`, nor those that hold their object themselves."""
    if first in TAKES_PARTICLE and len(rest) == 1 and rest[0] in OFF | ON:
        return False
    return not _INSIDE & set(rest) and rest[-1] not in ("of", "to", "on")


def take_tail(clause: Clause) -> None:
    """Find a verb in two pieces around the machines, where no other verb was found."""
    tails = _tails()
    for k, item in enumerate(clause.items):
        if item.is_entity or len(item.words) != 1 or _is_told(clause.items, k):
            continue
        for tail, action in tails.get(item.words[0], ()):
            if end := _tail_at(clause.items, k, tail):
                clause.action, clause.verb = action, item
                for piece in (item, *end):
                    piece.used = "verb"
                return


@cache
def last_words_of_tails() -> frozenset[str]:
    """The words with which verbs in two pieces end: "sleep", "ice", "hold"."""
    return frozenset(rest[-1] for tails in _tails().values() for rest, _ in tails)


def has_tail(items: list[Item], k: int) -> bool:
    """ "…, and put carol-dev to sleep": a verb in two pieces around its machines."""
    if items[k].is_entity or len(items[k].words) != 1 or _is_told(items, k):
        return False
    return any(_tail_at(items, k, tail) for tail, _ in _tails().get(items[k].words[0], ()))


_TOLD = frozenset({"was", "were", "been", "is", "are", "has", "have", "had", "got", "not", "who"})


def _is_told(items: list[Item], k: int) -> bool:
    """ "it was put to sleep": how a machine came to be as it is."""
    return k > 0 and items[k - 1].words[-1:] != () and items[k - 1].words[-1] in _TOLD


def _tail_at(items: list[Item], k: int, tail: Phrase) -> list[Item]:
    """The items that are the tail of the verb at `k`: machines before them, an end after them."""
    between = False
    for j in range(k + 1, len(items)):
        if items[j].start - items[k].end > _FURTHEST:
            break
        pieces = _spelled(items, j, tail)
        if between and pieces and _ends(items, j + len(pieces)):
            return pieces
        if items[j].words == ("back",):
            continue
        if between and items[j].words in (("down",), ("off",)):
            break
        if items[j].has("comma", "stop", "then") and not items[j].is_entity:
            break
        between = between or items[j].is_entity or items[j].has("pron", "noun", "all")
    return []


def _spelled(items: list[Item], j: int, tail: Phrase) -> list[Item]:
    pieces: list[Item] = []
    words: Phrase = ()
    while j < len(items) and len(words) < len(tail):
        if items[j].is_entity:
            return []
        pieces.append(items[j])
        words += items[j].words
        j += 1
    return pieces if words == tail else []


def _ends(items: list[Item], j: int) -> bool:
    """Whether the request may end before the item at `j`."""
    if j >= len(items) or items[j].words in (("again",), ("first",), ("beforehand",)):
        return True
    if may_begin_an_act(items[j]):
        return True
    return items[j].has("time", "comma", "and", "then", "ask", "also", "for")
