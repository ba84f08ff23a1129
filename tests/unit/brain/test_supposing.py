"""Acts that are only spoken of: supposed, planned already, kept; and how things go anyway."""

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    "said",
    [
        "If I would stop db-prod-1, what happens then?",
        "What would happen, if I would shut down db-prod-1?",
        "When I restart db-prod-1, what happens then?",
        "once I stop db-prod-1, what will break?",
        "assuming we stop db-prod-1, who is affected?",
        "in case somebody deletes db-prod-1, what do we lose?",
    ],
)
def test_what_would_happen_plans_nothing(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert turn.outcome == "answer"
    assert [(c.tool, len(c.targets)) for c in turn.calls] == [("describe_vms", 1)]


@pytest.mark.parametrize(
    "said",
    [
        "do we have a timer that restarts jenkins",
        "are there any schedules that stop jenkins",
        "is there some job that stops the staging boxes at night?",
        "any cron jobs that restart the web servers?",
        "has anybody set up a job that stops the staging boxes",
    ],
)
def test_whether_there_is_a_schedule_plans_nothing(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert [c.tool for c in turn.calls] == ["list_schedules"]


@pytest.mark.parametrize(
    "said",
    [
        "is there a backup of gitlab",
        "is there a snapshot of gitlab",
        "does gitlab have backups?",
        "do we have backups of gitlab older than a month",
        "how old is the newest backup of gitlab",
    ],
)
def test_whether_there_is_a_snapshot_plans_nothing(hold: Hold, said: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.tool == "list_snapshots"
    assert len(call.targets) == 1


@pytest.mark.parametrize(
    "said",
    [
        "When will the disk of nfs-01 be full, if it continues to grow like this?",
        "when is nfs-01's disk full if it keeps growing at this rate",
        "how many days does nfs-01's disk last if it keeps increasing like this?",
        "how long does the space on nfs-01 last",
    ],
)
def test_a_forecast_goes_on_as_now(hold: Hold, said: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.tool == "forecast_metric"
    assert call.args["metric"] == "disk"


@pytest.mark.parametrize(
    "said",
    [
        "web-prod-usw2 up by three, checkout's getting busy",
        "scale web-prod-usw2 up by three, traffic is rising",
        "web-prod-usw2 up by three, the shop is really busy",
    ],
)
def test_the_load_that_it_is_for_is_no_question(hold: Hold, said: str) -> None:
    turn = hold(said)[-1]
    assert turn.outcome == "confirm"
    (call,) = turn.calls
    assert (call.tool, call.args["count"]) == ("scale_group", 5)
