"""What a turn says for the plan that waits and nothing was made of: it is asked about."""

from __future__ import annotations

import re

from agent.brains.base import Memory, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from tools.inventory import Inventory

_ALSO = re.compile(
    r"\b(?:also|too|as well|add|plus|include|including|and (?:do|take|put|throw in)|"
    r"while (?:you're|we're) (?:at it|there))\b",
    re.IGNORECASE,
)
_FIGURE_LAST = re.compile(
    r"(?:,|\band|\bbut) *(?:(?:and|but|rather|make it|at|to|with|then) )*"
    r"(?P<figure>\d{1,2})[.! ]*$",
    re.IGNORECASE,
)
_NOT_ADDED = re.compile(
    r"\b(?:not|leave|skip|without|except|spare|exclude|drop|omit|minus|keep|instead|already|"
    r"rather)\b|n't\b",
    re.IGNORECASE,
)


_FIGURES = frozenset({"vcpus", "memory_gib", "size_gib", "count", "change"})


def with_what_is_added(
    reading: Reading, understood: Understanding | None, memory: Memory, inventory: Inventory
) -> Understanding | None:
    """The understanding of a turn while a plan waits, or a question where it adds a machine by its
    name and the plan that came of it is without it.
    """
    pending = memory.pending
    if understood is None or understood.kind != "revise" or pending is None:
        return understood
    as_before = [(c.when, c.args) for c in understood.calls] == [
        (c.when, c.args) for c in pending.calls
    ]
    figured = any(c.when is not None or c.args.keys() & _FIGURES for c in pending.calls)
    found = _FIGURE_LAST.search(reading.text) if as_before and figured else None
    if found is not None and any(i.has("names") for i in reading.items):
        return replies.ask(f"What is the {found['figure']}: another figure, or a machine?")
    if not _ALSO.search(reading.text) or _NOT_ADDED.search(reading.text):
        return understood
    named = {n for i in reading.items if i.has("names") for n in i.get("names")}
    wanted = {vm.id for name in named for vm in inventory.named(name)}
    chosen = [c.selector for c in understood.calls if c.selector is not None]
    meant = {i for selector in chosen for i in inventory.select_ids(selector)}
    shown = {i for targets in pending.targets for i in targets}
    new = sorted(wanted - meant - shown)
    said = {str(v) for c in understood.calls for v in c.args.values()}
    left = [vm.name for vm in inventory.get(new).values() if vm.name not in said]
    if not left:
        return understood
    return replies.ask(f"What shall be done with {replies.listed(left)}? Say the whole plan anew.")
