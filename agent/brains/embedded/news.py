"""Sentences that only tell how things are: "The nightly backup failed twice. Snapshot web-01."

They say nothing of which machines, of when or of how, and are set aside before a turn is read, so
that what is asked for reads alike with them and without.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.parts import RESERVES
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.unwished import regrets
from agent.brains.embedded.words import word_lists

_WORDS = word_lists("background")
_FINITE = frozenset(_WORDS["finite"])
_NOT_NEWS = (
    frozenset(_WORDS["wish"])
    | frozenset(_WORDS["condition"])
    | frozenset(_WORDS["plea"])
    | RESERVES
    | frozenset(
        ("you", "your", "yes", "all", "both", "each", "every", "everything", "window", "slot")
    )
)
"""Words of a sentence that may wish, narrow, spare, answer or say when."""
_NEAR = frozenset(
    ("the", "a", "our", "nightly", "daily", "weekly", "monthly", "today", "yesterday")
)
_THINGS = (("tests",), ("test",), ("backups",), ("backup",), ("builds",), ("data",))
"""Words that are values of tags too: alone they are things of the trade, and no machines."""
_SAYS_WHICH = ("glob", "unknown_name", "unknown_value", "id", "tag", "quote", "stem", "names")
_SAYS_MUCH = ("amount", "percent", "cmp", "snapshot_name", "question", "wh", "number")
_POINTS = frozenset(
    ("it", "its", "them", "their", "they", "that", "this", "these", "those", "same", "there",
     "then", "one", "ones", "his", "her", "him", "ago", "since", "again")
)  # fmt: skip


def without_news(reading: Reading, reader: Reader) -> Reading:
    """A turn without the sentences that only tell something, where others ask."""
    sentences = _sentences(reading.items)
    if len(sentences) < 2:
        return reading
    news = [_is_news(sentence) for sentence in sentences]
    if not any(news) or all(news):
        return reading
    kept = [s for s, told in zip(sentences, news, strict=True) if not told]
    aside = [i for s, told in zip(sentences, news, strict=True) if told for i in s]
    rest = [i for sentence in kept for i in sentence]
    if not any(i.has("verb", "wh", "metric", "cost") or i.is_entity for i in rest):
        return reading
    if any(
        i.is_entity and not (i.has("object") or i.words in _THINGS) for i in aside
    ) and not _stands_alone(rest):
        return reading
    for item in rest:
        item.used = ""
    return reader.read_items(" ".join(i.text for i in rest), rest)


def _sentences(items: Sequence[Item]) -> list[list[Item]]:
    sentences: list[list[Item]] = [[]]
    for item in items:
        sentences[-1].append(item)
        if item.has("stop", "question"):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _is_news(items: Sequence[Item]) -> bool:
    """Whether a sentence has a subject and what it did or is, and nothing that could matter."""
    if not items[-1].has("stop") or any(i.has(*_SAYS_WHICH, *_SAYS_MUCH) for i in items):
        return False
    words = [w for i in items for w in i.words]
    if regrets(" ".join(words)):
        return False
    if len(words) < 3 or not _NOT_NEWS.isdisjoint(words):
        return False
    if any(i.has("time") and not _NEAR.issuperset(i.words) for i in items) or "be" in words:
        return False
    content = [i for i in items if not i.has("comma", "dash", "stop")]
    told = [k for k, i in enumerate(content) if k and _tells(i)]
    acts = (k for k, i in enumerate(content) if i.has("verb") and i.form == "base")
    asked = any(k + 1 not in told and not content[k].has("filler") for k in acts)
    return bool(told) and not asked


def _tells(item: Item) -> bool:
    return item.has("be") or bool(_FINITE & set(item.words[:1])) or _did(item)


def _did(item: Item) -> bool:
    return item.form == "past" and not item.has("state")


def _stands_alone(items: Sequence[Item]) -> bool:
    """Whether the request names its machines, and points at nothing else."""
    named = any(i.has("names", "glob") for i in items)
    return named and not any(_POINTS & set(i.words) for i in items if not i.is_entity)
