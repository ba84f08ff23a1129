"""Calling off, dying and taking over: what had begun is settled, the rest is decided once."""

import pytest

from tests.unit.history.doing import ADA, call, do, machine
from tests.unit.operations.running import begun, let_leases_end, started, statuses
from tools.claims import Claims
from tools.control import Control
from tools.errors import Conflict
from tools.execution import Executor
from tools.machine import State
from tools.operations import Event
from tools.providers.sandbox import Sandbox


def test_called_off_before_it_began_nothing_runs(control: Control, sandbox: Sandbox) -> None:
    operation = started(control, call("stop_vms", "web-03", "web-04"))

    ended = control.operations.cancel(operation.id, ADA)

    assert ended.status == "cancelled"
    assert set(statuses(ended).values()) == {"cancelled"}
    assert control.operations.run(operation.id).status == "cancelled"
    assert sandbox.acts() == []


def test_called_off_midway_what_had_begun_is_finished(control: Control, sandbox: Sandbox) -> None:
    operation = started(
        control, call("stop_vms", "web-03"), call("tag_vms", "web-04", tags={"night": "off"})
    )

    def call_off(event: Event) -> None:
        if event.step.label == "web-03" and event.step.status == "running":
            control.operations.cancel(operation.id, ADA)

    ended = control.operations.run(operation.id, call_off)

    assert ended.status == "partial"
    assert statuses(ended) == {"web-03": "done", "web-04": "cancelled"}
    assert [act.verb for act in sandbox.acts()] == ["stop"]
    (entry,) = control.audit.entries(kind="cancelled")
    assert entry.facts["by"] == "ada"


def test_what_has_ended_cannot_be_called_off(control: Control) -> None:
    operation = do(control, call("stop_vms", "web-03"))

    with pytest.raises(Conflict, match="done already"):
        control.operations.cancel(operation.id, ADA)


def test_a_step_that_was_called_off_while_it_was_claimed_does_not_begin(
    control: Control, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = started(control, call("stop_vms", "web-03"))
    read = sandbox.get_machines

    def called_off_meanwhile(ids: list[str]) -> object:
        monkeypatch.undo()
        control.operations.cancel(operation.id, ADA)
        return read(ids)

    monkeypatch.setattr(sandbox, "get_machines", called_off_meanwhile)
    ended = control.operations.run(operation.id)

    assert ended.status == "cancelled"
    assert statuses(ended) == {"web-03": "cancelled"}
    assert sandbox.acts() == []


def test_what_a_process_left_is_taken_over(control: Control, sandbox: Sandbox) -> None:
    left = begun(control, call("stop_vms", "web-03", "web-04"))
    assert set(statuses(left).values()) == {"running"}
    let_leases_end(control)

    (ended,) = control.operations.recover()

    assert ended.status == "done"
    assert len(sandbox.acts()) == 2
    assert control.operations.recover() == []


def test_what_somebody_works_on_is_left_alone(control: Control, sandbox: Sandbox) -> None:
    begun(control, call("stop_vms", "web-03"))

    assert control.operations.recover() == []
    assert sandbox.acts() == []


def test_an_act_of_a_dead_process_is_not_done_twice(control: Control, sandbox: Sandbox) -> None:
    left = begun(control, call("restart_vms", "web-03"))
    sandbox.restart(left.steps[0].target, f"{left.id}:0")  # it was sent just before the end
    let_leases_end(control)

    (ended,) = control.operations.recover()

    assert ended.status == "done"
    assert len(sandbox.acts()) == 1


def test_what_a_dead_process_may_have_sent_and_leaves_no_trace_is_unknown(
    control: Control, sandbox: Sandbox
) -> None:
    sandbox.deduplicates = False
    begun(control, call("restart_vms", "web-03"))
    let_leases_end(control)

    (ended,) = control.operations.recover()

    assert ended.status == "unknown"
    assert sandbox.acts() == []


def test_what_was_called_off_after_its_process_died_is_read_back_and_ends(
    control: Control, sandbox: Sandbox
) -> None:
    left = begun(control, call("stop_vms", "web-03"), call("tag_vms", "web-04", tags={"x": "1"}))
    control.operations.cancel(left.id, ADA)
    let_leases_end(control)

    (ended,) = control.operations.recover()

    assert ended.status == "partial"
    assert statuses(ended) == {"web-03": "done", "web-04": "cancelled"}
    assert len(sandbox.acts()) == 1


def test_one_operation_at_a_time_has_a_machine(control: Control) -> None:
    begun(control, call("stop_vms", "web-03"))
    other = started(control, call("tag_vms", "web-03", "web-04", tags={"night": "off"}))

    taken = Claims(control.engine).take(other.id, [0, 1])
    assert [row.label for row in taken] == ["web-04"]

    let_leases_end(control)
    taken = Claims(control.engine).take(other.id, [0, 1])
    assert [row.label for row in taken] == ["web-03", "web-04"]


def test_a_machine_is_free_when_its_step_is_settled(control: Control) -> None:
    do(control, call("stop_vms", "web-03"))

    assert do(control, call("start_vms", "web-03")).status == "done"
    assert machine(control, "web-03").state is State.RUNNING


def test_one_process_at_a_time_has_a_step(control: Control) -> None:
    operation = started(control, call("stop_vms", "web-03", "web-04"))
    first, second = Claims(control.engine), Claims(control.engine)

    assert len(first.take(operation.id, [0])) == 1
    assert [row.label for row in second.take(operation.id, [0, 1])] == ["web-04"]
    assert first.take(operation.id, [0, 1]) == []


def test_a_process_that_lost_its_steps_writes_nothing_down(
    control: Control, sandbox: Sandbox
) -> None:
    """It slept longer than its lease, and another has settled the step."""
    operation = started(control, call("stop_vms", "web-03"))

    def sleep_too_long(event: Event) -> None:
        if event.step.status == "running":
            let_leases_end(control)
            Executor(control).run(operation.id, [0], None)

    control.operations.run(operation.id, sleep_too_long)

    assert control.operations.get(operation.id).status == "done"
    assert len(sandbox.acts()) == 1
    assert len(control.audit.entries(kind="acted")) == 1


def test_what_another_process_has_taken_over_is_left_to_it(control: Control) -> None:
    operation = started(control, call("stop_vms", "web-03"))

    def lose_it(event: Event) -> None:
        if event.step.status == "running":
            let_leases_end(control)
            assert len(Claims(control.engine).take(operation.id, [0])) == 1

    Executor(control).run(operation.id, [0], lose_it)

    assert statuses(control.operations.get(operation.id)) == {"web-03": "running"}
    assert control.audit.entries(kind="acted") == []
    let_leases_end(control)
    (ended,) = control.operations.recover()
    assert ended.status == "done"
    assert len(control.audit.entries(kind="acted")) == 1
