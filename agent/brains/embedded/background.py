"""What is told around a request: reasons, news, what led to it.

"The upstream API had an outage, all the workers hold dead connections. Please restart them." asks
for one thing; the rest says why. Where one part of a turn plainly asks, the statements beside it
are set aside before anything is read of them, so that no machine and no act of theirs gets into
the request. They stay as what an "it" or a "that host" of the request may stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from agent.brains.base import Understanding
from agent.brains.embedded.antecedents import put_in_place, with_day_told
from agent.brains.embedded.clauses import Clause, split
from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import GENERIC
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.intent_model import NOT_TOOLS, SURE, intent_model
from agent.brains.embedded.items import Item
from agent.brains.embedded.parts import DENIALS, RESERVES, TOLD, Part, only_tells, parts_of
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.unwished import regrets
from agent.brains.embedded.words import word_lists
from agent.dialogue import reads

_WORDS = word_lists("background")
_JOINTS = frozenset(_WORDS["joint"])
_OPENERS = frozenset(_WORDS["opener"])
_POINTING = frozenset(_WORDS["pointing"])
_OF_MACHINES = frozenset({"snapshot", "disk", "tag", "schedule", "protection", "task"})
_FINITE = frozenset(_WORDS["finite"])
_WISHES = frozenset(_WORDS["wish"])
_OTHERS = frozenset(_WORDS["other"])
_CONDITIONS = frozenset(_WORDS["condition"])
_PLEAS = frozenset(_WORDS["plea"])
_AUXILIARIES = frozenset(_WORDS["auxiliary"])
_WH = frozenset(_WORDS["wh"])
_MAY = 0.85
"""From this share on a statement is held for a wish: "web-stg-1 should be off at night"."""
_KNOWN = (("i", "know"), ("you", "know"), ("we", "know"), ("i", "understand"), ("i", "realise"))
_HINTS = 0.3
"""From this share on a change in the turn is not answered by a look."""
_SEEN = 0.12
"""Below this share of the model a call is not what the request asks for."""


def without_background(reading: Reading, reader: Reader) -> Reading | None:
    """The request of a turn alone, or None where nothing can be set aside."""
    whole = parts_of(reading.items)
    parts = [part for part in whole if not _points_back(part)]
    asks = [_asks(part, k == 0 or parts[k - 1].ends) for k, part in enumerate(parts)]
    if len(parts) < 2 or not any(asks):
        return None
    said = [" ".join(i.text for i in part.content) for part in whole[1:]]
    if any(reads(text) == "no" or regrets(text) for text in said):
        return None  # "… so I can log in. Actually, never mind"
    told = [not ask and _is_told(parts, k, asks) for k, ask in enumerate(asks)]
    kept = [part for part, aside in zip(parts, told, strict=True) if not aside]
    aside = [part for part, away in zip(parts, told, strict=True) if away]
    spoken = _spoken_of(aside)
    pointed = sum(len(part.items) for part in parts) < len(reading.items)
    if not (aside or pointed) or _things(spoken) - _things([Clause(list(p.items)) for p in kept]):
        return None
    for item in reading.items:
        item.used = ""
    beside = [i for part in aside for i in part.items]
    items = put_in_place([i for part in kept for i in _without_joint(part)], beside)
    items = with_day_told(items, beside, reader.now)
    again = reader.read_items(" ".join(i.text for i in items), items)
    if any(_lacks(frame, spoken) for frame in again.frames):
        return None
    again.fragments.extend(_one_named(items, beside) or spoken)
    return again


def fits(understood: Understanding, request: Reading, whole: Sequence[Item]) -> bool:
    """Whether the learned model sees nothing else in the request, nor in the whole turn."""
    if understood.kind != "calls" or not understood.calls:
        return False
    tools = {call.tool for call in understood.calls}
    for items in (request.items, whole):
        proposal = intent_model().propose([i for i in items if not i.quoted])
        if proposal.label in CHANGES and proposal.share >= _HINTS and not tools & CHANGES:
            return False
        sure = proposal.share >= SURE and proposal.label not in tools | NOT_TOOLS
        if sure and proposal.of(*tools) < _SEEN:
            return False
    return True


def _points_back(part: Part) -> bool:
    """ "can you pull that up?", "would you see to that, please?": it only points at the rest."""
    words = part.words - {"?", ".", ","}
    return (
        words <= _POINTING
        and bool(words & _PLEAS | words & {"can", "could", "would", "will"})
        and bool(words & {"that", "this", "it", "those"})
    )


def _things(clauses: Sequence[Clause]) -> set[str]:
    """What is spoken of besides machines: "we have old snapshots, delete them"."""
    return {thing for clause in clauses for thing in clause.objects()} & _OF_MACHINES


def _lacks(frame: Frame, spoken: Sequence[Clause]) -> bool:
    """Whether a request names no machines where something around it does."""
    chosen = frame.chosen
    says = chosen.real or chosen.whole or chosen.refers or chosen.ordinal or chosen.unknown
    return not says and "group" not in frame.args and any(c.has("names") for c in spoken)


def _is_told(parts: Sequence[Part], k: int, asks: Sequence[bool]) -> bool:
    """Whether a part only tells something. After the request, in its own sentence, more may
    narrow or spare: there only what is plainly a remark does.
    """
    part = parts[k]
    content = part.content
    if tuple(w for i in content[:2] for w in i.words)[:2] in _KNOWN:
        return not any(i.is_entity for i in content)
    if content and all(i.has("time") for i in content):
        return False
    if _surprises(content) or _so_that_they_can(content):
        return True
    stated = any(_states(i) for i in content[1:]) or _short_for_is(content)
    stated = stated or (_is_of_others(content) and bool({"want", "need"} & part.words))
    after = any(asks[n] for n in range(k) if parts[n].sentence == part.sentence)
    if any(i.has("amount") and i.get("amount")[1] in ("vcpus", "gib") for i in content):
        return False
    narrows = any(i.has("number", "time", "value", "stem") for i in content)
    if after and narrows and not any(i.words in (("it",), ("them",)) for i in content):
        return False
    if after:
        return stated and not content[0].has("names") and only_tells(part)
    placed = any(i.is_entity or i.has("number", "time") for i in content)
    if stated or not placed:
        return _tells(part, stated=stated)
    beside = all(not ask or parts[n].sentence != part.sentence for n, ask in enumerate(asks))
    return beside and intent_model().propose(content).of("remark") >= TOLD


def _without_joint(part: Part) -> Sequence[Item]:
    """A part without the "so" or "hence" that ties it to what was told."""
    first = part.items[0]
    return part.items[1:] if first.words[:1] and first.words[0] in _JOINTS else part.items


def _asks(part: Part, opens: bool) -> bool:
    """Whether it plainly asks: "please", "could you", an act first, a question."""
    content = _after_the_label(part.content)
    while content and set(content[0].words) <= _JOINTS | _OPENERS and not content[0].has("ask"):
        content = content[1:]
    if not content:
        return False
    first = content[0]
    words = [w for i in content for w in i.words]
    if any(i.has("question") for i in part.items) or (opens and words[0] in _AUXILIARIES):
        return True
    if (_PLEAS & set(words[:2]) or "you" in words[1:2]) and len(content) > 1:
        return True
    if words[0] == "you" and words[1:2] and words[1] in ("can", "could", "may"):
        return len(content) > 2  # "you can take the protection off": leave to do it
    if first.has("wh") or words[0] in _WH:
        return len(content) > 2
    if first.has("verb") and first.form == "base" and is_action(content, 0):
        return not (first.has("object") and any(_states(i) for i in content[1:4]))
    base = words[0] == GENERIC.get(words[0]) and first.text.casefold() == words[0]
    return base and words[0] not in ("need", "want", "have")


def _after_the_label(content: list[Item]) -> list[Item]:
    """ "big picture first: how many …": the question after what announces it."""
    for k, item in enumerate(content[:-1]):
        if item.has("colon") and not item.is_entity:
            announces = not any(i.is_entity or i.has("verb", "noun", "pron") for i in content[:k])
            return content[k + 1 :] if announces and content[k + 1].has("wh", "verb") else content
    return content


def _tells(part: Part, *, stated: bool) -> bool:
    """Whether it states something, wishes nothing, spares nothing and sets no condition."""
    content = part.content
    words = {w for i in content for w in i.words if not i.has("absence")}
    if len(content) < 2 or words & _CONDITIONS or any(i.has("except") for i in content):
        return False
    spares = words & (RESERVES - DENIALS - {"but"})
    if spares or (words & DENIALS and any(i.is_entity for i in content)):
        return False
    if any(i.has("unknown_name", "glob") or (n and i.has("wh")) for n, i in enumerate(content)):
        return False
    of_others = _is_of_others(content)
    if not of_others and (_WISHES & words or not stated):
        return only_tells(part)
    first = next((i for i in content if i.words and i.words[0] not in _JOINTS), content[0])
    proposal = intent_model().propose(content)
    act = first.has("verb") and first.form == "base" and is_action(content, content.index(first))
    if act and proposal.of("remark") < TOLD / 2:
        return False
    return not (proposal.label in CHANGES and proposal.share >= _MAY)


def _states(item: Item) -> bool:
    """A verb that states: "is", "has", "went", "upgrades"."""
    acts = item.has("verb") and item.form == "s" and not item.has("object", "noun")
    return item.has("be") or acts or bool(_FINITE & set(item.words[:1]))


def _surprises(content: Sequence[Item]) -> bool:
    """ "I don't want surprises during the audit": what is not wanted, and no machine in it."""
    words = [w for i in content for w in i.words][:5]
    denied = {"not", "no", "dont"} & set(words) and {"want", "need", "like"} & set(words)
    plain = not any(i.is_entity or i.has("noun", "pron", "verb") for i in content)
    return bool(denied) and words[:1] in (["i"], ["we"]) and plain


def _so_that_they_can(content: Sequence[Item]) -> bool:
    """ "so he can carry on where he left off": what it is for."""
    words = [w for i in content[:4] for w in i.words]
    led = words[:1] == ["so"] and bool({"can", "could", "may", "will"} & set(words[2:4]))
    plain = not any(i.is_entity or i.has("noun", "number", "time", "ask") for i in content)
    return led and plain and words[1:2] != ["you"]


def _short_for_is(content: Sequence[Item]) -> bool:
    """ "Power's going off on Sunday", "Bob's on leave"."""
    return any(
        item.text.casefold().endswith(("'s", "\u2019s"))
        and (after.text.casefold().endswith("ing") or after.has("in", "state", "trouble"))
        for item, after in pairwise(content[:4])
    )


def _is_of_others(content: Sequence[Item]) -> bool:
    """ "The DBA wants to connect to …": somebody else's wish."""
    head = {w for i in content[:4] for w in i.words}
    return bool(head & _OTHERS) and not {"i", "we", "you"} & head


def _spoken_of(aside: Sequence[Part]) -> list[Clause]:
    """What "it" may stand for: the clauses that name machines, the nearest first."""
    clauses = [Clause(run) for p in aside for c in split(p.items) for run in _statements(c.items)]
    return [c for c in reversed(clauses) if any(i.is_entity for i in c.items)]


def _one_named(request: Sequence[Item], aside: Sequence[Item]) -> list[Clause]:
    """ "Third person on gitlab and the runners are fine, restart it": the one that is named."""
    refers = {i.words for i in request if i.has("pron")}
    named = {tuple(i.get("names")): i for i in aside if i.has("names")}
    single = len(named) == 1 and all(len(names) == 1 for names in named)
    one = bool(refers) and refers <= {("it",), ("its",), ("that",), ("this",)}
    return [Clause([i]) for i in named.values()] if single and one else []


def _statements(items: Sequence[Item]) -> list[list[Item]]:
    """ "The API had an outage and all the workers hang": two statements."""
    for k, item in enumerate(items):
        if item.has("and") and all(
            any(_states(i) for i in side) for side in (items[:k], items[k + 2 :])
        ):
            return [list(items[:k]), *_statements(items[k + 1 :])]
    return [list(items)]
