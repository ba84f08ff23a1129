"""What a fleet's names, tags and regions sound like, beside the words that NovaCron knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, product

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from agent.brains.embedded.lexicon import everyday_words, vocabulary
from agent.brains.embedded.names import key_of
from agent.brains.embedded.numbers import ONES, TENS
from agent.brains.embedded.site import Site
from agent.brains.embedded.spelling import english
from ui.voice.sounds import distance, sound, spelled, weight

_SAID: dict[str, tuple[str, ...]] = {
    "prod": ("production",), "stg": ("staging", "stage"), "dev": ("development",),
    "db": ("database",), "srv": ("server", "serve"), "sql": ("sequel",), "win": ("windows",),
    "ml": ("em el",), "gw": ("gateway",), "lon": ("london",), "fra": ("frankfurt",),
    "nyc": ("new york",), "osl": ("oslo",), "got": ("gothenburg",), "bld": ("build",),
    "svc": ("service",), "mgmt": ("management",), "app": ("application",), "ora": ("oracle",),
}  # fmt: skip
"""Other ways to say a piece of a name."""
_MOST_WAYS = 12
_MOST_NUMBERED = 2_000
_SHORT = 4
"""A piece of so many letters may be said letter by letter."""
_CLASSES = str.maketrans({
    **dict.fromkeys("aeioOuEYWQ", "a"), **dict.fromkeys("bp", "p"), **dict.fromkeys("dtT", "t"),
    **dict.fromkeys("gk", "k"), **dict.fromkeys("fv", "f"), **dict.fromkeys("szSCj", "s"),
    **dict.fromkeys("mn", "n"), **dict.fromkeys("rlwyh", "r"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that may have been said.

    Attributes:
        written: as NovaCron reads it; of a stem, without its number.
        numbers: of a stem: each number that a name has → that name.
        names: how many machines bear the name; 0 for ordinary words.
    """

    written: str
    numbers: dict[int, str] = field(default_factory=dict[int, str])
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """A unit that sounds like what was heard."""

    unit: Unit
    far: float


class Sounding:
    """Units by their sounds, searched by likeness."""

    def __init__(self, said: Iterable[tuple[str, Unit]]) -> None:
        self._units: dict[str, list[Unit]] = {}
        for sounds, unit in said:
            known = self._units.setdefault(sounds, [])
            if unit not in known:
                known.append(unit)
        self._sounds = list(self._units)
        self._rough = [sounds.translate(_CLASSES) for sounds in self._sounds]

    def near(self, heard: str, limit: int = 6) -> list[Near]:
        """The units that sound like this, the nearest first, each once."""
        rough = heard.translate(_CLASSES)
        most = max(1, int(len(rough) * 0.5))
        found = process.extract(
            rough, self._rough, scorer=Levenshtein.distance, score_cutoff=most, limit=40
        )
        best: dict[str, Near] = {}
        for _, _, index in found:
            sounds = self._sounds[index]
            far = distance(heard, sounds)
            if far > tolerance(sounds):
                continue
            for unit in self._units[sounds]:
                if unit.written not in best or far < best[unit.written].far:
                    best[unit.written] = Near(unit, far)
        return sorted(best.values(), key=lambda near: near.far)[:limit]


def tolerance(sounds: str) -> float:
    """How far something may be from these sounds and still be taken for them."""
    heavy = weight(sounds)
    return 0.4 * heavy if heavy > 3 else 0.3 * heavy


@dataclass(frozen=True)
class Lexicon:
    """The words of one fleet for the ear.

    Attributes:
        stems: names without their last number.
        names: names and things that end in no number.
        numbered: whole names with their number, where a number is not heard as one.
        words: ordinary words of the trade, tag values and places.
        known: words that are kept as they were heard.
        exact: names, places, tags and their keys as they are written.
        parts: words of names: "runner" of `ci-runner-1`.
    """

    stems: Sounding
    names: Sounding
    numbered: Sounding
    words: Sounding
    known: frozenset[str]
    exact: frozenset[str]
    parts: frozenset[str]

    def familiarity(self, word: str) -> float:
        """What it costs to keep a word: nothing where NovaCron knows it, or what owns something."""
        word = word.removesuffix("'s")
        if word in self.known or word.isdigit():
            return 0.0
        if len(word) == 1:
            return 0.4
        return 0.7 if word in english() else 1.2

    def is_strange(self, word: str) -> bool:
        """Whether a word is of no language: "call" was said, it is no misheard "kill"."""
        words = {word, word.partition("'")[0]}
        spelled = len(word) == 1 or word.isdigit()
        return not spelled and not words & self.known and not words & english()


def lexicon_of(site: Site) -> Lexicon:
    """The words of a fleet as they are said."""
    names = [host for name in _names(site) if (host := name.partition(".")[0] or name)]
    stems, whole = _stems(names)
    phrases = [" ".join(phrase) for phrase in site.values]
    words = {p for p in phrases if p.replace(" ", "").isalpha() and len(p) > 2} | _ordinary()
    return Lexicon(
        Sounding((way, unit) for unit in stems for way in ways(key_of(unit.written))),
        Sounding((way, unit) for unit in whole for way in ways(key_of(unit.written))),
        Sounding(_numbered(stems)),
        Sounding((way, Unit(word)) for word in sorted(words) for way in _said(word)),
        _known(site, names, phrases),
        frozenset(n.casefold() for n in (*names, *phrases, *site.tag_keys)),
        frozenset(part for name in names for part in key_of(name) if len(part) > 3),
    )


def names_said(site: Site) -> tuple[str, ...]:
    """Names without their numbers as they are said, the commonest first."""
    names = (name for found in site.names.exact.values() for name in found)
    hosts = (name.partition(".")[0] or name for name in names)
    stems = Counter(re.sub(r"[-_. ]?\d+$", "", host) or host for host in hosts)
    said = (" ".join(re.findall(r"\w+", stem)) for stem, _ in stems.most_common())
    return tuple(dict.fromkeys(name for name in said if name.isprintable() and len(name) < 40))


def _names(site: Site) -> list[str]:
    machines = dict.fromkeys(name for found in site.names.exact.values() for name in found)
    return [*machines, *site.hosts.values(), *site.groups]


def _stems(names: list[str]) -> tuple[list[Unit], list[Unit]]:
    numbers: dict[str, dict[int, str]] = {}
    whole: list[Unit] = []
    for name in dict.fromkeys(names):
        found = re.fullmatch(r"(.*?[A-Za-z][-_. ]*)0*(\d{1,9})", name)
        if found is None:
            whole.append(Unit(name, is_name=True))
        else:
            numbers.setdefault(found[1].rstrip("-_. ").casefold(), {})[int(found[2])] = name
    return [Unit(stem, found, True) for stem, found in numbers.items()], whole


def _numbered(stems: list[Unit]) -> Iterator[tuple[str, Unit]]:
    """Names as they are said with their number; too many would be too much alike."""
    names = [(stem, figure, name) for stem in stems for figure, name in stem.numbers.items()]
    for stem, figure, name in names if len(names) <= _MOST_NUMBERED else ():
        for way in ways(key_of(stem.written))[:4]:
            for said in _figure_ways(figure):
                yield way + said, Unit(name, is_name=True)


def _figure_ways(figure: int) -> tuple[str, ...]:
    digits = _digits(str(figure))
    padded = (sound("oh") + digits, sound("zero") + digits) if figure < 10 else ()
    return tuple(dict.fromkeys((digits, _counted(figure), *padded)))


def ways(pieces: Iterable[str]) -> list[str]:
    """The sounds of a name, each way in which its pieces may be said."""
    each = [_ways_of(piece) for piece in pieces]
    return ["".join(way) for way in islice(product(*each), _MOST_WAYS)]


@cache
def _ways_of(piece: str) -> tuple[str, ...]:
    if piece.isdigit():
        return tuple(dict.fromkeys((_digits(piece), _counted(int(piece)))))
    said = [sound(piece)]
    if len(piece) <= _SHORT:
        said.append(spelled(piece))
    said += ["".join(map(sound, way.split())) for way in _SAID.get(piece, ())]
    return tuple(dict.fromkeys(said))


_WORDS = {n: word for word, n in ({**TENS, **ONES}).items() if word != "fourty"}


def figure_sounds(figures: str) -> str:
    """How a figure that was written down was most likely said."""
    short = len(figures) == 2 and figures[0] != "0"
    return _counted(int(figures)) if short else _digits(figures)


def _digits(figures: str) -> str:
    return "".join(sound("oh" if f == "0" else _WORDS[int(f)]) for f in figures)


def _counted(figure: int) -> str:
    if figure in _WORDS:
        return sound(_WORDS[figure])
    tens, ones = divmod(figure, 10)
    return _counted(tens * 10) + sound(_WORDS[ones]) if figure < 100 else _digits(str(figure))


def _said(phrase: str) -> list[str]:
    whole = "".join(map(sound, phrase.split()))
    short = len(phrase) <= 3 and phrase.isalpha()
    return [whole, spelled(phrase)] if short else [whole]


@cache
def _ordinary() -> frozenset[str]:
    """Words of the trade that people say: no forms that only a rule made."""
    return frozenset(
        w for w in vocabulary() if w.isalpha() and len(w) > 3 and w in english() | everyday_words()
    )


def _known(site: Site, names: list[str], phrases: list[str]) -> frozenset[str]:
    parts = (p for text in (*names, *phrases) for p in key_of(text))
    return frozenset((*vocabulary(), *everyday_words(), *parts, *site.tag_keys, *_PLAIN))


_PLAIN = (
    "a",
    "am",
    "pm",
    "i",
    "the",
    "of",
    "is",
    "it",
    "i'm",
    "what's",
    "who's",
    "that's",
    "let's",
)
