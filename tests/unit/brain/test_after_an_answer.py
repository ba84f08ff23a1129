"""Turns after an answer: one of what was looked at, the machine that was asked about."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "nothing? then make one please, i feel more calm",
        "none? please take one",
        "oh, create one please",
        "then i want one",
        "take one then",
    ],
)
def test_one_of_what_was_looked_at(hold: Hold, planned: Planned, said: str) -> None:
    turn = hold("are there any snapshots of search-3?", said)[-1]

    assert planned(turn) == ("snapshot_vms", {"search-3"})


def test_the_same_act_and_not_the_look_before_it(hold: Hold, planned: Planned) -> None:
    turn = hold(
        "are there any snapshots of search-3?",
        "nothing? then make one please",
        "yes please",
        "and now do the same to search-2",
    )[-1]

    assert planned(turn) == ("snapshot_vms", {"search-2"})


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("are there schedules for web-stg-1?", "none? then stop it every night at 22:00"),
        (
            "a question, what happens if i stop web-stg-1 in the middle of the tests?",
            "ok, i understand. then please stop it tonight at 11pm, when everybody finished",
        ),
    ],
)
def test_it_is_the_machine_that_was_asked_about(
    hold: Hold, planned: Planned, asked: str, said: str
) -> None:
    assert planned(hold(asked, said)[-1]) == ("stop_vms", {"web-stg-1"})


def test_the_smallest_one_is_one_of_those_shown(hold: Hold, planned: Planned) -> None:
    turn = hold("list the dev machines", "delete the smallest one")[-1]

    assert planned(turn) == ("delete_vms", {"sandbox-01"})


@pytest.mark.parametrize(
    "said",
    [
        "Put an owner tag on both of them. The owner is nadia.",
        "Tag both with an owner. It should be nadia.",
        "give them an owner. nadia.",
        "add the owner tag to them. The owner should be nadia. Thank you.",
    ],
)
def test_the_value_of_a_tag_is_told_after_it(hold: Hold, planned: Planned, said: str) -> None:
    turn = hold("which windows machines have no owner?", said)[-1]

    assert planned(turn) == ("tag_vms", {"crm-legacy", "print-srv"})
    assert turn.calls[0].args["tags"] == {"owner": "nadia"}


@pytest.mark.parametrize(
    "said", ["put an owner tag on gitlab. stop jenkins", "put an owner tag on gitlab. thanks."]
)
def test_what_is_no_value_is_no_tag(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"
