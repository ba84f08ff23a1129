"""Whether a verb in its base form asks for its act: "restart x", not "a restart"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.clauses.clause import GENERIC
from agent.brains.embedded.scan import Item
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("clauses")


_LIGHT = frozenset(_WORDS["light_verb"])
_ASKING_FOR = frozenset(_WORDS["asking_for"])


_NOUN_LIKE = frozenset(_WORDS["act_as_noun"])


def _leads_an_act(items: Sequence[Item], k: int) -> bool:
    """The small verb of "make the start of x": the act is the noun after it."""
    if not {GENERIC.get(w) for w in items[k].words} & {"make", "do", "put", "perform"}:
        return False
    j = k + 1
    while j < len(items) and items[j].has("det", "in") and not items[j].is_entity:
        j += 1
    return j < len(items) and items[j].has("verb") and _by_light_verb(items, j)


def base_acts(items: Sequence[Item], k: int) -> bool:
    """Whether the verb at `k`, in its base form, asks for its act."""
    item = items[k]
    before = items[k - 1] if k else None
    if before is not None and before.words == ("first",) and k == 1:
        before = None
    if _leads_an_act(items, k) or _is_told(items, k, before) or _has_a_subject(items, k):
        return False
    after = items[k + 1] if k + 1 < len(items) else None
    if _is_compound(items, k) or (item.form == "base" and _is_said_of_a_thing(items, k)):
        return False
    if item.words == ("half",) and before is not None and before.words == ("at",):
        return False
    if item.words == ("half",) and after is not None and after.words[-1:] in _HALF_OF_TIME:
        return False
    if item.words == ("twice",) and not (after is not None and _is_doubled(after)):
        return False
    if item.words == ("shift",) and before is not None and not _leads(items, k):
        return False
    if item.words in _NEEDS_THE_LEAD and not _leads(items, k):
        return item.words == ("half",)
    if before is not None and _by_light_verb(items, k):
        return True
    if before is not None and before.has("det", "superlative", "most") and not before.has("verb"):
        return _acts_as_noun(items, k)
    if item.has("object") and item.get("object") == "snapshot" and item.words[0] != "back":
        return _snapshot_acts(items, k, before)
    stated = item.has("state") and before is not None and before.has("be", "rel", "state")
    if stated and item.form == "base":
        lead = [w for i in items[max(0, k - 3) : k] for w in i.words]
        return "be" in lead and any(w in ("should", "must", "to") for w in lead)
    if item.form == "s":
        if before is None or before.has("time") or _is_supposed(items, k):
            return False
        if before.words[-1:] in (("nobody",), ("noone",)) or _no_one(items, k):
            return True
        ends = after is None or after.has("time", "comma", "and", "then", "stop", "ask", "at")
        if not ends or (after is not None and after.has("except")):
            return False
        return before.has("names", "stem", "glob", "noun", "pron")
    return not (item.has("metric", "cost") and not _leads(items, k))


def _no_one(items: Sequence[Item], k: int) -> bool:
    """ "no one", "nobody else": who must not do it."""
    words = [w for i in items[max(0, k - 2) : k] for w in i.words]
    return words[-2:] in (["no", "one"], ["nobody", "else"], ["one", "else"])


_SUPPOSING = frozenset({"if", "when", "once", "unless", "whenever", "until", "while", "as"})


def _is_supposed(items: Sequence[Item], k: int) -> bool:
    """ "if it continues like this": what happens, not what shall be done."""
    lead = [i for i in items[max(0, k - 6) : k] if not i.is_entity]
    return any(bool(i.words) and i.words[0] in _SUPPOSING for i in lead)


def _is_compound(items: Sequence[Item], k: int) -> bool:
    """ "code freeze!!": a noun of two words that stands alone."""
    alone = k + 1 == len(items) or items[k + 1].has("comma", "dash", "stop", "colon")
    before = items[k - 1] if k else None
    plain = before is not None and before.has("plain", "tech") and not before.is_entity
    return alone and k == 1 and plain and before is not None and not before.has("filler", "ask")


_LITTER = (("junk",), ("trash",), ("scrap",), ("bin",), ("dump",), ("waste",))
"""Names of what is worth nothing, where nothing follows that is to be thrown away."""

_ASSERTS = frozenset({"is", "are", "was", "were", "looks", "seems"})


def _is_said_of_a_thing(items: Sequence[Item], k: int) -> bool:
    """ "legit or junk", "jenkins is trash": what something is, in the place of a noun."""
    before = items[k - 1] if k else None
    ends = k + 1 == len(items) or items[k + 1].has("stop", "question")
    if before is not None and ends and items[k].words in _LITTER and not before.has("ask"):
        return True
    if before is None or before.is_entity:
        return False
    if before.words[-1:] and before.words[-1] in _ASSERTS and k > 1:
        return items[k].has("verb") and items[k].action == "delete"
    if not before.has("or") or k < 2:
        return False
    return not any(i.has("verb", "ask", "time") and not i.is_entity for i in items[: k - 1])


_HALF_OF_TIME = (("a",), ("an",), ("hour",), ("day",), ("week",), ("year",), ("time",))


def _is_doubled(item: Item) -> bool:
    """What "twice" may stand before: "the memory", "as big", "its size"."""
    return item.has("det", "metric", "pron", "object") or item.words[:1] == ("as",)


_PEOPLE = frozenset(_WORDS["people"])


def is_done_by_people(items: Sequence[Item], k: int) -> bool:
    """ "the storage guys move cables": what people do, and nobody asks for."""
    before = items[k - 1] if k > 1 else None
    if before is None or not before.words or before.words[-1] not in _PEOPLE:
        return False
    led = [i for i in items[max(0, k - 4) : k - 1] if i.has("det") and not i.is_entity]
    return bool(led) and items[k].form == "base"


def _has_a_subject(items: Sequence[Item], k: int) -> bool:
    """ "…, the bakery orders start at 4": what somebody or something does."""
    j = k - 1
    while (
        j >= 0
        and (items[j].has("plain", "word", "filler") or items[j].form == "s")
        and not items[j].has("ask", "comma")
    ):
        if items[j].has("det"):
            break
        j -= 1
    if is_done_by_people(items, k):
        return True
    subject = items[j + 1 : k]
    led = j >= 1 and items[j].has("det") and items[j - 1].has("comma", "dash")
    return led and any(i.has("plain", "word") for i in subject)


_NEEDS_THE_LEAD = (
    ("up",),
    ("down",),
    ("order",),
    ("program",),
    ("return",),
    ("half",),
    ("clean",),
    ("clear",),
    ("empty",),
)
"""Verbs that are something else unless the request begins with them."""


def _is_told(items: Sequence[Item], k: int, before: Item | None) -> bool:
    """Whether the verb is part of a thing's name or of a statement: "on boot", "it will stop"."""
    item = items[k]
    if item.action == "tag" and before is not None and _names_a_tag(items, k):
        return True
    if (
        before is not None
        and before.words in (("on",), ("at",), ("after",), ("during",))
        and " ".join(item.words) in ("shutdown", "reboot", "restart", "boot", "startup", "start")
    ):
        return True
    lead = [w for i in items[max(0, k - 5) : k] for w in i.words]
    if lead[-1:] and lead[-1] in _WHO_DOES and lead[-2:-1] and lead[-2] in _UNTIL:
        return True
    if tuple(lead[-2:]) in _ABLE and any(i.has("object", "noun") for i in items[: k - 1]):
        return True
    if tuple(lead[-2:]) in _WILL and "please" not in lead:
        return True
    if lead[-2:-1] and lead[-2] in _DOERS and lead[-1] in _USUALLY:
        return True
    if lead[-2:] == ["going", "to"] and set(lead[:-2]) & {"that", "which", "it", "they", "what"}:
        return True
    lead = [w for i in items[max(0, k - 3) : k] for w in i.words]
    if refused(items, k):
        return True
    subject = items[k - 2] if k > 1 else None
    if lead[-1:] in (["will"], ["would"], ["might"]) and subject is not None and subject.is_entity:
        return True
    if (
        lead[-1:]
        and lead[-1] in ("it", "they", "that", "this")
        and set(lead[-3:]) & {"does", "will", "would", "did", "do", "is", "can"}
        and "please" not in lead
    ):
        return True
    after = items[k + 1] if k + 1 < len(items) else None
    return (
        item.action == "snapshot"
        and after is not None
        and after.has("verb")
        and after.action == "delete"
    )


_WILL = {(who, "will") for who in ("we", "they", "he", "she", "somebody", "someone", "it")} | {
    (who, can) for who in ("he", "she", "they") for can in ("can", "could", "would")
}
"""Before an act that somebody announces: "we will retire db-dr-1 next quarter"."""

_WHO_DOES = frozenset({"i", "we", "they", "he", "she"})
_UNTIL = frozenset(
    {"till", "until", "before", "after", "when", "while", "once", "since", "because"}
)
""" "that should hold us till I retire": what somebody else will do, and when."""

_DOERS = frozenset({"i", "we", "they", "you"})
_USUALLY = frozenset(
    {"already", "always", "usually", "never", "often", "still", "normally", "sometimes"}
)
"""Between a person and what that person does: "we already move to another tool"."""

_ABLE = {("we", "can"), ("i", "can"), ("you", "can"), ("we", "could"), ("you", "could")}
"""After a thing, what can be done with it: "images we can deploy"."""

_REFUSES = (["will", "not"], ["does", "not"], ["did", "not"], ["can", "not"], ["refuses", "to"])


def refused(items: Sequence[Item], k: int) -> bool:
    """Whether the verb at `k` is what a machine fails to do: "it's frozen and won't shut down"."""
    lead = [w for i in items[:k] for w in i.words]
    people = {"i", "we", "you", "please", "nobody"} & set(lead)
    return lead[-2:] in _REFUSES and any(i.is_entity for i in items[:k]) and not people


def _acts_as_noun(items: Sequence[Item], k: int) -> bool:
    """ "it needs a restart", "give them a reboot": a noun that a small verb makes an act."""
    item = items[k]
    lead = [w for i in items[max(0, k - 5) : k] for w in i.words]
    light = any(GENERIC.get(w) in _LIGHT or w in _ASKING_FOR for w in lead)
    noun = " ".join(item.words) in _NOUN_LIKE or item.action in ("restart", "snapshot")
    return light and noun and not (item.action == "snapshot" and item.has("object"))


def _snapshot_acts(items: Sequence[Item], k: int, before: Item | None) -> bool:
    """Whether "snapshot" is the verb and not the thing."""
    if items[k].form == "s" or (
        before is not None
        and before.has("with", "without", "all", "not", "in", "from", "to", "for")
        and not before.has("ask")
        and not (before.words == ("to",) and k > 1 and items[k - 2].has("ask"))
    ):
        return False
    return (_leads(items, k) or _between_machines(items, k)) and not _counts_things(items, k)


def _between_machines(items: Sequence[Item], k: int) -> bool:
    """ "restart web-01 snapshot kafka-1": a second act without a joint."""
    after = items[k + 1] if k + 1 < len(items) else None
    if after is None or not (k and items[k - 1].has("names") and after.has("names")):
        return False
    earlier = [i.action for i in items[:k] if i.has("verb") and not i.is_entity]
    return bool(earlier) and not {"delete", "restore", "list", "clone"} & set(earlier)


_HANDLING = frozenset({"take", "remove", "put", "add", "give", "set", "drop", "lose", "change"})


_LIGHT_ACTS = frozenset(
    {"start", "stop", "restart", "suspend", "resume", "clone", "delete", "restore"}
)


def _by_light_verb(items: Sequence[Item], k: int) -> bool:
    """ "make the start of x", "make stop for x", "put in suspend x": the noun is the act."""
    j = k - 1
    while j >= 0 and items[j].has("det", "in") and not items[j].is_entity:
        j -= 1
    if j < 0 or items[j].is_entity or items[k].action not in _LIGHT_ACTS:
        return False
    after = items[k + 1] if k + 1 < len(items) else None
    if after is not None and after.has("object") and not after.is_entity:
        return False
    light = {GENERIC.get(w) for w in items[j].words} & {"make", "do", "perform", "put", "execute"}
    return bool(light)


def _names_a_tag(items: Sequence[Item], k: int) -> bool:
    """ "a tag", "no owner tag", "the owner tag of x": the thing, not the act."""
    before = items[k - 1]
    if before.has("det", "with", "without", "lacks", "all") or before.words in (("no",), ("not",)):
        return True
    if {GENERIC.get(w) for i in items[max(0, k - 2) : k] for w in i.words} & _HANDLING:
        return True
    led = k > 1 and items[k - 2].has("det", "without", "with", "not")
    return before.has("key", "quote") or (led and not before.has("verb", "names"))


def _leads(items: Sequence[Item], k: int) -> bool:
    """Whether nothing but politeness or a connector stands before, or a subject with a modal
    does.
    """
    j = k - 1
    if j >= 0 and items[j].has("colon"):
        return True
    while (
        j >= 0
        and items[j].has(
            "filler",
            "ask",
            "comma",
            "det",
            "also",
            "then",
            "only",
            "and",
            "instead",
            "colon",
            "same",
            "not",
            "dash",
            "plus_sign",
        )
        and not items[j].is_entity
    ):
        if items[j].has("comma"):
            return True
        if items[j].has("det") and not items[j].has("comma"):
            return False
        j -= 1
    if j < 0:
        return True
    return (
        (items[j].has("and", "then", "comma", "stop", "time", "colon") and not items[j].possessive)
        or (items[j].is_entity and j < k - 1)
        or (items[j].has("noun", "number", "object", "amount") and _goes_on_to(items, j + 1, k))
        or items[j].has("ask")
    )


def _goes_on_to(items: Sequence[Item], start: int, k: int) -> bool:
    """ "stop the staging boxes and snapshot them": a joint before the verb, its object after."""
    after = items[k + 1] if k + 1 < len(items) else None
    joined = any(i.has("and", "then", "plus_sign") for i in items[start:k])
    return joined and after is not None and (after.is_entity or after.has("pron", "det", "all"))


def _counts_things(items: Sequence[Item], k: int) -> bool:
    before = items[k - 1] if k else None
    return before is not None and before.has("number")
