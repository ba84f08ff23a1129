"""Participles: which describe machines, and which say what is wished to be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from agent.brains.embedded.clauses.clause import CHANGING, OFF, ON
from agent.brains.embedded.scan import Item

_ENDS = frozenset(
    {"once", "after", "before", "when", "while", "until", "if", "unless", "because", "since", "so",
     "as", "but", "then"}
)  # fmt: skip
"""Words after which something else is said."""

_TOLD = frozenset({"is", "are", "was", "were", "has", "have", "had", "not", "never", "got", "be"})
_SUBJECTS = frozenset({"i", "we", "he", "she", "they", "you", "it"})


def describes(items: Sequence[Item], k: int) -> bool:
    """Whether the participle at `k` only says which machines, as a later one says what to do:
    "I need anything paused or suspended in Frankfurt woken up".
    """
    if not _is_state(items[k]):
        return False
    last = _last_of_row(items, k)
    chained = last > k
    for j in range(last + 1, len(items)):
        item = items[j]
        if item.is_entity:
            continue
        if item.has("comma", "stop", "dash", "then") or _ENDS & set(item.words):
            return False
        if item.words[:1] and item.words[0] in _SUBJECTS:
            return False
        if item.has("and") and not (chained or _is_of_anything(items, k)):
            return False
        if item.has("and") and j + 1 < len(items) and items[j + 1].has("names"):
            return False
        if _is_wished(items, j):
            return j > last + 1 or not items[j - 1].has("and")
    return False


def _is_state(item: Item) -> bool:
    if item.is_entity:
        return False
    return item.has("state", "protected", "condition") or (item.has("verb") and item.form == "past")


def _is_wished(items: Sequence[Item], j: int) -> bool:
    """Whether a participle that may be an act stands at `j`, and nothing tells that it was one."""
    item = items[j]
    act = item.has("verb") and item.form == "past" and item.action in CHANGING
    before = items[j - 1].words[-1:]
    return act and not (before and before[0] in _TOLD)


def _last_of_row(items: Sequence[Item], k: int) -> int:
    """The last of "paused or suspended": participles that a joint ties to the first, where more
    follows that is not tied.
    """
    last = k
    while last + 2 < len(items) and items[last + 1].has("and", "or", "slash"):
        if not _is_state(items[last + 2]):
            break
        last += 2
    if last + 1 == len(items) or items[last + 1].has("comma", "stop", "time", "then"):
        return k
    return last


def _is_of_anything(items: Sequence[Item], k: int) -> bool:
    """Whether it stands right after "anything", "everything that is": it narrows the word."""
    lead = [i for i in items[max(0, k - 3) : k] if not i.has("rel", "be")]
    return bool(lead) and lead[-1].has("all") and not lead[-1].is_entity


_HANDLED = frozenset({"brought", "turned", "switched", "powered", "taken", "put", "spun", "fired"})


def _by_particle(items: Sequence[Item], k: int) -> bool:
    """ "… and brought up again at eight"."""
    if items[k].is_entity or not _HANDLED & set(items[k].words[:1]):
        return False
    return any(i.words[-1:] and i.words[-1] in OFF | ON for i in items[k : k + 3])


def follows_something_done(items: Sequence[Item], k: int) -> int | None:
    """Where "kafka-1 restarted" begins in "get kafka-3 going again and kafka-1 restarted"."""
    j = k - 1
    while j > 0 and (items[j].has("names") or items[j].has("det", "noun")):
        j -= 1
    if j < 2 or j == k - 1 or not items[j].has("and") or not items[j + 1].has("names"):
        return None
    lead = items[:j]
    done = {"going", "up", "on", "off", "back", "running", "again", "down"}
    ends = bool(lead[-1].words) and lead[-1].words[-1] in done and not lead[-1].is_entity
    return j if ends and any(i.has("names") for i in lead) else None


def follows_in_a_row(items: Sequence[Item], k: int, first: int) -> int | None:
    """Where the clause of the participle at `k` begins, if it is a further act of a wish whose
    first act is at `first`: "I want web-01 stopped and web-02 restarted".
    """
    if not (_is_wished(items, k) or _by_particle(items, k)) or describes(items, k):
        return None
    j = k - 1
    while j > first and not items[j].has("and", "comma", "then"):
        item = items[j]
        if item.words[:1] and item.words[0] in _TOLD | _ENDS | _SUBJECTS and not item.is_entity:
            return None
        if item.has("rel", "wh", "except", "not"):
            return None
        j -= 1
    if j <= first or items[j].is_entity:
        return None
    while j - 1 > first and items[j - 1].has("and", "comma", "then") and not items[j - 1].is_entity:
        j -= 1
    if any(i.is_entity or i.has("noun", "pron", "all") for i in items[j:k]):
        return j
    plain = all(i.has("and", "comma", "then", "filler") for i in items[j:k])
    return j if k == j + 1 or plain else None


_CAUSES = frozenset({"have", "get", "see"})
SAME_FORM = frozenset({"shut", "put", "cut", "set", "reset"})
_FURTHEST = 7


def caused(items: Sequence[Item], k: int) -> int | None:
    """The participle of "…, and have it stopped at eight", where such a request begins at `k`."""
    if not items[k].words or items[k].words[0] not in _CAUSES or k < 2 or items[k].is_entity:
        return None
    if not items[k - 1].has("and", "then", "comma", "also") or items[k - 1].is_entity:
        return None
    met = len(items[k].words) > 1
    for j in range(k + 1, min(len(items), k + _FURTHEST)):
        item = items[j]
        if item.has("comma", "and", "stop") and not item.is_entity:
            return None
        act = item.has("verb") and item.action in CHANGING and not item.is_entity
        if met and act and (item.form == "past" or item.words[0] in SAME_FORM):
            return None if describes(items, j) else j
        met = met or item.is_entity or item.has("pron", "noun")
    return None


def switched_after(items: Sequence[Item], k: int) -> int | None:
    """The "off" of "turn vdi-104 on and vdi-103 off", where its part begins at the joint `k`."""
    if not items[k].has("and", "comma") or items[k].is_entity or k < 2 or k + 2 >= len(items):
        return None
    if not items[k + 1].has("names", "value", "stem", "det", "all") or not _is_switched(items[:k]):
        return None
    for j in range(k + 1, len(items)):
        item = items[j]
        if j > k + 1 and not item.is_entity and item.words[-1:] and item.words[-1] in OFF | ON:
            after = items[j + 1] if j + 1 < len(items) else None
            ends = after is None or after.has("time", "comma", "and", "then", "ask", "stop", "same")
            return j if ends and any(i.is_entity for i in items[k:j]) else None
        if not (item.is_entity or item.has("det", "noun", "all", "and")):
            return None
        if item.has("and") and j > k:
            return None
    return None


def _is_switched(lead: Sequence[Item]) -> bool:
    """Whether machines and which way they shall go stand there: "turn vdi-104 on"."""
    for before, item in pairwise(lead):
        way = bool(item.words) and item.words[-1] in OFF | ON and not item.is_entity
        if way and (before.is_entity or before.has("noun", "pron")):
            return True
    return False
