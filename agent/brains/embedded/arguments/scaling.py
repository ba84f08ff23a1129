"""How many machines a group shall have."""

from __future__ import annotations

import re
from datetime import datetime

from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.arguments.sizing import factor_of
from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.site import Site
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("arguments")
_FEWER = frozenset(_WORDS["fewer"])


def scaling(clause: Clause, said: Said, site: Site, now: datetime) -> None:
    """The group, and how many machines it shall have or gain."""
    items, words = clause.items, clause.words
    number: Item | None = None
    for k, item in enumerate(items):
        group = next((v[0] for n, v in item.get("value") or () if n == "group"), None)
        if group is not None:
            said.args["group"] = group
            item.used = f"group {group}"
        if item.has("number") and not item.has("amount", "time") and not item.used:
            if k and items[k - 1].has("from"):
                item.used = "from"
                continue
            number = item
        if item.has("tag") and item.get("tag")[0].casefold() in _COUNTED:
            figure = str(item.get("tag")[1])
            if figure.isdigit():
                said.args["count"] = int(figure)
                item.used = "how many"
        if factor := factor_of(item):
            said.args["_factor"] = factor
            item.used = "times"
    if number is not None:
        _take_count(clause, number, said)
    elif set(words[-3:]) & {"none", "zero", "nothing", "nil"} and "to" in words:
        said.args["count"] = 0
    elif (more := _one_more(words)) and "count" not in said.args and "_factor" not in said.args:
        said.args["change"] = more


_COUNTED = frozenset(
    {"replicas", "count", "size", "capacity", "desired", "instances", "nodes", "n"}
)


def _take_count(clause: Clause, number: Item, said: Said) -> None:
    items = clause.items
    value, k = int(number.get("number")), items.index(number)
    before = [w for i in items[max(0, k - 3) : k] for w in i.words]
    if "to" in before and k and items[k - 1].has("dash"):
        return
    sign = _sign_of(clause, clause.words, before, items, k)
    if sign:
        said.args["change"] = value * sign
    else:
        said.args["count"] = value
    number.used = f"{'+' if sign > 0 else '-' if sign else ''}{value}"


def _sign_of(
    clause: Clause, words: tuple[str, ...], before: list[str], items: list[Item], k: int
) -> int:
    """1 for so many more, -1 for so many fewer, 0 for so many in all."""
    after = [w for i in items[k + 1 : k + 3] for w in i.words]
    if items[k - 1].has("plus_sign") if k else False:
        return 1
    if items[k - 1].has("dash") if k else False:
        return 0 if "to" in before else -1
    if "to" in before[-2:] or "at" in before[-1:]:
        return 0
    down = any(w in _FEWER for w in words) or "down" in before
    by = "by" in before[-2:]
    if by:
        return -1 if down and not any(w in ("up", "out") for w in words) else 1
    if any(w in ("fewer", "less") for w in (*after[:1], *before[-1:])):
        return -1
    beyond = items[k + 2 : k + 3] if items[k + 1 : k + 2] and items[k + 1].has("noun") else []
    near = [*after[:1], *before[-1:], *(w for i in beyond for w in i.words[:1])]
    if any(w in ("more", "additional", "extra", "another") for w in near):
        return 1
    verbs = clause.generic()
    if (verbs & {"take", "remove", "drop", "lose"} or {"knock", "shave"} & set(words)) and set(
        words
    ) & {"away", "off", "out"}:
        return -1
    if verbs & {"add"} and "to" not in before:
        return 1
    if (verbs & {"remove", "drop", "lose"} or clause.action == "delete") and "to" not in before:
        return -1
    return 0


def _one_more(words: tuple[str, ...]) -> int:
    text = " ".join(words)
    if re.search(r"\b(one more|another|an extra|an additional)\b", text):
        return 1
    if re.search(r"\bone (less|fewer)\b", text):
        return -1
    return 0
