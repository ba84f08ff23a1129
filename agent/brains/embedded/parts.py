"""The parts of a turn: what asks for something, and what only tells of something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.clauses.acts import is_action
from agent.brains.embedded.clauses.clause import GENERIC
from agent.brains.embedded.clauses.remarks import is_remark
from agent.brains.embedded.clauses.starts import waits_for
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.intent_model import intent_model
from agent.brains.embedded.items import Item
from agent.brains.embedded.reader import Reader

TOLD = 0.5
"""From this share on a part of a turn is taken for a remark."""

RESERVES = frozenset(
    {
        "not", "no", "never", "nobody", "none", "except", "but", "unless", "until", "only",
        "without", "leave", "keep", "stay", "stays", "untouched", "instead", "if", "dont", "nor",
        "neither", "excluding", "besides", "apart", "careful", "avoid", "skip", "spare",
    }
)  # fmt: skip
DENIALS = frozenset({"not", "no", "never", "nobody", "none", "nor", "dont"})
"""Words that matter where a machine is spoken of: "nobody can log in" spares nothing."""

_SPLITS = frozenset({"so", "because", "since", "as", "but"})


@dataclass(frozen=True)
class Part:
    """A run of items between stops, commas and joints."""

    items: tuple[Item, ...]
    sentence: int

    @property
    def ends(self) -> bool:
        """Whether it ends a sentence."""
        return self.items[-1].has("stop", "question")

    @property
    def content(self) -> list[Item]:
        """Its items without stops, commas and dashes."""
        return [i for i in self.items if not i.has("comma", "dash", "stop", "question")]

    @property
    def words(self) -> set[str]:
        """Its words."""
        return {w for i in self.items for w in i.words if not i.has("absence")}


def parts_of(items: Sequence[Item]) -> list[Part]:
    """The parts of a turn, in order."""
    return [Part(tuple(part), n) for n, part in _cut(items)]


def _cut(items: Sequence[Item]) -> Iterator[tuple[int, list[Item]]]:
    """The parts of a turn, each with the number of its sentence."""
    sentence = 0
    current: list[Item] = []
    for k, item in enumerate(items):
        ends = item.has("stop", "question")
        joint = bool(_SPLITS & set(item.words[:1])) and not item.is_entity
        joint = joint and not _of_as_soon_as(items, k)
        breaks = ends or joint or (item.has("comma", "dash") and not item.is_entity)
        if breaks and current:
            if ends or item.has("comma", "dash"):
                current.append(item)
                yield sentence, current
                current = []
            else:
                yield sentence, current
                current = [item]
        else:
            current.append(item)
        sentence += ends
    if current:
        yield sentence, current


def _of_as_soon_as(items: Sequence[Item], k: int) -> bool:
    """ "as soon as it is idle": no joint, but when."""
    near = [w for i in items[max(0, k - 1) : k + 2] for w in i.words]
    return "soon" in near


_SHORT = 3
"""So few items with "day" or "time" say when: ", the day after", ", same time"."""


def without_remarks(reading: Reading, reader: Reader, *, shapes: bool = False) -> Reading:
    """A turn without what only tells something and names no machine of its own.

    Args:
        shapes: a new machine waits for its yes: "owner is nadia" is a tag of it.
    """
    parts = parts_of(reading.items)
    kept = kept_parts(parts)
    if kept is None:
        return reading
    aside = [i for part in parts if part not in kept for i in part.items]
    telling = ("number", "time", "unknown_name", "pron", "quote")
    if any(i.has(*telling) or (i.is_entity and not _of_people(i)) for i in aside):
        return reading
    if shapes and any(i.has("key") for i in aside):
        return reading
    if len(aside) <= _SHORT and {"day", "time", "hour", "days"} & {
        w for i in aside for w in i.words
    }:
        return reading
    items = [i for part in kept for i in part.items]
    for item in items:
        item.used = ""
    return reader.read_items(" ".join(i.text for i in items), items)


def kept_parts(parts: Sequence[Part]) -> list[Part] | None:
    """The parts that ask for something, or None where nothing can be set aside."""
    told = [only_tells(part) for part in parts]
    if not any(told) or all(told):
        return None
    if any(_reserves(part) for part, aside in zip(parts, told, strict=True) if aside):
        return None
    return [part for part, aside in zip(parts, told, strict=True) if not aside]


def _reserves(part: Part) -> bool:
    """Whether what is told may be a condition, or spare something."""
    if part.words & (RESERVES - DENIALS):
        return True
    return bool(part.words & DENIALS) and any(i.is_entity for i in part.items)


def only_tells(part: Part) -> bool:
    """Whether a part tells something and asks for nothing."""
    content = part.content
    if len(content) < 2 or any(i.has("question") for i in part.items) or waits_for(content, 0):
        return False
    first = next((i for i in content if not i.has("filler", "and", "then")), content[0])
    if _asks(content, first) or _only_names(content):
        return False
    if is_remark(content) or _is_said_of_a_person(content):
        return True
    return intent_model().propose(content).of("remark") >= TOLD


def _only_names(content: Sequence[Item]) -> bool:
    """More machines of a list, or a name that nobody knows: nothing is told of them."""
    if any(i.has("unknown_name", "glob") for i in content):
        return True
    told = [i for i in content if not i.has("names", "and", "or", "det", "number")]
    return any(i.has("names") for i in content) and len(told) < 2


def _of_people(item: Item) -> bool:
    return not item.has("names") and any(
        name.startswith("tags.") for name, _ in item.get("value") or ()
    )


def _is_said_of_a_person(content: Sequence[Item]) -> bool:
    """ "Wei agrees", "dana knows about it"."""
    person = _of_people(content[0])
    word = content[1].words[0] if content[1].words else ""
    verb = content[1].has("plain", "word") and word.endswith(("s", "ed"))
    return person and verb and not any(i.is_entity for i in content[1:])


def _asks(content: Sequence[Item], first: Item) -> bool:
    """Whether a part opens as a request does: an act, a question word, a "please"."""
    if any(i.has("ask") and i.words != ("need",) for i in content[:3]):
        return True
    k = content.index(first)
    if first.has("wh") or (first.has("verb") and first.form == "base" and is_action(content, k)):
        return True
    return first.words[:1] in _GENERIC_BASES


_GENERIC_BASES = frozenset((base,) for base in set(GENERIC.values()) - {"have", "want", "need"})


def scenes(kept: Sequence[Part], parts: Sequence[Part]) -> list[Clause]:
    """The machines that are named in what was set aside: what an "it" may stand for."""
    here = {id(i) for part in kept for i in part.items}
    named = [[i for i in p.items if i.has("names") and id(i) not in here] for p in parts]
    return [Clause(items) for items in named if items]
