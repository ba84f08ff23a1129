"""Conversations that last, over one store: what every surface talks to."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.brains.base import Memory, NextStep, Understanding
from agent.memory import (
    memory_from_dict,
    memory_to_dict,
    understanding_from_dict,
    understanding_to_dict,
)
from agent.turn import Turn, remembered
from agent.turns import OnEvent, Turns
from tools.approvals import user_from_dict, user_to_dict
from tools.calls import Call
from tools.identity import User

if TYPE_CHECKING:
    from agent.state import TurnState, Yes
    from tools.plan import Plan


class Talks:
    """Every thread of talk over one graph: each survives a restart, with its pending plan.

    Turns of different threads may run at once; of one thread, one at a time.

    Args:
        turns: the steps of a turn, over one NovaCron and one brain.
        url: where conversations are kept; None keeps them in memory.
    """

    def __init__(self, turns: Turns, url: str | None = None) -> None:
        from agent.graph import (
            Graph,
        )  # LangGraph takes seconds: only a talk that lasts waits for it

        self.turns = turns
        self._graph = Graph(_Steps(turns), turns.opens, url)

    def say(self, thread: str, text: str, user: User, on_event: OnEvent | None = None) -> Turn:
        """One turn: what was said, and what came of it."""
        with _taking(on_event) as taken:
            self._graph.say(thread, text, user_to_dict(user))
        return taken.with_latency()

    def confirm(
        self,
        thread: str,
        digest: str,
        user: User,
        typed: str | None = None,
        on_event: OnEvent | None = None,
    ) -> Turn:
        """A click on a plan as it was shown, by its digest, instead of words.

        Raises:
            Conflict: that plan does not wait any more, or it is another one now.
        """
        with _taking(on_event) as taken:
            self._graph.confirm(thread, user_to_dict(user), digest=digest, typed=typed)
        return taken.with_latency()

    def propose(self, thread: str, step: NextStep, user: User) -> Turn:
        """A click on what an answer offered: it is planned, and asked about like any wish."""
        if not step.calls:
            return self.say(thread, step.label, user)
        calls = [call.to_dict() for call in step.calls]
        with _taking(None) as taken:
            self._graph.propose(thread, step.label, calls, user_to_dict(user))
        return taken.with_latency()

    def pending(self, thread: str, user: User) -> Turn | None:
        """The plan that waits for a yes, as it would be shown again, or None."""
        memory = self.memory(thread)
        plan = self.turns.pending_plan(memory)
        if plan is None or self.turns.control.approvals.status(plan.id) != "pending":
            return None
        return self.turns.show(plan, user, memory)

    def memory(self, thread: str) -> Memory:
        """What a conversation remembers."""
        return memory_from_dict(self._graph.state(thread).get("memory") or {})

    def forget(self, thread: str) -> None:
        """Drop what a conversation remembers."""
        self._graph.forget(thread)

    def close(self) -> None:
        """Let go of the store of conversations."""
        self._graph.close()


class Conversation:
    """One thread of talk.

    Args:
        turns: the steps of a turn, over one NovaCron and one brain.
        thread: the conversation's name; the same name goes on where it stopped.
        url: where conversations are kept; None keeps this one in memory.
    """

    def __init__(self, turns: Turns, thread: str, url: str | None = None) -> None:
        self.turns = turns
        self.thread = thread
        self._talks = Talks(turns, url)

    def say(self, text: str, user: User, on_event: OnEvent | None = None) -> Turn:
        """One turn: what was said, and what came of it."""
        return self._talks.say(self.thread, text, user, on_event)

    def confirm(
        self, digest: str, user: User, typed: str | None = None, on_event: OnEvent | None = None
    ) -> Turn:
        """A click on a plan as it was shown, by its digest, instead of words.

        Raises:
            Conflict: that plan does not wait any more, or it is another one now.
        """
        return self._talks.confirm(self.thread, digest, user, typed, on_event)

    def propose(self, step: NextStep, user: User) -> Turn:
        """A click on what an answer offered: it is planned, and asked about like any wish."""
        return self._talks.propose(self.thread, step, user)

    def pending(self, user: User) -> Turn | None:
        """The plan that waits for a yes, as it would be shown again, or None."""
        return self._talks.pending(self.thread, user)

    def memory(self) -> Memory:
        """What the conversation remembers."""
        return self._talks.memory(self.thread)

    def close(self) -> None:
        """Let go of the store of conversations."""
        self._talks.close()


@dataclass
class _Taken:
    """The whole turn of the present one: the graph's state keeps only what JSON holds."""

    on_event: OnEvent | None
    began: float
    turn: Turn | None = None

    def with_latency(self) -> Turn:
        """The turn, and how long it took."""
        assert self.turn is not None, "every path through the graph answers"
        spent = (time.perf_counter() - self.began) * 1000
        return dataclasses.replace(self.turn, latency_ms=round(spent, 3))


_TAKEN: ContextVar[_Taken] = ContextVar("taken")
"""Which turn runs in this thread; LangGraph runs nodes in a copy of the caller's context."""


@contextmanager
def _taking(on_event: OnEvent | None) -> Generator[_Taken]:
    """A turn begins, and ends with the block."""
    taken = _Taken(on_event, time.perf_counter())
    token = _TAKEN.set(taken)
    try:
        yield taken
    finally:
        _TAKEN.reset(token)


class _Steps:
    """The graph's steps over `Turns`; the whole `Turn` of the present one is kept beside it."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def understand(self, state: TurnState) -> TurnState:
        """Words to calls."""
        text, user, memory = _given(state)
        if clicked := state.get("calls"):
            understood = Understanding("calls", tuple(Call.parse(call) for call in clicked))
        else:
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
        if sooner := self._turns.at_once(plan, yes["text"], memory):
            return self._took(text, self._turns.resolve(sooner, user, memory))
        turn = self._turns.accept(plan, yes["typed"] or "", user, memory, _TAKEN.get().on_event)
        return self._took(text, turn)

    def answer(self, state: TurnState) -> TurnState:
        """Nothing is left to work out: the turn holds its reply."""
        return {}

    def asks(self, state: TurnState) -> bool:
        """Whether a plan waits for a person now."""
        return state.get("waiting") is not None

    def _took(self, text: str, turn: Turn) -> TurnState:
        _TAKEN.get().turn = turn = remembered(text, turn)
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
                "spoken": self._turns.spoken(plan),
            },
        }


def _is_for(yes: Yes, plan: Plan) -> bool:
    return (yes["plan_id"], yes["digest"]) == (plan.id, plan.digest)


def _given(state: TurnState) -> tuple[str, User, Memory]:
    user = user_from_dict(state.get("user") or {})
    return state.get("text", ""), user, memory_from_dict(state.get("memory") or {})
