"""Names as people write and say them, looked up in the live inventory."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz, process

from agent.brains.embedded.inflection import singular
from agent.brains.embedded.numbers import DIGITS, ONES, TENS

Key = tuple[str, ...]

_COMMON = frozenset(
    {
        "use",
        "in",
        "on",
        "to",
        "my",
        "new",
        "old",
        "one",
        "two",
        "the",
        "and",
        "for",
        "of",
        "by",
        "now",
    }
)
_QUALIFIED = re.compile(r"[\w-]+(\.[a-z][\w-]*)+\.?", re.IGNORECASE)
_MOST_NUMBERED = 200
"""How many machines one figure may stand for."""

_PIECES = re.compile(r"[a-z]+|\d+")
_MAX_PIECES = 10


def key_of(name: str) -> Key:
    """Letters and numbers in order, the numbers without leading zeros: web-03 is ("web", "3")."""
    return tuple(str(int(p)) if p.isdigit() else p for p in _PIECES.findall(name.casefold()))


def _host_part(name: str) -> str:
    """The name without its domain: srv-got-1012.nordic.example is srv-got-1012."""
    return name.partition(".")[0] if _QUALIFIED.fullmatch(name) else name


@dataclass(frozen=True, slots=True)
class Stem:
    """What several names begin with: the letters, and the names that begin so."""

    key: Key
    names: tuple[str, ...]


@dataclass
class NameIndex:
    """Every name of a fleet by its pieces. Built once per inventory version.

    Attributes:
        exact: the name in lower case → names as they are written.
        keys: the pieces → names.
        stems: what stands before a name's last number or word → names.
    """

    exact: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    joined: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stems: dict[Key, list[str]] = field(default_factory=lambda: defaultdict(list))
    tails: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    words: set[str] = field(default_factory=set[str])
    starts: set[str] = field(default_factory=set[str])
    inner: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    figures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, names: Iterable[str], *, hosts: bool = False) -> NameIndex:
        """The index of these names, each once.

        Args:
            hosts: they may be fully qualified, and are said without their domain too.
        """
        index = cls()
        for name in dict.fromkeys(names):
            index.exact[name.casefold()].append(name)
            key = key_of(name)
            index.keys[key].append(name)
            if hosts and (short := _host_part(name)) != name:
                index.joined["".join(key)].append(name)
                index.exact[short.casefold()].append(name)
                key = key_of(short)
                index.keys[key].append(name)
            letters = tuple(p for p in key if not p.isdigit())
            if key and key[-1].isdigit():
                index.numbers[key[-1].lstrip("0")].append(name)
            if key and key[-1].isdigit() and len(key[-1]) > 2:
                index.figures[key[-1]].append(name)
            index.joined["".join(key)].append(name)
            for end in range(1, len(key)):
                index.stems[key[:end]].append(name)
            if len(letters) > 1 and len(key) > 1:
                index.tails[letters[-1]].append(name)
            index.words.update(letters)
            index.starts.update(piece[:3] for piece in letters)
            index.starts.add("".join(key)[:3])
            ends_in_figure = bool(key) and key[-1].isdigit()
            for piece in dict.fromkeys(letters[1:] if ends_in_figure else letters[1:-1]):
                index.inner[piece].append(name)
        return index

    def pieces(self, words: Sequence[str], i: int) -> Iterator[tuple[Key, int]]:
        """The pieces that the words from `i` on may spell and where they end, longest first."""
        runs: list[tuple[list[str], int]] = []
        said: list[str] = []
        for j in range(i, min(len(words), i + _MAX_PIECES)):
            found = self._spelled(words[j])
            if found is None:
                break
            said.extend(found)
            runs.append((list(said), j + 1))
        for run, end in reversed(runs):
            for key in _readings(run):
                yield key, end

    def _may_begin(self, word: str) -> bool:
        """Whether any name begins as this word does: most words are turned away here."""
        plain = word if word.isalnum() else "".join(_PIECES.findall(word))
        return plain[:3] in self.starts and bool(plain)

    @staticmethod
    def _spelled(word: str) -> list[str] | None:
        if word in ("dash", "hyphen", "minus", "-", "underscore", "dot", "number"):
            return []
        found = _PIECES.findall(word)
        return found or None

    @staticmethod
    def _spells_digits(word: str) -> bool:
        """Whether a letter o stands for a zero inside one written word: "web-O1" is no name."""
        return bool(re.search(r"\d", word)) and "o" in _PIECES.findall(word)

    def at(self, words: Sequence[str], i: int) -> tuple[list[str], int] | None:
        """The names that the words from `i` on spell, and the index after them."""
        if words[i] in self.exact:
            return self._longer(words, i) or (self.exact[words[i]], i + 1)
        if not self._may_begin(words[i]):
            return None
        if words[i].endswith("s") and words[i][:-1] in self.exact and len(words[i]) > 4:
            return self.exact[words[i][:-1]], i + 1
        best: tuple[list[str], int] | None = None
        for key, end in self.pieces(words, i):
            if any(self._spells_digits(w) for w in words[i:end]):
                continue
            names = self.keys.get(key)
            if not names and end - i > 1:
                names = self.joined.get("".join(key))
            if not names and end - i == 1 and len(key) > 1:
                names = self.joined.get("".join(key))
            if names:
                best = (names, end)
                break
        return best

    def _longer(self, words: Sequence[str], i: int) -> tuple[list[str], int] | None:
        """ "bastion use one", where one machine is called bastion and another bastion-use1."""
        own, further = key_of(words[i]), words[i + 1 : i + 2]
        if own[-1].isdigit() or not further or not further[0].isalpha() or further[0] in DIGITS:
            return None
        if (*own, further[0]) not in self.stems:
            return None
        for key, end in self.pieces(words, i):
            if end > i + 1 and key[: len(own)] == own and (names := self.keys.get(key)):
                return names, end
        return None

    def by_number(self, word: str) -> list[str]:
        """The one name that ends in this figure of three digits or more: "power up 3003"."""
        names = self.figures.get(word, []) if len(word) > 2 else []
        return names if len(names) == 1 else []

    def ending(self, word: str) -> list[str]:
        """Every name that ends in this figure, with or without leading zeros."""
        found = self.numbers.get(word.lstrip("0"), [])
        return found if len(found) <= _MOST_NUMBERED else []

    def unknown_at(self, words: Sequence[str], i: int) -> tuple[str, int] | None:
        """A name of a known stem with a number that none has, said with its zero: "web oh nine"."""
        if not self._may_begin(words[i]):
            return None
        for key, end in self.pieces(words, i):
            zero = any(w in ("oh", "o", "zero", "nought") for w in words[i + 1 : end])
            if zero and key[-1].isdigit() and key[:-1] in self.stems and key not in self.keys:
                return "-".join((*key[:-1], key[-1].zfill(2))), end
        return None

    def stem_at(self, words: Sequence[str], i: int) -> tuple[Stem, int, bool] | None:
        """The stem that the words from `i` on spell, the index after it, and if it was plural."""
        if not self._may_begin(words[i]):
            return None
        for key, end in self.pieces(words, i):
            if not key or not any(p.isalpha() for p in key):
                continue
            if names := self._of_stem(key):
                return Stem(key, tuple(names)), end, False
            bare = (*key[:-1], singular(key[-1]))
            if bare != key and (names := self._of_stem(bare)):
                return Stem(bare, tuple(names)), end, True
        return None

    def _of_stem(self, key: Key) -> list[str] | None:
        """Names of which this is a stem, or else a whole word."""
        names = self.stems.get(key)
        if names and (len(names) > 1 or key[-1].isalpha()):
            return names
        if len(key) == 1 and key[0] in self.tails and len(key[0]) > 2 and key[0] not in _COMMON:
            return self.tails[key[0]]
        if len(key) == 1 and key[0] in self.inner and key[0] not in _COMMON:
            return self.inner[key[0]]
        return None

    def numbered(self, name: str, digits: str) -> list[str]:
        """The names like this one with another last number: ("web-01", "02") is web-02."""
        key = key_of(_host_part(name))
        if not key or not key[-1].isdigit() or not digits.isdigit():
            return []
        return self.keys.get((*key[:-1], str(int(digits))), [])

    def between(self, first: str, last: str) -> list[str]:
        """The names from the first to the last, of one stem, by their numbers."""
        low, high = key_of(_host_part(first)), key_of(_host_part(last))
        if low[:-1] != high[:-1] or not (low[-1].isdigit() and high[-1].isdigit()):
            return []
        numbers = range(int(low[-1]), int(high[-1]) + 1)
        if len(numbers) > 1000:
            return []
        return [n for x in numbers for n in self.keys.get((*low[:-1], str(x)), [])]

    def closest(self, text: str, limit: int = 3, cutoff: float = 60) -> list[str]:
        """The names most like this text, best first."""
        ranked = process.extract(
            text.casefold(), self._folded, scorer=fuzz.ratio, limit=limit, score_cutoff=cutoff
        )
        return [self.exact[found][0] for found, _, _ in ranked]

    @cached_property
    def _folded(self) -> list[str]:
        return list(self.exact)


def _readings(run: Sequence[str]) -> Iterator[Key]:
    """What spoken pieces may mean: digits in a row joined, or a number in words."""
    plain: list[str] = []
    digits = ""
    for piece in run:
        if piece.isdigit():
            digits += piece
        elif piece in DIGITS and (plain or digits):
            digits += DIGITS[piece]
        else:
            if digits:
                plain.append(str(int(digits)))
                digits = ""
            plain.append(piece)
    if digits:
        plain.append(str(int(digits)))
    yield tuple(plain)
    counted = _counted(run)
    if counted != tuple(plain):
        yield counted
    apart = tuple(str(int(p)) if p.isdigit() else p for p in run)
    if apart != tuple(plain):
        yield apart


def _counted(run: Sequence[str]) -> Key:
    """Number words as one number: ("vdi", "one", "hundred", "and", "four") is ("vdi", "104")."""
    made: list[str] = []
    total: int | None = None
    for n, piece in enumerate(run):
        said = TENS.get(piece, ONES.get(piece)) if made else None
        if said is not None and piece not in ("oh", "o", "zero"):
            grown = _with(total, said)
            if grown is None:
                made.append(str(total))
            total = said if grown is None else grown
        elif made and piece == "hundred" and total is not None and total < 100:
            total *= 100
        elif piece == "and" and total and total % 100 == 0 and _is_number(run[n + 1 : n + 2]):
            continue
        else:
            if total is not None:
                made.append(str(total))
                total = None
            if piece not in ("oh", "o", "zero"):
                made.append(str(int(piece)) if piece.isdigit() else piece)
    if total is not None:
        made.append(str(total))
    return tuple(made)


def _with(total: int | None, said: int) -> int | None:
    """A number that goes on: "twenty" and "one" are 21, "one" and "two" are no number."""
    if total is None:
        return said
    if total == 20 and said > 9:
        return 2000 + said
    ones = total % 100 == 0 and total > 0
    tens = 20 <= total % 100 <= 90 and total % 10 == 0 and 0 < said < 10
    return total + said if ones or tens else None


def _is_number(pieces: Sequence[str]) -> bool:
    return bool(pieces) and (pieces[0] in ONES or pieces[0] in TENS)
