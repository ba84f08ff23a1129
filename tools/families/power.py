"""Power: start, stop, restart, suspend and resume machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from tools.calls import Call
from tools.catalog import Arguments, Change, NoArguments, Risk, Step, Tool, Undo, Verdict
from tools.machine import VM, State
from tools.providers.base import Capability, Provider
from tools.selector import Selector
from tools.world import World

P = TypeVar("P", bound=Arguments)

SLEEPING = frozenset({State.SUSPENDED, State.PAUSED})
_RESTARTED_BY = {
    State.STOPPED: Capability.START,
    State.SUSPENDED: Capability.RESUME,
    State.PAUSED: Capability.RESUME,
}


class ForceArguments(Arguments):
    """How hard to push."""

    force: bool = Field(
        False, description="cut the power instead of asking the system to shut down"
    )


def same_machine(tool: str, vm: VM | None, args: dict[str, Any] | None = None) -> Call | None:
    """A call of another tool on this very machine."""
    if vm is None:
        return None
    return Call(tool=tool, selector=Selector.parse({"ids": [vm.id]}), args=args or {})


def reached(after: VM | None, goal: frozenset[State], on_the_way: frozenset[State]) -> Verdict:
    """Judge a change of state by a fresh reading."""
    if after is None:
        return Verdict.failed("the machine is no longer there; look for it with its provider")
    if after.state in goal:
        return Verdict.done(after.state.value)
    if after.state in on_the_way:
        return Verdict.waiting(after.state.value)
    if after.state is State.ERROR:
        return Verdict.failed("it is in error; read its console and diagnose it")
    return Verdict.failed(f"it is {after.state.value}; diagnose it before trying again")


class Start(Change[NoArguments]):
    """Power on; one that sleeps is let run on."""

    capability = Capability.START
    described_states = frozenset({State.STOPPED})

    def needs(self, vm: VM, args: NoArguments) -> frozenset[Capability]:
        """A sleeping machine is resumed rather than started."""
        return frozenset({Capability.RESUME if vm.state in SLEEPING else Capability.START})

    def nothing_to_do(self, vm: VM, args: NoArguments) -> str | None:
        """A running machine is."""
        return "already running" if vm.state is State.RUNNING else None

    def after(self, vm: VM, args: NoArguments) -> VM:
        """It runs."""
        return replace(vm, state=State.RUNNING)

    def effect(self, vms: Sequence[VM], args: NoArguments) -> str:
        """What will happen."""
        return "powered on"

    def undo(self, args: NoArguments) -> Undo:
        """By stopping."""
        return Undo(True, "stop again")

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: NoArguments) -> float:
        """Those that were off cost again."""
        return sum(v.hourly_cost_usd for v in vms if v.state in {State.STOPPED, State.SUSPENDED})

    def steps(self, world: World, vms: Sequence[VM], args: NoArguments) -> list[Step]:
        """One a machine; a sleeping one is resumed."""
        return [Step(vm.id, vm.name, {"resume": vm.state in SLEEPING}) for vm in vms]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        if step.args["resume"]:
            provider.resume(step.target, token)
        else:
            provider.start(step.target, token)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It runs."""
        way = {State.STARTING, State.STOPPED, *SLEEPING, State.UNKNOWN}
        return reached(after, frozenset({State.RUNNING}), frozenset(way))

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Back to what it was."""
        if before is None or before.state is State.RUNNING:
            return None
        return same_machine("suspend_vms" if before.state in SLEEPING else "stop_vms", before)


class Stop(Change[ForceArguments]):
    """Shut down."""

    capability = Capability.STOP
    described_states = frozenset({State.RUNNING})

    def needs(self, vm: VM, args: ForceArguments) -> frozenset[Capability]:
        """Cutting the power is an ability of its own."""
        return frozenset({Capability.STOP} | ({Capability.FORCE_STOP} if args.force else set()))

    def nothing_to_do(self, vm: VM, args: ForceArguments) -> str | None:
        """A stopped machine is."""
        return "already stopped" if vm.state is State.STOPPED else None

    def after(self, vm: VM, args: ForceArguments) -> VM:
        """It is off."""
        return replace(vm, state=State.STOPPED)

    def effect(self, vms: Sequence[VM], args: ForceArguments) -> str:
        """What will happen."""
        if args.force:
            return "powered off at once, without a shutdown; unsaved work inside is lost"
        return "shut down, gently"

    def undo(self, args: ForceArguments) -> Undo:
        """By starting."""
        return Undo(True, "start again; memory contents are not kept")

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: ForceArguments) -> float:
        """Those that ran cost nothing for compute."""
        return -sum(v.hourly_cost_usd for v in vms if v.state is State.RUNNING)

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.stop(step.target, token, force=bool(step.args["force"]))
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It is off."""
        way = {State.STOPPING, State.RUNNING, *SLEEPING, State.UNKNOWN}
        return reached(after, frozenset({State.STOPPED}), frozenset(way))

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Start it, if it ran."""
        ran = before is not None and before.state in {State.RUNNING, State.STARTING}
        return same_machine("start_vms", before) if ran else None


class Restart(Change[ForceArguments]):
    """Reboot; one that is off is started, one that sleeps is let run on."""

    capability = Capability.RESTART
    described_states = frozenset({State.RUNNING})
    repeatable: ClassVar[bool] = False
    visible: ClassVar[bool] = False

    def needs(self, vm: VM, args: ForceArguments) -> frozenset[Capability]:
        """A stopped machine is started, a sleeping one resumed."""
        return frozenset({_RESTARTED_BY.get(vm.state, Capability.RESTART)})

    def nothing_to_do(self, vm: VM, args: ForceArguments) -> str | None:
        """There is always something; of one that does not run, the note says what."""
        if vm.state in SLEEPING:
            return f"{vm.state.value}, so it will be resumed"
        return "stopped, so it will be started" if vm.state is State.STOPPED else None

    def after(self, vm: VM, args: ForceArguments) -> VM:
        """It runs."""
        return replace(vm, state=State.RUNNING)

    def effect(self, vms: Sequence[VM], args: ForceArguments) -> str:
        """What will happen."""
        return "reset at once, without a shutdown" if args.force else "rebooted"

    def undo(self, args: ForceArguments) -> Undo:
        """There is none."""
        return Undo(False, "a restart cannot be taken back")

    def steps(self, world: World, vms: Sequence[VM], args: ForceArguments) -> list[Step]:
        """One a machine, by what its state takes."""
        by = {vm.id: _RESTARTED_BY.get(vm.state, Capability.RESTART).value for vm in vms}
        return [Step(vm.id, vm.name, {"force": args.force, "by": by[vm.id]}) for vm in vms]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        if step.args["by"] == Capability.START:
            provider.start(step.target, token)
        elif step.args["by"] == Capability.RESUME:
            provider.resume(step.target, token)
        else:
            provider.restart(step.target, token, force=bool(step.args["force"]))
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It runs; some providers show it stopped in between."""
        way = {State.STARTING, State.STOPPING, State.STOPPED, State.UNKNOWN, *SLEEPING}
        return reached(after, frozenset({State.RUNNING}), frozenset(way))


class Suspend(Change[NoArguments]):
    """Keep the memory and stop running."""

    capability = Capability.SUSPEND
    described_states = frozenset({State.RUNNING})

    def nothing_to_do(self, vm: VM, args: NoArguments) -> str | None:
        """Only a running machine can be suspended."""
        return None if vm.state is State.RUNNING else f"already {vm.state.value}"

    def after(self, vm: VM, args: NoArguments) -> VM:
        """It sleeps."""
        return replace(vm, state=State.SUSPENDED)

    def effect(self, vms: Sequence[VM], args: NoArguments) -> str:
        """What will happen."""
        return "suspended, with memory kept"

    def undo(self, args: NoArguments) -> Undo:
        """By resuming."""
        return Undo(True, "resume")

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: NoArguments) -> float:
        """Those that ran cost nothing for compute."""
        return -sum(v.hourly_cost_usd for v in vms if v.state is State.RUNNING)

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.suspend(step.target, token)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It sleeps."""
        return reached(after, SLEEPING, frozenset({State.RUNNING, State.STOPPING, State.UNKNOWN}))

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Let it run on."""
        ran = before is not None and before.state is State.RUNNING
        return same_machine("resume_vms", before) if ran else None


class Resume(Change[NoArguments]):
    """Let run on."""

    capability = Capability.RESUME
    described_states = SLEEPING

    def nothing_to_do(self, vm: VM, args: NoArguments) -> str | None:
        """Only a sleeping machine can run on."""
        if vm.state in SLEEPING:
            return None
        return "already running" if vm.state is State.RUNNING else f"{vm.state}, not suspended"

    def after(self, vm: VM, args: NoArguments) -> VM:
        """It runs."""
        return replace(vm, state=State.RUNNING)

    def effect(self, vms: Sequence[VM], args: NoArguments) -> str:
        """What will happen."""
        return "resumed where they were" if len(vms) > 1 else "resumed where it was"

    def undo(self, args: NoArguments) -> Undo:
        """By suspending."""
        return Undo(True, "suspend again")

    def cost_change_usd(self, world: World, vms: Sequence[VM], args: NoArguments) -> float:
        """Those that were suspended cost again."""
        return sum(v.hourly_cost_usd for v in vms if v.state is State.SUSPENDED)

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.resume(step.target, token)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It runs."""
        way = frozenset({State.STARTING, State.UNKNOWN, *SLEEPING})
        return reached(after, frozenset({State.RUNNING}), way)

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Suspend it again."""
        slept = before is not None and before.state in SLEEPING
        return same_machine("suspend_vms", before) if slept else None


START = Tool(
    name="start_vms",
    risk=Risk.CHANGE,
    summary="Power machines on.",
    arguments=NoArguments,
    handler=Start(),
    says=(
        "start web-stg-2",
        "power on alice-dev",
        "boot up all the stopped dev machines",
        "turn qa-runner-2 back on",
        "bring analytics-2 up",
    ),
)
STOP = Tool(
    name="stop_vms",
    risk=Risk.DISRUPT,
    summary="Shut machines down, gently unless forced.",
    arguments=ForceArguments,
    handler=Stop(),
    says=(
        "stop web-stg-1",
        "shut down all the staging boxes",
        "power off carol-dev",
        "turn the sandbox machines off",
        "force stop ci-runner-3",
        "pull the plug on test-win11",
    ),
)
RESTART = Tool(
    name="restart_vms",
    risk=Risk.DISRUPT,
    summary="Reboot machines, gently unless forced.",
    arguments=ForceArguments,
    handler=Restart(),
    says=(
        "restart web-03",
        "reboot the jenkins vm",
        "bounce worker-2",
        "hard reset print-srv",
        "power cycle dns-2",
    ),
)
SUSPEND = Tool(
    name="suspend_vms",
    risk=Risk.DISRUPT,
    summary="Keep machines' memory and stop running them.",
    arguments=NoArguments,
    handler=Suspend(),
    says=(
        "suspend carol-dev",
        "put the vdi desktops to sleep",
        "hibernate notebook-wei",
        "pause ml-train-1",
    ),
)
RESUME = Tool(
    name="resume_vms",
    risk=Risk.CHANGE,
    summary="Let suspended or paused machines run on.",
    arguments=NoArguments,
    handler=Resume(),
    says=(
        "resume bob-dev",
        "wake up test-win11",
        "unpause the paused machines",
        "unsuspend bob-dev",
    ),
)
