"""Two acts with a clock each keep both; a clock after a part of a day is no second one."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    ("said", "first", "then"),
    [
        (
            "stop carol-dev every evening at 19:30 and every morning at 8 start it again",
            {"cron": "30 19 * * *"},
            {"cron": "0 8 * * *"},
        ),
        (
            "switch off carol-dev every evening at 19:30, and in the morning at 8 switch it "
            "on again",
            {"cron": "30 19 * * *"},
            {"cron": "0 8 * * *"},
        ),
        (
            "stop carol-dev at 19:30, at 8 tomorrow start it again",
            {"at": "2026-11-23T19:30:00+00:00"},
            {"at": "2026-11-24T08:00:00+00:00"},
        ),
        (
            "Take crm-legacy down tonight at 23:00 and bring it back up at 01:00",
            {"at": "2026-11-23T23:00:00+00:00"},
            {"at": "2026-11-24T01:00:00+00:00"},
        ),
        (
            "I would like that qa-runner-1 stops every weekday at 19:30 and starts again "
            "every weekday at 7:30",
            {"cron": "30 19 * * 1-5"},
            {"cron": "30 7 * * 1-5"},
        ),
    ],
)
def test_each_act_has_its_own_clock(
    hold: Hold, said: str, first: dict[str, str], then: dict[str, str]
) -> None:
    stop, start = hold(said)[0].calls
    assert (stop.tool, stop.when, start.tool, start.when) == ("stop_vms", first, "start_vms", then)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("restart web-01 tomorrow morning, at 8", {"at": "2026-11-24T08:00:00+00:00"}),
        ("stop dev-db every evening at 19:30, Monday to Friday", {"cron": "30 19 * * 1-5"}),
        ("switch off dev-db at nine o'clock every friday evening", {"cron": "0 21 * * 5"}),
        ("stop dev-db at uh eleven tonight", {"at": "2026-11-23T23:00:00+00:00"}),
    ],
)
def test_one_moment_in_two_pieces(hold: Hold, said: str, at: dict[str, str]) -> None:
    (call,) = hold(said)[0].calls
    assert call.when == at


def test_two_clocks_of_one_act_are_asked_about(hold: Hold) -> None:
    assert hold("restart web-01 at 8 and 20:00")[0].outcome == "clarify"
