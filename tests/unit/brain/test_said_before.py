"""What a sentence points back to, takes back in the same breath, or leaves beside the request."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "key", "names"),
    [
        ("the team tag on dns-1 is stale. take that tag off it", "team", {"dns-1"}),
        ("search-1 has a team tag that is wrong. Remove that tag.", "team", {"search-1"}),
        ("Drop the team tag from search-1, leave its other tags alone", "team", {"search-1"}),
        ("take the team tag off dns-1 and keep the other tags as they are", "team", {"dns-1"}),
    ],
)
def test_that_tag_is_the_one_spoken_of(
    hold: Hold, planned: Planned, said: str, key: str, names: set[str]
) -> None:
    (turn,) = hold(said)
    assert planned(turn) == ("untag_vms", names)
    assert turn.calls[0].args["keys"] == [key]


@pytest.mark.parametrize(
    "said",
    [
        "Our retention limit is 40 days. Delete every snapshot older than that.",
        "We keep snapshots for 40 days. Remove all snapshots older than that.",
    ],
)
def test_older_than_that(hold: Hold, planned: Planned, said: str) -> None:
    (turn,) = hold(said)
    assert planned(turn) == ("delete_snapshots", {"jenkins", "erp-prod-1"})
    assert turn.calls[0].args["older_than_days"] == 40


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("scale the ci runners up to six no wait make that five", 5),
        ("scale the ci runners up to 5 sorry make it six", 6),
    ],
)
def test_a_figure_taken_back(hold: Hold, said: str, count: int) -> None:
    (turn,) = hold(said)
    assert [c.args["count"] for c in turn.calls] == [count]


@pytest.mark.parametrize(
    ("said", "tools"),
    [
        (
            "snapshot ad-01 and then schedule a reboot of fileserver for 11 pm",
            ["snapshot_vms", "restart_vms"],
        ),
        (
            "back up gitlab, then arrange a shutdown of jenkins for 23:00",
            ["snapshot_vms", "stop_vms"],
        ),
        ("snapshot gitlab and don't schedule a reboot of jenkins", ["snapshot_vms"]),
        (
            "snapshot billing-api-1 and after you put it on 4 cores and 16 gigs",
            ["snapshot_vms", "resize_vms"],
        ),
        ("stop ml-train-2 for like two hours", ["stop_vms", "start_vms"]),
        ("Start vdi-104 every weekday at 6am. Staff moan if it's off.", ["start_vms"]),
        ("stop web-stg-1. Shout and reboot web-03.", ["stop_vms", "restart_vms"]),
    ],
)
def test_each_act_is_planned_on_its_own_machines(hold: Hold, said: str, tools: list[str]) -> None:
    (turn,) = hold(said)
    assert turn.outcome == "confirm"
    assert [c.tool for c in turn.calls] == tools
    assert all(len(c.targets) == 1 for c in turn.calls)


def test_a_snapshot_before_others_touch_the_machine_keeps_its_name(hold: Hold) -> None:
    (turn,) = hold("Snapshot dev-db before anyone touches it. Call it pre-patch.")
    assert turn.calls[0].args["name"] == "pre-patch"


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Patch window is Saturday at 2am: reboot gitlab then", "2026-11-28T02:00:00+00:00"),
        ("The window is tomorrow at 4 am. Restart gitlab then.", "2026-11-24T04:00:00+00:00"),
        ("The slot is tomorrow night, so reboot gitlab then.", "2026-11-24T22:00:00+00:00"),
    ],
)
def test_then_is_the_window_told(hold: Hold, planned: Planned, said: str, at: str) -> None:
    (turn,) = hold(said)
    assert planned(turn) == ("restart_vms", {"gitlab"})
    assert turn.calls[0].when == {"at": at}


def test_three_figures_in_a_row_are_three_machines(hold: Hold, planned: Planned) -> None:
    assert planned(hold("snapshot kafka one two and three")[0])[1] == {
        "kafka-1",
        "kafka-2",
        "kafka-3",
    }


def test_a_window_told_holds_for_each_act(hold: Hold) -> None:
    (turn,) = hold("Patch window is Saturday at 2am: reboot web-03 and stop web-04 then")
    assert [(c.tool, c.when) for c in turn.calls] == [
        ("restart_vms", {"at": "2026-11-28T02:00:00+00:00"}),
        ("stop_vms", {"at": "2026-11-28T02:00:00+00:00"}),
    ]


def test_that_tag_without_one_spoken_of_is_asked_about(hold: Hold) -> None:
    assert hold("remove that tag from dns-1")[0].outcome == "clarify"


def test_two_acts_booked_are_both_planned(hold: Hold) -> None:
    (turn,) = hold("book a restart of gitlab for midnight, and plan a stop of jenkins at 1am")
    assert [(c.tool, len(c.targets)) for c in turn.calls] == [("restart_vms", 1), ("stop_vms", 1)]
