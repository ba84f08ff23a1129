"""Acts whose verb is said once: "move a to x and b to y" moves each to a place of its own.

Such a row is cut where a machine with a figure, place, name, tag or time of its own follows
another that has one of the same kind; each further part is given the words of the act again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import pairwise

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import CHANGING, GENERIC, OFF, ON
from agent.brains.embedded.items import Item

_SMALL = frozenset(
    {"make", "give", "put", "set", "bring", "take", "turn", "switch", "power", "add", "change",
     "get", "boot", "assign", "drop"}
)  # fmt: skip
_ONCE_ONLY = frozenset({"create", "scale", "undo", "restore"})
_NAMING = frozenset({"as", "called", "named", "name", "labelled", "titled"})
_AT_ONCE = (("now",), ("immediately",), ("straight", "away"), ("right", "now"), ("right", "away"))
_GIVEN = (("tag", "tag"), ("amount", "figure"), ("time", "time"), ("number", "figure"))
_MACHINE = "machine"
_FEWEST = 4
"""The fewest words of a row: two machines and what each of them has."""

Segment = tuple[int, int, list[str]]
"""Where a stretch between joints begins and ends, and what its words are in turn."""


def ungapped(items: list[Item]) -> list[list[Item]]:
    """The acts of a part, each with its verb; the part alone where it is no such row."""
    head = _head(items)
    if head is None:
        return _asked_apart(items)
    start, end = head
    if (pairs := _respective(items, end)) is not None:
        return [_paired(items[:end], pair) for pair in pairs]
    cuts = _cuts(items, _segments(items, end))
    if not cuts:
        return [items]
    again = _said_again(items[start:end])
    particle = _particle(again, items[end : cuts[0]])
    parts, last = [items[: cuts[0]]], cuts[0]
    if particle is not None and all(i is not particle for i in items):
        parts = [_with_particle(parts[0], particle)]
    for cut in [*cuts[1:], len(items)]:
        lead = again[:1] if _another_key(items, (last, cut, ["tag"])) else again
        rest = _with_unit(_without_lead(items[last:cut], lead), parts[0])
        at = rest[0].start
        parts.append([*(_copied(i, at) for i in lead), *_with_particle(rest, particle)])
        last = cut
    return _at_one_time(parts)


_ASKED = ("metric", "cost")
_OFFERED = frozenset({"size", "image", "region", "host", "network", "snapshot"})


def _asked_apart(items: list[Item]) -> list[list[Item]]:
    """ "cpu of a and memory of b": two questions, each of its own machine."""
    if len(items) < _FEWEST or any(i.has("verb") and i.action in CHANGING for i in items):
        return [items]
    if any(i.has("cmp", "condition", "without", "most") and not i.is_entity for i in items):
        return [items]
    if any(i.has("by") and i.words != ("per",) and not i.is_entity for i in items):
        return [items]
    roles = ["asked" if _is_asked(i) else _role(items, k) for k, i in enumerate(items)]
    first = next((k for k, role in enumerate(roles) if role == "asked"), len(items))
    if _MACHINE in roles[:first] or roles.count("asked") < 2:
        return [items]
    cuts = _cuts(items, _segments(items, first, roles))
    if not cuts:
        return [items]
    again = _said_again(items[:first]) if first else []
    parts = [items[: cuts[0]]]
    for at, cut in pairwise([*cuts, len(items)]):
        rest = [i for i in items[at:cut] if not _is_joint(i)]
        parts.append([*(_copied(i, rest[0].start) for i in again), *rest])
    return _at_one_time(parts)


def _is_asked(item: Item) -> bool:
    return (item.has(*_ASKED) or item.get("object") in _OFFERED) and not item.is_entity


_RESPECTIVELY = frozenset({"respectively", "respective", "resp"})


def _respective(items: list[Item], end: int) -> list[list[Item]] | None:
    """The machines of "move a and b to x and y respectively", each with what it is given."""
    if not any(_RESPECTIVELY & set(i.words) and not i.is_entity for i in items[end:]):
        return None
    roles = [(k, _role(items, k)) for k in range(end, len(items))]
    machines = [k for k, role in roles if role == _MACHINE]
    given = [k for k, role in roles if role not in ("", _MACHINE)]
    if len(machines) != len(given) or len(given) < 2 or machines[-1] > given[0]:
        return None
    to = [i for i in items[machines[-1] + 1 : given[0]] if not _is_joint(i)]
    return [[items[m], *to, items[g]] for m, g in zip(machines, given, strict=True)]


def _paired(lead: Sequence[Item], pair: Sequence[Item]) -> list[Item]:
    return [dataclasses.replace(i, used="") for i in (*lead, *pair)]


def _at_one_time(parts: list[list[Item]]) -> list[list[Item]]:
    """ "move a to x and b to y tonight": a time at the end is that of all."""
    timed = [
        [i for i in part if i.words in _AT_ONCE or (i.has("time") and not i.is_entity)]
        for part in parts
    ]
    if any(timed[:-1]) or len(timed[-1]) != 1 or parts[-1][-1] is not timed[-1][0]:
        return parts
    return [
        *([*part, dataclasses.replace(timed[-1][0], used="")] for part in parts[:-1]),
        parts[-1],
    ]


def _head(items: Sequence[Item]) -> tuple[int, int] | None:
    """Where the words of the act begin and end: the verb, up to the first thing said with it."""
    if len(items) < _FEWEST or not any(_is_joint(i) for i in items):
        return None
    if any(i.has("except", "without", "wh", "instead") and not i.is_entity for i in items):
        return None
    first = next((k for k in range(len(items)) if _role(items, k)), len(items))
    verb = next((k for k in range(first) if is_action(items, k)), None)
    if verb is None:
        verb = next((k for k in range(first) if _is_small_verb(items[k])), None)
    if verb is None:
        return None
    if items[verb].action in _ONCE_ONLY and GENERIC.get(items[verb].words[0]) != "make":
        return None
    return verb, first


def _is_joint(item: Item) -> bool:
    return item.has("and", "comma", "then") and not item.is_entity


def _is_small_verb(item: Item) -> bool:
    return bool(item.words) and not item.is_entity and GENERIC.get(item.words[0]) in _SMALL


def _role(items: Sequence[Item], k: int) -> str:
    """What a word is in such a row: a machine, what a machine is given, or nothing."""
    item = items[k]
    if _is_named(items, k):
        return "name"
    if item.has("names", "glob", "id"):
        return _MACHINE
    for kind, role in _GIVEN:
        if item.has(kind) and not (kind == "number" and item.has("det", "all", "pron", "noun")):
            return role
    if item.words in _AT_ONCE:
        return "time"
    after = items[k + 1] if k + 1 < len(items) else None
    keyed = item.has("key") and not item.is_entity and after is not None
    if keyed and after is not None and (after.get("object") == "tag" or after.has("from")):
        return "key"
    fields = {name for name, _ in item.get("value") or ()}
    if (unknown := item.get("unknown_value")) is not None:
        fields = {unknown[0]}
    given = k > 0 and items[k - 1].has("to") and not items[k - 1].is_entity
    if fields & {"host", "size"}:
        return "host" if "host" in fields else "size"
    if given and (fields & {"region", "zone", "provider"} or item.has("unknown_name")):
        return "host"
    if given and fields and all(name.startswith("tags.") for name in fields):
        return "tag"
    return _MACHINE if fields or item.has("stem", "unknown_name") else ""


def _is_named(items: Sequence[Item], k: int) -> bool:
    """Whether the word before says that this one is a name that is given."""
    lead = items[k - 1] if k else None
    led = lead is not None and not lead.is_entity and bool(lead.words)
    named = led and lead is not None and lead.words[-1] in _NAMING
    return named and not items[k].has("tag", "value", "amount", "time")


def _segments(
    items: Sequence[Item], start: int, known: Sequence[str] | None = None
) -> list[Segment]:
    segments: list[Segment] = []
    roles: list[str] = []
    at = start
    for k in range(start, len(items)):
        if _is_joint(items[k]) and k > at:
            segments.append((at, k, roles))
            at, roles = k, []
        if role := known[k] if known is not None else _role(items, k):
            roles.append(role)
    return [*segments, (at, len(items), roles)]


def _cuts(items: Sequence[Item], segments: Sequence[Segment]) -> list[int]:
    """Where a further machine with something of its own begins."""
    cuts: list[int] = []
    group = list(segments[0][2])
    for n, (start, _, roles) in enumerate(segments[1:], 1):
        if _further(segments, n, group) or _another_key(items, segments[n]):
            cuts.append(start)
            group = []
        group += roles
    return cuts


def _another_key(items: Sequence[Item], segment: Segment) -> bool:
    """ "env to test and team to qa": another tag of the same machine."""
    start, end, roles = segment
    rest = [i for i in items[start:end] if not _is_joint(i) and not i.has("det", "ask")]
    led = len(rest) > 2 and rest[0].has("key") and rest[1].has("to")
    return led and roles[:1] == ["tag"]


def _further(segments: Sequence[Segment], n: int, group: Sequence[str]) -> bool:
    """Whether a whole pair begins at segment `n`, of the kind of the group before it."""
    roles = segments[n][2]
    given = set(group) - {_MACHINE}
    if not roles or _MACHINE not in group or not given:
        return False
    forward = group.index(_MACHINE) == 0
    if (roles[0] == _MACHINE) is not forward or (not forward and roles[0] not in given):
        return False
    for _, _, more in segments[n:]:
        if not more or (more[0] == _MACHINE) is not forward:
            return False
        if forward and given & set(more):
            return True
        if forward and set(more) != {_MACHINE}:
            return False
        if not forward and _MACHINE in more:
            return True
    return False


def _said_again(head: Sequence[Item]) -> list[Item]:
    """The words of the act as each further part is given them."""
    again = list(head)
    while len(again) > 1 and again[-1].has("det", "all") and not again[-1].has("pron"):
        again.pop()
    return again


def _particle(head: Sequence[Item], group: Sequence[Item]) -> Item | None:
    """The "off" of "switch a off at 6 and b at 7", or the "on" that a time holds: "on at 6"."""
    if head[0].action is not None:
        return None
    for item in group:
        if item.has("time") and item.words[:2] == ("on", "at"):
            return dataclasses.replace(item, text="on", words=("on",), kinds={"in": True})
        if item.words[-1:] and item.words[-1] in OFF | ON and not item.is_entity:
            return item
    return None


def _with_particle(rest: list[Item], particle: Item | None) -> list[Item]:
    """The particle after the machines."""
    given = (k for k in range(len(rest)) if _role(rest, k) not in ("", _MACHINE))
    k = next(given, len(rest))
    return rest if particle is None else [*rest[:k], _copied(particle, rest[0].start), *rest[k:]]


def _copied(item: Item, at: int) -> Item:
    return dataclasses.replace(item, start=at, end=at, used="")


def _without_lead(rest: list[Item], again: Sequence[Item]) -> list[Item]:
    """What follows a joint, without "and", and without words with which the act ends already."""
    rest = list(rest)
    while rest and _is_joint(rest[0]) and len(rest) > 1:
        rest.pop(0)
    if again[-1].words == ("of",) and len(rest) > 2 and rest[1].words == ("of",):
        return rest[2:]  # "the disk of a to 300 and that of b to 400"
    for n in range(min(len(again), len(rest) - 1), 0, -1):
        if [i.words for i in again[-n:]] == [i.words for i in rest[:n]]:
            return rest[n:]
    return rest


def _with_unit(rest: list[Item], before: Sequence[Item]) -> list[Item]:
    """ "give a 16 gb of memory and b 8": a bare figure is of what the one before was of."""
    k = next((k for k, i in enumerate(before) if i.has("amount")), None)
    bare = [n for n, i in enumerate(rest) if i.has("number") and not i.has("time", "names")]
    if k is None or len(bare) != 1 or any(i.has("amount") for i in rest):
        return rest
    of_what = next((n for n in range(k + 1, len(before)) if before[n].is_entity), len(before))
    unit, figure = before[k].get("amount")[1], rest[bare[0]]
    amount = (figure.get("number"), unit)
    sized = dataclasses.replace(figure, kinds={**figure.kinds, "amount": amount})
    more = [dataclasses.replace(i, used="") for i in before[k + 1 : of_what]]
    return [*rest[: bare[0]], sized, *more, *rest[bare[0] + 1 :]]
