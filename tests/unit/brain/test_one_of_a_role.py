"""One machine of a role, and conditions on machines that are described by a stem or named."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "restart the web server",
        "stop the prod database",
        "okay i need the prod database restarted now",
        "restart the kafka broker",
        "take the vdi desktop down",
        "reboot the ci runner",
    ],
)
def test_one_machine_where_several_fit_is_asked_about(hold: Hold, said: str) -> None:
    (turn,) = hold(said)
    assert turn.outcome == "clarify"
    assert "Which one" in turn.reply


def test_the_only_one_is_planned(hold: Hold, planned: Planned) -> None:
    assert planned(hold("snapshot the staging database")[0]) == ("snapshot_vms", {"db-stg-1"})


def test_a_condition_holds_on_machines_of_a_stem(hold: Hold) -> None:
    (turn,) = hold("which runners are pegged")
    (call,) = turn.calls
    assert len(call.targets) == 1


@pytest.mark.parametrize(
    "said",
    [
        "shut down notebook-wei and ml-train-2, nobody is using them this week",
        "stop notebook-wei and ml-train-2, they are idle",
    ],
)
def test_a_reason_chooses_none_of_the_named(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(said)[0]) == ("stop_vms", {"notebook-wei", "ml-train-2"})


def test_a_group_goes_down_to_one_machine(hold: Hold, planned: Planned) -> None:
    (turn,) = hold("Please bring the European API group down to one machine")
    assert planned(turn) == ("scale_group", {"api-eu-1", "api-eu-2"})


@pytest.mark.parametrize(
    ("said", "size_gib"),
    [
        ("extend nfs-01 by 500", 2500),
        ("grow kafka-1's disk 200 gigs", 1000),
        ("grow the disk on kafka-3 to 1000", 1000),
        ("increase the disk on gitlab from 300 to 400", 400),
    ],
)
def test_a_disk_grows_by_or_to_a_figure(hold: Hold, said: str, size_gib: int) -> None:
    (turn,) = hold(said)
    assert turn.outcome == "confirm", turn.reply
    assert turn.calls[0].args["size_gib"] == size_gib


def test_versions_of_systems_are_looked_up(hold: Hold) -> None:
    (known,) = hold("which windows machines are still on 2016")
    assert len(known.calls[0].targets) == 2
    (unknown,) = hold("any debian 11 boxes left")
    assert unknown.outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "cron"),
    [
        ("stop qa-runner-1 every sunday to thursday at 21:30", "30 21 * * 0-4"),
        ("stop qa-runner-1 fri-mon at 22:00", "0 22 * * 5,6,0,1"),
        ("snapshot db-prod-1 every night at 2 and call it nightly", "0 2 * * *"),
    ],
)
def test_days_and_names_in_schedules(hold: Hold, said: str, cron: str) -> None:
    (turn,) = hold(said)
    assert turn.calls[0].when == {"cron": cron}
