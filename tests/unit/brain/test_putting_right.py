"""One word puts a waiting plan right: a count, a length, a name, a snapshot."""

from __future__ import annotations

from typing import Any

import pytest

from agent.turns import Turn
from tests.unit.brain.conftest import Hold


def args(turn: Turn) -> dict[str, Any]:
    assert turn.outcome == "confirm"
    return turn.calls[0].args


@pytest.mark.parametrize(
    ("asked", "said", "count"),
    [
        ("add two to workers-prod", "three rather", 7),
        ("add two to workers-prod", "just one is enough", 5),
        ("add two to workers-prod", "make it 8 in total", 8),
        ("remove two from workers-prod", "one is plenty", 3),
        ("scale workers-prod to 7", "seven is a lot. five.", 5),
        ("scale workers-prod to 7", "hm no wait, only 6, the budget is tight", 6),
        ("scale workers-prod to 7", "the ticket says six, so sorry", 6),
    ],
)
def test_a_difference_stays_a_difference(hold: Hold, asked: str, said: str, count: int) -> None:
    assert args(hold(asked, said)[-1])["count"] == count


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("four hours would be safer", "14:00"),
        ("no, three", "13:00"),
        ("half an hour is enough", "10:30"),
        ("an hour longer", "13:00"),
        ("she says 90 minutes", "11:30"),
    ],
)
def test_how_long_is_put_right(hold: Hold, said: str, until: str) -> None:
    stop, start = hold("stop jenkins for two hours", said)[-1].calls

    assert stop.when is None
    assert start.when is not None
    assert start.when["at"][11:16] == until


def test_another_beginning_lasts_as_long(hold: Hold) -> None:
    stop, start = hold("stop jenkins for two hours", "tomorrow at 6 though")[-1].calls

    assert stop.when == {"at": "2026-11-24T06:00:00+00:00"}
    assert start.when == {"at": "2026-11-24T08:00:00+00:00"}


@pytest.mark.parametrize(
    "said", ["no, dev-lab", "the name should be dev-lab", "call it dev-lab instead"]
)
def test_a_new_name_is_no_machine(hold: Hold, said: str) -> None:
    assert args(hold("clone bob-dev as dev-copy", said)[-1])["name"] == "dev-lab"


@pytest.mark.parametrize(
    ("said", "snapshot"),
    [("wrong, -snap-2", "carol-dev-snap-2"), ("the newest one please", "carol-dev-snap-3")],
)
def test_another_snapshot_of_the_same_machine(hold: Hold, said: str, snapshot: str) -> None:
    turn = hold("restore carol-dev from carol-dev-snap-1", said)[-1]

    assert args(turn)["snapshot"] == snapshot


def test_what_is_said_of_the_present_value_does_not_hide_the_new_one(hold: Hold) -> None:
    turn = hold(
        "create a small ubuntu box on libvirt named toy", "small has 1 core, rather make it large"
    )[-1]

    assert args(turn)["size"] == "large"


@pytest.mark.parametrize("said", ["oh thanks, but 14 is enough", "sorry, not 3, thanks"])
def test_a_correction_that_is_not_understood_is_not_confirmed(hold: Hold, said: str) -> None:
    _, lost, yes = hold("restart jenkins", said, "yes")

    assert lost.outcome == "clarify"
    assert yes.outcome == "confirm"
