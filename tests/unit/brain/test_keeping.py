"""What is kept while a plan waits goes out of the plan; what is unclear is asked about."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned

SANDBOXES = "delete sandbox-01 and sandbox-03"
THREE = "stop web-01, db-stg-1 and gitlab"


@pytest.mark.parametrize(
    "said",
    [
        "Keep the one that tomas owns.",
        "please hold on to the one the qa team uses",
        "save tomas's",
        "the one on kvm-02 we keep",
        "we'd better not lose the one of tomas",
        "tomas wants to keep his",
        "let tomas keep the one he owns",
        "keep the newer one",
        "keep the second",
        "preserve the one that tomas owns",
        "remove the one that tomas owns from the list",
        "take out the one which tomas has, please",
        "keep sandbox-03 and delete only sandbox-01",
        "all but the newer one",
    ],
)
def test_what_is_kept_goes_out_of_a_deletion(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(SANDBOXES, said)[-1]) == ("delete_vms", {"sandbox-01"})


@pytest.mark.parametrize(
    "said",
    [
        "just keep sandbox-03 in",
        "keep only the one that tomas owns in the plan",
        "leave the one on kvm-02 in",
        "keep it to the second",
        "only the newer one",
    ],
)
def test_what_stays_in_the_plan_stays(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(SANDBOXES, said)[-1]) == ("delete_vms", {"sandbox-03"})


@pytest.mark.parametrize(
    "said",
    [
        "keep only sandbox-03",
        "keep only tomas's",
        "keep the running one",
        "spare the stopped one",
        "keep the one that dana owns",
        "the newer one is still needed",
        "keep the other one",
        "leave the one on kvm-02 until friday",
    ],
)
def test_what_is_unclear_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(SANDBOXES, said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("keep the database running", {"web-01", "gitlab"}),
        ("keep the biggest one up", {"web-01", "db-stg-1"}),
        ("leave the one in frankfurt", {"web-01", "db-stg-1"}),
        ("hold on to the aws ones", {"gitlab"}),
        ("omar should keep his", {"web-01", "gitlab"}),
        ("keep the first two", {"gitlab"}),
    ],
)
def test_what_is_kept_goes_out_of_a_stop(
    hold: Hold, planned: Planned, said: str, left: set[str]
) -> None:
    assert planned(hold(THREE, said)[-1]) == ("stop_vms", left)


@pytest.mark.parametrize(
    ("asked", "said", "left"),
    [
        (
            "restart web-01, web-05 and api-eu-2",
            "keep the one in us-west-2",
            {"web-01", "api-eu-2"},
        ),
        ("untag owner from bob-dev and carol-dev", "keep the suspended one", {"carol-dev"}),
        (
            "resize web-01, web-05 and web-06 to m6i.xlarge",
            "keep the one in us-east-1 as it is",
            {"web-05", "web-06"},
        ),
        ("suspend ml-train-1 and notebook-wei", "save the notebook", {"ml-train-1"}),
    ],
)
def test_whatever_the_act(
    hold: Hold, planned: Planned, asked: str, said: str, left: set[str]
) -> None:
    assert planned(hold(asked, said)[-1])[1] == left


@pytest.mark.parametrize("said", ["keep both", "keep them", "keep all of them"])
def test_all_that_is_kept_calls_the_plan_off(hold: Hold, said: str) -> None:
    assert hold(SANDBOXES, said)[-1].outcome == "cancelled"


def test_what_need_not_be_kept_stays_in_the_plan(hold: Hold, planned: Planned) -> None:
    turn = hold(SANDBOXES, "no need to keep sandbox-03")[-1]

    assert planned(turn) == ("delete_vms", {"sandbox-01", "sandbox-03"})


@pytest.mark.parametrize(
    ("answer", "left"), [("left out", "sandbox-01"), ("it stays in", "sandbox-03")]
)
def test_the_question_what_only_means_has_an_answer(
    hold: Hold, planned: Planned, answer: str, left: str
) -> None:
    turn = hold(SANDBOXES, "keep only sandbox-03", answer)[-1]

    assert planned(turn) == ("delete_vms", {left})
