"""The conversation's graph: what waits, what opens it, and that it opens once."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.gate import opens
from agent.graph import Graph
from agent.state import TurnState
from tests.unit.llm.steps import USER, Ledger, Scripted
from tools.errors import Conflict, InvalidRequest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def steps(tmp_path: Path) -> Scripted:
    return Scripted(Ledger(tmp_path / "ledger.db"))


@pytest.fixture
def graph(steps: Scripted, tmp_path: Path) -> Iterator[Graph]:
    graph = Graph(steps, opens, f"sqlite:///{tmp_path}/threads.db")
    yield graph
    graph.close()


def outcome(state: TurnState) -> str:
    return state["turn"]["outcome"]


def test_a_plan_waits_and_nothing_starts(graph: Graph, steps: Scripted) -> None:
    state = graph.say("t1", "stop web-01", USER)

    assert outcome(state) == "confirm"
    assert state["turn"]["reply"] == "confirm."
    assert steps.ledger.started() == []


def test_a_yes_starts_what_was_shown(graph: Graph, steps: Scripted) -> None:
    shown = graph.say("t1", "stop web-01", USER)["waiting"]

    state = graph.say("t1", "yes", {**USER, "name": "grace"})

    assert shown is not None
    assert outcome(state) == "done"
    assert state["turn"]["by"] == "grace"
    assert state["waiting"] is None
    assert steps.ledger.started() == [shown["plan_id"]]


def test_a_second_yes_is_only_words(graph: Graph, steps: Scripted) -> None:
    graph.say("t1", "stop web-01", USER)
    graph.say("t1", "yes", USER)

    assert outcome(graph.say("t1", "yes", USER)) == "answer"
    assert steps.ledger.asked() == 1


def test_a_yes_with_nothing_waiting_is_only_words(graph: Graph, steps: Scripted) -> None:
    assert outcome(graph.say("t1", "yes", USER)) == "answer"
    assert steps.ledger.asked() == 0


def test_a_question_in_between_leaves_the_plan_waiting(graph: Graph, steps: Scripted) -> None:
    shown = graph.say("t1", "stop web-01", USER)["waiting"]

    assert outcome(graph.say("t1", "how many machines", USER)) == "answer"
    assert outcome(graph.say("t1", "what is the cost", USER)) == "answer"
    assert graph.state("t1")["waiting"] == shown
    assert outcome(graph.say("t1", "yes", USER)) == "done"
    assert shown is not None
    assert steps.ledger.started() == [shown["plan_id"]]


def test_a_new_change_takes_the_place_of_the_old(graph: Graph, steps: Scripted) -> None:
    graph.say("t1", "stop web-01", USER)
    second = graph.say("t1", "stop web-02", USER)["waiting"]
    graph.say("t1", "yes", USER)

    assert second is not None
    assert steps.ledger.started() == [second["plan_id"]]


def test_a_yes_does_not_reach_another_thread(graph: Graph, steps: Scripted) -> None:
    graph.say("t1", "stop web-01", USER)

    assert outcome(graph.say("t2", "yes", USER)) == "answer"
    assert steps.ledger.started() == []


def test_where_data_is_lost_only_the_typed_name_starts(graph: Graph, steps: Scripted) -> None:
    graph.say("t1", "delete db-01", USER)

    assert outcome(graph.say("t1", "yes", USER)) == "confirm"
    assert outcome(graph.say("t1", "yes", USER)) == "confirm"
    assert steps.ledger.started() == []
    assert outcome(graph.say("t1", " `db-01`. ", USER)) == "done"
    assert len(steps.ledger.started()) == 1


def test_a_click_holds_for_the_digest_that_was_shown(graph: Graph, steps: Scripted) -> None:
    first = graph.say("t1", "stop web-01", USER)["waiting"]
    second = graph.say("t1", "stop web-02", USER)["waiting"]
    assert first is not None
    assert second is not None

    with pytest.raises(Conflict):
        graph.confirm("t1", USER, digest=first["digest"])
    assert steps.ledger.started() == []

    assert outcome(graph.confirm("t1", USER, digest=second["digest"])) == "done"
    with pytest.raises(Conflict):
        graph.confirm("t1", USER, digest=second["digest"])
    assert steps.ledger.started() == [second["plan_id"]]


def test_two_at_the_same_instant_start_once(graph: Graph, steps: Scripted) -> None:
    digest = graph.say("t1", "stop web-01", USER)["waiting"]["digest"]  # pyright: ignore
    together = threading.Barrier(4)
    ends: list[str] = []

    def click(by_word: bool) -> None:
        together.wait()
        try:
            if by_word:
                ends.append(outcome(graph.say("t1", "yes", USER)))
            else:
                ends.append(outcome(graph.confirm("t1", USER, digest=digest)))
        except Conflict:
            ends.append("conflict")

    threads = [threading.Thread(target=click, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ends.count("done") == 1
    assert steps.ledger.asked() == 1


def test_after_a_step_that_failed_the_plan_still_waits(graph: Graph, steps: Scripted) -> None:
    shown = graph.say("t1", "stop web-01", USER)["waiting"]
    steps.fails = True
    with pytest.raises(RuntimeError):
        graph.say("t1", "yes", USER)
    steps.fails = False

    assert outcome(graph.say("t1", "how many", USER)) == "answer"
    assert steps.ledger.started() == []
    assert outcome(graph.say("t1", "yes", USER)) == "done"
    assert shown is not None
    assert steps.ledger.started() == [shown["plan_id"]]


def test_a_yes_right_after_a_step_that_failed_starts_once(graph: Graph, steps: Scripted) -> None:
    graph.say("t1", "stop web-01", USER)
    steps.fails = True
    with pytest.raises(RuntimeError):
        graph.say("t1", "yes", USER)
    steps.fails = False

    assert outcome(graph.say("t1", "yes", USER)) == "done"
    assert steps.ledger.asked() == 1


def test_a_new_graph_over_the_same_file_goes_on(steps: Scripted, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/threads.db"
    first = Graph(steps, opens, url)
    first.say("t1", "stop web-01", USER)
    first.close()

    second = Graph(steps, opens, url)
    assert outcome(second.say("t1", "yes", USER)) == "done"
    second.close()


def test_a_forgotten_thread_has_nothing_waiting(graph: Graph, steps: Scripted) -> None:
    graph.say("t1", "stop web-01", USER)
    graph.forget("t1")

    assert graph.state("t1") == {}
    assert outcome(graph.say("t1", "yes", USER)) == "answer"
    assert steps.ledger.started() == []


def test_a_step_that_keeps_no_json_is_a_bug(graph: Graph, steps: Scripted) -> None:
    def keeps_a_set(state: TurnState) -> TurnState:
        return {"understanding": {"words": {"a", "set"}}}

    steps.understand = keeps_a_set
    broken = Graph(steps, opens)
    with pytest.raises(TypeError):
        broken.say("t1", "stop web-01", USER)
    broken.close()


def test_stored_types_are_not_imported() -> None:
    from langgraph.checkpoint.serde import _msgpack

    assert _msgpack.STRICT_MSGPACK_ENABLED


@pytest.mark.parametrize("url", ["mysql://x/y", "threads.db", "sqlite://"])
def test_another_store_is_refused(steps: Scripted, url: str) -> None:
    with pytest.raises(InvalidRequest):
        Graph(steps, opens, url)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", ["agent", "tools", "knowledge", "ui"])
def test_only_the_graph_imports_langgraph(room: str) -> None:
    files: Any = [p for p in (ROOT / room).rglob("*.py") if p != ROOT / "agent" / "graph.py"]

    assert [path for path in files if "langgraph" in imports(path)] == []
