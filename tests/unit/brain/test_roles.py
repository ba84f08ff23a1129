"""Machines that a request names and does not mean, and sets that are denied or pointed at."""

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    "said",
    [
        "restart web-03 while web-04 takes the load",
        "restart web-03, it blocks web-04",
        "restart web-03 since web-04 took over",
        "unlike web-04, restart web-03",
        "restart web-03 to free room for web-04",
        "web-04 looks slow but restart web-03",
        "restart web-03 - web-04 can wait",
        "restart web-03 first, web-04 can wait",
        "restart web-03 like you did with web-04",
        "restart web-03 - 3 users complained",
        "restart web-03. The other web servers are fine.",
        "restart web-03 before the 5pm call",
        "restart web-03 for the 3rd time",
        "restart web-03, per Amazon support",
    ],
)
def test_only_what_the_request_means_is_touched(hold: Hold, planned: Planned, said: str) -> None:
    turn = hold(said)[-1]
    assert planned(turn) == ("restart_vms", {"web-03"})
    assert turn.calls[0].when is None


@pytest.mark.parametrize(
    "said",
    [
        "restart the kafka brokers, kafka-2 is needed",
        "restart the kafka brokers, I still need kafka-2",
        "restart the kafka brokers; kafka-2 is in use",
        "kafka-2 stays, restart the kafka brokers",
        "with kafka-2 left out, restart the kafka brokers",
        "restart the kafka brokers, only kafka-2 stays",
    ],
)
def test_what_is_needed_is_left_out(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(said)[-1]) == ("restart_vms", {"kafka-1", "kafka-3"})


@pytest.mark.parametrize(
    "said",
    [
        "web-01 and web-02, stop them, the guys in hq asked for it",
        "web-01 and web-02, can you shut them down",
        "as for web-01 and web-02: stop them please",
    ],
)
def test_what_is_fronted_is_meant(hold: Hold, planned: Planned, said: str) -> None:
    assert planned(hold(said)[-1]) == ("stop_vms", {"web-01", "web-02"})


@pytest.mark.parametrize(
    "said", ["stop them, the office is closed", "restart it, the guys in hq asked for it"]
)
def test_a_place_that_is_told_of_is_not_what_is_pointed_at(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("denied", "plain"),
    [
        ("not older than 300 days", "newer than 300 days"),
        ("that do not have more than 8 gb of memory", "with at most 8 gb of memory"),
        ("without more than 4 cores", "with at most 4 cores"),
        ("not in hq", "that are not in hq"),
    ],
)
def test_what_is_denied_is_the_contrary(
    hold: Hold, planned: Planned, denied: str, plain: str
) -> None:
    as_denied = planned(hold(f"tag the machines {denied} with x=1")[-1])
    assert as_denied == planned(hold(f"tag the machines {plain} with x=1")[-1])


@pytest.mark.parametrize(
    ("said", "acts"),
    [
        ("stop the web servers and backup the databases", ["stop_vms", "snapshot_vms"]),
        ("stop the staging boxes and snapshot them", ["stop_vms", "snapshot_vms"]),
        ("scale workers-prod to 6 and snapshot gitlab", ["scale_group", "snapshot_vms"]),
        ("protect jenkins before you move vdi-101 to esx-02", ["protect_vms", "migrate_vms"]),
        ("restart web-03 and also back up db-prod-1", ["restart_vms", "snapshot_vms"]),
        ("protect the storage and backup servers", ["protect_vms"]),
    ],
)
def test_each_act_is_planned(hold: Hold, said: str, acts: list[str]) -> None:
    assert [call.tool for call in hold(said)[-1].calls] == acts
