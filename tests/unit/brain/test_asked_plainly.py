"""Questions in forms of their own, machines by what they are not, and what is not ours to do."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("which boxes are not linux", "list all windows machines"),
        ("show me servers which do not run linux", "list all windows machines"),
        ("how many servers in azure don't run windows", "how many linux machines are in azure"),
        ("list the machines not owned by alice", "list all machines except alice's"),
        ("list the machines that don't belong to alice", "list all machines except alice's"),
        ("list machines that are neither alice's nor bob's", "list machines except alice's, bob's"),
        ("which machines are not tagged env=prod", "list all non-prod machines"),
        ("which servers don't have the tag env=prod", "list all non-prod machines"),
        ("list the machines that do not live in aws", "list the machines that are not in aws"),
        ("count VMs / region", "count vms by region"),
        ("cost / team", "cost by team"),
        ("how many machines are on each VMware host", "count vmware machines by host"),
        ("how many machines are without the tag zebra-x", "how many machines do we have"),
        ("wich VMs of azure are unsued?", "which vms in azure are unused?"),
        ("Finance is asking how much we spend per month", "how much do we spend per month"),
        ("show the three most expensive ones", "show the three most expensive machines"),
    ],
)
def test_a_question_reads_like_a_plainer_one(hold: Hold, said: str, same: str) -> None:
    (turn,), (plain,) = hold(said), hold(same)
    assert turn.outcome == plain.outcome == "answer"
    assert {i for c in turn.calls for i in c.targets} == {i for c in plain.calls for i in c.targets}
    assert [c.args.get("group_by") for c in turn.calls] == [
        c.args.get("group_by") for c in plain.calls
    ]


@pytest.mark.parametrize(
    "said",
    [
        "stop the boxes in azure that are not linux",
        "stop all boxes in azure that aren't running linux",
        "stop everything in azure that doesn't run linux",
    ],
)
def test_what_runs_another_system_is_stopped(hold: Hold, planned: Planned, said: str) -> None:
    tool, names = planned(hold(said)[-1])
    assert (tool, names) == ("stop_vms", {"ad-01", "rdp-gw", "sql-win-01", "crm-legacy"})


@pytest.mark.parametrize(
    "said",
    [
        "delete the machines that don't belong to alice",
        "stop the machines not owned by alice",
        "stop everything that isn't assigned to alice",
    ],
)
def test_what_is_not_hers_is_never_hers(hold: Hold, planned: Planned, said: str) -> None:
    assert "alice-dev" not in planned(hold(said)[-1])[1]


def test_two_lists_are_two_answers_and_no_plan(hold: Hold) -> None:
    turn = hold("two lists: the stopped ones in hq, and the idle ones in gcp")[-1]
    assert [call.tool for call in turn.calls] == ["list_vms", "query_metrics"]
    assert hold("the stopped ones in hq, and the idle ones in gcp")[-1].outcome != "confirm"


@pytest.mark.parametrize(
    "said",
    [
        "by when nfs-01 disk will get full? see for next 30 days",
        "when will nfs-01 be full? check the next 30 days",
    ],
)
def test_a_second_sentence_says_how_far_ahead(hold: Hold, said: str) -> None:
    (call,) = hold(said)[-1].calls
    assert (call.tool, call.args["horizon"]) == ("forecast_metric", "30d")


def test_a_number_and_a_cost_after_what_announces_them(hold: Hold) -> None:
    turn = hold("Ok, big picture first: how many VMs do we have, and what do they cost a month?")[
        -1
    ]
    assert [call.tool for call in turn.calls] == ["count_vms", "cost_report"]


def test_the_same_ranking_by_another_measure(hold: Hold) -> None:
    turn = hold("top 4 machines by cpu in the last 24 hours", "Same thing for the network.")[-1]
    (call,), (plain,) = turn.calls, hold("top 4 machines by network in the last 24 hours")[-1].calls
    assert call.targets == plain.targets


def test_when_the_last_snapshot_was_taken_is_asked_of_snapshots(hold: Hold) -> None:
    turn = hold("stop erp-prod-db", "Before that: when was its last snapshot taken?")[-1]
    assert [call.tool for call in turn.calls] == ["list_snapshots"]


def test_what_a_new_machine_will_cost_is_what_its_plan_says(hold: Hold) -> None:
    made = "create a vm with 4 cpus and 16 gb in gcp us-central1 named foo-1"
    _, asked, agreed = hold(made, "how much will it cost?", "yes")
    assert asked.outcome == "answer"
    assert "Cost:" in asked.reply
    assert agreed.outcome == "done"


@pytest.mark.parametrize(
    "said",
    [
        "Canteen's shut. Order me a pizza.",
        "Can you pay the invoice of AWS with the company card?",
        "Kindly run the payroll batch for the month of November",
        "hey can you find me a gas station on the way to the office",
        "Could you book the big conference room for Wednesday's go/no-go?",
        "file my expense report for November",
        "move VLAN 20 to switch port 14",
    ],
)
def test_what_is_no_machine_is_declined(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "decline"
