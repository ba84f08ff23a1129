"""Rows of machines by their numbers, whole or not at all."""

import pytest

from tests.unit.brain.conftest import Hold, Planned

VDI = {"vdi-101", "vdi-102", "vdi-103"}


@pytest.mark.parametrize(
    "row",
    ["vdi-101 to 103", "vdi 101-103", "vdi-101..103", "vdi-101 through 103", "vdi-101 to vdi-103"],
)
def test_a_row_is_all_from_first_to_last(hold: Hold, planned: Planned, row: str) -> None:
    assert planned(hold(f"restart {row} at 6pm")[-1]) == ("restart_vms", VDI)


def test_a_row_that_ends_where_no_machine_is_is_asked_about(hold: Hold) -> None:
    assert hold("restart vdi-101 to 109")[-1].outcome == "clarify"


def test_a_time_or_a_size_ends_no_row(hold: Hold) -> None:
    assert all(len(call.targets) < 2 for call in hold("stop web-01 until 6")[-1].calls)
    (call,) = hold("resize web-01 to 4 cores")[-1].calls
    assert len(call.targets) == 1
