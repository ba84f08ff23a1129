"""How likely a command is before anything is heard: counts of words in a row.

The counts come from sentences that people wrote to NovaCron (`python -m evals.speech.prior`).
Names, figures and letters are counted as one of their kind: whose names they are, the live
inventory says.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise, product
from typing import TypeAlias

from agent.brains.embedded.lexicon import vocabulary
from agent.brains.embedded.names import key_of
from agent.brains.embedded.numbers import ONES, TENS
from agent.brains.embedded.site import Site
from agent.brains.embedded.spelling import english

BEGIN, END, NAME, FIGURE, LETTER = "<s>", "</s>", "<name>", "<figure>", "<letter>"
Past: TypeAlias = tuple[str, str, str]
"""The two words before as they are counted, and the last as it is."""
START: Past = (BEGIN, BEGIN, "")

_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+")
_SIZE = re.compile(r"(x)(?=large)")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}|\b[ap]\.m\b")
_FIGURES = frozenset((*ONES, *TENS, "hundred", "thousand", "oh", "zero"))
_ENGLISH, _OTHER = 1 / 8_000, 1 / 4_000_000
"""How likely a word of no command is, where it is English, and where it is none."""
_OF_FIGURES, _OF_LETTERS = 1 / 30, 1 / 20
_SAME_NAME, _OH = 0.5, 0.2
"""How often a name that has begun is said to its end; and its figure with a nought before it."""
_VALUES = {**ONES, **TENS, "oh": 0}
_DIGITS = frozenset("123456789")
_MOST_AHEAD = 100_000
_SPELLED = 3
"""A piece of so many letters may be said letter by letter."""


def words_of(text: str) -> list[str]:
    """The words of a transcript or a written command, in small letters."""
    low = _INITIALS.sub(lambda found: found[0].replace(".", ""), text.casefold())
    return [word.replace("’", "'") for word in _WORD.findall(low)]


def is_figure(word: str) -> bool:
    """Whether a word counts as a figure."""
    return word.isdigit() or word in _FIGURES


@dataclass(frozen=True, slots=True)
class Parts:
    """What a fleet's names, places and tags are made of.

    Attributes:
        words: their words.
        after: what follows a word in them, figures as figures.
    """

    words: frozenset[str]
    after: Mapping[str, frozenset[str]]


def parts_of(site: Site) -> Parts:
    """What a fleet's names, places and tags are made of."""
    names = (name for found in site.names.exact.values() for name in found)
    phrases = (" ".join(phrase) for phrase in site.values)
    written = (*names, *site.hosts.values(), *site.groups, *site.regions.values(), *phrases)
    keys = [key_of(name.partition(".")[0] or name) for name in dict.fromkeys(written)]
    after: dict[str, set[str]] = {}
    sizes = [key_of(_SIZE.sub(r" \1 ", size.replace(".", " dot "))) for size in site.sizes]
    for key in (*keys, *sizes):
        for one, following in _steps(key):
            after.setdefault(one, set()).add(following)
    words = frozenset(part for key in keys for part in key if part.isalpha())
    return Parts(words, {one: frozenset(all_) for one, all_ in after.items()})


def _steps(key: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What follows what in a name, as words and where its short pieces are spelled."""
    pieces = list(key)
    for one, following in pairwise(pieces):
        yield from product(_edges(one, -1), _edges(following, 0))
    for piece in pieces:
        yield from pairwise(_spelled(piece))


def _edges(piece: str, at: int) -> tuple[str, ...]:
    """A piece of a name as one word, and its first or last letter or digit where it is spelled."""
    spelled = _spelled(piece)
    return (piece, spelled[at]) if spelled else (piece,)


def _spelled(piece: str) -> str:
    """A piece as its letters or digits, where somebody may say them one by one."""
    return piece if 1 < len(piece) <= _SPELLED else ""


def kind_of(word: str, parts: frozenset[str]) -> str:
    """A word as it is counted."""
    if is_figure(word):
        return FIGURE
    if word in parts and word not in vocabulary():
        return NAME
    return LETTER if len(word) == 1 and word not in "ai" else word


class Prior:
    """What commands to one fleet are like.

    Args:
        parts: the words of its names.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts.words
        self._after = parts.after
        self._counts = _counts()
        self._one_of_names = 1 / (len(parts.words) + 1)
        self._begin_names = frozenset(_beginnings(parts.words))
        self._prefixes = _prefixes() | self._begin_names
        self._ahead: dict[tuple[Past, str], float] = {}

    def begins_a_word(self, part: str) -> bool:
        """Whether some known word begins so."""
        return part.isdigit() or part in self._prefixes

    def ahead(self, past: Past, part: str) -> float:
        """The logarithm of how likely the likeliest word is that begins so, after those words."""
        key = (past, part)
        if key not in self._ahead:
            if len(self._ahead) > _MOST_AHEAD:
                self._ahead.clear()
            self._ahead[key] = math.log(max(self._chances_ahead(past, part)))
        return self._ahead[key]

    def _chances_ahead(self, past: Past, part: str) -> Iterator[float]:
        unknown = _ENGLISH if self.begins_a_word(part) else _OTHER
        yield self._chance(past, "") * unknown
        for seen in ((), (past[1],), past[:2]):
            likeliest = self._counts.likeliest(seen).get(part)
            if likeliest is not None:
                yield self._chance(past, likeliest)
        if part in self._begin_names:
            yield self._chance(past, NAME) * self._one_of_names
        if len(part) == 1:
            yield self._chance(past, LETTER) * _OF_LETTERS
        figures = [part] if part.isdigit() else _figures_that_begin(part)
        if figures:
            yield self._chance(past, FIGURE) * _OF_FIGURES
        after = self._after.get(_as_figure(past[2]), frozenset())
        if after and any(self._goes_on(past[2], figure) for figure in figures):
            yield _SAME_NAME / len(after)
        if any(one.startswith(part) for one in after):
            yield _SAME_NAME / len(after)

    def next(self, past: Past, word: str) -> tuple[float, Past]:
        """The logarithm of how likely this word is after those, and what stands before the next."""
        plain = kind_of(word, frozenset())
        chance = self._chance(past, plain)
        if plain == FIGURE:
            chance *= _OF_FIGURES
        elif plain == LETTER:
            chance *= _OF_LETTERS
        elif word not in self._counts.words:
            chance = self._chance(past, "") * (_ENGLISH if word in english() else _OTHER)
        kind = plain
        if word in self._parts and plain != FIGURE:
            named = self._chance(past, NAME) * self._one_of_names
            kind = NAME if named > chance else plain
            chance += named
        return math.log(max(chance, self._goes_on(past[2], word))), (past[1], kind, word)

    def _goes_on(self, last: str, word: str) -> float:
        """How likely a name that has begun goes on so."""
        after = self._after.get(_as_figure(last), frozenset())
        if _as_figure(word) in after:
            return _SAME_NAME / len(after)
        return _OH / len(after) if after and word == "oh" and after & _DIGITS else 0.0

    def end(self, past: Past) -> float:
        """The logarithm of how likely a command ends here."""
        return math.log(self._chance(past, END))

    def of(self, text: str) -> float:
        """The logarithm of how likely a whole transcript is."""
        total, past = 0.0, START
        for word in words_of(text):
            likely, past = self.next(past, word)
            total += likely
        return total + self.end(past)

    def _chance(self, past: Past, word: str) -> float:
        """Witten and Bell's mixture of three, two and one words; "" is any word never seen."""
        counts = self._counts
        chance = counts.one(word)
        chance = counts.mixed((past[1],), word, chance)
        return counts.mixed(past[:2], word, chance)


def _as_figure(word: str) -> str:
    """A number's word in digits; any other as it is."""
    if word.isdigit():
        return str(int(word))
    return str(_VALUES[word]) if word in _VALUES else word


class Counts:
    """How often words followed one another.

    Args:
        rows: (words before, the word, how often) of two and three words in a row.
    """

    def __init__(self, rows: Iterable[tuple[tuple[str, ...], str, int]]) -> None:
        self._after: dict[tuple[str, ...], dict[str, int]] = {}
        for past, word, often in rows:
            self._after.setdefault(past, {})[word] = often
        self._likeliest: dict[tuple[str, ...], dict[str, str]] = {}
        self._sums = {past: sum(after.values()) for past, after in self._after.items()}
        self.words = frozenset(self._after.get((), {}))

    def likeliest(self, past: tuple[str, ...]) -> Mapping[str, str]:
        """Each beginning of a word that was seen after these, and the word that was seen most."""
        if past not in self._likeliest:
            made: dict[str, str] = {}
            for word, _ in sorted(self._after.get(past, {}).items(), key=lambda one: one[1]):
                if not word.startswith("<"):
                    made.update(dict.fromkeys(_beginnings([word]), word))
            self._likeliest[past] = made
        return self._likeliest[past]

    def one(self, word: str) -> float:
        """How likely a word is anywhere."""
        seen, kinds = self._sums[()], len(self.words)
        if word in self.words:
            return self._after[()][word] / (seen + kinds)
        return kinds / (seen + kinds)

    def mixed(self, past: tuple[str, ...], word: str, chance: float) -> float:
        """How likely a word is after others, where `chance` is how likely it is after fewer."""
        after = self._after.get(past)
        if after is None:
            return chance
        kinds = len(after)
        return (after.get(word, 0) + kinds * chance) / (self._sums[past] + kinds)


@cache
def _counts() -> Counts:
    packed = resources.files("ui.voice").joinpath("prior.json.gz").read_bytes()
    return Counts((tuple(past), word, often) for past, word, often in unpacked(packed))


def packed_of(rows: Iterable[tuple[tuple[str, ...], str, int]]) -> bytes:
    """Counts as they are kept."""
    grouped: dict[str, dict[str, int]] = {}
    for past, word, often in rows:
        grouped.setdefault(" ".join(past), {})[word] = often
    return gzip.compress(json.dumps(grouped, separators=(",", ":")).encode(), mtime=0)


def unpacked(packed: bytes) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """Counts as they were given to `packed_of`."""
    grouped: dict[str, dict[str, int]] = json.loads(gzip.decompress(packed))
    for past, after in grouped.items():
        for word, often in after.items():
            yield tuple(past.split()), word, often


def _beginnings(words: Iterable[str]) -> Iterator[str]:
    return (word[:i] for word in words for i in range(1, len(word) + 1))


@cache
def _figures_that_begin(part: str) -> list[str]:
    return [word for word in _FIGURES if word.startswith(part)]


def begins_english(part: str) -> bool:
    """Whether a word of commands or of English begins so."""
    return part in _prefixes()


@cache
def _prefixes() -> frozenset[str]:
    words = _counts().words | english() | _FIGURES
    return frozenset(_beginnings(words))
