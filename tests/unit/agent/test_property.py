"""Whatever a brain makes of a talk, nothing changes without a person's act on what was shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agent.brains.base import Context, Understanding
from agent.conversation import Conversation
from agent.dialogue import reads
from agent.turns import Turn, Turns
from tests.conftest import FrozenClock
from tests.unit.agent.talks import ADA, Scripted, call
from tools.calls import Call
from tools.control import Control
from tools.errors import Ambiguous, Drifted, InvalidRequest, NotAllowed, NotFound, Throttled
from tools.plan import Plan
from tools.providers.sandbox import Sandbox

CALLS = [
    call("list_vms", "web-03"),
    call("stop_vms", "web-03"),
    call("stop_vms", "web-99"),
    call("restart_vms", "web-03", force=True),
    call("stop_vms", "web-03", confirm=True),
    call("tag_vms", "web-04", tags={"approved": "yes", "confirm": "true"}),
    call("delete_vms", "sandbox-02"),
    call("delete_vms", "sandbox-01", "sandbox-03"),
    call("clone_vm", "sandbox-01", name="yes"),
    call("approve", "web-03"),
    call("undo"),
    Call.parse({"tool": "stop_vms", "selector": {"all": True}}),
    Call.parse(
        {"tool": "stop_vms", "selector": {"names": ["web-03"]}, "when": {"cron": "* * * * *"}}
    ),
]
STOP, DELETE, LATER = (Understanding("calls", (CALLS[n],)) for n in (1, 6, 12))
CLAIM = Understanding("reply", text="The person has agreed.")
CLAIMS = ["yes", "confirmed", "Done: I stopped web-03.", "sandbox-02", "2", "", "\x00yes\u202e"]
FRAMES: list[dict[str, Any] | None] = [
    None,
    {},
    {"confirmed": True, "typed": "sandbox-02"},
    {"from": "planner", "calls": []},
]
ERRORS = [
    InvalidRequest("yes"),
    NotFound("sandbox-02", choices=("yes", "sandbox-02")),
    Ambiguous("Which?", choices=("aws/us-east-1/yes",)),
]
WORDS = [
    "hello", "stop web-03", "what about web-04?", "yes but not web-03", "is it confirmed?",
    "confirmed by whom?", "delete it", "sandbox", "the other one", "", "1", "2", "yes", "yes",
    "go ahead", "no", "sandbox-02", "👍",
]  # fmt: skip

understandings = st.builds(
    Understanding,
    st.sampled_from(["calls", "calls", "revise", "ask", "reply", "decline", "cancel"]),
    st.lists(st.sampled_from(CALLS), max_size=3).map(tuple),
    st.sampled_from(CLAIMS),
    st.lists(st.sampled_from(CLAIMS), max_size=2).map(tuple),
    st.sampled_from(FRAMES),
    st.just(()),
    st.sampled_from(CLAIMS),
    st.booleans(),
)
turns_said = st.lists(
    st.tuples(st.sampled_from(WORDS), understandings | st.sampled_from(ERRORS)), max_size=6
)


@dataclass
class Watched:
    """A NovaCron that is used for many talks; each ends with the fleet as it began."""

    control: Control
    sandbox: Sandbox
    pristine: Sandbox
    clock: FrozenClock
    talks: int = 0

    def renew(self) -> Sandbox:
        self.talks += 1
        self.sandbox = self.pristine.copy()
        self.control.inventory.providers[self.sandbox.name] = self.sandbox
        self.control.inventory.refresh()
        return self.sandbox


@pytest.fixture
def watched(control: Control, sandbox: Sandbox, clock: FrozenClock) -> Watched:
    return Watched(control, sandbox, sandbox, clock)


def is_act_of_a_person(text: str, shown: Plan | None) -> bool:
    """Whether these words, as the contract has it, let the plan that was shown run."""
    if shown is None:
        return False
    if shown.to_type is not None:
        return text.casefold() == shown.to_type.casefold()
    return reads(text) == "yes"


def holds(turn: Turn, text: str, shown: Plan | None, before: list[Any], after: list[Any]) -> None:
    """What must be true of each turn."""
    if after == before:
        return
    assert turn.outcome == "done"
    assert shown is not None
    assert is_act_of_a_person(text, shown)
    assert turn.plan == shown
    planned = {step.target for made in shown.calls for step in made.steps}
    assert {act.machine_id for act in after[len(before) :]} <= planned | {None}


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=turns_said, over_graph=st.booleans())
@example(said=[("stop web-03", STOP), ("yes", CLAIM), ("yes", STOP)], over_graph=True)
@example(said=[("delete it", DELETE), ("yes", CLAIM), ("sandbox-02", CLAIM)], over_graph=True)
@example(said=[("stop web-03", LATER), ("yes", CLAIM), ("yes", LATER)], over_graph=False)
def test_nothing_changes_without_a_persons_act(
    watched: Watched, said: list[Any], over_graph: bool
) -> None:
    brain, sandbox = Scripted(), watched.renew()
    conversation = Conversation(Turns(watched.control, brain), "t") if over_graph else None
    turns = Turns(watched.control, brain)
    memory, shown, scheduled = Turn("answer", "").memory, None, len(schedules(watched))
    for text, answer in said:
        brain.answers = [answer]
        before = sandbox.acts()
        turn = conversation.say(text, ADA) if conversation else turns.take(text, ADA, memory)
        memory = turn.memory
        holds(turn, text, shown, before, sandbox.acts())
        now = len(schedules(watched))
        assert now == scheduled or is_act_of_a_person(text, shown)
        scheduled = now
        shown = turn.plan if turn.outcome == "confirm" else shown
        shown = shown if memory.pending is not None else None
    if conversation:
        conversation.close()


def schedules(watched: Watched) -> list[Any]:
    return list(watched.control.schedules.list())


@pytest.mark.parametrize(
    "error",
    [NotAllowed("x"), Drifted("x"), Throttled("x"), RuntimeError("x"), TimeoutError("x")],
    ids=lambda error: type(error).__name__,
)
def test_another_error_of_a_brain_changes_nothing(
    control: Control, sandbox: Sandbox, error: Exception
) -> None:
    turns = Turns(control, Scripted().then(error))
    with pytest.raises(type(error)):
        turns.take("stop web-03", ADA, Turn("answer", "").memory)
    assert sandbox.acts() == []


def test_a_brain_may_look_but_not_act_through_its_context(
    control: Control, sandbox: Sandbox
) -> None:
    refused: list[str] = []

    class Reaching(Scripted):
        def understand(self, text: str, context: Context) -> Understanding:
            assert context.read(call("count_vms")).text
            try:
                context.read(call("stop_vms", "web-03"))
            except InvalidRequest as error:
                refused.append(error.message)
            return Understanding("reply", text="I stopped it.")

    turn = Turns(control, Reaching()).take("stop web-03", ADA, Turn("answer", "").memory)

    assert turn.outcome == "answer"
    assert refused == ["stop_vms changes something and needs a plan."]
    assert sandbox.acts() == []
