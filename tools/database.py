"""The one database: SQLite by default, Postgres by a URL. Every table is declared here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Float,
    Index,
    Integer,
    Table,
    Text,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from tools.errors import InvalidRequest, Unreachable

metadata = sa.MetaData()

_PRAGMAS = (
    "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY",
    "mmap_size=268435456",
)  # fmt: skip

machines = Table(
    "machines",
    metadata,
    # the order of the fleet; a number is never given twice, so that a stale one means no machine
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    # what most selectors look at comes first: SQLite reads a row up to the last column it needs
    Column("state", Text, nullable=False),
    Column("tags", Text, nullable=False),  # as `tools.tag_text` writes them
    Column("connection", Text, nullable=False),
    Column("name", Text, nullable=False, index=True),
    Column("provider", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("zone", Text),
    Column("host", Text),
    Column("os", Text),
    Column("image", Text),
    Column("size", Text),
    Column("group", Text),
    Column("vcpus", Integer),
    Column("memory_gib", Float),
    Column("disk_gib", Float),
    Column("hourly_cost_usd", Float),
    Column("created_at", Float),  # seconds since 1970, UTC
    Column("snapshots", Integer),
    Column("public_ip", Text),
    Column("protected", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""The inventory: every machine as it was last seen, and the connection that reaches it.

Most selectors look at every row, so a row holds what they look at and nothing else.
"""

machine_records = Table(
    "machine_records",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record", Text, nullable=False),  # the whole machine as JSON
)

connections = Table(
    "connections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("refreshed_at", Float),  # when its machines were last read
    Column("error", Text),  # why the last reading failed, as JSON, or null
)

connection_keys = Table(
    "connection_keys",
    metadata,
    Column("key", Text, primary_key=True),  # what the settings or the credentials say, no secret
    Column("name", Text, nullable=False),  # what the connection calls itself once it is open
)
"""Whose machines those are of a connection that is not open yet."""

fleet_changes = Table(
    "fleet_changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("number", Integer, nullable=False),
)
"""How often the inventory was written to: what is kept in memory is fresh while it stands still."""

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),  # RFC 3339
    Column("kind", Text, nullable=False),
    Column("facts", Text, nullable=False),  # JSON
    Column("previous", Text, nullable=False),  # the hash of the entry before
    Column("hash", Text, nullable=False),
    Index("audit_kind", "kind", "number"),
)
"""What happened, in order, each entry bound to the one before; triggers refuse any change."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("number", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
"""How long the audit is and how it ends."""

schedules = Table(
    "schedules",
    metadata,
    Column("number", Integer, primary_key=True),  # the id is s-<number>
    Column("plan_id", Text, nullable=False),
    Column("call_index", Integer, nullable=False),
    Column("tenant", Text, nullable=False, index=True),
    Column("status", Text, nullable=False),  # active, done, missed, waiting, failed, cancelled
    Column("next_at", Float),  # seconds since 1970, UTC; null: fires no more
    Column("claimed_until", Float),  # somebody is firing it
    Column("created_at", Float, nullable=False),
    Column("last_at", Float),  # the moment for which it fired last
    Column("last_note", Text),  # what came of that
    Column("record", Text, nullable=False),  # call, people, what was agreed to, as JSON
    Index("schedules_due", "status", "next_at"),
)
"""Changes that run later, on the strength of the yes that was given for them."""

plans = Table(
    "plans",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("status", Text, nullable=False),  # pending, started, done, cancelled, replaced
    Column("created_at", Float, nullable=False),  # seconds since 1970, UTC
    Column("record", Text, nullable=False),  # Plan.to_dict as JSON
    Index("plans_recent", "created_at"),
)
"""What people were shown, and whether it still waits for a yes."""

approvals = Table(
    "approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("plan_id", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("record", Text, nullable=False),  # the person, surface, roles, what was typed, as JSON
    Column("at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("used_at", Float),  # when an operation stood on it; it serves once
)
"""People's yeses."""

operations = Table(
    "operations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Integer, nullable=False, index=True),  # in the order of their start
    Column("plan_id", Text, nullable=False, unique=True),  # a plan runs at most once
    Column("tenant", Text, nullable=False, index=True),
    Column("status", Text, nullable=False, index=True),
    Column("asked_by", Text, nullable=False),
    Column("record", Text, nullable=False),  # who approved, schedules made, as JSON
    Column("created_at", Float, nullable=False, index=True),
    Column("finished_at", Float),
    Column("cancelled_by", Text),
)
"""What was started on the strength of approvals."""

steps = Table(
    "steps",
    metadata,
    Column("operation_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # its index in the operation
    Column("call_index", Integer, nullable=False),
    Column("tool", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("args", Text, nullable=False),  # JSON
    Column("status", Text, nullable=False),  # pending running done failed unknown skipped cancelled
    Column("attempts", Integer, nullable=False),
    Column("seen", Text),  # what the last reading showed
    Column("error", Text),  # NovaError.as_dict as JSON
    Column("result_id", Text),  # the machine that it made, or that the machine is now
    Column("before", Text),  # the machine just before the act, as JSON
    Column("inverse", Text),  # the call that takes it back, as JSON
    Column("owner", Text),  # the process that has it
    Column("leased_until", Float),
    Column("settled_at", Float),
    Index("steps_status", "operation_id", "status"),
    Index("steps_target", "target", "operation_id"),
)
"""The journal: every act, what was attempted, and what was seen."""

machine_locks = Table(
    "machine_locks",
    metadata,
    Column("target", Text, primary_key=True),
    Column("operation_id", Text, nullable=False),
    Column("until", Float, nullable=False),
)
"""One operation at a time has a machine."""

_REFUSALS = {
    "sqlite": [
        f"CREATE TRIGGER audit_keeps_{verb.lower()} BEFORE {verb} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$",
        "CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()",
    ],
}
for _dialect, _statements in _REFUSALS.items():
    for _statement in _statements:
        event.listen(audit, "after_create", sa.DDL(_statement).execute_if(dialect=_dialect))


def open_database(url: str) -> Engine:
    """Open the database and make the tables that are not there yet.

    Args:
        url: `sqlite:///path`, `sqlite://` (in memory) or `postgresql://…`.

    Raises:
        InvalidRequest: the URL is not one of these.
        Unreachable: the database does not answer, or its file cannot be written.
    """
    engine = _engine(url)
    try:
        with engine.begin() as db:
            take_turn(db, "tables")
            metadata.create_all(db)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        raise Unreachable(
            f"The database {engine.url.render_as_string()} cannot be used: {reason}",
            hint="Check the path or the address; NOVACRON_DATABASE_URL sets it.",
        ) from error
    return engine


def _engine(url: str) -> Engine:
    try:
        parsed = sa.make_url(url)
    except ArgumentError as error:
        raise InvalidRequest(f"{url!r} is not a database URL.") from error
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite":
        raise InvalidRequest(
            f"NovaCron keeps its records in SQLite or Postgres, not in {parsed.drivername!r}."
        )
    if not parsed.database or parsed.database == ":memory:":
        engine = sa.create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    else:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, connect_args={"timeout": 30})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN, not the driver's
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: sa.Connection) -> None:
    """Take the write lock at once unless the caller says `read_only`: no lock upgrade can fail."""
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def reading(engine: Engine) -> sa.Connection:
    """A connection for reading; use it as a context manager."""
    return engine.connect().execution_options(read_only=True)


def take_turn(db: sa.Connection, what: str) -> None:
    """Wait until nobody else does this, and have it until the transaction ends.

    On SQLite whoever writes has the whole database anyway.
    """
    if db.dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(turn_number(what))))


def turn_number(what: str) -> int:
    """The number by which Postgres knows a turn."""
    digest = hashlib.sha256(f"novacron/{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def is_postgres(engine: Engine) -> bool:
    """Whether the database is Postgres."""
    return engine.dialect.name == "postgresql"


Row = sa.Row[Any]
Reader = Callable[[sa.Connection], Any]
