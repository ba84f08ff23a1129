"""First turns: each act keeps its machines and its time, and what is not asked for is not done."""

from __future__ import annotations

import pytest

from agent.turns import Turn
from tests.unit.brain.conftest import Hold


def acts(turn: Turn) -> list[tuple[str, set[str]]]:
    """The tools of the plan that waits, each with the names of its machines."""
    plan = turn.plan
    assert plan is not None, turn.reply
    return [(call.tool, {vm.name for vm in call.vms}) for call in plan.calls]


@pytest.mark.parametrize(
    ("said", "planned"),
    [
        (
            "restart web-01 and web-02 snapshot kafka-1",
            [("restart_vms", {"web-01", "web-02"}), ("snapshot_vms", {"kafka-1"})],
        ),
        (
            "put carol-dev to sleep bring alice-dev up",
            [("suspend_vms", {"carol-dev"}), ("start_vms", {"alice-dev"})],
        ),
        (
            "vdi-104 on, vdi-101 off",
            [("start_vms", {"vdi-104"}), ("stop_vms", {"vdi-101"})],
        ),
    ],
)
def test_two_acts_keep_their_own_machines(
    hold: Hold, said: str, planned: list[tuple[str, set[str]]]
) -> None:
    assert acts(hold(said)[0]) == planned


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("nobody uses sandbox-02 any more we can get rid of it", "delete_vms", {"sandbox-02"}),
        ("leave web-01 alone and restart web-02", "restart_vms", {"web-02"}),
        ("don't stop web-05 restart it", "restart_vms", {"web-05"}),
        ("stop kafka-1 and kafka-3 but kafka-2 stays up", "stop_vms", {"kafka-1", "kafka-3"}),
        ("restart the erp database", "restart_vms", {"erp-prod-db"}),
        ("restart web 1 2 and 5", "restart_vms", {"web-01", "web-02", "web-05"}),
        ("delete web-stg-2 no wait just stop it", "stop_vms", {"web-stg-2"}),
        ("stop sandbox-02 and inform Tomas", "stop_vms", {"sandbox-02"}),
        (
            "shut down the non-prod boxes in fra except the sandboxes",
            "stop_vms",
            {"carol-dev", "dev-db", "ci-runner-1", "ci-runner-2", "ci-runner-4", "gitlab"},
        ),
    ],
)
def test_only_what_is_meant_is_touched(hold: Hold, said: str, tool: str, names: set[str]) -> None:
    assert acts(hold(said)[0]) == [(tool, names)]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Tonight at 8, please stop dev-db.", "2026-11-23T20:00:00+00:00"),
        ("Tomorrow morning; restart web-01.", "2026-11-24T09:00:00+00:00"),
        ("When the weekend starts, please stop gitlab.", "2026-11-28T00:00:00+00:00"),
        (
            "On Saturday at noon we switch the line, please stop print-srv then.",
            "2026-11-28T12:00:00+00:00",
        ),
    ],
)
def test_a_time_beside_the_request_is_kept(hold: Hold, said: str, at: str) -> None:
    (call,) = hold(said)[0].calls
    assert call.when is not None
    assert call.when["at"] == at


@pytest.mark.parametrize(
    ("said", "cron"),
    [
        ("stop notebook-wei on cron 0 20 * * 1-5", "0 20 * * 1-5"),
        ("I would like that dev-db is stopped every weekday at seven pm", "0 19 * * 1-5"),
        ("stop dev-db at 7 each night", "0 19 * * *"),
    ],
)
def test_what_recurs_is_kept(hold: Hold, said: str, cron: str) -> None:
    (call,) = hold(said)[0].calls
    assert call.when is not None
    assert call.when["cron"] == cron


@pytest.mark.parametrize(
    "said",
    [
        "create an ubuntu 20.04 box in eu-west-1 with 2 cores and 8 gigs",
        "create a debian 11 box in fra1, medium",
        "give erp-prod-1 one more memory",
        "send notebook-wei to sleep as soon as it is idle",
        "once the backup has finished, restart db-stg-1",
        "decommission sandbox-01 and hand over sandbox-02 to Tomas",
        "reboot dns-1, 10 min later dns-2",
        "stop dev-db today at 9am",
    ],
)
def test_what_is_open_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[0].outcome == "clarify"


def test_a_question_with_a_condition_changes_nothing(hold: Hold) -> None:
    turn = hold("If it continues like this, how full will the disk of backup-srv be in 30 days?")[0]
    assert turn.outcome == "answer"
    assert [call.tool for call in turn.calls] == ["forecast_metric"]
