"""What was just shown is pointed at: machines of the plan, two of several, a snapshot of a list."""

import pytest

from tests.unit.brain.conftest import Hold, Planned

ML = {"ml-train-1", "ml-train-2", "notebook-wei"}
HERE = {"carol-dev", "dev-db", "sandbox-02"}


@pytest.mark.parametrize(
    ("looked", "said", "names"),
    [
        ("which of them are in frankfurt?", "only those then", HERE),
        ("which of them are in frankfurt?", "just those please", HERE),
        ("which of them are in frankfurt?", "all but those", ML),
        ("which ones belong to ml?", "leave those out", HERE),
        ("which ones belong to ml?", "not those", HERE),
        ("who owns dev-db?", "leave that one out", (ML | HERE) - {"dev-db"}),
    ],
)
def test_a_plan_is_held_to_what_a_look_in_between_showed(
    hold: Hold, planned: Planned, looked: str, said: str, names: set[str]
) -> None:
    assert planned(hold("stop the dev machines", looked, said)[-1]) == ("stop_vms", names)


def test_what_was_shown_and_is_not_in_the_plan_is_asked_about(hold: Hold) -> None:
    turn = hold("stop web-03", "which machines are in hq?", "just these")[-1]
    assert turn.outcome == "clarify"


@pytest.mark.parametrize("said", ["show me the list first", "which ones exactly?"])
def test_which_ones_lists_the_plan_and_leaves_it_waiting(hold: Hold, said: str) -> None:
    shown, done = hold("stop the dev machines", said, "ok go ahead")[1:]
    assert (shown.outcome, shown.calls[0].tool) == ("answer", "list_vms")
    assert len(shown.calls[0].targets) == len(ML | HERE)
    assert done.outcome == "done"


@pytest.mark.parametrize(
    "said",
    [
        "delete both that are stopped",
        "both that are stopped can go, delete them",
        "those that are stopped can go, delete them",
        "please remove both which are turned off",
    ],
)
def test_both_that_are_so_are_of_those_shown(hold: Hold, planned: Planned, said: str) -> None:
    shown = planned(hold("list the sandboxes", said)[-1])
    assert shown == ("delete_vms", {"sandbox-01", "sandbox-03"})


def test_both_of_nothing_shown_are_asked_about(hold: Hold) -> None:
    assert hold("delete both that are stopped")[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "snapshot"),
    [("delete the oldest", "db-prod-1-snap-1"), ("get rid of the latest", "db-prod-1-snap-2")],
)
def test_one_of_the_snapshots_shown_is_no_machine(hold: Hold, said: str, snapshot: str) -> None:
    (call,) = hold("list the snapshots of db-prod-1", said)[-1].calls
    assert (call.tool, call.args["snapshot"]) == ("delete_snapshots", snapshot)


@pytest.mark.parametrize("said", ["delete the last one", "delete all but the newest"])
def test_a_snapshot_that_may_be_either_is_asked_about(hold: Hold, said: str) -> None:
    assert hold("list the snapshots of db-prod-1", said)[-1].outcome == "clarify"


def test_the_last_of_one_snapshot_is_that(hold: Hold) -> None:
    turn = hold("snapshot web-03", "yes", "list its snapshots", "delete the last one")[-1]
    assert [call.tool for call in turn.calls] == ["delete_snapshots"]


@pytest.mark.parametrize(
    ("said", "owner"),
    [
        ("spelled danna, with two n", "danna"),
        ("danna with two n", "danna"),
        ("it's spelt danna", "danna"),
    ],
)
def test_a_value_is_spelled(hold: Hold, planned: Planned, said: str, owner: str) -> None:
    turn = hold("tag web-03 with owner=dana", said)[-1]
    assert planned(turn) == ("tag_vms", {"web-03"})
    assert turn.calls[0].args["tags"] == {"owner": owner}
