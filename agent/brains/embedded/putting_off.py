"""A turn that puts the plan off: to no time at all, or to one that it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from agent.remarks import leans_to_yes
from agent.second_thoughts import wishes_to_wait

_GOES_ON = frozenset(
    {"instead", "only", "except", "meant", "also", "too", "add", "swap", "replace", "change",
     "apart", "besides", "otherwise", "include"}
)  # fmt: skip
"""Words with which a turn puts something else in the plan's place."""

_BEGINS_ANEW = re.compile(r"[,.;:!] *(?:but|just|rather do|make|do|go)\b", re.IGNORECASE)
_UNTIL = (("until",), ("till",), ("til",), ("before",), ("unless",), ("once",), ("while",))
_TELLING = ("number", "tag", "unknown_name", "quote", "names", "glob", "ordinal", "other")


def puts_off(reading: Reading) -> bool:
    """Whether a turn wishes that the plan waits or is not carried out, and asks for nothing else.

    A time, a figure or a machine beside it may be meant for the plan: such a turn is read as ever;
    what it waits for ("until the backup has finished") is none of the plan.
    """
    text = reading.text
    if "?" in text or _GOES_ON & set(reading.words) or not wishes_to_wait(text):
        return False
    if leans_to_yes(text) or _BEGINS_ANEW.search(text):
        return False
    timed = [k for k, i in enumerate(reading.items) if i.has("time")]
    if any(k == 0 or not reading.items[k - 1].has("not") for k in timed):
        return False
    said = _before_the_condition(reading.items)
    shown = {id(i) for i in said}
    asked = [f for f in reading.frames if f.changes and not (f.negated or f.about)]
    if any(f.tool != "undo" and any(id(i) in shown for i in f.clause.items) for f in asked):
        return False
    return not any(_is_telling(said, k) for k in range(len(said)))


def _before_the_condition(items: Sequence[Item]) -> Sequence[Item]:
    cut = next((k for k, i in enumerate(items) if i.words[:1] in _UNTIL), len(items))
    return items[:cut]


def _is_telling(items: Sequence[Item], k: int) -> bool:
    """Whether an item may be meant for the plan: no person, and no "first" of an order of acts."""
    item = items[k]
    if item.words == ("second",):
        return False
    if item.words == ("first",):
        return k > 0 and items[k - 1].words[-1:] in (("the",), ("only",), ("just",))
    if item.has(*_TELLING):
        return True
    fields = [name for name, _ in item.get("value") or ()]
    persons = bool(fields) and all(name.startswith("tags.") for name in fields)
    return item.is_entity and not persons
