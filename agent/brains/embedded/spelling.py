"""Spelling: a misspelt ordinary word is mended; names are not guessed at."""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib import resources

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.brains.embedded.inflection import singular
from agent.brains.embedded.lexicon import everyday_words, phrases, vocabulary
from agent.brains.embedded.site import Site
from agent.brains.embedded.text import Token


@cache
def english() -> frozenset[str]:
    """Everyday English, from pyspellchecker's word frequencies: such a word is not misspelt."""
    packed = resources.files("spellchecker").joinpath("resources/en.json.gz").read_bytes()
    text = gzip.decompress(packed).decode()
    return frozenset(re.findall(r'"([a-z]+)": ?(?:\d{4,}|[3-9]\d\d)\b', text))  # counts from 300


_PREFIXES = ("re", "un", "de", "pre", "mis", "over", "out")
"""With which an everyday word makes another one: "recabling"."""


def _says_the_opposite(word: str, meant: str) -> bool:
    """ "undelete" is no misspelt "delete"."""
    return any(word == prefix + meant for prefix in ("un", "non", "de", "dis", "re", "anti"))


def _has_two_letters_swapped(word: str) -> bool:
    """ "unsued" is "unused", and not the opposite of "sued"."""
    swapped = (word[:k] + word[k + 1] + word[k] + word[k + 2 :] for k in range(len(word) - 1))
    return any(meant in vocabulary() for meant in swapped)


class Speller:
    """Mends words against the lexicon and the words of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def mended(self, token: Token) -> str:
        """An ordinary word with its spelling mended; any other as it is."""
        word = token.low
        if token.quoted or len(word) < 4 or not word.isalpha() or self._is_known(word):
            return word
        if word.endswith("in") and len(word) > 4 and f"{word}g" in vocabulary() | english():
            return f"{word}g"
        meant = self._meant(word)
        return meant if meant is not None and not _says_the_opposite(word, meant) else word

    def _is_known(self, word: str) -> bool:
        site = self._site
        return (
            word in vocabulary()
            or (word,) in site.values
            or word in site.names.exact
            or word in site.names.words
            or singular(word) in site.names.words
            or word in site.tag_keys
            or word in everyday_words()
            or word in english()
            or (
                any(word.removeprefix(p) in english() for p in _PREFIXES if word.startswith(p))
                and not _has_two_letters_swapped(word)
            )
        )

    def _meant(self, word: str) -> str | None:
        """The one known word that this is a misspelling of, unless a name is as close."""
        cutoff = 1 if len(word) < 8 or word.endswith("ing") else 2
        near = process.extract(word, _mendable(), scorer=OSA.distance, score_cutoff=cutoff, limit=6)
        same_start = [f for f in near if f[0][0] == word[0]]
        if not same_start and len(word) >= 5:
            same_start = near
        name = process.extractOne(
            word, self._site.names.words, scorer=OSA.distance, score_cutoff=cutoff
        )
        if name is not None and (not same_start or name[1] <= same_start[0][1]):
            return None
        values = [w for (w, *rest) in self._site.values if not rest and w.isalpha()]
        value = process.extractOne(word, values, scorer=OSA.distance, score_cutoff=1)
        if same_start:
            best = min(same_start, key=lambda f: (f[1], _rank(f[0]), f[0]))
            if value is None or value[1] > best[1]:
                return best[0]
        if value is not None and len(word) >= 5 and value[0] not in self._site.names.exact:
            return value[0]
        return None


@cache
def _mendable() -> list[str]:
    return sorted(w for w in vocabulary() if len(w) > 3 and w.isalpha())


def _rank(word: str) -> int:
    """Verbs of ours before other words, when both are as close."""
    entries = phrases().get((word,), ())
    return 0 if any(kind == "verb" for kind, _ in entries) else 1
