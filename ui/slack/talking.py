"""Words in Slack: a thread is a conversation, and so is the top of a direct one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from agent.brains.base import NextStep
from agent.turns import Turn
from tools.calls import Call
from tools.errors import InvalidRequest, NotAllowed
from tools.identity import User
from ui.format import zone_of
from ui.serve.hub import Hub
from ui.slack.blocks import NOT_OURS, read_value
from ui.slack.board import Board
from ui.slack.people import People, Spot, is_within
from ui.slack.posting import Poster
from ui.slack.results import parts_of, words_part

MOST_PARTS = 6
"""A turn of more results shows the first of them."""
_SPACE = uuid.UUID("3f1c2b6e-61d5-4a5e-9d27-0f8c1f6f4b55")


class Talking:
    """Takes what is said to the hub and shows what came of it where it was said.

    Args:
        hub: gives the open hub.
    """

    def __init__(
        self, hub: Callable[[], Hub], people: People, poster: Poster, board: Board
    ) -> None:
        self._hub = hub
        self._people = people
        self._poster = poster
        self._board = board

    def say(self, spot: Spot, text: str) -> None:
        """One turn.

        Raises:
            NovaError: the person is not known or not served there.
        """
        user = self._people.user(spot)
        thread = self.thread(spot, user)
        self._check_waiting(thread, user)
        self.show(self._hub().say(thread, text, user), spot)

    def offer(self, spot: Spot, text: str) -> None:
        """A press of what an answer offered: it is planned for who pressed it.

        Raises:
            NovaError: the person is not known or not served there, or it is none of ours.
        """
        user = self._people.user(spot)
        step = _step(text)
        thread = self.thread(spot, user)
        self._check_waiting(thread, user)
        self.show(self._hub().propose(thread, step, user), spot)

    def thread(self, spot: Spot, user: User) -> str:
        """The conversation of a place, made where it is new; others of a channel share it."""
        thread = str(uuid.uuid5(_SPACE, f"{spot.channel}/{spot.thread or ''}"))
        return self._hub().create(user, thread=thread, shared=not spot.direct)

    def _check_waiting(self, thread: str, user: User) -> None:
        """Take no word for a plan that was made elsewhere and is about more than is seen here.

        Raises:
            NotAllowed: such a plan waits in this conversation.
        """
        waiting = self._hub().pending(thread, user) if user.sees else None
        if waiting is None or waiting.plan is None:
            return
        if not is_within(waiting.plan, user, self._hub().control.world):
            raise NotAllowed(
                "A plan waits in this conversation that is about more than is seen here.",
                hint="Decide it where it was asked for.",
            )

    def show(self, turn: Turn, spot: Spot) -> None:
        """What came of a turn: what was found, the plan with its buttons, what was done."""
        parts = parts_of(turn, zone_of(self._hub().control.settings.zone))
        for part in parts[:MOST_PARTS]:
            self._poster.part(spot, part)
        if len(parts) > MOST_PARTS:
            more = f"… and {len(parts) - MOST_PARTS} more results; ask for them one by one."
            self._poster.part(spot, words_part(more))
        if turn.plan is None:
            return
        if turn.outcome == "confirm":
            self._board.show(turn.plan, spot)
        elif turn.outcome in ("done", "cancelled"):
            self._board.refresh(turn.plan.id)


def _step(text: str) -> NextStep:
    """What a button carries.

    Raises:
        InvalidRequest: it is none of ours.
    """
    value = read_value(text)
    label, calls = value.get("s"), value.get("c") or ()
    if not isinstance(label, str):
        raise InvalidRequest(NOT_OURS)
    return NextStep(label, tuple(Call.parse(call) for call in calls))
