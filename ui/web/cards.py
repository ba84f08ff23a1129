"""A plan and its operation as cards: everything that a person is to see before and after a yes.

The texts are made here; the browser draws them and decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tools.errors import NotFound
from tools.identity import User
from tools.journal import Operation, StepRecord
from tools.machine import VM
from tools.plan import LeftOut, Plan, PlannedCall
from tools.policy import Decision
from ui.format import moment, moment_text, money_change, money_hour, number, span, zone_of
from ui.serve.hub import Hub
from ui.text import clean, counted

SHOWN_MACHINES = 200
"""So many machines of a call come with its card; the rest are counted and in the interface."""
SHOWN_STEPS = 200
_SHOWN_LEFT_OUT = 6
_NAMED = 3
_FIRST = {"failed": 0, "unknown": 1, "running": 2, "skipped": 3, "cancelled": 4, "pending": 5}
"""Which steps are shown first where there are too many."""

Card = dict[str, Any]


def plan_card(hub: Hub, plan_id: str, user: User) -> Card:
    """A plan of one's tenant as it is at this moment, with its operation where it ran.

    Raises:
        NotFound: there is none.
    """
    waiting = hub.card(plan_id, user)
    plan, decision = waiting.plan, waiting.decision
    control = hub.control
    operation = control.operations.of_plan(plan.id)
    status = control.approvals.status(plan.id) if operation is None else operation.status
    zone = zone_of(control.settings.zone)
    lifetime = control.settings.approval_minutes * 60
    return {
        "kind": "plan", "id": plan.id, "digest": plan.digest, "short": plan.id[:8],
        "status": status, "risk": plan.risk.value, "title": _title(plan),
        "calls": [_call(call, zone) for call in plan.calls],
        "cost": money_change(plan.cost_change_usd),
        "cost_sign": (plan.cost_change_usd > 0.0005) - (plan.cost_change_usd < -0.0005),
        "undo": _whole_undo(plan), "to_type": plan.to_type, "to_type_what": plan.what_to_type,
        "decision": decision_card(decision), "waits": _waits(plan, decision, waiting.approved_by),
        "asked_by": clean(plan.asked_by), "asked_on": plan.surface,
        "approved_by": [clean(name) for name in waiting.approved_by],
        "may_approve": _may(hub, plan, user, waiting.approved_by, decision),
        "lifetime": span(lifetime), "made": moment(plan.created_at, zone),
        "operation": operation_card(operation, plan) if operation else None,
    }  # fmt: skip


def gone_card(plan_id: str) -> Card:
    """In the place of a plan that cannot be found any more."""
    return {"kind": "plan", "id": plan_id, "short": plan_id[:8], "status": "gone"}


def find_plan_card(hub: Hub, plan_id: str, user: User) -> Card:
    """A plan's card, or what stands in its place."""
    try:
        return plan_card(hub, plan_id, user)
    except NotFound:
        return gone_card(plan_id)


def decision_card(decision: Decision) -> Card:
    """What the policies say, with the rules' names."""
    return {
        "effect": decision.effect,
        "rules": [clean(rule) for rule in decision.rules],
        "reason": clean(decision.reason),
    }


def operation_card(operation: Operation, plan: Plan | None) -> Card:
    """What ran or runs, machine by machine: those in trouble first where they are many."""
    steps: Sequence[StepRecord] = operation.steps
    if len(steps) > SHOWN_STEPS:
        ordered = sorted(steps, key=lambda step: (_FIRST.get(step.status, 9), step.index))
        steps = ordered[:SHOWN_STEPS]
    acted = any(step.status == "done" for step in operation.steps)
    possible = plan is not None and any(call.undo.possible for call in plan.calls)
    until = operation.finished_at
    return {
        "id": operation.id, "plan": operation.plan_id, "status": operation.status,
        "steps": [_step(step) for step in steps], "total": len(operation.steps),
        "counts": dict(Counter(step.status for step in operation.steps)),
        "undo": acted and possible and operation.status != "running",
        "approved_by": [clean(name) for name in operation.approved_by],
        "took": span((until - operation.created_at).total_seconds()) if until else "",
        "schedules": len(operation.schedules),
    }  # fmt: skip


def _step(step: StepRecord) -> Card:
    seen = step.error.message if step.error else step.seen or ""
    return {
        "index": step.index, "label": clean(step.label), "status": step.status,
        "seen": clean(seen), "attempts": step.attempts,
    }  # fmt: skip


def _title(plan: Plan) -> str:
    titles = [_act(call) for call in plan.calls]
    return (
        titles[0]
        if len(titles) == 1
        else f"{titles[0]}, and {counted(len(titles) - 1, 'more act')}"
    )


def _act(call: PlannedCall) -> str:
    """What is done to what: "Stop web-01 and web-02", "Restart 37 machines"."""
    words = [word for word in call.tool.split("_") if word not in ("vm", "vms")]
    verb = " ".join(words).capitalize()
    labels = [clean(vm.name) or vm.id for vm in call.vms] or [clean(s.label) for s in call.steps]
    if not labels:
        return verb
    few = " and ".join([", ".join(labels[:-1]), labels[-1]] if len(labels) > 1 else labels)
    what = few if len(labels) <= _NAMED else counted(len(labels), "machine" if call.vms else "step")
    return f"{verb} {what}" if len(words) == 1 else f"{verb}: {what}"


def _call(call: PlannedCall, zone: Any) -> Card:
    effect = clean(call.effect)
    when = ""
    if call.when is not None:
        when = moment_text(call.when.at, zone) if call.when.at else f"cron {call.when.cron}"
    return {
        "act": _act(call), "effect": effect[:1].upper() + effect[1:], "tool": call.tool,
        "risk": call.risk.value, "count": len(call.vms),
        "machines": [_machine(vm) for vm in call.vms[:SHOWN_MACHINES]],
        "steps": [] if call.vms else [clean(s.label) for s in call.steps[:SHOWN_MACHINES]],
        "step_count": len(call.steps), "when": clean(when), "loses": clean(call.loses or ""),
        "undo": {"possible": call.undo.possible, "how": clean(call.undo.how)},
        "left_out": list(_left_out(call.left_out)), "notes": [clean(note) for note in call.notes],
    }  # fmt: skip


def _machine(vm: VM) -> Card:
    return {
        "id": vm.id, "name": clean(vm.name), "state": vm.state.value,
        "place": clean(f"{vm.provider} {vm.region}"),
        "size": f"{vm.vcpus} vCPU · {number(vm.memory_gib)} GiB",
        "cost": f"{money_hour(vm.hourly_cost_usd)}/h", "protected": vm.protected,
    }  # fmt: skip


def _left_out(left_out: Iterable[LeftOut]) -> Iterable[Card]:
    by_reason: dict[str, list[str]] = {}
    for machine in left_out:
        by_reason.setdefault(clean(machine.reason), []).append(clean(machine.name))
    for reason, names in by_reason.items():
        yield {
            "reason": reason, "names": names[:_SHOWN_LEFT_OUT],
            "more": max(0, len(names) - _SHOWN_LEFT_OUT),
        }  # fmt: skip


def _whole_undo(plan: Plan) -> str:
    possible = sum(call.undo.possible for call in plan.calls)
    if possible == len(plan.calls):
        return "can"
    return "cannot" if possible == 0 else "partly"


def _waits(plan: Plan, decision: Decision, approved_by: Sequence[str]) -> str:
    """What is missing before it runs."""
    match decision.effect:
        case "deny":
            return f"The policies refuse it: {clean(decision.reason)}."
        case "ask_two" if approved_by:
            people = ", ".join(clean(name) for name in approved_by)
            return f"{people} said yes; another person's yes is needed."
        case "ask_two":
            return "It takes two people's yes, one of them not you."
        case _:
            return "Data is lost for good." if plan.to_type else ""


def _may(hub: Hub, plan: Plan, user: User, approved_by: Sequence[str], decision: Decision) -> bool:
    """Whether this person's yes would count: only then are there buttons."""
    return (
        user.approves
        and user.name not in approved_by
        and decision.effect != "deny"
        and hub.control.policy.may_approve(plan, user)
    )
