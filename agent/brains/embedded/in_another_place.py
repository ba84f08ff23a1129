"""The question of before for another place or team: "same for hq", after five in azure."""

from __future__ import annotations

from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded.frames import Frame, Reading
from tools.calls import Call
from tools.inventory import Inventory
from tools.selector import Selector

_PLACES = frozenset({"provider", "region", "zone", "host"})
_POINTS = frozenset(
    {"them", "those", "these", "they", "it", "its", "their", "one", "ones", "which", "that", "both",
     "only", "just", "not", "except", "without"}
)  # fmt: skip
_GOES_ON = (("and",), ("same",), ("the", "same"), ("what", "about"), ("how", "about"), ("ditto",))
_SMALL = frozenset(
    {"and", "same", "the", "what", "how", "about", "ditto", "for", "in", "at", "on", "of", "please",
     "now", "ok", "then", "again", "thing", "question", "team", "team's", "with", "do", "over", "?"}
)  # fmt: skip


def is_of_another(reading: Reading) -> bool:
    """Whether a turn goes on from the last and names but one thing: "and in hq?"."""
    goes_on = any(reading.words[: len(words)] == words for words in _GOES_ON)
    if not goes_on or _POINTS & set(reading.words):
        return False
    return all(i.is_entity or set(i.words) <= _SMALL for i in reading.items)


def in_another_place(
    frame: Frame, reading: Reading, last: Call, inventory: Inventory
) -> Understanding | None:
    """The last read with another place or team in it, and all else as it was: what was asked of
    them, in what order, and how many.
    """
    old = last.selector.to_dict() if last.selector is not None else {}
    if {"names", "ids", "any_of"} & set(old):
        return None
    chosen = frame.chosen
    if len(chosen.real) != 1 or chosen.exclude or chosen.order or chosen.limit or chosen.unknown:
        return None
    noun = chosen.real[0].selector()
    if not (set(noun) <= _PLACES or set(noun) == {"tags"}):
        return None
    made = _moved(old, noun)
    if made is None or _overlap(old, noun, inventory):
        return None
    return Understanding("calls", (last.model_copy(update={"selector": Selector.parse(made)}),))


def _moved(old: dict[str, Any], noun: dict[str, Any]) -> dict[str, Any] | None:
    """The selector with the new place or tag, or None where it had none and no more to keep."""
    if set(noun) == {"tags"}:
        tags: dict[str, Any] = old.get("tags", {})
        if set(tags) != set(noun["tags"]):
            return None
        return {**old, "tags": noun["tags"]}
    kept = {k: v for k, v in old.items() if k not in _PLACES and k != "all"}
    return {**kept, **noun} if _PLACES & set(old) or kept else None


def _overlap(old: dict[str, Any], noun: dict[str, Any], inventory: Inventory) -> bool:
    """Whether the new place lies within the old one, so that it may be meant to narrow it."""
    places = {k: v for k, v in old.items() if k in _PLACES}
    if not places or not set(noun) <= _PLACES or set(noun) & set(places):
        return False
    return bool(inventory.select_ids(Selector.parse({**places, **noun})))
