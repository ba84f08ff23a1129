"""What somebody did or does: "Lena removed the tag", "they moved it", "they deploy late"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.clause import CHANGING
from agent.brains.embedded.items import Item

PEOPLE = frozenset(
    ("i", "we", "you", "they", "he", "she", "someone", "somebody", "anyone", "anybody", "nobody")
)
_BETWEEN = frozenset(
    ("already", "just", "accidentally", "recently", "then", "have", "has", "had", "mistakenly",
     "once", "only", "apparently", "probably", "obviously", "also", "never", "team")
)  # fmt: skip


def tells_of_the_past(items: Sequence[Item]) -> bool:
    """Whether its act was done by somebody, so that none is asked for."""
    acts = [k for k, i in enumerate(items) if i.action in CHANGING and not _is_thing(items, k)]
    return bool(acts) and all(_was_done(items, k) for k in acts)


def _is_thing(items: Sequence[Item], k: int) -> bool:
    """ "the snapshot", "its tag": no act."""
    led = k > 0 and items[k - 1].has("det", "number", "key", "names", "value", "pron", "all")
    return items[k].has("object") and led


def _was_done(items: Sequence[Item], k: int) -> bool:
    before = [i for i in items[:k] if not _BETWEEN.issuperset(i.words)]
    habit = items[k].form == "base" and bool(before) and before[-1].words == ("they",)
    if items[k].form != "past" and not habit:
        return False
    return bool(before) and (before[-1].words[-1:] != () and _is_somebody(before[-1]))


def _is_somebody(item: Item) -> bool:
    owners = any(name in ("tags.owner", "tags.team") for name, _ in item.get("value") or ())
    return not item.possessive and (item.words[-1] in PEOPLE or owners)
