"""Whatever goes wrong with a model ends in a question, and never in an act."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from agent.brains.base import Context, Understanding
from agent.brains.llm import Budget, LlmBrain, anthropic_brain, openai_brain
from tests.unit.llm.conftest import KEY, MAKERS, MakeBrain, Script
from tests.unit.llm.fleet import named
from tools.errors import InvalidRequest

STOP = {"tool": "stop_vms", "selector": named("web-01")}
UNKNOWN = {"tool": "drop_tables", "selector": named("web-01")}


def is_plain_question(understood: Understanding) -> bool:
    """A question that says that nothing was changed, with no call."""
    return (
        understood.kind == "ask"
        and understood.calls == ()
        and "Nothing was changed" in understood.text
        and KEY not in repr(understood)
    )


FAULTS: dict[str, tuple[Callable[[Script], Any], str]] = {
    "401": (lambda s: s.server.fail(401, times=None), "refused the credentials"),
    "404": (lambda s: s.server.fail(404, times=None), "does not know"),
    "400": (lambda s: s.server.fail(400, times=None), "HTTP 400"),
    "too long": (lambda s: s.server.context_overflow(times=None), "HTTP 400"),
    "429": (lambda s: s.server.rate_limit(times=None), "slow down"),
    "500": (lambda s: s.server.fail(500, times=None), "HTTP 500"),
    "529": (lambda s: s.server.fail(529, times=None), "HTTP 529"),
    "disconnect": (lambda s: s.server.disconnect(after_chunks=3, times=None), ""),
    "truncate": (lambda s: s.server.truncate(after_chunks=3, times=None), "broke off"),
    "corrupt": (lambda s: s.server.corrupt(after_chunks=3, times=None), "broke off"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_becomes_a_question(
    brain: LlmBrain, script: Script, context: Context, fault: str
) -> None:
    for _ in range(3):
        script("propose", calls=[STOP])
    break_it, reason = FAULTS[fault]
    break_it(script)

    understood = brain.understand("stop web-01", context)

    assert is_plain_question(understood)
    assert reason in understood.text
    assert understood.options == ("try again",)


@pytest.mark.parametrize(
    "fault",
    [
        lambda s: s.server.rate_limit(retry_after=2),
        lambda s: s.server.fail(500),
        lambda s: s.server.truncate(after_chunks=3),
        lambda s: s.server.disconnect(after_chunks=2),
    ],
    ids=["429", "500", "truncate", "disconnect"],
)
def test_a_passing_fault_is_tried_once_more(
    brain: LlmBrain, script: Script, context: Context, fault: Callable[[Script], Any]
) -> None:
    fault(script)
    for _ in range(2):
        script("propose", calls=[STOP])

    assert brain.understand("stop web-01", context).kind == "calls"
    assert len(script.requests) == 2


def test_it_does_not_wait_longer_than_its_budget(
    make_brain: MakeBrain, script: Script, context: Context
) -> None:
    script.server.rate_limit(times=None, retry_after=3_600)

    assert is_plain_question(make_brain().understand("stop web-01", context))
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "slow",
    [
        lambda s: s.server.delay(6),
        lambda s: s.server.stall(after_chunks=2, seconds=6),
        lambda s: s.server.slow_first_token(6),
    ],
    ids=["no answer", "stalled stream", "slow first token"],
)
def test_a_slow_model_becomes_a_question_in_time(
    make_brain: MakeBrain, script: Script, context: Context, slow: Callable[[Script], Any]
) -> None:
    script("propose", calls=[STOP])
    slow(script)
    began = time.monotonic()

    understood = make_brain(seconds=0.4).understand("stop web-01", context)

    assert is_plain_question(understood)
    assert "in time" in understood.text
    assert time.monotonic() - began < 5


def test_a_stream_that_never_ends_is_cut_off(
    make_brain: MakeBrain, script: Script, context: Context
) -> None:
    script.server.pace(20).reply("word " * 2_000)
    began = time.monotonic()

    assert is_plain_question(make_brain(seconds=0.5).understand("hello", context))
    assert time.monotonic() - began < 20


def test_a_refusal_becomes_a_question(brain: LlmBrain, script: Script, context: Context) -> None:
    script.ends("content_filter", "I will not.")

    understood = brain.understand("stop web-01", context)

    assert is_plain_question(understood)
    assert "declined" in understood.text


def test_a_call_that_was_cut_by_length_is_no_call(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    script.ends("length", "", ("propose", {"calls": [STOP]}))

    assert is_plain_question(brain.understand("stop web-01", context))


def test_arguments_that_are_not_json_are_repaired_once(
    brain: LlmBrain, script: Script, context: Context
) -> None:
    """LangChain would mend the cut JSON into a call; we never take a mended one."""
    script("propose", calls=[STOP])("propose", calls=[STOP])
    script.server.break_tool_call("malformed_arguments")

    assert brain.understand("stop web-01", context).kind == "calls"
    assert len(script.requests) == 2
    assert "not a JSON object" in str(script.requests[1]["messages"])


@pytest.mark.parametrize(
    "uses",
    [
        pytest.param([("propose", {"calls": [UNKNOWN]})], id="unknown tool"),
        pytest.param([("propose", {"calls": [{**STOP, "confirm": True}]})], id="unknown key"),
        pytest.param([("propose", {})], id="no calls"),
        pytest.param([("sudo", {"command": "rm"})], id="unknown function"),
        pytest.param([("confirm", {})], id="a yes of its own"),
        pytest.param([("ask", {"question": ""})], id="empty question"),
        pytest.param([("cancel", {}), ("propose", {"calls": [STOP]})], id="two ends"),
        pytest.param(
            [("read", {"calls": []}), ("propose", {"calls": [STOP]})], id="an end with a read"
        ),
    ],
)
def test_a_bad_answer_is_repaired_once_then_asked_about(
    brain: LlmBrain, script: Script, context: Context, uses: list[tuple[str, dict[str, Any]]]
) -> None:
    script.together(*uses).together(*uses)("propose", calls=[STOP])

    understood = brain.understand("stop web-01", context)

    assert is_plain_question(understood)
    assert "not valid" in understood.text
    assert len(script.requests) == 2


def test_a_model_that_only_reads_runs_out_of_budget(
    make_brain: MakeBrain, script: Script, context: Context
) -> None:
    for _ in range(9):
        script("read", calls=[{"tool": "list_vms", "selector": {"all": True}}])

    understood = make_brain(requests=4).understand("list machines", context)

    assert is_plain_question(understood)
    assert "more than one turn may take" in understood.text
    assert len(script.requests) == 4


def test_tokens_run_out_too(make_brain: MakeBrain, script: Script, context: Context) -> None:
    for _ in range(3):
        script("read", calls=[{"tool": "list_vms", "selector": {"all": True}}])

    assert is_plain_question(make_brain(tokens=100).understand("list machines", context))
    assert len(script.requests) == 1


@pytest.mark.parametrize("kind", MAKERS)
def test_a_refused_connection_becomes_a_question(kind: str, context: Context) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/v1"
        brain = MAKERS[kind](model="m", base_url=url, api_key=SecretStr(KEY), budget=Budget())
        brain = LlmBrain(brain.name, brain.model, brain.budget, sleep=lambda seconds: None)
        understood = brain.understand("stop web-01", context)

    assert is_plain_question(understood)
    assert "cannot be reached" in understood.text


def test_no_secret_is_written_down(
    brain: LlmBrain, script: Script, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script.server.fail(401, times=None, message=f"Incorrect API key provided: {KEY}")

    understood = brain.understand("stop web-01", context)

    ours = [record.getMessage() for record in caplog.records if record.name.startswith("agent")]
    assert ours
    assert KEY not in "".join([*ours, repr(brain), repr(understood)])
    assert KEY not in str(script.requests)


@pytest.mark.parametrize("make", [anthropic_brain, openai_brain])
def test_the_vendors_own_service_needs_a_key(make: Callable[..., LlmBrain]) -> None:
    with pytest.raises(InvalidRequest, match="needs a key"):
        make(model="m", api_key=None, base_url=None)
