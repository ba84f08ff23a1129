"""Each act is sent until it is taken, read back, and what came of it is written down."""

import time

import pytest

from tests.unit.history.doing import call, do, machine
from tests.unit.operations.running import started, statuses
from tools.acting import ATTEMPTS
from tools.control import Control
from tools.machine import State
from tools.operations import Event, Operation
from tools.providers.sandbox import Fault, FaultKind, Sandbox

FOR_GOOD = None


@pytest.fixture
def forgetful(sandbox: Sandbox) -> Sandbox:
    """A provider that does not know client tokens, as hypervisors do not."""
    sandbox.deduplicates = False
    return sandbox


def the_error(operation: Operation) -> str:
    (step,) = operation.steps
    assert step.error is not None
    return step.error.code


def test_each_machine_is_acted_on_once_and_read_back(control: Control, sandbox: Sandbox) -> None:
    done = do(control, call("stop_vms", "web-03", "web-04"))

    assert done.status == "done"
    assert [(step.seen, step.attempts) for step in done.steps] == [("stopped", 1)] * 2
    assert [act.machine_id for act in sandbox.acts()] == [step.target for step in done.steps]
    assert {vm.state for vm in control.inventory.named("web-03")} == {State.STOPPED}


def test_every_step_is_told_of_when_it_begins_and_ends(control: Control) -> None:
    operation = started(control, call("stop_vms", "web-03", "web-04"))
    told: list[Event] = []

    control.operations.run(operation.id, told.append)

    assert [(event.step.label, event.step.status) for event in told] == [
        ("web-03", "running"),
        ("web-04", "running"),
        ("web-03", "done"),
        ("web-04", "done"),
    ]


def test_one_that_fails_leaves_the_others_alone(control: Control, sandbox: Sandbox) -> None:
    refused = machine(control, "web-04").id
    sandbox.inject(Fault(FaultKind.REFUSED, refused, "stop"))

    operation = do(control, call("stop_vms", "web-03", "web-04", "web-05"))

    assert operation.status == "partial"
    assert statuses(operation) == {"web-03": "done", "web-04": "failed", "web-05": "done"}
    error = next(step.error for step in operation.steps if step.target == refused)
    assert error is not None
    assert (error.code, error.vendor_code) == ("provider_failed", "InternalError")
    assert len(control.journal.inverse_calls(operation.id)) == 2
    entries = {entry.facts["name"]: entry.facts for entry in control.audit.entries(kind="acted")}
    assert entries["web-04"]["error"]["vendor_code"] == "InternalError"
    assert entries["web-03"]["status"] == "done"


def test_when_all_fail_the_operation_failed(control: Control, sandbox: Sandbox) -> None:
    sandbox.inject(Fault(FaultKind.REFUSED, requests=FOR_GOOD))

    assert do(control, call("stop_vms", "web-03", "web-04")).status == "failed"


def test_a_later_act_on_a_machine_is_skipped_where_an_earlier_failed(
    control: Control, sandbox: Sandbox
) -> None:
    sandbox.inject(Fault(FaultKind.REFUSED, machine(control, "web-03").id, "stop"))

    operation = do(
        control,
        call("stop_vms", "web-03", "web-04"),
        call("tag_vms", "web-03", "web-04", tags={"parked": "yes"}),
    )

    found = [(step.tool, step.label, step.status) for step in operation.steps]
    assert found == [
        ("stop_vms", "web-03", "failed"),
        ("stop_vms", "web-04", "done"),
        ("tag_vms", "web-03", "skipped"),
        ("tag_vms", "web-04", "done"),
    ]
    assert "parked" not in machine(control, "web-03").tags


def test_a_throttled_act_waits_as_long_as_the_provider_asks(
    control: Control, sandbox: Sandbox
) -> None:
    sandbox.inject(Fault(FaultKind.THROTTLED, requests=2, retry_after_s=0.1))
    began = time.monotonic()

    operation = do(control, call("stop_vms", "web-03"))

    assert time.monotonic() - began >= 0.2
    assert operation.status == "done"
    assert operation.steps[0].attempts == 3
    assert len(sandbox.acts()) == 1


def test_an_act_that_stays_throttled_fails_and_was_never_done(
    control: Control, sandbox: Sandbox
) -> None:
    sandbox.inject(Fault(FaultKind.THROTTLED, requests=FOR_GOOD, retry_after_s=0.001))

    operation = do(control, call("stop_vms", "web-03"))

    assert operation.status == "failed"
    assert the_error(operation) == "throttled"
    assert operation.steps[0].attempts == ATTEMPTS
    assert sandbox.acts() == []


def test_a_reading_that_cannot_be_had_for_now_is_tried_again(
    control: Control, sandbox: Sandbox
) -> None:
    operation = started(control, call("stop_vms", "web-03"))
    sandbox.inject(Fault(FaultKind.UNREACHABLE, requests=1))

    assert control.operations.run(operation.id).status == "done"


def test_a_dropped_answer_is_one_act(control: Control, sandbox: Sandbox) -> None:
    sandbox.inject(Fault(FaultKind.DROPPED, verb="stop"))

    operation = do(control, call("stop_vms", "web-03"))

    assert operation.status == "done"
    assert len(sandbox.acts()) == 1
    assert machine(control, "web-03").state is State.STOPPED


def test_a_lost_act_is_sent_again_under_its_token(control: Control, sandbox: Sandbox) -> None:
    sandbox.inject(Fault(FaultKind.LOST, verb="restart"))

    operation = do(control, call("restart_vms", "web-03"))

    assert operation.status == "done"
    assert operation.steps[0].attempts == 2
    assert len(sandbox.acts()) == 1


@pytest.mark.parametrize("kind", [FaultKind.LOST, FaultKind.DROPPED])
def test_what_leaves_no_trace_is_never_sent_twice(
    control: Control, forgetful: Sandbox, kind: FaultKind
) -> None:
    forgetful.inject(Fault(kind, verb="restart"))

    operation = do(control, call("restart_vms", "web-03"))

    assert operation.status == "unknown"
    assert the_error(operation) == "outcome_unknown"
    assert operation.steps[0].attempts == 1
    assert len(forgetful.acts()) == (kind is FaultKind.DROPPED)


def test_where_no_answer_comes_a_reading_decides(control: Control, sandbox: Sandbox) -> None:
    operation = started(control, call("stop_vms", "web-03"))

    def arrive_unanswered(event: Event) -> None:
        if event.step.status == "running":
            sandbox.stop(event.step.target, "of a request that arrived all the same")
            sandbox.inject(Fault(FaultKind.LOST, verb="stop", requests=FOR_GOOD))

    done = control.operations.run(operation.id, arrive_unanswered)

    assert done.status == "done"
    assert (done.steps[0].seen, done.steps[0].attempts) == ("stopped", 3)


def test_no_answer_and_nothing_to_see_is_unknown(control: Control, sandbox: Sandbox) -> None:
    sandbox.inject(Fault(FaultKind.LOST, verb="stop", requests=FOR_GOOD))

    operation = do(control, call("stop_vms", "web-03"))

    assert operation.status == "unknown"
    assert the_error(operation) == "outcome_unknown"
    assert machine(control, "web-03").state is State.RUNNING


def test_a_machine_that_vanished_after_the_start_fails(control: Control, sandbox: Sandbox) -> None:
    operation = started(control, call("stop_vms", "carol-dev", "web-03"))
    sandbox.delete(machine(control, "carol-dev").id, "somebody else")

    ended = control.operations.run(operation.id)

    assert statuses(ended) == {"carol-dev": "failed", "web-03": "done"}


def test_the_audit_has_every_act_once_and_the_end(control: Control) -> None:
    operation = do(control, call("stop_vms", "web-03", "web-04"))

    kinds = [entry.kind for entry in control.audit.entries()]
    assert kinds == ["approved", "started", "acted", "acted", "finished"]
    (end,) = control.audit.entries(kind="finished")
    assert (end.facts["operation"], end.facts["status"]) == (operation.id, "done")
    assert control.approvals.status(operation.plan_id) == "done"
    assert control.audit.verify() == []
