"""What the words at one place of a sentence may be: every reading, however long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agent.brains.embedded.inflection import is_plural
from agent.brains.embedded.items import Kinds
from agent.brains.embedded.lexicon import longest, phrases, vocabulary
from agent.brains.embedded.moments import time_at
from agent.brains.embedded.numbers import UNITS, number_at
from agent.brains.embedded.site import Site
from agent.brains.embedded.text import Token

_NAME, _TIME, _VALUE, _NUMBER, _PHRASE, _STEM, _KEY = 9, 8, 7, 6, 5, 4, 3
"""Which of two readings of the same length goes first."""

_SAID_DIGITS = ("one", "two", "three", "four", "five", "six", "eight", "ten")
_AFTER_A_FIGURE = frozenset(
    {
        "more", "of", "new", "newest", "oldest", "times", "biggest", "machines", "vms", "servers",
        "boxes", "snapshots", "days",
    }
)  # fmt: skip


_BEFORE_A_FIGURE = frozenset(
    {
        "to", "by", "than", "at", "over", "under", "above", "below", "about", "around", "of", "$",
        "exactly", "+", "-", ">", "<", ">=", "<=", "=", "size", "count", "equals", "is", "older",
        "top", "first", "last", "ticket", "number", "code", "port",
    }
)  # fmt: skip


_HOW_LARGE = frozenset({"large", "small", "big", "medium"})
"""Sizes that are ordinary words after "as": "twice as large"."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading: where it ends, how likely it is, and what the words are by it."""

    end: int
    rank: int
    kinds: Kinds
    plural: bool = False


class Candidates:
    """Every reading of the words of one sentence, against the lexicon and one site."""

    def __init__(self, site: Site, now: datetime, tokens: list[Token], words: list[str]) -> None:
        self._site = site
        self._now = now
        self._tokens = tokens
        self._words = words
        self._phrases = phrases()

    def at(self, i: int) -> list[Candidate]:
        """The readings of the words from `i` on, the longest and likeliest first."""
        found = [*self._names(i), *self._times(i), *self._values(i), *self._snapshot_or_key(i)]
        found.extend(self._one_unit(i))
        if number := number_at(self._words, i):
            found.append(self._number(i, *number))
            if number[1] == i + 1 and (names := self._site.names.by_number(self._words[i])):
                found.extend(self._numbered(i, names))
        found.extend(self._phrase(i))
        if not any(c.rank in (_VALUE, _NAME) for c in found):
            found.extend(self._stem(i, found))
        found.sort(key=lambda c: (c.end, c.rank), reverse=True)
        return found

    def _names(self, i: int) -> Iterator[Candidate]:
        word = self._words[i]
        if match := self._site.names.at(self._words, i):
            names, end = match
            plural = end == i + 1 and word not in self._site.names.exact and word.endswith("s")
            if not (plural and (word,) in self._site.values) and self._name_fits(i, end):
                yield Candidate(end, _NAME, {"names": list(names)})
        elif unknown := self._site.names.unknown_at(self._words, i):
            yield Candidate(unknown[1], _NAME, {"unknown_name": unknown[0]})
        if "*" in word and len(word) > 1:
            yield Candidate(i + 1, _NAME, {"glob": [word]}, True)
        elif names := _expanded(word):
            yield Candidate(i + 1, _NAME, {"names": names}, True)

    def _name_fits(self, i: int, end: int) -> bool:
        """A name spoken over several words must not swallow a list, a figure or an amount."""
        if end - i == 1:
            return True
        tokens = self._tokens[i:end]
        if any(not t.spaced and t.start != tokens[0].start and t.text in ",.;:" for t in tokens):
            return False
        last = self._words[end - 1]
        if last == "one" and i and self._words[i - 1] in ("the", "that", "this", "which"):
            return False  # "the sandbox one": one of those, not number one
        after = self._words[end] if end < len(self._words) else ""
        if not last.isdigit() and last not in _SAID_DIGITS:
            return True
        amount = after in UNITS and after not in ("c", "g", "m", "d", "h", "t")
        return not amount and after not in _AFTER_A_FIGURE

    def _numbered(self, i: int, names: list[str]) -> Iterator[Candidate]:
        """A machine by its number alone, where nothing makes the number a figure."""
        before = self._words[i - 1] if i else ""
        after = self._words[i + 1] if i + 1 < len(self._words) else ""
        if before in _BEFORE_A_FIGURE or after in UNITS or after in _AFTER_A_FIGURE:
            return
        yield Candidate(i + 1, _NAME, {"names": list(names)})

    def _times(self, i: int) -> Iterator[Candidate]:
        if self._words[i] in self._site.names.figures:
            return
        if found := time_at(self._words, i, self._now):
            time, end = found
            while end > i + 1 and self._words[end - 1] in ("and", ",", "at", "on", "the"):
                end -= 1
            yield Candidate(end, _TIME, {"time": time})

    def _ends(self, i: int, longest: dict[str, int]) -> range:
        """Where a phrase that begins at `i` may end, the longest first."""
        return range(min(len(self._words), i + longest.get(self._words[i], 0)), i, -1)

    def _values(self, i: int) -> Iterator[Candidate]:
        for end in self._ends(i, self._site.longest):
            phrase = tuple(self._words[i:end])
            values = self._site.values.get(phrase)
            if end == i + 1 and i and self._words[i - 1] == "as" and phrase[0] in _HOW_LARGE:
                continue
            if not values or (phrase == ("us",) and not self._means_america(i)):
                continue
            itself = any(phrase[-1] == v.casefold() for _, found in values for v in found)
            yield Candidate(end, _VALUE, {"value": values}, is_plural(phrase[-1]) and not itself)
            break
        yield from self._spoken(i)

    def _spoken(self, i: int) -> Iterator[Candidate]:
        """A size, image, place or group said in words: "m six i dot x large"."""
        match = self._site.spoken.at(self._words, i)
        if match is None or match[1] == i + 1 or not self._name_fits(i, match[1]):
            return
        values = [v for name in match[0] for v in self._site.values.get((name.casefold(),), ())]
        if values:
            yield Candidate(match[1], _VALUE, {"value": values})

    def _means_america(self, i: int) -> bool:
        before = self._words[i - 1] if i else ""
        after = self._words[i + 1] if i + 1 < len(self._words) else ""
        return self._tokens[i].text.isupper() or (
            before in ("in", "the", "across", "from", "all") and after != "to"
        )

    def _snapshot_or_key(self, i: int) -> Iterator[Candidate]:
        word = self._words[i]
        if word in self._site.snapshots:
            yield Candidate(i + 1, _NAME, {"snapshot_name": self._site.snapshots[word]})
        for end in (i + 2, i + 1):
            key = self._site.tag_keys.get(" ".join(self._words[i:end]))
            if key and end <= len(self._words):
                yield Candidate(end, _KEY, {"key": key})
                return

    def _number(self, i: int, value: float, end: int) -> Candidate:
        """A figure, with its unit if one follows: "8", "16 GB", "two more cores", "100+"."""
        words = [*self._words, "", ""]
        kinds: Kinds = {"number": value}
        j = end
        if words[j] == "+":
            kinds["plus"] = True
            j += 1
        if words[j] in ("-", "virtual"):
            j += 1
        if words[j] in ("more", "extra", "additional") and words[j + 1] in UNITS:
            kinds["more"] = words[j]
            j += 1
        if not self._is_unit(i, j, value):
            return Candidate(end, _NUMBER, kinds, value != 1)
        unit, scale = UNITS[words[j]]
        kinds["amount"] = (value * scale, unit)
        kinds["unit_word"] = words[j]
        if words[j + 1] == "+":
            kinds["plus"] = True
            return Candidate(j + 2, _NUMBER, kinds, True)
        return Candidate(j + 1, _NUMBER, kinds, value != 1)

    def _one_unit(self, i: int) -> Iterator[Candidate]:
        """ "a terabyte", "half a gig": an amount without a figure."""
        words = self._words
        half = words[i : i + 2] == ["half", "a"]
        j = i + 2 if half else i + 1
        led = half or words[i] in ("a", "an", "another")
        if not led or j >= len(words) or len(words[j]) < 3:
            return
        unit, scale = UNITS.get(words[j], ("", 0.0))
        age = unit in ("days", "hours") and i > 0 and words[i - 1] == "than"
        if unit == "gib" or age:
            value = 0.5 if half else 1.0
            kinds = {"number": value, "amount": (value * scale, unit), "unit_word": words[j]}
            yield Candidate(j + 1, _NUMBER, kinds)

    def _is_unit(self, i: int, j: int, value: float) -> bool:
        """Whether the word at `j` is the unit of the figure at `i`; in "top 5 cpu" it is not."""
        word = self._words[j] if j < len(self._words) else ""
        ranked = i > 0 and self._words[i - 1] in ("top", "bottom", "first", "worst", "best")
        if word not in UNITS or (ranked and word in ("cpu", "cpus", "processor", "iops")):
            return False
        return word != "m" or value == int(value)

    def _phrase(self, i: int) -> Iterator[Candidate]:
        for end in self._ends(i, longest()):
            entries = self._phrases.get(tuple(self._words[i:end]))
            if not entries or any(t.quoted for t in self._tokens[i + 1 : end]):
                continue
            kinds: Kinds = {}
            for kind, value in entries:
                kinds.setdefault(kind, value)
            plural = kinds.get("noun") == 2 or is_plural(self._words[end - 1])
            yield Candidate(end, _PHRASE, kinds, plural)
            return

    def _stem(self, i: int, found: list[Candidate]) -> Iterator[Candidate]:
        match = self._site.names.stem_at(self._words, i)
        if match is None:
            return
        stem, end, plural = match
        if self._stem_fits(i, end, found):
            yield Candidate(end, _STEM, {"stem": stem}, plural)
        elif len(self._words[i]) > 2:
            yield Candidate(end, _STEM, {"weak_stem": stem}, plural)

    def _stem_fits(self, i: int, end: int, found: list[Candidate]) -> bool:
        """A stem of one word must not be an ordinary word, nor a letter."""
        if end - i > 1:
            return True
        if any(c.end >= end and c.rank >= _PHRASE for c in found):
            return self._words[i] not in vocabulary()
        return len(self._words[i]) >= 2


def _expanded(word: str) -> list[str]:
    """Names by a range or a list in brackets: web-0[1-3], api-eu-{1,2}."""
    match = re.fullmatch(r"([\w.-]*)[\[{]([\w,.-]+)[\]}]([\w.-]*)", word)
    if not match:
        return []
    before, inside, after = match.groups()
    parts: list[str] = []
    for part in inside.split(","):
        span = re.fullmatch(r"(\d+)(?:-|\.\.)(\d+)", part)
        if span and int(span[2]) - int(span[1]) < 1000:
            width = len(span[1])
            parts.extend(str(n).zfill(width) for n in range(int(span[1]), int(span[2]) + 1))
        else:
            parts.append(part)
    return [f"{before}{part}{after}" for part in parts]
