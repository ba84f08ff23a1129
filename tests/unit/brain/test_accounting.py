"""What nothing accounts for is asked about or declined: a plan without it would be another."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    "words",
    [
        "stop some of the workers",
        "stop half of the workers",
        "restart a few web servers",
        "restart every second web server",
        "stop 50% of the workers",
        "shut down most of the qa machines",
        "restart a couple of web servers",
        "tag some of the idle machines with sweep=yes",
    ],
)
def test_a_part_of_a_set_is_asked_about(hold: Hold, words: str) -> None:
    turn = hold(words)[0]
    assert turn.outcome == "clarify"
    assert turn.plan is None


def test_the_answer_names_them(hold: Hold) -> None:
    asked, planned = hold("stop half of the workers", "worker-1 and worker-2")
    assert asked.outcome == "clarify"
    assert planned.plan is not None
    assert [vm.name for call in planned.plan.calls for vm in call.vms] == ["worker-1", "worker-2"]


def test_what_should_have_been_done_is_no_wish(hold: Hold) -> None:
    for words in (
        "we should have stopped web-01 yesterday",
        "web-02 should have been shut down last week",
        "alice-dev was put to sleep",
    ):
        assert hold(words)[0].plan is None


@pytest.mark.parametrize(
    ("words", "tool", "name"),
    [
        ("put bob's box to sleep", "suspend_vms", "bob-dev"),
        ("tear sandbox-02 down", "delete_vms", "sandbox-02"),
        ("take web-03 out of service", "stop_vms", "web-03"),
        ("back db-prod-1 up", "snapshot_vms", "db-prod-1"),
        ("bring alice-dev back to life", "start_vms", "alice-dev"),
        ("reboot the machine with the highest cpu", "restart_vms", "web-02"),
    ],
)
def test_a_verb_in_two_pieces(hold: Hold, words: str, tool: str, name: str) -> None:
    plan = hold(words)[0].plan
    assert plan is not None
    assert [(call.tool, [vm.name for vm in call.vms]) for call in plan.calls] == [(tool, [name])]


@pytest.mark.parametrize(
    "words",
    [
        "turn off the lights in hq",
        "remove the disk from nfs-01",
        "kill the process on web-01",
        "stop the sync job on nfs-01",
        "restart the network on all web servers",
        "start the database on db-prod-1",
    ],
)
def test_what_is_no_machine_is_declined(hold: Hold, words: str) -> None:
    turn = hold(words)[0]
    assert (turn.outcome, turn.plan) == ("decline", None)


@pytest.mark.parametrize(
    "words",
    [
        "delete anything tagged temp",
        "restart jenkins at 25:00",
        "restart jenkins yesterday",
        "clone web-01 3 times",
        "stop jenkins between 1 and 3 am",
        "stop web one two",
        "restore db-prod-2 from yesterday's snapshot",
        "roll carol-dev back to how it was on friday",
        "delete old snapshots of carol-dev",
        "stop schedule for jenkins",
    ],
)
def test_what_is_not_understood_is_asked_about(hold: Hold, words: str) -> None:
    turn = hold(words)[0]
    assert (turn.outcome, turn.plan) == ("clarify", None)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("stop web one and two", ["web-01", "web-02"]),
        ("stop kafka one and three", ["kafka-1", "kafka-3"]),
        ("stop vdi one hundred and two", ["vdi-102"]),
    ],
)
def test_numbers_in_words_are_not_added_up(hold: Hold, words: str, names: list[str]) -> None:
    plan = hold(words)[0].plan
    assert plan is not None
    assert [vm.name for call in plan.calls for vm in call.vms] == names


def test_where_machines_are_not(hold: Hold) -> None:
    plan = hold("stop the boxes that are not on aws")[0].plan
    assert plan is not None
    providers = {vm.provider for call in plan.calls for vm in call.vms}
    assert providers == {"azure", "gcp", "libvirt", "vsphere"}
    assert hold("do we have t3.medium in eu-west-1")[0].plan is None


def test_each_group_has_its_own_figure(hold: Hold) -> None:
    plan = hold("scale ci-runners up by 2 and workers-prod down by one")[0].plan
    assert plan is not None
    made = [(call.args["group"], call.args["change"]) for call in plan.calls]
    assert made == [("ci-runners", 2), ("workers-prod", -1)]


def test_off_and_on_again_are_two_schedules(hold: Hold) -> None:
    plan = hold("turn web-stg-1 off at 6pm and on again at 8am every weekday")[0].plan
    assert plan is not None
    made = [(call.tool, call.when.cron if call.when else None) for call in plan.calls]
    assert made == [("stop_vms", "0 18 * * 1-5"), ("start_vms", "0 8 * * 1-5")]
