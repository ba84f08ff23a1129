"""Several calls in one plan: a later one finds the machines as the earlier ones leave them."""

from typing import Any

import pytest

from tests.unit.families.world import DANA, Bench
from tools.calls import Call, When
from tools.errors import NotAllowed
from tools.plan import Plan
from tools.selector import Selector


def call(tool: str, name: str, when: str | None = None, **args: Any) -> Call:
    at = When(at=when) if when else None
    return Call(tool=tool, selector=Selector.parse({"names": [name]}), args=args, when=at)


def plan(bench: Bench, *calls: Call) -> Plan:
    return bench.planner.plan(calls, DANA)


def test_what_is_unprotected_first_can_be_deleted(bench: Bench) -> None:
    made = plan(bench, call("unprotect_vms", "db-1"), call("delete_vms", "db-1"))
    assert [c.tool for c in made.calls] == ["unprotect_vms", "delete_vms"]
    assert made.calls[1].vms == (bench.vm("db-1"),)
    for planned in made.calls:
        bench.carry_out(planned)
    assert "db-1" not in {vm.name for vm in bench.sandbox.list_machines()}


def test_unprotecting_afterwards_or_later_does_not_help(bench: Bench) -> None:
    later = call("unprotect_vms", "db-1", "2026-11-24T00:00:00+00:00")
    for calls in (
        [call("delete_vms", "db-1"), call("unprotect_vms", "db-1")],
        [later, call("delete_vms", "db-1")],
        [call("unprotect_vms", "db-2"), call("delete_vms", "db-1")],
    ):
        with pytest.raises(NotAllowed):
            plan(bench, *calls)


def test_a_machine_is_stopped_and_started_again(bench: Bench) -> None:
    again = call("start_vms", "stg-1", "2026-11-23T12:00:00+00:00")
    made = plan(bench, call("stop_vms", "stg-1"), again)
    assert made.calls[1].targets == made.calls[0].targets
    assert made.calls[1].notes == ()
    assert made.calls[1].vms[0].state == "running"


def test_a_woken_machine_is_rebooted(bench: Bench) -> None:
    made = plan(bench, call("resume_vms", "dev-b"), call("restart_vms", "dev-b"))
    assert made.calls[1].steps[0].args["by"] == "restart"
    assert made.calls[1].notes == ()
