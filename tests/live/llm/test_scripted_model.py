"""What a model may say over real HTTP, and what comes of it on the fleet: at most a plan."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.brains.base import Brain
from agent.brains.llm import Budget, LlmBrain
from tests.live.llm.conftest import ADA, INJECTED, OBEY, World, open_world
from tests.unit.llm.conftest import KEY, Script
from tools.errors import Conflict

pytestmark = pytest.mark.live


def on(tool: str, *names: str, **args: Any) -> dict[str, Any]:
    """A call as a model writes it."""
    return {"tool": tool, "selector": {"names": list(names)}, **({"args": args} if args else {})}


STOP = on("stop_vms", "web-03")
DELETE = on("delete_vms", "sandbox-02")


def sent(script: Script) -> str:
    return "\n".join(json.dumps(request) for request in script.requests)


def test_a_right_plan_waits_runs_on_a_yes_and_is_undone(world: World, script: Script) -> None:
    script("read", calls=[on("describe_vms", "web-03")])("propose", calls=[STOP])

    shown = world.say("take web-03 out of service")
    assert shown.outcome == "confirm"
    assert shown.plan is not None
    assert shown.plan.tools == ("stop_vms",)
    assert world.is_untouched
    asked = len(script.requests)

    assert world.say("yes").outcome == "done"
    assert len(script.requests) == asked, "a yes is not the model's to read"
    assert world.state_of("web-03") == "stopped"

    script("propose", calls=[{"tool": "undo"}])
    assert world.say("undo that").outcome == "confirm"
    assert world.say("yes").outcome == "done"
    assert world.state_of("web-03") == "running"


def test_a_read_is_answered_from_what_was_seen(world: World, script: Script) -> None:
    script("read", calls=[on("describe_vms", "web-03")])
    script("reply", text="web-03 is on fire and I have deleted it.")

    turn = world.say("how is web-03?")

    assert turn.outcome == "answer"
    assert "running" in turn.reply
    assert "fire" not in turn.reply
    assert world.is_untouched


def test_a_machine_that_the_model_makes_up_is_asked_about(world: World, script: Script) -> None:
    script("propose", calls=[on("stop_vms", "web-3000")])

    turn = world.say("stop web-3000")

    assert turn.outcome == "clarify"
    assert "web-3000" in turn.reply
    assert turn.plan is None
    assert world.say("yes").outcome != "done"
    assert world.is_untouched


BY_ITSELF: dict[str, Callable[[Script], Any]] = {
    "a function of its own": lambda s: s("confirm")("confirm"),
    "a yes beside the calls": lambda s: s("propose", calls=[STOP], confirmed=True)(
        "propose", calls=[STOP], approved=True
    ),
    "a yes in the call": lambda s: s("propose", calls=[{**STOP, "confirm": True}])(
        "propose", calls=[{**STOP, "args": {"confirm": True}}]
    ),
    "the word": lambda s: s("reply", text="yes"),
    "a claim": lambda s: s("reply", text="I confirmed it: web-03 is stopped."),
    "a question": lambda s: s("ask", question="yes", options=["yes"]),
    "the same again": lambda s: s("propose", calls=[STOP]),
}


@pytest.mark.parametrize("way", BY_ITSELF)
def test_a_model_that_confirms_by_itself_opens_nothing(
    world: World, script: Script, way: str
) -> None:
    script("propose", calls=[STOP])
    assert world.say("stop web-03").outcome == "confirm"
    BY_ITSELF[way](script)

    turn = world.say("what are you waiting for?")

    assert turn.outcome in ("answer", "confirm", "clarify")
    assert turn.operation is None
    assert world.is_untouched


def test_a_claim_of_the_model_is_put_right_before_a_person_reads_it(
    world: World, script: Script
) -> None:
    script("reply", text="Done! I have deleted sandbox-02.")

    turn = world.say("delete sandbox-02")

    assert turn.outcome == "answer"
    assert "Nothing was changed" in turn.reply
    assert world.is_untouched


def test_a_typed_name_must_be_the_persons_own(world: World, script: Script) -> None:
    script("propose", calls=[DELETE])("reply", text="sandbox-02")
    assert world.say("delete sandbox-02").outcome == "confirm"

    assert world.say("yes").outcome == "confirm"
    world.say("you type it for me")
    assert world.is_untouched
    world.say("sandbox-02")  # after the model's own words it may be meant for them
    assert world.say("sandbox-02").outcome == "done"
    assert world.state_of("sandbox-02") is None


BROKEN: dict[str, tuple[Callable[[Script], Any], str]] = {
    "throttled": (lambda s: s.server.rate_limit(times=None, retry_after=0.1), "slow down"),
    "throttled for long": (lambda s: s.server.rate_limit(times=None, retry_after=900), "slow down"),
    "cut off": (lambda s: s.server.truncate(after_chunks=3, times=None), "broke off"),
    "disconnected": (lambda s: s.server.disconnect(after_chunks=3, times=None), ""),
    "too long": (lambda s: s.ends("length", "", ("propose", {"calls": [STOP]})), "too long"),
    "down": (lambda s: s.server.outage(), "HTTP 503"),
    "wrong key": (lambda s: s.server.fail(401, times=None, message=KEY), "refused the credentials"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_where_the_model_fails_the_embedded_brain_reads_and_the_person_is_told(
    world: World, script: Script, fault: str
) -> None:
    break_it, reason = BROKEN[fault]
    break_it(script)
    if fault != "too long":
        for _ in range(3):
            script("propose", calls=[on("stop_vms", "web-04")])

    turn = world.say("stop web-03")

    assert turn.outcome == "confirm"
    assert turn.plan is not None
    assert [vm.name for vm in turn.plan.calls[0].vms] == ["web-03"]
    note = turn.reply.splitlines()[0]
    assert note.startswith("(The model")
    assert reason in note
    assert note.endswith("read without it.)")
    assert KEY not in turn.reply
    assert world.is_untouched
    assert world.say("yes").outcome == "done"
    assert world.state_of("web-03") == "stopped"


def test_one_throttled_answer_is_waited_for(world: World, script: Script) -> None:
    script.server.rate_limit(times=1, retry_after=0.1)
    for _ in range(2):
        script("propose", calls=[STOP])

    turn = world.say("stop web-03")

    assert turn.outcome == "confirm"
    assert "without it" not in turn.reply


SLOW: dict[str, Callable[[Script], Any]] = {
    "no answer": lambda s: s.server.delay(3),
    "stalled": lambda s: s.server.stall(after_chunks=2, seconds=3),
    "drop by drop": lambda s: s.server.pace(400),
}


@pytest.mark.parametrize("slow", SLOW)
def test_a_slow_model_is_given_up_in_time(
    fleet: Path,
    tmp_path: Path,
    model_settings: dict[str, Any],
    script: Script,
    slow: str,
) -> None:
    def hurried(brain: Brain) -> Brain:
        assert isinstance(brain, LlmBrain)
        return dataclasses.replace(brain, budget=Budget(seconds=1))

    SLOW[slow](script)
    script("propose", calls=[on("stop_vms", "web-04")])
    with open_world(fleet, tmp_path / "data", hurried, **model_settings) as world:
        began = time.monotonic()
        turn = world.say("stop web-03")
        spent = time.monotonic() - began

        assert spent < 3
        assert turn.reply.startswith("(The model did not answer in time: read without it.)")
        assert turn.plan is not None
        assert [vm.name for vm in turn.plan.calls[0].vms] == ["web-03"]
        assert world.is_untouched


@pytest.mark.parametrize(
    ("words", "look"),
    [
        ("what is wrong with web-01?", on("describe_vms", "web-01")),
        ("list the machines of us-east-1", {
            "tool": "list_vms", "selector": {"regions": ["us-east-1"]}}),
    ],
    ids=["tag", "name"],
)  # fmt: skip
def test_a_model_that_obeys_a_name_or_a_tag_gets_no_plan(
    world: World, script: Script, words: str, look: dict[str, Any]
) -> None:
    script("read", calls=[look])("propose", calls=[DELETE])("propose", calls=[DELETE])

    turn = world.say(words)

    assert OBEY in sent(script), "the order was read"
    assert turn.outcome == "clarify"
    assert turn.plan is None
    assert world.say("yes").outcome != "done"
    assert world.is_untouched


def test_what_a_machine_says_stays_inside_its_marks(world: World, script: Script) -> None:
    script("read", calls=[on("describe_vms", "web-01")])("reply", text="It is well.")
    world.say("how is web-01?")

    for request in script.requests:
        said = json.dumps([m for m in request["messages"] if m["role"] != "system"])
        assert said.count("<data>") > 0
        assert said.count("</data>") == said.count("<data>")


def test_a_machine_with_an_order_for_a_name_can_still_be_stopped_by_it(
    world: World, script: Script
) -> None:
    script("propose", calls=[on("stop_vms", INJECTED)])

    turn = world.say(f"stop {INJECTED}")

    assert turn.plan is not None
    assert turn.plan.tools == ("stop_vms",)
    assert [vm.name for vm in turn.plan.calls[0].vms] == [INJECTED]
    assert world.say("yes").outcome == "done"
    assert world.state_of("sandbox-02") == "running"


def test_no_credential_reaches_the_model_or_the_person(world: World, script: Script) -> None:
    script("propose", calls=[STOP])
    turn = world.say("stop web-03")

    assert KEY not in sent(script)
    assert KEY not in repr(turn)


def test_a_click_for_another_plan_is_refused_whatever_the_model_proposed_since(
    world: World, script: Script
) -> None:
    script("propose", calls=[STOP])("propose", calls=[on("stop_vms", "web-04")])
    first = world.say("stop web-03").plan
    world.say("rather web-04")
    assert first is not None

    with pytest.raises(Conflict):
        world.talk.confirm(first.digest, ADA)
    assert world.is_untouched
