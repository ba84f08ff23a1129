"""Steps of a tiny conversation over a real ledger; run as a program, it is a process of its own.

`stop X` plans, `delete X` plans and wants the name typed, anything else only answers. A start is a
row of a table with one row a plan: what `Operations.start` is to the product.
"""

from __future__ import annotations

import sqlite3
import sys
import time
import uuid
from pathlib import Path

from agent.gate import opens
from agent.graph import Graph
from agent.state import TurnState

USER = {"name": "ada", "roles": ["operator"], "surface": "terminal", "tenant": "default"}


class Ledger:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._run("CREATE TABLE IF NOT EXISTS starts (plan_id TEXT PRIMARY KEY, typed TEXT)")
        self._run("CREATE TABLE IF NOT EXISTS asked (plan_id TEXT)")

    def start(self, plan_id: str, typed: str | None) -> None:
        self._run("INSERT INTO asked VALUES (?)", plan_id)
        self._run("INSERT OR IGNORE INTO starts VALUES (?, ?)", plan_id, typed)

    def started(self) -> list[str]:
        return [row[0] for row in self._run("SELECT plan_id FROM starts")]

    def asked(self) -> int:
        return len(self._run("SELECT 1 FROM asked"))

    def _run(self, query: str, *values: str | None) -> list[tuple[str]]:
        connection = sqlite3.connect(self.path, timeout=30)
        try:
            with connection:
                return connection.execute(query, values).fetchall()
        finally:
            connection.close()


class Scripted:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.fails = False
        self.hangs = False

    def understand(self, state: TurnState) -> TurnState:
        return {"understanding": {"words": state["text"].split()}}

    def resolve(self, state: TurnState) -> TurnState:
        words = state["understanding"]["words"]
        if words[0] not in ("stop", "delete"):
            return {"turn": {"outcome": "answer"}}
        to_type = words[1] if words[0] == "delete" else None
        plan_id = uuid.uuid4().hex
        waiting = {"plan_id": plan_id, "digest": f"digest of {plan_id}", "to_type": to_type}
        return {"turn": {"outcome": "confirm"}, "waiting": waiting}

    def act(self, state: TurnState) -> TurnState:
        waiting, yes = state["waiting"], state["yes"]
        if waiting.get("to_type") != yes["typed"]:
            return {"turn": {"outcome": "confirm"}}
        if self.fails:
            raise RuntimeError("the database is gone")
        self.ledger.start(yes["plan_id"], yes["typed"])
        if self.hangs:
            say("started")
            time.sleep(60)
        return {"turn": {"outcome": "done", "by": state["user"]["name"]}, "waiting": None}

    def answer(self, state: TurnState) -> TurnState:
        return {"turn": {**state["turn"], "reply": f"{state['turn']['outcome']}."}}

    def asks(self, state: TurnState) -> bool:
        return state.get("waiting") is not None


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(folder: Path, mode: str) -> None:
    """Take turns from standard input; say "ready" first, so that two can go at once."""
    steps = Scripted(Ledger(folder / "ledger.db"))
    steps.hangs = mode == "hang"
    graph = Graph(steps, opens, f"sqlite:///{folder}/threads.db")
    say("ready")
    for line in sys.stdin:
        state = graph.say("t1", line.strip(), USER)
        say(state["turn"]["outcome"])
    graph.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
