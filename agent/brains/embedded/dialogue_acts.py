"""What a turn does to a plan that waits, in words that no rule foresaw: it calls it off, or leaves
machines out of it. Both only make the plan smaller; a yes is never read here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.intent_model import intent_model
from agent.brains.embedded.items import Item
from agent.brains.embedded.parts import Part, parts_of

_OFF = 0.6
"""From this share on a turn, or a part of one, is taken for a no."""

_WHICH = frozenset(
    {"first", "second", "third", "last", "former", "latter", "other", "others", "rest", "both"}
)
"""Words for a part of what waits."""

_CANCELS = re.compile(
    r"\b(?:cancel|abort|scrap|forget|call (?:it|that) off|hold off|drop (?:it|that)|rescind|"
    r"withdraw|second thoughts?|never ?mind|nvm|stand down|stop that|hold fire)\b",
    re.IGNORECASE,
)
"""Words that call off what waits, whatever machine is spoken of beside them."""

_SPARES = 0.3
_TURNS = frozenset(
    {
        "instead", "rather", "meant", "only", "just", "also", "add", "make", "too", "yes", "except",
        "without", "change", "use", "swap", "away", "now", "immediately", "once",
    }
)  # fmt: skip
"""Words with which something is put in the plan's place or taken from it."""

_OPENS = (("no",), ("wait",), ("and",), ("but",), ("oh",), ("hang", "on"), ("ok",), ("sorry",))
_LEAVING = frozenset({"leave", "leaving", "keep", "spare", "skip", "exclude", "omit"})


def calls_off(reading: Reading) -> bool:
    """Whether a turn is a no, whatever stands beside it as a reason."""
    if "?" in reading.text or _TURNS & set(reading.words):
        return False
    telling = ("number", "time", "tag", "unknown_name", "quote", "ordinal", "other")
    if any(i.has(*telling) for i in reading.items):
        return False
    words = set(reading.words)
    if words & _WHICH and not words & {"thought", "thoughts"} and not _CANCELS.search(reading.text):
        return False
    spoken_of = any(i.is_entity or i.get("object") == "schedule" for i in reading.items)
    if spoken_of and (not _CANCELS.search(reading.text) or "schedule" in reading.words):
        return False
    model = intent_model()
    if model.propose(reading.items).of("no") >= _OFF:
        return True
    parts = parts_of(reading.items)
    if len(parts) < 2:
        return False
    no = [model.propose(part.items).of("no") >= _OFF for part in parts]
    return (no[0] or no[-1]) and not any(
        _requests(part) for part, off in zip(parts, no, strict=True) if not off
    )


def _requests(part: Part) -> bool:
    return any(is_action(part.items, k) for k in range(len(part.items)))


_WHY = tuple(
    (w,)
    for w in ("its", "it's", "it", "thats", "that's", "he", "hes", "he's", "she", "shes", "she's",
              "they", "theyre", "they're", "someone", "somebody", "because", "cos", "coz", "since")
)  # fmt: skip
"""With which a reason begins, though no comma stands before it."""


def _only_not(reading: Reading) -> bool:
    """ "not kafka-1, it was made yesterday": it begins with what is not meant, and asks no more."""
    items = [i for i in reading.items if not i.has("comma") and i.words[:1] not in _OPENS]
    if len(items) < 2 or items[0].words not in (("not",), ("except",), ("without",), ("minus",)):
        return False
    if not items[1].has("names") or "?" in reading.text:
        return False
    rest = {w for i in items[2:] for w in i.words}
    told = (k for k, i in enumerate(items) if k > 1 and _begins_why(items, k, i))
    why = next(told, len(items))
    acts = any(is_action(items, k) for k in range(2, why))
    return not acts and not rest & {"instead", "meant", "rather", "but", "only"}


def _begins_why(items: Sequence[Item], k: int, item: Item) -> bool:
    """ "not nfs-01! half of the company hangs on that mount": a sentence that orders nothing."""
    anew = items[k - 1].has("stop") and not item.has("verb", "ask", "only", "and", "also", "not")
    return item.words[:1] in _WHY or anew


def leaves_out(reading: Reading, planned: Collection[str]) -> list[str]:
    """The machines of the plan that a turn leaves out by name; empty where it does something else.

    Args:
        reading: the turn.
        planned: the names of the plan's machines.
    """
    named = [n for i in reading.items if i.has("names") for n in i.get("names")]
    words = set(reading.words)
    if _only_not(reading) and set(named) <= set(planned):
        return named
    if not named or not set(named) <= set(planned) or "?" in reading.text:
        return []
    if words & {"only", "just", "instead", "meant", "but", "rather"}:
        return []
    proposal = intent_model().propose(reading.items)
    led = reading.items[0].has("and", "filler", "not", "comma") or bool(_LEAVING & words)
    said = bool(_LEAVING & words) or proposal.of("spare") >= _OFF
    spares = led and said and proposal.of("spare", "no", "not") >= _SPARES
    return named if spares or (_LEAVING & set(reading.words[:4])) else []
