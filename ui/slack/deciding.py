"""Clicks on a plan's card. Who clicked, what was shown and what is typed are checked here; whether
it is enough, the gate says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.turns import Turn
from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound
from tools.identity import User
from tools.plan import Plan
from ui.serve.accounts import Accounts
from ui.serve.hub import Hub
from ui.slack.blocks import Block, Blocks, facts, plain, read_value, words
from ui.slack.board import Board
from ui.slack.cards import card_of, is_expired, lifetime_text
from ui.slack.people import People, Spot, is_within
from ui.slack.posting import Poster
from ui.slack.store import Store
from ui.slack.talking import Talking

TYPED_VIEW = "plan_typed"
TYPED = "typed"
_LONGEST_TYPED = 300


@dataclass(frozen=True, slots=True)
class Pressed:
    """What stands behind a plan's button: the plan as it was shown."""

    plan_id: str
    digest: str

    @classmethod
    def read(cls, text: str) -> Pressed:
        """Read a button's value.

        Raises:
            InvalidRequest: it is none of ours.
        """
        value = read_value(text)
        return cls(str(value.get("p")), str(value.get("d")))


class Deciding:
    """A person's yes and no to what Slack shows.

    Args:
        hub: gives the open hub.
    """

    def __init__(
        self, hub: Callable[[], Hub], accounts: Accounts, people: People, poster: Poster,
        board: Board, store: Store, talking: Talking,
    ) -> None:  # fmt: skip
        self._hub = hub
        self._accounts = accounts
        self._people = people
        self._poster = poster
        self._board = board
        self._store = store
        self._talking = talking

    def approve(self, spot: Spot, pressed: Pressed, typed: str | None = None) -> None:
        """A yes to a plan as it was shown.

        Raises:
            NovaError: it does not count; nothing was changed.
        """
        user = self._people.user(spot)
        plan = self.checked(pressed, user)
        if typed is None and plan.to_type is not None:
            raise InvalidRequest("Data is lost: what must be typed was not.")
        if is_expired(self._hub(), plan):
            why = f"Expired: it was shown more than {lifetime_text(self._hub())} ago."
            self._store.expire(plan.id, why)
        self._shown(self._yes(plan, spot, user, typed), plan, spot)

    def _yes(self, plan: Plan, spot: Spot, user: User, typed: str | None) -> Turn:
        """In the conversation where the plan waits, or from outside of it."""
        hub, thread = self._hub(), self._talking.thread(spot, user)
        waiting = hub.pending(thread, user)
        if waiting is not None and waiting.plan is not None and waiting.plan.id == plan.id:
            return hub.confirm(thread, plan.digest, user, typed)
        return hub.approve(plan.id, plan.digest, user, typed)

    def _shown(self, turn: Turn, plan: Plan, spot: Spot) -> None:
        if turn.plan is not None and turn.plan.id == plan.id and turn.outcome == "confirm":
            self._board.refresh(plan.id)
            said = "Your yes is recorded; nothing runs before another person's."
            self._poster.whisper(spot, said)
            return
        if turn.plan is not None and turn.plan.id != plan.id:
            self._board.expire(plan, self._why(plan))
        self._board.refresh(plan.id)
        self._talking.show(turn, spot)

    def _why(self, plan: Plan) -> str:
        noted = (card.expired for card in self._store.cards_of(plan.id))
        return next((why for why in noted if why), "It holds no more: machines have changed since.")

    def checked(self, pressed: Pressed, user: User) -> Plan:
        """The plan behind a button, where this person's yes to it would count now.

        Raises:
            NotFound: there is none that this person sees here.
            Conflict: it is not what was shown, was called off or has run.
            NotAllowed: another person's yes is needed.
        """
        hub = self._hub()
        plan = self._seen(pressed.plan_id, user)
        if pressed.digest != plan.digest:
            raise Conflict("The plan that was shown is not this one.", hint="Look at it again.")
        if hub.control.operations.of_plan(plan.id) is not None:
            raise Conflict("This plan was approved already; it runs once.")
        if hub.control.approvals.status(plan.id) != "pending":
            self._board.refresh(plan.id)
            raise Conflict(self._ended(plan), hint="Ask for it again; nothing was changed.")
        if not (user.approves and hub.control.policy.may_approve(plan, user)):
            raise NotAllowed(f"You, {user.name}, may not approve this.", hint="Ask who may.")
        given = hub.control.approvals.given(plan.id)
        if any(approval.user.name == user.name for approval in given):
            raise NotAllowed("You said yes already; another person's yes is needed.")
        return plan

    def _seen(self, plan_id: str, user: User) -> Plan:
        plan = self._hub().plan(plan_id, user)
        if not is_within(plan, user, self._hub().control.world):
            raise NotFound("There is no such plan here.")
        return plan

    def _ended(self, plan: Plan) -> str:
        noted = [card.expired for card in self._store.cards_of(plan.id) if card.expired]
        return noted[0] if noted else "This plan was called off."

    # what must be typed

    def ask_typed(self, spot: Spot, pressed: Pressed, trigger: str) -> None:
        """Open the window in which the name or the number is typed."""
        plan = self.checked(pressed, self._people.user(spot))
        card = card_of(self._hub(), self._accounts, plan)
        self._poster.client.views_open(trigger_id=trigger, view=typed_view(plan, card, spot))

    def check_typed(self, spot: Spot, pressed: Pressed, typed: str) -> None:
        """Whether what was typed is what had to be.

        Raises:
            NovaError: it is not, or the yes would not count.
        """
        plan = self.checked(pressed, self._people.user(spot))
        if plan.to_type is None or typed.casefold() != plan.to_type.casefold():
            raise InvalidRequest("That is not it. Nothing was changed.")

    # no, stop, undo

    def cancel(self, spot: Spot, pressed: Pressed) -> None:
        """Call a plan off.

        Raises:
            NovaError: it runs already, or another person's it is.
        """
        hub, user = self._hub(), self._people.user(spot)
        plan = self._seen(pressed.plan_id, user)
        if hub.control.operations.of_plan(plan.id) is not None:
            raise Conflict("It is too late: this plan was approved already.", hint="Press Stop.")
        if plan.asked_by != user.name and not hub.control.policy.may_approve(plan, user):
            raise NotAllowed("Only who asked for a plan, or may approve it, can call it off.")
        thread = self._talking.thread(spot, user)
        waiting = hub.pending(thread, user)
        if waiting is not None and waiting.plan is not None and waiting.plan.id == plan.id:
            hub.cancel(thread, user)
        else:
            hub.call_off(plan.id, user)
        self._board.refresh(plan.id)

    def stop(self, spot: Spot, text: str) -> None:
        """Begin nothing more of what runs."""
        user, operation_id = self._people.user(spot), str(read_value(text).get("o"))
        operation = self._hub().operation(operation_id, user)
        self._seen(operation.plan_id, user)
        self._hub().stop_operation(operation_id, user)
        self._board.refresh(operation.plan_id)

    def undo(self, spot: Spot, text: str) -> None:
        """Ask for an operation to be taken back: that is a plan of its own."""
        user, operation_id = self._people.user(spot), str(read_value(text).get("o"))
        operation = self._hub().operation(operation_id, user)
        self._seen(operation.plan_id, user)
        self._talking.say(spot, f"undo operation {operation.id}")


def typed_view(plan: Plan, card: Mapping[str, Any], spot: Spot) -> Block:
    """The window in which data's loss is confirmed by typing."""
    lost = [call["loses"] for call in card["calls"] if call["loses"]]
    blocks: Blocks = [words(card["title"], bold=True)]
    known = [("Lost for good", one) for one in lost[:8]]
    blocks.append(facts([*known, (f"Type {card['to_type_what']}", str(plan.to_type))]))
    typing: Block = {
        "type": "plain_text_input", "action_id": TYPED, "max_length": _LONGEST_TYPED,
        "focus_on_load": True,
    }  # fmt: skip
    label = plain(f"Type {card['to_type_what']} to go ahead")
    blocks.append({"type": "input", "block_id": TYPED, "label": label, "element": typing})
    kept = {
        "p": plan.id, "d": plan.digest, "c": spot.channel, "t": spot.thread or "",
    }  # fmt: skip
    return {
        "type": "modal", "callback_id": TYPED_VIEW, "title": plain("Data is lost"),
        "submit": plain("Go ahead"), "close": plain("Back"), "blocks": blocks,
        "private_metadata": json.dumps(kept),
    }  # fmt: skip


def submitted(view: Mapping[str, Any], member: str) -> tuple[Spot, Pressed, str]:
    """What was typed, for which plan, and where its card stands.

    Raises:
        InvalidRequest: the window is none of ours.
    """
    kept = read_value(str(view.get("private_metadata")))
    values = view.get("state", {}).get("values", {})
    typed = str(values.get(TYPED, {}).get(TYPED, {}).get("value") or "").strip()
    spot = Spot(member, str(kept.get("c")), str(kept.get("t")) or None)
    return spot, Pressed(str(kept.get("p")), str(kept.get("d"))), typed[:_LONGEST_TYPED]
