"""However somebody leads up to an act, it is read as the act itself is."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold

LEADS = (
    "could you {}?", "can you please {}", "would it be possible to {}?", "any chance you could {}?",
    "I was hoping you could {}", "they asked me to {}", "the boss wants us to {}", "my task "
    "is to {}",
    "make sure to {}", "it's time to {}", "we ought to {}", "what I need is to {}", "go "
    "ahead and {}",
    "don't forget to {}", "mind if I ask you to {}?", "I'd like you to {}", "let's {}",
)  # fmt: skip
ACTS = (
    "add two more machines to workers-prod",
    "take one runner away from the ci-runners group",
    "stop web-stg-1, start web-stg-2",
    "snapshot jenkins, then resize it to m6i.2xlarge",
    "put ttl=30d on all the sandbox machines",
    "put ad-01 back to its last snapshot",
    "stop carol-dev, resize it to xlarge, start it again",
)


@pytest.mark.parametrize("lead", LEADS)
def test_the_lead_changes_nothing(hold: Hold, lead: str) -> None:
    for act in ACTS:
        (plain,), (led,) = hold(act), hold(lead.format(act))
        assert plain.outcome == "confirm"
        assert [(c.tool, set(c.targets), c.args, c.when) for c in led.calls] == [
            (c.tool, set(c.targets), c.args, c.when) for c in plain.calls
        ], lead.format(act)


@pytest.mark.parametrize(
    "said",
    [
        "can we stop web-01?",
        "should we stop web-01?",
        "I want to delete web-01, what happens?",
        "I have to delete sandbox-01. what will be lost?",
        "would it be possible to delete print-srv without breaking something?",
        "could you please not restart kafka-1",
        "we should never stop db-prod-1",
    ],
)
def test_a_question_stays_one(hold: Hold, said: str) -> None:
    assert hold(said)[0].outcome == "answer"
