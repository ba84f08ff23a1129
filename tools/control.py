"""One NovaCron put together: database, providers, inventory, catalogue, policy, operations."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from tools.approvals import Approvals
from tools.audit import Audit
from tools.calls import Call
from tools.catalog import Catalog, Read, Result, Targets
from tools.database import open_database
from tools.errors import InvalidRequest, NotAllowed, NovaError
from tools.identity import User
from tools.inventory import Inventory
from tools.journal import Journal
from tools.machine import VM
from tools.metrics import Metrics, sample_source
from tools.operations import Operations
from tools.plan import Plan, Planner
from tools.policy import Policy, load_policies
from tools.providers.base import Provider
from tools.schedules import Schedules
from tools.selector import Selector
from tools.settings import Settings
from tools.times import Clock, utc_now
from tools.world import World

TOOL_PACKAGES = ("tools.families", "knowledge.families")


@dataclass(frozen=True)
class Answered:
    """A read that ran: the machines that it was about, its canonical arguments, what it found."""

    call: Call
    targets: tuple[str, ...]
    args: dict[str, Any]
    result: Result


class Control:
    """Everything that a surface or a script needs to look at machines and change them."""

    def __init__(
        self,
        engine: Engine,
        providers: Sequence[Provider],
        metrics: Metrics,
        catalog: Catalog,
        settings: Settings,
        clock: Clock = utc_now,
    ) -> None:
        self.engine = engine
        self.settings = settings
        self.clock = clock
        self.catalog = catalog
        self.metrics = metrics
        self.inventory = Inventory(engine, providers, metrics.read, clock)
        self.audit = Audit(engine, clock, settings.data_dir)
        self.journal = Journal(engine, clock)
        self.schedules = Schedules(engine, clock, settings.zone)
        self.world = World(self.inventory, metrics, self.journal, self.schedules, clock)
        self.planner = Planner(catalog, self.world)
        self.policy = Policy(
            load_policies(settings.policies),
            self._environment_sizes,
            environment_tag=settings.environment_tag,
            production=settings.production,
        )
        self.approvals = Approvals(
            engine, clock, self.audit, timedelta(minutes=settings.approval_minutes)
        )
        self.operations = Operations(self)

    def read(self, call: Call, user: User) -> Answered:
        """Carry out a call that only looks.

        Raises:
            NotAllowed: the policies refuse it.
            NovaError: the arguments or the machines are wrong.
        """
        tool = self.catalog.tool(call.tool)
        if not isinstance(tool.handler, Read):
            raise InvalidRequest(f"{tool.name} changes something and needs a plan.")
        decision = self.policy.may_read(user, tool.name)
        if decision.effect != "allow":
            raise NotAllowed(f"{user.name} may not use {tool.name}: {decision.reason}.")
        args = tool.parse(call.args)
        vms: list[VM] = []
        if tool.targets is not Targets.NONE:
            if call.selector is None:
                call = call.model_copy(update={"selector": Selector.parse({"all": True})})
            vms = self.planner.machines(tool, call)
            if tool.handler.settle is not None and call.selector is not None:
                args = tool.handler.settle(call.selector, args)
        result = tool.handler.run(self.world.of(user), vms, args)
        targets = tuple(vm.id for vm in vms) if result.targets is None else result.targets
        return Answered(call, targets, args.model_dump(mode="json"), result)

    def plan(self, calls: Sequence[Call], user: User) -> Plan:
        """Work out calls that change something, and keep the plan for approval."""
        plan = self.planner.plan(calls, user)
        self.approvals.offer(plan)
        return plan

    def close(self) -> None:
        """Let go of the providers and the database."""
        for provider in self.inventory.providers.values():
            provider.close()
        self.engine.dispose()

    def _environment_sizes(self) -> dict[str, int]:
        return self.inventory.tag_counts(self.settings.environment_tag)


@dataclass(frozen=True)
class Skipped:
    """A connection that could not be made, and why."""

    name: str
    error: NovaError


def connect(settings: Settings, clock: Clock = utc_now) -> tuple[Control, list[Skipped]]:
    """Find what this machine can reach and put a NovaCron together over it.

    Returns:
        The control, its inventory read afresh, and the connections that could not be made.
    """
    engine = open_database(settings.database)
    providers, skipped = open_providers(settings, clock)
    control = Control(
        engine,
        providers,
        Metrics(sample_source(providers), clock),
        Catalog.load(TOOL_PACKAGES),
        settings,
        clock,
    )
    control.inventory.refresh()
    return control, skipped


def open_providers(settings: Settings, clock: Clock) -> tuple[list[Provider], list[Skipped]]:
    """The sandbox, and every hypervisor that the settings name or that is found here."""
    providers: list[Provider] = []
    skipped: list[Skipped] = []
    if settings.sandbox:
        providers.append(open_sandbox(settings, clock))
    if uris := libvirt_uris(settings):
        from tools.providers.libvirt_discovery import introduce_all

        with ThreadPoolExecutor(len(uris)) as pool:
            opened = list(pool.map(partial(_open_libvirt, settings), uris))
        providers.extend(one for one in opened if isinstance(one, Provider))
        skipped.extend(one for one in opened if isinstance(one, Skipped))
        introduce_all(providers)
    return providers, skipped


def open_sandbox(settings: Settings, clock: Clock) -> Provider:
    """The simulated fleet: a folder's, or a generated one that is kept in the data folder."""
    from tools.providers.sandbox import Sandbox

    path = sandbox_file(settings)
    if settings.fleet is not None:
        return Sandbox.from_fleet(settings.fleet, path, clock=clock, delays=settings.delays)
    return Sandbox.generated(path, settings.machines, clock=clock, delays=settings.delays)


def sandbox_file(settings: Settings) -> Path:
    """Where the simulated fleet is kept."""
    folder: Path = settings.data_dir / "sandbox"
    if settings.fleet is not None:
        return folder / f"{settings.fleet.resolve().name}.db"
    return folder / f"generated-{settings.machines}.db"


def libvirt_uris(settings: Settings) -> list[str]:
    """The hypervisors to connect: those that are named, or those that are found."""
    if settings.libvirt_uris == "auto":
        from tools.providers.libvirt_discovery import discover

        return discover()
    return [] if settings.libvirt_uris == "none" else settings.libvirt_uris.split()


def _open_libvirt(settings: Settings, uri: str) -> Provider | Skipped:
    from tools.providers.libvirt import Libvirt

    try:
        return Libvirt.open(uri, images=settings.libvirt_images)
    except NovaError as error:
        return Skipped(f"libvirt:{uri}", error)
