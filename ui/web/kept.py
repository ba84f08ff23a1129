"""What a conversation has kept of its answers: a result by its place, what a row of it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.brains.base import NextStep
from agent.next_steps import step_of
from tools.errors import NotFound
from tools.identity import User
from ui.serve.hub import Hub

Kept = Mapping[str, Any]


def result_at(
    hub: Hub, thread: str, number: int, index: int, user: User
) -> tuple[Kept, Kept | None]:
    """A result that was shown, with its call.

    Args:
        number: the message's place in the conversation.
        index: the result's place in the message.

    Raises:
        NotFound: there is none in a conversation of this person.
    """
    for message in hub.messages(thread, user):
        if message.number == number and message.turn is not None:
            results, calls = message.turn.get("results", []), message.turn.get("calls", [])
            if 0 <= index < len(results):
                return results[index], calls[index] if index < len(calls) else None
    raise NotFound("There is no such table.", hint="The conversation may be gone.")


def offer_at(hub: Hub, thread: str, place: Kept, user: User) -> NextStep:
    """What a row of a result offers to do: read from what was kept, never from the page.

    Args:
        place: `number` of the message, `index` of the result in it, and `row`.

    Raises:
        NotFound: the row is not there, or offers nothing.
    """
    number, index, at = (_whole(place.get(name)) for name in ("number", "index", "row"))
    rows = result_at(hub, thread, number, index, user)[0].get("rows", [])
    step = step_of(rows[at]) if 0 <= at < len(rows) else None
    if step is None:
        raise NotFound("Nothing is offered there.", hint="Ask again.")
    return step


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
