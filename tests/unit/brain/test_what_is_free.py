"""What is free of a measure, what is set beside the rest, and the same of another machine."""

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    "said",
    [
        "which machines have less than 10% of disk free?",
        "show me servers with less than 15% free disk space",
        "list boxes where disk has less than 10 percent left",
        "who has less than 10% headroom on disk?",
        "which machines have 10% or less of free disk?",
        "disk free below 10%?",
        "which vms have disk with less than a quarter free",
        "top 3 machines with least disk left",
    ],
)
def test_little_free_is_much_used(hold: Hold, said: str) -> None:
    (call,) = hold(said)[-1].calls
    (used,) = hold("which machines have disk over 90% used")[-1].calls
    assert set(call.targets) == set(used.targets)


@pytest.mark.parametrize(
    "said", ["which machines have less than 10 GB of disk free?", "machines with under 5 GB free"]
)
def test_gigabytes_free_are_not_known(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "clarify"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("How much does production cost us per month, as against everything else?", "env"),
        ("what do we pay for azure as opposed to the others?", "provider"),
        ("how many servers are in aws compared with the rest?", "provider"),
        ("average cpu of prod compared to everything else", "env"),
    ],
)
def test_one_beside_the_rest_is_a_grouping(hold: Hold, said: str, field: str) -> None:
    (call,) = hold(said)[-1].calls
    assert call.args["group_by"] == field


@pytest.mark.parametrize(
    "then", ["And that of print-srv?", "what about that of print-srv", "and that on print-srv?"]
)
def test_the_same_of_another_machine(hold: Hold, then: str) -> None:
    first, last = hold("What was the average CPU on fileserver over the last week?", then)
    assert last.calls[0].args == first.calls[0].args
    assert last.calls[0].targets != first.calls[0].targets


@pytest.mark.parametrize(
    "said",
    [
        "Could you raise a purchase order with Amazon for next year's commitment?",
        "I need you to order four new hard drives for the SAN.",
        "can you run the checkout test suite on web-stg-1 and tell me which tests fail?",
        "raise a ticket for web-01",
    ],
)
def test_what_is_not_done_here(hold: Hold, said: str) -> None:
    assert hold(said)[-1].outcome == "decline"


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Disk space warnings again! Show everything in hq over 80 percent", {"backup-srv"}),
        ("Memory warnings all night: who is over 85%?",
         {"db-prod-1", "cache-prod-1", "gitlab", "erp-prod-db"}),
    ],
)  # fmt: skip
def test_the_measure_that_was_told_of(hold: Hold, said: str, names: set[str]) -> None:
    (call,) = hold(said)[-1].calls
    assert call.tool == "query_metrics"
    assert len(call.targets) == len(names)
