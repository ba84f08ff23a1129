"""Selectors over a large fleet as queries, which come back as the ids of the machines they mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.database import machines, reading
from tools.many_rows import among
from tools.metric_positions import MetricPositions
from tools.selector import METRIC_NAMES, MetricReader, Selector
from tools.selector_sql import compile_selector
from tools.times import Clock

_CANDIDATES = 5_000


class Choosing:
    """Asks the database which machines a selector means.

    Args:
        version: which state of the fleet the database is in.
    """

    def __init__(
        self,
        engine: Engine,
        metrics: MetricReader,
        clock: Clock,
        version: Callable[[], tuple[int, int]],
    ) -> None:
        self._engine = engine
        self._metrics = MetricPositions(metrics, self._positions)
        self._clock = clock
        self._version = version
        self._located: tuple[tuple[tuple[int, int], int], dict[str, int]] | None = None
        self._ids_at: list[str] = []

    def ids(self, selector: Selector) -> list[str]:
        """The ids of the machines that a selector means, in its order.

        It takes one query at most, and another for ids that are not in memory yet. The first few
        by a metric are looked for among the first thousands; only where those do not yield enough,
        a further query looks among all.
        """
        if selector.limit is None or selector.order_by not in METRIC_NAMES:
            return self._found(selector, None)
        found = self._found(selector, _CANDIDATES + selector.limit)
        return found if len(found) == selector.limit else self._found(selector, None)

    def forget(self) -> None:
        """Keep no position: the database was made anew."""
        self._ids_at = []

    def _found(self, selector: Selector, candidates: int | None) -> list[str]:
        dialect = self._engine.dialect.name
        query = compile_selector(
            selector, self._clock(), self._metrics, dialect, candidates=candidates
        )
        with reading(self._engine) as db:
            if dialect != "sqlite":
                return list(db.scalars(query).all())
            found = query.with_only_columns(machines.c.position).subquery()
            array = db.scalar(sa.select(sa.func.json_group_array(found.c.position)))
            return self._at(db, json.loads(array or "[]"))

    def _at(self, db: sa.Connection, positions: Sequence[int]) -> list[str]:
        """The ids of the machines at these positions: a position is never another machine's.

        A hundred thousand numbers come out of a query several times as fast as as many ids.
        """
        known = self._ids_at
        try:
            found = [known[position] for position in positions]
        except IndexError:
            found = [""]
        if "" not in found:
            return found
        known.extend([""] * (max(positions) + 1 - len(known)))
        missing = [position for position in positions if not known[position]]
        query = sa.select(machines.c.position, machines.c.id)
        for row in db.execute(query.where(among(db, machines.c.position, missing))):
            known[row[0]] = row[1]
        return [known[position] for position in positions if known[position]]

    def _positions(self) -> dict[str, int]:
        """The position of every machine; the same mapping until the inventory changes."""
        version = self._version()
        with reading(self._engine) as db:
            last = db.scalar(sa.select(sa.func.max(machines.c.position))) or 0
            stamp = (version, last)
            if self._located is None or self._located[0] != stamp:
                cursor: Any = db.connection.cursor()  # a third of the time that rows take
                cursor.execute("SELECT id, position FROM machines")
                self._located = (stamp, dict(cursor.fetchall()))
        return self._located[1]
