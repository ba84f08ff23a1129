"""One conversation that lasts: what every surface talks to."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

from agent.brains.base import Memory
from agent.gate import opens
from agent.memory import (
    memory_from_dict,
    memory_to_dict,
    understanding_from_dict,
    understanding_to_dict,
)
from agent.turn import Turn, remembered
from agent.turns import OnEvent, Turns
from tools.approvals import user_from_dict, user_to_dict
from tools.identity import User

if TYPE_CHECKING:
    from agent.state import TurnState, Yes
    from tools.plan import Plan


class Conversation:
    """One thread of talk over the graph: it survives a restart, with its pending plan.

    Args:
        turns: the steps of a turn, over one NovaCron and one brain.
        thread: the conversation's name; the same name goes on where it stopped.
        url: where conversations are kept; None keeps this one in memory.
    """

    def __init__(self, turns: Turns, thread: str, url: str | None = None) -> None:
        from agent.graph import (
            Graph,
        )  # LangGraph takes seconds: only a talk that lasts waits for it

        self.turns = turns
        self.thread = thread
        self._steps = _Steps(turns)
        self._graph = Graph(self._steps, opens, url)
        self._one_at_a_time = threading.Lock()

    def say(self, text: str, user: User, on_event: OnEvent | None = None) -> Turn:
        """One turn: what was said, and what came of it."""
        began = time.perf_counter()
        with self._one_at_a_time:
            self._steps.begin(on_event)
            self._graph.say(self.thread, text, user_to_dict(user))
            return self._taken(began)

    def confirm(
        self, digest: str, user: User, typed: str | None = None, on_event: OnEvent | None = None
    ) -> Turn:
        """A click on a plan as it was shown, by its digest, instead of words.

        Raises:
            Conflict: that plan does not wait any more, or it is another one now.
        """
        began = time.perf_counter()
        with self._one_at_a_time:
            self._steps.begin(on_event)
            self._graph.confirm(self.thread, user_to_dict(user), digest=digest, typed=typed)
            return self._taken(began)

    def pending(self, user: User) -> Turn | None:
        """The plan that waits for a yes, as it would be shown again, or None."""
        memory = self.memory()
        plan = self.turns.pending_plan(memory)
        if plan is None or self.turns.control.approvals.status(plan.id) != "pending":
            return None
        return self.turns.show(plan, user, memory)

    def memory(self) -> Memory:
        """What the conversation remembers."""
        return memory_from_dict(self._graph.state(self.thread).get("memory") or {})

    def close(self) -> None:
        """Let go of the store of conversations."""
        self._graph.close()

    def _taken(self, began: float) -> Turn:
        turn = self._steps.turn
        assert turn is not None, "every path through the graph answers"
        return dataclasses.replace(turn, latency_ms=round((time.perf_counter() - began) * 1000, 3))


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
        text, user, memory = _given(state)
        understood = understanding_from_dict(state.get("understanding") or {})
        return self._took(text, self._turns.resolve(understood, user, memory))

    def act(self, state: TurnState) -> TurnState:
        """Start the plan that was said yes to, or show it again.

        Run again after a crash it starts nothing twice: a plan becomes one operation at most.
        """
        text, user, memory = _given(state)
        yes = state.get("yes")
        plan = self._turns.pending_plan(memory)
        if yes is None or plan is None or not _is_for(yes, plan):
            kept = dataclasses.replace(memory, pending=None)
            return self._took(text, Turn("clarify", "That plan is gone. Ask again.", memory=kept))
        if not yes["text"]:  # a click is for the plan it stands beside, never for a question
            memory = dataclasses.replace(memory, asked=None)
        turn = self._turns.accept(plan, yes["typed"] or "", user, memory, self._on_event)
        return self._took(text, turn)

    def answer(self, state: TurnState) -> TurnState:
        """Nothing is left to work out: the turn holds its reply."""
        return {}

    def asks(self, state: TurnState) -> bool:
        """Whether a plan waits for a person now."""
        return state.get("waiting") is not None

    def _took(self, text: str, turn: Turn) -> TurnState:
        self.turn = turn = remembered(text, turn)
        plan = self._turns.pending_plan(turn.memory)
        return {
            "memory": memory_to_dict(turn.memory),
            "turn": {"outcome": turn.outcome, "reply": turn.reply, "options": list(turn.options)},
            "waiting": plan
            and {
                "plan_id": plan.id,
                "digest": plan.digest,
                "to_type": plan.to_type,
                "tools": list(plan.tools),
            },
        }


def _is_for(yes: Yes, plan: Plan) -> bool:
    return (yes["plan_id"], yes["digest"]) == (plan.id, plan.digest)


def _given(state: TurnState) -> tuple[str, User, Memory]:
    user = user_from_dict(state.get("user") or {})
    return state.get("text", ""), user, memory_from_dict(state.get("memory") or {})
