"""What becomes of a turn: reads answer, changes wait, and only a person's words open the gate."""

from __future__ import annotations

import pytest

from agent.brains.base import Understanding
from agent.turns import MAX_CHARACTERS
from tests.conftest import FrozenClock
from tests.unit.agent.talks import Scripted, Talk, acts, call, means
from tools.control import Control
from tools.errors import Ambiguous, InvalidRequest, NotFound, NovaError
from tools.identity import User
from tools.providers.sandbox import Fault, FaultKind, Sandbox

STOP = means(call("stop_vms", "web-03"))
DELETE = means(call("delete_vms", "sandbox-02"))


def test_a_read_answers_at_once(talk: Talk, brain: Scripted, sandbox: Sandbox) -> None:
    brain.then(means(call("describe_vms", "web-03")))

    turn = talk.say("how is web-03?")

    assert turn.outcome == "answer"
    assert turn.plan is None
    assert "web-03" in turn.reply
    assert [read.tool for read in turn.calls] == ["describe_vms"]
    assert acts(sandbox) == []


def test_a_change_shows_its_plan_and_waits(talk: Talk, brain: Scripted, sandbox: Sandbox) -> None:
    brain.then(STOP)

    turn = talk.say("stop web-03")

    assert turn.outcome == "confirm"
    assert turn.plan is not None
    assert "web-03" in turn.reply
    assert turn.reply.endswith("Shall I go ahead?")
    assert acts(sandbox) == []


def test_a_read_and_a_change_are_answered_and_planned(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(means(call("describe_vms", "web-03"), call("stop_vms", "web-03")))

    turn = talk.say("show me web-03 and stop it")

    assert turn.outcome == "confirm"
    assert [made.tool for made in turn.calls] == ["describe_vms", "stop_vms"]
    assert len(turn.answered) == 1
    assert acts(sandbox) == []


def test_a_yes_opens_the_gate_once(talk: Talk, brain: Scripted, sandbox: Sandbox) -> None:
    brain.then(STOP)
    shown = talk.say("stop web-03").plan

    done, again = talk.say("yes"), talk.say("yes")

    assert done.outcome == "done"
    assert done.plan == shown
    assert done.operation is not None
    assert done.operation.status == "done"
    assert again.outcome == "answer"
    assert acts(sandbox) == [("web-03", "stop")]


def test_a_yes_is_never_shown_to_the_brain(talk: Talk, brain: Scripted) -> None:
    brain.then(STOP)
    talk.say("stop web-03")
    talk.say("yes, please")

    assert brain.heard == ["stop web-03"]


def test_a_yes_with_nothing_waiting_is_only_words(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    assert talk.say("yes").outcome == "answer"
    assert talk.say("go ahead").outcome == "answer"
    assert brain.heard == ["yes", "go ahead"]
    assert acts(sandbox) == []


def test_where_data_is_lost_only_the_typed_name_goes_ahead(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(DELETE)
    shown = talk.say("delete sandbox-02")

    assert shown.plan is not None
    assert shown.plan.to_type == "sandbox-02"
    for words in ("yes", "yes yes", "go ahead"):
        assert talk.say(words).outcome == "confirm"
    assert acts(sandbox) == []
    assert talk.say("sandbox-02").outcome == "done"
    assert [verb for _, verb in acts(sandbox)] == ["delete"]


def test_another_machines_name_is_not_what_must_be_typed(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(DELETE)
    talk.say("delete sandbox-02")

    for words in ("sandbox-03", "sandbox", "sandbox-02 and sandbox-03", "1", "delete"):
        assert talk.say(words).outcome in ("answer", "confirm")
    assert acts(sandbox) == []


def test_for_many_machines_their_number_is_typed(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(means(call("delete_vms", "sandbox-02", "sandbox-03")))
    talk.say("delete both")

    assert talk.say("yes").outcome == "confirm"
    assert acts(sandbox) == []
    assert talk.say("2").outcome == "done"
    assert len(acts(sandbox)) == 2


@pytest.mark.parametrize("no", ["no", "no thanks", "cancel that"])
def test_a_no_calls_the_plan_off(
    talk: Talk, brain: Scripted, sandbox: Sandbox, control: Control, no: str
) -> None:
    brain.then(STOP)
    shown = talk.say("stop web-03").plan
    assert shown is not None

    assert talk.say(no).outcome == "cancelled"
    assert control.approvals.status(shown.id) == "cancelled"
    assert talk.say("yes").outcome == "answer"
    assert acts(sandbox) == []


def test_a_question_in_between_leaves_the_plan_waiting(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(STOP, means(call("describe_vms", "web-03")))
    talk.say("stop web-03")

    assert talk.say("what is on it?").outcome == "answer"
    assert talk.say("yes").outcome == "done"
    assert acts(sandbox) == [("web-03", "stop")]


def test_a_new_change_takes_the_place_of_the_old(
    talk: Talk, brain: Scripted, sandbox: Sandbox, control: Control
) -> None:
    brain.then(STOP, means(call("stop_vms", "web-04")))
    first = talk.say("stop web-03").plan
    talk.say("stop web-04")
    talk.say("yes")

    assert first is not None
    assert control.approvals.status(first.id) == "cancelled"
    assert acts(sandbox) == [("web-04", "stop")]


def test_a_plan_shown_too_long_ago_is_shown_again(
    talk: Talk, brain: Scripted, sandbox: Sandbox, clock: FrozenClock
) -> None:
    brain.then(STOP)
    first = talk.say("stop web-03").plan
    clock.advance(5 * 60 + 1)

    turn = talk.say("yes")

    assert turn.outcome == "confirm"
    assert "too long ago" in turn.reply
    assert turn.plan is not None
    assert first is not None
    assert turn.plan.id != first.id
    assert acts(sandbox) == []
    assert talk.say("yes").outcome == "done"
    assert acts(sandbox) == [("web-03", "stop")]


def test_a_machine_that_changed_is_asked_about_again(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(means(call("tag_vms", "web-03", tags={"owner": "bob"})))
    first = talk.say("give web-03 to bob").plan
    assert first is not None
    sandbox.set_tags(first.machine_ids[0], "somebody else", {"env": "staging"})

    turn = talk.say("yes")

    assert turn.outcome == "confirm"
    assert turn.plan is not None
    assert turn.plan.digest != first.digest
    assert len(acts(sandbox)) == 1
    assert talk.say("yes").outcome == "done"
    after = sandbox.get_machines(first.machine_ids)[first.machine_ids[0]]
    assert (after.tags["owner"], after.tags["env"]) == ("bob", "staging")


def test_a_failure_of_a_machine_is_told_and_not_tried_by_another_yes(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    sandbox.inject(Fault(FaultKind.REFUSED, verb="stop"))
    brain.then(STOP)
    talk.say("stop web-03")

    turn = talk.say("yes")

    assert turn.operation is not None
    assert turn.operation.status == "failed"
    assert "Failed: web-03" in turn.reply
    assert talk.say("yes").outcome == "answer"


@pytest.mark.parametrize(
    "claim",
    ["Done: I have deleted sandbox-02.", "confirmed", "yes", "sandbox-02", "The person agreed."],
)
@pytest.mark.parametrize("kind", ["reply", "ask", "decline"])
def test_a_brain_that_claims_a_yes_opens_nothing(
    talk: Talk, brain: Scripted, sandbox: Sandbox, kind: str, claim: str
) -> None:
    brain.then(DELETE, Understanding(kind, text=claim, in_own_words=True))  # pyright: ignore
    talk.say("delete sandbox-02")

    assert talk.say("what now?").outcome in ("answer", "clarify", "decline")
    assert acts(sandbox) == []


def test_a_brain_that_proposes_again_and_again_runs_nothing(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    for words in ("stop web-03", "and now?", "are you sure about that?"):
        brain.then(STOP)
        assert talk.say(words).outcome == "confirm"
    assert acts(sandbox) == []


@pytest.mark.parametrize("kind", ["ask", "reply"])
def test_a_yes_after_a_brains_own_words_may_be_for_them(
    talk: Talk, brain: Scripted, sandbox: Sandbox, kind: str
) -> None:
    words = "Shall I list the others?"
    brain.then(STOP, Understanding(kind, text=words, in_own_words=True))  # pyright: ignore
    talk.say("stop web-03")
    talk.say("hm")

    assert talk.say("yes").outcome == "confirm"
    assert acts(sandbox) == []
    assert talk.say("yes").outcome == "done"


@pytest.mark.parametrize(
    "error",
    [
        InvalidRequest("At 25:00 there is no time.", hint="Say it as 22:00."),
        NotFound("No machine is called 'web-99'.", choices=("web-01", "web-02")),
        Ambiguous("Three are called 'bastion'.", choices=("bastion (a)", "bastion (b)")),
    ],
    ids=lambda error: error.code,
)
def test_an_error_from_a_brain_becomes_a_question(
    talk: Talk, brain: Scripted, sandbox: Sandbox, error: NovaError
) -> None:
    brain.then(STOP, error)
    talk.say("stop web-03")

    turn = talk.say("and web-99")

    assert turn.outcome == "clarify"
    assert error.message in turn.reply
    assert turn.options == error.choices
    assert talk.memory.asked is not None
    assert talk.say("yes").outcome == "confirm"
    assert acts(sandbox) == []


@pytest.mark.parametrize(
    ("proposed", "offered"),
    [
        (call("stop_vms", "web-0"), "web-01"),
        (call("stop_vms", "bastion"), "bastion"),
        (call("drop_tables", "web-03"), ""),
        (call("stop_vms", "web-03", confirm=True), ""),
        (call("resize_vms", "web-03"), ""),
    ],
    ids=["nobody", "several", "no such tool", "no such argument", "argument missing"],
)
def test_a_call_that_cannot_be_planned_becomes_a_question(
    talk: Talk, brain: Scripted, sandbox: Sandbox, proposed: object, offered: str
) -> None:
    brain.then(means(proposed))  # pyright: ignore

    turn = talk.say("do it")

    assert turn.outcome == "clarify"
    assert turn.plan is None
    assert offered in " ".join([turn.reply, *turn.options])
    assert acts(sandbox) == []


def test_a_bug_in_a_brain_passes_through_and_the_plan_still_waits(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(STOP, RuntimeError("a bug"))
    talk.say("stop web-03")
    with pytest.raises(RuntimeError, match="a bug"):
        talk.say("hm")

    assert acts(sandbox) == []
    assert talk.say("yes").outcome == "done"
    assert acts(sandbox) == [("web-03", "stop")]


def test_who_may_only_look_gets_no_plan(talk: Talk, brain: Scripted, sandbox: Sandbox) -> None:
    viewer = User("vera", frozenset({"viewer"}))
    brain.then(STOP)

    assert talk.say("stop web-03", viewer).outcome == "decline"
    assert talk.say("yes", viewer).outcome == "answer"
    assert acts(sandbox) == []


def test_another_persons_yes_is_held_to_their_own_rights(
    talk: Talk, brain: Scripted, sandbox: Sandbox
) -> None:
    brain.then(STOP)
    talk.say("stop web-03")

    turn = talk.say("yes", User("vera", frozenset({"viewer"})))

    assert turn.outcome == "decline"
    assert acts(sandbox) == []


def test_a_note_stands_before_what_it_is_about(talk: Talk, brain: Scripted) -> None:
    note = "(Read without the model.)"
    for answer in (means(call("describe_vms", "web-03"), note=note), means(*STOP.calls, note=note)):
        brain.then(answer)
        turn = talk.say("web-03")
        assert turn.reply.startswith(f"{note}\n\n")
        assert len(turn.reply) > len(note) + 2


def test_a_turn_that_is_too_long_is_not_read(talk: Talk, brain: Scripted) -> None:
    turn = talk.say("stop web-03 " * MAX_CHARACTERS)

    assert turn.outcome == "decline"
    assert "Nothing was changed" in turn.reply
    assert brain.heard == []
