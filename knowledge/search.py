"""The runbooks that ship, found by question: what a diagnosis cites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from knowledge.embedding import Embedder
from knowledge.library import document_of, shipped_corpus, shipped_runbooks
from knowledge.passages import passages_of
from knowledge.ranking import Corpus, Hit, Shelf, exact
from knowledge.runbooks import WHAT_TO_DO, Runbook, Section


@dataclass(frozen=True, slots=True)
class Found:
    """A runbook that fits a question, the section that fits best, and how well."""

    runbook: Runbook
    section: Section
    score: float

    @property
    def steps(self) -> Section:
        """What to do."""
        return self.runbook.section(WHAT_TO_DO) or self.section


class RunbookSearch:
    """Finds runbooks by question."""

    def __init__(self, runbooks: Sequence[Runbook], corpus: Corpus | None = None) -> None:
        self.runbooks = tuple(runbooks)
        self._books = {book.file: book for book in self.runbooks}
        self._corpus = corpus or _corpus_of(self.runbooks)
        self._embedder = Embedder()

    def find(self, question: str, limit: int = 3) -> list[Found]:
        """The runbooks that fit, the best first; none where nothing really does."""
        if not question.strip():
            return []
        vector = self._embedder.embed_question(question)
        hits = self._corpus.search(question, vector, limit=limit)
        return [self._found(hit) for hit in hits if hit.sure]

    def _found(self, hit: Hit) -> Found:
        book = self._books[hit.document.file]
        section = book.section(hit.passage.heading) or book.section(WHAT_TO_DO) or book.sections[0]
        return Found(book, section, hit.score)


@cache
def library() -> RunbookSearch:
    """The runbooks that ship."""
    return RunbookSearch(shipped_runbooks(), shipped_corpus())


def _corpus_of(runbooks: Sequence[Runbook]) -> Corpus:
    documents = [document_of(book) for book in runbooks]
    passages = [p for d in documents for p in passages_of(d)]
    vectors = Embedder().embed_known([p.meant for p in passages])
    return Corpus([Shelf(documents, passages, exact(vectors))])
