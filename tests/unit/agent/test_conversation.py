"""A conversation that lasts: a restart, clicks, two at once, threads apart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.brains.base import Understanding
from agent.conversation import Conversation
from agent.turns import Turns
from tests.conftest import FrozenClock
from tests.unit.agent.talks import ADA, Scripted, acts, call, means, open_control
from tools.control import Control
from tools.errors import Conflict
from tools.operations import Event
from tools.providers.sandbox import Sandbox

STOP = means(call("stop_vms", "web-03"))
DELETE = means(call("delete_vms", "sandbox-02"))

Open = Callable[[str], Conversation]


@pytest.fixture
def open_talk(turns: Turns, tmp_path: Path) -> Iterator[Open]:
    """Opens a thread of one store; each call is as a start of the program."""
    opened: list[Conversation] = []

    def open_one(thread: str) -> Conversation:
        opened.append(Conversation(turns, thread, f"sqlite:///{tmp_path}/talks.db"))
        return opened[-1]

    yield open_one
    for conversation in opened:
        conversation.close()


def digest_of(conversation: Conversation) -> str:
    turn = conversation.pending(ADA)
    assert turn is not None
    assert turn.plan is not None
    return turn.plan.digest


def test_a_plan_waits_over_a_restart(open_talk: Open, brain: Scripted, sandbox: Sandbox) -> None:
    brain.then(STOP)
    first = open_talk("ada")
    shown = first.say("stop web-03", ADA)
    first.close()

    second = open_talk("ada")
    waiting = second.pending(ADA)

    assert waiting is not None
    assert (waiting.outcome, waiting.reply, waiting.plan) == ("confirm", shown.reply, shown.plan)
    assert second.memory() == shown.memory
    assert acts(sandbox) == []
    assert second.say("yes", ADA).outcome == "done"
    assert second.pending(ADA) is None
    assert acts(sandbox) == [("web-03", "stop")]


def test_an_open_question_is_kept_over_a_restart(open_talk: Open, brain: Scripted) -> None:
    brain.then(Understanding("ask", text="Which?", options=("a", "b"), frame={"kind": "which"}))
    open_talk("ada").say("stop it", ADA)

    asked = open_talk("ada").memory().asked

    assert asked is not None
    assert (asked.text, asked.options, asked.frame) == ("Which?", ("a", "b"), {"kind": "which"})


def test_a_yes_in_another_thread_is_not_for_the_plan(
    open_talk: Open, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(STOP)
    open_talk("ada").say("stop web-03", ADA)

    assert open_talk("bob").say("yes", ADA).outcome == "answer"
    assert open_talk("bob").pending(ADA) is None
    assert acts(sandbox) == []


def test_a_click_runs_the_plan_that_was_shown(
    open_talk: Open, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(STOP)
    talk = open_talk("ada")
    talk.say("stop web-03", ADA)
    digest = digest_of(talk)

    assert talk.confirm(digest, ADA).outcome == "done"
    with pytest.raises(Conflict):
        talk.confirm(digest, ADA)
    assert acts(sandbox) == [("web-03", "stop")]


def test_a_click_on_an_older_plan_runs_nothing(
    open_talk: Open, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(STOP, means(call("stop_vms", "web-04")))
    talk = open_talk("ada")
    talk.say("stop web-03", ADA)
    first = digest_of(talk)
    talk.say("stop web-04", ADA)

    for digest in (first, "", "made up"):
        with pytest.raises(Conflict):
            talk.confirm(digest, ADA)
    assert acts(sandbox) == []


def test_a_click_is_not_enough_where_data_is_lost(
    open_talk: Open, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(DELETE)
    talk = open_talk("ada")
    talk.say("delete sandbox-02", ADA)

    for typed in (None, "", "yes", "sandbox-03"):
        assert talk.confirm(digest_of(talk), ADA, typed=typed).outcome == "confirm"
    assert acts(sandbox) == []
    assert talk.confirm(digest_of(talk), ADA, typed="sandbox-02").outcome == "done"
    assert len(acts(sandbox)) == 1


def test_a_click_counts_where_a_yes_could_be_for_a_question(
    open_talk: Open, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(STOP, Understanding("ask", text="Shall I list them?", in_own_words=True))
    talk = open_talk("ada")
    talk.say("stop web-03", ADA)
    talk.say("hm", ADA)

    assert talk.confirm(digest_of(talk), ADA).outcome == "done"
    assert acts(sandbox) == [("web-03", "stop")]


def test_an_old_click_shows_the_plan_afresh(
    open_talk: Open, brain: Scripted, sandbox: Sandbox, clock: FrozenClock
) -> None:
    brain.then(STOP)
    talk = open_talk("ada")
    talk.say("stop web-03", ADA)
    clock.advance(301)

    turn = talk.confirm(digest_of(talk), ADA)

    assert turn.outcome == "confirm"
    assert "too long ago" in turn.reply
    assert acts(sandbox) == []


def test_a_plan_called_off_elsewhere_is_gone(
    open_talk: Open, brain: Scripted, sandbox: Sandbox, control: Control
) -> None:
    brain.then(STOP)
    talk = open_talk("ada")
    shown = talk.say("stop web-03", ADA).plan
    assert shown is not None
    control.approvals.cancel(shown.id, ADA)

    assert talk.pending(ADA) is None
    assert talk.say("yes", ADA).outcome == "decline"
    assert acts(sandbox) == []


def test_a_plan_that_ran_elsewhere_is_told_of_and_not_run_again(
    open_talk: Open, brain: Scripted, turns: Turns, sandbox: Sandbox
) -> None:
    brain.then(STOP)
    talk = open_talk("ada")
    shown = talk.say("stop web-03", ADA)
    assert shown.plan is not None
    turns.confirm(shown.plan, ADA, shown.memory)

    turn = talk.say("yes", ADA)

    assert turn.outcome == "done"
    assert turn.reply.startswith("That plan ran already.")
    assert acts(sandbox) == [("web-03", "stop")]


def test_many_yeses_at_the_same_instant_act_once(
    sandbox: Sandbox, clock: FrozenClock, tmp_path: Path
) -> None:
    brain, kept = Scripted().then(STOP), f"sqlite:///{tmp_path}/novacron.db"
    controls = [open_control(sandbox, clock, tmp_path, kept) for _ in range(3)]
    talks = [
        Conversation(Turns(control, brain), "ada", f"sqlite:///{tmp_path}/talks.db")
        for control in controls
    ]
    talks[0].say("stop web-03", ADA)
    digest, together = digest_of(talks[0]), threading.Barrier(6)

    def answer(number: int) -> str:
        together.wait()
        talk = talks[number % 3]
        try:
            return (talk.confirm(digest, ADA) if number < 3 else talk.say("yes", ADA)).outcome
        except Conflict:
            return "conflict"

    with ThreadPoolExecutor(6) as pool:
        ends = list(pool.map(answer, range(6)))
    for talk, control in zip(talks, controls, strict=True):
        talk.close()
        control.engine.dispose()

    assert ends.count("done") == 1
    assert set(ends) <= {"done", "conflict", "answer"}
    assert acts(sandbox) == [("web-03", "stop")]


def test_progress_is_told_while_it_runs(open_talk: Open, brain: Scripted) -> None:
    brain.then(STOP)
    events: list[Event] = []
    talk = open_talk("ada")
    talk.say("stop web-03", ADA, on_event=events.append)
    assert events == []

    talk.say("yes", ADA, on_event=events.append)
    seen = len(events)
    talk.say("hello", ADA)

    assert events[-1].step.status == "done"
    assert len(events) == seen
