"""Statements beside a request: "stop web-01, the bill is insane" asks for one thing only.

What a remark says of machines, places or people narrows nothing and adds nothing. A statement that
may spare machines or put the request right is no remark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.base_acts import is_done_by_people
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("remarks")
_PERSONS = frozenset(_WORDS["person"])
_THINGS = frozenset(_WORDS["thing"])
_ANYBODY = frozenset(_WORDS["anybody"])
_WISHES = frozenset(_WORDS["wish"])
_SPARES = frozenset(_WORDS["spare"])
_FINITE = frozenset(_WORDS["finite"])
_BUSY = frozenset(_WORDS["busy"])
_FEELING = frozenset(_WORDS["feeling"])
_OWNERS = frozenset(_WORDS["owner"])
AS_IT_IS = re.compile(
    r"\b(?:is|are) (?:\w+ )?(?:fine|ok|okay|off limits|good as (?:it is|is|they are)|not included|"
    r"not to be touched)(?: (?:as (?:it is|they are|is)|for now|though|there))? ?$"
)
"""What is said of machines that stay as they are."""

_LONGEST_SUBJECT = 6
_LEARNS = frozenset({"know", "decide", "plan", "report", "explain", "budget", "tell", "answer"})
_CAUSES = frozenset({"cause", "because", "since", "as"}) | frozenset(_WORDS["contrast"])
_OPENING = frozenset(_WORDS["opening"])
_CONTRAST = frozenset(_WORDS["contrast"])


def begins_remark(items: Sequence[Item], k: int) -> bool:
    """Whether a remark begins at `k`, after a comma or dash that ends a request."""
    if k < 2 or (items[k].is_entity and items[k - 1].is_entity):
        return False
    contrast = bool(_CONTRAST & set(items[k].words)) and k + 2 < len(items)
    if contrast and items[k + 1].words[:1] and items[k + 1].words[0] in _PERSONS | _THINGS:
        return is_remark(_segment(items, k + 1))
    if not items[k - 1].has("comma", "dash") or items[k - 1].is_entity:
        return False
    if _spared_stays(items, k):
        return True
    return is_remark(_segment(items, k))


def begins_reserve(items: Sequence[Item], k: int) -> bool:
    """Whether after a comma somebody says that machines are well as they are."""
    if k < 2 or items[k - 1].is_entity:
        return False
    if not items[k - 1].has("comma", "dash"):
        joined = items[k - 1].has("and") or items[k - 1].words == ("but",)
        return joined and _stays(_segment(items, k))
    segment = _segment(items, k)
    if _stays(segment):
        return True
    fine = AS_IT_IS.search(" ".join(w for i in segment for w in i.words))
    return fine is not None and any(i.is_entity for i in segment)


_MODALS = frozenset({"can", "should", "must", "may", "will", "shall", "has", "have", "to", "needs"})


def _stays(segment: Sequence[Item]) -> bool:
    """ "sandbox-02 stays", "kafka-2 has to stay on": a machine that is spared."""
    led = next((n for n, i in enumerate(segment) if i.is_entity or not i.has("det")), 0)
    segment = segment[led:]
    if not segment or not segment[0].has("names", "stem", "value"):
        return False
    rest = [w for i in segment[1:6] if not i.has("noun") for w in i.words if w != "ones"]
    while rest and rest[0] in _MODALS:
        rest.pop(0)
    return rest[:1] != [] and rest[0] in ("stays", "stay", "remains", "remain")


def _spared_stays(items: Sequence[Item], k: int) -> bool:
    """ "all but db-dr-1, that one stays off": said of what was left out."""
    words = [w for i in _segment(items, k) for w in i.words]
    of_it = words[:1] in (["that"], ["it"], ["this"], ["they"], ["those"], ["he"], ["she"])
    stays = {"stays", "stay", "remains", "remain"} & set(words[:6])
    plain = not any(i.is_entity for i in _segment(items, k))
    return of_it and bool(stays) and plain and any(i.has("except") for i in items[:k])


def is_remark(items: Sequence[Item]) -> bool:
    """Whether these items, from a comma on or a sentence of their own, ask for nothing."""
    items = _without_opening(items)
    if len(items) < 2 or items[0].has("wh", "time", "number", "except", "condition"):
        return False
    words = [w for i in items for w in i.words]
    if any(i.has("names", "stem", "glob", "unknown_name") or _asks(i) for i in items):
        return False
    if words[0] in _BUSY or (words[:2] == ["need", "to"] and words[2:3] and words[2] in _LEARNS):
        return True
    if words[0] in _FEELING or words[:2] in (["not", "sure"], ["no", "idea"], ["no", "clue"]):
        return not _acts(items)
    asks = any(i.has("wh") for i in items[:5]) or items[0].has("then")
    mine = words[0] in _PERSONS and not any(i.is_entity for i in items)
    if asks or (_SPARES & set(words) and not mine):
        return False
    return _says(items, words) and not _acts(items)


def _says(items: Sequence[Item], words: Sequence[str]) -> bool:
    """Whether it has a subject of its own and what that subject does or is."""
    first = words[0]
    rest = words[1:]
    if first in _PERSONS:
        return not _WISHES & set(rest[:4])
    if first in _THINGS:
        described = any(i.has("noun", "number", "amount", "tag") for i in items)
        return bool(rest) and not described and not _WISHES & set(rest[:2])
    if first in _ANYBODY or words[:2] in (["no", "one"], ["no", "body"]):
        return not _WISHES & set(rest[:3])
    if items[0].has("in", "with", "without", "not", "only", "or", "rel", "all", "cmp", "pron"):
        return first in _OWNERS and _predicate(items)
    return not items[0].has("verb") and _predicate(items)


def _predicate(items: Sequence[Item]) -> bool:
    """Whether a finite verb follows a subject that is no set of machines."""
    for k, item in enumerate(items[1:_LONGEST_SUBJECT], 1):
        if item.has("verb") and is_done_by_people(items, k):
            return True
        if items[k - 1].has("rel", "noun", "pron") and items[k - 1].words[0] not in _OWNERS:
            return False
        if item.has("and", "or", "rel", "comma"):
            return False
        word = item.words[0] if item.words else ""
        if item.has("be") or word in _FINITE:
            return True
        if item.possessive and k + 1 < len(items):
            continue
        told = item.has("plain", "word") and word.endswith("ed") and not item.has("state")
        if told or (item.form == "past" and items[k - 1].has("plain") and not item.has("state")):
            return True
    return bool(items[0].possessive and items[0].words and _is_short_for_is(items))


def _is_short_for_is(items: Sequence[Item]) -> bool:
    """ "chat's at 80k", "finance's breathing down my neck"."""
    after = items[1] if len(items) > 1 else None
    return after is not None and (after.has("in") or after.words[0].endswith("ing"))


def _acts(items: Sequence[Item]) -> bool:
    return any(is_action(items, k) for k in range(len(items)))


def _asks(item: Item) -> bool:
    return item.has("ask") and (len(item.words) > 1 or item.words == ("please",))


def _segment(items: Sequence[Item], k: int) -> Sequence[Item]:
    end = next(
        (n for n in range(k, len(items)) if items[n].has("comma") and not items[n].is_entity),
        len(items),
    )
    return items[k:end]


def _without_opening(items: Sequence[Item]) -> Sequence[Item]:
    k = 0
    while k < len(items) and (items[k].has("comma", "dash") or set(items[k].words) <= _OPENING):
        k += 1
    if k < len(items) and items[k].words[:1] and items[k].words[0] in _CAUSES:
        k += 1
    return items[k:]
