"""An operation starts on a yes that holds, on the machines as they were shown, and once."""

import json

import pytest
import sqlalchemy as sa

from tests.conftest import FrozenClock
from tests.unit.history.doing import ADA, agree, call, do, machine
from tests.unit.operations.running import approved, started
from tools.control import Control
from tools.database import plans
from tools.errors import Conflict, Drifted, NotAllowed
from tools.machine import State
from tools.providers.sandbox import Sandbox

LIFETIME_S = 300


def test_nothing_is_sent_by_starting(control: Control, sandbox: Sandbox) -> None:
    operation = started(control, call("stop_vms", "web-03", "web-04"))

    assert operation.status == "running"
    assert [step.status for step in operation.steps] == ["pending", "pending"]
    assert sandbox.acts() == []


def test_without_a_yes_nothing_starts(control: Control) -> None:
    plan = control.plan([call("stop_vms", "web-03")], ADA)

    with pytest.raises(NotAllowed, match="not approved"):
        control.operations.start(plan.id, [])

    assert control.operations.list() == []


def test_an_expired_yes_starts_nothing(control: Control, clock: FrozenClock) -> None:
    plan, yeses = approved(control, call("stop_vms", "web-03"))
    clock.advance(LIFETIME_S + 1)

    with pytest.raises(NotAllowed):
        control.operations.start(plan.id, yeses)

    assert control.approvals.given(plan.id) == []
    assert control.operations.list() == []


def test_a_yes_holds_until_its_last_moment(control: Control, clock: FrozenClock) -> None:
    plan, yeses = approved(control, call("stop_vms", "web-03"))
    clock.advance(LIFETIME_S - 1)

    assert control.operations.start(plan.id, yeses).status == "running"


def test_a_used_yes_starts_nothing_more(control: Control, sandbox: Sandbox) -> None:
    plan, yeses = approved(control, call("tag_vms", "web-03", tags={"night": "off"}))
    first = control.operations.start(plan.id, yeses)

    with pytest.raises(Conflict):
        control.operations.start(plan.id, yeses)

    assert [one.id for one in control.operations.list()] == [first.id]


@pytest.mark.parametrize("name", ["web-03", "web-04"])
def test_a_yes_to_one_plan_is_none_to_another(control: Control, name: str) -> None:
    _, yeses = approved(control, call("stop_vms", "web-03"))
    other = control.plan([call("stop_vms", name)], ADA)

    with pytest.raises(NotAllowed):
        control.operations.start(other.id, yeses)

    assert control.operations.list() == []


def test_two_yeses_to_one_plan_make_one_operation(control: Control) -> None:
    plan, first = approved(control, call("tag_vms", "web-03", tags={"night": "off"}))
    control.approvals.approve(plan.id, ADA, digest=plan.digest)
    second = control.approvals.given(plan.id)
    assert [one.id for one in second] != [one.id for one in first]
    control.operations.start(plan.id, second)

    with pytest.raises(Conflict):
        control.operations.start(plan.id, first)

    assert len(control.operations.list()) == 1


def test_a_plan_that_ran_does_not_run_again(control: Control, sandbox: Sandbox) -> None:
    plan, yeses = approved(control, call("tag_vms", "web-03", tags={"night": "off"}))
    done = control.operations.run(control.operations.start(plan.id, yeses).id)

    with pytest.raises(NotAllowed):
        control.approvals.approve(plan.id, ADA, digest=plan.digest)
    with pytest.raises(Conflict):
        control.operations.start(plan.id, yeses)

    assert control.operations.of_plan(plan.id) == done
    assert len(sandbox.acts()) == 1


def test_a_plan_that_was_called_off_does_not_start(control: Control) -> None:
    plan, yeses = approved(control, call("stop_vms", "web-03"))
    control.approvals.cancel(plan.id, ADA)

    with pytest.raises(Conflict):
        control.operations.start(plan.id, yeses)

    assert control.operations.list() == []


def test_drift_stops_the_plan_and_keeps_the_yes(control: Control, sandbox: Sandbox) -> None:
    plan, yeses = approved(control, call("stop_vms", "web-03", "web-04"))
    sandbox.stop(machine(control, "web-04").id, "somebody else")

    with pytest.raises(Drifted, match=r"web-04.*running.*stopped"):
        control.operations.start(plan.id, yeses)

    assert control.operations.list() == []
    assert control.approvals.status(plan.id) == "pending"
    assert [one.used_at for one in control.approvals.given(plan.id)] == [None]
    assert machine(control, "web-03").state is State.RUNNING


def test_a_machine_that_is_gone_is_drift(control: Control, sandbox: Sandbox) -> None:
    plan, yeses = approved(control, call("stop_vms", "carol-dev"))
    sandbox.delete(machine(control, "carol-dev").id, "somebody else")

    with pytest.raises(Drifted, match="no longer there"):
        control.operations.start(plan.id, yeses)


def test_a_plan_whose_record_was_changed_does_not_start(control: Control) -> None:
    plan, yeses = approved(control, call("stop_vms", "web-03"))
    record = plan.to_dict()
    record["calls"][0]["args"] = {"force": True}
    with control.engine.begin() as db:
        db.execute(sa.update(plans).where(plans.c.id == plan.id).values(record=json.dumps(record)))

    with pytest.raises(NotAllowed, match="tampered"):
        control.operations.start(plan.id, yeses)

    assert control.operations.list() == []


def test_a_start_is_audited_with_who_asked_and_who_agreed(control: Control) -> None:
    operation = started(control, call("stop_vms", "web-03"))

    (entry,) = control.audit.entries(kind="started")
    assert entry.facts["operation"] == operation.id
    assert entry.facts["asked_by"] == "ada"
    assert entry.facts["approved_by"] == ["ada"]
    assert entry.facts["calls"][0]["machines"] == [machine(control, "web-03").id]
    assert control.audit.verify() == []


def test_what_was_done_can_be_taken_back_once(control: Control) -> None:
    done = do(control, call("stop_vms", "web-03"), call("suspend_vms", "web-04"))

    inverses = control.journal.inverse_calls(done.id)

    assert [inverse.tool for inverse in inverses] == ["resume_vms", "start_vms"]
    assert control.journal.last_undoable("ada") == done.id
    agree(control, control.plan([call("undo")], ADA))
    assert control.journal.last_undoable("ada") != done.id
