"""A name that several machines bear: the answer is one of them, or it is asked again."""

import pytest

from tests.unit.brain.conftest import Hold


@pytest.mark.parametrize("again", ["restart bastion", "bastion", "I said bastion"])
def test_the_common_name_said_again_is_no_answer(hold: Hold, again: str) -> None:
    turn = hold("restart bastion", again)[-1]
    assert turn.outcome == "clarify"
    assert "eu-west-1" in turn.reply
    assert "us-central1" in turn.reply


@pytest.mark.parametrize("both", ["both", "both bastions", "all of them"])
def test_both_are_both(hold: Hold, both: str) -> None:
    (call,) = hold("restart bastion", both)[-1].calls
    assert len(call.targets) == 2


@pytest.mark.parametrize("one", ["the one in europe", "bastion on google", "the aws one"])
def test_a_place_tells_them_apart(hold: Hold, one: str) -> None:
    (call,) = hold("restart bastion", one)[-1].calls
    assert len(call.targets) == 1
