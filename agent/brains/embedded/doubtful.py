"""What a first turn leaves open: an act that is not known, a machine that is only thought of, a
word beside "everything" that might narrow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import NOMINAL, Frame, Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.phrases import PLACES, Chosen
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.words import word_lists

_HARMLESS = frozenset(word_lists("clauses")["harmless_after_machines"])
_PERHAPS = frozenset({"maybe", "perhaps", "possibly", "probably", "might"})
_NOT_ACTS = frozenset(word_lists("clauses")["no_act_before_machines"])
_SMALL = (
    "filler", "ask", "det", "noun", "all", "time", "same", "be", "also", "except", "only", "pron",
    "in", "for", "and", "or", "from", "at", "with", "rel", "other", "state", "force", "number",
    "instead", "to", "not",
)  # fmt: skip
"""What may stand beside "everything" and narrow nothing."""


def whole_fleet_or_less(understood: Understanding, reading: Reading) -> Understanding:
    """ "Staging is broken. Restart everything.": of staging, or of the whole fleet? It is asked."""
    changes = (c for c in understood.calls if c.tool in CHANGES - {"delete_snapshots"})
    whole = any(c.selector is not None and c.selector.all for c in changes)
    beside = (i for clause in reading.fragments for i in clause.items)
    if understood.kind != "calls" or not whole or not any(i.is_entity for i in beside):
        return understood
    return replies.ask(
        "Everything of what you speak of, or of the whole fleet? Say which machines."
    )


def only_perhaps(clause: Clause) -> str:
    """ "restart web-01 and maybe web-02": a machine of which nobody is sure."""
    items = clause.items
    for k, item in enumerate(items[:-1]):
        if item.is_entity or not _PERHAPS & set(item.words):
            continue
        after = next((i for i in items[k + 1 :] if not i.has("det", "comma", "also")), None)
        if after is not None and after.has("names", "stem", "value", "glob"):
            return f"{item.text} {after.text}"
    return ""


_STAYS = frozenset({"let", "leave", "left", "keep", "kept", "stays", "stay", "remains"})


def spared_at_the_end(frame: Frame) -> str:
    """ "make a protected and b not", "turn a off, b let on": the last is no more of them."""
    items = frame.clause.items
    if frame.chosen.excepting:
        return ""
    for k, item in enumerate(items[1:-1], 1):
        after = items[k + 1]
        if not item.has("names") or after.is_entity or after.used == "verb":
            continue
        joined = items[k - 1].has("and", "comma") or items[k - 1].words == ("but",)
        denied = after.words in (("not",), ("no",)) and k + 2 == len(items)
        stays = bool(after.words) and after.words[0] in _STAYS and not after.used
        if joined and (denied or stays):
            return f"{item.text} {after.text}"
    return ""


_ADJECTIVES = frozenset((
    "old", "new", "spare", "even", "odd", "first", "last", "remaining", "other", "others", "rest",
))  # fmt: skip
"""Words that narrow machines though they may be something else, or nothing, elsewhere."""


def lost_beside_machines(frame: Frame) -> str:
    """A word or phrase that would narrow described machines, and was not read.

    "delete the old sandboxes", "healthy workers", "dev machines nobody is logged in to", "all but
    the important ones", "whatever you think is not needed".
    """
    items, chosen = frame.clause.items, frame.chosen
    described = bool(chosen.real) and all(n.by_stem or not n.named_only for n in chosen.real)
    elsewhere = frame.tool in ("create_vms", "migrate_vms", "scale_group")
    if described and not (elsewhere or chosen.refers):
        for k, item in enumerate(items):
            if item.used not in ("", "verb", "when") and item.has("noun", "value", "stem", "os"):
                lost = _unread_before(items, k) or _unread_after(items, k)
                if lost:
                    return lost
    if (described or chosen.whole) and not elsewhere and (lost := _there(items, chosen)):
        return lost
    if (described or chosen.whole) and not any(not n.empty for n in chosen.exclude):
        for k, item in enumerate(items[:-1]):
            if item.has("except") and not item.used and item.words[0] in _EXCEPTS:
                return " ".join(i.text for i in items[k : k + 4])
    several = any(n.by_stem or not n.named_only for n in chosen.real)
    if several and not (chosen.other or any(not n.empty for n in chosen.exclude)):
        for item, after in pairwise(items):
            if (
                item.words[-1:] in (("other",), ("remaining",))
                and after.is_entity
                and not item.used
            ):
                return f"{item.text} {after.text}"
    if chosen.whole and not chosen.real and {"whatever", "whichever"} & set(frame.clause.words):
        return frame.clause.text
    return ""


_PLACES = PLACES | {"group"}


def _there(items: Sequence[Item], chosen: Chosen) -> str:
    """ "the dev machines over there": a place that nothing says."""
    if any(_PLACES & noun.fields.keys() for noun in chosen.real):
        return ""
    for before, item in pairwise(items):
        if item.words[-1:] == ("there",) and not item.used and not before.has("be", "ask"):
            return item.text
    return ""


_EXCEPTS = frozenset(("except", "excluding", "all", "everything", "but", "apart", "other", "bar"))


def _unread_before(items: Sequence[Item], k: int) -> str:
    """The adjectives right before a word for machines that nothing took."""
    lost: list[str] = []
    for n in range(k - 1, -1, -1):
        item = items[n]
        strange = item.has("plain", "word", "tech", "trouble", "anomaly", "number")
        strange = strange and not item.has("filler", "ask", "verb", "time", "in", "to")
        narrows = bool(item.words) and item.words[-1] in _ADJECTIVES
        if item.used not in ("", "spare") or item.is_entity or not (strange or narrows):
            reason = n > 0 and items[n - 1].words == ("for",)
            led = (item.has("det", "all") and not reason) or item.used == "verb"
            return " ".join(lost) if led else ""
        lost.insert(0, item.text)
    return ""


_HAVING = frozenset(("with", "without", "having", "lacking", "nobody", "noone", "missing"))


def _unread_after(items: Sequence[Item], k: int) -> str:
    """ "machines with no activity", "machines nobody is logged in to"."""
    rest = list(takewhile(_goes_on, items[k + 1 :]))
    led = rest and not rest[0].used and rest[0].words[:1] != () and rest[0].words[0] in _HAVING
    read = any(i.used for i in rest)
    strange = any(i.has("plain", "word", "tech", "object", "trouble") for i in rest[1:])
    return " ".join(i.text for i in rest) if led and strange and not read else ""


_RELATIVES = frozenset({"which", "that", "who", "whose"})
_SAYS_NOTHING = frozenset((
    "which", "that", "we", "i", "you", "they", "have", "has", "got", "are", "is", "be", "there",
    "exist", "exists", "here", "now", "see", "know", "own", "run", "with", "us", "currently",
    "right", "still", "already", "all", "just",
))  # fmt: skip


def lost_relative(frame: Frame) -> str:
    """ "the web servers which nobody looks at": what would narrow the machines, unread."""
    items = frame.clause.items
    if not any(noun.by_stem or not noun.named_only for noun in frame.chosen.real):
        return ""
    for k, item in enumerate(items[1:-1], 1):
        led = items[k - 1].has("noun", "os", "stem", "value")
        if not led or item.used or item.is_entity or not _RELATIVES.intersection(item.words[:1]):
            continue
        rest = list(takewhile(_goes_on, items[k + 1 :]))
        rest = [i for i in rest if i.words != ("not",)]
        read = any(i.used or i.has("except", "pron", "protected") for i in rest)
        said = {w for i in (item, *rest) for w in i.words[-1:]}
        if not read and not said <= _SAYS_NOTHING:
            return " ".join(dict.fromkeys(i.text for i in (item, *rest)))
    return ""


def _goes_on(item: Item) -> bool:
    return not (item.has("comma", "stop", "then") or item.used in ("when", "verb"))


def lost_beside_all(frame: Frame) -> str:
    """ "stop everything that smells of chicken": a word that nothing took, where the whole fleet
    would be meant without it.
    """
    chosen = frame.chosen
    if not chosen.whole or chosen.real or chosen.refers is not None:
        return ""
    items = frame.clause.items
    led = next((k for k, i in enumerate(items) if i.used == "all"), None)
    if led is None:
        return ""
    for item in items[led + 1 :]:
        if item.has("comma", "dash", "stop", "then") or item.used == "verb":
            break
        if not item.used and _is_content(item):
            return item.text
    return ""


def _is_content(item: Item) -> bool:
    if item.has(*_SMALL) or not item.words or item.words[-1].endswith("ly"):
        return False
    return item.words[-1] not in _HARMLESS and item.words[0].isalpha()


def unknown_act(reading: Reading) -> Understanding | None:
    """The question about "shelve web-03": a verb that is none of ours, before machines."""
    if len(reading.frames) != 1 or reading.conditional:
        return None
    frame = reading.frames[0]
    clause = frame.clause
    looks = frame.tool in ("describe_vms", "list_vms") and not clause.has("wh", "be")
    if not looks or (frame.strength > NOMINAL and not clause.has("ask")):
        return None
    items = list(clause.items)
    while items and items[0].has("ask", "comma", "also", "then", "filler"):
        if items[0].is_entity or items[0].has("plain", "word"):
            break
        items.pop(0)
    if len(items) < 2 or items[0].is_entity or not _may_be_an_act(items[0]):
        return None
    while items[1:] and items[-1].has("ask", "filler", "time", "same") and not items[-1].is_entity:
        items.pop()
    if items[1:] and items[1].words in _PARTICLES and not items[1].is_entity:
        del items[1]
    rest = [i for i in items[1:] if not i.has("det", "all", "noun", "and")]
    if not rest or not all(i.is_entity for i in rest) or rest[0].possessive or rest[0].has("tag"):
        return None
    verb = items[0].text.casefold()
    return replies.ask(
        f"I do not know how to “{verb}” a machine. What shall I do with it?",
        frame={"from": "brain", "kind": "unknown act"},
    )


_PARTICLES = (("up",), ("out",), ("over",), ("down",), ("off",), ("away",), ("through",))


def _may_be_an_act(item: Item) -> bool:
    word = item.words[0] if len(item.words) == 1 else ""
    if (
        not word.isalpha()
        or len(word) < 4
        or word in _NOT_ACTS
        or word.endswith(("ing", "ly", "s"))
    ):
        return False
    return item.has("plain", "word", "tech") and not item.has("time", "object", "metric", "wh")
