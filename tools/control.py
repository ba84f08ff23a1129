"""One NovaCron put together: database, providers, inventory, catalogue, policy, operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from tools.approvals import Approvals
from tools.audit import Audit
from tools.calls import Call
from tools.catalog import Catalog, Read, Result, Targets
from tools.channels import as_bound
from tools.connecting import (
    Connecting,
    Skipped,
    libvirt_uris,
    open_providers,
    open_sandbox,
    sandbox_file,
)
from tools.database import open_database
from tools.errors import InvalidRequest, NotAllowed
from tools.identity import Standing, User
from tools.inventory import OLD_AFTER_S, Inventory
from tools.journal import Journal
from tools.machine import VM
from tools.metrics import Metrics
from tools.operations import Operations
from tools.plan import Plan, Planner
from tools.policy import Policy, load_policies
from tools.providers.base import Provider
from tools.sampling import ConnectedSamples
from tools.schedules import Schedules
from tools.selector import Selector
from tools.settings import Settings
from tools.sight import about, gaps
from tools.silence import silence, unheard
from tools.times import Clock, utc_now
from tools.world import World

__all__ = [
    "TOOL_PACKAGES",
    "Answered",
    "Control",
    "Skipped",
    "connect",
    "libvirt_uris",
    "open_providers",
    "open_sandbox",
    "sandbox_file",
]  # fmt: skip

TOOL_PACKAGES = ("tools.families", "knowledge.families")


@dataclass(frozen=True)
class Answered:
    """A read that ran: the machines that it was about, its canonical arguments, what it found."""

    call: Call
    targets: tuple[str, ...]
    args: dict[str, Any]
    result: Result


class Control:
    """Everything that a surface or a script needs to look at machines and change them.

    Attributes:
        standing: where people have accounts, what has become of somebody who agreed to a schedule.
    """

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
        self.inventory.patience_s = settings.patience_seconds
        self.inventory.old_after_s = max(OLD_AFTER_S, 3 * settings.refresh_seconds)
        self.connecting: Connecting | None = None
        self.standing: Standing = lambda user: user
        self.audit = Audit(engine, clock, settings.data_dir)
        self.journal = Journal(engine, clock)
        self.schedules = Schedules(engine, clock, settings.zone)
        bounds = {tenant: as_bound(seen) for tenant, seen in settings.tenant_machines.items()}
        self.world = World(
            self.inventory, metrics, self.journal, self.schedules, clock, bounds, settings
        )
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
            vms = self.planner.of(user).machines(tool, call)
            if tool.handler.settle is not None and call.selector is not None:
                args = tool.handler.settle(call.selector, args)
        result = tool.handler.run(self.world.of(user), vms, args)
        said = [silence(self.metrics, call.selector)] if not vms else []
        if tool.targets is not Targets.NONE:
            said += self._not_seen(call, vms, user)
        if any(said):
            result = replace(result, text=" ".join([result.text, *filter(None, said)]))
        targets = tuple(vm.id for vm in vms) if result.targets is None else result.targets
        return Answered(call, targets, args.model_dump(mode="json"), result)

    def _not_seen(self, call: Call, vms: Sequence[VM], user: User) -> list[str]:
        """What an answer on these machines does not show as it is now, and how old it is."""
        inventory = self.world.of(user).inventory
        found = gaps(inventory, self.clock().timestamp())
        found = about(inventory, found, call.selector, [vm.id for vm in vms])
        return [*unheard(self.metrics, call.selector), *map(str, found)]

    def plan(self, calls: Sequence[Call], user: User) -> Plan:
        """Work out calls that change something, and keep the plan for approval."""
        plan = self.planner.plan(calls, user)
        self.approvals.offer(plan)
        return plan

    def close(self) -> None:
        """Let go of the providers and the database."""
        if self.connecting is not None:
            self.connecting.close()
        self.inventory.close()
        for provider in list(self.inventory.providers.values()):
            provider.close()
        self.engine.dispose()

    def _environment_sizes(self) -> dict[str, int]:
        return self.inventory.tag_counts(self.settings.environment_tag)


def connect(
    settings: Settings, clock: Clock = utc_now, *, lasts: bool = False
) -> tuple[Control, list[Skipped]]:
    """Find what this machine can reach and put a NovaCron together over it.

    What was read before is there at once. A connection that is slow is waited for: `lasts` for
    `patience_seconds`, else longer where nothing recent is known of it. What comes later goes into
    the inventory by itself; answers say what is missing, and how old the rest is.

    Args:
        lasts: it stays open, so that what is late still comes.

    Returns:
        The control and the connections that could not be made.
    """
    engine = open_database(settings.database)
    opened: list[Control] = []
    samples = ConnectedSamples(settings, lambda: opened[0].inventory)
    metrics = Metrics(samples, clock)
    control = Control(engine, (), metrics, Catalog.load(TOOL_PACKAGES), settings, clock)
    opened.append(control)
    connecting = control.connecting = Connecting(settings, clock, control.inventory)
    connecting.look(connecting.patience(settings.patience_seconds, lasts=lasts))
    connecting.forget_unwanted()
    return control, connecting.skipped()
