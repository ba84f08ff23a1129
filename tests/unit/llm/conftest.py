"""A model server on this machine that says what a test tells it, in both vendors' protocols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply, ToolCall
from pydantic import SecretStr

from agent.brains.base import Context
from agent.brains.llm import Budget, LlmBrain, anthropic_brain, openai_brain
from tests.unit.llm.fleet import make_context

KEY = "sk-not-for-your-eyes"
MAKERS = {"anthropic": anthropic_brain, "openai": openai_brain}

MakeBrain = Callable[..., LlmBrain]


class Script:
    """What the model says, one answer after the other."""

    def __init__(self, server: LLMock) -> None:
        self.server = server

    def __call__(self, name: str, /, **arguments: Any) -> Script:
        """The next answer calls one function."""
        self.server.call_tool(name, arguments)
        return self

    def together(self, *uses: tuple[str, dict[str, Any]]) -> Script:
        """The next answer calls several functions."""
        self.server.add(Reply(tool_calls=tuple(ToolCall(*use) for use in uses)))
        return self

    def ends(self, reason: str, text: str = "", *uses: tuple[str, dict[str, Any]]) -> Script:
        """The next answer ends for this reason."""
        calls = tuple(ToolCall(*use) for use in uses)
        self.server.add(Reply(text=text or None, tool_calls=calls, finish_reason=reason))
        return self

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The bodies of what was asked, in order."""
        return [record.body for record in self.server.requests]


@pytest.fixture
def script(llmock: LLMock) -> Script:
    return Script(llmock)


@pytest.fixture(params=list(MAKERS))
def make_brain(request: pytest.FixtureRequest, llmock: LLMock) -> MakeBrain:
    """Makes a brain of one protocol; each test that takes it runs over both."""

    def make(**budget: Any) -> LlmBrain:
        brain = MAKERS[request.param](
            model="test-model",
            base_url=llmock.base_url(request.param),
            api_key=SecretStr(KEY),
            budget=Budget(**budget),
        )
        slept: list[float] = []
        return LlmBrain(brain.name, brain.model, brain.budget, brain.cached, slept.append)

    return make


@pytest.fixture
def brain(make_brain: MakeBrain) -> LlmBrain:
    return make_brain()


@pytest.fixture
def context() -> Context:
    return make_context()
