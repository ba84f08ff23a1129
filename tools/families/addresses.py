"""Public addresses: given to machines and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tools.calls import Call
from tools.catalog import Change, NoArguments, Risk, Step, Tool, Undo, Verdict
from tools.families.power import same_machine
from tools.machine import VM
from tools.names import listed
from tools.providers.base import Capability, Provider
from tools.world import World


class GiveAddress(Change[NoArguments]):
    """Give a public address."""

    capability = Capability.PUBLIC_ADDRESS

    def nothing_to_do(self, vm: VM, args: NoArguments) -> str | None:
        """It may have one."""
        return f"reached at {vm.public_ip} already" if vm.public_ip else None

    def after(self, vm: VM, args: NoArguments) -> VM:
        """It has one, which nobody knows yet."""
        return vm if vm.public_ip else replace(vm, public_ip="unknown yet")

    def effect(self, vms: Sequence[VM], args: NoArguments) -> str:
        """What will happen."""
        return "given a public address: reachable from the internet wherever a port is open"

    def undo(self, args: NoArguments) -> Undo:
        """By taking it."""
        return Undo(True, "take it back")

    def notes(self, world: World, vms: Sequence[VM], args: NoArguments) -> list[str]:
        """What it costs is not among the machine's prices."""
        return ["Providers charge for a public address; that is not in the cost shown."]

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.assign_public_address(step.target, token)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It has one."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        return Verdict.done(after.public_ip) if after.public_ip else Verdict.waiting("none yet")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Take it, where there was none before."""
        if before is None or before.public_ip:
            return None
        return same_machine("release_public_address", before)


class TakeAddress(Change[NoArguments]):
    """Take a public address away."""

    capability = Capability.PUBLIC_ADDRESS

    def nothing_to_do(self, vm: VM, args: NoArguments) -> str | None:
        """It may have none."""
        return None if vm.public_ip else "without a public address anyway"

    def after(self, vm: VM, args: NoArguments) -> VM:
        """It has none."""
        return replace(vm, public_ip=None)

    def effect(self, vms: Sequence[VM], args: NoArguments) -> str:
        """What will happen."""
        had = [vm.public_ip for vm in vms if vm.public_ip]
        if not had:
            return "public address taken away; none has one"
        return f"public address {listed(had)} taken away: not reached by it from the internet"

    def undo(self, args: NoArguments) -> Undo:
        """By giving one; it is another."""
        return Undo(True, "give one again; it may be another address")

    def act(self, provider: Provider, step: Step, token: str) -> str | None:
        """Ask the provider."""
        provider.release_public_address(step.target, token)
        return None

    def verify(self, before: VM | None, after: VM | None, step: Step) -> Verdict:
        """It has none."""
        if after is None:
            return Verdict.failed("the machine is no longer there")
        if after.public_ip:
            return Verdict.waiting(f"still {after.public_ip}")
        return Verdict.done("no public address")

    def inverse(self, before: VM | None, after: VM | None, step: Step) -> Call | None:
        """Give one, where there was one before."""
        if before is None or not before.public_ip:
            return None
        return same_machine("assign_public_address", before)


ASSIGN_ADDRESS = Tool(
    name="assign_public_address",
    risk=Risk.DISRUPT,
    summary="Give machines a public address.",
    arguments=NoArguments,
    handler=GiveAddress(),
    says=(
        "give ci-runner-2 a public address",
        "assign a public IP to web-stg-1",
        "attach an elastic IP to jenkins",
    ),
)
RELEASE_ADDRESS = Tool(
    name="release_public_address",
    risk=Risk.DISRUPT,
    summary="Take machines' public addresses away.",
    arguments=NoArguments,
    handler=TakeAddress(),
    says=(
        "take the public IP off web-03",
        "remove the public address from rdp-gw",
        "release the public IP of web-01",
    ),
)
