"""Conversations over HTTP: one's own, and nobody else's."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from ui.serve.callers import Planner, Reader, TheHub, TheServing
from ui.serve.hub import turn_text
from ui.serve.problems import RESPONSES
from ui.serve.wire import NewConversation, Said, message_json, thread_json, turn_json

router = APIRouter(prefix="/api/conversations", tags=["conversations"], responses=RESPONSES)

Limit = Annotated[int, Query(ge=1, le=200)]
Within = Annotated[float, Query(ge=0, le=300, description="how long to wait for an operation")]


@router.post("", status_code=201)
def begin(given: NewConversation, user: Planner, hub: TheHub) -> dict[str, Any]:
    """Begin a conversation."""
    return {"id": hub.create(user, given.title)}


@router.get("")
def list_conversations(
    user: Reader, hub: TheHub, limit: Limit = 50, before: UUID | None = None
) -> dict[str, Any]:
    """One's own conversations, the latest first; `before` is the last one of the page before."""
    found = hub.threads(user, limit, str(before) if before else None)
    return {"conversations": [thread_json(thread) for thread in found]}


@router.delete("/{conversation}", status_code=204)
def forget(conversation: UUID, user: Planner, hub: TheHub) -> None:
    """Drop a conversation; plans and operations stay in their records."""
    hub.forget(str(conversation), user)


@router.get("/{conversation}/messages")
def messages(conversation: UUID, user: Reader, hub: TheHub, limit: Limit = 100) -> dict[str, Any]:
    """What was said, in order: the last messages."""
    found = hub.messages(str(conversation), user, limit)
    return {"messages": [message_json(message) for message in found]}


@router.post(
    "/{conversation}/messages",
    response_model=dict[str, Any],
    responses={202: {"description": "still under way"}},
)
async def say(
    conversation: UUID,
    given: Said,
    user: Planner,
    serving: TheServing,
    within_s: Within = 30,
) -> Any:
    """Say something; what came of it. A yes in words counts where the caller may approve.

    Where an operation takes longer, the answer is 202 and the outcome "running": what comes of it
    is then said in the conversation.
    """
    hub = serving.hub
    turn = await serving.runs.run(lambda: hub.say(str(conversation), given.text, user), within_s)
    status = 202 if turn is None else 200
    text = json.dumps(turn_json(None)) if turn is None else turn_text(turn)
    return Response(text, status, media_type="application/json")  # written once, checked by tests


@router.get("/{conversation}/pending")
def pending(conversation: UUID, user: Reader, hub: TheHub) -> dict[str, Any]:
    """The plan that waits in a conversation, as it would be shown again, or null."""
    turn = hub.pending(str(conversation), user)
    return {"pending": None if turn is None else turn_json(turn)}
