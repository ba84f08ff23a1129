"""What says closer which machines are meant narrows them; the others are not those named before."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("stop dana's machines, the staging ones", "web-stg-1"),
        ("stop dana's machines (the staging ones) tonight at 8", "web-stg-1"),
        ("stop dana's machines, the staging ones only", "web-stg-1"),
        ("restart the web servers, those in us-west-2", "web-05 web-06"),
        ("restart the web servers, namely web-01 and web-02", "web-01 web-02"),
        ("restart the kafka brokers (kafka-1, kafka-2)", "kafka-1 kafka-2"),
        ("stop the runners (qa-runner-1)", "qa-runner-1"),
        ("the machines of dana, i.e. the staging ones, must be stopped", "web-stg-1"),
        ("the stopped machines in test, as I said, are to be deleted, lunch is on", "qa-runner-2"),
        ("tag the sandboxes, the ones of tomas, with keep=yes", "sandbox-03"),
    ],
)
def test_an_apposition_narrows(hold: Hold, planned: Planned, said: str, names: str) -> None:
    assert planned(hold(said)[0])[1] == set(names.split())


def test_a_list_is_no_apposition(hold: Hold, planned: Planned) -> None:
    turn = hold("stop the dev machines, the test ones and the sandbox ones")[0]
    assert planned(turn)[1] >= {"qa-runner-1", "carol-dev", "sandbox-02"}


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("sandbox-01 is needed, the other sandboxes can be deleted", "sandbox-02 sandbox-03"),
        ("sandbox-01 must survive. delete the other sandboxes.", "sandbox-02 sandbox-03"),
        ("kafka-1 is the leader, restart the other brokers", "kafka-2 kafka-3"),
        ("worker-1 is done, restart the remaining workers tonight", "worker-2 worker-3 worker-4"),
        (
            "I did worker-1, tag the rest of the workers with a=b",
            "worker-2 worker-3 worker-4",
        ),
    ],
)
def test_the_others_are_not_those_named_before(
    hold: Hold, planned: Planned, said: str, names: str
) -> None:
    assert planned(hold(said)[0])[1] == set(names.split())


@pytest.mark.parametrize(
    "said",
    [
        "web oh one stays, restart the other web servers",
        "restart kafka-1 now and the other brokers at 8pm",
    ],
)
def test_others_of_which_nothing_is_known_are_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[0].outcome == "clarify"


def test_what_is_put_in_the_place_of_another(hold: Hold, planned: Planned) -> None:
    turn = hold("snapshot web-02 and bob-dev", "Not bob-dev, I meant carol-dev.")[-1]
    assert planned(turn)[1] == {"web-02", "carol-dev"}


def test_one_of_those_shown_is_one(hold: Hold) -> None:
    turn = hold("which machines are on windows-2016?", "stop the windows-2016 one")[-1]
    assert turn.outcome == "clarify"


def test_a_bill_is_no_machine_to_stop(hold: Hold) -> None:
    said = (
        "I've been told to get the dev bill down before month end. What's dev costing us a month?"
    )
    assert hold(said)[0].outcome == "answer"
