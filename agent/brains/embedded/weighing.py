"""How strongly a clause asks, and which requests of a turn outweigh the others."""

from __future__ import annotations

from itertools import pairwise

from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.clauses.nominal import opens_with
from agent.brains.embedded.frames import NOMINAL, QUESTION, Frame, Reading
from agent.brains.embedded.items import Item

_LEARNING = frozenset(
    {"know", "see", "get", "find", "have", "understand", "check", "view", "look", "learn", "hear"}
)


def strength_of(clause: Clause) -> int:
    """How strongly a clause without a change asks."""
    if clause.asks or clause.has("howto") or (clause.has("ask") and not _tells_a_need(clause)):
        return QUESTION
    first = next(
        (i for i in clause.items if not i.has("filler", "comma") or i.has("wh", "verb")), None
    )
    if first is not None and (
        first.has("wh")
        or (first.has("verb") and first.action in ("list", "describe", "count", "diagnose"))
    ):
        return QUESTION
    if any(
        i.has("verb")
        and i.action in ("list", "count", "diagnose")
        and i.form != "past"
        and not i.is_entity
        for i in clause.items
    ):
        return QUESTION
    return NOMINAL


def _tells_a_need(clause: Clause) -> bool:
    """ "I have to budget for storage": what somebody does, not what they ask for."""
    asking = clause.first("ask")
    if asking is None or asking.words[0] not in ("i", "we") or asking.words[-1] != "to":
        return False
    k = clause.items.index(asking)
    after = clause.items[k + 1] if k + 1 < len(clause.items) else None
    return after is not None and not (after.has("verb", "det") or set(after.words) & _LEARNING)


def weigh(reading: Reading) -> None:
    """Leave out what only leads up to a request: a change outweighs what is said around it."""
    strongest = max((f.strength for f in reading.frames), default=0)
    if any(f.changes for f in reading.frames):
        wished = any(f.changes and not f.about for f in reading.frames)
        kept = [f for f in reading.frames if f.changes or _stands_alone(f, beside=wished)]
    elif strongest >= QUESTION:
        kept = _telling([f for f in reading.frames if f.strength >= QUESTION])
    else:
        kept = _telling(reading.frames)
    for frame in reading.frames:
        if frame not in kept:
            reading.fragments.append(frame.clause)
    reading.frames = kept


def _asks_how(frames: list[Frame]) -> bool:
    """ "where can we save? also how do I fix x": a question of its own beside another."""
    looks = {"list_vms", "describe_vms", "diagnose_vms", "search_runbooks"}
    asked = [f.clause for f in frames if f.tool == "search_runbooks"]
    other = any(f.tool not in looks for f in frames)
    return other and all(c.has("howto") and c.has("also", "and") for c in asked)


def _telling(frames: list[Frame]) -> list[Frame]:
    """Questions that say which machines outweigh those that only lead to them, or ask twice."""
    if any(f.tool == "diagnose_vms" for f in frames):
        frames = [f for f in frames if f.tool not in ("describe_vms", "list_vms")]
    if any(f.tool == "list_operations" for f in frames):
        vague = {"something", "anything", "nothing"}
        frames = [f for f in frames if f.tool != "list_vms" or not vague & set(f.clause.words)]
    if any(f.tool == "recommend_savings" for f in frames):
        advice = {"suggestion", "suggestions", "ideas", "advice", "tips", "recommendations"}
        frames = [f for f in frames if f.tool != "list_vms" or not advice & set(f.clause.words)]
    if any(f.tool == "recommend_placement" for f in frames):
        frames = [f for f in frames if f.tool != "list_catalog"]
    full = [
        f
        for f in frames
        if f.chosen.says_machines
        or (f.chosen.order is not None and f.chosen.limit)
        or f.args
        or f.tool not in ("list_vms", "describe_vms", "search_runbooks")
    ]
    kept = full or frames[-1:]
    made: list[Frame] = []
    for frame in kept:
        twin = next((m for m in made if m.tool == frame.tool), None)
        if (
            twin is not None
            and not frame.args
            and frame.chosen.order in (None, twin.chosen.order)
            and (not frame.chosen.real or frame.chosen.refers is not None)
        ):
            continue
        if twin is not None and not (twin.chosen.real or twin.args or twin.chosen.order):
            made.remove(twin)
        if (
            frame.tool in ("list_vms", "describe_vms")
            and frame.chosen.refers is not None
            and not frame.chosen.real
            and made
        ):
            continue
        made.append(frame)
    if len(made) > 1 and any(m.tool == "search_runbooks" for m in made) and not _asks_how(made):
        made = (
            [m for m in made if m.tool != "search_runbooks"]
            if any(m.chosen.says_machines for m in made)
            else made[:1]
        )
    return made


def _stands_alone(frame: Frame, *, beside: bool) -> bool:
    """A read is kept where it is told to happen too, or asked `beside` a change that is wished."""
    if frame.clause.words[:1] in (("they",), ("he",), ("she",), ("people",), ("somebody",)):
        return False
    words = frame.clause.words
    if words[:1] in (("i",), ("we",)) and ("to", "show") in pairwise(words):
        return False
    first = next(
        (
            i
            for i in frame.clause.items
            if not i.has("filler", "ask", "comma", "and", "then", "also", "dash")
            or i.has("verb", "wh")
        ),
        None,
    )
    if beside and frame.tool in _SHOWN and opens_with(frame.clause.items):
        return True
    if first is None or frame.strength < QUESTION:
        return False
    told = first.has("verb") and first.action in ("list", "count") and first.form == "base"
    return told or (beside and _is_asked(frame, first))


_SHOWN = frozenset({"query_metrics", "cost_report", "describe_vms", "list_vms"})
_ASKING = frozenset({"what", "who", "which", "how", "where", "when", "whose"})


def _is_asked(frame: Frame, first: Item) -> bool:
    """ "who stopped vdi-104?? and start it": a question of its own, of something of the fleet."""
    clause = frame.clause
    bare = frame.tool in ("list_vms", "describe_vms", "search_runbooks", "diagnose_vms")
    if not first.has("wh") or first.words[0] not in _ASKING:
        return clause.asks and not bare and not clause.has("condition", "state", "trouble")
    after = clause.items[clause.items.index(first) + 1 :][:1]
    exclaims = any(i.has("det") and not i.is_entity for i in after)
    if not clause.asks and (exclaims or (bare and not frame.chosen.real)):
        return False
    return not bare or bool(frame.chosen.real or frame.chosen.refers)
