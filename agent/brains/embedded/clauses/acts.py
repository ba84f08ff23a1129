"""Whether a verb asks for its act, rather than naming a state or a thing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.embedded.clauses.base_acts import base_acts
from agent.brains.embedded.clauses.clause import CHANGING, GENERIC
from agent.brains.embedded.clauses.participles import describes
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")
_BEFORE_ING = frozenset(_WORDS["before_ing"])
_MODAL = frozenset(_WORDS["modal"])


_WISHING = frozenset(_WORDS["wishing"])


def _shares_its_noun(items: Sequence[Item], k: int) -> bool:
    """ "the storage and backup servers": two kinds of machines and one noun."""
    beside = k > 1 and items[k - 1].has("and", "or", "comma") and items[k - 2].is_entity
    led = k > 2 and items[k - 3].has("det")
    named = k > 1 and items[k - 2].has("names") and not led
    noun = k + 1 < len(items) and items[k + 1].has("noun") and not items[k + 1].is_entity
    return beside and not named and noun


def is_action(items: Sequence[Item], k: int) -> bool:
    """Whether the item at `k` asks for a change, rather than naming a state or a thing."""
    item = items[k]
    if not item.has("verb") or item.action not in CHANGING or item.quoted:
        return False
    if item.has("wished"):
        return True
    if _is_a_name(items, k):
        return False
    lead = {GENERIC.get(w) for i in items[max(0, k - 4) : k] for w in i.words}
    if k and items[k - 1].words[-1:] in (("from",), ("against",)) and item.form == "base":
        return False
    if item.words == ("cut",) and k and items[k - 1].words[-1:] == ("power",):
        return False  # "after the power cut"
    if k + 2 < len(items) and items[k + 1].words == ("by",) and items[k + 2].form == "ing":
        return False  # "start by migrating print-srv": the second is the act
    if item.words == ("back", "up") and _is_under_way(items, k):
        return False
    if item.words == ("back", "up") and k and items[k - 1].is_entity and lead & {"need", "want"}:
        return False
    if item.words == ("back", "up") and _goes_down_first(items, k):
        return False
    if item.words == ("back", "up") and lead & {
        "spin",
        "bring",
        "turn",
        "power",
        "get",
        "boot",
        "fire",
    }:
        return False
    ends = k + 1 == len(items) or items[k + 1].has("comma", "and", "stop")
    if item.words == ("twice",) and ends and any(is_action(items, j) for j in range(k)):
        return False
    if any(i.words == ("scheduled",) for i in items[max(0, k - 3) : k]) and items[0].has("wh"):
        return False
    if item.is_entity and not item.has("verb"):
        return False
    if item.is_entity and _shares_its_noun(items, k):
        return False
    if item.is_entity and (
        item.has("names") or (k and items[k - 1].has("det", "all", "value", "names"))
    ):
        return False
    if item.has("savings") and not (
        k + 1 < len(items) and (items[k + 1].is_entity or items[k + 1].has("det", "pron"))
    ):
        return False
    if item.form == "past" or (_was_done(items, k) and item.words[0] in _SAME_IN_THE_PAST):
        return _past_acts(items, k)
    if item.form == "ing":
        return _ing_acts(items, k)
    return base_acts(items, k)


def _goes_down_first(items: Sequence[Item], k: int) -> bool:
    """ "bring a and b down and back up"."""
    led = k > 1 and items[k - 1].has("and", "then") and not items[k - 2].is_entity
    return led and items[k - 2].words[-1:] in (("down",), ("off",))


def _is_under_way(items: Sequence[Item], k: int) -> bool:
    """ "start it back up": the words belong to the act before."""
    before = items[max(0, k - 3) : k]
    starts = any(i.has("verb") and i.action in ("start", "resume", "restart") for i in before)
    return starts and not any(i.has("and", "comma", "then", "also") for i in before[1:])


_CALLING = (("call",), ("name",), ("label",))


def _is_a_name(items: Sequence[Item], k: int) -> bool:
    """ "call it before upgrade": the words after "call it" are a name."""
    lead = items[max(0, k - 3) : k]
    said = next((n for n, i in enumerate(lead) if i.words[:1] in _CALLING), None)
    if said is None:
        return False
    return not any(i.has("comma", "and", "then") for i in lead[said:]) and any(
        i.words == ("it",) for i in lead[said:]
    )


_SAME_IN_THE_PAST = frozenset({"put", "shut", "cut", "set", "let"})


def _was_done(items: Sequence[Item], k: int) -> bool:
    return k > 0 and items[k - 1].words[-1:] in (("was",), ("were",), ("been",), ("got",))


_STATED = ("is", "are", "was", "were", "'s", "it's", "they're", "that's", "he's", "she's")


_WISHED = re.compile(
    r"\b(?:(?:(?:i|we) (?:would|should) (?:like|prefer|love)|(?:i|we) (?:want|wish|prefer|need)|"
    r"arrange|arranged|(?<!be )(?<!am )ensure|make sure|see to it|take care|organise|organize|"
    r"it is (?:necessary|important|required|needed|essential)|set it up so|set things up so) "
    r"(?:it )?that|ensure|make sure|see to it)"
    r"(?: (?!that |which |who |and |or |if )\S+){1,8} (?:is|are|gets|get|becomes|become)"
    r"(?: always| then| also| \w+ed(?: \S+){0,4} and(?: then| again| later)?)?$"
)
""" "I would like that the runners are …", "please arrange that web-01 is …"."""


def _is_wished_to_be(items: Sequence[Item], k: int) -> bool:
    """Whether a state is wished for: "see to it that sandbox-02 is stopped each night"."""
    if not items[k].has("verb") or items[k].form != "past" or k < 2:
        return False
    start = max((n + 1 for n in range(k) if items[n].has("stop", "comma")), default=0)
    lead = " ".join(w for i in items[start:k] for w in i.words)
    return _WISHED.search(lead) is not None


def _past_acts(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    before = items[max(0, k - 9) : k]
    words = [w for i in before for w in i.words]
    if describes(items, k):
        return False
    if _is_wished_to_be(items, k):
        return True
    told = bool(before) and before[-1].has("be") and words[-1] in _STATED
    if told and not {"sure", "ensure", "want", "wants", "rather", "prefer"} & set(words):
        return False
    modal = words[-3:-1] if words[-1:] == ["been"] else words[-2:]
    if modal in (["should", "have"], ["could", "have"], ["must", "have"], ["would", "have"]):
        return False
    if set(words[-4:]) & {"seems", "appears", "seem", "appear", "looks", "said", "likely"}:
        return False
    if item.has("state", "protected", "except", "condition") or item.action in (
        "tag",
        "create",
        "protect",
        "migrate",
        "start",
    ):
        near = words[-2:]
        wished = any(w in _WISHING for w in words) and not any(i.has("rel", "wh") for i in before)
        should = any(a in ("be", "being") for a in near) and any(w in _MODAL for w in words)
        gets = any(w in ("gets", "get", "getting") for w in near)
        after = items[k + 1] if k + 1 < len(items) else None
        adjective = (
            after is not None
            and after.has("noun", "value", "stem")
            and item.has("state")
            and not should
        )
        return (wished or should or gets) and not adjective
    if item.words[0] in ("shut", "set", "put", "cut", "reset", "rid", "run"):
        return not _was_done(items, k)
    if (
        any(i.words[:1] in (("who",), ("what",), ("which",), ("when",)) for i in before)
        and "want" not in words
    ):
        return False
    return any(
        w in _WISHING or w in ("be", "to", "should", "must", "needs") for w in words
    ) and not any(w in ("was", "were", "been", "has", "did", "is", "are") for w in words[-2:])


def _is_judged(items: Sequence[Item], k: int) -> bool:
    """ "stopping web-01 is a bad idea": an act that is spoken about."""
    for item in items[k + 1 :]:
        if item.has("comma", "rel") and not item.is_entity:
            return False
        if item.words[:1] in (("is",), ("was",), ("would",), ("will",), ("seems",), ("sounds",)):
            return True
    return False


def _moves_something_else(items: Sequence[Item], k: int) -> bool:
    """ "she's moving desks": what moves is no machine."""
    thing = items[k + 1] if k + 1 < len(items) else None
    return thing is not None and thing.has("plain") and not thing.is_entity


_DOES_IT_ITSELF = {("i", "am"), ("we", "are"), ("he", "is"), ("she", "is"), ("they", "are")}
"""Before an act that somebody is at: "I am restarting it"."""


def _ing_acts(items: Sequence[Item], k: int) -> bool:
    item = items[k]
    before = items[k - 1] if k else None
    if before is None and _is_judged(items, k):
        return False
    if item.action == "migrate" and _moves_something_else(items, k):
        return False
    if item.has("state", "condition"):
        lead = [w for i in items[max(0, k - 3) : k] for w in i.words]
        after = items[k + 1] if k + 1 < len(items) else None
        if before is None and after is not None and after.has("names"):
            return True
        return (
            "mind" in lead
            or ("starting" in items[k].words and before is not None and before.has("comma"))
            or any(w in ("about", "recommend", "suggest", "by") for w in lead)
        )
    if before is None or all(i.has("filler", "comma") for i in items[:k]):
        return not _is_judged(items, k)
    words = [w for i in items[max(0, k - 4) : k] for w in i.words]
    if tuple(words[-2:]) in _DOES_IT_ITSELF:
        return False
    return any(w in _BEFORE_ING for w in words)
