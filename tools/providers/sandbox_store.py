"""The sandbox's fleet in SQLite: machines, what they are about to become, requests and faults.

Several processes may have one file open. A machine in a transition has two records: `record` is
what is seen until `done_at`, `next` what is seen from then on (empty: it is gone).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tools.errors import NotFound, Unreachable
from tools.machine import VM, State
from tools.providers.sandbox_faults import Fault, FaultKind

VERSION = 1
NEVER = 1e18
"""When a stuck transition is done."""

_OFF = frozenset({State.STOPPED, State.SUSPENDED})
_SCHEMA = """
CREATE TABLE machines (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, "group" TEXT,
    host TEXT, record TEXT NOT NULL, next TEXT, done_at REAL, off_since REAL, profile TEXT);
CREATE INDEX machines_group ON machines ("group") WHERE "group" IS NOT NULL;
CREATE INDEX machines_name ON machines (name);
CREATE INDEX machines_host ON machines (host) WHERE host IS NOT NULL;
CREATE TABLE acts (
    number INTEGER PRIMARY KEY, machine_id TEXT NOT NULL, verb TEXT NOT NULL, token TEXT UNIQUE,
    at REAL NOT NULL, changed INTEGER NOT NULL, result TEXT);
CREATE TABLE saved (
    machine_id TEXT NOT NULL, snapshot TEXT NOT NULL, disk_gib REAL NOT NULL,
    PRIMARY KEY (machine_id, snapshot));
CREATE TABLE faults (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, machine_id TEXT, verb TEXT, requests INTEGER,
    retry_after_s REAL NOT NULL, error TEXT NOT NULL);
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_SHOWN = "CASE WHEN done_at <= :now THEN next ELSE record END"


@dataclass(frozen=True, slots=True)
class Act:
    """A request that the sandbox carried out; `changed` is false where nothing was left to do."""

    machine_id: str
    verb: str
    token: str
    at: float
    changed: bool = True
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A machine within a transaction: as it is, and as it will be where it is in a transition.

    Attributes:
        vm: what is seen now.
        goal: what it becomes; None: it is on its way out.
        done_at: when; None: it is in no transition.
    """

    vm: VM
    goal: VM | None
    done_at: float | None


class Store:
    """One database; every change is one short transaction that takes the write lock at once."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._db = connection
        self._lock = threading.RLock()
        self.path = path

    @classmethod
    def open(cls, path: Path | None) -> Store:
        """Open the file and make the tables that are not there; None keeps them in memory.

        Raises:
            Unreachable: the file cannot be used.
        """
        with _translated(path):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(
                path or ":memory:", timeout=30, isolation_level=None, check_same_thread=False
            )
            if path is not None:
                db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            store = cls(db, path)
            store._make_tables()
        return store

    def _make_tables(self) -> None:
        if self._version() == 0:
            with self.transaction():
                if self._version() == 0:
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version={VERSION}")
        if self._version() != VERSION:
            raise Unreachable(
                f"{str(self.path)!r} was written by another version of NovaCron.",
                hint="Remove the file, and a fresh fleet is made.",
            )

    def _version(self) -> int:
        return self._db.execute("PRAGMA user_version").fetchone()[0]

    def copy(self) -> Store:
        """The same fleet in memory."""
        with self._lock, _translated(self.path):
            db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            self._db.backup(db)
        return Store(db, None)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All that happens within is kept together, or not at all if something is raised."""
        with self._lock, _translated(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def ask(self, query: str, parameters: Any = ()) -> list[Any]:
        """The rows of a query."""
        with self._lock:
            try:
                return self._db.execute(query, parameters).fetchall()
            except (sqlite3.Error, OSError) as error:
                raise _unusable(self.path, error) from error

    def fact(self, key: str) -> Any:
        """A fact about the fleet as a whole, or None."""
        rows = self.ask("SELECT value FROM facts WHERE key = ?", (key,))
        return json.loads(rows[0][0]) if rows else None

    def set_fact(self, key: str, value: Any) -> None:
        """Keep a fact about the fleet as a whole."""
        self.ask("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, json.dumps(value)))

    def list(self, now: float) -> list[VM]:
        """All machines, in the order in which they were added."""
        query = f"SELECT {_SHOWN} AS shown FROM machines WHERE shown <> '' ORDER BY position"
        return _machines(row[0] for row in self.ask(query, {"now": now}))

    def get(self, ids: Sequence[str], now: float) -> dict[str, VM]:
        """The machines among these that are there, by id."""
        query = (
            f"SELECT {_SHOWN} AS shown FROM machines WHERE shown <> '' AND id IN "
            "(SELECT value FROM json_each(:ids))"
        )
        rows = self.ask(query, {"now": now, "ids": json.dumps(list(ids))})
        return {vm.id: vm for vm in _machines(row[0] for row in rows)}

    def members(self, group: str, now: float) -> list[VM]:
        """The machines of a group that are not on their way out."""
        query = (
            f'SELECT {_SHOWN} FROM machines WHERE "group" = :group '
            "AND coalesce(next, record) <> '' ORDER BY position"
        )
        return _machines(row[0] for row in self.ask(query, {"now": now, "group": group}))

    def group_counts(self) -> dict[str, int]:
        """How many machines each group has that are not on their way out."""
        query = (
            'SELECT "group", count(*) FROM machines WHERE "group" IS NOT NULL '
            "AND coalesce(next, record) <> '' GROUP BY 1"
        )
        return dict(self.ask(query))

    def host_counts(self) -> dict[str, int]:
        """How many machines each host has."""
        query = "SELECT host, count(*) FROM machines WHERE host IS NOT NULL GROUP BY 1"
        return dict(self.ask(query))

    def names_like(self, stem: str) -> list[str]:
        """The names that begin so."""
        query = "SELECT name FROM machines WHERE name GLOB ?"
        return [row[0] for row in self.ask(query, (f"{stem}*",))]

    def public_addresses(self) -> set[str]:
        """The public addresses that machines have, or are about to have."""
        query = (
            "SELECT json_extract(record, '$.public_ip') FROM machines UNION "
            "SELECT json_extract(next, '$.public_ip') FROM machines WHERE next <> ''"
        )
        return {row[0] for row in self.ask(query) if row[0]}

    def purge(self, now: float) -> None:
        """Forget the machines that have been gone for a while."""
        self.ask("DELETE FROM machines WHERE next = '' AND done_at <= ?", (now,))

    def look(self, machine_id: str, now: float) -> Seen:
        """One machine, for a change of it.

        Raises:
            NotFound: it is not there.
        """
        record, following, done_at = self._records(machine_id, now)
        vm = _machines([record])[0]
        if done_at is None:
            return Seen(vm, vm, None)
        return Seen(vm, _machines([following])[0] if following else None, done_at)

    def require(self, machine_id: str, now: float) -> None:
        """Refuse a machine that is not there.

        Raises:
            NotFound: it is not there.
        """
        self._records(machine_id, now)

    def _records(self, machine_id: str, now: float) -> tuple[str, str | None, float | None]:
        """What a machine is now, what it becomes, and when."""
        rows = self.ask("SELECT record, next, done_at FROM machines WHERE id = ?", (machine_id,))
        record, following, done_at = rows[0] if rows else ("", "", None)
        if done_at is not None and done_at <= now:
            record, following, done_at = following, None, None
        if not record:
            raise NotFound(f"The sandbox has no machine {machine_id!r}.")
        return record, following, done_at

    def put(self, during: VM, after: VM | None, done_at: float | None, now: float) -> None:
        """Change a machine: it is `during` until `done_at` and `after` from then on."""
        if done_at is None:
            self.settle(during.id, after, now)
            return
        following = _json(after) if after is not None else ""
        off = done_at if after is None or after.state in _OFF else None
        host = after.host if after is not None else during.host
        self.ask(
            "UPDATE machines SET record = ?, next = ?, done_at = ?, off_since = ?, host = ? "
            "WHERE id = ?",
            (_json(during), following, done_at, off, host, during.id),
        )

    def settle(self, machine_id: str, vm: VM | None, now: float) -> None:
        """Change a machine at once; None: it is gone."""
        if vm is None:
            self.ask("DELETE FROM machines WHERE id = ?", (machine_id,))
            self.ask("DELETE FROM saved WHERE machine_id = ?", (machine_id,))
            return
        self.ask(
            "UPDATE machines SET record = ?, next = NULL, done_at = NULL, host = ?, off_since = "
            "CASE WHEN ? THEN coalesce(off_since, ?) END WHERE id = ?",
            (_json(vm), vm.host, vm.state in _OFF, now, machine_id),
        )

    def add(self, vms: Iterable[VM], profiles: Iterable[str | None] | None = None) -> None:
        """Add machines that are in no transition; those that are off have no samples at all."""
        vms = list(vms)
        each = list(profiles) if profiles is not None else [None] * len(vms)
        rows = [
            (vm.id, vm.name, vm.group, vm.host, _json(vm), _off_since(vm), profile)
            for vm, profile in zip(vms, each, strict=True)
        ]
        columns = '(id, name, "group", host, record, off_since, profile)'
        marks = "(?, ?, ?, ?, ?, ?, ?)"
        with self._lock, _translated(self.path):
            self._db.executemany(f"INSERT INTO machines {columns} VALUES {marks}", rows)

    def clear(self) -> None:
        """Take every machine, act and fault away."""
        for table in ("machines", "acts", "saved", "faults", "facts"):
            self.ask(f"DELETE FROM {table}")

    def save_disk(self, machine_id: str, snapshot: str, disk_gib: float) -> None:
        """Keep what a snapshot holds."""
        self.ask("INSERT OR REPLACE INTO saved VALUES (?, ?, ?)", (machine_id, snapshot, disk_gib))

    def saved_disk(self, machine_id: str, snapshot: str) -> float | None:
        """The disk size that a snapshot holds, if it was taken here."""
        query = "SELECT disk_gib FROM saved WHERE machine_id = ? AND snapshot = ?"
        rows = self.ask(query, (machine_id, snapshot))
        return rows[0][0] if rows else None

    def act_of(self, token: str) -> Act | None:
        """The act that this token stands for, if it was carried out."""
        if not token:
            return None
        rows = self.ask(f"SELECT {_ACT} FROM acts WHERE token = ?", (token,))
        return _act(rows[0]) if rows else None

    def acts(self) -> list[Act]:
        """Every act, in order."""
        return [_act(row) for row in self.ask(f"SELECT {_ACT} FROM acts ORDER BY number")]

    def record(self, act: Act) -> None:
        """Write an act down."""
        values = (act.machine_id, act.verb, act.token or None, act.at, act.changed, act.result)
        self.ask(f"INSERT INTO acts ({_ACT}) VALUES (?, ?, ?, ?, ?, ?)", values)

    def next_number(self) -> int:
        """A number that was never given before."""
        number = int(self.fact("number") or 0) + 1
        self.set_fact("number", number)
        return number

    def add_fault(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        facts = asdict(fault)
        names = ", ".join(facts)
        marks = ", ".join("?" * len(facts))
        self.ask(f"INSERT INTO faults ({names}) VALUES ({marks})", tuple(facts.values()))

    def faults(self) -> list[Fault]:
        """The faults that are still to come."""
        return [_fault(row[1:]) for row in self.ask(f"SELECT {_FAULT} FROM faults ORDER BY number")]

    def clear_faults(self) -> None:
        """Let nothing more go wrong."""
        self.ask("DELETE FROM faults")

    def take_fault(self, machine_id: str, verb: str) -> Fault | None:
        """The fault that this request meets; it counts as one of the fault's requests."""
        rows = self.ask(
            f"SELECT {_FAULT} FROM faults WHERE (machine_id IS NULL OR machine_id = ?) "
            "AND (verb IS NULL OR verb = ?) ORDER BY number LIMIT 1",
            (machine_id, verb),
        )
        if not rows:
            return None
        number, *values = rows[0]
        self.ask("UPDATE faults SET requests = requests - 1 WHERE number = ?", (number,))
        self.ask("DELETE FROM faults WHERE requests <= 0")
        return _fault(values)


_ACT = "machine_id, verb, token, at, changed, result"
_FAULT = "number, kind, machine_id, verb, requests, retry_after_s, error"


def _act(row: Sequence[Any]) -> Act:
    machine_id, verb, token, at, changed, result = row
    return Act(machine_id, verb, token or "", at, bool(changed), result)


def _fault(values: Sequence[Any]) -> Fault:
    kind, machine_id, verb, requests, retry_after_s, error = values
    return Fault(FaultKind(kind), machine_id, verb, requests, retry_after_s, error)


def _off_since(vm: VM) -> float | None:
    return 0.0 if vm.state in _OFF else None


def _json(vm: VM) -> str:
    return json.dumps(vm.to_dict(), separators=(",", ":"))


@cache
def _adapter() -> TypeAdapter[list[VM]]:
    return TypeAdapter(list[VM])


def _machines(records: Iterable[str]) -> list[VM]:
    return _adapter().validate_json(f"[{','.join(records)}]")


@contextmanager
def _translated(path: Path | None) -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path | None, error: Exception) -> Unreachable:
    return Unreachable(
        f"The sandbox's fleet in {str(path or 'memory')!r} cannot be used: {error}",
        hint="Check the path and the room on its disk, or remove the file for a fresh fleet.",
    )
