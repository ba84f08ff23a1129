"""Where nothing was measured, "none" is not the answer to a condition on a metric."""

from agent.brains.embedded import EmbeddedBrain
from agent.turns import Turns
from tests.conftest import FrozenClock
from tests.unit.agent.talks import ADA, Direct
from tools.control import Control


def test_no_samples_are_said_and_not_taken_for_no_machines(
    control: Control, clock: FrozenClock
) -> None:
    talk = Direct(Turns(control, EmbeddedBrain()))
    assert "no samples" not in talk.say("which machines have cpu over 99.9%?", ADA).reply
    clock.advance(30 * 24 * 3600)
    for words in ("which machines are idle?", "how many machines have high cpu?"):
        said = talk.say(words, ADA).reply
        assert "There are no samples of cpu in the last " in said, said
    stopping = talk.say("stop the idle machines", ADA)
    assert stopping.plan is None
    assert "no samples of cpu" in stopping.reply
