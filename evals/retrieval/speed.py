"""How fast documents are indexed and found, over as many passages as are asked for."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from evals.retrieval.judge import load_questions
from knowledge.embedding import Embedder
from knowledge.library import Library, shipped_shelf
from knowledge.passages import Document, Passage
from knowledge.store import Indexed, Store

_A_DOCUMENT = 20
_FILES = 15
_SECTIONS = 20
_QUERIES = 200


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds are wall time of whole searches: question embedded, both indexes, fused.

    Attributes:
        indexed_a_second: passages read, embedded and kept a second by `Library.add`.
        indexed_cpu_ms: processor time of each.
        load: of the computer at the time, a processor.
    """

    passages: int
    search_p50_ms: float
    search_p95_ms: float
    search_cpu_ms: float
    embed_p50_ms: float
    open_s: float
    indexed_a_second: float
    indexed_cpu_ms: float
    load: float


def measure(passages: int, embedder: Embedder) -> Speed:
    """Index a folder and search over this many passages, in a Chroma of its own."""
    with tempfile.TemporaryDirectory() as folder:
        a_second, cpu_ms = _indexing(Path(folder), embedder)
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), passages)
        library = Library(Path(folder), embedder=embedder)
        began = time.perf_counter()
        library.search("the disk is full")
        opened = time.perf_counter() - began
        asked = [q.text for q in load_questions("runbooks-dev")][:_QUERIES]
        walls, cpu = _timed([partial(library.search, q) for q in asked])
        alone, _ = _timed([partial(embedder.embed, [q]) for q in asked])
    p50, p95 = np.percentile(walls, [50, 95]).tolist()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return Speed(passages, p50, p95, cpu, float(np.median(alone)), opened, a_second, cpu_ms, load)


def _timed(acts: Sequence[Callable[[], object]]) -> tuple[list[float], float]:
    """Wall milliseconds of each, and processor milliseconds of one on average."""
    walls: list[float] = []
    before = time.process_time()
    for act in acts:
        began = time.perf_counter()
        act()
        walls.append((time.perf_counter() - began) * 1000)
    return walls, (time.process_time() - before) * 1000 / len(acts)


def _indexing(folder: Path, embedder: Embedder) -> tuple[float, float]:
    """Passages a second of a folder of Markdown, and processor milliseconds of each."""
    embedder.embed(["ready"])
    texts = [p.text for p in shipped_shelf().passages if len(p.text) > 80]
    wiki = folder / "wiki"
    wiki.mkdir()
    for n in range(_FILES):
        some = texts[n * _SECTIONS : (n + 1) * _SECTIONS]
        body = "\n\n".join(f"## Part {i}\n\n{text}" for i, text in enumerate(some))
        (wiki / f"page-{n}.md").write_text(f"# Page {n}\n\n{body}\n", encoding="utf-8")
    library = Library(folder / "kept", embedder=embedder)
    library.documents()
    began, before = time.perf_counter(), time.process_time()
    changes = library.add(wiki)
    cpu = time.process_time() - before
    return changes.passages / (time.perf_counter() - began), cpu * 1000 / changes.passages


def _fill(folder: Path, passages: int) -> None:
    """Documents of real sentences in new orders, their vectors real ones with noise added."""
    shelf = shipped_shelf()
    known = Embedder().embed_known([p.meant for p in shelf.passages])
    chance, noise = random.Random(1), np.random.default_rng(1)
    store = Store(folder)
    indexed: list[Indexed] = []
    for n in range(passages // _A_DOCUMENT):
        chosen = [chance.randrange(len(shelf.passages)) for _ in range(_A_DOCUMENT)]
        vectors = known[chosen] + noise.normal(0, 0.03, (_A_DOCUMENT, known.shape[1]))
        vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        document = Document(f"page-{n}.md", f"Page {n}", (), source="speed")
        made = [
            Passage(document.file, document.title, "", _mixed(shelf.passages[i].text, chance), "")
            for i in chosen
        ]
        indexed.append(Indexed(document, made, vectors))
    store.put("default", indexed, "2026-11-23T10:00:00+00:00")
    store.changed("default")


def _mixed(text: str, chance: random.Random) -> str:
    words = text.split()
    chance.shuffle(words)
    return " ".join(words)
