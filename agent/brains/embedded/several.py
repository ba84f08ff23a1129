"""A plan of several calls, and how it is carried out: what is kept of it, and what cannot be."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from tools.calls import Call

_IN_TURN = re.compile(
    r"\b(?:one (?:after (?:the other|another)|by one|at a time)|not all (?:at once|together|at the "
    r"same time)|rolling|staggered|sequentially|gradually|in turns?|bit by bit)\b",
    re.IGNORECASE,
)
_ROUND = re.compile(
    r"\b(?:other way (?:a)?round|vice versa|in reverse|reversed?|swap (?:them|the two)|"
    r"opposite order|switch (?:them|the two) around)\b",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "second": 1, "third": 2, "last": -1, "latter": -1, "former": 0}
_KEEPS = frozenset({"only", "just"})
_DROPS = frozenset({"not", "without", "drop", "skip", "no", "except", "minus", "forget", "leave"})


def of_several(reading: Reading, calls: Sequence[Call]) -> Understanding | None:
    """ "only the restart", "just the first", "the other way round": of the calls of a plan."""
    if _IN_TURN.search(reading.text):
        return replies.ask(
            "I do them in the order shown, without waiting in between. Is that right?"
        )
    timed = any(i.has("time") for i in reading.items)
    if len(calls) > 1 and timed and set(reading.words) & _KEEPS and _meant(reading.words, calls):
        return replies.ask("Which of it, and at what time? Say the whole plan anew, please.")
    if len(calls) < 2 or timed or any(i.is_entity for i in reading.items):
        return None
    if _ROUND.search(reading.text):
        return replies.ask("Which way round? Say what shall be done with which machine.")
    words = set(reading.words)
    keeps, drops = bool(words & _KEEPS), bool(words & _DROPS)
    if keeps and drops and "?" not in reading.text:
        return _this_not_that(reading.words, calls)
    meant = _meant(reading.words, calls)
    if "?" in reading.text or keeps == drops or len(meant) != 1 or _many(words) > _SHORT:
        return None
    kept = [c for k, c in enumerate(calls) if (k in meant) == keeps]
    return Understanding("revise", tuple(kept))


def _this_not_that(words: Sequence[str], calls: Sequence[Call]) -> Understanding | None:
    """ "no snapshot, just the restart": what stands after each of the two words."""
    marks = [k for k, w in enumerate(words) if w in _KEEPS | _DROPS]
    kept: set[int] = set()
    dropped: set[int] = set()
    for k, end in zip(marks, [*marks[1:], len(words)], strict=True):
        (kept if words[k] in _KEEPS else dropped).update(_meant(words[k + 1 : end], calls))
    if kept and not dropped and not set(words) & _DROPS - {"no"}:
        dropped = set(range(len(calls))) - kept
    if not (kept and dropped) or kept & dropped or _many(words) > _SHORT + 2:
        return None
    return Understanding("revise", tuple(c for k, c in enumerate(calls) if k not in dropped))


_SHORT = 8


def _many(words: Collection[str]) -> int:
    """How many words there are, without the signs between them."""
    return sum(1 for w in words if any(c.isalnum() for c in w))


def _meant(words: Sequence[str], calls: Sequence[Call]) -> set[int]:
    """Which calls are spoken of, by what they do or by their place."""
    stems = [c.tool.split("_")[0] for c in calls]
    meant = {k for k, stem in enumerate(stems) for w in words if w.startswith(stem)}
    if len({stems[k] for k in meant}) == len(meant) and meant:
        return meant
    return {range(len(calls))[_PLACES[w]] for w in words if w in _PLACES and _fits(w, calls)}


def _fits(place: str, calls: Sequence[Call]) -> bool:
    return _PLACES[place] < len(calls)


ASKING = frozenset(
    {"is", "are", "was", "were", "does", "do", "did", "has", "have", "had", "how", "what", "who",
     "whose", "which", "where", "why"}
)  # fmt: skip
"""With which a question begins, though no sign follows it."""
_WRONG = re.compile(
    r"\bwrong (?:one|machine|box|server|vm|host|node|instance|name|thing)s?\b", re.IGNORECASE
)
_MEANT = frozenset(
    {"one", "meant", "right", "correct", "it", "instead", "too", "also", "only", "leave", "skip",
     "spare", "keep", "exclude", "drop", "without", "except"}
)  # fmt: skip
_SIZED = frozenset({"resize_vms", "resize_disk", "attach_disk", "create_vms"})


def not_the_plan(reading: Reading, calls: Sequence[Call]) -> Understanding | bool:
    """Whether a turn names machines without meaning them for the plan: it asks of them ("is web-03
    off"), measures them, or tells of one ("web-03 is there already").
    """
    named = any(i.has("names") for i in reading.items)
    if _WRONG.search(reading.text) and not any(i.is_entity for i in reading.items):
        return replies.ask("Which one do you mean instead?")
    if not named:
        return False
    first = reading.words[0] if reading.words else ""
    measured = any(i.has("metric") and not i.is_entity for i in reading.items)
    forbids = reading.words[1:2] == ("not",)
    if (first in ASKING and not forbids) or (measured and not {c.tool for c in calls} & _SIZED):
        return True
    if "?" not in reading.text and not set(reading.words) & _MEANT and (name := _told_of(reading)):
        return replies.ask(f"What of {name}: shall it be in the plan, or not?")
    return False


_STARTLED = frozenset({"hang", "on", "wait", "hold", "careful", "oh", "but", "hmm", "no", "mind"})
_THIRD_PERSON = re.compile(r"(?!plus|this|thus|pls|thanks|cheers|yes|always|as)[a-z]{3,}s")
""" "kafka-2 leads the cluster": of what the machine does."""


def _told_of(reading: Reading) -> str:
    """The machine of which a turn tells something, as its subject."""
    k = next((k for k, i in enumerate(reading.items) if i.has("names")), 0)
    lead = all(
        (i.has("filler", "comma") or set(i.words) <= _STARTLED)
        and not i.has("not", "except", "only", "without")
        for i in reading.items[:k]
    )
    after = reading.items[k + 1 : k + 2]
    if not lead or not after:
        return ""
    told = after[0].words[:1] in (("is",), ("has",), ("was",))
    leads = len(reading.items) > k + 2 and _THIRD_PERSON.fullmatch(after[0].words[0]) is not None
    if not told and not (leads and after[0].has("plain", "word", "tech")):
        return ""
    return reading.items[k].get("names")[0] if reading.items[k].has("names") else ""
