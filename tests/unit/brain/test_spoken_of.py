"""What a later turn points at: both, the latter, those that are off; and a question kept open."""

from __future__ import annotations

import pytest

from agent.turns import Turn
from tests.unit.brain.conftest import Hold


def targets(hold: Hold, *says: str) -> set[str]:
    turns: list[Turn] = hold(*says)
    assert turns[-1].outcome in ("confirm", "answer")
    return {i.rsplit("/", 1)[-1] for i in turns[-1].calls[-1].targets}


@pytest.mark.parametrize(
    ("before", "said", "meant"),
    [
        (["show web-01 and web-02"], "restart the latter", "restart web-02"),
        (["status of gitlab", "and of jenkins"], "restart the former", "restart gitlab"),
        (["status of gitlab", "status of jenkins"], "restart both", "restart gitlab and jenkins"),
        (["show dns-1 and dns-2"], "take a snapshot of each", "snapshot dns-1 and dns-2"),
    ],
)
def test_both_each_and_the_latter(hold: Hold, before: list[str], said: str, meant: str) -> None:
    assert targets(hold, *before, said) == targets(hold, meant)


@pytest.mark.parametrize("said", ["stop both", "stop the latter"])
def test_of_many_there_is_no_both(hold: Hold, said: str) -> None:
    assert hold("show the web servers", said)[-1].outcome == "clarify"


def test_the_ones_that_are_off_are_of_the_same_set(hold: Hold) -> None:
    found = targets(hold, "which dev machines are running?", "and the ones that are off?")

    assert found == targets(hold, "which dev machines are off?")


def test_idle_ones_of_a_bill_are_measured(hold: Hold) -> None:
    turn = hold("what do the ml boxes cost a day", "are any of those idle?")[-1]

    assert [c.tool for c in turn.calls] == ["query_metrics"]


@pytest.mark.parametrize(
    ("asked", "looked", "said", "tool"),
    [
        ("erp-prod-1 needs a larger disk", "what has it got now?", "double it", "resize_disk"),
        (
            "move vdi-103 to another host",
            "which hosts are there?",
            "let's say esx-02",
            "migrate_vms",
        ),
        ("resize web-05", "how much memory does it have?", "8 gb then", "resize_vms"),
    ],
)
def test_a_question_stays_open_over_a_look(
    hold: Hold, asked: str, looked: str, said: str, tool: str
) -> None:
    turn = hold(asked, looked, said)[-1]

    assert turn.outcome == "confirm"
    assert [c.tool for c in turn.calls] == [tool]


@pytest.mark.parametrize("said", ["4 cores", "and with 4 cores?", "and web-06?"])
def test_a_look_at_something_else_closes_the_question(hold: Hold, said: str) -> None:
    assert hold("resize web-05", "which machines have 8 cores", said)[-1].plan is None


def test_it_is_the_machine_of_the_question(hold: Hold) -> None:
    said = hold("show jenkins", "resize web-05", "what size is it", "stop it")[-1]

    assert [c.targets for c in said.calls] == [c.targets for c in hold("stop web-05")[-1].calls]


def test_a_schedule_in_view_is_cancelled(hold: Hold) -> None:
    turn = hold("restart gitlab at 23:00", "yes", "show schedules", "delete that task")[-1]

    assert [c.tool for c in turn.calls] == ["cancel_schedule"]
