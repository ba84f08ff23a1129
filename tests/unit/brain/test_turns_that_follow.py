"""Turns that follow an answer, a question or a plan: they are of exactly what was shown."""

from __future__ import annotations

import pytest

from agent.rehearsal import Rehearsal
from agent.turns import Turn
from tests.unit.brain.conftest import Hold, Planned


def _names(rehearsal: Rehearsal, turn: Turn) -> set[str]:
    ids = [i for call in turn.calls for i in call.targets]
    return {vm.name for vm in rehearsal.control.inventory.get(ids).values()}


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [
        (
            "list staging machines",
            "from these, which ones don't have any snapshot?",
            {"web-stg-1", "web-stg-2"},
        ),
        ("list staging machines", "from the three above which one is off?", {"web-stg-2"}),
        ("list staging machines", "which have no snapshot?", {"web-stg-1", "web-stg-2"}),
        (
            "show me the azure machines",
            "among them, which are windows?",
            {"ad-01", "rdp-gw", "sql-win-01", "crm-legacy"},
        ),
        (
            "which machines have no owner?",
            "of those, which are running?",
            {"crm-legacy", "sandbox-02", "print-srv"},
        ),
        ("cpu of the workers", "which of them is above 30?", {"worker-4"}),
        ("list the workers", "which of those have a public ip?", set[str]()),
        ("list the dev machines", "do any of them have snapshots?", {"carol-dev"}),
    ],
)
def test_what_is_asked_of_those_shown_stays_among_them(
    hold: Hold, rehearsal: Rehearsal, first: str, then: str, shown: set[str]
) -> None:
    answer = hold(first, then)[1]
    assert answer.outcome == "answer"
    assert _names(rehearsal, answer) == shown


def test_what_is_not_understood_of_those_shown_is_asked_about(hold: Hold) -> None:
    _, asked, again = hold("list dev machines", "which of those are flobbering?", "stop them")
    assert asked.outcome == "clarify"
    assert again.outcome == "clarify"


def test_a_question_of_all_of_them_plans_nothing(hold: Hold) -> None:
    assert hold("list staging machines", "do they all have a snapshot?")[1].outcome == "answer"


@pytest.mark.parametrize(
    "said", ["take a snapshot of the three then", "snapshot all three", "snapshot the trio"]
)
def test_the_three_are_those_shown(hold: Hold, planned: Planned, said: str) -> None:
    made = hold("list kafka machines", said)[1]
    assert planned(made) == ("snapshot_vms", {"kafka-1", "kafka-2", "kafka-3"})


@pytest.mark.parametrize("said", ["stop the two", "restart two of them", "stop all five"])
def test_another_number_than_were_shown_is_asked_about(hold: Hold, said: str) -> None:
    assert hold("list kafka machines", said)[1].outcome == "clarify"


@pytest.mark.parametrize(
    "said",
    [
        "restart all the prod web boxes except oh two",
        "restart the prod web boxes without 02",
        "restart the prod web boxes, not 02 though",
        "restart the prod web boxes, leave oh two alone",
        "restart the prod web boxes, 02 excluded",
    ],
)
def test_a_number_alone_leaves_a_machine_out(hold: Hold, planned: Planned, said: str) -> None:
    first, second = hold(said, "um and leave out oh one as well")
    assert planned(first)[1] == {"web-01", "web-03", "web-04", "web-05", "web-06"}
    assert planned(second)[1] == {"web-03", "web-04", "web-05", "web-06"}


@pytest.mark.parametrize(
    "said",
    [
        "No, cancel that; I have to raise a change record first.",
        "no, leave it, change freeze",
        "scrap that, I need approval from Dana first",
        "not now, cancel that, Alice has to resize her monitor first",
        "No, cancel that; I have to make a snapshot of it first.",
        "No. We agreed with finance that nothing stops before Friday.",
    ],
)
def test_a_clear_no_and_why_calls_it_off(hold: Hold, said: str) -> None:
    assert hold("resize web-03 to 8 cores", said)[1].outcome == "cancelled"


@pytest.mark.parametrize(
    "said", ["no, cancel that. stop web-stg-1 first", "no cancel that and stop web-stg-1 instead"]
)
def test_a_no_with_another_act_is_that_act(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold("stop db-stg-1", said)[1]) == ("stop_vms", {"web-stg-1"})


@pytest.mark.parametrize(
    ("first", "then", "size"),
    [
        ("grow kafka-1's disk to 1000 GB", "oops, sorry, I wanted to say 400 more", 1200),
        ("grow kafka-1's disk to 1000 GB", "I meant by 400", 1200),
        ("grow kafka-1's disk to 1000 GB", "I meant 1500", 1500),
        ("grow kafka-1's disk to 1000 GB", "1200, and tonight please", 1200),
        ("grow kafka-1's disk by 200 GB", "make it 300", 1100),
        ("grow kafka-1's disk by 200 GB", "actually, 1200 total", 1200),
    ],
)
def test_a_difference_stays_one_until_a_total_is_said(
    hold: Hold, first: str, then: str, size: float
) -> None:
    turn = hold(first, then)[1]
    assert turn.calls[0].args["size_gib"] == size


@pytest.mark.parametrize(
    ("then", "cron"),
    [
        ("um actually make that saturday", "0 4 * * 6"),
        ("and sunday", "0 4 * * 0,5"),
        ("an hour later", "0 5 * * 5"),
        ("not friday, thursday", "0 4 * * 4"),
        ("shift it to wednesday", "0 4 * * 3"),
    ],
)
def test_another_day_keeps_the_hour(hold: Hold, then: str, cron: str) -> None:
    turn = hold("snapshot web-03 every friday at 4", then)[1]
    assert turn.calls[0].when == {"cron": cron}


def test_a_there_and_back_moves_together(hold: Hold) -> None:
    turn = hold("stop web-03 for two hours on friday at 20:00", "make it saturday")[1]
    begin, end = (call.when for call in turn.calls)
    assert begin == {"at": "2026-11-28T20:00:00+00:00"}
    assert end == {"at": "2026-11-28T22:00:00+00:00"}


def test_one_more_disk_is_a_disk_that_is_added(hold: Hold) -> None:
    said = "I need one more disk in kafka-3, the retention was increased"
    asked, made = hold(said, "500 gigs")
    assert asked.outcome == "clarify"
    assert (made.calls[0].tool, made.calls[0].args["size_gib"]) == ("attach_disk", 500)


@pytest.mark.parametrize(
    "yes",
    [
        "wow, ok, I will look at it later. yes, you can start Alice's machine",
        "fine, start alice-dev",
        "yes to alice-dev",
    ],
)
def test_a_yes_may_name_what_waits(hold: Hold, yes: str) -> None:
    said = "wait, before that, how is the memory of cache-prod-1?"
    _, between, done = hold("start alice-dev", said, yes)
    assert between.calls[0].tool == "query_metrics"
    assert done.outcome == "done"


@pytest.mark.parametrize(
    "said",
    [
        "yes, start bob-dev",
        "yes, start Bob's machine",
        "yes, stop alice-dev",
        "yes, start alice-dev's neighbour",
        "yes, start its neighbour",
        "yes, start alice-dev and bob-dev",
        "start alice-dev",
    ],
)
def test_a_yes_that_names_anything_else_is_none(hold: Hold, said: str) -> None:
    assert hold("start alice-dev", said)[1].outcome != "done"


@pytest.mark.parametrize(
    "said",
    [
        "how many machines the data team has? if you can split by env it's even better",
        "how many machines does the data team have? ideally per env",
        "count the machines of the data team. Group them by env if possible",
    ],
)
def test_groups_may_be_wished_for_afterwards(hold: Hold, said: str) -> None:
    (turn,) = hold(said)
    assert (turn.calls[0].tool, turn.calls[0].args["group_by"]) == ("count_vms", "env")
    assert len(turn.calls[0].targets) == 11


def test_to_look_again_repeats_no_act(hold: Hold) -> None:
    assert hold("restart ci-runner-3", "no", "list them again")[2].outcome == "answer"


def test_how_many_disks_is_no_size(hold: Hold) -> None:
    (turn,) = hold("grow the disk of the three kafka machines by 100 gigs")
    assert {call.args["size_gib"] for call in turn.calls} == {900}
