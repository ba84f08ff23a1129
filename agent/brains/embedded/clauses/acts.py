"""Whether a verb asks for its act, rather than naming a state or a thing."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.base_acts import base_acts
from agent.brains.embedded.clauses.clause import CHANGING
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")
_BEFORE_ING = frozenset(_WORDS["before_ing"])
_MODAL = frozenset(_WORDS["modal"])


_WISHING = frozenset(_WORDS["wishing"])


def is_action(items: Sequence[Item], k: int) -> bool:
    """Whether the item at `k` asks for a change, rather than naming a state or a thing."""
    item = items[k]
    if not item.has("verb") or item.action not in CHANGING or item.quoted:
        return False
    if any(i.words == ("scheduled",) for i in items[max(0, k - 3) : k]) and items[0].has("wh"):
        return False
    if item.is_entity and not item.has("verb"):
        return False
    if item.is_entity and (
        item.has("names") or (k and items[k - 1].has("det", "all", "value", "names"))
    ):
        return False
    if item.has("savings") and not (
        k + 1 < len(items) and (items[k + 1].is_entity or items[k + 1].has("det", "pron"))
    ):
        return False
    if item.form == "past":
        return _past_acts(items, k)
    if item.form == "ing":
        return _ing_acts(items, k)
    return base_acts(items, k)


def _past_acts(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    before = items[max(0, k - 9) : k]
    words = [w for i in before for w in i.words]
    if set(words[-4:]) & {"seems", "appears", "seem", "appear", "looks", "said", "likely"}:
        return False
    if item.has("state", "protected", "except", "condition") or item.action in (
        "tag",
        "create",
        "protect",
        "migrate",
        "start",
    ):
        near = words[-2:]
        wished = any(w in _WISHING for w in words) and not any(i.has("rel", "wh") for i in before)
        should = any(a in ("be", "being") for a in near) and any(w in _MODAL for w in words)
        gets = any(w in ("gets", "get", "getting") for w in near)
        after = items[k + 1] if k + 1 < len(items) else None
        adjective = (
            after is not None
            and after.has("noun", "value", "stem")
            and item.has("state")
            and not should
        )
        return (wished or should or gets) and not adjective
    if item.words[0] in ("shut", "set", "put", "cut", "reset", "rid", "run"):
        return True
    if (
        any(i.words[:1] in (("who",), ("what",), ("which",), ("when",)) for i in before)
        and "want" not in words
    ):
        return False
    return any(
        w in _WISHING or w in ("be", "to", "should", "must", "needs") for w in words
    ) and not any(w in ("was", "were", "been", "has", "did", "is", "are") for w in words[-2:])


def _ing_acts(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    before = items[k - 1] if k else None
    if item.has("state", "condition"):
        lead = [w for i in items[max(0, k - 3) : k] for w in i.words]
        after = items[k + 1] if k + 1 < len(items) else None
        if before is None and after is not None and after.has("names"):
            return True
        return (
            "mind" in lead
            or ("starting" in items[k].words and before is not None and before.has("comma"))
            or any(w in ("about", "recommend", "suggest", "by") for w in lead)
        )
    if before is None or all(i.has("filler", "comma") for i in items[:k]):
        return True
    words = [w for i in items[max(0, k - 4) : k] for w in i.words]
    return any(w in _BEFORE_ING for w in words)
