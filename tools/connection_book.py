"""What is known of each connection: when its machines were last read, and why not since."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.database import connection_keys, connections, machines, reading, take_turn
from tools.errors import NovaError, Unreachable
from tools.held_fleet import count_change
from tools.machine_rows import replace_machines
from tools.providers.base import Provider

_TRY_EVERY_S = 0.5
_GONE = Unreachable("it is not connected any more.")


@dataclass(frozen=True, slots=True)
class Connected:
    """One provider connection: when its machines were last read, and why not since."""

    name: str
    refreshed_at: float | None
    error: Mapping[str, Any] | None


class ConnectionBook:
    """The connections of one NovaCron, open or not.

    Attributes:
        closed: by its key, the name of a connection that is wanted and not open, and why.
    """

    def __init__(self, engine: Engine, providers: Mapping[str, Provider]) -> None:
        self._engine = engine
        self._providers = providers
        self._tried: dict[str, float] = {}
        self.closed: dict[str, tuple[str, NovaError]] = {}

    def connected(self) -> list[Connected]:
        """The state of each connection that is open."""
        known = self._read()
        return [known.get(name) or Connected(name, None, None) for name in list(self._providers)]

    def unconnected(self) -> list[Connected]:
        """Those that are not open: what was last read of them, and why they are not."""
        known, closed = self._read(), dict(list(self.closed.values()))
        found: list[Connected] = []
        for name in dict.fromkeys([*known, *closed]):
            if name not in self._providers:
                read_at = known[name].refreshed_at if name in known else None
                found.append(Connected(name, read_at, closed.get(name, _GONE).as_dict()))
        return found

    def _read(self) -> dict[str, Connected]:
        with reading(self._engine) as db:
            return {
                r.name: Connected(r.name, r.refreshed_at, json.loads(r.error) if r.error else None)
                for r in db.execute(sa.select(connections))
            }

    def known_on(self, connection: str) -> int:
        """How many machines are known that a connection showed."""
        counting = sa.select(sa.func.count()).select_from(machines)
        with reading(self._engine) as db:
            return db.scalar(counting.where(machines.c.connection == connection)) or 0

    def kinds_on(self, connection: str) -> set[str]:
        """Of which providers the machines of a connection are; empty where that is not known."""
        query = sa.select(machines.c.provider).distinct()
        with reading(self._engine) as db:
            found = set(db.scalars(query.where(machines.c.connection == connection)))
        provider = self._providers.get(connection)
        return found | ({provider.kind} if provider is not None else set())

    def may_try(self, connection: str) -> bool:
        """Whether a connection that failed is read again now: not twice within a moment."""
        now = time.monotonic()
        if connection not in self._providers or now - self._tried.get(connection, 0) < _TRY_EVERY_S:
            return False
        self._tried[connection] = now
        return True

    def note_failure(self, name: str, error: NovaError) -> None:
        """A connection failed while something was asked of it: say so until it is read again."""
        with self._engine.begin() as db:
            take_turn(db, f"inventory/{name}")
            note_reading(db, name, None, error)

    def read_at(self) -> dict[str, float]:
        """When each connection was read last, in seconds since 1970; 0 where it never was."""
        return {name: one.refreshed_at or 0.0 for name, one in self._read().items()}

    def names(self) -> dict[str, str]:
        """Under which name each way to connect is known, by its key."""
        with reading(self._engine) as db:
            return {row.key: row.name for row in db.execute(sa.select(connection_keys))}

    def note_name(self, key: str, name: str) -> None:
        """Remember what a connection calls itself, so that it is known before it is open."""
        if self.names().get(key) == name:
            return
        with self._engine.begin() as db:
            take_turn(db, "connections")
            db.execute(sa.delete(connection_keys).where(connection_keys.c.key == key))
            db.execute(sa.insert(connection_keys).values(key=key, name=name))

    def drop(self, names: Iterable[str], unread_since: float) -> list[str]:
        """Know nothing more of those of these connections that nobody has read since; which."""
        dropped: list[str] = []
        with self._engine.begin() as db:
            for name in names:
                take_turn(db, f"inventory/{name}")
                query = sa.select(connections.c.refreshed_at).where(connections.c.name == name)
                if (db.scalar(query) or 0.0) < unread_since:
                    dropped.append(name)
                    if replace_machines(db, name, []):
                        count_change(db)
                    db.execute(sa.delete(connections).where(connections.c.name == name))
        return dropped


def note_reading(
    db: sa.Connection, name: str, refreshed_at: float | None, error: NovaError | None
) -> None:
    """Write down that a connection was read, or why it could not be."""
    row: dict[str, Any] = {"error": json.dumps(error.as_dict()) if error else None}
    if refreshed_at is not None:
        row["refreshed_at"] = refreshed_at
    known = sa.update(connections).where(connections.c.name == name).values(row)
    if db.execute(known).rowcount == 0:
        db.execute(sa.insert(connections).values(name=name, **row))
