"""The library: the runbooks that ship and each tenant's own documents, searched as one.

What ships is held in memory with vectors that ship too, so that a first search neither imports
Chroma nor embeds anything but the question. Chroma is opened once somebody has added a document.
"""

from __future__ import annotations

import fnmatch
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from knowledge.embedding import Embedder
from knowledge.passages import SYSTEMS, Document, Part, Passage, passages_of
from knowledge.ranking import Corpus, Filters, Hit, Shelf, exact
from knowledge.reading import READERS, read_document
from knowledge.runbooks import Runbook, load_runbooks
from knowledge.store import Indexed, Kept, Store
from tools.errors import InvalidRequest, NotFound, NovaError
from tools.settings import Settings
from tools.times import Clock, utc_now

PREFIX = "knowledge/runbooks/"
_LOOKED_AT = 3
"""One of so many documents must answer for there to be an answer."""
_AT_ONCE = 500
"""How many passages are kept in one go."""
_LOOK_AGAIN_S = 1.0
"""How long what another process added may stay unseen."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search gives.

    Attributes:
        hits: what fits, the best first; none where nothing does.
        nearest: what came closest where nothing fits: to be looked at, not to be answered from.
        own: how many documents of the tenant's own were searched.
    """

    hits: tuple[Hit, ...] = ()
    nearest: tuple[Hit, ...] = ()
    own: int = 0


@dataclass
class Changes:
    """What adding a folder or file changed, by file."""

    added: list[str] = field(default_factory=list[str])
    updated: list[str] = field(default_factory=list[str])
    unchanged: list[str] = field(default_factory=list[str])
    removed: list[str] = field(default_factory=list[str])
    unread: dict[str, str] = field(default_factory=dict[str, str])
    passages: int = 0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A document that was read and is not indexed yet."""

    document: Document
    passages: Sequence[Passage]
    known: bool


class Library:
    """Everything that can be looked up.

    Args:
        folder: where people's documents are kept; made when the first is added.
        url: a Chroma server instead.
    """

    def __init__(
        self, folder: Path, url: str = "", *, embedder: Embedder | None = None,
        clock: Clock = utc_now,
    ) -> None:  # fmt: skip
        self._folder = folder
        self._url = url
        self._clock = clock
        self._embedder = embedder or Embedder()
        self._lock = threading.RLock()
        self._store: Store | None = None
        self._before: Store | None = None
        self._corpora: dict[str, tuple[str, float, Corpus]] = {}

    def search(
        self,
        question: str,
        tenant: str = "default",
        filters: Filters | None = None,
        limit: int = 5,
    ) -> Answer:
        """The documents that answer a question, or that none does.

        Raises:
            Unreachable: the Chroma server does not answer.
        """
        if not question.strip():
            return Answer()
        corpus = self._corpus(tenant)
        vector = self._embedder.embed_question(question)
        found = corpus.search(question, vector, filters, max(limit, _LOOKED_AT))
        own = len(corpus.documents) - len(shipped_runbooks())
        hits = tuple(found[:limit])
        if not any(hit.sure for hit in found[:_LOOKED_AT]):
            return Answer(nearest=hits, own=own)
        return Answer(hits, own=own)

    def add(
        self,
        path: Path,
        tenant: str = "default",
        on_file: Callable[[str], None] = lambda file: None,
    ) -> Changes:
        """Read a file or a folder in, or anew: only what changed is embedded.

        Raises:
            NotFound: there is no such file or folder.
            InvalidRequest: no file of it can be read.
        """
        path = path.expanduser().resolve()
        if not path.exists():
            raise NotFound(f"There is no file or folder {str(path)!r}.")
        store = self._opened()
        before = {k.document.file: k for k in store.kept(tenant)}
        changes = Changes()
        found: list[str] = []
        waiting: list[_Waiting] = []
        for file, read_from in _files(path):
            found.append(file)
            try:
                waiting += self._read_in(file, read_from, path, before, changes)
            except NovaError as error:
                changes.unread[file] = f"{error.message} {error.hint}".strip()
            if sum(len(one.passages) for one in waiting) >= _AT_ONCE:
                self._keep(store, tenant, waiting)
            on_file(file)
        self._keep(store, tenant, waiting)
        if not found or len(changes.unread) == len(found):
            reason = next(iter(changes.unread.values()), f"Read: {', '.join(READERS)}.")
            raise InvalidRequest(f"Nothing in {str(path)!r} can be read.", hint=reason)
        changes.removed = [
            f for f, k in before.items() if k.document.source == str(path) and f not in found
        ]
        store.remove(tenant, changes.removed)
        if changes.added or changes.updated or changes.removed:
            store.changed(tenant)
        return changes

    def documents(self, tenant: str = "default") -> list[Kept]:
        """A tenant's own documents."""
        return self._opened().kept(tenant) if self._has_own() else []

    def sources(self, tenant: str = "default") -> list[Path]:
        """What a tenant added, each once."""
        return sorted({Path(k.document.source) for k in self.documents(tenant)})

    def remove(self, name: str, tenant: str = "default") -> list[str]:
        """Forget documents: by name, by a glob of names, or all of a folder that was added.

        Raises:
            NotFound: a tenant has no such document.
        """
        kept = self.documents(tenant)
        source = str(Path(name).expanduser().resolve())
        files = [
            k.document.file
            for k in kept
            if k.document.source == source or fnmatch.fnmatchcase(k.document.file, name)
        ]
        if not files:
            known = tuple(k.document.file for k in kept)
            raise NotFound(
                f"There is no document {name!r}.", choices=known[:3],
                hint="See novacron knowledge list.",
            )  # fmt: skip
        store = self._opened()
        store.remove(tenant, files)
        store.changed(tenant)
        return files

    def close(self) -> None:
        """Let go of Chroma; a later search opens it again."""
        with self._lock:
            for store in (self._store, self._before):
                if store is not None:
                    store.close()
            self._store = self._before = None
            self._corpora.clear()

    def _read_in(
        self, file: str, path: Path, source: Path, before: Mapping[str, Kept], changes: Changes
    ) -> list[_Waiting]:
        """A file that is new or changed; nothing where it is as it was."""
        document = read_document(path, file, str(source))
        known = before.get(file)
        if known is not None and known.document.source != str(source):
            raise InvalidRequest(
                f"{file!r} is the name of a document from {known.document.source!r}.",
                hint="Remove that one first, or rename the file.",
            )
        if known is not None and known.hash == document.hash:
            changes.unchanged.append(file)
            return []
        passages = passages_of(document)
        changes.passages += len(passages)
        (changes.updated if known else changes.added).append(file)
        return [_Waiting(document, passages, known is not None)]

    def _keep(self, store: Store, tenant: str, waiting: list[_Waiting]) -> None:
        """Embed what waits in one go, and keep it."""
        vectors = self._embedder.embed([p.meant for one in waiting for p in one.passages])
        indexed: list[Indexed] = []
        for one in waiting:
            own, vectors = vectors[: len(one.passages)], vectors[len(one.passages) :]
            indexed.append(Indexed(one.document, one.passages, own, one.known))
        if indexed:
            store.put(tenant, indexed, self._clock().isoformat())
            waiting.clear()

    def _has_own(self) -> bool:
        return bool(self._url) or (self._folder / "chroma.sqlite3").is_file()

    def _opened(self) -> Store:
        with self._lock:
            self._store = self._store or Store(self._folder, self._url)
            return self._store

    def _reopened(self) -> Store:
        """The store with what was written since; the one before last is let go of."""
        now = self._opened()
        fresh = now.reopened()
        if fresh is not now:
            if self._before is not None:
                self._before.close()
            self._before, self._store = now, fresh
        return fresh

    def _corpus(self, tenant: str) -> Corpus:
        """What a tenant may search, read anew where it changed."""
        if not self._has_own():
            return shipped_corpus()
        with self._lock:
            known = self._corpora.get(tenant)
            now = time.monotonic()
            if known is not None and now - known[1] < _LOOK_AGAIN_S:
                return known[2]
            store = self._opened()
            revision = store.revision(tenant)
            if known is None or known[0] != revision:
                own = (store if known is None else self._reopened()).shelf(tenant)
                corpus = Corpus([shipped_shelf(), own]) if own.passages else shipped_corpus()
            else:
                corpus = known[2]
            self._corpora[tenant] = (revision, now, corpus)
            return corpus


@cache
def library_at(folder: Path, url: str = "") -> Library:
    """The library of a data folder, opened once a process."""
    return Library(folder, url)


def open_library(settings: Settings | None) -> Library:
    """The library that the settings name; without settings what ships, and no more."""
    if settings is None:
        return library_at(Path("/nonexistent"))
    return library_at(settings.data_dir / "knowledge", settings.chroma_url)


@cache
def shipped_shelf() -> Shelf:
    """The runbooks that ship."""
    documents = [document_of(book) for book in shipped_runbooks()]
    passages = [p for d in documents for p in passages_of(d, PREFIX)]
    return Shelf(documents, passages, exact(Embedder().embed_known([p.meant for p in passages])))


@cache
def shipped_corpus() -> Corpus:
    """The same, indexed by words too."""
    return Corpus([shipped_shelf()])


@cache
def shipped_runbooks() -> tuple[Runbook, ...]:
    """The runbooks of our own."""
    return tuple(load_runbooks())


def document_of(book: Runbook) -> Document:
    """A runbook as a document."""
    systems = tuple(s for s in book.applies_to if s in SYSTEMS)
    return Document(
        book.file, book.title,
        tuple(Part(s.heading, s.text, f"#{s.anchor}") for s in book.sections),
        book.symptoms, tuple(a for a in book.applies_to if a not in SYSTEMS), systems,
        book.tools, book.offers, book.severity,
    )  # fmt: skip


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """The files to read, with the names that they get: the folder's name and the path in it."""
    if path.is_file():
        yield path.name, path
        return
    for inside in _inside(path):
        if inside.suffix.lower() in READERS:
            yield f"{path.name}/{inside.relative_to(path).as_posix()}", inside


def _inside(folder: Path) -> Sequence[Path]:
    """What a folder holds; of a git folder only what git keeps; nothing hidden, no links out."""
    if (folder / ".git").exists():
        command = ["git", "-C", str(folder), "ls-files", "-z"]
        listed = subprocess.run(command, capture_output=True, check=False)
        if listed.returncode == 0:
            names = [name for name in listed.stdout.decode().split("\0") if name]
            return sorted(p for n in names if (p := folder / n).is_file() and not p.is_symlink())
    return sorted(
        p
        for p in folder.rglob("*")
        if p.is_file()
        and not p.is_symlink()
        and not any(part.startswith(".") for part in p.relative_to(folder).parts)
    )
