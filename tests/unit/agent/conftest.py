"""A talk with a scripted brain over the contract's fleet; each test runs on both paths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.turns import Turns
from tests.unit.agent.talks import Direct, OverGraph, Scripted, Talk
from tools.control import Control


@pytest.fixture
def brain() -> Scripted:
    return Scripted()


@pytest.fixture
def turns(control: Control, brain: Scripted) -> Turns:
    return Turns(control, brain)


@pytest.fixture(params=["direct", "graph"])
def talk(request: pytest.FixtureRequest, turns: Turns) -> Iterator[Talk]:
    if request.param == "direct":
        yield Direct(turns)
        return
    over_graph = OverGraph(turns)
    yield over_graph
    over_graph.close()
