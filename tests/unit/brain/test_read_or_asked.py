"""What says which machines, or when, is read or asked about; set phrases are said plainly."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "delete the old sandboxes",
        "stop the spare vdi machines",
        "restart healthy workers",
        "restart the remaining workers",
        "restart all but the important ones in prod",
        "stop the first three workers",
        "stop even numbered workers",
        "stop all dev machines nobody is logged in to",
        "stop whatever you think is not needed",
        "stop dev machines with no activity",
        "stop the prod web servers which nobody looks at",
        "restart the workers which are not needed",
        "The window starts on Saturday at 2am. Please migrate db-stg-1 to us-west-2 at that time.",
        "restart web-01 at 8am and at 6pm",
        "start sandbox-01 and stop it",
        "can u restart that box again, it's still broken",
        "can you stop web-01 when it is idle?",
    ],
)
def test_what_was_not_read_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[0].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "tool", "machines"),
    [
        (
            "restart the payments team machines but leave billing alone",
            "restart_vms",
            {"api-eu-1", "api-eu-2", "worker-1", "worker-2", "worker-3", "worker-4"},
        ),
        ("take search one to three offline", "stop_vms", {"search-1", "search-2", "search-3"}),
        ("Nobody's in tonight so stop vdi-101 at 10pm", "stop_vms", {"vdi-101"}),
        ("restart vdi-101 please, Dr Morgans lecture starts in 5 mins", "restart_vms", {"vdi-101"}),
        ("The tag team on sandbox-03 is wrong, take it off please", "untag_vms", {"sandbox-03"}),
        ("half the team is out, stop bob-dev", "stop_vms", {"bob-dev"}),
        ("Set it up so vdi-101 and vdi-102 power off every day at 19:00", "stop_vms",
         {"vdi-101", "vdi-102"}),
        ("activate the protection on dev-db", "protect_vms", {"dev-db"}),
    ],
)  # fmt: skip
def test_what_was_read_is_exactly_what_was_said(
    hold: Hold, planned: Planned, said: str, tool: str, machines: set[str]
) -> None:
    assert planned(hold(said)[0]) == (tool, machines)


def test_snapshots_that_were_listed_are_meant_and_no_machine(hold: Hold, planned: Planned) -> None:
    turns = hold("list snapshots of carol-dev", "delete the ones that are more than a week old")
    assert planned(turns[1]) == ("delete_snapshots", {"carol-dev"})


def test_half_ten_is_a_time(hold: Hold) -> None:
    turns = hold("stop the vdi machines at 10pm", "make it half ten instead, late delivery")
    assert turns[1].calls[0].tool == "stop_vms"
    assert turns[1].calls[0].when == {"at": "2026-11-23T22:30:00+00:00"}


def test_two_acts_have_two_times(hold: Hold) -> None:
    (turn,) = hold("Snapshot db-prod-1 at 22:00, and at 22:30 restart db-prod-1.")
    assert [call.when for call in turn.calls] == [
        {"at": "2026-11-23T22:00:00+00:00"},
        {"at": "2026-11-23T22:30:00+00:00"},
    ]


def test_a_group_goes_up_by_a_figure(hold: Hold) -> None:
    (turn,) = hold("Scale ci-runners up with two.")
    assert turn.calls[0].args["count"] == 6


def test_a_name_taken_for_two_words_is_the_name(hold: Hold, planned: Planned) -> None:
    assert planned(hold("restart jen kins please")[0]) == ("restart_vms", {"jenkins"})
    assert hold("restart the moon base please")[0].outcome != "confirm"
