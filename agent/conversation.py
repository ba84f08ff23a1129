"""One conversation that lasts: what every surface talks to."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from agent.brains.base import Memory
from agent.dialogue import reads
from agent.graph import Graph
from agent.memory import (
    REMEMBERED,
    memory_from_dict,
    memory_to_dict,
    understanding_from_dict,
    understanding_to_dict,
)
from agent.state import TurnState
from agent.turns import OnEvent, Turn, Turns
from tools.errors import Conflict
from tools.identity import User


class Conversation:
    """One thread of talk over the graph: it survives a restart, with its pending plan.

    Args:
        turns: the steps of a turn, over one NovaCron and one brain.
        thread: the conversation's name; the same name goes on where it stopped.
        url: where conversations are kept; None keeps this one in memory.
    """

    def __init__(self, turns: Turns, thread: str, url: str | None = None) -> None:
        self.turns = turns
        self.thread = thread
        self._steps = _Steps(turns)
        self._graph = Graph(self._steps, reads, url)

    def say(self, text: str, user: User, on_event: OnEvent | None = None) -> Turn:
        """One turn: what was said, and what came of it."""
        began = time.perf_counter()
        self._steps.begin(on_event)
        self._graph.say(self.thread, text, _user_to_dict(user))
        turn = self._steps.turn
        assert turn is not None, "every path through the graph answers"
        return dataclasses.replace(turn, latency_ms=round((time.perf_counter() - began) * 1000, 3))

    def confirm(
        self, user: User, typed: str | None = None, on_event: OnEvent | None = None
    ) -> Turn:
        """A click on the pending plan instead of words."""
        turn = self.pending(user)
        if turn is None or turn.plan is None:
            raise Conflict("Nothing waits for a yes.", hint="Say again what shall be done.")
        self._steps.begin(on_event)
        self._graph.confirm(self.thread, _user_to_dict(user), digest=turn.plan.digest, typed=typed)
        assert self._steps.turn is not None
        return self._steps.turn

    def pending(self, user: User) -> Turn | None:
        """The plan that waits for a yes, as it would be shown again, or None."""
        memory = self.memory()
        plan = self.turns.pending_plan(memory)
        return None if plan is None else self.turns.show(plan, user, memory)

    def memory(self) -> Memory:
        """What the conversation remembers."""
        return memory_from_dict(self._graph.state(self.thread).get("memory") or {})

    def close(self) -> None:
        """Let go of the store of conversations."""
        self._graph.close()


class _Steps:
    """The graph's steps over `Turns`; the whole `Turn` of the present one is kept beside it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._on_event: OnEvent | None = None
        self.turn: Turn | None = None

    def begin(self, on_event: OnEvent | None) -> None:
        """A new turn begins."""
        self.turn, self._on_event = None, on_event

    def understand(self, state: TurnState) -> TurnState:
        """Words to calls."""
        text, user, memory = _given(state)
        understood = self._turns.understand(text, user, memory)
        return {"understanding": understanding_to_dict(understood)}

    def resolve(self, state: TurnState) -> TurnState:
        """Calls to results, or to a plan that waits."""
        _, user, memory = _given(state)
        understood = understanding_from_dict(state.get("understanding") or {})
        return self._took(self._turns.resolve(understood, user, memory), state)

    def act(self, state: TurnState) -> TurnState:
        """Start the plan that was said yes to, or show it again."""
        _, user, memory = _given(state)
        yes = state.get("yes")
        plan = self._turns.pending_plan(memory)
        if plan is None or yes is None:
            return {"waiting": None}
        typed = yes["typed"] or ""
        return self._took(self._turns.accept(plan, typed, user, memory, self._on_event), state)

    def answer(self, state: TurnState) -> TurnState:
        """Nothing is left to work out: the turn holds its reply."""
        return {}

    def asks(self, state: TurnState) -> bool:
        """Whether a plan waits for a person now."""
        return state.get("waiting") is not None

    def _took(self, turn: Turn, state: TurnState) -> TurnState:
        text = state.get("text", "")
        said = (*turn.memory.said, ("user", text[:2000]), ("nova", turn.reply[:2000]))
        kept = dataclasses.replace(turn.memory, said=said[-REMEMBERED:])
        self.turn = dataclasses.replace(turn, memory=kept)
        plan = self._turns.pending_plan(kept)
        return {
            "memory": memory_to_dict(kept),
            "turn": {"outcome": turn.outcome, "reply": turn.reply, "options": list(turn.options)},
            "waiting": plan
            and {"plan_id": plan.id, "digest": plan.digest, "to_type": plan.to_type},
        }


def _given(state: TurnState) -> tuple[str, User, Memory]:
    user = _user_from_dict(state.get("user") or {})
    return state.get("text", ""), user, memory_from_dict(state.get("memory") or {})


def _user_to_dict(user: User) -> dict[str, Any]:
    return {**dataclasses.asdict(user), "roles": sorted(user.roles)}


def _user_from_dict(data: dict[str, Any]) -> User:
    return User(data["name"], frozenset(data["roles"]), data["surface"], data["tenant"])
