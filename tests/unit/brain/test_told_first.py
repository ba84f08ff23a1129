"""What a first sentence tells of is what the next means by "it", "its", "on it" or "them"."""

import pytest

from tests.unit.brain.conftest import Hold, Planned

ON_ESX_03 = {"print-srv", "backup-srv", "dns-2", "vdi-103"}


@pytest.mark.parametrize(
    ("said", "tool", "names"),
    [
        ("web-02 is not coming up: restart it", "restart_vms", {"web-02"}),
        ("the backup of erp-prod-db did not run: snapshot it now", "snapshot_vms", {"erp-prod-db"}),
        ("web-01 is fine, do not touch: stop web-02", "stop_vms", {"web-02"}),
        ("esx-03 goes into maintenance at 20:00 tonight. At 19:30 move whatever is running on it "
         "to esx-02.", "migrate_vms", ON_ESX_03),
        ("esx-03 needs patching. Stop everything on it", "stop_vms", ON_ESX_03),
        ("Frankfurt loses power on Saturday at 6. Shut down sandbox-02 at 5:30", "stop_vms",
         {"sandbox-02"}),
        ("db-prod-2 has no snapshot this week. take one tonight", "snapshot_vms", {"db-prod-2"}),
        ("take out the owner tag from notebook-wei, wei is changing of team", "untag_vms",
         {"notebook-wei"}),
        ("take out the owner tag in all the vdi machines", "untag_vms",
         {"vdi-101", "vdi-102", "vdi-103", "vdi-104"}),
        ("to reproduce it without touching prod, clone billing-api-1 as repro-1", "clone_vm",
         {"billing-api-1"}),
    ],
)  # fmt: skip
def test_the_machines_told_of(
    hold: Hold, planned: Planned, said: str, tool: str, names: set[str]
) -> None:
    assert planned(hold(said)[-1]) == (tool, names)


@pytest.mark.parametrize(
    ("said", "group", "count"),
    [
        ("Load test needs 4 machines in api-prod-euw1, scale it to 4.", "api-prod-euw1", 4),
        ("Traffic on web-prod-use1 doubles tomorrow, scale it to 6", "web-prod-use1", 6),
        ("workers-prod sits idle at night, so scale it down to 2", "workers-prod", 2),
    ],
)
def test_the_group_told_of(hold: Hold, said: str, group: str, count: int) -> None:
    (call,) = hold(said)[-1].calls
    assert (call.tool, call.args["group"], call.args["count"]) == ("scale_group", group, count)


@pytest.mark.parametrize(
    "said",
    [
        "black friday hits web-prod-use1 and web-prod-usw2, scale it to 8",
        "esx-02 and esx-03 are old. stop everything on it",
        "worker-1 is overloaded, scale it to 6",
    ],
)
def test_of_two_it_is_asked_which(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"


def test_a_share_says_which_machines(hold: Hold) -> None:
    shown = hold(
        "Give me every on-prem machine with disk over 60% used", "which of them are in fra1?"
    )
    assert [len(t.calls[0].targets) for t in shown] == [6, 4]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("our demo is tomorrow at 10, start analytics-2 at 9", "2026-11-24T09:00:00+00:00"),
        ("demo tomorrow at 3pm, start analytics-2 at 2pm", "2026-11-24T14:00:00+00:00"),
        ("Demo tomorrow at 3pm: start analytics-2 at 2pm", "2026-11-24T14:00:00+00:00"),
        ("the release is tomorrow at 10, stop web-stg-1 tonight at 23:00",
         "2026-11-23T23:00:00+00:00"),
    ],
)  # fmt: skip
def test_the_day_of_an_event_is_that_of_what_leads_to_it(hold: Hold, said: str, at: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.when == {"at": at}
