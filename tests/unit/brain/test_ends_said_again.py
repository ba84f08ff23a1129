"""An end that was said is not said twice, and what was told to end then ends then."""

import pytest

from tests.unit.brain.conftest import Hold

NOON = {"at": "2026-11-23T12:00:00+00:00"}


@pytest.mark.parametrize(
    ("said", "tools", "when"),
    [
        ("stop web-stg-1 for two hours and start it again", ["stop_vms", "start_vms"], NOON),
        ("stop web-stg-1 until 12:00, then start it", ["stop_vms", "start_vms"], NOON),
        ("tomas needs sandbox-01 until noon, start it up now and shut it down then would you",
         ["start_vms", "stop_vms"], NOON),
        ("stop web-stg-1 until 8 tomorrow", ["stop_vms", "start_vms"],
         {"at": "2026-11-24T08:00:00+00:00"}),
    ],
)  # fmt: skip
def test_the_end_is_planned_once(
    hold: Hold, said: str, tools: list[str], when: dict[str, str]
) -> None:
    calls = hold(said)[-1].calls
    assert [c.tool for c in calls] == tools
    assert [c.when for c in calls] == [None, when]


def test_another_machine_is_started_all_the_same(hold: Hold) -> None:
    calls = hold("stop web-stg-1 for two hours and start web-stg-2")[-1].calls
    assert len(calls) == 3


def test_a_wish_of_two_acts_keeps_both_beside_what_is_told(hold: Hold) -> None:
    said = "Finance complained again. We need jenkins rebooted and gitlab snapshotted."
    assert [c.tool for c in hold(said)[-1].calls] == ["restart_vms", "snapshot_vms"]


@pytest.mark.parametrize(
    ("first", "then", "count"),
    [
        ("snapshots of erp-prod-1?", "Take a new one, name it audit-2026-11.", 1),
        ("Which staging machines have no snapshot yet?", "Please take one of each of them.", 2),
        ("snapshots of search-3?", "nothing? then make one please", 1),
    ],
)
def test_one_is_a_snapshot_after_a_question_about_them(
    hold: Hold, first: str, then: str, count: int
) -> None:
    (call,) = hold(first, then)[-1].calls
    assert (call.tool, len(call.targets)) == ("snapshot_vms", count)


@pytest.mark.parametrize(
    ("first", "then", "args"),
    [
        ("move monitoring to esx-03", "Actually, esx-01 would be better.", {"host": "esx-01"}),
        ("add 10 more to the vdi group", "ok just 4 more then", {"group": "vdi", "count": 8}),
        ("remove 6 from the vdi group", "2 then", {"group": "vdi", "count": 2}),
    ],
)
def test_what_would_be_better(hold: Hold, first: str, then: str, args: dict[str, object]) -> None:
    (call,) = hold(first, then)[-1].calls
    assert args.items() <= call.args.items()
