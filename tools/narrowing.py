"""Which machines of a set a change is about: without those it would not change or may not touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tools.calls import Call
from tools.catalog import Change
from tools.errors import NotAllowed, NotFound, Unreachable, Unsupported
from tools.inventory import Inventory
from tools.machine import VM
from tools.providers.base import Provider
from tools.sight import Gap, unseen


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A machine that was meant and is not in the plan, and why."""

    id: str
    name: str
    reason: str


class NothingToDo(NotFound):
    """No machine is left on which the act would change anything; the answer says why."""

    code = "nothing_to_do"
    default_hint = "Nothing was changed."

    def __init__(self, message: str, left_out: Sequence[LeftOut]) -> None:
        super().__init__(message)
        self.left_out = tuple(left_out)


def narrow(
    inventory: Inventory,
    change: Change[Any],
    call: Call,
    vms: Sequence[VM],
    args: Any,
    missing: Iterable[Gap],
) -> tuple[list[VM], list[LeftOut], list[str]]:
    """Leave out of a described set what the act would not change, may not touch or cannot see.

    Args:
        missing: the connections that cannot be seen.

    Raises:
        NotAllowed, Unsupported, Unreachable: a machine that is named outright cannot be changed.
    """
    kept: list[VM] = []
    left_out: list[LeftOut] = []
    notes: list[str] = []
    hidden = unseen(inventory, vms, missing)
    reached = inventory.providers_of([vm.id for vm in vms if vm.id not in hidden])
    for vm in vms:
        if vm.id in hidden:
            reason = hidden[vm.id]
            if call.is_outright:
                raise Unreachable(f"{vm.name}: {reason}.", hint="Ask again when it is seen.")
        elif call.is_outright:
            reason = None
            notes += _outright(change, reached[vm.id], vm, args)
        else:
            reason = _described(change, reached[vm.id], vm, args)
        if reason:
            left_out.append(LeftOut(vm.id, vm.name, reason))
        else:
            kept.append(vm)
    return kept, left_out, notes


def _outright(change: Change[Any], provider: Provider, vm: VM, args: Any) -> list[str]:
    """What to note of a machine that stays in the plan since it is named."""
    if refusal := change.forbidden(vm, args):
        raise NotAllowed(f"{vm.name}: {refusal}.", hint="Correct the request and ask again.")
    if lacking := _lacking(change, provider, vm, args):
        raise Unsupported(f"{vm.name}: {lacking}")
    idle = change.nothing_to_do(vm, args)
    return [f"{vm.name} is {idle}."] if idle else []


def _described(change: Change[Any], provider: Provider, vm: VM, args: Any) -> str | None:
    """Why a machine of a described set is left out, if it is."""
    refusal = change.forbidden(vm, args)
    lacking = _lacking(change, provider, vm, args)
    idle = change.nothing_to_do(vm, args)
    states = change.described_states
    wrong_state = None if states is None or vm.state in states else vm.state.value
    return wrong_state or idle or refusal or lacking


def _lacking(change: Change[Any], provider: Provider, vm: VM, args: Any) -> str | None:
    lacking = change.needs(vm, args) - provider.capabilities
    if not lacking:
        return None
    verb = ", ".join(sorted(c.value.replace("_", " ") for c in lacking))
    return f"{provider.name} cannot {verb} machines"


def nothing_left(left_out: Sequence[LeftOut]) -> str:
    """Why a plan has no machine."""
    shown = ", ".join(f"{o.name} ({o.reason})" for o in left_out[:5])
    more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
    return f"There is nothing to do: {shown}{more}."
