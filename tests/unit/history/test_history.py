"""What was done and what is scheduled can be read, and a schedule can be cancelled."""

import pytest

from tests.conftest import FrozenClock
from tests.unit.history.doing import ADA, call, do, read
from tools.calls import Call
from tools.control import Control
from tools.errors import Ambiguous, Conflict, InvalidRequest, NotFound
from tools.identity import User

BO = User("bo", frozenset({"operator"}))
TONIGHT = {"at": "2026-11-23T22:00:00+00:00"}
NIGHTLY = {"cron": "0 22 * * *"}


def cancel(control: Control, schedule: str | None = None) -> str:
    args = {"schedule": schedule} if schedule else {}
    return do(control, Call(tool="cancel_schedule", args=args)).status


def test_the_operations_say_what_by_whom_and_how_it_ended(control: Control) -> None:
    stopped = do(control, call("stop_vms", "web-03", "web-04"))

    result = read(control, "list_operations").result
    (row,) = result.rows
    assert row["id"] == stopped.id
    assert row["what"] == "stop_vms"
    assert row["machines"] == "web-03, web-04"
    assert row["status"] == "done"
    assert (row["asked_by"], row["approved_by"]) == ("ada", "ada")
    assert "1 operation" in result.text


def test_operations_are_found_by_time_status_and_person(
    control: Control, clock: FrozenClock
) -> None:
    old = do(control, call("stop_vms", "web-03"))
    clock.advance(7200)
    control.inventory.refresh()
    new = do(control, call("stop_vms", "web-04"), user=BO)

    def ids(**args: str) -> list[str]:
        return [row["id"] for row in read(control, "list_operations", **args).result.rows]

    assert ids() == [new.id, old.id]
    assert ids(since="1h") == [new.id]
    assert ids(since="2026-11-23T11:00:00+00:00") == [new.id]
    assert ids(actor="ada") == [old.id]
    assert ids(status="failed") == []
    assert ids(status="done", since="1d") == [new.id, old.id]


@pytest.mark.parametrize("args", [{"since": "soon"}, {"since": "1x"}, {"status": "odd"}])
def test_a_wrong_filter_is_refused(control: Control, args: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        read(control, "list_operations", **args)


def test_a_change_for_later_is_scheduled_and_nothing_runs(control: Control) -> None:
    operation = do(control, call("stop_vms", "web-03", when=NIGHTLY))

    assert operation.steps == () or operation.steps == []
    assert operation.status == "done"
    result = read(control, "list_schedules").result
    (row,) = result.rows
    assert row["id"] == "s-1"
    assert row["machines"] == "web-03"
    assert row["next_at"] == "2026-11-23T22:00:00+00:00"
    assert "1 active schedule" in result.text
    assert "s-1" in result.text


def test_nothing_scheduled_is_said(control: Control) -> None:
    assert read(control, "list_schedules").result.text == "Nothing is scheduled."


def test_a_schedule_is_cancelled_by_its_id_or_as_the_only_one(control: Control) -> None:
    do(control, call("stop_vms", "web-03", when=NIGHTLY))
    do(control, call("stop_vms", "web-04", when=TONIGHT))

    assert cancel(control, "S-1") == "done"
    assert cancel(control) == "done"
    assert [s.status for s in control.schedules.list()] == ["cancelled", "cancelled"]


def test_an_unclear_or_unknown_schedule_is_asked_about(control: Control) -> None:
    with pytest.raises(NotFound, match="Nothing is scheduled"):
        cancel(control)
    do(control, call("stop_vms", "web-03", when=NIGHTLY))
    do(control, call("stop_vms", "web-04", when=TONIGHT))

    with pytest.raises(Ambiguous) as caught:
        cancel(control)
    assert set(caught.value.choices) == {"s-1", "s-2"}
    with pytest.raises(NotFound):
        cancel(control, "s-7")
    cancel(control, "s-1")
    with pytest.raises(Conflict):
        cancel(control, "s-1")


def test_the_plan_of_a_cancellation_says_what_will_not_happen(control: Control) -> None:
    do(control, call("stop_vms", "web-03", when=NIGHTLY))

    (planned,) = control.plan([Call(tool="cancel_schedule")], ADA).calls

    assert planned.args == {"schedule": "s-1"}
    assert planned.vms == ()
    assert planned.notes == ("s-1 is stop_vms web-03, by cron 0 22 * * *.",)
