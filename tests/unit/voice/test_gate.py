"""Data is never lost by voice alone, whatever the policies say."""

import dataclasses
from pathlib import Path

import pytest

from agent.brains.base import Memory
from agent.brains.embedded import EmbeddedBrain
from agent.turns import Turns
from tools.control import Control
from tools.errors import NotAllowed
from tools.identity import VOICE, User

TYPING = User("ada", frozenset({"operator", "admin"}), "terminal")
SPEAKING = dataclasses.replace(TYPING, surface=VOICE)


@pytest.fixture
def turns(control: Control) -> Turns:
    return Turns(control, EmbeddedBrain())


def test_a_spoken_name_deletes_nothing_and_the_plan_still_waits(turns: Turns) -> None:
    asked = turns.take("delete sandbox-02", SPEAKING, Memory())
    assert asked.plan is not None

    spoken = turns.take("sandbox-02", SPEAKING, asked.memory)

    assert spoken.outcome == "confirm"
    assert turns.control.approvals.given(asked.plan.id) == []
    typed = turns.take("sandbox-02", TYPING, spoken.memory)
    assert typed.outcome == "done"


def test_a_spoken_yes_to_a_plan_that_loses_data_is_refused_below_every_surface(
    turns: Turns,
) -> None:
    plan = turns.take("delete sandbox-02", TYPING, Memory()).plan
    assert plan is not None

    with pytest.raises(NotAllowed, match="typed, not said"):
        turns.control.approvals.approve(plan.id, SPEAKING, digest=plan.digest, typed=plan.to_type)


def test_a_policy_that_would_permit_it_does_not(control: Control, tmp_path: Path) -> None:
    file = tmp_path / "open.cedar"
    file.write_text("permit (principal, action, resource);")
    from tools.policy import Policy, load_policies

    control.policy = Policy(load_policies([str(file)]), dict)
    turns = Turns(control, EmbeddedBrain())
    asked = turns.take("delete sandbox-02", SPEAKING, Memory())
    assert asked.plan is not None
    assert asked.plan.to_type == "sandbox-02"
    again = turns.take("sandbox-02", SPEAKING, asked.memory)
    assert again.outcome == "confirm"


def test_a_spoken_yes_to_a_change_that_can_be_undone_is_enough(turns: Turns) -> None:
    asked = turns.take("stop web-03", SPEAKING, Memory())

    assert turns.take("yes", SPEAKING, asked.memory).outcome == "done"
