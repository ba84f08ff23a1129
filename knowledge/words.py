"""Searching by words: stems, how telling each is, and BM25 over passages."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+")
_K1, _B = 1.2, 0.6
_MOST = 40

_SAY_NOTHING = """
    a about after again all also am an and any are as at be because been before being but by can
    cant cannot could did do does doesnt doing dont down each every fix for from get gets getting
    give go goes going got guys had has have having he help her here hey hi his how i id if im in
    into is isnt it its itself ive just keep keeps know let lets like make makes
    may me mine more most my need needs no not now of off on once one only or other our out over
    own please pls problem same
    she should show so some such tell than thanks that thats the their them then
    there these they thing this those to too under until up us use used
    very was we were what whats when where which while who why will with wont would you your
    happen happens way best issue
"""
STOP_WORDS = frozenset(_SAY_NOTHING.split())
"""Words that say nothing about what is asked."""


def content_words(text: str) -> list[str]:
    """The stems of the words of a text that say what it is about, in order."""
    folded = text.casefold().replace("'", "").replace("’", "")
    words = (w for w in _WORD.findall(folded) if w not in STOP_WORDS)
    return [_stem(w) for w in words if len(w) > 1 or w.isdigit()]


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    made: Any = Stemmer
    return made.Stemmer("english")


class WordIndex:
    """BM25 over texts; what a score could be at most is known too."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s

        tokens = [content_words(text) for text in texts]
        self._size = len(tokens)
        self._of = [frozenset(words) for words in tokens]
        self._seen: Counter[str] = Counter(w for words in self._of for w in words)
        self._bm25: Any = None
        if self._seen:
            self._bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
            self._bm25.index(tokens, show_progress=False)

    def weight(self, word: str) -> float:
        """How telling a word is: a rare one says more, one that no text knows most of all."""
        seen = self._seen.get(word, 0)
        return math.log(1 + (self._size - seen + 0.5) / (seen + 0.5))

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """For each text the share of what the words could score at most, 0 to 1."""
        asked = list(dict.fromkeys(words))[:_MOST]
        known = [w for w in asked if w in self._seen]
        if not known:
            return np.zeros(self._size, np.float32)
        most = sum(self.weight(w) for w in asked)
        return self._bm25.get_scores(known).astype(np.float32) / most

    def share(self, text: int, words: Sequence[str]) -> float:
        """How much of the words' weight one text speaks of, 0 to 1."""
        asked = list(dict.fromkeys(words))[:_MOST]
        whole = sum(self.weight(w) for w in asked)
        spoken = sum(self.weight(w) for w in asked if w in self._of[text])
        return spoken / whole if whole else 0.0
