"""A yes and something more, on the fleet: what runs, what is shown again, what is never planned."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    "said",
    [
        "Yes, the team has been told.",
        "Good, it's quiet over there. Go ahead.",
        "wow, only 2%. do it",
        "do it anyway",
    ],
)
def test_a_yes_with_a_remark_runs_the_plan(hold: Hold, said: str) -> None:
    assert hold("stop web-stg-1", said)[-1].outcome == "done"


@pytest.mark.parametrize(
    "said",
    [
        "yes, jenkins is on the same rack",
        "yes, monitoring is fine",
        "yes, with a backup",
        "go ahead with the db",
        "yes, drop hers",
        "yes, they agreed with dana about kafka-1",
    ],
)
def test_what_stands_beside_a_yes_puts_no_other_machine_into_the_plan(
    hold: Hold, said: str
) -> None:
    first, second = hold("stop web-stg-1", said)

    assert second.outcome != "done"
    assert second.plan is None or [c.tool for c in second.calls] == ["stop_vms"]
    assert second.plan is None or second.calls[0].targets == first.calls[0].targets


@pytest.mark.parametrize(
    "said",
    [
        "do it tonight",
        "ok, let me think",
        "yes, just one",
        "go with one",
        "yes if ready",
        "ok, let me have a look",
        "yes, one of them",
    ],
)
def test_a_yes_with_a_reserve_runs_nothing(hold: Hold, said: str) -> None:
    assert hold("stop the staging boxes", said)[-1].outcome != "done"
