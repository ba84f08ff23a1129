"""Movement: migrate machines to another host or region of their provider."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Change, Risk, Step, Tool, Undo, Verdict
from tools.cost import NOT_BILLED
from tools.errors import InvalidRequest, NotAllowed, NotFound
from tools.families.power import same_machine
from tools.machine import VM, Host, State
from tools.names import closest, listed, spelled
from tools.providers.base import Capability, Provider
from tools.selector import Selector
from tools.sizes import offered
from tools.world import World


class MigrateArguments(Arguments):
    """Where to."""

    host: str | None = Field(None, description="the hypervisor host to move to, such as kvm-02")
    region: str | None = Field(None, description="the region to move to, such as us-west-2")


class Migrate(Change[MigrateArguments]):
    """Move machines, running on where the provider can."""

    described_states = frozenset({State.RUNNING})
    repeatable = False

    def needs(self, vm: VM, args: MigrateArguments) -> frozenset[Capability]:
        """Hosts and regions are two abilities."""
        by_host = args.host is not None
        return frozenset({Capability.MIGRATE_HOST if by_host else Capability.MIGRATE_REGION})

    def nothing_to_do(self, vm: VM, args: MigrateArguments) -> str | None:
        """It may be there already."""
        if args.host is not None and vm.host is not None and spelled(args.host, [vm.host]):
            return f"already on {vm.host}"
        if args.host is None and args.region is not None and spelled(args.region, [vm.region]):
            return f"already in {vm.region}"
        return None

    def settle(self, world: World, vms: Sequence[VM], args: MigrateArguments) -> MigrateArguments:
        """The host or region exists on the machines' own provider."""
        if args.host is None and args.region is None:
            raise InvalidRequest("Move them where?", hint="Name a host or a region.")
        if args.host is not None:
            hosts = [_host(world, vm, args.host) for vm in vms]
            return MigrateArguments(host=hosts[0].name, region=None)
        regions = [_region(world, vm, str(args.region)) for vm in vms]
        return MigrateArguments(host=None, region=regions[0])

    def notes(self, world: World, vms: Sequence[VM], args: MigrateArguments) -> list[str]:
        """Whether the host's memory gets full: its hypervisor may refuse, or swap."""
        if args.host is None:
            return []
        host = _host(world, vms[0], args.host)
        over = _over(world, vms, host)
        return [over] if over else []

    def effect(self, vms: Sequence[VM], args: MigrateArguments) -> str:
        """What will happen."""
        if args.host is not None:
            return f"moved to {args.host}; a short pause at the switch"
        return f"moved to {args.region}: off while the disks are copied, with new addresses"

    def undo(self, args: MigrateArguments) -> Undo:
        """By moving back."""
        return Undo(True, "move back to where it was")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        host, region = step.args["host"], step.args["region"]
        return provider.migrate(step.target, token, host=host, region=region)

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is there, in the state that it had."""
        if after is None:
            return Verdict.waiting("not seen at the new place yet")
        wanted = step.args["host"] or step.args["region"]
        place = after.host if step.args["host"] else after.region
        if place != wanted:
            return Verdict.waiting(f"still at {place}")
        ran = before is not None and before.state is State.RUNNING
        if ran and after.state in {State.STOPPED, State.ERROR, State.PAUSED}:
            return Verdict.failed(f"it is at {place} but {after.state}; look at it and start it")
        if ran and after.state is not State.RUNNING:
            return Verdict.waiting(f"at {place}, {after.state}")
        return Verdict.done(f"at {place}")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Move it back, by the id that it has now."""
        if before is None or after is None:
            return None
        if step.args["host"]:
            back = {"host": before.host} if before.host else None
        else:
            back = {"region": before.region}
        return same_machine("migrate_vms", after, back) if back else None


def _host(world: World, vm: VM, name: str) -> Host:
    hosts = offered(world.inventory, vm.provider).hosts
    exact = spelled(name, (h.name for h in hosts))
    if exact is not None:
        return next(h for h in hosts if h.name == exact)
    elsewhere = {h.name: o.provider for o in world.inventory.offers() for h in o.hosts}
    _refuse_elsewhere(vm, name, elsewhere)
    raise NotFound(
        f"{vm.provider} has no host {name!r}.", choices=closest(name, (h.name for h in hosts))
    )


def _region(world: World, vm: VM, name: str) -> str:
    regions = offered(world.inventory, vm.provider).regions
    exact = spelled(name, regions)
    if exact is not None:
        return exact
    elsewhere = {r: o.provider for o in world.inventory.offers() for r in o.regions}
    elsewhere |= {o.provider: o.provider for o in world.inventory.offers()}
    _refuse_elsewhere(vm, name, elsewhere)
    others = [r for r in regions if r != vm.region]
    raise NotFound(f"{vm.provider} has no region {name!r}.", choices=closest(name, others))


def _refuse_elsewhere(vm: VM, name: str, elsewhere: dict[str, str]) -> None:
    other = spelled(name, elsewhere)
    if other is not None and elsewhere[other] != vm.provider:
        raise NotAllowed(
            f"{vm.name} is on {vm.provider} and {other} is {elsewhere[other]}: "
            "a machine cannot be migrated to another provider.",
            hint="Create a new machine there and move the data.",
        )


def _over(world: World, vms: Sequence[VM], host: Host) -> str | None:
    """Memory is not shared between machines, so what runs should fit; vCPUs are shared."""
    coming = [v for v in vms if v.host != host.name and v.state not in NOT_BILLED]
    if not host.memory_gib or not coming:
        return None
    there = world.inventory.select(
        Selector.parse({"host": [host.name], "provider": [host.provider]})
    )
    free = host.memory_gib - sum(v.memory_gib for v in there if v.state not in NOT_BILLED)
    asked = sum(v.memory_gib for v in coming)
    if asked <= free:
        return None
    return (
        f"{host.name} has {free:g} GiB of memory free and {listed([v.name for v in coming])} "
        f"need {asked:g} GiB; it may refuse."
    )


MIGRATE = Tool(
    name="migrate_vms",
    risk=Risk.DISRUPT,
    summary="Move machines to another host or region of their provider.",
    arguments=MigrateArguments,
    handler=Migrate(),
    says=(
        "move everything running off kvm-01 onto kvm-02",
        "migrate gitlab to kvm-01",
        "vmotion dns-1 to esx-03",
        "live migrate carol-dev to kvm-01",
        "relocate web-05 to us-east-1",
    ),
)
