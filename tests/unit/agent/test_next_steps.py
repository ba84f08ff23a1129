"""What an answer offers is taken by its number or by a click, and waits like any other plan."""

from __future__ import annotations

from typing import Any

import pytest

from agent.brains.base import Memory, NextStep
from agent.conversation import Conversation
from agent.memory import memory_from_dict, memory_to_dict
from agent.turns import Turns
from tests.unit.agent.talks import ADA, Direct, Scripted, Talk, acts, call, means
from tools.control import Control
from tools.errors import NovaError
from tools.providers.sandbox import Sandbox

SAVINGS = means(call("recommend_savings"))


def offered(talk: Talk, brain: Scripted) -> tuple[NextStep, ...]:
    brain.then(SAVINGS)
    return talk.say("how can we cut costs?").memory.offers


def test_a_number_takes_a_saving_which_waits_for_a_yes(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    steps = offered(talk, brain)
    assert len(steps) > 2
    turn = talk.say("2")
    assert turn.outcome == "confirm"
    assert turn.plan is not None
    meant = [i for c in steps[1].calls for i in (c.selector.ids if c.selector else ()) or ()]
    assert list(turn.plan.machine_ids) == list(dict.fromkeys(meant))
    assert brain.heard == ["how can we cut costs?"]
    assert acts(sandbox) == []


def test_another_number_takes_the_place_of_the_plan_that_waits(talk: Talk, brain: Scripted) -> None:
    steps = offered(talk, brain)
    stops = [n for n, s in enumerate(steps, 1) if s.calls[0].tool in ("stop_vms", "resize_vms")]
    first = talk.say(str(stops[0])).plan
    second = talk.say(f"number {stops[1]}").plan
    assert first is not None
    assert second is not None
    assert first.machine_ids != second.machine_ids
    assert talk.memory.pending is not None
    assert talk.memory.pending.plan_id == second.id


@pytest.mark.parametrize("said", ["9 machines", "0", "99", "12"])
def test_what_is_no_number_of_an_offer_goes_to_the_brain(
    talk: Talk, brain: Scripted, said: str
) -> None:
    offered(talk, brain)
    assert talk.say(said).outcome == "answer"
    assert brain.heard[-1] == said


def test_a_number_that_must_be_typed_takes_no_offer(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    offered(talk, brain)
    brain.then(means(call("delete_vms", "web-stg-1", "web-stg-2")))
    shown = talk.say("delete both staging boxes")
    assert shown.plan is not None
    assert shown.plan.to_type == "2"
    assert talk.say("2").outcome == "done"
    assert {verb for _, verb in acts(sandbox)} == {"delete"}


def test_an_answer_without_offers_takes_the_last_ones_away(talk: Talk, brain: Scripted) -> None:
    offered(talk, brain)
    brain.then(means(call("count_vms")))
    talk.say("how many are there?")
    assert talk.memory.offers == ()
    assert talk.say("1").outcome == "answer"
    assert brain.heard[-1] == "1"


def test_a_runbooks_sentence_is_read_as_if_it_had_been_said(brain: Scripted, turns: Turns) -> None:
    talk = Direct(turns)
    question = {"question": "what should I do when a disk is full?"}
    brain.then(means(call("search_runbooks", **question)))
    steps = talk.say("what should I do when a disk is full?").memory.offers
    assert steps
    talk.say("1.")
    assert brain.heard[-1] == steps[0].label


def test_a_click_is_planned_and_is_never_a_yes(
    turns: Turns, brain: Scripted, sandbox: Sandbox
) -> None:
    talk = Conversation(turns, "t1")
    brain.then(means(call("stop_vms", "web-02")))
    talk.say("stop web-02", ADA)
    step = NextStep("yes", (call("stop_vms", "web-03"),))
    turn = talk.propose(step, ADA)
    assert turn.outcome == "confirm"
    assert turn.plan is not None
    assert [vm.name for c in turn.plan.calls for vm in c.vms] == ["web-03"]
    assert acts(sandbox) == []
    assert talk.say("yes", ADA).outcome == "done"
    assert acts(sandbox) == [("web-03", "stop")]
    talk.close()


def test_words_after_a_click_are_read_as_words(turns: Turns, brain: Scripted) -> None:
    talk = Conversation(turns, "t1")
    talk.propose(NextStep("stop web-03", (call("stop_vms", "web-03"),)), ADA)
    talk.say("hello", ADA)
    assert brain.heard == ["hello"]
    talk.close()


def test_offers_come_back_as_they_were_kept(talk: Talk, brain: Scripted) -> None:
    offered(talk, brain)
    kept: dict[str, Any] = memory_to_dict(talk.memory)
    assert memory_from_dict(kept) == talk.memory
    assert memory_from_dict({}) == Memory()


def test_every_saving_of_the_fleet_can_be_planned(
    talk: Talk, brain: Scripted, control: Control
) -> None:
    steps = offered(talk, brain)
    for step in steps:
        try:
            plan = control.planner.plan(step.calls, ADA)
        except NovaError as error:
            pytest.fail(f"{step.label}: {error.message}")
        assert plan.calls
