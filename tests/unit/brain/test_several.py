"""Plans of several calls, and turns that must not be taken for what they are not."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold

TWO = "stop web-05 and restart web-06"


@pytest.mark.parametrize(
    ("said", "tools"),
    [
        ("only the restart", ["restart_vms"]),
        ("not the restart", ["stop_vms"]),
        ("just the first", ["stop_vms"]),
        ("drop the second", ["stop_vms"]),
        ("actually no stop, just the restart", ["restart_vms"]),
        ("no, only the restart", ["restart_vms"]),
    ],
)
def test_a_part_of_a_plan_is_kept(hold: Hold, said: str, tools: list[str]) -> None:
    turn = hold(TWO, said)[-1]

    assert turn.outcome == "confirm"
    assert [c.tool for c in turn.calls] == tools


@pytest.mark.parametrize("said", ["the other way round", "vice versa please", "swap them"])
def test_a_plan_is_not_turned_round_by_guess(hold: Hold, said: str) -> None:
    turns = hold(TWO, said, "yes")

    assert turns[1].outcome == "clarify"
    assert turns[2].outcome == "confirm"


@pytest.mark.parametrize("said", ["are you sure", "is it ok", "is that right", "do you think so"])
def test_a_question_without_its_sign_is_no_yes(hold: Hold, said: str) -> None:
    assert hold("stop web-05", said)[-1].outcome != "done"


def test_what_is_left_alone_is_left_out(hold: Hold) -> None:
    turn = hold("restart the kafka brokers", "kafka-2 is busy, leave that")[-1]

    assert {i for c in turn.calls for i in c.targets} == {
        i for c in hold("restart kafka-1 and kafka-3")[-1].calls for i in c.targets
    }


def test_what_comes_first_comes_before(hold: Hold) -> None:
    turn = hold("restart jenkins", "snapshot it first")[-1]

    assert [c.tool for c in turn.calls] == ["snapshot_vms", "restart_vms"]


@pytest.mark.parametrize(
    "said",
    ["after a snapshot", "and the memory too", "one after another please", "not all at once"],
)
def test_a_wish_that_is_not_met_keeps_the_next_yes_from_running(hold: Hold, said: str) -> None:
    _, lost, yes = hold("resize web-05 to 8 cores", said, "yes")

    assert lost.outcome == "clarify"
    assert yes.outcome == "confirm"


def test_a_figure_beside_a_resize_is_no_machine(hold: Hold) -> None:
    first, second = hold("resize web-05 to 8 cores", "4 then")

    assert second.calls[0].args["vcpus"] == 4
    assert second.calls[0].targets == first.calls[0].targets


@pytest.mark.parametrize(
    "said", ["cpu of db-prod-2", "is db-prod-2 busy", "db-prod-2 is there already", "wrong one"]
)
def test_a_machine_that_is_only_spoken_of_is_not_planned(hold: Hold, said: str) -> None:
    assert hold("snapshot db-prod-1", said)[-1].plan is None


def test_another_group_is_not_the_group_of_the_plan(hold: Hold) -> None:
    turn = hold("scale ci-runners to 6", "and workers-prod to 5")[-1]

    assert all(c.args["group"] == "workers-prod" for c in turn.calls if c.args["count"] == 5)


@pytest.mark.parametrize("said", ["now", "no, right away", "do it now"])
def test_a_plan_for_later_is_shown_again_for_now(hold: Hold, said: str) -> None:
    turn = hold("restart gitlab tonight", said)[-1]

    assert turn.outcome == "confirm"
    assert [c.when for c in turn.calls] == [None]


def test_somebody_who_may_mind_keeps_the_next_yes_from_running(hold: Hold) -> None:
    _, told, yes = hold("stop the ml machines", "wei still needs hers", "yes")

    assert told.outcome == "clarify"
    assert yes.outcome == "confirm"
