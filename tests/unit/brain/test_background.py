"""What is told around a request adds no machine and no act; it may say what a word stands for."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.unit.brain.conftest import Hold, Planned


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        (
            "The queue on kafka-2 is stuck again. Please restart kafka-1.",
            "restart_vms",
            {"kafka-1"},
        ),
        ("Kindly stop web-stg-1, the testing on it is over.", "stop_vms", {"web-stg-1"}),
        ("The data centre is running hot, hence please stop carol-dev.", "stop_vms", {"carol-dev"}),
        ("There is a power shutdown coming, so please stop gitlab.", "stop_vms", {"gitlab"}),
        (
            "The DBA wants to connect to sql-win-01. Please restart web-01.",
            "restart_vms",
            {"web-01"},
        ),
        ("as web-02 is struggling take a snapshot of db-prod-2", "snapshot_vms", {"db-prod-2"}),
    ],
)
def test_what_is_told_adds_nothing(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        (
            "The upstream API had an outage and all the workers are holding dead connections. "
            "Please restart every one of them.",
            "restart_vms",
            {"worker-1", "worker-2", "worker-3", "worker-4"},
        ),
        (
            "kvm-02 is short of memory this afternoon. Please suspend all the dev machines on that "
            "host.",
            "suspend_vms",
            {"carol-dev", "dev-db"},
        ),
        (
            "qa-runner-2 and vdi-104 are both off since Friday only. Please start the latter.",
            "start_vms",
            {"vdi-104"},
        ),
        (
            "monitoring is showing gaps in the graphs, please restart it.",
            "restart_vms",
            {"monitoring"},
        ),
    ],
)
def test_what_is_told_says_what_a_word_stands_for(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    "said",
    [
        "web-99 has been slow all week. Please restart it.",
        "One of the databases is slow. Please restart it.",
    ],
)
def test_what_is_told_of_nothing_that_exists_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    "said",
    [
        "restart web-01, but do not touch web-02",
        "web-02 must stay up. Please restart the web servers in us-east-1.",
        "Leave web-02 alone. Please restart the web servers in us-east-1.",
    ],
)
def test_what_is_spared_is_no_remark(hold: Hold, planned: Planned, said: str) -> None:
    assert "web-02" not in planned(hold(said)[-1])[1]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("stop ml-train-2 tonight 10pm PST", "2026-11-24T06:00:00+00:00"),
        ("restart fileserver tomorrow at 6 am IST", "2026-11-24T00:30:00+00:00"),
        ("restart fileserver tomorrow at 6 am London time", "2026-11-24T06:00:00+00:00"),
        ("restart fileserver tomorrow at 6 am", "2026-11-24T06:00:00+00:00"),
        ("restart fileserver tomorrow at 6 am our time", "2026-11-24T06:00:00+00:00"),
        ("restart fileserver tomorrow at 6 am Johannesburg time", "2026-11-24T04:00:00+00:00"),
        ("restart fileserver tomorrow at 18:00 UTC+2", "2026-11-24T16:00:00+00:00"),
        ("stop ml-train-2 tonight 10pm AKST", "2026-11-24T07:00:00+00:00"),
        ("stop carol-dev tomorrow at 18:00 South African time", "2026-11-24T16:00:00+00:00"),
        ("stop carol-dev tomorrow at 18:00 (UTC+2)", "2026-11-24T16:00:00+00:00"),
        ("stop carol-dev tomorrow at noon, Frankfurt time, please", "2026-11-24T11:00:00+00:00"),
        ("RESTART FILESERVER TOMORROW AT 6 NOT NOW", "2026-11-24T06:00:00+00:00"),
    ],
)
def test_a_clock_is_of_the_zone_that_is_said(hold: Hold, said: str, at: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.when is not None
    assert datetime.fromisoformat(call.when["at"]) == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    "said",
    [
        "stop ml-train-2 tonight 10pm XQT",
        "stop ml-train-2 tonight at 10pm Gotham time",
        "stop ml-train-2 every night at 10pm PST",
    ],
)
def test_a_zone_that_cannot_be_kept_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("make a centos 7 box in us-east-1 with 2 cores and 4 gigs", "clarify"),
        ("Would you mind resetting Nadia's mailbox password?", "decline"),
        ("migrate fileserver over to Azure, in westeurope", "decline"),
    ],
)
def test_what_does_not_exist_is_not_replaced(hold: Hold, said: str, outcome: str) -> None:
    assert hold(said)[-1].outcome == outcome


def test_protection_from_an_act_is_no_act(hold: Hold, planned: Planned) -> None:
    assert planned(hold("protect gitlab from being deleted")[-1])[0] == "protect_vms"
    assert planned(hold("protect search-2 from delete")[-1]) == ("protect_vms", {"search-2"})
