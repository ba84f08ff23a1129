"""A turn is cut into clauses: one thing asked, or one thing said, each."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import READING, Clause
from agent.brains.embedded.clauses.forming import clause_of
from agent.brains.embedded.clauses.starts import acts_by_particle, is_reason, starts_afresh
from agent.brains.embedded.scan import Item


def split(items: Sequence[Item]) -> list[Clause]:
    """The clauses of a turn, in order."""
    clauses: list[Clause] = []
    for sentence, asks in _sentences(items):
        parts = _parts(sentence)
        for part in parts:
            clause = clause_of(part, first=part is parts[0])
            clause.asks = asks and part is parts[-1]
            if clause.items:
                clauses.append(clause)
    return clauses


def _sentences(items: Sequence[Item]) -> list[tuple[list[Item], bool]]:
    found: list[tuple[list[Item], bool]] = []
    current: list[Item] = []
    for item in items:
        if item.has("stop", "question"):
            if current:
                found.append((current, item.has("question")))
            elif found and item.has("question"):
                found[-1] = (found[-1][0], True)
            current = []
        else:
            current.append(item)
    if current:
        found.append((current, False))
    return found


def _parts(items: list[Item]) -> list[list[Item]]:
    """Cut before each further verb that begins a request of its own, and before reasons."""
    cuts: list[int] = []
    seen_verb = False
    seen_object = False
    for k, item in enumerate(items):
        if is_action(items, k) or _is_reading(items, k) or acts_by_particle(items, k):
            if (
                (seen_verb and (seen_object or _joined(items, k))) or _after_statement(items, k)
            ) and _begins(items, k):
                cuts.append(_cut_at(items, k))
                seen_object = False
            seen_verb = True
        elif is_reason(items, k) or starts_afresh(items, k):
            cuts.append(k)
            seen_object = False
            seen_verb = False
        elif item.is_entity or item.has("pron", "noun", "all", "object"):
            seen_object = True
    parts: list[list[Item]] = []
    last = 0
    for cut in dict.fromkeys(cuts):
        if cut > last:
            parts.append(items[last:cut])
            last = cut
    parts.append(items[last:])
    return [half for part in parts for half in _after_condition(part)]


def _after_condition(items: list[Item]) -> list[list[Item]]:
    """A part that opens with "if" ends at its comma: "if you don't mind, stop web-01"."""
    if not items or items[0].words[:1] not in (("if",), ("unless",), ("provided",)):
        return [items]
    for k in range(2, len(items) - 1):
        follows = items[k + 1]
        if items[k].has("comma") and not items[k].is_entity:
            if follows.is_entity and k + 2 < len(items) and items[k + 2].has("comma", "and"):
                continue
            return [items[: k + 1], items[k + 1 :]]
    return [items]


def _after_statement(items: list[Item], k: int) -> bool:
    """A verb after a comma that ends a statement or a topic: "bob-dev is stuck, wake it"."""
    j = k - 1
    while (
        j >= 0
        and items[j].has("ask", "filler", "then", "also", "only", "and")
        and not items[j].is_entity
        and not items[j].has("comma")
    ):
        j -= 1
    if j < 1 or not items[j].has("comma", "dash"):
        return False
    return any(
        i.has(
            "be", "trouble", "state", "pron", "condition", "filler", "verb", "wh", "cost", "savings"
        )
        and not i.has("time")
        for i in items[:j]
    ) and any(not i.has("time", "filler", "comma") for i in items[:j])


def _joined(items: list[Item], k: int) -> bool:
    return any(i.has("comma", "and", "then") for i in items[max(0, k - 2) : k])


def _begins(items: list[Item], k: int) -> bool:
    """Whether the verb at `k` begins a request rather than being part of the one before."""
    before = items[k - 1] if k else None
    if before is None or before.has(
        "comma", "and", "then", "also", "or", "plus_sign", "filler", "slash"
    ):
        return True
    if before.has("ask", "not", "wh", "pron"):
        return True
    return before.is_entity or before.has("time", "noun", "colon", "number")


def _cut_at(items: list[Item], k: int) -> int:
    """Where the clause of the verb at `k` begins: before its connectors, "please", "don't"."""
    while (
        k
        and items[k - 1].has("and", "then", "also", "ask", "not", "filler", "wh")
        and not items[k - 1].is_entity
    ):
        if items[k - 1].has("verb") and not items[k - 1].has("also", "then", "filler"):
            break
        k -= 1
    return k


def _is_reading(items: list[Item], k: int) -> bool:
    """A verb or question word that begins a question."""
    item = items[k]
    if item.is_entity:
        return False
    if item.words[:1] == ("number",) and any(is_action(items, j) for j in range(k)):
        return False
    if item.has("wh") and item.words[0] in ("what", "which", "who", "how", "where", "why", "when"):
        before = items[k - 1] if k else None
        return before is None or before.has("comma", "and", "then", "stop", "also", "dash")
    return bool(
        item.has("verb")
        and item.action in READING
        and item.form == "base"
        and _begins(items, k)
        and k > 0
        and items[k - 1].has("comma", "and", "then", "also")
    )
