"""Machines that are added at a time of their own, and other days for a regular plan."""

from __future__ import annotations

import pytest

from agent.turns import Turn
from tests.unit.brain.conftest import Hold

DNS = "restart dns-2 on Saturday at 02:00"
VDI = "stop the vdi machines every weekday at 20:00"


def times(turn: Turn) -> list[str]:
    assert turn.outcome == "confirm", turn.reply
    return [str((c.when or {}).get("at"))[5:16] for c in turn.calls]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("and dns-1 at 03:00, same day", "11-28T03:00"),
        ("dns-1 too, at 03:00", "11-28T03:00"),
        ("and dns-1 an hour later", "11-28T03:00"),
        ("and then dns-1 thirty minutes later", "11-28T02:30"),
        ("and dns-1 on Sunday, same time", "11-29T02:00"),
        ("and also dns-1, the day after", "11-29T02:00"),
        ("and restart dns-1 at 03:00 the same day", "11-28T03:00"),
    ],
)
def test_a_machine_is_added_at_its_own_time(hold: Hold, said: str, at: str) -> None:
    assert times(hold(DNS, said)[-1]) == ["11-28T02:00", at]


@pytest.mark.parametrize("said", ["and dns-1", "and dns-1 at the same time"])
def test_a_machine_without_a_time_of_its_own_comes_to_the_others(hold: Hold, said: str) -> None:
    (call,) = hold(DNS, said)[-1].calls

    assert len(call.targets) == 2


def test_another_time_alone_is_for_the_plan(hold: Hold) -> None:
    assert times(hold(DNS, "and at 03:00")[-1]) == ["11-28T03:00"]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("ok. on fridays they work until late, so only from monday to thursday please", "1-4"),
        ("not on fridays", "1-4"),
        ("everything but friday", "1-4"),
        ("they don't need it on fridays", "1-4"),
        ("but not on wednesdays and fridays", "1,2,4"),
        ("on mondays we do inventory, make it tuesday to friday please", "2-5"),
        ("please only mon, tue and thu because wednesday is training day", "1,2,4"),
        ("leave out tuesday", "1,3,4,5"),
    ],
)
def test_days_are_left_out_of_a_regular_plan(hold: Hold, said: str, days: str) -> None:
    (call,) = hold(VDI, said)[-1].calls

    assert call.when == {"cron": f"0 20 * * {days}"}


@pytest.mark.parametrize(
    "said",
    [
        "not on weekends",
        "except friday, that day at 23:00",
        "on fridays at 22:00 though",
        "not vdi-102 on fridays",
    ],
)
def test_days_that_one_plan_cannot_have_are_asked_about(hold: Hold, said: str) -> None:
    assert hold(VDI, said)[-1].outcome == "clarify"
