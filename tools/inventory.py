"""The fleet as it was last seen, in the database: refreshed by provider, asked by selector."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, wait

import sqlalchemy as sa
from rapidfuzz import fuzz, process
from sqlalchemy import Engine

from tools.choosing import Choosing
from tools.connection_book import Connected, ConnectionBook, note_reading
from tools.database import machine_records, machines, reading, take_turn
from tools.errors import NotFound, NovaError
from tools.held_fleet import HELD, HeldFleet, count_change
from tools.machine import VM, Offer
from tools.machine_rows import (
    forget_machines,
    in_batches,
    read_records,
    replace_machines,
    write_machines,
)
from tools.many_rows import among
from tools.offering import Offering
from tools.providers.base import Changes, Provider
from tools.reader import Reader
from tools.refreshing import Refreshing
from tools.selector import MetricReader, Selector, select
from tools.tag_text import read_tags
from tools.times import Clock

_IN_ORDER_S = 0.5
"""So long a first reading waits for those before it, so that the fleet's order is theirs."""
PATIENCE_S = 5.0
OLD_AFTER_S = 120.0


class Inventory:
    """Every machine that the connections showed, and which connection reaches it.

    `version` is another whenever machines changed, here or by another process, so that what is
    built over it can be kept. `views` keeps the narrower looks at it, of `tools.seen`. A plan
    waits `patience_s` for a connection that failed, and an answer names one that was not read for
    `old_after_s`.

    Args:
        held: fleets up to so many machines are asked in memory, larger ones by queries.
    """

    def __init__(
        self,
        engine: Engine,
        providers: Iterable[Provider],
        metrics: MetricReader,
        clock: Clock,
        *,
        held: int = HELD,
    ) -> None:
        self._engine = engine
        self._held = HeldFleet(engine, held)
        self._read_metric = metrics
        self.providers: dict[str, Provider] = {p.name: p for p in providers}
        self._choosing = Choosing(engine, metrics, clock, lambda: self.version)
        self._clock = clock
        self._offering = Offering(self.providers)
        self._reader = Reader()
        self._refreshing = Refreshing(self._read)
        self._saving = threading.Lock()
        self._open = True
        self._before: dict[str, list[Future[None]]] = {}
        self.book = ConnectionBook(engine, self.providers)
        self.patience_s = PATIENCE_S
        self.old_after_s = OLD_AFTER_S
        self._counted: dict[str, tuple[tuple[int, int], dict[str, int]]] = {}
        self._restored = 0
        self.views: dict[str, Inventory] = {}

    @property
    def version(self) -> tuple[int, int]:
        """Which state of the fleet this is."""
        return self._restored, self._held.changes()

    def refresh(
        self,
        names: Iterable[str] | None = None,
        *,
        within_s: float | None = None,
        whole: bool = True,
    ) -> list[Connected]:
        """Read connections side by side; one that fails keeps its last known machines.

        Args:
            names: which; by default all.
            within_s: wait so long at most: what is late is kept when it comes.
            whole: read everything, also where a provider can tell what changed.
        """
        chosen = list(self.providers) if names is None else names
        wanted = [name for name in chosen if name in self.providers]
        if whole:
            self._reader.want_whole(wanted)
        began = self._begin(wanted)
        for done in wait(began, within_s).done:
            done.result()
        return self.connected()

    def freshen(self, within_s: float) -> None:
        """Read every connection that is not being read, only what changed where that is told."""
        idle = [name for name in list(self.providers) if not self.late_s(name)]
        self.refresh(idle, within_s=within_s, whole=False)

    def _begin(self, names: Sequence[str]) -> list[Future[None]]:
        """Begin to read; what is read for the first time is kept in the order of the names."""
        known = self.book.read_at()
        began: list[Future[None]] = []
        for name in names:
            if not known.get(name):
                self._before[name] = list(began)
            began.append(self._refreshing.begin(name))
        return began

    def late_s(self, name: str) -> float:
        """For how long a reading of this connection has been under way; 0 where none is."""
        return self._refreshing.late_s(name)

    def _read(self, name: str) -> None:
        """Read one connection and keep what it said; for a thread of its own."""
        provider = self.providers.get(name)
        if provider is not None:
            at = self._clock().timestamp()
            found = self._reader.look(provider)
            wait(self._before.pop(name, ()), _IN_ORDER_S)
            with self._saving:
                if self._open:
                    self._save(provider, found, at)

    def _save(self, provider: Provider, found: Changes | NovaError, at: float) -> None:
        with self._engine.begin() as db:
            take_turn(db, f"inventory/{provider.name}")
            kept = self._reader.seen_meanwhile(provider.name)
            if isinstance(found, NovaError):
                note_reading(db, provider.name, None, found)
                return
            if found.whole:
                changed = replace_machines(db, provider.name, found.seen, kept=kept)
            else:
                gone = [i for i in found.gone if i not in kept]
                seen = [vm for vm in found.seen if vm.id not in kept]
                forget_machines(db, gone)
                changed = bool(write_machines(db, provider.name, seen) or gone)
            if changed:
                count_change(db)
            note_reading(db, provider.name, at, None)
        self._offering.forget(provider.name)

    def close(self) -> None:
        """Keep nothing of what is still being read: the connections are let go of."""
        with self._saving:
            self._open = False

    def forget(self) -> None:
        """Take nothing for known that was kept in memory: the database was put back."""
        self._held.forget()
        self._choosing.forget()
        self._counted.clear()
        self._offering.forget()
        self._restored += 1

    def connected(self) -> list[Connected]:
        """The state of each connection that is open."""
        return self.book.connected()

    def known_on(self, connection: str) -> int:
        """How many machines are known that a connection showed."""
        return self.book.known_on(connection)

    def concerns(self, connection: str, known: int) -> bool:
        """Whether it matters here that a connection with so many known machines is not seen."""
        return True

    def select_ids(self, selector: Selector) -> list[str]:
        """The ids of the machines that a selector means, in its order."""
        if (fleet := self._held.now()) is not None:
            found = select(selector, fleet.vms, self._clock(), self._read_metric)
            return [vm.id for vm in found]
        return self._choosing.ids(selector)

    def select(self, selector: Selector) -> list[VM]:
        """The machines that a selector means, in its order."""
        if (fleet := self._held.now()) is not None:
            return select(selector, fleet.vms, self._clock(), self._read_metric)
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
        if (fleet := self._held.now()) is not None:
            return {i: fleet.by_id[i] for i in ids if i in fleet.by_id}
        found: dict[str, VM] = {}
        with reading(self._engine) as db:
            for part in in_batches(ids, 500):
                query = sa.select(machine_records.c.record)
                records = db.scalars(query.where(among(db, machine_records.c.id, part))).all()
                found.update((vm.id, vm) for vm in read_records(records))
        return found

    def named(self, name: str) -> list[VM]:
        """The machines that bear exactly this name."""
        query = sa.select(machine_records.c.record)
        query = query.join(machines, machines.c.id == machine_records.c.id)
        with reading(self._engine) as db:
            named = query.where(machines.c.name == name)
            return read_records(db.scalars(named.order_by(machines.c.position)))

    def at_address(self, address: str) -> list[VM]:
        """The machines that have exactly this address, private or public."""
        if (fleet := self._held.now()) is not None:
            return [vm for vm in fleet.vms if address in (vm.private_ip, vm.public_ip)]
        query = sa.select(machine_records.c.record)
        said = query.where(machine_records.c.record.contains(f'"{address}"', autoescape=True))
        with reading(self._engine) as db:
            found = read_records(db.scalars(said))
        return [vm for vm in found if address in (vm.private_ip, vm.public_ip)]

    def missing_names(self, names: Sequence[str]) -> list[str]:
        """Those of these names that no machine bears, in one query."""
        if not names:
            return []
        if (fleet := self._held.now()) is not None:
            return [name for name in names if name not in fleet.names]
        known: set[str] = set()
        with reading(self._engine) as db:
            for part in in_batches(names, 500):
                query = sa.select(machines.c.name).distinct()
                known.update(db.scalars(query.where(among(db, machines.c.name, part))))
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
        version, known = self.version, self._counted.get(key)
        if known is None or known[0] != version:
            known = self._counted[key] = (version, self._count_tag(key))
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
        if (fleet := self._held.now()) is not None:
            return {i: fleet.connections[i] for i in ids if i in fleet.connections}
        found: dict[str, str] = {}
        with reading(self._engine) as db:
            for part in in_batches(ids, 500):
                query = sa.select(machines.c.id, machines.c.connection)
                rows = db.execute(query.where(among(db, machines.c.id, part))).all()
                found.update((row[0], row[1]) for row in rows)
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
        """What the connections offer; asked again after each reading."""
        return self._offering.all()

    def offer(self, provider: str) -> Offer | None:
        """What one kind of provider offers, or None if no connection reaches it."""
        return next((o for o in self.offers() if o.provider == provider), None)

    def offer_problems(self) -> dict[str, NovaError]:
        """Why a connection could not say what it offers, by its name."""
        return self._offering.problems()

    def provider_for(self, kind: str, region: str | None = None) -> Provider:
        """The connection on which a new machine of this kind is made.

        Raises:
            NotFound: no connection offers it.
        """
        return self._offering.provider_for(kind, region)

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
                self._reader.note_seen(name, [*gone, *(vm.id for vm in seen)])
            forget_machines(db, gone)
            for name, vms in reached.items():
                write_machines(db, name, vms)
            count_change(db)
        self._offering.forget(connection)

    def _reaching(self, connection: str, machine_id: str) -> str:
        """The connection that reaches a machine, which may have moved from where it was seen."""
        provider = self.providers.get(connection)
        if provider is None or provider.reaches(machine_id):
            return connection
        alike = (p for p in self.providers.values() if p.kind == provider.kind)
        return next((p.name for p in alike if p.reaches(machine_id)), connection)
