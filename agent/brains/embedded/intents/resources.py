"""Requests by a small verb and a figure: disks, groups, sizes, new machines."""

from __future__ import annotations

import itertools

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.intents.mentions import (
    bare_figure,
    figures_of_size,
    gives_name,
    is_question,
    refers_back,
    speaks_of_disk,
    speaks_of_group,
    speaks_of_new,
    wants_bigger,
)
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("intents")
_WANTING = frozenset(_WORDS["wanting"])
_COUNTING_GROUP = frozenset(_WORDS["counting_group"])


def disk_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """A disk that grows, or one that is added: "its disk to 200 gb", "add a second disk"."""
    if not speaks_of_disk(clause) or is_question(clause):
        return None
    if _is_shown(clause) or _is_measured(clause):
        return None
    if _added_figure(clause) and clause.has("names", "pron"):
        return "resize_disk"
    words = clause.words
    if _sets_to(clause) and clause.has("names") and not clause.has("forecast", "cmp"):
        return "resize_disk"
    gib = any(i.has("amount") and i.get("amount")[1] == "gib" for i in clause.items)
    one_more = bool({"extra", "second", "additional"} & set(words)) and not clause.has("plus_sign")
    if gib and one_more and verbs & {"get", "have", "need", "want"} and "more" not in words:
        return "attach_disk"
    if gib and (
        ("to" in words and not verbs & {"add", "give"})
        or verbs & {"make", "change", "set", "take", "bring"}
    ):
        return "resize_disk"
    if {"bigger", "larger", "smaller"} & set(words) and not _FURTHER & set(words):
        return "resize_disk"
    if verbs & {"add", "give", "put", "need", "want", "get", "allocate", "have"}:
        return _disk_wanted(clause, verbs, gib=gib)
    return "attach_disk" if {"another", "extra", "second"} & set(words) else None


def _is_shown(clause: Clause) -> bool:
    """ "give me its disk size": shown, not given to it."""
    led = any(i.has("verb") and i.action == "list" and len(i.words) > 1 for i in clause.items)
    return led and not clause.has("amount", "number")


def _is_measured(clause: Clause) -> bool:
    """ "give me every machine with disk over 60% used": how full it is says which machines."""
    items = clause.items
    shares = [k for k, i in enumerate(items) if i.has("amount") and i.get("amount")[1] == "percent"]
    compared = any(items[n].has("cmp") for k in shares for n in range(max(0, k - 3), k))
    return compared and not any(i.has("amount") and i.get("amount")[1] == "gib" for i in items)


_FURTHER = frozenset({"another", "second", "extra", "new", "additional"})


def _sets_to(clause: Clause) -> bool:
    """ "disk of dev-db to 250": a bare figure after "to"."""
    items = clause.items
    return any(
        i.words == ("to",) and items[k + 1].has("number") and not items[k + 1].has("time", "amount")
        for k, i in enumerate(items[:-1])
    )


def _disk_wanted(clause: Clause, verbs: set[str], *, gib: bool) -> str | None:
    """Whether "give it … disk" means more of the one it has, or one more."""
    words = clause.words
    if gib and "another" in words and not _disk_after_figure(clause):
        return "resize_disk"
    more = {"more", "space"} & set(words)
    if (_FURTHER | {"third"}) & set(words):
        return "resize_disk" if more else "attach_disk"
    if more or "its" in words:
        return "resize_disk"
    onto_disk = any(b == "disk" and a in ("its", "the", "'s") for a, b in itertools.pairwise(words))
    if onto_disk and "a" not in words:
        return "resize_disk"
    article = any(i.has("det") and i.words[-1] in ("a", "an") for i in clause.items)
    given = (article and verbs & {"add", "give", "put"}) or verbs & {"need", "want", "add", "give"}
    return "attach_disk" if gib or given else None


def _added_figure(clause: Clause) -> bool:
    """ "gitlab disk +100": a figure with a plus before it."""
    items = clause.items
    return any(i.has("plus_sign") and items[k + 1].has("number") for k, i in enumerate(items[:-1]))


def _disk_after_figure(clause: Clause) -> bool:
    items = clause.items
    for k, item in enumerate(items):
        if item.has("amount"):
            return any(i.has("object") and i.get("object") == "disk" for i in items[k + 1 : k + 3])
    return False


def group_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """A group and how many machines it shall have."""
    if (
        not (speaks_of_group(clause) or verbs & {"add", "take", "bring", "remove"})
        or is_question(clause)
        or figures_of_size(clause)
    ):
        return None
    number = bare_figure(clause)
    words = set(clause.words)
    if (
        speaks_of_group(clause)
        and number
        and (
            verbs & _COUNTING_GROUP
            or clause.has("to")
            or words & {"more", "fewer", "less", "plus"}
            or clause.has("plus_sign", "dash")
        )
    ):
        return "scale_group"
    if (
        speaks_of_group(clause)
        and words & {"larger", "bigger", "smaller", "grow", "shrink", "more"}
        and not words & {"disk"}
    ):
        return "scale_group"
    if (
        number
        and words & {"more", "additional", "extra", "another"}
        and (clause.has("noun") or any(i.plural and i.is_entity for i in clause.items))
    ):
        described = any(
            i.has("value", "stem")
            and not any(
                n in ("image", "size", "region", "provider") for n, _ in i.get("value") or ()
            )
            for i in clause.items
        )
        if (described and verbs & {"add", "need", "want", "give", "get"}) or speaks_of_group(
            clause
        ):
            return "scale_group"
    if number and "group" in words:
        return "scale_group"
    if number and verbs & {"add", "remove"} and len(clause.items) <= 4 and not clause.has("object"):
        bare = not any(i.is_entity or i.has("noun", "metric") for i in clause.items)
        return "scale_group" if bare else None
    return None


def size_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """A machine and the size it shall have."""
    if is_question(clause) or clause.has("cmp"):
        return None
    subject = (
        any(
            i.has("names", "glob", "stem", "unknown_name") and not gives_name(clause, i)
            for i in clause.items
        )
        or refers_back(clause)
        or any(
            i.has("value") and not any(n in ("size", "image") for n, _ in i.get("value"))
            for i in clause.items
        )
    )
    if not subject and not (verbs & {"set", "change"} and figures_of_size(clause)):
        return None
    sizes = figures_of_size(clause) or any(
        i.has("unknown_value") and i.get("unknown_value")[0] == "size" for i in clause.items
    )
    resource = any(i.has("metric") and i.get("metric") in ("memory", "cpu") for i in clause.items)
    wanting = verbs & _WANTING
    if (
        clause.has("noun")
        and speaks_of_new(clause)
        and not any(i.has("names", "pron") for i in clause.items)
    ):
        return None
    if sizes and (wanting or clause.has("to", "colon", "ask", "instead")):
        return "resize_vms"
    if (
        wanting
        and (resource or "size" in objects)
        and (wants_bigger(clause) or "to" in clause.words)
    ):
        return "resize_vms"
    if (
        wanting & {"give", "make", "need", "want", "get", "take", "bring"}
        and (wants_bigger(clause))
        and any(i.has("names", "pron") for i in clause.items)
    ) and (not any(w in ("more",) for w in clause.words) or resource or sizes):
        return "resize_vms"
    return None


def specified_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """ "one n2-standard-2 in us-central1 with debian 12": a size, an image and a place, and no
    machine.
    """
    if (
        (is_question(clause) and not clause.has("ask"))
        or clause.has("cmp")
        or refers_back(clause)
        or any(i.has("names", "glob", "stem") for i in clause.items)
    ):
        return None
    found = {n for i in clause.items for n, _ in (i.get("value") or ())} | {
        i.get("unknown_value")[0] for i in clause.items if i.has("unknown_value")
    }
    if "group" in found or any(
        w in ("all", "every", "which", "list", "show") for w in clause.words
    ):
        return None
    sized = "size" in found or (
        figures_of_size(clause) and sum(1 for i in clause.items if i.has("amount")) >= 1
    )
    imaged = "image" in found or clause.has("os")
    placed = bool(found & {"region", "provider"})
    return (
        "create_vms"
        if sized
        and (imaged + placed >= 1)
        and ((imaged and placed) or (clause.has("noun", "number", "det") and "size" in found))
        else None
    )


def create_rule(clause: Clause, verbs: set[str], objects: set[str]) -> str | None:
    """ "I need two ubuntu boxes", "gimme a t3.medium in us-east-1", "2 x m6i.large"."""
    if is_question(clause) or clause.has("cmp"):
        return None
    made_of = any(
        n in ("image", "size") for i in clause.items for n, _ in (i.get("value") or ())
    ) or figures_of_size(clause)
    if any(i.has("names") for i in clause.items) or refers_back(clause):
        return None
    if _LOOKING & set(clause.words):
        return None
    new = any(w in ("new", "fresh", "another", "additional", "extra") for w in clause.words)
    asks = verbs & {
        "give",
        "need",
        "want",
        "get",
        "add",
        "have",
        "allocate",
        "grant",
    } or clause.has("ask")
    article = any(
        i.has("det") and i.words[-1] in ("a", "an", "another") for i in clause.items
    ) or bare_figure(clause)
    if "ready" in clause.words and verbs & {"get", "make", "have"} and article:
        return "create_vms" if any(i.get("noun") == 1 for i in clause.items) else None
    if asks and (clause.has("noun") or made_of) and (new or (article and made_of)):
        if "all" in clause.words or "every" in clause.words:
            return None
        return "create_vms"
    if made_of and not asks and bare_figure(clause) and clause.items[0].has("number"):
        return "create_vms"
    if (
        new
        and clause.has("noun")
        and (made_of or clause.items[0].has("det", "number", "word", "plain", "filler"))
        and clause.items[0].words[0] in ("a", "new", "another", "one", "two", "three", "fresh")
    ):
        return "create_vms"
    wants = asks and verbs & {"need", "want"}
    if wants and article and clause.has("noun") and not any(i.is_entity for i in clause.items):
        return "create_vms"
    return "create_vms" if wants and _ends_in_a_kind(clause) else None


def _ends_in_a_kind(clause: Clause) -> bool:
    """ "I want a forensic workstation": an article, and a kind of machine at the end."""
    items = [i for i in clause.items if not i.has("stop", "comma")]
    kind = items[-1] if items else None
    if kind is None or not kind.has("value") or kind.plural or kind.has("names", "stem"):
        return False
    roles = any(name.startswith("tags.") for name, _ in kind.get("value"))
    lead = [i for i in items[:-1] if not i.has("plain", "word")]
    return roles and bool(lead) and lead[-1].words[-1:] in (("a",), ("an",), ("another",))


_LOOKING = frozenset(_WORDS["looking"])
