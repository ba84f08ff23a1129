"""An index of words over runbook sections: SQLite FTS5 in memory, ranked by BM25."""

from __future__ import annotations

import math
import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.runbooks import Runbook

_COLUMNS = "title, symptoms, heading, body"
_WEIGHTS = "4.0, 6.0, 1.5, 1.0"
_WITHIN = "0, 0, 1.5, 1.0"
_WORD = re.compile(r"[^\W_]+")

_SAY_NOTHING = """
    a about after again all also am an and any are as at be because been before being but by can
    cant cannot could did do does doesnt doing dont down each every fix for from get gets getting
    give go goes going got guys had has have having he help her here hey hi his how i id if im in
    into is isnt it its itself ive just keep keeps know let lets like machine machines make makes
    may me mine more most my need needs no not now of off on once one only or other our out over
    own please pls problem procedure recover repair runbook runbooks same server servers
    she should show so solve some step steps such tell than thanks that thats the their them then
    there these they thing this those to too troubleshoot trouble under until up us use used vm vms
    very was we were what whats when where which while who why will with wont would you your box
    boxes node guest instance computer deal handle happen happens keeps way best issue
"""
STOP_WORDS = frozenset(_SAY_NOTHING.split())
"""Words that say nothing about what the trouble is."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that matches.

    Attributes:
        runbook, section: their places in what was indexed.
        score: BM25 with weights; larger is better.
        within: the same for the section's own heading and text alone.
        coverage: how much of the question's meaning the runbook speaks of, 0 to 1.
        named: how many of the question's words stand in its title or symptoms.
    """

    runbook: int
    section: int
    score: float
    within: float
    coverage: float
    named: int


class WordIndex:
    """Sections of runbooks by their words; words are cut to their stems."""

    def __init__(self, runbooks: Sequence[Runbook]) -> None:
        self._lock = threading.Lock()
        self._size = len(runbooks)
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(
            "CREATE VIRTUAL TABLE sections USING fts5("
            f"runbook UNINDEXED, section UNINDEXED, {_COLUMNS}, tokenize='porter unicode61')"
        )
        rows = [
            (r, s, book.title, "; ".join(spoken(book)), section.heading, section.text)
            for r, book in enumerate(runbooks)
            for s, section in enumerate(book.sections)
        ]
        self._db.executemany("INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?)", rows)

    def find(self, question: str, limit: int = 30) -> list[Hit]:
        """The sections that match any word of the question, the best first."""
        words = content_words(question)
        if not words:
            return []
        with self._lock:
            speaking = {word: self._speaking(word) for word in words}
            named = {word: self._speaking(word, "{title symptoms} : ") for word in words}
            query = " OR ".join(_quoted(word) for word in words)
            rows = self._db.execute(
                "SELECT runbook, section, -bm25(sections, 0, 0, "
                f"{_WEIGHTS}) AS score, -bm25(sections, 0, 0, {_WITHIN}) "
                "FROM sections WHERE sections MATCH ? "
                "ORDER BY score DESC, runbook, section LIMIT ?",
                (query, limit),
            ).fetchall()
        weight = {word: self._weight(len(found)) for word, found in speaking.items()}
        whole = sum(weight.values())
        return [
            Hit(
                runbook,
                section,
                score,
                within,
                sum(weight[w] for w in words if runbook in speaking[w]) / whole,
                sum(runbook in named[w] for w in words),
            )
            for runbook, section, score, within in rows
        ]

    def _speaking(self, word: str, within: str = "") -> set[int]:
        query = "SELECT DISTINCT runbook FROM sections WHERE sections MATCH ?"
        return {row[0] for row in self._db.execute(query, (f"{within}{_quoted(word)}",))}

    def _weight(self, speaking: int) -> float:
        """A rare word says more; a word that no runbook knows says most of all."""
        return math.log(1 + (self._size + 1) / (speaking + 1))


def spoken(book: Runbook) -> tuple[str, ...]:
    """How people speak of a runbook's trouble, and of what it applies to."""
    return (*book.symptoms, *book.applies_to)


def content_words(text: str) -> list[str]:
    """The words of a question that say what it is about, each once, 30 at most."""
    folded = text.casefold().replace("'", "").replace("’", "")
    words: Iterable[str] = _WORD.findall(folded)
    kept = [w for w in words if w not in STOP_WORDS and (len(w) > 1 or w.isdigit())]
    return list(dict.fromkeys(kept))[:30]


def _quoted(word: str) -> str:
    return f'"{word}"'
