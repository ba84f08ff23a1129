"""What a turn may do while a plan or a question waits, and what it never does."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold

STOP = "stop kafka-1 and kafka-3"


def planned(hold: Hold, *says: str) -> tuple[str, list[str], int]:
    """The outcome, the tools and the number of machines of the last turn."""
    turn = hold(*says)[-1]
    machines = {t for call in turn.calls for t in call.targets}
    return turn.outcome, [call.tool for call in turn.calls], len(machines)


@pytest.mark.parametrize(
    "said",
    [
        "let's leave it until omar agrees",
        "turns out it is not needed after all",
        "I'd prefer to wait for Carol to come back",
        "not until the backup has finished",
        "we'd better let things be",
        "I don't think we should, let me ask the trainees first",
        "the customer did not give permission yet. So we wait.",
        "priya sorted it, so that won't be needed any more",
        "I take that back",
        "no stop i didn't mean to press enter",
        "ok scrap that, too many folk on it",
        "bin the lot",
    ],
)
def test_a_roundabout_wish_to_wait_calls_the_plan_off(hold: Hold, said: str) -> None:
    assert hold(STOP, said)[-1].outcome == "cancelled"


@pytest.mark.parametrize(
    "said", ["yes, no need to check again", "go on then, before I change my mind", "off you go"]
)
def test_a_yes_that_speaks_of_waiting_is_still_a_yes(hold: Hold, said: str) -> None:
    assert hold("restart kafka-1", said)[-1].outcome in ("done", "confirm")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("drop 1 only do kafka 3", 1),
        ("take 1 off, its busy", 1),
        ("remove kafka-3", 1),
        ("we don't need kafka-1 in there", 1),
        ("kafka-3 doesn't need it", 1),
        ("could kafka-1 stay up", 1),
        ("kafka-1's team is still on it, leave it", 1),
        ("bar 3", 1),
    ],
)
def test_what_is_dropped_of_a_plan_is_left_out_and_never_deleted(
    hold: Hold, said: str, left: int
) -> None:
    assert planned(hold, STOP, said) == ("confirm", ["stop_vms"], left)


@pytest.mark.parametrize("said", ["get rid of it", "kill them", "nuke that", "remove it instead"])
def test_a_word_that_may_mean_the_plan_or_its_machines_is_asked_about(
    hold: Hold, said: str
) -> None:
    assert hold("resize kafka-1 and kafka-3 to 4 cores", said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    "said",
    [
        "would that lose data",
        "will anyone notice",
        "is that reversible?",
        "just out of interest how much memory does it have",
        "will it also start again in the morning?",
        "does that affect the customers?",
        "did you do it??",
        "would it also take web-02 down",
        "hold up is that protected",
    ],
)
def test_a_question_never_changes_the_plan(hold: Hold, said: str) -> None:
    before, turn, after = hold("stop carol-dev", said, "yes")
    assert turn.outcome == "answer"
    assert not any(call.risk != "read" for call in turn.calls)
    assert after.outcome == "done"
    assert [c.targets for c in after.calls] == [c.targets for c in before.calls]


@pytest.mark.parametrize(
    ("said", "many"),
    [
        ("oops, I meant sandbox-03, sandbox-01 belongs to the trainees", 1),
        ("sorry, make it sandbox-02, sandbox-01 was done yesterday", 1),
        ("not that one 02", 1),
        ("I meant sandbox-02 and sandbox-03", 2),
    ],
)
def test_a_machine_that_is_only_told_of_does_not_come_into_the_plan(
    hold: Hold, said: str, many: int
) -> None:
    turn = hold("delete sandbox-01", said)[-1]
    assert (turn.outcome, len(turn.calls[0].targets)) == ("confirm", many)
    assert turn.calls[0].targets != hold("delete sandbox-01")[-1].calls[0].targets


def test_what_is_told_after_a_request_is_not_what_it_points_at(hold: Hold) -> None:
    listed = "list the machines in google"
    assert hold(listed, "stop them. Wei is doing a demo on analytics-1.")[-1].outcome == "clarify"
    outcome, tools, many = planned(
        hold, listed, "stop them, but leave analytics-1 running because Carol needs it"
    )
    assert (outcome, tools) == ("confirm", ["stop_vms"])
    assert many > 1


@pytest.mark.parametrize(
    ("asked", "answer", "tool"),
    [
        ("i need a new box", "four cores and eight gigs in frankfurt on it please", "create_vms"),
        ("stop the search box", "2", "stop_vms"),
        ("stop the search box", "number 3 please", "stop_vms"),
        ("restart kafka 4", "3 i meant, need coffee", "restart_vms"),
    ],
)
def test_an_answer_fills_what_was_asked(hold: Hold, asked: str, answer: str, tool: str) -> None:
    outcome, tools, many = planned(hold, asked, answer)
    assert (outcome, tools) == ("confirm", [tool])
    assert many <= 1


def test_a_place_is_no_answer_to_which_name_was_meant(hold: Hold) -> None:
    assert hold("restart web-1x", "frankfurt")[-1].outcome == "clarify"


def test_the_older_of_the_snapshots_that_were_shown(hold: Hold) -> None:
    turn = hold("what snaps has gitlab got", "bin the older one")[-1]
    assert [(c.tool, c.args["snapshot"]) for c in turn.calls] == [
        ("delete_snapshots", "gitlab-snap-1")
    ]


def test_a_numbered_snapshot_never_means_all_of_them(hold: Hold) -> None:
    assert hold("delete snapshot 2 of gitlab")[-1].calls[0].args["snapshot"] == "gitlab-snap-2"
    assert hold("what is gitlab", "delete snap 7 of it")[-1].outcome == "clarify"


@pytest.mark.parametrize(
    "said",
    [
        "all good as it is",
        "it is okay again",
        "thanks, it's fine now",
        "we are good",
        "let things run",
        "confirmed that it's not needed",
        "dana says yes but omar says no",
        "you can do it when everyone left",
        "I'd better ask first",
        "looks like it's back up",
    ],
)
def test_what_only_sounds_like_a_yes_runs_nothing(hold: Hold, said: str) -> None:
    turn = hold("restart kafka-1", said)[-1]
    assert turn.outcome != "done"
    assert {t for call in turn.calls if call.risk != "read" for t in call.targets} <= set(
        hold("restart kafka-1")[-1].calls[0].targets
    )


def test_a_yes_with_a_time_is_the_plan_at_that_time(hold: Hold) -> None:
    turn = hold("stop the staging boxes", "yeah but at nine tonight")[-1]
    assert turn.outcome == "confirm"
    assert turn.calls[0].when == {"at": "2026-11-23T21:00:00+00:00"}


def test_of_snapshots_and_machines_the_old_ones_are_asked_about(hold: Hold) -> None:
    said = "and delete the old ones afterwards"
    assert hold("snapshot db-stg-1 and web-stg-1", said)[-1].outcome == "clarify"
