"""Where the passages of people's own documents are kept: one Chroma collection a tenant.

Chroma runs in this process over the data folder, or is a server by URL. It never gets an
embedding function, so it never loads a model of its own, and its telemetry is off.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np

from knowledge.passages import PROVIDERS, SYSTEMS, Document, Passage
from knowledge.ranking import Filters, Shelf
from tools.errors import InvalidRequest, Unreachable

if TYPE_CHECKING:
    from knowledge.embedding import Vectors

NEAREST = 100
"""How many passages are asked of Chroma; documents are ranked among these and those by words."""
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it is kept.

    Attributes:
        hash: of what was indexed.
        passages: how many it was cut into.
        added_at: RFC 3339.
    """

    document: Document
    hash: str
    passages: int
    added_at: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document ready to be kept; `known` says whether an older form of it is there."""

    document: Document
    passages: Sequence[Passage]
    vectors: Vectors
    known: bool = False


class Store:
    """The collections of one Chroma.

    Args:
        folder: where Chroma keeps its files in this process.
        url: a Chroma server's address; the folder is not used then.

    Raises:
        Unreachable: the server does not answer.
    """

    def __init__(self, folder: Path, url: str = "", opened: int = 0) -> None:
        self._folder = folder
        self._url = url
        self._opened = opened
        self._client: Any = _connect(folder, url, opened)

    def reopened(self) -> Store:
        """The same, seeing what other processes wrote.

        Chroma in process holds a collection's vectors as they were at the first query. This one
        stays as it is for the searches that are under way.
        """
        return self if self._url else Store(self._folder, opened=self._opened + 1)

    def close(self) -> None:
        """Let go of it."""
        self._client.close()

    def revision(self, tenant: str) -> str:
        """Changes with every change of a tenant's documents; empty where there are none."""
        found = self._find(tenant)
        about: dict[str, str] = (found.metadata or {}) if found else {}
        return about.get("revision", "")

    def kept(self, tenant: str) -> list[Kept]:
        """A tenant's documents, by name."""
        found = self._find(tenant)
        if found is None:
            return []
        rows: dict[str, tuple[Mapping[str, Any], int]] = {}
        for _, about, _ in _rows(found, documents=False):
            first, count = rows.get(about["file"], (about, 0))
            rows[about["file"]] = (first, count + 1)
        made = [Kept(_document(m), m["hash"], n, m["added_at"]) for m, n in rows.values()]
        return sorted(made, key=lambda kept: kept.document.file)

    def put(self, tenant: str, indexed: Sequence[Indexed], added_at: str) -> None:
        """Keep documents' passages in place of those that they had."""
        collection = self._open(tenant)
        with self._lock():
            known = [one.document.file for one in indexed if one.known]
            if known:
                collection.delete(where={"file": {"$in": known}})
            records = [record for one in indexed for record in _records(one, added_at)]
            for start in range(0, len(records), _AT_ONCE):
                ids, texts, rows, about = zip(*records[start : start + _AT_ONCE], strict=True)
                collection.add(
                    ids=list(ids), documents=list(texts), embeddings=np.stack(rows),
                    metadatas=list(about),
                )  # fmt: skip

    def remove(self, tenant: str, files: Sequence[str]) -> None:
        """Forget documents."""
        if (collection := self._find(tenant)) is not None and files:
            with self._lock():
                for file in files:
                    collection.delete(where={"file": file})

    def changed(self, tenant: str) -> None:
        """Tell other processes that this tenant's documents are not what they were."""
        collection = self._open(tenant)
        collection.modify(metadata={"tenant": tenant, "revision": uuid.uuid4().hex})

    def shelf(self, tenant: str) -> Shelf:
        """A tenant's documents as they are searched."""
        found = self._find(tenant)
        if found is None:
            return Shelf((), (), lambda vector, filters: [])
        documents: dict[str, Document] = {}
        passages: list[Passage] = []
        place: dict[str, int] = {}
        for key, about, text in sorted(_rows(found), key=lambda r: (r[1]["file"], r[1]["order"])):
            if about["file"] not in documents:
                documents[about["file"]] = _document(about)
            document = documents[about["file"]]
            place[key] = len(passages)
            passages.append(
                Passage(document.file, document.title, about["heading"], text, about["link"])
            )

        def near(vector: Vectors, filters: Filters) -> list[tuple[int, float]]:
            answer = found.query(
                query_embeddings=[vector], n_results=min(NEAREST, len(passages)),
                where=_where(filters), include=["distances"],
            )  # fmt: skip
            pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
            return [(place[key], 1.0 - distance) for key, distance in pairs if key in place]

        return Shelf(list(documents.values()), passages, near)

    def _find(self, tenant: str) -> Any | None:
        from chromadb.errors import NotFoundError

        with _translated(self._url):
            try:
                return self._client.get_collection(_name(tenant), embedding_function=None)
            except NotFoundError:
                return None

    def _open(self, tenant: str) -> Any:
        with _translated(self._url):
            return self._client.get_or_create_collection(
                _name(tenant), embedding_function=None, metadata={"tenant": tenant},
                configuration={"hnsw": {"space": "cosine", "ef_construction": 100}},
            )  # fmt: skip

    @contextmanager
    def _lock(self) -> Generator[None]:
        """One process writes at a time; a server sees to that itself."""
        opened = nullcontext(None) if self._url else (self._folder / ".lock").open("w")
        with _translated(self._url), opened as lock:
            if lock is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _connect(folder: Path, url: str, opened: int) -> Any:
    import chromadb
    from chromadb.config import Settings

    quiet = Settings(anonymized_telemetry=False)
    if not url:
        folder.mkdir(parents=True, exist_ok=True)
        # Chroma opens each spelling of a path once, so another opening needs another spelling.
        return chromadb.PersistentClient(f"{folder}{'/.' * opened}", settings=quiet)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidRequest(
            f"{url!r} is no address of a Chroma server.", hint="Set chroma_url to http://HOST:8000."
        )
    secure = parts.scheme == "https"
    with _translated(url):
        return chromadb.HttpClient(
            parts.hostname, parts.port or (443 if secure else 8000), ssl=secure, settings=quiet
        )


@contextmanager
def _translated(url: str) -> Generator[None]:
    """Foreign errors of a server as ours."""
    if not url:
        yield
        return
    from chromadb.errors import ChromaError, NotFoundError
    from httpx import HTTPError

    try:
        yield
    except NotFoundError:
        raise
    except (ChromaError, HTTPError, ValueError) as error:
        raise Unreachable(
            f"The Chroma server at {url} does not answer as it should: {error}",
            hint="Look at chroma_url and at the server.",
        ) from error


def _rows(collection: Any, *, documents: bool = True) -> list[tuple[str, Mapping[str, Any], str]]:
    """Every passage: its id, what is known of it, its text."""
    include = ["metadatas", "documents"] if documents else ["metadatas"]
    rows: list[tuple[str, Mapping[str, Any], str]] = []
    while True:
        some = collection.get(include=include, limit=_AT_ONCE * 5, offset=len(rows))
        texts = some["documents"] or [""] * len(some["ids"])
        rows += zip(some["ids"], some["metadatas"], texts, strict=True)
        if len(some["ids"]) < _AT_ONCE * 5:
            return rows


def _records(one: Indexed, added_at: str) -> Iterator[tuple[str, str, Any, Mapping[str, Any]]]:
    """Each passage as Chroma keeps it: id, text, vector, what is known of it."""
    about, key = _about(one.document, added_at), _short(one.document.file)
    for i, passage in enumerate(one.passages):
        own = {"order": i, "heading": passage.heading, "link": passage.link}
        yield f"{key}-{i:05d}", passage.text, one.vectors[i], {**about, **own}


def _name(tenant: str) -> str:
    return f"novacron-{_short(tenant)}"


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def _about(document: Document, added_at: str) -> dict[str, str | int | bool]:
    """What is kept beside each passage of a document; flags are what filters ask for."""
    lists = {
        "providers": document.providers, "systems": document.systems, "tools": document.tools,
        "offers": document.offers, "aliases": document.aliases,
    }  # fmt: skip
    flags = [f"is_{word}" for word in (*document.providers, *document.systems)]
    flags += [f"tool_{tool}" for tool in document.tools]
    flags += [] if document.providers else ["any_provider"]
    flags += [] if document.systems else ["any_system"]
    return {
        "file": document.file, "title": document.title, "severity": document.severity,
        "source": document.source, "hash": document.hash, "added_at": added_at,
        **{name: json.dumps(values) for name, values in lists.items()},
        **dict.fromkeys(flags, True),
    }  # fmt: skip


def _document(about: Mapping[str, Any]) -> Document:
    def values(name: str) -> tuple[str, ...]:
        return tuple(cast(list[str], json.loads(about.get(name) or "[]")))

    known = (*PROVIDERS, *SYSTEMS)
    return Document(
        about["file"], about["title"], (), values("aliases"),
        tuple(p for p in values("providers") if p in known),
        tuple(s for s in values("systems") if s in known),
        values("tools"), values("offers"), about["severity"], about["source"],
    )  # fmt: skip


def _where(filters: Filters) -> dict[str, Any] | None:
    parts: list[dict[str, Any]] = []
    if filters.provider:
        parts.append({"$or": [{f"is_{filters.provider}": True}, {"any_provider": True}]})
    if filters.system:
        parts.append({"$or": [{f"is_{filters.system}": True}, {"any_system": True}]})
    if filters.tool:
        parts.append({f"tool_{filters.tool}": True})
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"$and": parts}
