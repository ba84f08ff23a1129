"""A heading's time, acts told in order, and days in figures."""

import pytest

from tests.unit.brain.conftest import Hold

Steps = list[tuple[str, str | None]]


def steps(hold: Hold, said: str) -> Steps:
    turn = hold(said)[-1]
    assert turn.outcome == "confirm", turn.reply
    return [(c.tool, c.when.get("at", c.when.get("cron")) if c.when else None) for c in turn.calls]


SATURDAY = "2026-11-28T23:00:00+00:00"
TONIGHT = "2026-11-23T23:00:00+00:00"
BOTH = ("snapshot_vms", "restart_vms")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Maintenance window on Saturday, 28 November, at 23:00: first a snapshot of sql-win-01, "
         "then restart it.", SATURDAY),
        ("Patch window tonight at 23:00: snapshot ad-01, then reboot it, please", TONIGHT),
        ("At 23:00 first take a snapshot of ad-01, then restart it.", TONIGHT),
        ("First a snapshot of ad-01, then a restart.", None),
        ("take a snapshot of fileserver first and then restart it", None),
        ("A snapshot of web-03 and after that a reboot, please.", None),
    ],
)  # fmt: skip
def test_both_acts_are_planned_for_the_time(hold: Hold, said: str, at: str | None) -> None:
    assert steps(hold, said) == [(tool, at) for tool in BOTH]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Change window Saturday 23:00: stop print-srv", SATURDAY),
        ("Maintenance slot Saturday 23:00-23:30: stop print-srv", SATURDAY),
        ("Weekdays at 19:00: stop print-srv", "0 19 * * 1-5"),
        ("stop print-srv on 28.11. at 23:00", SATURDAY),
        ("stop print-srv at 23:00 on 28.11.2026", SATURDAY),
        ("stop print-srv on 11/28 at 23:00", SATURDAY),
        ("Scheduled for 28.11., 23:00: stop print-srv", SATURDAY),
    ],
)
def test_its_day_is_heard(hold: Hold, said: str, at: str) -> None:
    assert steps(hold, said) == [("stop_vms", at)]


def test_a_version_is_no_day(hold: Hold) -> None:
    (call,) = hold("which machines are still on 22.04?")[-1].calls
    (same,) = hold("which machines run ubuntu 22.04?")[-1].calls
    assert call.targets == same.targets
