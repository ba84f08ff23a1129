"""Sizing: vCPUs, memory and disks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from tools.amounts import Relative, is_relative, resolved
from tools.calls import Call
from tools.catalog import Arguments, Change, Risk, Step, Tool, Undo, Verdict
from tools.cost import NOT_BILLED
from tools.errors import InvalidRequest
from tools.families.power import same_machine
from tools.machine import VM, State
from tools.names import listed, spelled
from tools.providers.base import Capability, Provider
from tools.sizes import FREE_SHAPES, Shape, new_shape, offered, price_of
from tools.world import World

VCPUS_MOST = 1024
MEMORY_MOST_GIB = 65_536
MEMORY_GRAIN_GIB = 1 / 1024
"""Hypervisors take memory in whole MiB: 1.3 GiB becomes 1331 MiB."""
DISK_MOST_GIB = 1_048_576

Cpus = Annotated[int, Field(ge=1, le=VCPUS_MOST)] | Relative
Memory = Annotated[float, Field(gt=0, le=MEMORY_MOST_GIB)] | Relative
Disk = Annotated[float, Field(gt=0, le=DISK_MOST_GIB)]


class ResizeArguments(Arguments):
    """What it shall have."""

    size: str | None = Field(None, description="a size of the provider, such as m6i.xlarge")
    vcpus: Cpus | None = Field(None, description="vCPUs afterwards: 8, or +2, -2, x2, x0.5")
    memory_gib: Memory | None = Field(
        None, description="memory in GiB afterwards: 16, or +10, -8, x2, x0.5"
    )


class DiskSizeArguments(Arguments):
    """How big."""

    size_gib: Disk | Relative = Field(
        description="the disk's size in GiB afterwards: 200, or +100, x2"
    )


class NewDiskArguments(Arguments):
    """How big."""

    size_gib: Disk = Field(description="the new disk's size in GiB")


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
            and resolved(args.vcpus, vm.vcpus) in (None, vm.vcpus)
            and resolved(args.memory_gib, vm.memory_gib) in (None, vm.memory_gib)
        )
        return f"already {_shape_of(vm)}" if same else None

    def settle(self, world: World, vms: Sequence[VM], args: ResizeArguments) -> ResizeArguments:
        """One outcome for all: vCPUs, memory, and the size where all have the same."""
        args = _outright(vms, args)
        shapes = self._shapes(world, vms, args)
        figures = {(shape.vcpus, shape.memory_gib) for shape in shapes}
        if len(figures) > 1:
            raise _differ(vms, lambda vm: str(_shape_of(vm)), "both vCPUs and memory, or a size")
        sizes = {shape.size for shape in shapes}
        vcpus, memory_gib = figures.pop()
        size = sizes.pop() if len(sizes) == 1 else None
        return ResizeArguments(size=size, vcpus=vcpus, memory_gib=memory_gib)

    def _shapes(self, world: World, vms: Sequence[VM], args: ResizeArguments) -> list[Shape]:
        offers = {kind: offered(world.inventory, kind) for kind in {vm.provider for vm in vms}}
        vcpus = None if args.vcpus is None else int(args.vcpus)
        memory_gib = None if args.memory_gib is None else float(args.memory_gib)
        return [new_shape(vm, offers[vm.provider], args.size, vcpus, memory_gib) for vm in vms]

    def effect(self, vms: Sequence[VM], args: ResizeArguments) -> str:
        """What will happen."""
        target = Shape(int(args.vcpus or 0), float(args.memory_gib or 0), args.size)
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
        near = abs(after.memory_gib - step.args["memory_gib"]) < MEMORY_GRAIN_GIB
        fits = after.vcpus == step.args["vcpus"] and near
        wanted = step.args["size"]
        if wanted is not None and after.size is not None and after.size != wanted:
            return Verdict.waiting(f"still {seen}")
        if fits and ran and after.state is State.STOPPED:
            return Verdict.waiting(f"{seen}, stopped; it ran before, so start it if it stays off")
        if fits and after.state not in {State.STARTING, State.STOPPING}:
            return Verdict.done(seen)
        return Verdict.waiting(f"{seen}, {after.state.value}")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """What it had."""
        if before is None:
            return None
        if before.size is not None and before.provider not in FREE_SHAPES:
            return same_machine("resize_vms", before, {"size": before.size})
        wanted = {"vcpus": before.vcpus, "memory_gib": before.memory_gib}
        return same_machine("resize_vms", before, wanted)


def _shape_of(vm: VM) -> Shape:
    return Shape(vm.vcpus, vm.memory_gib, vm.size)


def _differ(vms: Sequence[VM], has: Callable[[VM], str], wanted: str) -> InvalidRequest:
    now = listed([f"{vm.name} {has(vm)}" for vm in vms])
    return InvalidRequest(f"The machines differ: {now}.", hint=f"Give {wanted} for all of them.")


def _outright(vms: Sequence[VM], args: ResizeArguments) -> ResizeArguments:
    """The figures that are told from the present ones, worked out."""
    vcpus, memory_gib = args.vcpus, args.memory_gib
    if is_relative(vcpus):
        figure = _from_present(vms, vcpus, lambda vm: vm.vcpus, "vCPUs", VCPUS_MOST)
        if figure != int(figure):
            raise InvalidRequest(f"{figure:g} vCPUs is no whole number.", hint="Give a figure.")
        vcpus = int(figure)
    if is_relative(memory_gib):
        memory_gib = _from_present(
            vms, memory_gib, lambda vm: vm.memory_gib, "GiB of memory", MEMORY_MOST_GIB
        )
    return ResizeArguments(size=args.size, vcpus=vcpus, memory_gib=memory_gib)


def _from_present(
    vms: Sequence[VM], amount: float | str | None, has: Callable[[VM], float], unit: str, most: int
) -> float:
    """The one figure that a relative amount comes to.

    Raises:
        InvalidRequest: the machines have different figures now, or it comes to nothing.
    """
    if len({has(vm) for vm in vms}) > 1:
        raise _differ(vms, lambda vm: f"{has(vm):g} {unit}", f"one figure in {unit}")
    present = has(vms[0])
    figure = resolved(amount, present) or 0
    if not 0 < figure <= most:
        raise InvalidRequest(
            f"{vms[0].name} has {present:g} {unit}: {amount} makes {figure:g}.",
            hint=f"Give a figure in {unit}.",
        )
    return figure


class ResizeDisk(Change[DiskSizeArguments]):
    """Grow the first disk."""

    capability = Capability.RESIZE_DISK

    def nothing_to_do(self, vm: VM, args: DiskSizeArguments) -> str | None:
        """It may be so big already."""
        same = vm.disk_gib == resolved(args.size_gib, vm.disk_gib)
        return f"already at {vm.disk_gib:g} GiB" if same else None

    def forbidden(self, vm: VM, args: DiskSizeArguments) -> str | None:
        """A disk cannot shrink."""
        wanted = resolved(args.size_gib, vm.disk_gib)
        if wanted is None or wanted >= vm.disk_gib:
            return None
        return f"its disk has {vm.disk_gib:g} GiB and cannot shrink to {wanted:g} GiB"

    def settle(self, world: World, vms: Sequence[VM], args: DiskSizeArguments) -> DiskSizeArguments:
        """One size for all."""
        if not is_relative(args.size_gib):
            return args
        figure = _from_present(
            vms, args.size_gib, lambda vm: vm.disk_gib, "GiB of disk", DISK_MOST_GIB
        )
        return DiskSizeArguments(size_gib=figure)

    def effect(self, vms: Sequence[VM], args: DiskSizeArguments) -> str:
        """What will happen."""
        sizes = {vm.disk_gib for vm in vms}
        now = f" from {sizes.pop():g}" if len(sizes) == 1 else ""
        wanted = float(args.size_gib)
        return f"disk grown{now} to {wanted:g} GiB; grow the file system inside afterwards"

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
