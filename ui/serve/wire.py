"""What the HTTP interface takes and gives, beside what `ui.wire` writes."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.turns import Turn
from tools.calls import Call
from tools.journal import Operation
from ui.serve.hub import Message, PlannedCard, ThreadInfo, turn_as_json
from ui.wire import operation_to_json, plain, plan_to_json

WORDS = 20_000


class Body(BaseModel):
    """Base of what is sent: a field that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewConversation(Body):
    """A conversation to begin."""

    title: str = Field("", max_length=200, description="empty: its first words")


class Said(Body):
    """What a person says."""

    text: str = Field(min_length=1, max_length=WORDS, description="in one's own words")


class Yes(Body):
    """A person's yes to a plan as they saw it."""

    digest: str = Field(pattern="^[0-9a-f]{64}$", description="the plan's, as it was shown")
    typed: str | None = Field(
        None, max_length=300, description="the plan's `to_type`, where data is lost"
    )


class Asked(Body):
    """Calls that change something, to be worked out to a plan."""

    calls: list[Call] = Field(min_length=1, max_length=50, description="in the order to run them")


class ToolUse(Body):
    """One use of a tool."""

    selector: dict[str, Any] | None = Field(None, description="which machines")
    args: dict[str, Any] = Field(default_factory=dict[str, Any], description="the tool's own")
    when: dict[str, Any] | None = Field(None, description='{"at": …} or {"cron": …}, for a change')


class Credentials(Body):
    """A name and a password."""

    name: str = Field(max_length=200)
    password: str = Field(max_length=1000)


def as_json(value: Any) -> Any:
    """A value of ours as JSON values."""
    return json.loads(json.dumps(value, default=plain))


def thread_json(thread: ThreadInfo) -> dict[str, Any]:
    """A conversation in a list."""
    return as_json(dataclasses.asdict(thread))


def message_json(message: Message) -> dict[str, Any]:
    """Something that was said."""
    return {
        "role": message.role, "author": message.author, "text": message.text,
        "at": message.at.isoformat(), "turn": message.turn,
    }  # fmt: skip


def card_json(card: PlannedCard, plans_at: str) -> dict[str, Any]:
    """A plan that waits, with the address at which a person finds it.

    Args:
        card: the plan.
        plans_at: what addresses of plans begin with; empty where there is none.
    """
    return {
        **as_json(plan_to_json(card.plan, card.decision)),
        "approved_by": list(card.approved_by),
        "expires_at": card.expires_at.isoformat(),
        "link": f"{plans_at}{card.plan.id}" if plans_at else None,
    }


def turn_json(turn: Turn | None) -> dict[str, Any]:
    """What came of a turn; one that is still under way has an outcome of its own."""
    return {"outcome": "running"} if turn is None else turn_as_json(turn)


def operation_json(operation: Operation) -> dict[str, Any]:
    """An operation with its steps."""
    return operation_to_json(operation)
