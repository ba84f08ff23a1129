"""Names for what is made: "called x", "as x", in quotes."""

from __future__ import annotations

import re

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("arguments")
_BEFORE_NAME = tuple(_WORDS["before_name"])
_ENDS_NAME = tuple(_WORDS["ends_name"])


_SAYS_NAME = frozenset(
    {"called", "named", "name", "titled", "call", "labelled", "labeled", "label", "rename"}
)
_THE_NEW_ONE = (("new",), ("one",), ("ones",), ("copy",), ("clone",), ("machine",))
"""What may stand between "name" and the name: "name the new one x"."""


def name_called(clause: Clause) -> str | None:
    """The name after "called", "named", "as", "with the name"."""
    items = clause.items
    for k, item in enumerate(items):
        word = item.words[-1] if item.words else ""
        after = items[k + 1] if k + 1 < len(items) else None
        as_name = word == "as" and after is not None and after.has("quote", "unknown_name")
        if (as_name or word in _SAYS_NAME) and not item.is_entity:
            j = k + 1
            if word == "call" and any(i.has("comma") for i in items[j : j + 2]):
                continue
            while (
                j < len(items)
                and items[j].has(*_BEFORE_NAME)
                and not items[j].has("quote", "unknown_name", "word")
                and not items[j].used
            ):
                j += 1
            while j + 1 < len(items) and items[j].words[:1] in _THE_NEW_ONE:
                j += 1
            if j >= len(items) and j - 1 > k and not items[j - 1].has("det", "comma", "pron"):
                j -= 1
            if j < len(items) and not items[j].used and _may_name(items[j]):
                found = name_at(items, j)
                if found:
                    item.used = "name"
                    return _whole_name(items, j, found)
    return None


def _may_name(item: Item) -> bool:
    """Whether something stands there: no sign, and no tag ("label it env=test")."""
    return not item.has("tag", "stop", "comma") and any(c.isalnum() for c in item.text)


def _whole_name(items: list[Item], j: int, first: str) -> str:
    """A name said in several words up to the end, put together with dashes: "before upgrade"."""
    rest = items[j + 1 :]
    if not rest or len(rest) > 3 or items[j].quoted or re.search(r"\d", first):
        return first
    if any(i.used or (i.has(*_ENDS_NAME) and not _is_kind(i)) or _is_thing(i) for i in rest):
        return first
    for item in rest:
        item.used = "the name"
    return "-".join([first, *(w for i in rest for w in i.words)])


def _is_kind(item: Item) -> bool:
    """A value of a tag, such as an environment: part of a name where it ends one."""
    values = item.get("value") or ()
    tags = all(name.startswith("tags.") for name, _ in values)
    return bool(values) and tags and not item.has("names", "stem", "number")


def _is_thing(item: Item) -> bool:
    return item.is_entity and not _is_kind(item)


def name_at(items: list[Item], j: int) -> str | None:
    """The name that stands at `j`, with its dashes."""
    item = items[j]
    if item.has("quote"):
        item.used = "the name"
        return item.get("quote")
    text = item.text
    item.used = "the name"
    end = j + 1
    while (
        end < len(items)
        and items[end].start == items[end - 1].end
        and items[end].words[:1] in (("-",), ("_",))
        and end + 1 < len(items)
    ):
        items[end].used = items[end + 1].used = "the name"
        text += items[end].text + items[end + 1].text
        end += 2
    return re.sub(r"\s+", "-", text.strip()) or None


def name_quoted(clause: Clause) -> str | None:
    """A short name in quotation marks."""
    for item in clause.items:
        if (
            item.has("quote")
            and not item.used
            and len(item.get("quote")) <= 64
            and len(item.get("quote").split()) <= 5
        ):
            item.used = "the name"
            return item.get("quote")
    return None
