"""What a thread of the conversation keeps between its steps: JSON values only."""

from __future__ import annotations

from typing import Any, NotRequired, Protocol, TypedDict


class Waiting(TypedDict):
    """The plan that waits for a person, as it was last shown."""

    plan_id: str
    digest: str
    """What the person saw; a yes holds for this digest alone."""
    to_type: NotRequired[str | None]
    """What must be typed before data is lost, if anything."""
    tools: NotRequired[list[str]]
    """What the plan does."""
    spoken: NotRequired[dict[str, list[str]]]
    """How its machines and figures may be named in a yes."""


class Yes(TypedDict):
    """A person's act at the gate: for which plan as it was shown, by whom, and what was typed."""

    plan_id: str
    digest: str
    user: dict[str, Any]
    typed: str | None
    text: str
    """The words; empty where it was a click."""


class TurnState(TypedDict, total=False):
    """One thread. Machines, plans and results live in the database, by id."""

    text: str
    """What was said this turn."""
    user: dict[str, Any]
    """Who said it."""
    calls: list[dict[str, Any]] | None
    """What was clicked on instead of words, such as a saving."""
    memory: dict[str, Any]
    """What the brain is given back next turn: `agent.memory`."""
    understanding: dict[str, Any]
    """What the brain made of the words."""
    turn: dict[str, Any]
    """Outcome, calls and reply of this turn."""
    waiting: Waiting | None
    """The plan at the gate; a turn that leaves it be leaves it here."""
    yes: Yes | None
    """The yes that opened the gate in this turn."""


class Steps(Protocol):
    """The steps that the graph runs. Each takes the state and gives what changes in it.

    A step may be run again after a crash: `act` hands the plan's id to something that acts once
    for each plan, whoever asks and however often.
    """

    def understand(self, state: TurnState) -> TurnState:
        """Words to calls."""
        ...

    def resolve(self, state: TurnState) -> TurnState:
        """Calls to results, or to a plan that waits."""
        ...

    def act(self, state: TurnState) -> TurnState:
        """Start the plan that `state["yes"]` is for."""
        ...

    def answer(self, state: TurnState) -> TurnState:
        """The words of the turn."""
        ...

    def asks(self, state: TurnState) -> bool:
        """Whether a plan waits for a person now."""
        ...
