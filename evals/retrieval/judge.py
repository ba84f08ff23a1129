"""How well documents are found: fused, by words alone, by meaning alone, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge.embedding import Embedder
from knowledge.library import shipped_corpus
from knowledge.passages import passages_of
from knowledge.ranking import Corpus, Filters, Shelf, exact
from knowledge.reading import read_document
from knowledge.words import content_words

if TYPE_CHECKING:
    from knowledge.embedding import Vectors

FOLDER = Path(__file__).parent
WIKI = FOLDER / "wiki"
SPLITS = ("runbooks-dev", "runbooks-score", "runbooks-beyond", "wiki-dev", "wiki-score")
"""The dev splits chose weights and refusal; nobody tunes to the score splits. `runbooks-beyond` has
only questions that no runbook answers, written before anybody looked at how they fare."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the files that answer it; none where it has no answer."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ranked:
    """How well one way of ranking orders the documents.

    Attributes:
        recall_at_5: share of a question's documents among the first five, on average.
        ndcg_at_10: how far up they stand, 0 to 1.
        first: share of questions whose first document is right.
    """

    recall_at_5: float
    ndcg_at_10: float
    first: float


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one split.

    Attributes:
        ranked: by the way of ranking; empty where no question has an answer.
        refused: share of the questions without an answer that were refused.
        answered: share of those with an answer that were not.
    """

    split: str
    questions: int
    unanswerable: int
    ranked: dict[str, Ranked]
    refused: float
    answered: float


def load_questions(split: str) -> list[Question]:
    """The cases of a split."""
    lines = (FOLDER / "cases" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [Question(row["question"], frozenset(row["relevant"])) for row in rows]


def corpus_of(split: str, embedder: Embedder) -> Corpus:
    """What a split is asked of."""
    if split.startswith("runbooks"):
        return shipped_corpus()
    documents = [read_document(p, p.name, "wiki") for p in sorted(WIKI.iterdir())]
    passages = [p for d in documents for p in passages_of(d)]
    return Corpus([Shelf(documents, passages, exact(embedder.embed([p.meant for p in passages])))])


def judge(split: str, embedder: Embedder) -> Report:
    """Ask every question of a split."""
    corpus, questions = corpus_of(split, embedder), load_questions(split)
    vectors = embedder.embed([q.text for q in questions])
    asked = [(q, v) for q, v in zip(questions, vectors, strict=True) if q.relevant]
    ways = ways_of(corpus) if asked else {}
    sure = [is_answered(corpus, q.text, v) for q, v in zip(questions, vectors, strict=True)]
    return Report(
        split,
        len(asked),
        len(questions) - len(asked),
        {
            name: _mean([_ranked(rank(q.text, v), q.relevant) for q, v in asked])
            for name, rank in ways.items()
        },
        _share([not s for q, s in zip(questions, sure, strict=True) if not q.relevant]),
        _share([s for q, s in zip(questions, sure, strict=True) if q.relevant]),
    )


def is_answered(corpus: Corpus, question: str, vector: Vectors) -> bool:
    """Whether the library would answer it."""
    return any(hit.sure for hit in corpus.search(question, vector, limit=3))


def ways_of(corpus: Corpus) -> dict[str, Callable[[str, Vectors], list[str]]]:
    """The ways of ranking that are compared; each gives files, the best first."""
    files = [d.file for d in corpus.documents]
    owner = corpus.owners

    def ordered(scores: np.ndarray) -> list[str]:
        best = np.full(len(files), -np.inf)
        np.maximum.at(best, owner, scores)
        return [files[i] for i in np.argsort(-best, kind="stable")[:10]]

    def words(question: str, vector: Vectors) -> list[str]:
        return ordered(corpus.words.scores(content_words(question)))

    def meaning(question: str, vector: Vectors) -> list[str]:
        found = {
            i: cosine for shelf in corpus.shelves for i, cosine in shelf.near(vector, Filters())
        }
        return ordered(np.array([found.get(i, 0.0) for i in range(len(corpus.passages))]))

    def fused(question: str, vector: Vectors) -> list[str]:
        return [hit.document.file for hit in corpus.search(question, vector, limit=10)]

    return {"fused": fused, "words (BM25)": words, "meaning (MiniLM)": meaning}


def _ranked(files: Sequence[str], relevant: frozenset[str]) -> Ranked:
    found = len(relevant & set(files[:5])) / min(len(relevant), 5)
    gain = sum(1 / math.log2(i + 2) for i, file in enumerate(files[:10]) if file in relevant)
    ideal = sum(1 / math.log2(i + 2) for i in range(min(len(relevant), 10)))
    return Ranked(found, gain / ideal, float(files[0] in relevant))


def _mean(all_ranked: Sequence[Ranked]) -> Ranked:
    rows = np.array([(r.recall_at_5, r.ndcg_at_10, r.first) for r in all_ranked])
    recall, ndcg, first = rows.mean(axis=0).tolist()
    return Ranked(recall, ndcg, first)


def _share(held: Sequence[bool]) -> float:
    return sum(held) / len(held) if held else 1.0
