"""What is said in short: lists with their times, a machine and its snapshots, the same days."""

from __future__ import annotations

import pytest

from agent.turns import Turn
from tests.unit.brain.conftest import Hold, Planned


def clocks(turn: Turn) -> list[str]:
    return [str((c.when or {}).get("at"))[11:16] for c in turn.calls]


def test_each_at_its_time(hold: Hold) -> None:
    turn = hold("stop vdi-101 and vdi-102 at 19:00 and 20:00 respectively")[-1]
    three = hold("restart web-01, web-02 and web-03 at 1, 2 and 3 am respectively")[-1]

    assert clocks(turn) == ["19:00", "20:00"]
    assert clocks(three) == ["01:00", "02:00", "03:00"]


@pytest.mark.parametrize(
    "said",
    [
        "delete carol-dev and its snapshots",
        "delete carol-dev with all its snapshots",
        "delete carol-dev's snapshots and carol-dev itself",
        "delete the snapshots of carol-dev and then the machine",
    ],
)
def test_a_machine_goes_with_its_snapshots(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(said)[-1]) == ("delete_vms", {"carol-dev"})


def test_a_machine_and_the_snapshots_of_another(hold: Hold) -> None:
    calls = hold("delete carol-dev and the snapshots of gitlab")[-1].calls

    assert [(c.tool, len(c.targets)) for c in calls] == [("delete_vms", 1), ("delete_snapshots", 1)]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (("no sorry, I meant the google one",), "gcp"),
        (("not that one, the gcp one",), "gcp"),
    ],
)
def test_one_of_the_same_name(hold: Hold, turns: tuple[str, ...], expected: str) -> None:
    (call,) = hold("restart the bastion", "the one in eu-west-1", *turns)[-1].calls

    assert [i.split("/")[0] for i in call.targets] == [expected]


def test_the_way_back_is_on_the_same_days(hold: Hold) -> None:
    turn = hold("stop qa-runner-1 every weekday at 9pm", "and start it again at 7, same days")[-1]
    both = hold("stop vdi-101 at 20:00 and start it at 07:00", "every day")[-1]

    assert [c.when for c in turn.calls] == [{"cron": "0 21 * * 1-5"}, {"cron": "0 7 * * 1-5"}]
    assert [c.when for c in both.calls] == [{"cron": "0 20 * * *"}, {"cron": "0 7 * * *"}]


def test_an_act_left_out_leaves_the_other_as_it_was(hold: Hold) -> None:
    turn = hold(
        "take a snapshot of crm-legacy named pre-decommission, and then stop it",
        "On reflection, do not stop it; only take the snapshot.",
    )[-1]

    assert [(c.tool, c.args["name"]) for c in turn.calls] == [("snapshot_vms", "pre-decommission")]


def test_the_next_of_the_list(hold: Hold, planned: Planned) -> None:
    turn = hold("list the vdi machines", "stop the first", "yes", "and the second")[-1]

    assert planned(turn) == ("stop_vms", {"vdi-102"})


def test_the_top_of_what_was_measured(hold: Hold) -> None:
    turn = hold("which machines have the highest cpu?", "the top 3 only")[-1]

    assert [c.tool for c in turn.calls] == ["query_metrics"]
    assert len(turn.calls[0].targets) == 3


def test_the_same_kind_is_counted_elsewhere(hold: Hold) -> None:
    turn = hold("How many production machines do we have in Azure?", "And how many in AWS?")[-1]

    assert len(turn.calls[0].targets) == 17


def test_what_a_person_does_oneself_is_not_asked_for(hold: Hold, planned: Planned) -> None:
    turn = hold("stop web-03, and I'll restart web-04")[-1]

    assert planned(turn) == ("stop_vms", {"web-03"})


def test_a_refused_machine_does_not_stay_in_the_plan(hold: Hold) -> None:
    turn = hold("restart ci-runner-1 and nfs-01", "not nfs-01. restart gitlab too")[-1]

    assert turn.outcome == "clarify"
