"""The audit: what was asked, decided and done, only ever added to, each entry bound to the last."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.database import audit, audit_head, is_postgres, reading, take_turn
from tools.errors import Unreachable
from tools.many_rows import insert_rows
from tools.times import Clock

BEGINNING = "0" * 64
"""What the first entry has for the hash of the one before."""

_BATCH = 1_000

Fact = tuple[str, Mapping[str, Any]]
"""A kind, such as `plan.approved`, and what is known of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `number` counts from 1 without a gap."""

    number: int
    at: datetime
    kind: str
    facts: Mapping[str, Any]
    previous: str
    hash: str

    def to_dict(self) -> dict[str, Any]:
        """The entry as JSON values."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "facts": dict(self.facts),
            "previous": self.previous,
            "hash": self.hash,
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """Where the chain is not what was written, and how."""

    number: int | None
    what: str


@dataclass(frozen=True, slots=True)
class _Head:
    number: int
    hash: str


class Audit:
    """The audit of one NovaCron; several processes may add to it at once.

    The head (how long the chain is, and its last hash) is kept a second time in a file, so that a
    cut tail shows: beside the database where that is a SQLite file, in `folder` for Postgres.
    """

    def __init__(self, engine: Engine, clock: Clock, folder: Path | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self.head_file = _head_file(engine, folder)

    def append(self, kind: str, **facts: Any) -> None:
        """Add one entry; the facts are JSON values."""
        self.append_many([(kind, facts)])

    def append_many(self, given: Iterable[Fact], db: sa.Connection | None = None) -> None:
        """Add entries in one go.

        Args:
            given: kinds and facts, in order.
            db: the caller's open transaction, as the last thing in it: nobody else can add until
                it ends. The caller calls `keep_head` after its commit.
        """
        given = list(given)
        if not given:
            return
        if db is not None:
            self._add(db, given)
            return
        with self._engine.begin() as own:
            self._add(own, given)
        self.keep_head()

    def _add(self, db: sa.Connection, given: Sequence[Fact]) -> None:
        take_turn(db, "audit")
        head = _head(db)
        last = head or _Head(0, BEGINNING)
        at = self._clock().isoformat()
        rows: list[dict[str, Any]] = []
        for kind, facts in given:
            number, previous = last.number + 1, last.hash
            text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            row = {"number": number, "at": at, "kind": kind, "facts": text, "previous": previous}
            last = _Head(number, _hash(number, at, kind, text, previous))
            rows.append({**row, "hash": last.hash})
        for start in range(0, len(rows), _BATCH):
            insert_rows(db, audit, rows[start : start + _BATCH])
        values = {"number": last.number, "hash": last.hash}
        change = sa.update(audit_head) if head else sa.insert(audit_head).values(id=1)
        db.execute(change.values(values))

    def entries(
        self,
        since: datetime | None = None,
        *,
        kind: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> list[Entry]:
        """The entries from a moment on, of one kind (`plan.*` takes all of a family), in order.

        Args:
            after: only those with a greater number.
            limit: the last so many.
        """
        query = sa.select(audit).where(audit.c.number > after).order_by(audit.c.number.desc())
        if kind is not None:
            family = kind.endswith("*")
            query = query.where(
                audit.c.kind.startswith(kind[:-1], autoescape=True)
                if family
                else audit.c.kind == kind
            )
        found: list[Entry] = []
        with reading(self._engine) as db:
            for row in db.execution_options(yield_per=_BATCH).execute(query):
                if since is not None and datetime.fromisoformat(row.at) < since:
                    break
                found.append(_entry(row))
                if limit is not None and len(found) >= limit:
                    break
        return found[::-1]

    def lines(self, after: int = 0) -> Iterator[str]:
        """The entries as JSON lines, for another log store."""
        query = sa.select(audit).where(audit.c.number > after).order_by(audit.c.number)
        with reading(self._engine) as db:
            for row in db.execution_options(yield_per=_BATCH).execute(query):
                yield json.dumps(_entry(row).to_dict(), ensure_ascii=False)

    def verify(self) -> list[Problem]:
        """Every place where an entry was changed, is missing or moved, or the tail was cut."""
        problems: list[Problem] = []
        previous = _Head(0, BEGINNING)
        kept = self._kept_head()
        at_kept: str | None = None
        with self._snapshot() as db:
            written = _head(db)
            query = sa.select(audit).order_by(audit.c.number)
            for row in db.execution_options(yield_per=_BATCH).execute(query):
                problems.extend(_check(row, previous))
                previous = _Head(row.number, row.hash)
                if kept is not None and row.number == kept.number:
                    at_kept = row.hash
        problems.extend(_check_head(written, previous))
        problems.extend(self._check_kept(kept, at_kept, previous))
        return problems

    def _snapshot(self) -> sa.Connection:
        """A connection that sees one moment, while others go on adding."""
        db = reading(self._engine)
        if is_postgres(self._engine):
            return db.execution_options(isolation_level="REPEATABLE READ")
        return db

    def _check_kept(
        self, kept: _Head | None, at_kept: str | None, last: _Head
    ) -> Iterator[Problem]:
        if self.head_file is None or (kept is None and last.number == 0):
            return
        if kept is None:
            yield Problem(None, f"the head file {self.head_file.name} is missing or unreadable")
        elif last.number < kept.number:
            yield Problem(
                last.number + 1,
                f"the tail was cut: {kept.number} entries were written, {last.number} are there",
            )
        elif at_kept != kept.hash:
            yield Problem(kept.number, "the entry is not the one that the head file names")

    def keep_head(self) -> None:
        """Write the head file anew where the chain has grown.

        Raises:
            Unreachable: the file cannot be written.
        """
        if self.head_file is None:
            return
        try:
            self.head_file.parent.mkdir(parents=True, exist_ok=True)
            with self.head_file.open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if (head := self._head_to_keep()) is not None:
                    # over the old one in one write: a process that dies here leaves one of the two
                    with self.head_file.open("r+b", buffering=0) as file:
                        file.write(f"{head.number} {head.hash}\n".encode())
                        file.truncate()
                        os.fsync(file.fileno())
        except OSError as error:
            raise Unreachable(
                f"The audit's head cannot be written to {self.head_file}: {error.strerror}.",
                hint="Make room or mend the folder's rights; the entry itself is kept.",
            ) from error

    def _head_to_keep(self) -> _Head | None:
        """The head, if the chain grew from what the file names; else the file stays a witness."""
        kept = self._kept_head()
        with reading(self._engine) as db:
            head = _head(db)
            if kept is None or head is None:
                return head
            known = sa.select(audit.c.hash).where(audit.c.number == kept.number)
            grew = kept.number < head.number and db.scalar(known) == kept.hash
        return head if grew else None

    def _kept_head(self) -> _Head | None:
        if self.head_file is None:
            return None
        with suppress(OSError, ValueError):
            number, _, hashed = self.head_file.read_text().strip().partition(" ")
            return _Head(int(number), hashed)
        return None


def _head_file(engine: Engine, folder: Path | None) -> Path | None:
    name = engine.url.database
    if not name or name == ":memory:":
        return None
    if not is_postgres(engine):
        return Path(f"{name}.audit-head")
    return folder / f"{name}.audit-head" if folder else None


def _hash(number: int, at: str, kind: str, facts: str, previous: str) -> str:
    text = json.dumps([number, at, kind, facts, previous], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _head(db: sa.Connection) -> _Head | None:
    row = db.execute(sa.select(audit_head.c.number, audit_head.c.hash)).one_or_none()
    return None if row is None else _Head(row.number, row.hash)


def _entry(row: sa.Row[Any]) -> Entry:
    at = datetime.fromisoformat(row.at)
    try:
        facts: dict[str, Any] = json.loads(row.facts)
    except ValueError:  # somebody changed it, as `verify` says
        facts = {"unreadable": row.facts}
    return Entry(row.number, at, row.kind, facts, row.previous, row.hash)


def _check(row: sa.Row[Any], before: _Head) -> Iterator[Problem]:
    if row.number != before.number + 1:
        gap = f"{before.number + 1} to {row.number - 1}"
        yield Problem(before.number + 1, f"entries are missing: {gap}")
    elif row.previous != before.hash:
        yield Problem(row.number, "the entry does not follow the one before it")
    if row.hash != _hash(row.number, row.at, row.kind, row.facts, row.previous):
        yield Problem(row.number, "the entry was changed")


def _check_head(written: _Head | None, last: _Head) -> Iterator[Problem]:
    if written is None:
        if last.number:
            yield Problem(None, "the database does not say how long the audit is")
    elif written.number > last.number:
        yield Problem(
            last.number + 1,
            f"the tail was cut: {written.number} entries were written, {last.number} are there",
        )
    elif written != last:
        yield Problem(last.number, "the last entry is not the one that the database names")
