"""What a request speaks of: figures, disks, groups, machines that exist or do not."""

from __future__ import annotations

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("intents")


def names_one(clause: Clause) -> bool:
    """Whether a machine is named outright."""
    return any(i.has("names") and not i.has("stem") for i in clause.items)


def speaks_of_group(clause: Clause) -> bool:
    """Whether a group is spoken of."""
    if "group" in clause.objects():
        return True
    return any(name == "group" for i in clause.items for name, _ in (i.get("value") or ()))


def speaks_of_disk(clause: Clause) -> bool:
    """Whether a disk is spoken of."""
    if "disk" in clause.objects():
        return True
    in_terabytes = any(str(i.get("unit_word") or "").startswith("t") for i in clause.items)
    if in_terabytes and not any(i.get("metric") == "memory" for i in clause.items):
        return True
    return any(i.has("metric") and i.get("metric") == "disk" for i in clause.items)


def machine_figures(clause: Clause, *, disk: bool = False) -> bool:
    """Whether figures for vCPUs, memory or a size are given."""
    for item in clause.items:
        if item.has("amount"):
            unit = item.get("amount")[1]
            if unit == "vcpus" or (unit == "gib" and not disk and not speaks_of_disk(clause)):
                return True
        if item.has("metric") and item.get("metric") in ("memory", "cpu"):
            return True
        if any(name == "size" for name, _ in (item.get("value") or ())) or (
            item.has("unknown_value") and item.get("unknown_value")[0] == "size"
        ):
            return True
    return False


def bare_figure(clause: Clause) -> bool:
    """Whether a figure without a unit is given."""
    return any(i.has("number") and not i.has("amount", "names", "time") for i in clause.items)


def speaks_of_existing(clause: Clause) -> bool:
    """Whether a machine that exists is named or referred to."""
    return any(i.has("names", "pron") for i in clause.items)


def speaks_of_new(clause: Clause) -> bool:
    """Whether a machine that does not exist yet is spoken of."""
    if any(w in ("new", "fresh", "another", "additional", "extra") for w in clause.words):
        return True
    return any(
        name in ("image", "size") for i in clause.items for name, _ in (i.get("value") or ())
    )


def figures_of_size(clause: Clause) -> bool:
    """Whether vCPUs, GiB or a size are given."""
    return any(
        i.has("amount") and i.get("amount")[1] in ("vcpus", "gib") for i in clause.items
    ) or any(name == "size" for i in clause.items for name, _ in (i.get("value") or ()))


_BIGGER = frozenset(_WORDS["bigger"])


def wants_bigger(clause: Clause) -> bool:
    """Whether more or less of something is wished."""
    return bool(_BIGGER & set(clause.words))


def names_schedule(clause: Clause) -> bool:
    """Whether a schedule is named by its id."""
    return any(len(w) <= 6 and w.startswith("s-") and w[2:].isdigit() for w in clause.words)


def gives_name(clause: Clause, item: Item) -> bool:
    """ "name it x", "called x": the name of what is made, not of a machine that exists."""
    before = clause.items[max(0, clause.items.index(item) - 2) : clause.items.index(item)]
    return any(w in ("name", "named", "call", "called") for i in before for w in i.words)


def refers_back(clause: Clause) -> bool:
    """Whether a pronoun refers to a machine; in "name it x" it does not."""
    return any(
        i.has("pron")
        and i.words[:2] not in (("all", "of"), ("each", "of"))
        and not gives_name(clause, i)
        for i in clause.items
    )


def is_question(clause: Clause) -> bool:
    """Whether it asks rather than requests."""
    first = next((i for i in clause.items if not i.has("comma", "then") or i.has("wh")), None)
    if first is None:
        return False
    if first.has("wh") and not clause.has("ask"):
        return True
    if first.has("verb") and first.action == "count":
        return True
    if first.words[:1] in (("list",), ("show",), ("display",), ("print",), ("tell",)):
        return True
    if (
        first.words
        and first.words[0] in ("is", "are", "was", "were", "does", "did", "has", "have", "do", "am")
        and clause.asks
    ):
        return True
    if clause.words[:2] in _HAVING:
        return True
    return first.has("asking", "howto")


_HAVING = (("do", "we"), ("do", "you"), ("have", "we"), ("does", "it"), ("do", "they"))
"""How a question of what there is begins, with or without its mark."""
