"""A plan that waits: a yes with what is told beside it, another machine or act, no undo."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "Yes. Ward 6 has been warned.", "all 30 users have been told, go ahead",
        "That is recent enough. Go ahead.", "it's quiet enough for the auditors, proceed",
        "haan go ahead", "theek hai, kar do", "yes, thanks for your patience",
        "Just heard from the team, yep", "yes go ahead, appreciate your help",
    ],
)  # fmt: skip
def test_a_yes_and_what_is_told_beside_it(hold: Hold, said: str) -> None:
    assert hold("restart print-srv", said)[-1].outcome == "done"


@pytest.mark.parametrize(
    "said",
    [
        "Yes, once ward 6 has been warned.", "only if ward 6 was warned",
        "That is not recent enough. Go ahead.", "nahi go ahead", "if Lena agrees, yes",
        "heard from the team, not yet", "yes once we heard from the team", "looks good but wait",
        "haan?", "team 4 was told to say yes", "is that recent enough? go ahead",
    ],
)  # fmt: skip
def test_a_doubtful_yes_is_none(hold: Hold, said: str) -> None:
    assert hold("restart print-srv", said)[-1].outcome != "done"


def test_a_yes_from_one_who_is_back_now_keeps_the_hour(hold: Hold) -> None:
    done = hold("suspend ml-train-2 at 22:00", "Back now. Yes.")[-1]

    assert done.outcome == "done"
    assert done.calls[0].when is not None


@pytest.mark.parametrize(
    "said",
    [
        "Actually no, we leave gitlab where it is. Take ci-runner-4 instead.",
        "no, leave gitlab. Take ci-runner-4.", "gitlab can stay, move ci-runner-4 instead",
        "Hmm, we keep gitlab as it is. Do ci-runner-4 instead.",
        "cancel that, do ci-runner-4 instead",
    ],
)  # fmt: skip
def test_one_stays_and_another_takes_its_place(hold: Hold, planned: Planned, said: str) -> None:
    turn = hold("move gitlab to kvm-01", said)[-1]

    assert planned(turn) == ("migrate_vms", {"ci-runner-4"})


@pytest.mark.parametrize(
    "said", ["nah actually just stop it", "no, just stop it", "on second thought just stop it"]
)
def test_a_stop_takes_the_place_of_a_restart(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold("restart ml-train-2", said)[-1]) == ("stop_vms", {"ml-train-2"})
    assert hold("snapshot ml-train-2", said)[-1].outcome == "cancelled"


@pytest.mark.parametrize("said", ["no, stop it", "stop that", "just stop it", "no no, stop"])
def test_a_stop_that_is_meant_for_the_plan(hold: Hold, said: str) -> None:
    assert hold("restart ml-train-2", said)[-1].outcome == "cancelled"


@pytest.mark.parametrize(
    "said",
    [
        "oh wait not ml-train-2, art wants it later", "not ml-train-2, he trains on it at night",
        "without ml-train-2, they use it after work",
    ],
)  # fmt: skip
def test_why_one_is_left_out(hold: Hold, planned: Planned, said: str) -> None:
    turn = hold("stop ml-train-1 and ml-train-2 tonight", said)[-1]

    assert planned(turn) == ("stop_vms", {"ml-train-1"})


@pytest.mark.parametrize("said", ["ah shoot undo that", "oh crap, revert it", "dammit undo please"])
def test_an_undo_that_is_sighed(hold: Hold, said: str) -> None:
    undo = hold("start sandbox-01", "yes", said)[-1]

    assert [call.tool for call in undo.calls] == ["undo"]


@pytest.mark.parametrize(
    "said",
    ["don't undo that", "ah shoot don't undo that", "no need to undo it", "never roll that back"],
)
def test_an_undo_that_is_not_wished_for(hold: Hold, said: str) -> None:
    assert not hold("start sandbox-01", "yes", said)[-1].calls


def test_a_schedule_that_shall_not_end(hold: Hold) -> None:
    assert not hold("stop web-05 every night", "yes", "don't cancel the schedule")[-1].calls


@pytest.mark.parametrize(
    ("first", "said", "tags"),
    [
        ("tag web-05 with cost-center=plat-01", "cost-center=plat-02 please",
         "cost-center=plat-02"),
        ("tag web-05 with cost-center=plat-01", "Correction: the value is plat-02.",
         "cost-center=plat-02"),
        ("tag web-05 with cost-center=plat-01", "no, plat-02", "cost-center=plat-02"),
        ("tag web-05 with env=test and run=5", "run=6", "env=test run=6"),
    ],
)  # fmt: skip
def test_another_value_of_a_tag(hold: Hold, first: str, said: str, tags: str) -> None:
    (call,) = hold(first, said)[-1].calls

    assert call.args["tags"] == dict(tag.split("=") for tag in tags.split())


@pytest.mark.parametrize(
    "said",
    [
        "Assign those to priya: owner=priya, team=platform.",
        "those go to priya, owner=priya and team=platform",
    ],
)
def test_who_gets_them_narrows_nothing(hold: Hold, planned: Planned, said: str) -> None:
    turn = hold("which machines have no owner?", said)[-1]

    assert planned(turn) == ("tag_vms", {"crm-legacy", "sandbox-01", "sandbox-02", "print-srv"})
    assert turn.calls[0].args["tags"] == {"owner": "priya", "team": "platform"}


def test_a_group_held_at_a_number(hold: Hold) -> None:
    assert hold("scale workers-prod to 6", "keep it at 4")[-1].outcome == "cancelled"
    assert hold("scale workers-prod to 6", "keep it at 5")[-1].calls[0].args["count"] == 5


@pytest.mark.parametrize(
    "said", ["Also take snapshot before restart", "and a backup beforehand please"]
)
def test_what_comes_before_the_act(hold: Hold, said: str) -> None:
    turn = hold("restart web-05", said)[-1]

    assert [call.tool for call in turn.calls] == ["snapshot_vms", "restart_vms"]


def test_this_and_not_that_keeps_the_others(hold: Hold, planned: Planned) -> None:
    turn = hold("restart worker-1 and worker-2", "it is worker-3 and not worker-2")[-1]

    assert planned(turn) == ("restart_vms", {"worker-1", "worker-3"})


@pytest.mark.parametrize(
    ("first", "said", "many"),
    [
        ("show the three biggest machines in us-east-1", "same for hq", 3),
        ("5 oldest machines in azure", "and in hq?", 5),
        ("list the stopped machines in aws", "what about hq?", 1),
        ("list the stopped machines", "only cloud, on-prem not count", 4),
    ],
)
def test_the_same_of_another_place(hold: Hold, first: str, said: str, many: int) -> None:
    (call,) = hold(first, said)[-1].calls

    assert len(call.targets) == many
