"""Where the model fails at a turn, another brain reads it, and the person is told."""

from __future__ import annotations

import dataclasses

import pytest

from agent.brains.base import Context, Understanding
from agent.brains.llm import MAX_WORDS, LlmBrain
from tests.unit.llm.conftest import MakeBrain, Script
from tests.unit.llm.fleet import named
from tools.calls import Call
from tools.errors import NotFound

STOP = {"tool": "stop_vms", "selector": named("web-01")}


class Reader:
    """A brain that reads every turn as the same, and keeps what it was given."""

    name = "reader"

    def __init__(self, understood: Understanding) -> None:
        self.understood = understood
        self.given: list[tuple[str, Context]] = []

    def understand(self, text: str, context: Context) -> Understanding:
        self.given.append((text, context))
        return self.understood


@pytest.fixture
def reader() -> Reader:
    return Reader(Understanding("calls", (Call.parse(STOP),)))


@pytest.fixture
def brain(make_brain: MakeBrain, reader: Reader) -> LlmBrain:
    return dataclasses.replace(make_brain(), instead=reader)


def test_a_turn_at_which_the_model_fails_is_read_instead(
    brain: LlmBrain, reader: Reader, script: Script, context: Context
) -> None:
    script.server.fail(401)

    understood = brain.understand("stop web-01", context)

    assert understood.calls == reader.understood.calls
    assert understood.kind == "calls"
    assert understood.note == ("(The model service refused the credentials: read without it.)")
    assert reader.given == [("stop web-01", context)]


def test_the_other_brains_own_note_is_kept(
    brain: LlmBrain, reader: Reader, script: Script, context: Context
) -> None:
    reader.understood = dataclasses.replace(reader.understood, note="(Read 'web' as web-01.)")
    script.server.fail(401)

    note = brain.understand("stop web", context).note

    assert note.startswith("(The model service refused the credentials")
    assert note.endswith("(Read 'web' as web-01.)")


def test_a_model_that_answers_is_not_read_instead(
    brain: LlmBrain, reader: Reader, script: Script, context: Context
) -> None:
    script("propose", calls=[STOP])

    understood = brain.understand("stop web-01", context)

    assert understood.note == ""
    assert reader.given == []


def test_a_question_of_the_model_is_the_models(
    brain: LlmBrain, reader: Reader, script: Script, context: Context
) -> None:
    script("ask", question="Which one?", options=["web-01", "web-02"])
    assert brain.understand("stop it", context).kind == "ask"

    script("propose", calls=[{"tool": "stop_vms", "selector": named("web-99")}])
    assert brain.understand("stop web-99", context).kind == "ask"
    assert reader.given == []


def test_two_proposals_that_are_not_valid_are_a_failure(
    brain: LlmBrain, reader: Reader, script: Script, context: Context
) -> None:
    script("confirm")("confirm")

    understood = brain.understand("stop web-01", context)

    assert understood.calls == reader.understood.calls
    assert "not valid" in understood.note


def test_a_passing_fault_is_tried_again_before_it_is_read_instead(
    brain: LlmBrain, reader: Reader, script: Script, context: Context
) -> None:
    script.server.rate_limit(retry_after=0.1)
    for _ in range(2):
        script("propose", calls=[STOP])

    assert brain.understand("stop web-01", context).note == ""
    assert reader.given == []


def test_a_very_long_turn_is_asked_about(brain: LlmBrain, reader: Reader, context: Context) -> None:
    assert brain.understand("stop " * MAX_WORDS, context).kind == "ask"
    assert reader.given == []


def test_an_error_of_the_other_brain_passes_on(
    brain: LlmBrain, reader: Reader, script: Script, context: Context
) -> None:
    class Lost(Reader):
        def understand(self, text: str, context: Context) -> Understanding:
            raise NotFound("No machine is called 'web-9'.")

    script.server.fail(401)
    lost = dataclasses.replace(brain, instead=Lost(reader.understood))

    with pytest.raises(NotFound):
        lost.understand("stop web-9", context)
