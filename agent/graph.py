"""The conversation's wiring in LangGraph: understand, resolve, answer, gate, act.

            ┌────────────► understand ─► resolve ─► answer ─► done
    say ────┤                                         │ ▲
            └─ a yes ─► gate (waits here) ◄───────────┘ │ a plan waits
                          └────────► act ───────────────┘

The gate is reached again at the end of every turn that leaves a plan waiting, so a question in
between keeps it. It is not what makes an act safe: that is the approval record, which is used once.
Only this file imports langgraph.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"  # before the import: no stored type is imported

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Interrupt, interrupt

from agent.guards import Guard, alone_on_postgres, guard_by_file, guard_by_postgres, guard_here
from agent.named_plan import as_it
from agent.state import Steps, TurnState, Waiting, Yes
from tools.errors import Conflict, InvalidRequest

Opens = Callable[[str, str | None, Sequence[str]], str | None]
"""Given words, what must be typed and the plan's tools: what was typed, "" for a plain yes, or
None where the words open nothing: `agent.gate.opens`."""


class Graph:
    """Threads of conversation over one checkpoint store.

    Args:
        steps: what each node does.
        opens: whether words open the gate.
        url: where threads are kept: a file, `sqlite:///path`, or `postgresql://…`; None: memory.
    """

    def __init__(self, steps: Steps, opens: Opens, url: str | None = None) -> None:
        self._opens = opens
        self._close = ExitStack()
        self._saver, self._guard = _open_store(url, self._close)
        self._graph = _build(steps).compile(checkpointer=self._saver)

    def say(self, thread_id: str, text: str, user: Mapping[str, Any]) -> TurnState:
        """One turn. Words that are a yes, or what must be typed, open the gate if a plan waits."""
        with self._guard(thread_id):
            waiting = self._state(thread_id).get("waiting")
            if waiting is not None:
                asked = waiting.get("to_type"), waiting.get("tools", ())
                typed = self._opens(text, *asked)
                if typed is None and (plain := as_it(text, waiting.get("spoken"))) is not None:
                    typed = self._opens(plain, *asked)
                if typed is not None:
                    return self._resume(thread_id, _yes(waiting, user, typed or None, text))
            return self._turn(thread_id, text, user)

    def propose(
        self,
        thread_id: str,
        text: str,
        calls: Sequence[Mapping[str, Any]],
        user: Mapping[str, Any],
    ) -> TurnState:
        """One turn of a click on what was offered: its calls are planned, and nothing is read."""
        with self._guard(thread_id):
            return self._turn(thread_id, text, user, calls)

    def confirm(
        self, thread_id: str, user: Mapping[str, Any], *, digest: str, typed: str | None = None
    ) -> TurnState:
        """A person's click on a plan as it was shown to them.

        Raises:
            Conflict: that plan does not wait any more, or it is another one now.
        """
        with self._guard(thread_id):
            waiting = self._state(thread_id).get("waiting")
            if waiting is None or waiting["digest"] != digest:
                raise Conflict(
                    "That plan is not the one that waits.", hint="Look at what is shown last."
                )
            return self._resume(thread_id, _yes(waiting, user, typed, ""))

    def state(self, thread_id: str) -> TurnState:
        """What a thread keeps as of its last turn, while another may run; empty for a new one."""
        return self._state(thread_id)

    def forget(self, thread_id: str) -> None:
        """Drop a thread."""
        with self._guard(thread_id):
            self._saver.delete_thread(thread_id)

    def close(self) -> None:
        """Let go of the checkpoint store."""
        self._close.close()

    def _state(self, thread_id: str) -> TurnState:
        return cast(TurnState, self._graph.get_state(_config(thread_id)).values)

    def _turn(
        self,
        thread_id: str,
        text: str,
        user: Mapping[str, Any],
        calls: Sequence[Mapping[str, Any]] = (),
    ) -> TurnState:
        clicked = [dict(call) for call in calls] or None
        fresh: TurnState = {"text": text, "user": dict(user), "yes": None, "calls": clicked}
        return self._invoke(thread_id, fresh)

    def _resume(self, thread_id: str, yes: Yes) -> TurnState:
        """Open the gate by its interrupt's id, so that no other gate can take the answer."""
        gate = self._gate(thread_id)
        return self._invoke(thread_id, Command(resume={gate.id: yes}))

    def _gate(self, thread_id: str) -> Interrupt:
        """The live gate of a thread with a waiting plan; a turn that died is led back to it."""
        config = _config(thread_id)
        snapshot = self._graph.get_state(config)
        if not snapshot.interrupts:
            self._graph.update_state(config, {}, as_node="answer")
            self._invoke(thread_id, None)
            snapshot = self._graph.get_state(config)
        if not snapshot.interrupts:
            raise Conflict("Nothing waits for a yes.", hint="Say again what shall be done.")
        return snapshot.interrupts[0]

    def _invoke(self, thread_id: str, given: Any) -> TurnState:
        config = _config(thread_id)
        output = self._graph.invoke(given, config, durability="exit", version="v2")
        return cast(TurnState, output.value)


def _build(steps: Steps) -> Any:
    def after_answer(state: TurnState) -> str:
        return "gate" if steps.asks(state) else END

    graph: Any = StateGraph(TurnState)  # its own types are not complete
    graph.add_node("understand", _plain(steps.understand))
    graph.add_node("resolve", _plain(steps.resolve))
    graph.add_node("answer", _plain(steps.answer))
    graph.add_node("gate", _wait)
    graph.add_node("act", _plain(steps.act))
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "resolve")
    graph.add_edge("resolve", "answer")
    graph.add_conditional_edges("answer", after_answer, ["gate", END])
    graph.add_conditional_edges("gate", _after_gate, ["act", "answer"])
    graph.add_edge("act", "answer")
    return graph


def _wait(state: TurnState) -> TurnState:
    """The gate: it waits for a person's act, and takes it only for the plan that it is for."""
    waiting = state.get("waiting")
    yes = cast(Yes, interrupt(waiting))
    same = waiting is not None and all(yes[key] == waiting[key] for key in ("plan_id", "digest"))
    return {"yes": yes, "text": yes["text"], "user": yes["user"]} if same else {"yes": None}


def _after_gate(state: TurnState) -> str:
    return "act" if state.get("yes") else "answer"


def _plain(step: Callable[[TurnState], TurnState]) -> Callable[[TurnState], TurnState]:
    """A step whose update is JSON, so that it comes back from the store as it went in."""

    def run(state: TurnState) -> TurnState:
        return json.loads(json.dumps(step(state), allow_nan=False))

    return run


def _yes(waiting: Waiting, user: Mapping[str, Any], typed: str | None, text: str) -> Yes:
    return {
        "plan_id": waiting["plan_id"],
        "digest": waiting["digest"],
        "user": dict(user),
        "typed": typed,
        "text": text,
    }


def _config(thread_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread_id}}


def _open_store(url: str | None, close: ExitStack) -> tuple[BaseCheckpointSaver[Any], Guard]:
    """The checkpoint store, and the guard that lets one turn of a thread run at a time."""
    serde = JsonPlusSerializer(allowed_msgpack_modules=None)
    if url is None:
        return _open_sqlite(":memory:", serde, close), guard_here()
    if url.startswith("postgresql://"):
        return _open_postgres(url, serde, close), guard_by_postgres(url)
    if not url.startswith("sqlite:///"):
        raise InvalidRequest("Threads are kept in sqlite:///… or postgresql://….")
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    guard = guard_by_file(path.with_name(f"{path.name}.lock"), close)
    return _open_sqlite(str(path), serde, close), guard


def _open_sqlite(path: str, serde: JsonPlusSerializer, close: ExitStack) -> SqliteSaver:
    connection = sqlite3.connect(path, timeout=30, check_same_thread=False)
    close.callback(connection.close)
    saver = SqliteSaver(connection, serde=serde)
    saver.setup()
    connection.execute("PRAGMA synchronous=NORMAL")
    return saver


def _open_postgres(
    url: str, serde: JsonPlusSerializer, close: ExitStack
) -> BaseCheckpointSaver[Any]:
    from langgraph.checkpoint.postgres import PostgresSaver
    from psycopg import Connection
    from psycopg.rows import DictRow, dict_row
    from psycopg_pool import ConnectionPool

    settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
        url, kwargs=settings, min_size=1, max_size=8, open=True
    )
    close.callback(pool.close)
    saver = PostgresSaver(pool, serde=serde)
    with alone_on_postgres(url, "checkpoints/setup"):
        saver.setup()
    return saver
