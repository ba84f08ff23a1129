"""Disks that no machine uses: they are found by `recommend_savings`, and go by this tool."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from tools.catalog import Arguments, Change, Risk, Step, Targets, Tool, Undo, Verdict
from tools.cost import HOURS
from tools.errors import NotAllowed, NotFound
from tools.loose_disks import Found, loose_disks, usd_month
from tools.losses import DISK
from tools.machine import VM, LooseDisk
from tools.names import counted, listed
from tools.providers.base import Provider
from tools.world import World

MOST = 50


class DiskArguments(Arguments):
    """Which disks."""

    disks: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        max_length=MOST,
        description="names or ids of disks that no machine uses; all of them if not given",
    )


class DeleteDisks(Change[DiskArguments]):
    """Remove disks that are attached to nothing; a provider refuses one that is attached by then.

    Args:
        keeps: what was found holds for as long as this handler: for the making of one plan.
    """

    def __init__(self, *, keeps: bool = False) -> None:
        self._keeps = keeps
        self._found: Found | None = None

    def at(self, now: datetime) -> DeleteDisks:
        """A handler for one plan, which asks the providers once."""
        return DeleteDisks(keeps=True)

    def settle(self, world: World, vms: Sequence[VM], args: DiskArguments) -> DiskArguments:
        """The ids of the disks, each of which is attached to nothing right now."""
        return DiskArguments(disks=tuple(disk.id for disk, _ in self._chosen(world, args)))

    def effect(self, vms: Sequence[VM], args: DiskArguments) -> str:
        """What will happen."""
        return f"{counted(len(args.disks or ()), 'disk')} that no machine uses deleted"

    def undo(self, args: DiskArguments) -> Undo:
        """It cannot be."""
        return Undo(False, "what is on a disk is gone with it")

    def notes(self, world: World, vms: Sequence[VM], args: DiskArguments) -> list[str]:
        """What each is."""
        return [f"{disk.name}: {told(disk)}." for disk, _ in self._chosen(world, args)]

    def loses(self, vms: Sequence[VM], args: DiskArguments) -> str | None:
        """What is on them."""
        return f"all data on {counted(len(args.disks or ()), 'disk')}"

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: DiskArguments) -> float:
        """What they cost."""
        return -sum(usd_month(disk) for disk, _ in self._chosen(world, args)) / HOURS["month"]

    def steps(self, world: World, vms: Sequence[VM], args: DiskArguments) -> list[Step]:
        """One a disk."""
        return [
            Step(f"{DISK}{disk.id}", disk.name, _facts(disk, connection))
            for disk, connection in self._chosen(world, args)
        ]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.delete_disk(step.args["disk"], token)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """A disk is no machine: `read_back` judges."""
        return Verdict.waiting("the disks have not been read yet")

    def read_back(self, provider: Provider, step: Step) -> Verdict | None:
        """It is no longer listed."""
        found = provider.loose_disks() or []
        if any(disk.id == step.args["disk"] for disk in found):
            return Verdict.waiting("the disk is still there")
        return Verdict.done("deleted")

    def _chosen(self, world: World, args: DiskArguments) -> list[tuple[LooseDisk, str]]:
        """The disks that are meant, with the connection that has each.

        Raises:
            NotFound: one is not there, or a machine uses it, or none is attached to nothing.
            NotAllowed: more than may go at once.
        """
        if self._found is None or not self._keeps:
            self._found = loose_disks(world)
        found = self._found.disks
        if args.disks is not None:
            return [_named(wanted, found) for wanted in args.disks]
        if not found:
            raise NotFound("Every disk that is listed is used by a machine.")
        if len(found) > MOST:
            raise NotAllowed(
                f"{len(found)} disks are attached to nothing; at most {MOST} go at once.",
                hint="Name the disks that shall go.",
            )
        return list(found)


def _facts(disk: LooseDisk, connection: str) -> dict[str, Any]:
    """What the step keeps: enough to find the disk, and for the policies to judge."""
    return {
        "disk": disk.id, "connection": connection, "size_gib": disk.size_gib,
        "tags": dict(disk.tags),
    }  # fmt: skip


def told(disk: LooseDisk) -> str:
    """What is known of a disk, for people."""
    made = f", made {disk.created_at:%Y-%m-%d}" if disk.created_at else ""
    off = f", off a machine since {disk.detached_at:%Y-%m-%d}" if disk.detached_at else ""
    return f"{disk.size_gib:g} GiB on {disk.provider} in {disk.region}{made}{off}"


def _named(wanted: str, found: Sequence[tuple[LooseDisk, str]]) -> tuple[LooseDisk, str]:
    fits = [pair for pair in found if pair[0].id == wanted]
    fits = fits or [pair for pair in found if pair[0].name == wanted]
    if len(fits) == 1:
        return fits[0]
    if fits:
        ids = listed([disk.id for disk, _ in fits])
        raise NotFound(f"Several disks are called {wanted!r}.", hint=f"Name one by its id: {ids}.")
    raise NotFound(
        f"No disk {wanted!r} is attached to nothing.",
        choices=tuple(disk.name for disk, _ in found[:5]),
        hint="A disk that a machine uses goes with the machine.",
    )


DELETE_DISKS = Tool(
    name="delete_disks",
    risk=Risk.DESTROY,
    summary="Delete disks that no machine uses.",
    arguments=DiskArguments,
    handler=DeleteDisks(),
    targets=Targets.NONE,
    says=(
        "delete all unattached disks",
        "remove the orphaned volumes",
        "delete the disks that no machine uses",
    ),
)
