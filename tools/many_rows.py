"""Many rows in one statement: on Postgres as one JSON parameter, on SQLite by its own driver.

A statement a row costs Postgres a parse, a plan and an answer each, and us as much again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[dict[str, Any]]
"""Rows of one table, each with the same columns."""


def among(db: sa.Connection, column: sa.Column[Any], values: Collection[Any]) -> Any:
    """Whether a column has one of these values: one parameter, however many they are."""
    if db.dialect.name == "postgresql":
        array = sa.cast(sa.literal(_array_of(values), sa.Text), sa.ARRAY(column.type))
        once = sa.select(array).scalar_subquery()  # as it stands it is read again for each row
        return column == sa.func.any(sa.cast(once, sa.ARRAY(column.type)))
    rows = sa.func.json_each(json.dumps(list(values))).table_valued("value")
    return column.in_(sa.select(rows.c.value))


def _array_of(values: Collection[Any]) -> str:
    """An array as Postgres writes it; the driver takes ten times as long over a long list."""
    quoted = (str(v).replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def insert_rows(db: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Add these rows."""
    if db.dialect.name != "postgresql":
        db.execute(sa.insert(table), rows)
        return
    given = _given(table, rows)
    db.execute(sa.insert(table).from_select(list(rows[0]), sa.select(*given.c)))


def upsert_rows(
    db: sa.Connection,
    table: sa.Table,
    key: str,
    rows: Rows,
    where: sa.ColumnElement[bool] | None = None,
) -> None:
    """Add these rows; where one with this key is there, it becomes as given.

    Args:
        where: what must hold of a row that is there, or it is left as it is.
    """
    if db.dialect.name != "postgresql":
        statement = sqlite.insert(table)
        new = {name: statement.excluded[name] for name in rows[0] if name != key}
        db.execute(statement.on_conflict_do_update([key], set_=new, where=where), rows)
        return
    last = list({row[key]: row for row in rows}.values())  # one statement changes a row once
    given = _given(table, last)
    made = postgresql.insert(table).from_select(list(rows[0]), sa.select(*given.c))
    new = {name: made.excluded[name] for name in rows[0] if name != key}
    db.execute(made.on_conflict_do_update(index_elements=[key], set_=new, where=where))


def update_rows(
    db: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool], key: str, rows: Rows
) -> None:
    """Change rows: each of these gives the key of one and what its other columns become.

    Args:
        where: what must hold of a row beside its key.
    """
    names = [name for name in rows[0] if name != key]
    if db.dialect.name == "postgresql":
        given = _given(table, rows)
        change = sa.update(table).where(where, table.c[key] == given.c[key])
        db.execute(change.values({name: given.c[name] for name in names}))
        return
    change = sa.update(table).where(where, table.c[key] == sa.bindparam("of"))
    change = change.values({name: sa.bindparam(name) for name in names})
    db.execute(change, [{"of": row[key], **{n: row[n] for n in names}} for row in rows])


def _given(table: sa.Table, rows: Rows) -> sa.TableValuedAlias:
    """The rows as a table of the statement."""
    text = sa.literal(json.dumps(rows, ensure_ascii=False), sa.Text)
    read = sa.func.json_to_recordset(sa.cast(text, postgresql.JSON))
    columns = [sa.column(name, table.c[name].type) for name in rows[0]]
    return read.table_valued(*columns, name="given").render_derived(with_types=True)
