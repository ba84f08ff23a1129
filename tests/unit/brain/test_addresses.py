"""A machine may be called by its address, where just one has it."""

import pytest

from tests.unit.brain.conftest import Hold, Planned

DB_PROD_2 = "10.20.0.17"


@pytest.mark.parametrize(
    "said",
    [
        f"what's {DB_PROD_2}?",
        f"which box has the address {DB_PROD_2}?",
        f"find the machine with ip {DB_PROD_2}",
    ],
)
def test_an_address_is_looked_up(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert turn.reply.startswith("db-prod-2 is running")


def test_an_address_names_its_machine(hold: Hold, planned: Planned) -> None:
    assert planned(hold(f"restart {DB_PROD_2}")[-1]) == ("restart_vms", {"db-prod-2"})


def test_an_address_that_no_machine_has_is_asked_about(hold: Hold) -> None:
    assert hold("restart 10.20.99.99")[-1].outcome == "clarify"


def test_an_address_as_a_source_or_a_value_is_no_machine(hold: Hold) -> None:
    (opened,) = hold(f"open port 22 on web-01 from {DB_PROD_2}")[-1].calls
    assert opened.args["source"] == f"{DB_PROD_2}/32"
    (tagged,) = hold(f"tag web-01 with note={DB_PROD_2}")[-1].calls
    assert tagged.args["tags"] == {"note": DB_PROD_2}
