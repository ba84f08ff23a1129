"""The audit chain: what was added can be read, and nothing can be taken back unseen."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from tools.audit import Audit
from tools.database import audit, audit_head, open_database

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'nova.db'}")


@pytest.fixture
def chain(engine: Engine) -> Audit:
    made = Audit(engine, lambda: NOW)
    for number in range(1, 6):
        made.append("step.done", machine=f"web-{number}", seen="stopped")
    return made


def without_guards(engine: Engine, *statements: sa.Executable) -> None:
    """What somebody with the database file in hand can do."""
    with engine.begin() as db:
        db.exec_driver_sql("DROP TRIGGER IF EXISTS audit_keeps_update")
        db.exec_driver_sql("DROP TRIGGER IF EXISTS audit_keeps_delete")
        for statement in statements:
            db.execute(statement)


def numbers(chain: Audit) -> list[int | None]:
    return [problem.number for problem in chain.verify()]


def test_an_untouched_chain_has_no_problem(chain: Audit) -> None:
    assert chain.verify() == []
    assert [e.number for e in chain.entries()] == [1, 2, 3, 4, 5]
    assert chain.entries()[0].facts == {"machine": "web-1", "seen": "stopped"}


def test_the_database_refuses_to_change_or_delete_an_entry(chain: Audit, engine: Engine) -> None:
    for statement in (sa.update(audit).values(kind="x"), sa.delete(audit)):
        with pytest.raises(DatabaseError, match="only added to"), engine.begin() as db:
            db.execute(statement)

    assert chain.verify() == []


@pytest.mark.parametrize("column", ["at", "kind", "facts", "hash", "previous"])
def test_an_edit_of_any_column_shows(chain: Audit, engine: Engine, column: str) -> None:
    value = {"at": "2026-11-23T11:00:00+00:00", "facts": '{"machine":"db-1"}'}.get(column, "f" * 64)
    without_guards(engine, sa.update(audit).where(audit.c.number == 3).values({column: value}))

    assert 3 in numbers(chain)


def test_an_edit_with_its_hash_worked_out_anew_shows_at_the_next_entry(
    chain: Audit, engine: Engine, tmp_path: Path
) -> None:
    other = Audit(open_database(f"sqlite:///{tmp_path / 'other.db'}"), lambda: NOW)
    for number in range(1, 4):
        machine = "db-1" if number == 3 else f"web-{number}"
        other.append("step.done", machine=machine, seen="stopped")
    forged = other.entries()[2]
    values = {"facts": json.dumps(forged.facts, separators=(",", ":")), "hash": forged.hash}
    without_guards(engine, sa.update(audit).where(audit.c.number == 3).values(values))

    assert numbers(chain) == [4]


def test_a_gap_and_a_reorder_show(chain: Audit, engine: Engine) -> None:
    without_guards(engine, sa.delete(audit).where(audit.c.number == 2))
    assert numbers(chain) == [2]

    swap = [(3, 99), (4, 3), (99, 4)]
    without_guards(
        engine,
        *(sa.update(audit).where(audit.c.number == a).values(number=b) for a, b in swap),
    )
    assert {3, 4} <= set(numbers(chain))


def cut(engine: Engine) -> None:
    without_guards(engine, sa.delete(audit).where(audit.c.number > 3))


def cut_with_head(engine: Engine) -> None:
    last = sa.select(audit.c.hash).where(audit.c.number == 3).scalar_subquery()
    without_guards(
        engine,
        sa.delete(audit).where(audit.c.number > 3),
        sa.update(audit_head).values(number=3, hash=last),
    )


def wipe(engine: Engine) -> None:
    without_guards(engine, sa.delete(audit), sa.delete(audit_head))


@pytest.mark.parametrize("tamper", [cut, cut_with_head, wipe])
def test_a_cut_tail_shows(chain: Audit, engine: Engine, tamper: Callable[[Engine], None]) -> None:
    tamper(engine)

    assert any("cut" in problem.what for problem in chain.verify())


def test_a_cut_tail_that_was_written_on_shows(chain: Audit, engine: Engine) -> None:
    cut_with_head(engine)
    for _ in range(4):
        chain.append("step.done", machine="other")

    assert any("head file" in problem.what for problem in chain.verify())


def test_a_missing_head_file_shows(chain: Audit) -> None:
    assert chain.head_file is not None
    chain.head_file.unlink()

    assert [p.what for p in chain.verify()] == [
        "the head file nova.db.audit-head is missing or unreadable"
    ]


def test_many_threads_and_two_openings_make_one_chain(engine: Engine, tmp_path: Path) -> None:
    second = Audit(open_database(f"sqlite:///{tmp_path / 'nova.db'}"), lambda: NOW)
    both = [Audit(engine, lambda: NOW), second]

    def add(which: int) -> None:
        for number in range(10):
            both[which % 2].append("t", thread=which, number=number)

    threads = [threading.Thread(target=add, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert both[0].verify() == []
    assert len(second.entries()) == 40


def test_a_transaction_that_fails_leaves_nothing(chain: Audit, engine: Engine) -> None:
    with engine.connect() as db:
        chain.append_many([("lost", {})], db)
        db.rollback()

    chain.append("kept")
    assert chain.verify() == []
    assert [e.kind for e in chain.entries(after=5)] == ["kept"]


def test_ten_thousand_results_go_in_at_once(chain: Audit) -> None:
    chain.append_many(("step.done", {"machine": f"m-{n}"}) for n in range(10_000))

    assert chain.verify() == []
    assert chain.entries(limit=1)[0].number == 10_005


def test_entries_are_found_by_time_kind_and_number(engine: Engine) -> None:
    now = [NOW]
    chain = Audit(engine, lambda: now[0])
    chain.append("plan.approved", plan="p1")
    now[0] += timedelta(hours=1)
    chain.append("plan.cancelled", plan="p2")
    chain.append("step.done")

    assert [e.facts for e in chain.entries(NOW + timedelta(minutes=1), kind="plan.*")] == [
        {"plan": "p2"}
    ]
    assert [e.number for e in chain.entries(kind="plan.approved")] == [1]
    assert [e.number for e in chain.entries(limit=2)] == [2, 3]


def test_lines_carry_the_whole_chain(chain: Audit) -> None:
    written = [json.loads(line) for line in chain.lines()]

    assert [w["number"] for w in written] == [1, 2, 3, 4, 5]
    assert [w["previous"] for w in written[1:]] == [w["hash"] for w in written[:-1]]


def test_without_a_file_the_database_keeps_the_head() -> None:
    engine = open_database("sqlite://")
    chain = Audit(engine, lambda: NOW)
    chain.append_many([("a", {}), ("b", {}), ("c", {})])
    assert chain.verify() == []

    without_guards(engine, sa.delete(audit).where(audit.c.number == 3))
    assert any("cut" in problem.what for problem in chain.verify())
