"""The fleet as it was last seen, in the database: refreshed by provider, asked by selector."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from sqlalchemy import Engine

from tools.database import connections, machine_tags, machines, reading
from tools.errors import NotFound, NovaError
from tools.machine import VM, Offer
from tools.providers.base import Provider
from tools.selector import MetricReader, Selector
from tools.selector_sql import compile_selector
from tools.times import Clock

_BATCH = 2_000


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
        self._metrics = metrics
        self._clock = clock
        self._offers: list[Offer] | None = None
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
            row: dict[str, Any] = {"error": None, "refreshed_at": self._clock().timestamp()}
            if isinstance(result, NovaError):
                row = {"error": json.dumps(result.as_dict())}
            else:
                _forget(db, machines.c.connection == provider.name)
                _insert(db, provider.name, result)
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
        """The ids of the machines that a selector means, in its order: one query."""
        query = compile_selector(selector, self._clock(), self._metrics, self._engine.dialect.name)
        with reading(self._engine) as db:
            return list(db.scalars(query))

    def select(self, selector: Selector) -> list[VM]:
        """The machines that a selector means, in its order."""
        ids = self.select_ids(selector)
        found = self.get(ids)
        return [found[i] for i in ids]

    def all(self) -> list[VM]:
        """The whole fleet, in the order in which the providers list it."""
        query = sa.select(machines.c.record).order_by(machines.c.position)
        with reading(self._engine) as db:
            return [_vm(record) for record in db.scalars(query)]

    def get(self, ids: Sequence[str]) -> dict[str, VM]:
        """The known machines among these, by id."""
        found: dict[str, VM] = {}
        with reading(self._engine) as db:
            for part in _batches(list(ids), 500):
                query = sa.select(machines.c.id, machines.c.record).where(machines.c.id.in_(part))
                found.update((row.id, _vm(row.record)) for row in db.execute(query))
        return found

    def named(self, name: str) -> list[VM]:
        """The machines that bear exactly this name."""
        query = sa.select(machines.c.record).where(machines.c.name == name)
        with reading(self._engine) as db:
            rows = db.scalars(query.order_by(machines.c.position))
            return [_vm(record) for record in rows]

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
        query = sa.select(machine_tags.c.key, machine_tags.c.value).distinct()
        found: dict[str, list[str]] = {}
        with reading(self._engine) as db:
            for row in db.execute(query.order_by(machine_tags.c.key, machine_tags.c.value)):
                found.setdefault(row.key, []).append(row.value)
        return found

    def count(self) -> int:
        """How many machines are known."""
        with reading(self._engine) as db:
            return db.execute(sa.select(sa.func.count()).select_from(machines)).scalar_one()

    def connections_of(self, ids: Sequence[str]) -> dict[str, str]:
        """The name of the connection that reaches each of these machines."""
        found: dict[str, str] = {}
        with reading(self._engine) as db:
            for part in _batches(list(ids), 500):
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
        seen = list(seen)
        touched = [*gone, *(vm.id for vm in seen)]
        if not touched:
            return
        with self._engine.begin() as db:
            kept = sa.select(machines.c.id, machines.c.position)
            positions: dict[str, int] = {}
            for part in _batches(touched, 500):
                rows = db.execute(kept.where(machines.c.id.in_(part)))
                positions.update((row.id, row.position) for row in rows)
                _forget(db, machines.c.id.in_(part))
            _insert(db, connection, seen, positions)
        self._offers = None
        self.version += 1


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


def _vm(record: str) -> VM:
    return VM.from_dict(json.loads(record))


def _batches(items: list[Any], size: int) -> Iterable[list[Any]]:
    return (items[i : i + size] for i in range(0, len(items), size))


def _forget(db: sa.Connection, condition: sa.ColumnElement[bool]) -> None:
    ids = sa.select(machines.c.id).where(condition)
    db.execute(sa.delete(machine_tags).where(machine_tags.c.machine_id.in_(ids)))
    db.execute(sa.delete(machines).where(condition))


def _insert(
    db: sa.Connection, connection: str, vms: list[VM], positions: Mapping[str, int] | None = None
) -> None:
    start = db.scalar(sa.select(sa.func.coalesce(sa.func.max(machines.c.position), -1))) or 0
    for part in _batches(list(enumerate(vms, start + 1)), _BATCH):
        rows = [
            {**_row(vm, connection), "position": (positions or {}).get(vm.id, n)} for n, vm in part
        ]
        db.execute(sa.insert(machines), rows)
        tags = [
            {"machine_id": vm.id, "key": key, "value": value}
            for _, vm in part
            for key, value in vm.tags.items()
        ]
        if tags:
            db.execute(sa.insert(machine_tags), tags)


def _row(vm: VM, connection: str) -> dict[str, Any]:
    record = vm.to_dict()
    row = {column.name: record.get(column.name) for column in machines.columns}
    row["connection"] = connection
    row["created_at"] = vm.created_at.timestamp() if vm.created_at else None
    row["snapshots"] = len(vm.snapshots)
    row["record"] = json.dumps(record, separators=(",", ":"))
    return row
