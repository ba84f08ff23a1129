"""Snapshots: take, restore and delete them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Change, Risk, Step, Tool, Undo, Verdict
from tools.errors import InvalidRequest, NotFound
from tools.families.power import SLEEPING, same_machine
from tools.machine import VM, Snapshot, State
from tools.names import closest, counted, spelled
from tools.providers.base import Capability, Provider
from tools.world import World


class SnapshotArguments(Arguments):
    """What it is called."""

    name: str | None = Field(
        None, min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:-]*$",
        description="the snapshot's name; the present time if not given",
    )  # fmt: skip


class RestoreArguments(Arguments):
    """Which one."""

    snapshot: str | None = Field(
        None, description="the snapshot's name, or newest or oldest; the newest if not given"
    )


class DeleteSnapshotsArguments(Arguments):
    """Which ones; all of the machines' snapshots if nothing is given."""

    snapshot: str | None = Field(
        None, description="only the snapshot of this name, or the newest or oldest of each machine"
    )
    older_than_days: float | None = Field(None, ge=0, description="only those older than this")


def newest(vm: VM) -> Snapshot | None:
    """The snapshot that was taken last."""
    return max(vm.snapshots, key=lambda s: s.created_at, default=None)


def find_snapshot(vm: VM, name: str) -> Snapshot | None:
    """The machine's snapshot of this name; `newest`, `latest` and `oldest` are understood."""
    exact = spelled(name, [s.name for s in vm.snapshots])
    if exact is not None:
        return next(s for s in vm.snapshots if s.name == exact)
    if name.casefold() in {"newest", "latest", "last"}:
        return newest(vm)
    if name.casefold() in {"oldest", "first"}:
        return min(vm.snapshots, key=lambda s: s.created_at, default=None)
    return None


class TakeSnapshot(Change[SnapshotArguments]):
    """Save the state of machines."""

    capability = Capability.SNAPSHOT
    repeatable = False

    def settle(self, world: World, vms: Sequence[VM], args: SnapshotArguments) -> SnapshotArguments:
        """A name that none of the machines has a snapshot of."""
        taken = {s.name: vm.name for vm in vms for s in vm.snapshots}
        if args.name is not None:
            if args.name in taken:
                raise InvalidRequest(
                    f"{taken[args.name]} has a snapshot {args.name!r} already.",
                    hint="Choose another name.",
                )
            return args
        base = f"{world.now:nova-%Y%m%d-%H%M}"
        names = (base, *(f"{base}-{n}" for n in range(2, 1000)))
        return SnapshotArguments(name=next(n for n in names if n not in taken))

    def effect(self, vms: Sequence[VM], args: SnapshotArguments) -> str:
        """What will happen."""
        return f"snapshot {args.name!r} taken"

    def undo(self, args: SnapshotArguments) -> Undo:
        """By deleting it."""
        return Undo(True, f"delete the snapshot {args.name}")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.snapshot(step.target, token, name=step.args["name"])
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is there."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        if any(s.name == step.args["name"] for s in after.snapshots):
            return Verdict.done(f"{step.args['name']} is there")
        return Verdict.waiting("the snapshot is not there yet")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Delete the one that was taken."""
        vm = after or before
        return same_machine("delete_snapshots", vm, {"snapshot": step.args["name"]})


class Restore(Change[RestoreArguments]):
    """Put machines back as they were."""

    capability = Capability.RESTORE
    repeatable = False
    visible = False

    def nothing_to_do(self, vm: VM, args: RestoreArguments) -> str | None:
        """A machine without that snapshot cannot be put back."""
        return None if _wanted(vm, args.snapshot) else "without such a snapshot"

    def settle(self, world: World, vms: Sequence[VM], args: RestoreArguments) -> RestoreArguments:
        """Each machine has the snapshot; its name is filled where it is one and the same."""
        chosen: list[str] = []
        for vm in vms:
            found = _wanted(vm, args.snapshot)
            if found is None:
                raise _no_snapshot(vm, args.snapshot)
            chosen.append(found.name)
        return RestoreArguments(snapshot=chosen[0] if len(set(chosen)) == 1 else args.snapshot)

    def effect(self, vms: Sequence[VM], args: RestoreArguments) -> str:
        """What will happen."""
        found = [(vm, _wanted(vm, args.snapshot)) for vm in vms]
        parts = [f"{s.name!r} of {s.created_at:%Y-%m-%d %H:%M}" for _, s in found if s]
        return f"put back to {', '.join(parts[:6])}"

    def undo(self, args: RestoreArguments) -> Undo:
        """There is none."""
        return Undo(False, "what came after the snapshot is gone; take a snapshot first to keep it")

    def loses(self, vms: Sequence[VM], args: RestoreArguments) -> str | None:
        """All that came later."""
        found = [s for vm in vms if (s := _wanted(vm, args.snapshot))]
        oldest = min((s.created_at for s in found), default=None)
        since = f" (the oldest is of {oldest:%Y-%m-%d %H:%M})" if oldest else ""
        return f"everything written on {counted(len(vms), 'machine')} since the snapshot{since}"

    def steps(self, world: World, vms: Sequence[VM], args: RestoreArguments) -> list[Step]:
        """One a machine, with the snapshot of its own."""
        found = [(vm, _wanted(vm, args.snapshot)) for vm in vms]
        return [Step(vm.id, vm.name, {"snapshot": s.name if s else None}) for vm, s in found]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.restore(step.target, token, snapshot=step.args["snapshot"])
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is in the state that it had: some hypervisors lose the machine at a revert."""
        if after is None:
            return Verdict.failed("the machine is no longer there; look for it with its provider")
        ran = before is not None and before.state in {State.RUNNING, *SLEEPING}
        name = step.args["snapshot"]
        if after.state is State.ERROR:
            return Verdict.failed(f"put back to {name}, but it is in error; read its console")
        if ran and after.state is State.STOPPED:
            return Verdict.failed(
                f"put back to {name}, but it is stopped and ran before: the revert may have ended "
                "it (as after vCPUs were added to the running machine), or the snapshot holds no "
                "memory; start it and check the data"
            )
        if after.state in {State.STARTING, State.STOPPING, State.UNKNOWN}:
            return Verdict.waiting(f"{after.state.value}")
        return Verdict.done(f"put back to {name}, {after.state.value}")


@dataclass(frozen=True)
class DeleteSnapshots(Change[DeleteSnapshotsArguments]):
    """Remove snapshots; the machines stay as they are."""

    now: datetime | None = None
    capability = Capability.SNAPSHOT

    def at(self, now: datetime) -> DeleteSnapshots:
        """Ages are counted from this moment."""
        return dataclasses.replace(self, now=now)

    def fitting(self, vm: VM, args: DeleteSnapshotsArguments) -> list[Snapshot]:
        """The machine's snapshots that are meant."""
        found = list(vm.snapshots)
        if args.snapshot is not None:
            meant = find_snapshot(vm, args.snapshot)
            found = [meant] if meant is not None else []
        if args.older_than_days is not None:
            assert self.now is not None, "the planner binds the moment"
            before = self.now - timedelta(days=args.older_than_days)
            found = [s for s in found if s.created_at < before]
        return found

    def nothing_to_do(self, vm: VM, args: DeleteSnapshotsArguments) -> str | None:
        """A machine may have none of these."""
        return None if self.fitting(vm, args) else "without such a snapshot"

    def settle(
        self, world: World, vms: Sequence[VM], args: DeleteSnapshotsArguments
    ) -> DeleteSnapshotsArguments:
        """A snapshot that is named exists on one of the machines."""
        if args.snapshot is None:
            return args
        meant = {s.name for vm in vms if (s := find_snapshot(vm, args.snapshot))}
        if meant:
            return args.model_copy(update={"snapshot": meant.pop()}) if len(meant) == 1 else args
        known = [s.name for vm in vms for s in vm.snapshots]
        raise NotFound(
            f"None of these machines has a snapshot {args.snapshot!r}.",
            choices=closest(args.snapshot, known),
        )

    def effect(self, vms: Sequence[VM], args: DeleteSnapshotsArguments) -> str:
        """What will happen."""
        number = sum(len(self.fitting(vm, args)) for vm in vms)
        age = f" older than {args.older_than_days:g} days" if args.older_than_days else ""
        which = f" {args.snapshot!r}" if args.snapshot else ""
        return f"{counted(number, 'snapshot')}{which}{age} deleted; the machines stay as they are"

    def undo(self, args: DeleteSnapshotsArguments) -> Undo:
        """There is none."""
        return Undo(False, "a deleted snapshot is gone")

    def loses(self, vms: Sequence[VM], args: DeleteSnapshotsArguments) -> str | None:
        """The saved states."""
        found = [s for vm in vms for s in self.fitting(vm, args)]
        size = sum(s.size_gib or 0 for s in found)
        held = f" ({size:,.0f} GiB)" if size else ""
        return f"{counted(len(found), 'snapshot')}{held}" if found else None

    def steps(self, world: World, vms: Sequence[VM], args: DeleteSnapshotsArguments) -> list[Step]:
        """One a machine, with the names of what is deleted."""
        return [
            Step(vm.id, vm.name, {"snapshots": [s.name for s in self.fitting(vm, args)]})
            for vm in vms
        ]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider, one snapshot after the other; one that is gone already is no error."""
        for name in step.args["snapshots"]:
            try:
                provider.delete_snapshot(step.target, f"{token}:{name}", snapshot=name)
            except NotFound:
                provider.get_machine(step.target)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """They are gone."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        left = [s.name for s in after.snapshots if s.name in step.args["snapshots"]]
        if left:
            return Verdict.waiting(f"still there: {', '.join(left)}")
        return Verdict.done(f"{counted(len(step.args['snapshots']), 'snapshot')} deleted")


def _wanted(vm: VM, name: str | None) -> Snapshot | None:
    return newest(vm) if name is None else find_snapshot(vm, name)


def _no_snapshot(vm: VM, name: str | None) -> NotFound:
    if not vm.snapshots:
        return NotFound(f"{vm.name} has no snapshot.", hint="There is nothing to put back.")
    known = [s.name for s in vm.snapshots]
    return NotFound(f"{vm.name} has no snapshot {name!r}.", choices=closest(str(name), known))


SNAPSHOT = Tool(
    name="snapshot_vms",
    risk=Risk.CHANGE,
    summary="Take a snapshot of machines.",
    arguments=SnapshotArguments,
    handler=TakeSnapshot(),
    says=(
        "snapshot gitlab",
        "take a snapshot of db-stg-1 called before-upgrade",
        "back up the state of erp-prod-1",
        "create a checkpoint of carol-dev",
    ),
)
RESTORE = Tool(
    name="restore_snapshot",
    risk=Risk.DESTROY,
    summary="Put machines back as they were in a snapshot; what came later is lost.",
    arguments=RestoreArguments,
    handler=Restore(),
    says=(
        "roll carol-dev back to its latest snapshot",
        "restore gitlab from gitlab-snap-1",
        "revert db-stg-1 to its last snapshot",
    ),
)
DELETE_SNAPSHOTS = Tool(
    name="delete_snapshots",
    risk=Risk.DESTROY,
    summary="Delete snapshots; the machines stay as they are.",
    arguments=DeleteSnapshotsArguments,
    handler=DeleteSnapshots(),
    says=(
        "delete all snapshots older than 30 days",
        "remove the snapshot carol-dev-snap-1 from carol-dev",
        "clean up gitlab's old snapshots",
        "drop the snapshots of search-1",
    ),
)
