"""Lifecycle: create, clone and delete machines."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Change, NoArguments, Risk, Step, Targets, Tool, Undo, Verdict
from tools.cost import hourly_cost_usd
from tools.errors import InvalidRequest
from tools.families.labels import Key, Value
from tools.families.power import same_machine
from tools.machine import VM, State
from tools.names import counted
from tools.new_machine import NewMachineWish, settled_machine, step_names
from tools.providers.base import Capability, NewMachine, Provider
from tools.sizes import Shape, offered, price_of
from tools.world import World


class CreateArguments(Arguments):
    """What shall be made."""

    name: str | None = Field(
        None, min_length=1, max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="the new machine's name; several get it with a number",
    )  # fmt: skip
    count: int = Field(1, ge=1, le=1000, description="how many machines")
    provider: str | None = Field(None, description="aws azure gcp libvirt vsphere sandbox")
    region: str | None = Field(None, description="the region, such as us-west-2")
    size: str | None = Field(None, description="a size of the provider, such as m6i.large")
    vcpus: int | None = Field(None, ge=1, description="vCPUs of each, where no size is named")
    memory_gib: float | None = Field(
        None, gt=0, description="memory of each in GiB, where no size is named"
    )
    image: str | None = Field(None, description="the image, or its family: ubuntu-24.04, debian")
    disk_gib: float | None = Field(None, gt=0, description="disk of each in GiB")
    tags: dict[Key, Value] = Field(
        default_factory=dict[Key, Value], description='tags of each, such as {"env": "dev"}'
    )


class CloneArguments(Arguments):
    """What the copy is called."""

    name: str | None = Field(
        None, min_length=1, max_length=63, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="the copy's name; the machine's own with -clone if not given",
    )  # fmt: skip


def _made(after: VM | None) -> Verdict:
    if after is None:
        return Verdict.waiting("not there yet")
    if after.state is State.ERROR:
        return Verdict.failed("it was made but is in error; read its console, or delete it")
    if after.state is State.STARTING:
        return Verdict.waiting("starting")
    return Verdict.done(f"{after.name} is {after.state.value}")


class Create(Change[CreateArguments]):
    """Make machines and start them."""

    capability = Capability.CREATE
    repeatable = False

    def settle(self, world: World, vms: Sequence[VM], args: CreateArguments) -> CreateArguments:
        """Where, how big and from which image: all filled, all existing."""
        wish = NewMachineWish(**args.model_dump(exclude={"disk_gib", "tags"}), tags=args.tags)
        settled = args.model_copy(update=settled_machine(world.inventory, wish))
        place = world.inventory.provider_for(str(settled.provider), settled.region)
        place.require(Capability.CREATE)
        return settled

    def effect(self, vms: Sequence[VM], args: CreateArguments) -> str:
        """What will happen."""
        shape = Shape(args.vcpus or 0, args.memory_gib or 0, args.size)
        disk = f", {args.disk_gib:g} GiB of disk" if args.disk_gib else ""
        tags = "".join(f", {key}={value}" for key, value in args.tags.items())
        return (
            f"Create {counted(args.count, 'machine')} {args.name!r} in {args.region} "
            f"({args.provider}): {shape}, {args.image}{disk}{tags}"
        )

    def undo(self, args: CreateArguments) -> Undo:
        """By deleting."""
        return Undo(True, "delete what was made")

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: CreateArguments) -> float:
        """The price of the size, for each."""
        shape = Shape(args.vcpus or 0, args.memory_gib or 0, args.size)
        return args.count * price_of(offered(world.inventory, str(args.provider)), shape)

    def steps(self, world: World, vms: Sequence[VM], args: CreateArguments) -> list[Step]:
        """One for each new machine, with its own name."""
        made = args.model_dump(mode="json", exclude={"count"})
        names = step_names(world.inventory, str(args.name), args.count)
        return [Step(f"new:{name}", name, {**made, "name": name}) for name in names]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        wanted = {key: value for key, value in step.args.items() if key != "provider"}
        return provider.create(NewMachine(**wanted), token)

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is there and runs."""
        if after is not None and after.state is State.STOPPED:
            return Verdict.waiting("made, not running yet")
        return _made(after)

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Delete what was made."""
        return same_machine("delete_vms", after)


class Clone(Change[CloneArguments]):
    """Copy a machine with its disks."""

    capability = Capability.CLONE
    repeatable = False

    def settle(self, world: World, vms: Sequence[VM], args: CloneArguments) -> CloneArguments:
        """A name that no machine bears."""
        taken = {name for name, _ in world.inventory.names()}
        if args.name is not None:
            if args.name in taken:
                raise InvalidRequest(
                    f"A machine is called {args.name!r} already.", hint="Choose another name."
                )
            return args
        base = f"{vms[0].name}-clone"
        free = (n for n in (base, *(f"{base}-{i}" for i in range(2, 10_000))) if n not in taken)
        return CloneArguments(name=next(free))

    def effect(self, vms: Sequence[VM], args: CloneArguments) -> str:
        """What will happen."""
        return f"copied with its disks to a new machine {args.name!r}"

    def undo(self, args: CloneArguments) -> Undo:
        """By deleting."""
        return Undo(True, f"delete {args.name}")

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: CloneArguments) -> float:
        """The copy costs what the machine does while it runs."""
        return sum(vm.hourly_cost_usd for vm in vms)

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        return provider.clone(step.target, step.args["name"], token)

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """The copy is there."""
        if after is not None and after.id == step.target:
            return Verdict.waiting("the copy is not there yet")
        return _made(after)

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Delete the copy, never the machine it was made from."""
        if after is None or after.id == step.target:
            return None
        return same_machine("delete_vms", after)


class Delete(Change[NoArguments]):
    """Remove machines with their disks and snapshots."""

    capability = Capability.DELETE

    def forbidden(self, vm: VM, args: NoArguments) -> str | None:
        """Protection is what it says."""
        return "it is protected against deletion; unprotect it first" if vm.protected else None

    def effect(self, vms: Sequence[VM], args: NoArguments) -> str:
        """What will happen."""
        return "deleted for good"

    def undo(self, args: NoArguments) -> Undo:
        """There is none."""
        return Undo(False, "what is deleted is gone")

    def loses(self, vms: Sequence[VM], args: NoArguments) -> str | None:
        """Disks and snapshots."""
        disk = sum(vm.disk_gib for vm in vms)
        snapshots = sum(len(vm.snapshots) for vm in vms)
        kept = f" and {counted(snapshots, 'snapshot')}" if snapshots else ""
        return f"{counted(len(vms), 'machine')} with {disk:,.0f} GiB of disk{kept}"

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: NoArguments) -> float:
        """What they cost now."""
        return -sum(hourly_cost_usd(vm) for vm in vms)

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.delete(step.target, token)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is gone."""
        if after is None or after.state is State.DELETED:
            return Verdict.done("deleted")
        if after.state is State.ERROR and before is not None and before.state is not State.ERROR:
            return Verdict.failed("it is still there, in error; delete it with its provider")
        return Verdict.waiting(f"still there, {after.state.value}")


CREATE = Tool(
    name="create_vms",
    risk=Risk.CHANGE,
    summary="Make new machines and start them.",
    arguments=CreateArguments,
    handler=Create(),
    targets=Targets.NONE,
    says=(
        "spin up two ubuntu 24.04 boxes in us-west-2, 4 cores and 16 gigs each",
        "create a t3.medium in us-east-1 called web-stg-3",
        "launch three Standard_D2s_v5 machines in westeurope with debian 12",
        "make me a new dev box on kvm with 2 cores and 4 gigs",
        "provision an e2-small in europe-west1",
    ),
)
CLONE = Tool(
    name="clone_vm",
    risk=Risk.CHANGE,
    summary="Copy a machine with its disks.",
    arguments=CloneArguments,
    handler=Clone(),
    targets=Targets.ONE,
    says=(
        "clone gitlab as gitlab-test",
        "make a copy of carol-dev called dave-dev",
        "duplicate db-stg-1",
    ),
)
DELETE = Tool(
    name="delete_vms",
    risk=Risk.DESTROY,
    summary="Delete machines with their disks and snapshots, for good.",
    arguments=NoArguments,
    handler=Delete(),
    says=(
        "delete sandbox-01",
        "terminate the stopped sandbox machines",
        "destroy qa-runner-2",
        "get rid of crm-legacy",
        "remove test-win11 for good",
    ),
)
