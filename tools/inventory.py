"""The fleet as it was last seen, in the database: refreshed by provider, asked by selector."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from sqlalchemy import Engine

from tools.database import connections, machine_records, machines, reading, take_turn
from tools.errors import NotFound, NovaError
from tools.machine import VM, Offer
from tools.machine_rows import (
    forget_machines,
    in_batches,
    read_records,
    replace_machines,
    write_machines,
)
from tools.metric_positions import MetricPositions
from tools.providers.base import Provider
from tools.selector import METRIC_NAMES, MetricReader, Selector
from tools.selector_sql import compile_selector
from tools.tag_text import read_tags
from tools.times import Clock

_CANDIDATES = 5_000


@dataclass(frozen=True, slots=True)
class Connected:
    """One provider connection: when its machines were last read, and why not since."""

    name: str
    refreshed_at: float | None
    error: Mapping[str, Any] | None


class Inventory:
    """Every machine that the connections showed, and which connection reaches it.

    `version` grows whenever machines change here, so that what is built over it can be kept.
    """

    def __init__(
        self, engine: Engine, providers: Iterable[Provider], metrics: MetricReader, clock: Clock
    ) -> None:
        self._engine = engine
        self.providers: dict[str, Provider] = {p.name: p for p in providers}
        self._metrics = MetricPositions(metrics, self._positions)
        self._clock = clock
        self._located: tuple[tuple[int, int], dict[str, int]] | None = None
        self._offers: list[Offer] | None = None
        self._counted: dict[str, tuple[int, dict[str, int]]] = {}
        self.version = 0

    def refresh(self) -> list[Connected]:
        """Read every connection side by side; one that fails keeps its last known machines."""
        providers = list(self.providers.values())
        with ThreadPoolExecutor(max(1, len(providers))) as pool:
            results = list(pool.map(_list, providers))
        for provider, result in zip(providers, results, strict=True):
            self._save(provider, result)
        self._offers = None
        self.version += 1
        return self.connected()

    def _save(self, provider: Provider, result: list[VM] | NovaError) -> None:
        with self._engine.begin() as db:
            take_turn(db, f"inventory/{provider.name}")
            row: dict[str, Any] = {"error": None, "refreshed_at": self._clock().timestamp()}
            if isinstance(result, NovaError):
                row = {"error": json.dumps(result.as_dict())}
            else:
                replace_machines(db, provider.name, result)
            known = sa.update(connections).where(connections.c.name == provider.name).values(row)
            if db.execute(known).rowcount == 0:
                db.execute(sa.insert(connections).values(name=provider.name, **row))

    def connected(self) -> list[Connected]:
        """The state of each connection."""
        with reading(self._engine) as db:
            rows = {r.name: r for r in db.execute(sa.select(connections))}
        found: list[Connected] = []
        for name in self.providers:
            row = rows.get(name)
            error = json.loads(row.error) if row is not None and row.error else None
            found.append(Connected(name, row.refreshed_at if row else None, error))
        return found

    def select_ids(self, selector: Selector) -> list[str]:
        """The ids of the machines that a selector means, in its order: one query.

        The first few by a metric are looked for among the first thousands; only where those do not
        yield enough, a second query looks among all.
        """
        if selector.limit is None or selector.order_by not in METRIC_NAMES:
            return self._ids(selector, None)
        candidates = _CANDIDATES + selector.limit
        found = self._ids(selector, candidates)
        return found if len(found) == selector.limit else self._ids(selector, None)

    def _ids(self, selector: Selector, candidates: int | None) -> list[str]:
        dialect = self._engine.dialect.name
        query = compile_selector(
            selector, self._clock(), self._metrics, dialect, candidates=candidates
        )
        with reading(self._engine) as db:
            if dialect != "sqlite":
                return list(db.scalars(query))
            found = query.subquery()
            return json.loads(db.scalar(sa.select(sa.func.json_group_array(found.c.id))) or "[]")

    def _positions(self) -> dict[str, int]:
        """The position of every machine; the same mapping until the inventory changes."""
        with reading(self._engine) as db:
            last = db.scalar(sa.select(sa.func.max(machines.c.position))) or 0
            if self._located is None or self._located[0] != (self.version, last):
                rows = db.execute(sa.select(machines.c.id, machines.c.position))
                self._located = ((self.version, last), {row[0]: row[1] for row in rows})
        return self._located[1]

    def select(self, selector: Selector) -> list[VM]:
        """The machines that a selector means, in its order."""
        ids = self.select_ids(selector)
        found = self.get(ids)
        return [found[i] for i in ids]

    def all(self) -> list[VM]:
        """The whole fleet, in the order in which it was first seen."""
        query = sa.select(machine_records.c.record)
        query = query.join(machines, machines.c.id == machine_records.c.id)
        with reading(self._engine) as db:
            return read_records(db.scalars(query.order_by(machines.c.position)))

    def get(self, ids: Sequence[str]) -> dict[str, VM]:
        """The known machines among these, by id."""
        found: dict[str, VM] = {}
        with reading(self._engine) as db:
            for part in in_batches(ids, 500):
                query = sa.select(machine_records.c.record)
                records = db.scalars(query.where(machine_records.c.id.in_(part)))
                found.update((vm.id, vm) for vm in read_records(records))
        return found

    def named(self, name: str) -> list[VM]:
        """The machines that bear exactly this name."""
        query = sa.select(machine_records.c.record)
        query = query.join(machines, machines.c.id == machine_records.c.id)
        with reading(self._engine) as db:
            named = query.where(machines.c.name == name)
            return read_records(db.scalars(named.order_by(machines.c.position)))

    def missing_names(self, names: Sequence[str]) -> list[str]:
        """Those of these names that no machine bears, in one query."""
        known: set[str] = set()
        with reading(self._engine) as db:
            for part in in_batches(names, 500):
                query = sa.select(machines.c.name).where(machines.c.name.in_(part)).distinct()
                known.update(db.scalars(query))
        return [name for name in names if name not in known]

    def names(self) -> list[tuple[str, str]]:
        """(name, id) of every machine, in fleet order."""
        query = sa.select(machines.c.name, machines.c.id).order_by(machines.c.position)
        with reading(self._engine) as db:
            return [(row.name, row.id) for row in db.execute(query)]

    def closest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """The names that exist and look most like this one, best first."""
        query = sa.select(machines.c.name).distinct()
        with reading(self._engine) as db:
            known = list(db.scalars(query))
        ranked = process.extract(name, known, scorer=fuzz.ratio, limit=limit, score_cutoff=55)
        return tuple(found for found, _, _ in ranked)

    def values(self, field: str) -> list[str]:
        """The distinct values of a column of the record, such as `region`."""
        query = sa.select(machines.c[field]).distinct().where(machines.c[field].is_not(None))
        with reading(self._engine) as db:
            return sorted(db.scalars(query))

    def tag_values(self) -> dict[str, list[str]]:
        """Every tag key in the fleet with the values that it has."""
        found: dict[str, set[str]] = {}
        with reading(self._engine) as db:
            for text in db.scalars(sa.select(machines.c.tags).distinct()):
                for key, value in read_tags(text).items():
                    found.setdefault(key, set()).add(value)
        return {key: sorted(values) for key, values in sorted(found.items())}

    def tag_counts(self, key: str) -> dict[str, int]:
        """How many machines have each value of a tag; counted once for each state of the fleet."""
        known = self._counted.get(key)
        if known is None or known[0] != self.version:
            known = self._counted[key] = (self.version, self._count_tag(key))
        return dict(known[1])

    def _count_tag(self, key: str) -> dict[str, int]:
        query = sa.select(machines.c.tags, sa.func.count()).group_by(machines.c.tags)
        counts = Counter[str]()
        with reading(self._engine) as db:
            for text, number in db.execute(query):
                value = read_tags(text).get(key)
                if value is not None:
                    counts[value] += number
        return counts

    def count(self) -> int:
        """How many machines are known."""
        with reading(self._engine) as db:
            return db.execute(sa.select(sa.func.count()).select_from(machines)).scalar_one()

    def connections_of(self, ids: Sequence[str]) -> dict[str, str]:
        """The name of the connection that reaches each of these machines."""
        found: dict[str, str] = {}
        with reading(self._engine) as db:
            for part in in_batches(ids, 500):
                query = sa.select(machines.c.id, machines.c.connection)
                rows = db.execute(query.where(machines.c.id.in_(part)))
                found.update((row.id, row.connection) for row in rows)
        return found

    def provider_of(self, machine_id: str) -> Provider:
        """The connection that reaches a machine.

        Raises:
            NotFound: the machine is not in the inventory.
        """
        return self.providers_of([machine_id])[machine_id]

    def providers_of(self, ids: Sequence[str]) -> dict[str, Provider]:
        """The connection that reaches each of these machines.

        Raises:
            NotFound: one of them is not in the inventory.
        """
        names = self.connections_of(ids)
        for machine_id in ids:
            if names.get(machine_id) not in self.providers:
                raise NotFound(f"No connection reaches the machine {machine_id!r}.")
        return {machine_id: self.providers[names[machine_id]] for machine_id in ids}

    def offers(self) -> list[Offer]:
        """What the connections offer; read once after each refresh."""
        if self._offers is None:
            self._offers = [offer for p in self.providers.values() for offer in _offers(p)]
        return self._offers

    def offer(self, provider: str) -> Offer | None:
        """What one kind of provider offers, or None if no connection reaches it."""
        return next((o for o in self.offers() if o.provider == provider), None)

    def provider_for(self, kind: str, region: str | None = None) -> Provider:
        """The connection on which a new machine of this kind is made.

        Raises:
            NotFound: no connection offers it.
        """
        for provider in self.providers.values():
            for offer in _offers(provider):
                if offer.provider == kind and (region is None or region in offer.regions):
                    return provider
        where = f"{kind} in {region}" if region else kind
        raise NotFound(f"No connection offers {where}.")

    def update(self, connection: str, seen: Iterable[VM], gone: Iterable[str] = ()) -> None:
        """Take over fresh readings of some machines, and forget those that are gone."""
        seen, gone = list(seen), list(gone)
        if not seen and not gone:
            return
        reached: dict[str, list[VM]] = {connection: []}
        for vm in seen:
            reached.setdefault(self._reaching(connection, vm.id), []).append(vm)
        with self._engine.begin() as db:
            for name in sorted(reached):
                take_turn(db, f"inventory/{name}")
            forget_machines(db, gone)
            for name, vms in reached.items():
                write_machines(db, name, vms)
        self._offers = None
        self.version += 1

    def _reaching(self, connection: str, machine_id: str) -> str:
        """The connection that reaches a machine, which may have moved from where it was seen."""
        provider = self.providers.get(connection)
        if provider is None or provider.reaches(machine_id):
            return connection
        alike = (p for p in self.providers.values() if p.kind == provider.kind)
        return next((p.name for p in alike if p.reaches(machine_id)), connection)


def _list(provider: Provider) -> list[VM] | NovaError:
    try:
        return provider.list_machines()
    except NovaError as error:
        return error


def _offers(provider: Provider) -> list[Offer]:
    try:
        return provider.offers()
    except NovaError:
        return []
