"""What a model's calls must meet before they are proposed: machines that exist, and that the
person spoke of. It asks the inventory and the person's own words, never the model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.brains.base import Context
from tools.calls import Call
from tools.selector import Selector

_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A name or id that no machine bears, and the names that come closest."""

    name: str
    closest: tuple[str, ...]


def find_made_up(calls: Sequence[Call], context: Context) -> MadeUp | None:
    """The first name or id in the calls that no machine bears, what is excluded included."""
    inventory = context.world.inventory
    for selector in _selectors(calls):
        for name in selector.exact_names():
            if not inventory.named(name):
                return MadeUp(name, inventory.closest(name))
        known = inventory.get(selector.ids or ())
        for machine_id in selector.ids or ():
            if machine_id not in known:
                return MadeUp(machine_id, ())
    return None


def find_unspoken(calls: Sequence[Call], text: str, context: Context) -> tuple[str, ...]:
    """The names in the changes that the person never spoke of.

    A name counts as spoken of when each of its words is in what the person said, or the machine is
    one of those last shown or asked about: text that a model read somewhere cannot name machines.
    """
    changes = [call for call in calls if not context.catalog.tool(call.tool).reads]
    spoken = _spoken(text, context)
    shown = _shown(context)
    found: list[str] = []
    for selector in _selectors(changes, excluded=False):
        by_id = context.world.inventory.get([i for i in selector.ids or () if i not in shown])
        names = [*(selector.names or ()), *(vm.name for vm in by_id.values())]
        found += [name for name in names if not _is_in(name, spoken)]
    return tuple(dict.fromkeys(found))


def _selectors(calls: Iterable[Call], excluded: bool = True) -> Iterator[Selector]:
    for call in calls:
        selector = call.selector
        while selector is not None:
            yield selector
            selector = selector.exclude if excluded else None


def _shown(context: Context) -> set[str]:
    memory = context.memory
    waiting = memory.pending.targets if memory.pending else ()
    return {*memory.targets, *memory.listed, *(i for targets in waiting for i in targets)}


def _spoken(text: str, context: Context) -> str:
    memory = context.memory
    said = [words for who, words in memory.said if who == "user"]
    options = memory.asked.options if memory.asked else ()
    shown = context.world.inventory.get(sorted(_shown(context)))
    names = [vm.name for vm in shown.values()]
    return unicodedata.normalize("NFKC", " ".join([text, *said, *options, *names])).casefold()


def _is_in(name: str, spoken: str) -> bool:
    parts = _LETTERS.findall(name.casefold()) or _DIGITS.findall(name)
    return bool(parts) and all(part in spoken for part in parts)
