"""What must hold at the moment an operation starts: the policies, and the machines as shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tools.approvals import Approval
from tools.errors import Conflict, Drifted, NotAllowed, NovaError, Unreachable
from tools.identity import User
from tools.machine import VM
from tools.plan import Plan, digest_of, observed

if TYPE_CHECKING:
    from tools.control import Control


def check_admission(control: Control, plan: Plan, approvals: Sequence[Approval]) -> None:
    """Refuse a plan that may not start now.

    Raises:
        NotAllowed: its record was changed, or the policies want more than these approvals.
        Drifted: a machine is not as it was shown.
        Unreachable: a connection cannot be read now.
        Conflict: it has run already.
    """
    if digest_of(plan.calls) != plan.digest:
        raise NotAllowed("The plan was tampered with since it was shown.", hint="Ask for it again.")
    if control.journal.of_plan(plan.id) is not None:
        raise Conflict("The plan has run already.", hint="Look at its operation.")
    decision = control.policy.decide(plan, asker_of(plan, approvals), approvals)
    if decision.effect != "allow":
        raise NotAllowed(f"It is not approved: {decision.reason}.", hint="Confirm the plan.")
    _check_drift(control, plan)


def asker_of(plan: Plan, approvals: Sequence[Approval]) -> User:
    """Who asked, with the roles that the approvals vouch for."""
    if not approvals:
        return User(plan.asked_by, surface=plan.surface, tenant=plan.tenant)
    own = next((a.user for a in approvals if a.user.name == plan.asked_by), approvals[0].user)
    return User(plan.asked_by, own.roles, plan.surface, plan.tenant)


def _check_drift(control: Control, plan: Plan) -> None:
    """Read every machine afresh and compare it with what was shown."""
    inventory = control.inventory
    shown = {vm.id: vm for call in plan.calls if call.when is None for vm in call.vms}
    providers = inventory.providers_of(list(shown))
    groups: dict[str, list[str]] = {}
    for machine_id, provider in providers.items():
        groups.setdefault(provider.name, []).append(machine_id)
    for machine_id, found in _read_again(control, groups).items():
        if difference := _difference(shown[machine_id], found):
            changed = f"{shown[machine_id].name} has changed since it was shown: {difference}"
            raise Drifted(f"{changed}. Nothing was changed.")


def _read_again(control: Control, groups: Mapping[str, Sequence[str]]) -> dict[str, VM | None]:
    """These machines of these connections as they are now, read side by side.

    Raises:
        Unreachable: a connection cannot be read now; which one is noted.
    """
    inventory, found, failed = control.inventory, dict[str, VM | None](), list[str]()
    with ThreadPoolExecutor(max(1, len(groups))) as pool:
        readings = {
            name: pool.submit(inventory.providers[name].get_machines, ids)
            for name, ids in groups.items()
        }
    for name, one in readings.items():
        try:
            seen = one.result()
        except NovaError as error:
            inventory.book.note_failure(name, error)
            failed.append(f"{name} cannot be read again now: {error.message}")
            continue
        found.update((machine_id, seen.get(machine_id)) for machine_id in groups[name])
    if failed:
        raise Unreachable(f"{' '.join(failed)} Nothing was changed.")
    return found


def _difference(shown: VM, found: VM | None) -> str:
    """What is otherwise than it was shown, in words, or nothing."""
    if found is None:
        return "it is no longer there"
    if found == shown:
        return ""
    before, after = observed(shown), observed(found)
    changed = [name for name in before if before[name] != after[name]]
    return ", ".join(f"{name} was {before[name]} and is {after[name]}" for name in changed[:3])
