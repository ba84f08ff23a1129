"""A selector as one SQL query over the inventory, the same on SQLite and on Postgres."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from tools.database import machines
from tools.metric_positions import MetricPositions, Positions
from tools.selector import (
    GLOB_FIELDS,
    LIST_FIELDS,
    NUMBER_FIELDS,
    Bounds,
    Selector,
    is_glob,
    order_metric,
)
from tools.tag_text import any_tag, one_tag

Condition = ColumnElement[bool]


def compile_selector(
    selector: Selector,
    now: datetime,
    metrics: MetricPositions,
    dialect: str,
    *,
    candidates: int | None = None,
) -> Select[Any]:
    """The query that gives the ids of the machines that `selector` means, in its order.

    Conditions on metrics are answered by `metrics` first and enter the query as lists of positions.
    Of an order by a metric only so many `candidates` are looked at, the first in that order.
    """
    builder = _Builder(now, metrics, dialect)
    query = sa.select(machines.c.id).where(builder.condition(selector))
    query = _ordered(query, selector, builder, candidates)
    return query.limit(selector.limit) if selector.limit else query


class _Builder:
    def __init__(self, now: datetime, metrics: MetricPositions, dialect: str) -> None:
        self.now = now.timestamp()
        self.metrics = metrics
        self.dialect = dialect

    def condition(self, selector: Selector) -> Condition:
        if not (selector.all or selector.is_narrowed()):
            return sa.false()
        parts: list[Condition] = [*self._words(selector), *self._tags(selector)]
        for field in NUMBER_FIELDS:
            bounds = getattr(selector, field)
            if bounds is not None:
                parts.extend(_within(self.number(field), bounds))
        parts.extend(self._at(self.metrics.meeting(c)) for c in selector.metric or ())
        if selector.exclude is not None:
            # coalesce: a condition on an unknown value is null, and null excludes nothing
            excluded = self.condition(selector.exclude)
            parts.append(sa.not_(sa.func.coalesce(excluded, sa.false(), type_=sa.Boolean)))
        return sa.and_(sa.true(), *parts)

    def _words(self, selector: Selector) -> Iterable[Condition]:
        if selector.names is not None:
            yield self._any_of(machines.c.name, selector.names, True)
        if selector.ids is not None:
            yield self.in_ids(selector.ids)
        for field in LIST_FIELDS:
            wanted = getattr(selector, field)
            if wanted is not None:
                yield self._any_of(machines.c[field], wanted, field in GLOB_FIELDS)
        if selector.public_ip is not None:
            column = machines.c.public_ip
            yield column.is_not(None) if selector.public_ip else column.is_(None)
        if selector.protected is not None:
            yield machines.c.protected.is_(selector.protected)

    def _tags(self, selector: Selector) -> Iterable[Condition]:
        for key, values in (selector.tags or {}).items():
            yield sa.or_(*(self._has(one_tag(key, value)) for value in values))
        for key in selector.missing_tags or ():
            yield sa.not_(self._has(any_tag(key)))

    def _has(self, part: str) -> Condition:
        find = sa.func.instr if self.dialect == "sqlite" else sa.func.strpos
        return find(machines.c.tags, part) > 0

    def _any_of(self, column: ColumnElement[Any], wanted: Iterable[str], globs: bool) -> Condition:
        wanted = tuple(wanted)
        patterns = [w for w in wanted if globs and is_glob(w)]
        exact = [w for w in wanted if w not in patterns]
        parts: list[Condition] = [self._like(column, p) for p in patterns]
        if exact:
            parts.append(column.in_(exact))
        return sa.or_(sa.false(), *parts)

    def _like(self, column: ColumnElement[Any], pattern: str) -> Condition:
        if self.dialect == "sqlite":  # GLOB is case-sensitive and uses an index; LIKE is neither
            return column.bool_op("GLOB")(pattern.replace("[", "[[]"))
        escaped = pattern.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return column.like(escaped.replace("*", "%").replace("?", "_"), escape="\\")

    def _at(self, positions: Positions) -> Condition:
        if self.dialect == "postgresql":
            array = sa.cast(positions.numbers, sa.ARRAY(sa.BigInteger))
            return machines.c.position == sa.func.any(array)
        rows = sa.func.json_each(positions.text).table_valued("value")
        return machines.c.position.in_(sa.select(rows.c.value))

    def in_ids(self, ids: Iterable[str]) -> Condition:
        """Membership with one bound parameter, however many ids there are."""
        ids = list(ids)
        if self.dialect == "postgresql":
            return machines.c.id == sa.func.any(sa.cast(ids, sa.ARRAY(sa.Text)))
        rows = sa.func.json_each(json.dumps(ids)).table_valued("value")
        return machines.c.id.in_(sa.select(rows.c.value))

    def number(self, field: str) -> ColumnElement[Any]:
        if field == "age_days":
            return (sa.literal(self.now) - machines.c.created_at) / 86400.0
        return machines.c[field]

    def ranks(self, positions: Positions, first: int | None) -> Any:
        """A derived table (value: position, key: rank) of the first of these, or of all."""
        chosen = positions.first(first) if first else positions
        if self.dialect == "postgresql":
            array = sa.cast(chosen.numbers, sa.ARRAY(sa.BigInteger))
            unnested = sa.func.unnest(array)
            ranks = unnested.table_valued("value", with_ordinality="key", name="ranks")
            return ranks.render_derived()
        return sa.func.json_each(chosen.text).table_valued("value", "key", name="ranks")


def _within(column: ColumnElement[Any], bounds: Bounds) -> Iterable[Condition]:
    yield column.is_not(None)
    for operator, figure in bounds.given():
        name = {"gt": "__gt__", "ge": "__ge__", "lt": "__lt__", "le": "__le__", "eq": "__eq__"}
        yield getattr(column, name[operator])(figure)


def _ordered(
    query: Select[Any], selector: Selector, builder: _Builder, candidates: int | None
) -> Select[Any]:
    if selector.order_by is None:
        return query.order_by(machines.c.position)
    metric = order_metric(selector)
    if metric is not None:
        ranked = builder.metrics.ranked(metric, selector.descending)
        ranks = builder.ranks(ranked, candidates)
        return query.join(ranks, ranks.c.value == machines.c.position).order_by(ranks.c.key)
    column = builder.number(selector.order_by)
    query = query.where(column.is_not(None))
    if selector.order_by == "name" and builder.dialect == "postgresql":
        column = sa.collate(column, "C")  # by code point, as SQLite and Python do
    order = column.desc() if selector.descending else column.asc()
    return query.order_by(order, machines.c.position)
