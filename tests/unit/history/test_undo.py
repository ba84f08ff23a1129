"""Undo is a plan of its own: the inverse of each act, on the machines of the operation."""

import pytest

from tests.unit.history.doing import ADA, agree, call, do, machine
from tools.calls import Call
from tools.catalog import Risk
from tools.control import Control
from tools.errors import NotFound
from tools.families.undoing import merged
from tools.machine import State
from tools.plan import NothingToDo, Plan
from tools.providers.sandbox import Sandbox
from tools.selector import Selector


def undo_plan(control: Control, operation: str | None = None) -> Plan:
    args = {"operation": operation} if operation else {}
    return control.plan([Call(tool="undo", args=args)], ADA)


def test_the_plan_names_the_operation_and_its_machines(control: Control) -> None:
    done = do(control, call("stop_vms", "web-03", "web-04"))

    (planned,) = undo_plan(control).calls
    assert planned.tool == "undo"
    assert planned.risk is Risk.DISRUPT
    assert planned.args == {"operation": done.id}
    assert {vm.name for vm in planned.vms} == {"web-03", "web-04"}
    assert planned.effect == "powered on"
    assert planned.undo.possible


def test_an_undone_stop_runs_again(control: Control) -> None:
    do(control, call("stop_vms", "web-03", "web-04"))
    undone = agree(control, undo_plan(control))

    assert undone.status == "done"
    assert machine(control, "web-03").state is State.RUNNING
    assert machine(control, "web-04").state is State.RUNNING


def test_each_machine_gets_back_what_it_had(control: Control) -> None:
    before = {name: machine(control, name).tags for name in ("web-03", "carol-dev")}
    do(control, call("tag_vms", "web-03", "carol-dev", tags={"env": "x", "new": "y"}))
    assert machine(control, "web-03").tags["env"] == "x"

    agree(control, undo_plan(control))

    assert {name: machine(control, name).tags for name in before} == before


def test_several_calls_are_taken_back_in_reverse_order(control: Control) -> None:
    before = machine(control, "web-stg-1")
    size = "m6i.xlarge" if before.size != "m6i.xlarge" else "m6i.large"
    do(control, call("stop_vms", "web-stg-1"), call("resize_vms", "web-stg-1", size=size))
    assert machine(control, "web-stg-1").size == size

    plan = undo_plan(control)
    assert [step.args["tool"] for step in plan.calls[0].steps] == ["resize_vms", "start_vms"]
    agree(control, plan)

    after = machine(control, "web-stg-1")
    assert (after.size, after.state) == (before.size, before.state)


def test_steps_of_one_machine_run_in_order(control: Control, sandbox: Sandbox) -> None:
    names = [f"web-0{number}" for number in range(1, 7)]
    do(control, call("stop_vms", *names), call("tag_vms", *names, tags={"parked": "yes"}))
    before = len(sandbox.acts())

    assert agree(control, undo_plan(control)).status == "done"

    ids = [machine(control, name).id for name in names]
    verbs = {i: [a.verb for a in sandbox.acts()[before:] if a.machine_id == i] for i in ids}
    assert verbs == {i: ["remove_tags", "start"] for i in ids}


def test_an_undo_can_be_undone(control: Control) -> None:
    do(control, call("stop_vms", "web-03"))
    undone = agree(control, undo_plan(control))
    agree(control, undo_plan(control, undone.id[:8]))

    assert machine(control, "web-03").state is State.STOPPED


def test_a_named_operation_is_taken_back_rather_than_the_last(control: Control) -> None:
    first = do(control, call("stop_vms", "web-03"))
    do(control, call("stop_vms", "web-04"))

    agree(control, undo_plan(control, first.id))

    assert machine(control, "web-03").state is State.RUNNING
    assert machine(control, "web-04").state is State.STOPPED


def test_undoing_a_creation_loses_data_and_is_typed(control: Control) -> None:
    do(control, call("clone_vm", "carol-dev", name="carol-copy"))

    plan = undo_plan(control)
    assert plan.risk is Risk.DESTROY
    assert plan.to_type == "carol-copy"
    agree(control, plan)

    names = [vm.name for vm in control.inventory.all()]
    assert "carol-copy" not in names
    assert "carol-dev" in names


def test_a_group_is_scaled_back(control: Control) -> None:
    (group, *_) = [
        g for offer in control.inventory.offers() for g in offer.groups if g.count < g.max
    ]
    do(control, call("scale_group", group=group.name, change=1))

    agree(control, undo_plan(control))

    groups = {g.name: g.count for offer in control.inventory.offers() for g in offer.groups}
    assert groups[group.name] == group.count


def test_a_machine_that_is_gone_is_left_out_and_said(control: Control) -> None:
    done = do(control, call("stop_vms", "web-03", "alice-dev", "carol-dev"))
    do(control, call("delete_vms", "carol-dev"))

    (planned,) = undo_plan(control, done.id).calls

    assert [vm.name for vm in planned.vms] == ["web-03"]
    assert any("No longer there" in note for note in planned.notes)


def test_with_nothing_done_there_is_nothing_to_undo(control: Control) -> None:
    with pytest.raises(NothingToDo):
        undo_plan(control)


def test_what_cannot_be_undone_is_said(control: Control) -> None:
    done = do(control, call("restart_vms", "web-03"))

    with pytest.raises(NothingToDo, match="can be undone"):
        undo_plan(control, done.id)


def test_an_operation_that_is_not_there_is_not_found(control: Control) -> None:
    with pytest.raises(NotFound):
        undo_plan(control, "0123456789abcdef")


def _inverse(tool: str, machine_id: str, **args: object) -> Call:
    return Call(tool=tool, selector=Selector.parse({"ids": [machine_id]}), args=dict(args))


def test_machines_of_one_act_go_together_and_each_keeps_its_order() -> None:
    calls = [
        _inverse("start_vms", "a"),
        _inverse("start_vms", "b"),
        _inverse("tag_vms", "b", tags={"x": "1"}),
        _inverse("tag_vms", "a", tags={"x": "1"}),
        _inverse("start_vms", "c"),
        Call(tool="scale_group", args={"group": "web", "count": 2}),
    ]

    found = [(c.tool, (c.selector.ids or ()) if c.selector else ()) for c in merged(calls)]

    assert found == [
        ("start_vms", ("a", "b", "c")),
        ("scale_group", ()),
        ("tag_vms", ("b", "a")),
    ]


def test_an_undo_of_two_hundred_machines_is_planned_as_one(control: Control) -> None:
    names = [vm.name for vm in control.inventory.select(Selector.parse({"state": "running"}))]
    call_all = Call(tool="stop_vms", selector=Selector.parse({"state": "running"}))
    do(control, call_all)

    plan = undo_plan(control)

    assert len(plan.calls[0].steps) == len(names)
