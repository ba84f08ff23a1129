"""A turn is cut into clauses: one thing asked, or one thing said, each."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.another_time import at_another_time
from agent.brains.embedded.clauses.clause import OFF, ON, READING, Clause
from agent.brains.embedded.clauses.forming import clause_of
from agent.brains.embedded.clauses.gapping import ungapped
from agent.brains.embedded.clauses.leads import (
    each_before_its_act,
    supposed_until,
    tells_before_it_asks,
    with_topic,
    without_label,
)
from agent.brains.embedded.clauses.nominal import asked_beside, needs_figures
from agent.brains.embedded.clauses.openers import leads, others_than_spared, wishes_again
from agent.brains.embedded.clauses.participles import (
    SAME_FORM,
    caused,
    follows_in_a_row,
    follows_something_done,
    switched_after,
)
from agent.brains.embedded.clauses.remarks import begins_remark, begins_reserve, is_remark
from agent.brains.embedded.clauses.starts import (
    acts_by_particle,
    is_reason,
    starts_afresh,
    waits_for,
)
from agent.brains.embedded.clauses.tagging import handles_a_tag
from agent.brains.embedded.clauses.tails import last_words_of_tails
from agent.brains.embedded.scan import Item


def split(items: Sequence[Item]) -> list[Clause]:
    """The clauses of a turn, in order."""
    clauses: list[Clause] = []
    for item in items:
        if item.has("wished", "switched"):  # marks of an earlier reading hide where acts begin
            item.kinds = {k: v for k, v in item.kinds.items() if k not in ("wished", "switched")}
    for number, (sentence, asks) in enumerate(_sentences(items)):
        parts = _parts(without_label(with_topic(sentence)))
        if not asks and (end := supposed_until(sentence)):
            parts = [sentence[:end], *_parts(sentence[end:])]
        powered = len(parts) > 1 and all(_is_switched(part) for part in parts)
        for part in parts:
            clause = clause_of(part, first=part is parts[0])
            if powered and clause.verb is None:
                clause.verb = part[-1]
                clause.action = "start" if part[-1].words in _ON else "stop"
                part[-1].used = "verb"
            if clause.verb is None and (way := clause.first("switched")) is not None:
                clause.verb, way.used = way, "verb"
                clause.action = "start" if way.words[-1] in ON else "stop"
            clause.asks = asks and (part is parts[-1] or part[0].words in _BE)
            if part is not parts[-1] and part[0].words[:1] in _OFF and len(part) <= 4:
                clause.reason = not clause.verb
            beside = not clause.asks and _is_apart(part, clauses, number)
            clause.reason = clause.reason or (beside and is_remark(part))
            clause.sentence = number
            if clause.items:
                clauses.append(clause)
    return clauses


_BE = (("is",), ("are",), ("does",), ("do",), ("was",), ("were",), ("has",), ("have",))
"""Words with which a question begins that ends before another: "is a up, and what is its cost?"."""


_OFF = (("forget",), ("scrap",), ("ditch",), ("nix",), ("nevermind",))


def _called_off(items: list[Item], k: int) -> bool:
    """ "forget the printer, just restart kafka-2": what is called off ends at the comma."""
    off = items[0].words[:1] in _OFF and items[k - 1].has("comma")
    return k > 1 and off and items[k].has("only", "instead", "filler")


def _is_apart(part: list[Item], clauses: Sequence[Clause], sentence: int) -> bool:
    """Whether something is asked before, and a comma or a stop stands between."""
    if not any(
        c.verb or c.has("wh", "instead", "only", "except", "metric", "cost") for c in clauses
    ):
        return False
    before = clauses[-1]
    return before.sentence != sentence or before.items[-1].has("comma", "dash")


def _sentences(items: Sequence[Item]) -> list[tuple[list[Item], bool]]:
    found: list[tuple[list[Item], bool]] = []
    current: list[Item] = []
    at = 0
    for k, item in enumerate(items):
        if item.has("stop", "question", "colon") and (
            not item.has("colon") or tells_before_it_asks(list(items[at:]), k - at)
        ):
            at = k + 1
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


def _cut_of_a_row(items: list[Item], k: int, wished: int) -> int | None:
    """Where a further act of a row begins, which is marked as one: "…, and have it stopped"."""
    if (end := caused(items, k)) is not None:
        items[end].kinds = {**items[end].kinds, "wished": True}
        return _cut_at(items, k)
    if (way := switched_after(items, k)) is not None:
        items[way].kinds = {**items[way].kinds, "switched": True}
        return k
    cut = follows_in_a_row(items, k, wished) if wished >= 0 else None
    if cut is not None:
        items[k].kinds = {**items[k].kinds, "wished": True}
    return cut


def _parts(items: list[Item]) -> list[list[Item]]:
    """Cut before each further verb that begins a request of its own, and before reasons."""
    cuts: list[int] = []
    seen_verb = False
    seen_object = False
    wished = -1
    for k, item in enumerate(items):
        if _is_another_factor(items, k):
            continue
        if item.has("wished"):
            wished, seen_verb, seen_object = k, True, False
            continue
        if each_before_its_act(items[max(cuts, default=-1) + 1 :], k - max(cuts, default=-1) - 1):
            cuts.append(k)
            seen_verb = seen_object = False
            continue
        if (cut := _cut_of_a_row(items, k, wished)) is not None:
            cuts.append(cut)
            seen_verb, seen_object = True, False
            wished = k if item.has("wished") else wished
            continue
        if item.form == "past" and not seen_verb and (at := follows_something_done(items, k)):
            item.kinds = {**item.kinds, "wished": True}
            cuts.append(at)
            wished, seen_verb, seen_object = k, True, False
        elif (asks := _asks(items, k)) or handles_a_tag(items, k):
            if (
                (seen_verb and (seen_object or _joined(items, k)))
                or (asks and _after_statement(items, k))
            ) and _begins(items, k):
                cuts.append(_cut_at(items, k))
                seen_object = False
                if item.form == "past" and is_action(items, k):
                    item.kinds = {**item.kinds, "wished": True}
            seen_verb = True
            wished = k if item.form == "past" or item.words[0] in SAME_FORM else -1
        elif (at := _told_beside(items, k)) is not None:
            cuts.append(at)
            seen_verb, seen_object = True, False
        elif leads(items, k):
            seen_verb = True
        elif (
            (seen_object or items[0].has("time"))
            and (begins_remark(items, k) or begins_reserve(items, k))
        ) or _called_off(items, k):
            cuts.append(k)
            seen_object = seen_verb = False
        elif others_than_spared(items, k):
            cuts.append(k + 1)
        elif _starts_another(items, k):
            cuts.append(k)
            seen_object = False
            seen_verb = False
        elif item.is_entity or item.has("pron", "noun", "all", "object"):
            seen_object = True
    parts = _cut(items, cuts)
    return [act for part in parts for half in _after_condition(part) for act in ungapped(half)]


def _cut(items: list[Item], cuts: list[int]) -> list[list[Item]]:
    parts: list[list[Item]] = []
    last = 0
    for cut in dict.fromkeys(cuts):
        if cut > last:
            parts.append(items[last:cut])
            last = cut
    return [*parts, items[last:]]


def _starts_another(items: list[Item], k: int) -> bool:
    """Whether a reason, a statement or a wish begins at `k`, or what has its own figure or way."""
    said = is_reason(items, k) or starts_afresh(items, k) or wishes_again(items, k)
    return said or at_another_time(items, k) or _at_the_other_way(items, k)


def _told_beside(items: list[Item], k: int) -> int | None:
    """Where a question or a need without a verb begins beside an act."""
    if (at := asked_beside(items, k)) is not None:
        return _cut_at(items, at)
    return k - 1 if needs_figures(items, k) else None


def _asks(items: list[Item], k: int) -> bool:
    """Whether a verb or a question word that asks for something stands at `k`."""
    return is_action(items, k) or _is_reading(items, k) or acts_by_particle(items, k)


_FACTORS = frozenset({"double", "triple", "quadruple", "halve"})


def _is_another_factor(items: list[Item], k: int) -> bool:
    """ "half the cores and half the ram on kafka-1": one act, of two figures."""
    if not items[k].has("verb") or items[k].action not in _FACTORS or items[k].is_entity:
        return False
    first = next((n for n, i in enumerate(items[:k]) if i.has("verb")), None)
    if first is None or items[first].action not in _FACTORS or not items[k - 1].has("and"):
        return False
    return not any(i.is_entity or i.has("pron", "noun") for i in items[first:k])


_ON = (("on",), ("up",))


def _is_switched(items: list[Item]) -> bool:
    """ "vdi-104 on": machines and which way their power goes."""
    if len(items) < 2:
        return False
    led = [i for i in items[:-1] if not i.has("comma", "and")]
    ends = items[-1].words in (*_ON, ("off",), ("down",)) and not items[-1].is_entity
    return ends and bool(led) and all(i.has("names") for i in led)


def _at_the_other_way(items: list[Item], k: int) -> bool:
    """ "vdi-104 on, vdi-101 off": each has its own."""
    joint = items[k].has("comma", "and") and not items[k].is_entity
    return joint and k > 1 and _is_switched(items[:k]) and _is_switched(items[k + 1 :])


def _after_condition(items: list[Item]) -> list[list[Item]]:
    """A part that opens with "if" ends at its comma: "if you don't mind, stop web-01"."""
    if items and items[0].words in (("as",), ("since",), ("because",)):
        for k in range(3, len(items)):
            starts = items[k].form == "base" and is_action(items, k)
            if starts and any(i.has("be") for i in items[1:k]) and not items[k - 1].has("comma"):
                return [items[:k], items[k:]]
    reason = bool(items) and items[0].words in (("before",), ("because",), ("since",))
    reason = reason and not (len(items) > 1 and items[1].has("time"))
    if not reason and (
        not items
        or not (items[0].words[:1] in (("if",), ("unless",), ("provided",)) or waits_for(items, 0))
    ):
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
    if items[k].has("verb") and items[k].form == "past" and items[j].has("pron"):
        j -= 1
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
        "comma", "and", "then", "also", "or", "plus_sign", "filler", "slash", "dash"
    ):
        return True
    if before.has("ask", "not", "wh", "pron") or before.words == ("but",):
        return True
    if before.has("only") and k > 1 and items[k - 2].has("comma", "and", "dash"):
        return True
    ends = before.words[-1:] and before.words[-1] in OFF | ON | last_words_of_tails()
    return before.is_entity or before.has("time", "noun", "colon", "number") or bool(ends)


def _cut_at(items: list[Item], k: int) -> int:
    """Where the clause of the verb at `k` begins: before its connectors, "please", "don't"."""
    while (
        k
        and items[k - 1].has("and", "then", "also", "ask", "not", "filler", "wh", "only")
        and not items[k - 1].is_entity
    ):
        if items[k - 1].has("verb") and not items[k - 1].has("also", "then", "filler"):
            break
        if k > 2 and items[k - 1].words[-1] in OFF | ON and not items[k - 1].has("and"):
            break
        k -= 1
        if items[k].has("and") and items[k].words != ("n",):
            break
    if k > 2 and items[k - 1].has("time") and not items[k - 1].is_entity:
        joint = items[k - 2].has("and", "then", "comma") and not items[k - 2].is_entity
        k -= 2 if joint else 0  # "…, and 10 minutes later restart b"
    wishes = items[k].words[:1] in (("needs",), ("need",), ("should",), ("must",), ("has",))
    if wishes and k > 1 and items[k - 1].has("names") and items[k - 2].has("and", "comma"):
        k -= 2
        while k and items[k - 1].has("and", "comma") and not items[k - 1].is_entity:
            k -= 1
    return k


def _is_reading(items: list[Item], k: int) -> bool:
    """A verb or question word that begins a question."""
    item = items[k]
    if item.is_entity:
        return False
    placed = k > 1 and all(
        i.has("in", "for", "from", "det", "comma", "value", "filler", "noun") for i in items[:k]
    )
    if placed and any(i.has("value") for i in items[:k]):
        return False
    if "number" in item.words and any(is_action(items, j) for j in range(k)):
        return False
    if item.words[:1] == ("which",) and items[0].words[:1] == ("which",) and k:
        return items[k - 1].has("and", "comma")
    if item.has("wh") and item.words[0] in ("what", "which", "who", "how", "where", "why", "when"):
        before = items[k - 1] if k else None
        return before is None or before.has("comma", "and", "then", "stop", "also", "dash")
    return bool(
        item.has("verb")
        and item.action in READING
        and item.form == "base"
        and _begins(items, k)
        and _after_joint(items, k)
    )


_ME = (("me",), ("us",), ("let",))


def _after_joint(items: list[Item], k: int) -> bool:
    """Whether a joint stands before `k`, or before the politeness there: "and kindly show"."""
    j = k - 1
    while j > 0 and (items[j].has("ask") or items[j].words in _ME) and not items[j].is_entity:
        j -= 1
    return j >= 0 and items[j].has("comma", "and", "then", "also")
