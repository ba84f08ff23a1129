"""A selector as one SQL query over the inventory, the same on SQLite and on Postgres."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from tools.database import machine_tags, machines
from tools.selector import (
    GLOB_FIELDS,
    LIST_FIELDS,
    METRIC_NAMES,
    NUMBER_FIELDS,
    Bounds,
    MetricCondition,
    MetricReader,
    Selector,
    is_glob,
    order_metric,
)

Condition = ColumnElement[bool]


def compile_selector(
    selector: Selector, now: datetime, metrics: MetricReader, dialect: str
) -> Select[Any]:
    """The query that gives the ids of the machines that `selector` means, in its order.

    Metric conditions are answered by `metrics` first and enter the query as lists of ids.
    """
    builder = _Builder(now, metrics, dialect)
    query = sa.select(machines.c.id).where(builder.condition(selector))
    query = _ordered(query, selector, builder)
    return query.limit(selector.limit) if selector.limit else query


class _Builder:
    def __init__(self, now: datetime, metrics: MetricReader, dialect: str) -> None:
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
        parts.extend(self._metric(c) for c in selector.metric or ())
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
            tagged = sa.select(machine_tags.c.machine_id).where(
                machine_tags.c.key == key, machine_tags.c.value.in_(values)
            )
            yield machines.c.id.in_(tagged)
        for key in selector.missing_tags or ():
            tagged = sa.select(machine_tags.c.machine_id).where(machine_tags.c.key == key)
            yield machines.c.id.not_in(tagged)

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

    def _metric(self, condition: MetricCondition) -> Condition:
        values = self.metrics(condition.name, condition.aggregate, condition.window)
        return self.in_ids([i for i, value in values.items() if condition.hold(value)])

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

    def metric_order(self, metric: MetricCondition) -> Any:
        """A derived table (id, value) of a metric."""
        values = self.metrics(metric.name, metric.aggregate, metric.window)
        each = sa.func.json_each if self.dialect == "sqlite" else sa.func.json_each_text
        argument: Any = json.dumps(values)
        if self.dialect == "postgresql":
            argument = sa.cast(argument, sa.JSON)
        return each(argument).table_valued("key", "value", name="metric_values")


def _within(column: ColumnElement[Any], bounds: Bounds) -> Iterable[Condition]:
    yield column.is_not(None)
    for operator, figure in bounds.given():
        name = {"gt": "__gt__", "ge": "__ge__", "lt": "__lt__", "le": "__le__", "eq": "__eq__"}
        yield getattr(column, name[operator])(figure)


def _ordered(query: Select[Any], selector: Selector, builder: _Builder) -> Select[Any]:
    if selector.order_by is None:
        return query.order_by(machines.c.position)
    metric = order_metric(selector)
    if metric is not None and selector.order_by in METRIC_NAMES:
        values = builder.metric_order(metric)
        query = query.join(values, values.c.key == machines.c.id)
        column: ColumnElement[Any] = sa.cast(values.c.value, sa.Float)
    else:
        column = builder.number(selector.order_by)
        query = query.where(column.is_not(None))
        if selector.order_by == "name" and builder.dialect == "postgresql":
            column = sa.collate(column, "C")  # by code point, as SQLite and Python do
    order = column.desc() if selector.descending else column.asc()
    return query.order_by(order, machines.c.position)
