"""A schedule fires once, on the machines of that moment, within what was agreed to."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, FrozenClock
from tests.unit.history.doing import ADA, agree, call, do, machine
from tools.calls import Call
from tools.control import Control
from tools.firing import fire_due
from tools.machine import State
from tools.providers.sandbox import Sandbox
from tools.queue import run_worker
from tools.selector import Selector

TONIGHT = {"at": "2026-11-23T22:00:00+00:00"}
NIGHTLY = {"cron": "0 22 * * *"}
UNTIL_TEN = 12 * 3600 + 1


def described(tool: str, when: dict[str, str], selector: object, **args: object) -> Call:
    return Call.parse({"tool": tool, "selector": selector, "args": args, "when": when})


def test_nothing_fires_before_its_time(control: Control) -> None:
    do(control, call("stop_vms", "web-03", when=TONIGHT))

    assert fire_due(control) == []
    assert machine(control, "web-03").state is State.RUNNING


def test_it_fires_once_at_its_time(control: Control, clock: FrozenClock, sandbox: Sandbox) -> None:
    do(control, call("stop_vms", "web-03", when=TONIGHT))
    clock.advance(UNTIL_TEN)

    (firing,) = fire_due(control)

    assert firing.operation is not None
    assert firing.operation.status == "done"
    assert firing.schedule.status == "done"
    assert machine(control, "web-03").state is State.STOPPED
    assert fire_due(control) == []
    assert len(sandbox.acts()) == 1


def test_a_cron_line_fires_every_time(
    control: Control, clock: FrozenClock, sandbox: Sandbox
) -> None:
    do(control, described("snapshot_vms", NIGHTLY, {"names": ["web-03"]}))
    for days in (0, 1, 4):
        clock.now = NOW.replace(hour=22, minute=1) + timedelta(days=days)
        (firing,) = fire_due(control)
        assert firing.operation is not None
        assert firing.operation.status == "done"

    assert len(machine(control, "web-03").snapshots) == 3
    assert control.schedules.get("s-1").status == "active"


def test_machines_that_came_since_are_meant_too(control: Control, clock: FrozenClock) -> None:
    do(control, call("tag_vms", "web-03", tags={"night": "off"}))
    do(control, described("stop_vms", TONIGHT, {"tags": {"night": ["off"]}}))
    do(control, call("tag_vms", "web-04", tags={"night": "off"}))
    clock.advance(UNTIL_TEN)

    fire_due(control)

    assert machine(control, "web-03").state is State.STOPPED
    assert machine(control, "web-04").state is State.STOPPED


def test_data_of_machines_that_came_since_is_never_lost(
    control: Control, clock: FrozenClock
) -> None:
    do(control, call("tag_vms", "sandbox-01", tags={"old": "yes"}))
    do(control, described("delete_vms", TONIGHT, {"tags": {"old": ["yes"]}}))
    do(control, call("tag_vms", "web-03", tags={"old": "yes"}))
    clock.advance(UNTIL_TEN)

    (firing,) = fire_due(control)

    assert firing.operation is None
    assert firing.schedule.status == "asked"
    assert "1 machine" in firing.note
    assert machine(control, "sandbox-01")
    assert machine(control, "web-03")


def test_a_deletion_of_what_was_shown_runs(control: Control, clock: FrozenClock) -> None:
    do(control, call("tag_vms", "sandbox-01", "sandbox-03", tags={"old": "yes"}))
    do(control, described("delete_vms", TONIGHT, {"tags": {"old": ["yes"]}}))
    do(control, call("untag_vms", "sandbox-03", keys=["old"]))
    clock.advance(UNTIL_TEN)

    (firing,) = fire_due(control)

    assert firing.operation is not None
    names = [vm.name for vm in control.inventory.all()]
    assert "sandbox-01" not in names
    assert "sandbox-03" in names


def test_what_is_asked_again_can_be_agreed_to(control: Control, clock: FrozenClock) -> None:
    do(control, call("stop_vms", "web-03", when=TONIGHT))
    clock.advance(UNTIL_TEN + 3600)

    (firing,) = fire_due(control)
    assert firing.operation is None
    assert "asks again" in firing.note
    assert firing.plan is not None
    assert machine(control, "web-03").state is State.RUNNING

    assert agree(control, firing.plan).status == "done"
    assert machine(control, "web-03").state is State.STOPPED


def test_with_nothing_left_to_do_it_says_so(control: Control, clock: FrozenClock) -> None:
    do(control, described("stop_vms", TONIGHT, {"tags": {"role": ["web"]}}))
    do(control, Call(tool="stop_vms", selector=Selector.parse({"tags": {"role": ["web"]}})))
    clock.advance(UNTIL_TEN)

    (firing,) = fire_due(control)

    assert firing.operation is None
    assert firing.schedule.status == "done"
    assert "nothing to do" in firing.note


def test_a_machine_that_is_gone_fails_loudly_and_the_others_fire(
    control: Control, clock: FrozenClock
) -> None:
    do(control, call("stop_vms", "sandbox-02", when=TONIGHT))
    do(control, call("stop_vms", "web-03", when=TONIGHT))
    do(control, call("delete_vms", "sandbox-02"))
    clock.advance(UNTIL_TEN)

    gone, ran = fire_due(control)

    assert gone.schedule.status == "failed"
    assert "sandbox-02" in gone.note
    assert ran.operation is not None
    assert machine(control, "web-03").state is State.STOPPED


def test_a_stop_now_and_a_start_later_are_one_plan(control: Control, clock: FrozenClock) -> None:
    later = {"at": "2026-11-23T12:00:00+00:00"}
    do(control, call("stop_vms", "web-03"), call("start_vms", "web-03", when=later))
    assert machine(control, "web-03").state is State.STOPPED
    clock.advance(2 * 3600)

    (firing,) = fire_due(control)

    assert firing.operation is not None
    assert machine(control, "web-03").state is State.RUNNING


def test_a_process_that_died_in_the_middle_leaves_the_firing_to_another(
    control: Control, clock: FrozenClock, sandbox: Sandbox
) -> None:
    do(control, call("stop_vms", "web-03", when=TONIGHT))
    clock.advance(UNTIL_TEN)

    def die(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fire_due(control, die)  # pyright: ignore[reportArgumentType]
    assert fire_due(control) == []
    control.operations.recover()

    assert machine(control, "web-03").state is State.STOPPED
    assert len(sandbox.acts()) == 1


def test_a_worker_on_sqlite_fires_what_is_due(control: Control, clock: FrozenClock) -> None:
    do(control, call("stop_vms", "web-03", when=TONIGHT))
    clock.advance(UNTIL_TEN)

    run_worker(control, until=lambda: True)

    assert machine(control, "web-03").state is State.STOPPED


def test_a_firing_is_audited_with_the_yes_that_it_stands_on(
    control: Control, clock: FrozenClock
) -> None:
    do(control, call("stop_vms", "web-03", when=TONIGHT))
    clock.advance(UNTIL_TEN)
    (firing,) = fire_due(control)

    (entry,) = control.audit.entries(kind="schedule.fired")
    assert firing.operation is not None
    assert entry.facts["operation"] == firing.operation.id
    assert entry.facts["agreed_by"] == [ADA.name]
    assert entry.facts["schedule"] == "s-1"
    assert control.audit.verify() == []
