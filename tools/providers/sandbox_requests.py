"""How the sandbox carries a request out: once a token, met by faults, in transitions of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tools.errors import Capacity, Conflict, NotAllowed
from tools.machine import VM, Group, Offer, State
from tools.providers import sandbox_changes as changes
from tools.providers import sandbox_disks as disks
from tools.providers import sandbox_making as making
from tools.providers.base import NewMachine
from tools.providers.sandbox_changes import Transition
from tools.providers.sandbox_faults import Fault, FaultKind
from tools.providers.sandbox_store import NEVER, Act, Seen, Store
from tools.times import Clock

ON_NO_MACHINE = ("new:", "group:", "disk:")
"""How targets begin that are no machine."""


class Requests:
    """Carries requests out on one store; each is one transaction."""

    def __init__(self, store: Store, clock: Clock, delays: bool, catalog: Sequence[Offer]) -> None:
        self._store = store
        self._clock = clock
        self._delays = delays
        self._catalog = catalog

    def offer(self, provider: str) -> Offer:
        """What one provider offers, its groups as they were at first."""
        return next((o for o in self._catalog if o.provider == provider), Offer(provider))

    def meet_reading_fault(self) -> None:
        """Fail a reading, if the sandbox shall be out of reach or asks readers to slow down."""
        if not any(_meets_readings(fault) for fault in self._store.faults()):
            return
        with self._store.transaction():
            fault = self._store.take_fault("", "read")
        failure = fault.failure("read", "its machines") if fault else None
        if failure is not None:
            raise failure

    def change(
        self,
        machine_id: str,
        verb: str,
        token: str,
        change: Callable[[VM], Transition | None],
        force: bool = False,
    ) -> str:
        """A change of one machine; `force` ends a transition that is under way."""

        def act(stuck: bool) -> str | None:
            seen = self._store.look(machine_id, self._now())
            transition = _possible(seen, change, force)
            if transition is None:
                return None
            self._begin(transition, stuck)
            return machine_id

        return self._carry_out(machine_id, verb, token, act)

    def label(self, machine_id: str, verb: str, token: str, change: Callable[[VM], VM]) -> str:
        """A change that takes no time and is possible in any state."""

        def act(stuck: bool) -> str | None:
            seen = self._store.look(machine_id, self._now())
            during = change(seen.vm)
            after = change(seen.goal) if seen.goal is not None else None
            if during == seen.vm and after == seen.goal:
                return None
            if stuck:
                self._store.put(seen.vm, after, NEVER, self._now())
            else:
                self._store.put(during, after, seen.done_at, self._now())
            return machine_id

        return self._carry_out(machine_id, verb, token, act)

    def keep(self, machine_id: str, verb: str, token: str, change: Callable[[VM], bool]) -> None:
        """A change beside a machine's record; `change` says whether anything was left to do."""

        def act(stuck: bool) -> str | None:
            vm = self._store.look(machine_id, self._now()).vm
            return machine_id if not stuck and change(vm) else None

        self._carry_out(machine_id, verb, token, act)

    def create(self, machine: NewMachine, token: str) -> str:
        """A new machine, which runs; gives its id."""

        def act(stuck: bool) -> str:
            number = self._store.next_number()
            hosts = self._store.host_counts()
            vm = making.made(machine, self._catalog, hosts, number, self._clock())
            self._add(vm, 6, stuck)
            return vm.id

        return self._carry_out(f"new:{machine.name}", "create", token, act)

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """A copy of a machine, which is stopped; gives its id."""

        def act(stuck: bool) -> str:
            vm = self._store.look(machine_id, self._now()).vm
            number = self._store.next_number()
            copy = making.copied(vm, name, number, self._clock(), State.STOPPED)
            self._add(copy, 6, stuck)
            return copy.id

        return self._carry_out(machine_id, "clone", token, act)

    def scale(self, group: Group, count: int, token: str) -> None:
        """A group with this many machines."""

        def act(stuck: bool) -> str | None:
            members = self._store.members(group.name, self._now())
            if len(members) == count:
                return None
            self._remove(group, members, len(members) - count, stuck)
            for _ in range(count - len(members)):
                vm = self._new_member(group, members)
                self._add(vm, 5, stuck)
                members.append(vm)
            return group.name

        self._carry_out(f"group:{group.name}", "scale_group", token, act)

    def delete_disk(self, disk_id: str, token: str) -> None:
        """A disk less."""

        def act(stuck: bool) -> str | None:
            present = disks.kept(self._store)
            left = [disk for disk in present if disk.id != disk_id]
            if len(left) == len(present):
                return None
            if not stuck:
                disks.keep(self._store, left)
            return disk_id

        self._carry_out(f"disk:{disk_id}", "delete_disk", token, act)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _carry_out(
        self, target: str, verb: str, token: str, act: Callable[[bool], str | None]
    ) -> str:
        """One request.

        `act` is told whether it shall never settle; it gives the result, or None where nothing was
        left to do.
        """
        with self._store.transaction():
            before = self._store.act_of(token)
            if before is not None:
                return _same_request(before, target, verb)
            if not target.startswith(ON_NO_MACHINE):
                self._store.require(target, self._now())
            fault = self._store.take_fault(target, verb)
            result: str | None = None
            if fault is None or fault.acts:
                result = act(fault is not None and fault.kind is FaultKind.STUCK)
                changed = result is not None
                self._store.record(Act(target, verb, token, self._now(), changed, result or target))
        failure = fault.failure(verb, target) if fault is not None else None
        if failure is not None:
            raise failure
        return result or target

    def _begin(self, transition: Transition, stuck: bool) -> None:
        done_at: float | None = None
        if stuck:
            done_at = NEVER
        elif self._delays:
            done_at = self._now() + transition.seconds
        self._store.put(transition.during, transition.after, done_at, self._now())

    def _add(self, vm: VM, seconds: float, stuck: bool) -> None:
        self._store.add([vm])
        self._begin(Transition(replace(vm, state=State.STARTING), vm, seconds), stuck)

    def _remove(self, group: Group, members: Sequence[VM], surplus: int, stuck: bool) -> None:
        if surplus <= 0:
            return
        leaving = [vm for vm in reversed(members) if not vm.protected][:surplus]
        if len(leaving) < surplus:
            raise NotAllowed(f"Too many machines of {group.name} are protected.")
        for vm in leaving:
            self._begin(changes.deleted(vm), stuck)

    def _new_member(self, group: Group, members: Sequence[VM]) -> VM:
        number = self._store.next_number()
        names = [vm.name for vm in members]
        taken = self._store.names_like(making.stem_of(names[-1])) if names else []
        name = making.next_name(group.name, names, taken)
        if members:
            vm = making.copied(members[-1], name, number, self._clock(), State.RUNNING)
        else:
            vm = self._first_member(group, name, number)
        return replace(vm, group=group.name)

    def _first_member(self, group: Group, name: str, number: int) -> VM:
        offer = self.offer(group.provider)
        if not offer.sizes or not offer.images:
            raise Capacity(f"{group.provider} has no size or image to make {name} of.")
        size = offer.sizes[0]
        figures = (size.vcpus, size.memory_gib, size.name)
        wanted = NewMachine(name, group.region, offer.images[0], *figures)
        return making.made(wanted, [offer], self._store.host_counts(), number, self._clock())


def _meets_readings(fault: Fault) -> bool:
    return fault.kind is FaultKind.UNREACHABLE or fault.verb == "read"


def _possible(
    seen: Seen, change: Callable[[VM], Transition | None], force: bool
) -> Transition | None:
    """The transition that a change starts; one that is under way must end first."""
    if seen.done_at is None or force:
        return change(seen.vm)
    if seen.goal is None:
        raise Conflict(f"{seen.vm.name} is being deleted.")
    if change(seen.goal) is None:
        return None
    raise Conflict(
        f"{seen.vm.name} is in a transition ({seen.vm.state}).",
        hint="Wait until it is settled, or force it.",
    )


def _same_request(before: Act, target: str, verb: str) -> str:
    if (before.machine_id, before.verb) != (target, verb):
        raise Conflict(f"The token {before.token!r} was used for another request.")
    return before.result or target
