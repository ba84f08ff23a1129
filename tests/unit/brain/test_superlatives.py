"""Which group leads is asked by group; which machine leads is not."""

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize(
    ("said", "tool", "group"),
    [
        ("which region is the most expensive", "cost_report", "region"),
        ("Which of our teams costs the most?", "cost_report", "team"),
        ("what is our cheapest cloud", "cost_report", "provider"),
        ("most expensive environment?", "cost_report", "env"),
        ("who spends the most", "cost_report", "owner"),
        ("which team uses the most memory?", "query_metrics", "team"),
        ("which region has the most machines", "count_vms", "region"),
    ],
)
def test_which_group_leads_is_asked_by_group(hold: Hold, said: str, tool: str, group: str) -> None:
    (call,) = hold(said)[-1].calls
    assert (call.tool, call.args["group_by"]) == (tool, group)


def test_what_narrows_it_stays(hold: Hold) -> None:
    (call,) = hold("which team costs us the most in production")[-1].calls
    assert call.tool == "cost_report"
    assert len(call.targets) == 45


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("which team has the most expensive machine", "list_vms"),
        ("which region is cheapest for 4 cores and 16 gigs", "recommend_placement"),
        ("what's the most expensive machine in each region", "list_vms"),
    ],
)
def test_other_questions_are_as_they_were(hold: Hold, said: str, tool: str) -> None:
    assert hold(said)[-1].calls[0].tool == tool
