"""One for another in the plan that waits: "103 not 102", "I meant restart, not stop"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.merging import numbered_names
from agent.brains.embedded.reader import Reader
from tools.calls import Call
from tools.inventory import Inventory
from tools.selector import Selector

_NOT = (("not",), ("instead", "of"), ("rather", "than"), ("in", "place", "of"))
_SMALL = (
    "names",
    "number",
    "and",
    "comma",
    "filler",
    "ask",
    "instead",
    "det",
    "stop",
    "dash",
    "not",
)


def swapped(
    reading: Reading, call: Call, targets: Sequence[str], reader: Reader, inventory: Inventory
) -> Call | None:
    """ "103 not 102": of the plan's machines one goes and another comes, the rest stay."""
    if "?" in reading.text or call.selector is None:
        return None
    halves = _halves(reading.items)
    if halves is None:
        return None
    known = inventory.get(list(targets)[:500])
    planned = [vm.name for vm in known.values()]
    figured = call.tool in _FIGURED or call.when is not None
    if figured and any(i.has("number") and not i.has("names") for half in halves for i in half):
        return None
    comes, goes = (_names(half, planned, reader) for half in halves)
    fresh = [inventory.named(n) for n in comes]
    if not (goes and fresh) or not set(goes) <= set(planned) or set(comes) & set(planned):
        return None
    if any(len(found) != 1 for found in fresh):
        return None
    kept = [i for i, vm in known.items() if vm.name not in goes]
    ids = [*kept, *(found[0].id for found in fresh)]
    return call.model_copy(update={"selector": Selector(ids=tuple(ids)), "outright": True})


def _halves(items: Sequence[Item]) -> tuple[list[Item], list[Item]] | None:
    """What comes and what goes, where a turn says nothing but that."""
    items = [i for i in items if i.words not in _INTRO]
    if (exchanged := _exchanged(items)) is not None:
        return exchanged
    k = next((k for k in range(len(items)) if _is_not(items, k)), None)
    if k is None:
        return None
    before, after = list(items[:k]), list(items[k + 1 :])
    if (after and after[0].words == ("of",)) or (after[:1] and after[0].words == ("than",)):
        after = after[1:]
    if not all(i.has(*_SMALL) or _cuts(i) or i.words in _MEANT for i in (*before, *after)):
        return None
    if any(i.has("names", "number") for i in before):
        return before, after
    cut = next((k for k, i in enumerate(after) if k and _cuts(i)), None)
    return None if cut is None else (after[cut:], after[:cut])


_SWAP = (("swap",), ("replace",), ("exchange",), ("change",), ("switch",))
_FOR = (("for",), ("with",), ("by",), ("to",), ("into",))
_SHOULD_BE = (("should", "be"), ("must", "be"), ("is", "wrong"), ("was", "meant", "to", "be"))


def _exchanged(items: Sequence[Item]) -> tuple[list[Item], list[Item]] | None:
    """ "swap 102 for 103", "102 should be 103": what comes stands last."""
    words = [i.words for i in items]
    told = [k for k, w in enumerate(words) if k and (w in _FOR or w[:2] in _SHOULD_BE)]
    led = bool(words) and words[0] in _SWAP
    cuts = [k for k in told if (words[k] in _FOR) == led]
    if len(cuts) != 1:
        return None
    goes, comes = list(items[led : cuts[0]]), list(items[cuts[0] + 1 :])
    plain = all(i.has(*_SMALL) for i in (*goes, *comes))
    return (comes, goes) if plain and goes and comes else None


_FIGURED = frozenset({"resize_vms", "resize_disk", "attach_disk", "tag_vms", "clone_vm"})
"""Beside what takes a figure a bare one may be no machine's."""

_INTRO = (("wait",), ("no",), ("no", "wait"), ("sorry",), ("oops",), ("actually",), ("please",))
_MEANT = (("i", "meant"), ("meant",), ("i", "mean"), ("make", "it"), ("it", "is"), ("should", "be"))


def _cuts(item: Item) -> bool:
    return item.has("comma", "stop") or item.words[:1] == ("but",)


def _is_not(items: Sequence[Item], k: int) -> bool:
    words = tuple(w for i in items[k : k + 3] for w in i.words)
    return any(words[: len(n)] == n or items[k].words == n for n in _NOT)


def _names(items: Sequence[Item], planned: Sequence[str], reader: Reader) -> list[str]:
    named = [n for i in items if i.has("names") for n in i.get("names")]
    part = Reading("", list(items), words=tuple(w for i in items for w in i.words))
    return list(dict.fromkeys(named)) or numbered_names(part, planned, reader.site)


_HALT = re.compile(
    r"^\W*(?:(?:no|oh|wait|please|hey|ok|sorry)\W+)*(?:stop|halt)\b\s*[!.,]", re.IGNORECASE
)
"""A "stop!" is meant for the plan."""

_ACT_MEANT = re.compile(r"\b(?:not|instead of|rather than|don'?t)\b", re.IGNORECASE)


def other_act_meant(reading: Reading, calls: Sequence[Call]) -> Frame | None:
    """ "I meant restart, not stop": the act that is meant, of the machines of the plan."""
    if "?" in reading.text or not _ACT_MEANT.search(reading.text) or _HALT.match(reading.text):
        return None
    acts = [f for f in reading.frames if f.changes]
    meant = [f for f in acts if not (f.negated or f.about)]
    denied = [f for f in acts if f.negated]
    planned = {c.tool for c in calls}
    if len(meant) != 1 or len(denied) != 1 or len(acts) != 2 or meant[0].tool in planned:
        return None
    named = any(f.chosen.real or f.chosen.unknown or f.chosen.strangers for f in acts)
    return meant[0] if denied[0].tool in planned and not named else None


_NOT_THESE = re.compile(
    r"^(?:(?:no|nah|wait|oh|sorry|actually|hm+)[,.! ]+)*"
    r"not (?:this|that|these|those|them|it|him|her|everything|the (?:whole )?lot|"
    r"(?:all|both|every one)(?: of (?:them|those|these|it))?)"
    r"(?: ones?)?(?: *[,.;!-]+| but|(?= +[\w-]*\d))\s+(?:just |only )?"
    r"(?P<rest>(?!i meant?\b|the others?\b).+)$",
    re.IGNORECASE,
)


def only_what_is_meant(reading: Reading, reader: Reader) -> Reading:
    """ "not these, the staging ones": what stands after it is meant, and nothing else."""
    found = _NOT_THESE.match(reading.text.strip())
    if found is None or "?" in reading.text:
        return reading
    meant = reader.read(f"only {found['rest']}")
    machines = [i for i in meant.items if i.is_entity or i.has("state", "number")]
    acts = any(f.changes for f in meant.frames)
    small = len(meant.words) <= 6
    return meant if machines and small and not acts else reading
