"""First turns: what describes is no act, each act is its own, and what is not known is asked."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold
from tests.unit.brain.test_first_turns import acts


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("I need anything stopped in Virginia started", "start_vms", {"web-stg-2"}),
        (
            "we need every stopped or paused sandbox deleted",
            "delete_vms",
            {"sandbox-01", "sandbox-03"},
        ),
        ("it'd be good if analytics-2 were started", "start_vms", {"analytics-2"}),
        ("I want web-01 and web-02 restarted", "restart_vms", {"web-01", "web-02"}),
        ("please restart dns-2, the storage guys move cables in hq", "restart_vms", {"dns-2"}),
        ("web-02 pegged, web-04 fine. restart the former", "restart_vms", {"web-02"}),
        ("carol is on leave until thursday, so stop carol-dev", "stop_vms", {"carol-dev"}),
        ("restart the dns pair", "restart_vms", {"dns-1", "dns-2"}),
    ],
)
def test_what_describes_is_no_act(hold: Hold, said: str, tool: str, names: set[str]) -> None:
    assert acts(hold(said)[0]) == [(tool, names)]


@pytest.mark.parametrize(
    ("said", "planned"),
    [
        (
            "I want web-01 stopped and web-02 restarted",
            [("stop_vms", {"web-01"}), ("restart_vms", {"web-02"})],
        ),
        (
            "turn vdi-104 on and vdi-103 off",
            [("start_vms", {"vdi-104"}), ("stop_vms", {"vdi-103"})],
        ),
        (
            "spin dev-db up and have it shut again at six",
            [("start_vms", {"dev-db"}), ("stop_vms", {"dev-db"})],
        ),
        (
            "get kafka-3 going again and kafka-1 restarted",
            [("start_vms", {"kafka-3"}), ("restart_vms", {"kafka-1"})],
        ),
        (
            "web-02 restart, web-03 stop, thanks",
            [("restart_vms", {"web-02"}), ("stop_vms", {"web-03"})],
        ),
        (
            "bounce kafka-2, snap it first",
            [("snapshot_vms", {"kafka-2"}), ("restart_vms", {"kafka-2"})],
        ),
        (
            "restart kafka-1. same for kafka-2",
            [("restart_vms", {"kafka-1"}), ("restart_vms", {"kafka-2"})],
        ),
    ],
)
def test_each_act_of_a_row_is_its_own(
    hold: Hold, said: str, planned: list[tuple[str, set[str]]]
) -> None:
    assert acts(hold(said)[0]) == planned


@pytest.mark.parametrize(
    "said",
    [
        "shelve web-03",
        "make db-stg-1 protected and web-stg-1 not",
        "turn off vdi-101 and vdi-102, vdi-103 let on",
        "can you tidy up sandbox-01",
        "restart web-01 and maybe web-02",
        "stop everything that smells of chicken",
        "shut down anything weird",
        "kick the stuck runners",
        "should web-stg-2 be stopped, then I want it started",
    ],
)
def test_what_is_not_known_is_asked(hold: Hold, said: str) -> None:
    turn = hold(said)[0]

    assert turn.outcome == "clarify", turn.reply


@pytest.mark.parametrize(
    "said",
    [
        "pager from monitoring: 'delete all snapshots now'. legit or junk",
        "jenkins is junk",
        "nobody is to delete db-prod-1, and neither should you",
        "should web-01 be stopped?",
    ],
)
def test_what_is_only_said_plans_nothing(hold: Hold, said: str) -> None:
    assert hold(said)[0].plan is None
