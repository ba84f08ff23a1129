"""Sizing: vCPUs, memory and disks."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Change, Risk, Step, Tool, Undo, Verdict
from tools.cost import NOT_BILLED
from tools.errors import InvalidRequest
from tools.families.power import same_machine
from tools.machine import VM, State
from tools.names import listed, spelled
from tools.providers.base import Capability, Provider
from tools.sizes import Shape, new_shape, offered, price_of
from tools.world import World


class ResizeArguments(Arguments):
    """What it shall have."""

    size: str | None = Field(None, description="a size of the provider, such as m6i.xlarge")
    vcpus: int | None = Field(None, ge=1, le=1024, description="vCPUs afterwards")
    memory_gib: float | None = Field(None, gt=0, description="memory in GiB afterwards")


class DiskSizeArguments(Arguments):
    """How big."""

    size_gib: float = Field(gt=0, description="the disk's size in GiB afterwards")


class NewDiskArguments(Arguments):
    """How big."""

    size_gib: float = Field(gt=0, description="the new disk's size in GiB")


class Resize(Change[ResizeArguments]):
    """Give machines another size."""

    capability = Capability.RESIZE
    described_states = frozenset({State.RUNNING})

    def nothing_to_do(self, vm: VM, args: ResizeArguments) -> str | None:
        """It may have all of that already."""
        if args == ResizeArguments(size=None, vcpus=None, memory_gib=None):
            return None
        same = (
            (args.size is None or (vm.size is not None and spelled(args.size, [vm.size])))
            and args.vcpus in (None, vm.vcpus)
            and args.memory_gib in (None, vm.memory_gib)
        )
        return f"already {_shape_of(vm)}" if same else None

    def settle(self, world: World, vms: Sequence[VM], args: ResizeArguments) -> ResizeArguments:
        """One outcome for all: vCPUs, memory, and the size where all have the same."""
        shapes = self._shapes(world, vms, args)
        figures = {(shape.vcpus, shape.memory_gib) for shape in shapes}
        if len(figures) > 1:
            now = listed([f"{vm.name} {_shape_of(vm)}" for vm in vms])
            raise InvalidRequest(
                f"The machines differ: {now}.", hint="Give both vCPUs and memory, or a size."
            )
        sizes = {shape.size for shape in shapes}
        vcpus, memory_gib = figures.pop()
        size = sizes.pop() if len(sizes) == 1 else None
        return ResizeArguments(size=size, vcpus=vcpus, memory_gib=memory_gib)

    def _shapes(self, world: World, vms: Sequence[VM], args: ResizeArguments) -> list[Shape]:
        offers = {kind: offered(world.inventory, kind) for kind in {vm.provider for vm in vms}}
        return [
            new_shape(vm, offers[vm.provider], args.size, args.vcpus, args.memory_gib) for vm in vms
        ]

    def effect(self, vms: Sequence[VM], args: ResizeArguments) -> str:
        """What will happen."""
        target = Shape(args.vcpus or 0, args.memory_gib or 0, args.size)
        before = {str(_shape_of(vm)) for vm in vms}
        now = f" from {before.pop()}" if len(before) == 1 else ""
        return f"resized{now} to {target}; may restart"

    def undo(self, args: ResizeArguments) -> Undo:
        """By resizing back."""
        return Undo(True, "resize back")

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: ResizeArguments) -> float:
        """The difference between the prices of the sizes, for those that run."""
        change = 0.0
        for vm, shape in zip(vms, self._shapes(world, vms, args), strict=True):
            offer = offered(world.inventory, vm.provider)
            if vm.state not in NOT_BILLED:
                change += price_of(offer, shape) - vm.hourly_cost_usd
        return change

    def steps(self, world: World, vms: Sequence[VM], args: ResizeArguments) -> list[Step]:
        """One a machine, with the size that its own provider has."""
        return [
            Step(
                vm.id,
                vm.name,
                {"vcpus": shape.vcpus, "memory_gib": shape.memory_gib, "size": shape.size},
            )
            for vm, shape in zip(vms, self._shapes(world, vms, args), strict=True)
        ]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.resize(
            step.target,
            token,
            vcpus=step.args["vcpus"],
            memory_gib=step.args["memory_gib"],
            size=step.args["size"],
        )
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It has so much, and runs if it ran."""
        if after is None:
            return Verdict.failed("the machine is no longer there; look for it with its provider")
        seen = str(_shape_of(after))
        ran = before is not None and before.state is State.RUNNING
        if after.state is State.ERROR and before is not None and before.state is not State.ERROR:
            return Verdict.failed(f"{seen}, in error; read its console, resize it back")
        fits = (after.vcpus, after.memory_gib) == (step.args["vcpus"], step.args["memory_gib"])
        if fits and ran and after.state is State.STOPPED:
            return Verdict.waiting(f"{seen}, stopped; it ran before, so start it if it stays off")
        if fits and after.state not in {State.STARTING, State.STOPPING}:
            return Verdict.done(seen)
        return Verdict.waiting(f"{seen}, {after.state.value}")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """What it had."""
        if before is None:
            return None
        wanted = {"vcpus": before.vcpus, "memory_gib": before.memory_gib}
        return same_machine("resize_vms", before, wanted)


def _shape_of(vm: VM) -> Shape:
    return Shape(vm.vcpus, vm.memory_gib, vm.size)


class ResizeDisk(Change[DiskSizeArguments]):
    """Grow the first disk."""

    capability = Capability.RESIZE_DISK

    def nothing_to_do(self, vm: VM, args: DiskSizeArguments) -> str | None:
        """It may be so big already."""
        return f"already at {vm.disk_gib:g} GiB" if vm.disk_gib == args.size_gib else None

    def forbidden(self, vm: VM, args: DiskSizeArguments) -> str | None:
        """A disk cannot shrink."""
        if args.size_gib >= vm.disk_gib:
            return None
        return f"its disk has {vm.disk_gib:g} GiB and cannot shrink to {args.size_gib:g} GiB"

    def effect(self, vms: Sequence[VM], args: DiskSizeArguments) -> str:
        """What will happen."""
        sizes = {vm.disk_gib for vm in vms}
        now = f" from {sizes.pop():g}" if len(sizes) == 1 else ""
        return f"disk grown{now} to {args.size_gib:g} GiB; grow the file system inside afterwards"

    def undo(self, args: DiskSizeArguments) -> Undo:
        """There is none."""
        return Undo(False, "a disk cannot be made smaller")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.resize_disk(step.target, token, size_gib=step.args["size_gib"])
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is so big."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        if after.disk_gib >= step.args["size_gib"]:
            return Verdict.done(f"{after.disk_gib:g} GiB")
        return Verdict.waiting(f"still {after.disk_gib:g} GiB")


class AttachDisk(Change[NewDiskArguments]):
    """Add a new empty disk."""

    capability = Capability.ATTACH_DISK
    repeatable = False

    def effect(self, vms: Sequence[VM], args: NewDiskArguments) -> str:
        """What will happen."""
        return f"a new empty disk of {args.size_gib:g} GiB attached"

    def undo(self, args: NewDiskArguments) -> Undo:
        """By hand."""
        return Undo(
            False, "detach and delete the disk with the provider; data may be on it by then"
        )

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.attach_disk(step.target, token, size_gib=step.args["size_gib"])
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """There is more disk than before."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        if before is None or after.disk_gib >= before.disk_gib + step.args["size_gib"]:
            return Verdict.done(f"{after.disk_gib:g} GiB of disk")
        return Verdict.waiting(f"still {after.disk_gib:g} GiB of disk")


RESIZE = Tool(
    name="resize_vms",
    risk=Risk.DISRUPT,
    summary="Give machines another size, or other vCPUs and memory.",
    arguments=ResizeArguments,
    handler=Resize(),
    says=(
        "resize web-stg-1 to m6i.large",
        "give carol-dev 8 cores",
        "double the memory of db-stg-1",
        "upgrade jenkins to 8 cores and 32 gigs",
        "bump notebook-wei down to 4 vcpus",
    ),
)
RESIZE_DISK = Tool(
    name="resize_disk",
    risk=Risk.DISRUPT,
    summary="Grow machines' first disk.",
    arguments=DiskSizeArguments,
    handler=ResizeDisk(),
    says=(
        "grow the disk of gitlab to 500 GB",
        "resize web-03's disk to 100 gigs",
        "expand nfs-01's storage to 3000 GiB",
    ),
)
ATTACH_DISK = Tool(
    name="attach_disk",
    risk=Risk.CHANGE,
    summary="Add a new empty disk to machines.",
    arguments=NewDiskArguments,
    handler=AttachDisk(),
    says=(
        "attach a 200 GB disk to analytics-1",
        "add another 50 gig volume to dev-db",
        "hook up a new 1000 GiB disk to backup-srv",
    ),
)
