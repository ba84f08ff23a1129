"""Say, agree and let it run: what most tests of history do."""

from __future__ import annotations

from typing import Any

from tools.calls import Call
from tools.control import Answered, Control
from tools.identity import User
from tools.machine import VM
from tools.operations import Operation
from tools.plan import Plan

ADA = User("ada", frozenset({"operator", "admin"}))


def call(tool: str, *names: str, when: dict[str, str] | None = None, **args: Any) -> Call:
    """A call on machines by name."""
    selector = {"names": list(names)} if names else None
    return Call.parse({"tool": tool, "selector": selector, "args": args, "when": when})


def agree(control: Control, plan: Plan, user: User = ADA) -> Operation:
    """Say yes to a plan and let it run."""
    control.approvals.approve(plan.id, user, digest=plan.digest, typed=plan.to_type)
    operation = control.operations.start(plan.id, control.approvals.given(plan.id))
    return control.operations.run(operation.id) if operation.status == "running" else operation


def do(control: Control, *calls: Call, user: User = ADA) -> Operation:
    """Plan, agree and let run."""
    return agree(control, control.plan(list(calls), user), user)


def read(control: Control, tool: str, **args: Any) -> Answered:
    """What a read answers."""
    return control.read(Call(tool=tool, args=args), ADA)


def machine(control: Control, name: str) -> VM:
    """The one machine of this name, as its provider shows it."""
    (found,) = [
        vm
        for provider in control.inventory.providers.values()
        for vm in provider.list_machines()
        if vm.name == name
    ]
    return found
