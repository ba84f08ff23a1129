"""The audit on Postgres: one chain of many writers, and its head in a file of the data folder."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from tools.audit import Audit
from tools.database import open_database

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)

pytestmark = pytest.mark.live


def test_many_writers_make_one_chain(postgres_url: str, tmp_path: Path) -> None:
    engines = [open_database(postgres_url) for _ in range(2)]
    chains = [Audit(engine, lambda: NOW, tmp_path) for engine in engines]

    def add(which: int) -> None:
        for number in range(20):
            chains[which % 2].append("t", writer=which, number=number)

    writers = [threading.Thread(target=add, args=(which,)) for which in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert chains[0].verify() == []
    assert [e.number for e in chains[1].entries()] == list(range(1, 81))
    for engine in engines:
        engine.dispose()


def test_postgres_refuses_edits_and_a_cut_shows(postgres_url: str, tmp_path: Path) -> None:
    engine = open_database(postgres_url)
    chain = Audit(engine, lambda: NOW, tmp_path)
    chain.append_many(("t", {"number": number}) for number in range(5))
    for statement in ("DELETE FROM audit", "UPDATE audit SET kind = 'x'", "TRUNCATE audit"):
        with pytest.raises(DatabaseError, match="only added to"), engine.begin() as db:
            db.execute(sa.text(statement))
    assert chain.verify() == []

    with engine.begin() as db:
        db.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        db.execute(sa.text("DELETE FROM audit WHERE number > 3"))
        last = "(SELECT hash FROM audit WHERE number = 3)"
        db.execute(sa.text(f"UPDATE audit_head SET number = 3, hash = {last}"))

    assert [p.what for p in chain.verify()] == [
        "the tail was cut: 5 entries were written, 3 are there"
    ]
    engine.dispose()
