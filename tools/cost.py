"""What machines cost: by the hour, the day and the month of 730 hours."""

from __future__ import annotations

from collections.abc import Iterable

from tools.machine import VM, State

HOURS = {"hour": 1, "day": 24, "month": 730}
"""Hours in a window of a cost report."""

NOT_BILLED = frozenset({State.STOPPED, State.SUSPENDED, State.DELETED})
"""States in which a machine uses no compute; its disks may still be billed."""


def hourly_cost_usd(vm: VM) -> float:
    """What a machine costs now: nothing for compute while it is off."""
    return 0.0 if vm.state in NOT_BILLED else vm.hourly_cost_usd


def total_hourly_usd(vms: Iterable[VM]) -> float:
    """What these machines cost an hour now."""
    return sum(hourly_cost_usd(vm) for vm in vms)


def dollars(amount: float) -> str:
    """An amount for people: cents, or more places where it is small."""
    return f"${amount:,.2f}" if abs(amount) >= 1 or amount == 0 else f"${amount:,.4f}"
