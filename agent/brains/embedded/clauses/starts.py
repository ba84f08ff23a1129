"""Where a new sentence or a reason begins within a sentence."""

from __future__ import annotations

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import GENERIC, OFF, ON
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")


_TELLING = frozenset(_WORDS["telling"])


_SUBJECTS = frozenset(_WORDS["subject"])


def starts_afresh(items: list[Item], k: int) -> bool:
    """A new sentence after a comma: "…, I hope that's right", "…, could you stop it"."""
    item = items[k]
    before = items[k - 1] if k else None
    after = items[k + 1] if k + 1 < len(items) else None
    if (
        item.words
        and item.words[0] in ("he", "she", "they")
        and before is not None
        and not before.has("rel", "verb")
    ):
        return True
    if (
        (
            before is not None
            and before.has("comma")
            and item.has("value", "names")
            and not item.possessive
            and not item.plural
            and k > 2
        )
        and after is not None
        and after.words
        and after.words[0] in _TELLING
    ):
        return True
    if before is None or not before.has("comma", "dash") or not item.words or item.is_entity:
        return False
    if item.has("verb") and is_action(items, k):
        return False
    if item.words[0] not in _SUBJECTS or k < 2:
        return False
    if item.words[0] in ("that", "which", "who", "this", "it", "there") and not (
        k + 1 < len(items) and items[k + 1].has("be", "ask", "verb")
    ):
        return False
    return not (item.has("pron") and before.has("and"))


_WONDERING = frozenset(_WORDS["wondering"])


def is_reason(items: list[Item], k: int) -> bool:
    """Whether a reason or a condition begins at `k`."""
    item = items[k]
    if not item.words or item.is_entity or k == 0:
        return False
    word = item.words[0]
    if word in ("because", "due", "cause", "coz"):
        return True
    if word == "if" and set(items[k - 1].words[-1:]) & _WONDERING:
        return False
    if word in ("if", "unless", "whenever", "provided"):
        return True
    if word in ("since", "so", "as") and len(item.words) == 1 and k and items[k - 1].has("comma"):
        return True
    called = {"call", "name", "named", "called"} & {
        w for i in items[max(0, k - 2) : k] for w in i.words
    }
    if word == "before" and not called and k + 1 < len(items) and not items[k + 1].has("time"):
        return True
    acted = any(is_action(items, j) for j in range(k))
    return (
        word == "when"
        and k > 0
        and not (k + 1 < len(items) and items[k + 1].has("time"))
        and not items[k - 1].has("verb")
        and acted
        and not item.has("asking")
    )


def acts_by_particle(items: list[Item], k: int) -> bool:
    """ "…, and bring them back at 6": a small verb with its particle is a request of its own."""
    item = items[k]
    before = items[k - 1] if k else None
    if before is None or not before.has("and", "then", "comma", "also") or item.is_entity:
        return False
    if not {GENERIC.get(w) for w in item.words} & {"bring", "turn", "switch", "power", "fire"}:
        return False
    for j in range(k + 1, min(len(items), k + 7)):
        word = items[j].words[-1] if items[j].words else ""
        if items[j].has("comma", "and", "then") and not items[j].is_entity:
            return False
        if not items[j].is_entity and word in OFF | ON and j > k + 1:
            after = items[j + 1] if j + 1 < len(items) else None
            return after is None or after.has("time", "comma", "and", "then", "filler", "also")
    return False
