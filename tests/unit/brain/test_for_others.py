"""Who asks and why, what is not to be touched, and what is not ours: only the question counts."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "The finance office has been on again, they want to know what it all costs a month",
        "the web team has complained, they would like to know what all the machines cost a month",
        "my boss from the finance office wants to know what we pay per month",
        "The sales people were on the phone again, they want to know what we spend each month",
    ],
)
def test_who_asks_is_not_what_is_asked_about(hold: Hold, said: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.tool == "cost_report"
    assert len(call.targets) == 68
    assert call.args["window"] == "month"


def test_what_they_ask_of_theirs_is_theirs(hold: Hold) -> None:
    said = "the platform team called, they want to know how much their machines cost"
    (call,) = hold(said)[-1].calls
    assert call.tool == "cost_report"
    assert len(call.targets) == 17


def test_a_wish_of_others_to_know_plans_nothing(hold: Hold) -> None:
    said = "The data folks have been asking, they want to know how many snapshots we keep"
    turn = hold(said)[-1]
    assert turn.outcome == "answer"
    assert [c.tool for c in turn.calls] == ["list_snapshots"]


@pytest.mark.parametrize(
    "said",
    [
        "I've got a chap here whose own Linux machine says read-only file system, how would he go "
        "about fixing that?",
        "my mate's linux server throws too many open files, how would one go about solving that?",
        "One of our users says his linux machine shows read-only file system. How do I fix that?",
        "a colleague gets permission denied on ssh, how does he sort that out?",
    ],
)
def test_a_trouble_of_others_is_for_the_runbooks(hold: Hold, said: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.tool == "search_runbooks"
    assert "how do I fix" in call.args["question"]


def test_a_trouble_of_ours_is_looked_into(hold: Hold) -> None:
    (call,) = hold("web-02 is slow, how can we fix this?")[-1].calls
    assert call.tool == "diagnose_vms"
    assert len(call.targets) == 1


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("Do not restart erp-prod-1. Just tell me, is it up?", "describe_vms"),
        ("Don't restart erp-prod-1. Just tell me if it's up.", "describe_vms"),
        ("relax im not touching erp-prod-db, just need its ip", "describe_vms"),
        ("dont worry im not restarting gitlab just need the ip", "describe_vms"),
        ("im not going to restart erp-prod-db, just need to know its size", "describe_vms"),
        ("please don't reboot gitlab. Is it up?", "describe_vms"),
        ("Don't stop nfs-01, just say how full it is", "query_metrics"),
        ("not shutting down jenkins, what does it cost?", "cost_report"),
    ],
)
def test_the_one_that_is_spared_is_asked_about(hold: Hold, said: str, tool: str) -> None:
    turn = hold(said)[-1]
    assert turn.outcome == "answer"
    assert [(c.tool, len(c.targets)) for c in turn.calls] == [(tool, 1)]


@pytest.mark.parametrize(
    "said",
    [
        "Please do not restart kafka-1 today, we are in the middle of a rebalance.",
        "do not stop web-01, it is serving customers",
    ],
)
def test_why_it_is_spared_is_no_question(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert turn.outcome == "answer"
    assert not turn.calls


def test_another_act_on_the_spared_one_is_planned(hold: Hold, planned: Planned) -> None:
    assert planned(hold("don't stop web-03, just restart it")[-1]) == ("restart_vms", {"web-03"})


@pytest.mark.parametrize(
    "said",
    [
        "page whoever's on call for payments, checkout is throwing 500s",
        "ring the payments team, checkout is down",
        "wake up whoever is on duty for erp",
        "notify the owner of bob-dev",
        "who is on call for payments?",
        "roll back the checkout deploy",
        "deploy version 2.3 of checkout to web-01",
        "renew the ssl certificate on web-01",
        "give me the root password of db-prod-1",
    ],
)
def test_people_and_what_is_inside_are_not_ours(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "decline"


def test_machines_of_people_are_ours(hold: Hold, planned: Planned) -> None:
    assert planned(hold("wake up bob's box")[-1]) == ("resume_vms", {"bob-dev"})
    tool, names = planned(hold("restart the payments team's machines")[-1])
    assert tool == "restart_vms"
    assert len(names) == 8
