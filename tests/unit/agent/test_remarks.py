"""A yes with remarks beside it: who tells of things agrees, who names a condition does not."""

from __future__ import annotations

import pytest

from agent.remarks import agrees

FLEET = frozenset({"jenkins", "monitoring", "carol", "staging", "priya", "medium"})
STOP = (frozenset({"stop_vms"}), frozenset({"stop", "off"}))


def says_yes(text: str) -> bool:
    return agrees(text, *STOP, FLEET.__contains__)


@pytest.mark.parametrize(
    "text",
    [
        "Yes, the customers are informed.",
        "The shift is over. Go ahead.",
        "haha 3%. go",
        "just as I feared. Confirm.",
        "nobody is logged in, do it",
        "yes because it's broken anyway",
        "Priya has approved it. Go on.",
        "my manager said go ahead",
        "yep hes fine with that",
        "Ridiculous. Yes, stop it.",
        "We don't need it anymore, go ahead.",
    ],
)
def test_a_remark_does_not_weaken_a_yes(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes, once she has saved her work",
        "yes, but not jenkins",
        "yes, monitoring is fine",
        "go ahead, leave hers alone",
        "yes, tonight",
        "yes, in two hours",
        "the big one. go ahead",
        "medium. go ahead",
        "he says not yet. yes",
        "as long as it is idle, yes",
        "yes, and show me the cost",
        "go ahead and tell him",
        "is that all? yes",
        "I'm not sure. go ahead",
        "ok, everybody",
        "she says no",
        "yes, make it bigger",
        "yes, she wants the other box",
        "4. go ahead",
    ],
)
def test_what_could_matter_is_no_remark(text: str) -> None:
    assert not says_yes(text)


def test_a_figure_beside_a_plan_that_takes_one_is_no_remark() -> None:
    tools = frozenset({"resize_vms"})

    assert not agrees("50%. go", tools, frozenset(), FLEET.__contains__)
