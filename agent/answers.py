"""The wording of answers, from what was observed, never from what was intended."""

from __future__ import annotations

from collections.abc import Sequence

from tools.errors import NovaError
from tools.machine import VM
from tools.operations import Operation
from tools.plan import Plan, PlannedCall
from tools.policy import Decision

SHOWN = 12
"""How many machines a sentence names before it says how many more there are."""


def names(vms: Sequence[VM], shown: int = SHOWN) -> str:
    """Machine names as a list in a sentence; same names are told apart by their region."""
    labels = [vm.name for vm in vms]
    twice = {name for name in labels if len(labels) <= shown and labels.count(name) > 1}
    listed = [f"{vm.name} ({vm.region})" if vm.name in twice else vm.name for vm in vms[:shown]]
    return ", ".join(listed) + (f" and {len(vms) - shown} more" if len(vms) > shown else "")


def money(usd_hour: float) -> str:
    """A difference in hourly cost, with the month beside it (730 hours)."""
    sign = "+" if usd_hour >= 0 else "−"
    return f"{sign}${abs(usd_hour):,.3f}/h ({sign}${abs(usd_hour) * 730:,.0f} a month)"


def plan_text(plan: Plan, decision: Decision) -> str:
    """What will happen, to which machines, and what it waits for."""
    lines = [_call_text(call) for call in plan.calls]
    if abs(plan.cost_change_usd) >= 0.0005:
        lines.append(f"Cost: {money(plan.cost_change_usd)}.")
    lines.append(_waits_for(plan, decision))
    return "\n".join(lines)


def _call_text(call: PlannedCall) -> str:
    subject = f"{names(call.vms)}: " if call.vms else ""
    parts = [f"{subject}{call.effect}{_when(call)}."]
    if call.loses:
        parts.append(f"Lost for good: {call.loses}.")
    parts.append(f"Undo: {call.undo.how}." if call.undo.possible else f"No undo: {call.undo.how}.")
    if call.left_out:
        shown = ", ".join(f"{o.name} ({o.reason})" for o in call.left_out[:SHOWN])
        more = f" and {len(call.left_out) - SHOWN} more" if len(call.left_out) > SHOWN else ""
        parts.append(f"Left out: {shown}{more}.")
    parts.extend(call.notes)
    return " ".join(parts)


def _when(call: PlannedCall) -> str:
    if call.when is None:
        return ""
    return f", at {call.when.at}" if call.when.at else f", each time of cron {call.when.cron!r}"


def _waits_for(plan: Plan, decision: Decision) -> str:
    if decision.effect == "ask_two":
        return "This needs the yes of two people, one of them not you."
    if plan.to_type is not None:
        return f"Data is lost. To go ahead, type {plan.what_to_type}: {plan.to_type}"
    return "Shall I go ahead?"


def operation_text(operation: Operation) -> str:
    """What was done and what was not, machine by machine where it differs."""
    if not operation.steps:
        return "Scheduled." if operation.schedules else "Nothing had to be done."
    by_status: dict[str, list[str]] = {}
    for step in operation.steps:
        reason = step.error.message if step.error else step.seen
        detail = f"{step.label} ({reason})" if step.status != "done" and reason else step.label
        by_status.setdefault(step.status, []).append(detail)
    words = {
        "done": "Done",
        "failed": "Failed",
        "unknown": "Could not tell",
        "skipped": "Skipped",
        "cancelled": "Called off",
        "pending": "Not begun",
        "running": "Under way",
    }
    lines: list[str] = []
    for status, word in words.items():
        if labels := by_status.get(status):
            unique = list(dict.fromkeys(labels))
            more = f" and {len(unique) - SHOWN} more" if len(unique) > SHOWN else ""
            lines.append(f"{word}: {', '.join(unique[:SHOWN])}{more}.")
    hints = {s.error.hint for s in operation.steps if s.error and s.error.hint}
    return " ".join([*lines, *sorted(hints)])


def error_text(error: NovaError) -> str:
    """What was wrong, what exists instead, and what to do next."""
    parts = [error.message]
    if any(choice not in error.message for choice in error.choices[:5]):
        parts.append(f"Did you mean {' or '.join(error.choices[:5])}?")
    if error.hint:
        parts.append(error.hint)
    return " ".join(parts)
