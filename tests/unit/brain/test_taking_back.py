"""What was said is taken back, put in another's place, or narrowed by what was shown."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "stop worker-3. no wait, worker-4",
        "stop worker-3. Sorry, I meant worker-4",
        "stop worker-3 ... oops, 4",
        "stop worker-3. worker-4, I mean",
    ],
)
def test_the_name_said_last_stands(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(said)[-1]) == ("stop_vms", {"worker-4"})


@pytest.mark.parametrize("said", ["stop worker-3. and worker-4", "stop worker-3. worker-4 stays"])
def test_what_is_said_beside_a_name_does_not_replace_it(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]

    assert all("worker-3" in turn.reply for _ in turn.calls)


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("Forget the restart, take a snapshot of it instead", "snapshot_vms", {"web-01"}),
        ("no forget that restart gitlab instead", "restart_vms", {"gitlab"}),
        ("never mind, suspend it", "suspend_vms", {"web-01"}),
        ("sorry, I meant suspend, not restart", "suspend_vms", {"web-01"}),
    ],
)
def test_another_act_replaces_the_plan(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold("restart web-01", said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("wait, 103 not 102", {"vdi-101", "vdi-103"}),
        ("vdi-103 instead of vdi-102", {"vdi-101", "vdi-103"}),
        ("not 102 but 103", {"vdi-101", "vdi-103"}),
        ("swap 102 for 103", {"vdi-101", "vdi-103"}),
        ("102 should be 103", {"vdi-101", "vdi-103"}),
        ("without 102, it has users and they pay", {"vdi-101"}),
    ],
)
def test_one_of_several_gives_way(hold: Hold, planned: Planned, said: str, names: set[str]) -> None:
    assert planned(hold("shut off vdi-101 and vdi-102", said)[-1]) == ("stop_vms", names)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("no wait, not the one in us-west-2", {"web-01", "web-stg-1"}),
        ("not these, the staging ones", {"web-stg-1"}),
    ],
)
def test_what_is_described_is_left_out_or_kept(
    hold: Hold, planned: Planned, said: str, names: set[str]
) -> None:
    assert planned(hold("stop web-01, web-05 and web-stg-1", said)[-1]) == ("stop_vms", names)


def test_the_other_of_two_is_meant(hold: Hold, planned: Planned) -> None:
    says = ("which web machines are in staging?", "snapshot web-stg-1")

    turn = hold(*says, "Sorry, not that one. I meant the other one.")[-1]

    assert planned(turn) == ("snapshot_vms", {"web-stg-2"})


def test_a_reason_adds_nothing(hold: Hold, planned: Planned) -> None:
    turn = hold("stop dev-db today at 20:00", "make it 21:30, standup with team US is until 21")[-1]

    assert planned(turn) == ("stop_vms", {"dev-db"})
    assert turn.calls[0].when == {"at": "2026-11-23T21:30:00+00:00"}


@pytest.mark.parametrize("said", ["leave it running", "No, let it be. I will ask Priya first."])
def test_nothing_left_is_a_no(hold: Hold, said: str) -> None:
    assert hold("stop web-01", said)[-1].outcome == "cancelled"


@pytest.mark.parametrize("said", ["and on vsphere", "what about kvm-01"])
def test_a_count_stays_a_count(hold: Hold, said: str) -> None:
    assert hold("how many machines are there on azure", said)[-1].calls[0].tool == "count_vms"


@pytest.mark.parametrize("said", ["the us-west-2 one", "The one in us-west-2."])
def test_an_answer_keeps_the_figure(hold: Hold, said: str) -> None:
    turn = hold("scale the prod web group +1", said)[-1]

    assert turn.calls[0].args["change"] == 1
    assert turn.calls[0].args["group"] == "web-prod-usw2"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("cpu on the kafka brokers", "restart the one thats over 80"),
        ("which machines have cpu over 85", "restart the queue one"),
    ],
)
def test_what_was_shown_is_narrowed(hold: Hold, planned: Planned, asked: str, said: str) -> None:
    assert planned(hold(asked, said)[-1]) == ("restart_vms", {"kafka-2"})


@pytest.mark.parametrize("said", ["i meant oh six", "no, 6", "sorry, six"])
def test_another_number_of_the_name_is_the_answer(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold("restart web-09", said)[-1]) == ("restart_vms", {"web-06"})


def test_the_most_by_another_measure_are_others(hold: Hold, planned: Planned) -> None:
    _, by_memory, plan = hold("top 5 cpu in aws", "no, by mem", "bounce the first two")

    assert planned(plan)[1] == {"cache-prod-1", "db-prod-1"}
    assert len(by_memory.calls[0].targets) == 5
