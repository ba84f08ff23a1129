"""What ends an earlier act comes after it; schedules are ended one, both or all."""

import pytest

from tests.unit.brain.conftest import Hold


def times(hold: Hold, *says: str) -> list[str]:
    return [call.when["at"][:16] for call in hold(*says)[-1].calls if call.when]


@pytest.mark.parametrize(
    ("says", "at"),
    [
        (("stop web-01 at 8pm and start it again at 7",), "2026-11-24T07:00"),
        (("stop web-01 tonight, start it at 7:30",), "2026-11-24T07:30"),
        (("stop web-01 at 20:00 and start it at 19:30",), "2026-11-24T19:30"),
        (("stop web-01 tonight", "and start it again at 7"), "2026-11-24T07:00"),
        (("I want web-03 shut down tonight and switched back on at 7",), "2026-11-24T07:00"),
        (("start analytics-2 at 14:00 and stop it at 16:00",), "2026-11-23T16:00"),
    ],
)
def test_the_second_act_comes_after_the_first(hold: Hold, says: tuple[str, ...], at: str) -> None:
    first, second = times(hold, *says)
    assert second == at
    assert second > first


TWO = ("stop web-01 at 11pm", "yes", "stop web-02 at 10pm", "yes")


@pytest.mark.parametrize(
    "says", [("list schedules", "cancel both"), ("cancel all schedules",), ("drop both schedules",)]
)
def test_all_schedules_are_ended(hold: Hold, says: tuple[str, ...]) -> None:
    ended = {call.args["schedule"] for call in hold(*TWO, *says)[-1].calls}
    assert ended == {"s-1", "s-2"}


def test_which_schedule_is_asked_where_there_are_two(hold: Hold) -> None:
    turn = hold(*TWO, "cancel the schedule")[-1]
    assert turn.outcome == "clarify"
    assert "s-1" in turn.reply


@pytest.mark.parametrize(
    "said", ["delete the snapshot you just made", "remove that snapshot again"]
)
def test_a_snapshot_that_was_just_made_is_undone(hold: Hold, said: str) -> None:
    (call,) = hold("snapshot erp-prod-1", "yes", said)[-1].calls
    assert call.tool == "undo"
    assert len(call.targets) == 1
