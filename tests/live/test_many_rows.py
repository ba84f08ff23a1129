"""Many rows in one statement: the same on SQLite and on Postgres."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tools.database import machine_locks, open_database, reading, steps
from tools.many_rows import among, insert_rows, update_rows, upsert_rows

pytestmark = pytest.mark.live

ODD = "a 'quote', a \"word\", a \\ and ünï→ 100 % :of {}"


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    postgres = request.param == "postgres"
    made = open_database(request.getfixturevalue("postgres_url") if postgres else "sqlite://")
    yield made
    made.dispose()


def step(number: int, **more: Any) -> dict[str, Any]:
    """A row of the journal."""
    return {
        "operation_id": "one", "number": number, "call_index": 0, "tool": "stop_vms",
        "target": f"a/{number}", "label": ODD, "args": "{}", "status": "pending", "attempts": 0,
        "seen": None, **more,
    }  # fmt: skip


def lock(target: str, operation: str, until: float) -> dict[str, Any]:
    """A row of the machines' locks."""
    return {"target": target, "operation_id": operation, "until": until}


def locks(engine: sa.Engine) -> dict[str, str]:
    with reading(engine) as db:
        rows = db.execute(sa.select(machine_locks).order_by(machine_locks.c.target))
        return {row.target: row.operation_id for row in rows}


def test_rows_are_added_and_changed_as_given(engine: sa.Engine) -> None:
    moment = time.time()
    with engine.begin() as db:
        insert_rows(db, steps, [step(n) for n in range(3)] + [step(0, operation_id="two")])
        begun = [
            {"number": n, "status": "running", "seen": ODD if n else None, "settled_at": moment}
            for n in (0, 2)
        ]
        update_rows(db, steps, steps.c.operation_id == "one", "number", begun)
    query = sa.select(steps).order_by(steps.c.operation_id, steps.c.number)
    with reading(engine) as db:
        found = [
            (row.operation_id, row.number, row.label, row.status, row.seen, row.settled_at)
            for row in db.execute(query)
        ]

    assert found == [
        ("one", 0, ODD, "running", None, moment),
        ("one", 1, ODD, "pending", None, None),
        ("one", 2, ODD, "running", ODD, moment),
        ("two", 0, ODD, "pending", None, None),
    ]


def test_a_row_that_is_there_changes_only_where_it_may(engine: sa.Engine) -> None:
    free = machine_locks.c.until < 100
    with engine.begin() as db:
        upsert_rows(db, machine_locks, "target", [lock("a", "old", 1), lock("b", "old", 200)])
        wanted = [lock("a", "new", 300), lock("b", "new", 300), lock("c", "new", 300)]
        upsert_rows(db, machine_locks, "target", wanted, where=free)

    assert locks(engine) == {"a": "new", "b": "old", "c": "new"}


def test_of_two_rows_with_one_key_the_last_stays(engine: sa.Engine) -> None:
    with engine.begin() as db:
        upsert_rows(db, machine_locks, "target", [lock("a", "one", 1), lock("a", "two", 2)])

    assert locks(engine) == {"a": "two"}


def test_a_column_is_compared_with_many_values_or_with_none(engine: sa.Engine) -> None:
    names = [f"m-{n}" for n in range(40_000)]
    with engine.begin() as db:
        upsert_rows(db, machine_locks, "target", [lock(t, "x", 1) for t in ("m-7", ODD, "other")])
        query = sa.select(machine_locks.c.target).order_by(machine_locks.c.target)
        many = db.scalars(query.where(among(db, machine_locks.c.target, [*names, ODD]))).all()
        none = db.scalars(query.where(among(db, machine_locks.c.target, []))).all()

    assert sorted(many) == sorted([ODD, "m-7"])
    assert none == []
