"""Ranking: meaning and words fused into one order, and the belief that an answer is there at all.

The weights and the refusal were chosen on the dev cases of `evals/retrieval`; docs/knowledge.md
has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from knowledge.passages import Document, Passage
from knowledge.words import WordIndex, content_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge.embedding import Vectors

    Numbers = NDArray[np.float32]

WORDS_WEIGHT = 0.5
"""What words count beside meaning: those of the passage, and as much those of the document."""

_BELIEF = (15.1, 5.56, -6.92)
"""Log odds that a document answers: by nearness, by the share of the question it speaks of."""
SURE_SHIPPED, SURE_ADDED = 0.5, -0.1
"""The least belief; the runbooks that ship list how people say things, so more is asked of them."""

QUOTED = 900
"""Characters that are quoted of one place."""

Near = Callable[["Vectors", "Filters"], list[tuple[int, float]]]
"""The passages nearest to a vector, with their cosine; not necessarily all."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What an answer must be about; empty: anything.

    A document that names no provider or system passes for any of them; a tool must be named.
    """

    provider: str = ""
    system: str = ""
    tool: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.provider or self.system or self.tool)

    def allow(self, document: Document) -> bool:
        """Whether a document passes."""
        return (
            (not self.provider or not document.providers or self.provider in document.providers)
            and (not self.system or not document.systems or self.system in document.systems)
            and (not self.tool or self.tool in document.tools)
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that fits, with the passage that fits best.

    Attributes:
        score: nearness and words together; larger is better.
        belief: log odds that it answers.
        text: the passage with what stands around it under the same heading.
    """

    document: Document
    passage: Passage
    score: float
    belief: float
    text: str

    @property
    def sure(self) -> bool:
        """Whether it may be given as an answer."""
        return self.belief >= (SURE_ADDED if self.document.source else SURE_SHIPPED)


@dataclass(frozen=True)
class Shelf:
    """Documents with their passages, and how the passages nearest to a vector are found."""

    documents: Sequence[Document]
    passages: Sequence[Passage]
    near: Near


@dataclass
class Corpus:
    """Several shelves searched as one.

    Attributes:
        owners: the place of each passage's document.
        words: the passages by their words.
    """

    shelves: Sequence[Shelf]
    documents: list[Document] = field(init=False)
    passages: list[Passage] = field(init=False)
    owners: NDArray[np.int64] = field(init=False)
    words: WordIndex = field(init=False)

    def __post_init__(self) -> None:
        """Index what the shelves hold."""
        self.documents = [d for shelf in self.shelves for d in shelf.documents]
        self.passages = [p for shelf in self.shelves for p in shelf.passages]
        owners: list[int] = []
        first = 0
        for shelf in self.shelves:
            place = {d.file: first + i for i, d in enumerate(shelf.documents)}
            owners += [place[p.file] for p in shelf.passages]
            first += len(shelf.documents)
        self.owners = np.array(owners, np.int64)
        self.words = WordIndex([p.meant for p in self.passages])
        texts = [[d.title, *d.aliases] for d in self.documents]
        for passage, owner in zip(self.passages, owners, strict=True):
            texts[owner].append(f"{passage.heading} {passage.text}")
        self._whole = WordIndex([" ".join(parts) for parts in texts])

    def search(
        self, question: str, vector: Vectors, filters: Filters | None = None, limit: int = 5
    ) -> list[Hit]:
        """The documents that fit best, whether they answer or not."""
        if not self.passages:
            return []
        filters = filters or Filters()
        words = content_words(question)
        near = self._near(vector, filters)
        spoken = self.words.scores(words)
        dense = self._best(near)
        scores = dense + WORDS_WEIGHT * (self._best(spoken) + self._whole.scores(words))
        if filters.narrow:
            allowed = np.array([filters.allow(d) for d in self.documents])
            scores = np.where(allowed, scores, -np.inf)
        order = np.argsort(-scores, kind="stable")[:limit]
        within = (near + WORDS_WEIGHT * spoken).astype(np.float32)
        return [
            self._hit(int(i), float(scores[i]), float(dense[i]), within, words)
            for i in order
            if np.isfinite(scores[i])
        ]

    def _near(self, vector: Vectors, filters: Filters) -> Numbers:
        """The cosine of each passage; where its shelf did not name it, the least of the named."""
        parts: list[Numbers] = []
        for shelf in self.shelves:
            found = shelf.near(vector, filters) if shelf.passages else []
            least = min((cosine for _, cosine in found), default=0.0)
            part = np.full(len(shelf.passages), least, np.float32)
            for i, cosine in found:
                part[i] = cosine
            parts.append(part)
        return np.concatenate(parts)

    def _best(self, of_passages: Numbers) -> Numbers:
        """For each document the largest figure of its passages."""
        best = np.full(len(self.documents), -1.0, np.float32)
        np.maximum.at(best, self.owners, of_passages)
        return best

    def _hit(
        self, i: int, score: float, dense: float, within: Numbers, words: Sequence[str]
    ) -> Hit:
        own = np.flatnonzero(self.owners == i)
        best = int(own[np.argmax(within[own])])
        near, share, bias = _BELIEF
        belief = near * dense + share * self._whole.share(i, words) + bias
        passage, text = self.passages[best], self._around(best, int(own[0]), int(own[-1]))
        return Hit(self.documents[i], passage, score, belief, text)

    def _around(self, best: int, first: int, last: int) -> str:
        """A passage with its neighbours under the same heading, as much as an answer may quote."""
        heading, text = self.passages[best].heading, self.passages[best].text
        low = high = best
        while True:
            after = self.passages[high + 1] if high < last else None
            if after and after.heading == heading and len(text) + len(after.text) < QUOTED:
                text, high = f"{text}\n{after.text}", high + 1
                continue
            before = self.passages[low - 1] if low > first else None
            if not before or before.heading != heading or len(text) + len(before.text) >= QUOTED:
                return text
            text, low = f"{before.text}\n{text}", low - 1


def exact(vectors: Vectors) -> Near:
    """Nearness by looking at every passage: for a shelf that fits in memory."""

    def near(vector: Vectors, filters: Filters) -> list[tuple[int, float]]:
        cosines: list[float] = (vectors @ vector).tolist()
        return list(enumerate(cosines))

    return near
