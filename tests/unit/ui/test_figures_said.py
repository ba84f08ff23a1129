"""Figures of a large fleet as they are said."""

from tools.names import listed
from ui.format import money_change, money_hour


def test_thousands_stand_apart() -> None:
    assert listed([f"vm-{n}" for n in range(9_990)], 2) == "vm-0, vm-1 and 9,988 more"


def test_tenths_of_a_cent_are_for_small_sums() -> None:
    assert money_hour(0.096) == "$0.096"
    assert money_hour(2592.22) == "$2,592.22"
    assert money_change(-1225.792) == "−$1,225.79 an hour, −$894,828 a month"
