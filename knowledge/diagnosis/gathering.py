"""Gathers the evidence of many machines at once: a few questions for all, consoles side by side."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import TypeVar

from knowledge.diagnosis.evidence import Connection, Evidence, Surroundings
from knowledge.diagnosis.lines import Console, Line, clean, plain, read_console
from knowledge.diagnosis.readings import FRESH, read_points
from tools.errors import NovaError
from tools.machine import VM, Network, State
from tools.metrics import Series
from tools.providers.base import Event, Provider
from tools.selector import METRIC_NAMES, Selector
from tools.world import World

T = TypeVar("T")

PAST = "28d"
_EVENTS = timedelta(hours=36)
_ACTS = timedelta(days=14)
_SIDE_BY_SIDE = 8
_PATIENCE_S = 20.0
"""How long consoles and events are waited for in all; what has not come by then is left out."""

_FEW_PEERS = 2


def gather(world: World, vms: Sequence[VM]) -> list[Evidence]:
    """All that can be seen of these machines; what cannot be read is left out.

    The number of questions to metrics, journal and inventory does not grow with the machines;
    each provider is asked once for all of its machines, and once for each console and for events.
    """
    moment = world.now
    ids = [vm.id for vm in vms]
    connections, fresh = _read_afresh(world, ids)
    looked = [fresh.get(vm.id, vm) for vm in vms]
    figures = {metric: world.metrics.series(ids, metric, PAST) for metric in METRIC_NAMES}
    acts = world.journal.acts_on(ids, moment - _ACTS)
    written = _read_written(world, looked, connections, moment)
    near = _Near(world, looked)
    found: list[Evidence] = []
    for vm in looked:
        console, events = written.get(vm.id, (None, None))
        found.append(
            Evidence(
                vm,
                moment,
                connections[vm.id],
                {
                    metric: read_points(
                        metric, series.get(vm.id, []), moment, near.peers_use(vm, metric)
                    )
                    for metric, series in figures.items()
                },
                _last_sample(vm, figures),
                console,
                events,
                tuple(acts.get(vm.id, ())),
                near.around(vm),
            )
        )
    return found


def _last_sample(vm: VM, figures: Mapping[str, Series]) -> datetime | None:
    times = (series[vm.id][-1][0] for series in figures.values() if series.get(vm.id))
    return max(times, default=None)


def _read_afresh(world: World, ids: Sequence[str]) -> tuple[dict[str, Connection], dict[str, VM]]:
    """Each machine's connection with its health, and the machines as they are at this moment."""
    providers = world.inventory.providers
    names = world.inventory.connections_of(ids)
    failed = {c.name: _error(c.error) for c in world.inventory.connected() if c.error}
    fresh: dict[str, VM] = {}
    health: dict[str, Connection] = {}
    for name in dict.fromkeys(names.values()):
        error = failed.get(name)
        if name in providers:
            mine = [i for i in ids if names.get(i) == name]
            try:
                fresh.update(providers[name].get_machines(mine))
            except NovaError as refused:
                error = refused
        health[name] = Connection(name, error)
    nowhere = Connection("no connection")
    return {i: health.get(names.get(i, ""), nowhere) for i in ids}, fresh


def _error(facts: Mapping[str, object] | None) -> NovaError | None:
    from tools.errors import error_from_dict

    return error_from_dict(dict(facts)) if facts else None


Written = tuple[Console | None, tuple[Line, ...] | None]


def _read_written(
    world: World, vms: Sequence[VM], connections: Mapping[str, Connection], moment: datetime
) -> dict[str, Written]:
    """The console and the events of each machine, read side by side."""
    asked: list[tuple[Provider, VM]] = []
    for vm in vms:
        provider = world.inventory.providers.get(connections[vm.id].name)
        if provider is not None:
            asked.append((provider, vm))
    if not asked:
        return {}
    pool = ThreadPoolExecutor(min(_SIDE_BY_SIDE, len(asked)), thread_name_prefix="diagnosis")
    try:
        reading = {vm.id: pool.submit(_written, provider, vm, moment) for provider, vm in asked}
        wait(reading.values(), timeout=_PATIENCE_S)
        return {i: future.result() for i, future in reading.items() if _came(future)}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _came(future: Future[Written]) -> bool:
    return future.done() and not future.cancelled()


def _written(provider: Provider, vm: VM, moment: datetime) -> Written:
    text = _unless_refused(lambda: provider.console_log(vm.id))
    events = _unless_refused(lambda: provider.events(vm.id, moment - _EVENTS))
    console = read_console(text, moment, vm.name) if text is not None else None
    if events is None:
        return console, None
    return console, tuple(_line(event, vm.name) for event in events)


def _unless_refused(ask: Callable[[], T | None]) -> T | None:
    try:
        return ask()
    except NovaError:
        return None


def _line(event: Event, name: str) -> Line:
    text = clean(event.text)
    return Line(text, "event", plain(text, name))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What makes machines peers: one group, or one role in one environment."""

    provider: str
    group: str | None
    role: str | None
    env: str | None

    @classmethod
    def of(cls, vm: VM) -> _Kind | None:
        if vm.group is not None:
            return cls(vm.provider, vm.group, None, None)
        role = vm.tags.get("role")
        return cls(vm.provider, None, role, vm.tags.get("env")) if role else None


class _Near:
    """The machines around some machines: one question to the inventory for all."""

    def __init__(self, world: World, vms: Sequence[VM]) -> None:
        places = {(vm.provider, vm.region) for vm in vms}
        selector = Selector.parse(
            {
                "provider": sorted({provider for provider, _ in places}),
                "region": sorted({region for _, region in places}),
            }
        )
        self._world = world
        self._on_host: dict[tuple[str, str], list[VM]] = defaultdict(list)
        self._of_kind: dict[_Kind, list[VM]] = defaultdict(list)
        self._at_address: dict[tuple[str, str, str], list[VM]] = defaultdict(list)
        for vm in world.inventory.select(selector) if vms else ():
            if vm.host is not None:
                self._on_host[vm.provider, vm.host].append(vm)
            if (kind := _Kind.of(vm)) is not None:
                self._of_kind[kind].append(vm)
            if vm.private_ip and vm.state is State.RUNNING:
                self._at_address[vm.provider, vm.region, vm.private_ip].append(vm)

    @cached_property
    def _heard(self) -> dict[str, float]:
        hours = f"{round(FRESH.total_seconds() // 3600)}h"
        return self._world.metrics.read("cpu", "last", hours)

    @cached_property
    def _before(self) -> dict[str, float]:
        return self._world.metrics.read("cpu", "last", PAST)

    def peers_use(self, vm: VM, metric: str) -> float | None:
        """The middle of what the running peers of a machine use; None where there are few."""
        kind = _Kind.of(vm)
        if kind is None:
            return None
        values = self._world.metrics.read(metric)
        peers = [values[p.id] for p in self._of_kind[kind] if p.id != vm.id and p.id in values]
        return statistics.median(peers) if len(peers) >= _FEW_PEERS else None

    def around(self, vm: VM) -> Surroundings:
        """Its host, its peers and its address."""
        others = self._others(self._on_host[vm.provider, vm.host], vm) if vm.host else []
        kind = _Kind.of(vm)
        alike = self._others(self._of_kind[kind], vm) if kind is not None else []
        return Surroundings(
            len(others),
            self._ill(others),
            self._busy(others),
            self._twins(vm),
            len(alike),
            self._ill(alike),
        )

    def _twins(self, vm: VM) -> tuple[str, ...]:
        """Who has its address too; none where several networks of the place may hold it.

        Private ranges are used again: the same address in two networks is no trouble.
        """
        address = vm.private_ip or ""
        others = self._others(self._at_address[vm.provider, vm.region, address], vm)
        if not others:
            return ()
        networks = [
            network
            for offer in self._world.inventory.offers()
            for network in offer.networks
            if network.provider == vm.provider and network.region in (vm.region, "global")
        ]
        holding = sum(_may_hold(network, address) for network in networks)
        return tuple(v.name for v in others) if holding <= 1 else ()

    def _others(self, vms: Sequence[VM], vm: VM) -> list[VM]:
        return [v for v in vms if v.id != vm.id]

    def _ill(self, vms: Sequence[VM]) -> tuple[str, ...]:
        return tuple(v.name for v in vms if self._is_ill(v))

    def _is_ill(self, vm: VM) -> bool:
        silent = vm.id in self._before and vm.id not in self._heard
        lost = vm.state in {State.ERROR, State.UNKNOWN}
        return lost or (vm.state is State.RUNNING and silent)

    def _busy(self, vms: Sequence[VM]) -> float | None:
        """Percent of the vCPUs of these machines that they use; None where few are measured."""
        measured = [(self._heard[v.id], v.vcpus) for v in vms if v.id in self._heard]
        total = sum(vcpus for _, vcpus in measured)
        if len(measured) < _FEW_PEERS or not total:
            return None
        return sum(cpu * vcpus for cpu, vcpus in measured) / total


def _may_hold(network: Network, address: str) -> bool:
    """Whether a machine on the network may have the address; one whose range is not known may."""
    try:
        return network.cidr is None or ip_address(address) in ip_network(network.cidr, strict=False)
    except ValueError:
        return True
