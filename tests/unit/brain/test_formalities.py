"""A service desk's numbers and courtesies are no part of the request; what it spares is."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("INC0048213 - Kindly resume bob-dev at the earliest.", "resume_vms", {"bob-dev"}),
        ("Kindly power off rdp-gw for the activity under CHG0010044.", "stop_vms", {"rdp-gw"}),
        ("Request you to kindly restart jenkins and revert with confirmation.", "restart_vms",
         {"jenkins"}),
        ("RITM0021877: please snapshot gitlab. Kindly do the needful.", "snapshot_vms", {"gitlab"}),
    ],
)  # fmt: skip
def test_only_the_request_is_read(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("delete snapshots older than 20 days, except those on protected machines",
         {"jenkins", "search-1", "search-2"}),
        ("delete snapshots older than 20 days except those of jenkins",
         {"db-dr-1", "search-1", "search-2", "erp-prod-1"}),
    ],
)  # fmt: skip
def test_snapshots_of_spared_machines_are_kept(
    hold: Hold, planned: Planned, said: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1])[1] <= names
    assert len(names & planned(hold(said)[-1])[1]) > 2


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("Stop machines whose average CPU over the last 7 days is below 5 %.", "stop_vms"),
        ("Protect all production machines with a disk larger than 500 GiB.", "protect_vms"),
    ],
)
def test_an_order_with_a_measure_stays_an_order(hold: Hold, said: str, tool: str) -> None:
    turn = hold(said)[-1]
    assert turn.outcome == "confirm"
    assert turn.calls[0].tool == tool


def test_the_count_of_a_plan_is_changed(hold: Hold) -> None:
    (call,) = hold("create 3 small debian boxes in fra1", "Change the count to 2.")[-1].calls
    assert (call.tool, call.args["count"]) == ("create_vms", 2)


@pytest.mark.parametrize(
    "said",
    [
        "Before Thursday's release I want snapshots of all the staging boxes.",
        "snapshot web-stg-1, web-stg-2 and db-stg-1 before tonight's upgrade",
        "Before the upgrade tonight snapshot the staging boxes",
    ],
)
def test_what_is_done_ahead_of_something_is_not_done_at_its_time(hold: Hold, said: str) -> None:
    (call,) = hold(said)[-1].calls
    assert (call.tool, call.when, len(call.targets)) == ("snapshot_vms", None, 3)
