"""Verbs in two pieces: "turn x off", "bring it back up", "off and on again"."""

from __future__ import annotations

from agent.brains.embedded.clauses.base_acts import refused
from agent.brains.embedded.clauses.clause import GENERIC, OFF, ON, Clause, may_begin_an_act
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")


_SPLITS = frozenset(
    (w,)
    for w in ("shut", "power", "turn", "switch", "take", "bring", "boot", "spin", "fire", "put")
)


def take_trailing_particle(clause: Clause) -> None:
    """ "shut web-01 and web-02 down tonight": the particle belongs to the verb, it is no state."""
    items = clause.items
    verb = clause.verb
    if verb is None or verb not in items or verb.words not in _SPLITS:
        return
    wanted = OFF if clause.action == "stop" else ON
    for j in range(items.index(verb) + 2, len(items)):
        item = items[j]
        after = items[j + 1] if j + 1 < len(items) else None
        if item.is_entity or not item.words or item.words[-1] not in wanted:
            continue
        if after is None or after.has("time", "comma", "and", "then", "ask", "filler", "also"):
            item.used = "verb"
            return


def take_particle(clause: Clause) -> None:
    """ "turn bob's box off", "shut every workstation down", "bring it back up"."""
    items = clause.items
    for k, item in enumerate(items):
        verb = next((GENERIC[w] for w in item.words if w in GENERIC), None)
        if verb is None or verb not in TAKES_PARTICLE:
            continue
        if refused(items, k):
            continue
        if verb in ("want", "need") and k and _is_somebody(items[k - 1]):
            continue
        if item.words[-1].endswith("ed") and k and items[k - 1].words[-1:] in _STATED:
            continue
        j = next((j for j in range(k + 1, len(items)) if _completes(items, k, j, verb)), None)
        if j is None:
            continue
        if any(i.get("object") in ("protection", "tag") for i in items[k:j]):
            continue
        off = _particle_of(items[j]) in OFF
        clause.action, clause.verb = "stop" if off else "start", item
        item.used = items[j].used = "verb"
        rest = [w for i in items[j + 1 : j + 5] for w in i.words]
        if off and rest[:2] in (["and", "on"], ["and", "back"], ["then", "on"]):
            clause.action = "restart"
            for more in items[j + 1 : j + 4]:
                more.used = "verb"
        return


_STATED = (("is",), ("are",), ("was",), ("were",), ("it's",), ("they're",))
"""Before "switched off": it tells how a machine is."""

TAKES_PARTICLE = frozenset(_WORDS["takes_a_particle"])
_MAY_FOLLOW = tuple(_WORDS["may_follow_a_particle"])


def _particle_of(item: Item) -> str:
    if item.words == ("up", "and", "running"):
        return "up"
    return item.words[-1] if 0 < len(item.words) <= 2 else ""


def _completes(items: list[Item], k: int, j: int, verb: str) -> bool:
    """Whether the item at `j` is the particle of the verb at `k`."""
    word = _particle_of(items[j])
    if items[j].has("verb") and len(items[j].words) > 1:
        return False
    if items[j].is_entity or word not in OFF | ON:
        return False
    after = items[j + 1] if j + 1 < len(items) else None
    if after is not None and after.words[:1] in (("as",), ("for",)) and after.has("to"):
        return False
    if after is not None and (
        not (after.has(*_MAY_FOLLOW) or (may_begin_an_act(after) and j > k + 1))
        or after.is_entity
        or after.has("det", "pron")
        or _by_a_figure(items, j + 1)
    ):
        return False
    if verb in ("have", "get", "want", "need", "let", "go", "turn") and word in ("out", "back"):
        return False
    return verb != "go" or any(i.is_entity or i.has("pron") for i in items[:k])


def _by_a_figure(items: list[Item], k: int) -> bool:
    """ "down by one": how far, not which way the power goes."""
    return items[k].words == ("by",) and k + 1 < len(items) and items[k + 1].has("number")


def _is_somebody(item: Item) -> bool:
    """A person who is spoken of: what they want is told, not asked for."""
    if item.words[:1] in (("he",), ("she",), ("somebody",), ("someone",)):
        return True
    owners = [name for name, _ in item.get("value") or () if name == "tags.owner"]
    return bool(owners) and not item.possessive


def take_off_and_on(clause: Clause) -> None:
    """ "turn off web-03 and on again" is a restart."""
    if clause.action != "stop":
        return
    words = list(clause.words)
    for n in range(len(words) - 1):
        if (
            words[n] in ("and", "then")
            and words[n + 1] in ("on", "back", "up")
            and words[n + 2 : n + 3] in ([], ["again"], ["on"], ["up"])
        ):
            clause.action = "restart"
            for item in clause.items:
                if item.words in (("on",), ("again",), ("back",), ("up",), ("back", "up")):
                    item.used = "verb"
            return
