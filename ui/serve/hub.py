"""One open NovaCron behind every surface that serves many people. Thread-safe, and it blocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from agent.brains.base import Memory, NextStep
from agent.conversation import Talks
from agent.guards import guard_here
from agent.memory import planned_memory
from agent.turns import OnEvent, Turn, Turns
from tools.errors import Conflict, InvalidRequest, NotAllowed, NovaError
from tools.identity import User
from tools.operations import Event, StepRecord
from tools.plan import Plan
from ui.serve.desk import Desk, PlannedCard
from ui.serve.events import Bus, Listener
from ui.serve.tables import create_tables
from ui.serve.threads import Message, ThreadInfo, Threads
from ui.serve.tracing import noting, span
from ui.serve.watch import Watch
from ui.wire import plain, turn_to_json

OnTurn = Callable[[Turn, str], None]

__all__ = ["Hub", "Message", "PlannedCard", "ThreadInfo"]


class Hub(Desk):
    """The conversations, plans and operations of one NovaCron, each look as a person.

    Args:
        turns: the steps of a turn, over one control and one brain.
        conversations_url: where the talks are kept; None: in memory.
        on_turn: is told of every turn and the surface on which it was taken.
    """

    def __init__(
        self, turns: Turns, conversations_url: str | None, on_turn: OnTurn | None = None
    ) -> None:
        super().__init__(turns.control, on_change=self._look)
        create_tables(self.control.engine)
        self.bus = Bus()
        self._turns = turns
        self._on_turn = on_turn
        self._talks = Talks(turns, conversations_url)
        self._threads = Threads(self.control.engine, self.control.clock)
        self._one_at_a_time = guard_here()
        self._watch = Watch(self.control, self.bus)

    def _look(self) -> None:
        self._watch.look()

    def start(self) -> None:
        """Begin to tell of what other processes do."""
        self._watch.start()

    def close(self) -> None:
        """Let go of the conversations; the control is the caller's to close."""
        self._watch.stop()
        self._talks.close()

    # conversations

    def create(
        self, user: User, title: str = "", thread: str | None = None, shared: bool = False
    ) -> str:
        """A new conversation's id.

        Args:
            user: whose it is.
            title: empty: its first words.
            thread: a UUID that the surface chose; one's own that exists is gone on with.
            shared: others of the tenant may talk in it too, on the surface where it began.
        """
        return self._threads.create(user, title, thread, shared)

    def say(self, thread: str, text: str, user: User, on_event: OnEvent | None = None) -> Turn:
        """One turn of a conversation; of one conversation, one at a time.

        Raises:
            NotFound: the conversation is another person's or tenant's.
        """
        return self._taken(
            thread,
            text,
            user,
            lambda: self._talks.say(thread, text, user, on_event=self._heard(user, on_event)),
        )

    def propose(self, thread: str, step: NextStep, user: User) -> Turn:
        """A click on what an answer offered to do next: it is planned and asked about.

        Raises:
            NotFound: the conversation is another person's or tenant's.
        """
        return self._taken(
            thread, step.label, user, lambda: self._talks.propose(thread, step, user)
        )

    def confirm(
        self,
        thread: str,
        digest: str,
        user: User,
        typed: str | None = None,
        on_event: OnEvent | None = None,
    ) -> Turn:
        """A click on the plan of a conversation, as it was shown.

        Raises:
            NotFound: the conversation is another person's or tenant's.
            Conflict: that plan does not wait any more, or it is another one now.
        """
        return self._taken(
            thread,
            typed or "Yes",
            user,
            lambda: self._talks.confirm(
                thread, digest, user, typed, on_event=self._heard(user, on_event)
            ),
        )

    def cancel(self, thread: str, user: User) -> Turn:
        """Call off the plan that waits in a conversation.

        Raises:
            Conflict: none waits.
        """
        if self.pending(thread, user) is None:
            raise Conflict("No plan waits in this conversation.")
        return self.say(thread, "cancel", user)

    def pending(self, thread: str, user: User) -> Turn | None:
        """The plan that waits in a conversation, as it would be shown again."""
        self._threads.check(thread, user)
        return self._talks.pending(thread, user)

    def threads(self, user: User, limit: int = 50, before: str | None = None) -> list[ThreadInfo]:
        """A person's own conversations, the latest first."""
        return self._threads.list(user, limit, before)

    def messages(self, thread: str, user: User, limit: int | None = None) -> list[Message]:
        """What was said in a conversation, in order; the last ones, where there is a limit."""
        self._threads.check(thread, user)
        return self._threads.messages(thread, limit)

    def rename(self, thread: str, title: str, user: User) -> None:
        """Give a conversation another title."""
        self._threads.check(thread, user)
        self._threads.rename(thread, title)

    def forget(self, thread: str, user: User) -> None:
        """Drop a conversation; plans and operations stay in their records."""
        self._threads.check(thread, user)
        with self._one_at_a_time(thread):
            self._threads.forget(thread)
            self._talks.forget(thread)

    def _taken(self, thread: str, said: str, user: User, take: Callable[[], Turn]) -> Turn:
        """A turn with what was said before it and what came of it kept, in that order."""
        self._threads.check(thread, user)
        with self._one_at_a_time(thread):
            self._threads.add(thread, "person", user.name, said)
            try:
                turn = self._traced(user, take)
            except NovaError as error:
                shown = {"outcome": "error", "reply": error.message, "error": error.as_dict()}
                told = json.dumps(shown)
                self._threads.add(thread, "novacron", "novacron", error.message, told)
                raise
            self._keep(thread, turn)
        self._took(turn, user)
        return turn

    def _traced(self, user: User, take: Callable[[], Turn]) -> Turn:
        with span("turn", surface=user.surface, user=user.name, tenant=user.tenant) as current:
            turn = take()
            current.set_attribute("novacron.outcome", turn.outcome)
            if turn.plan is not None:
                current.set_attribute("novacron.plan", turn.plan.id)
            if turn.operation is not None:
                current.set_attribute("novacron.operation", turn.operation.id)
            return turn

    def _took(self, turn: Turn, user: User) -> None:
        if self._on_turn is not None:
            self._on_turn(turn, user.surface)
        if turn.plan is not None or turn.outcome == "cancelled":
            self._watch.look()

    def _keep(self, thread: str, turn: Turn) -> None:
        if turn.outcome == "confirm" and turn.plan is not None:
            self._threads.note_offer(turn.plan.id, thread)
        told = turn_text(turn, explain=True)
        self._threads.add(thread, "novacron", "novacron", turn.reply, told)

    # plans

    def approve(
        self,
        plan_id: str,
        digest: str,
        user: User,
        typed: str | None = None,
        on_event: OnEvent | None = None,
    ) -> Turn:
        """A person's yes to a plan, wherever it was shown: from an inbox, from Slack …

        The turn is `confirm` again where another person's yes is needed, or where the plan was
        shown too long ago and was worked out afresh; `done` where it runs, or ran already.

        Raises:
            NotFound: there is no such plan in the person's tenant.
            Conflict: what was seen is not what is planned, or it was called off.
            NotAllowed: the policies do not let this person approve it.
            InvalidRequest: what must be typed was not.
        """
        plan = self.plan(plan_id, user)
        self._check_yes(plan, digest, user, typed)
        memory = planned_memory(plan)
        turn = self._traced(
            user,
            lambda: self._turns.accept(
                plan, typed or "", user, memory, self._heard(user, on_event)
            ),
        )
        self._took(turn, user)
        if turn.outcome == "decline" and turn.error is not None:
            raise turn.error
        self._tell_thread(plan, user, turn)
        return turn

    def call_off(self, plan_id: str, user: User) -> Turn:
        """Call off a plan of one's tenant: one's own, or one that this person might approve."""
        plan = self.plan(plan_id, user)
        if plan.asked_by != user.name and not self.control.policy.may_approve(plan, user):
            raise NotAllowed("Only who asked for a plan, or may approve it, can call it off.")
        turn = self._turns.cancel(plan, user, Memory())
        self._took(turn, user)
        self._tell_thread(plan, user, turn)
        return turn

    def _check_yes(self, plan: Plan, digest: str, user: User, typed: str | None) -> None:
        if digest != plan.digest:
            raise Conflict("The plan that was shown is not this one.", hint="Look at it again.")
        if not (user.approves and self.control.policy.may_approve(plan, user)):
            raise NotAllowed(f"{user.name} may not approve this.", hint="Ask somebody who may.")
        if self.control.approvals.status(plan.id) == "cancelled":
            raise Conflict("The plan was called off.", hint="Ask for it again.")
        if plan.to_type is not None and (typed or "").casefold() != plan.to_type.casefold():
            raise InvalidRequest(
                f"Data is lost: type {plan.to_type} to go ahead.", hint="Nothing was changed."
            )

    def _tell_thread(self, plan: Plan, user: User, turn: Turn) -> None:
        """Say in the conversation that asked for it what became of its plan elsewhere."""
        thread = self._threads.offered_in(plan.id)
        if thread is None:
            return
        word = "Called off" if turn.outcome == "cancelled" else "Approved"
        said = f"{word} by {user.name} ({user.surface}). {turn.reply}"
        self._threads.add(thread, "novacron", "novacron", said, turn_text(turn))

    # events

    @contextmanager
    def subscribe(self, user: User) -> Generator[Listener]:
        """A queue of what happens in one's tenant: plans, operations and their steps."""
        with self.bus.listening(user.tenant) as listener:
            yield listener

    def _heard(self, user: User, on_event: OnEvent | None) -> OnEvent:
        """Tell a step to whoever acts, to the tenant's listeners and in the turn's span."""
        note = noting()

        def heard(event: Event) -> None:
            note(
                "step",
                operation=event.operation_id,
                label=event.step.label,
                status=event.step.status,
            )
            self.bus.tell(step_event(event, user.tenant, self.control.clock().isoformat()))
            if on_event is not None:
                on_event(event)

        return heard


def step_event(event: Event, tenant: str, at: str) -> dict[str, Any]:
    """A step that went on, as listeners get it."""
    return {
        "type": "operation.step", "tenant": tenant, "operation": event.operation_id, "at": at,
        "step": step_json(event.step),
    }  # fmt: skip


def step_json(step: StepRecord) -> dict[str, Any]:
    """A step as JSON values."""
    return {
        "index": step.index, "tool": step.tool, "target": step.target, "label": step.label,
        "status": step.status, "seen": step.seen, "attempts": step.attempts,
        "error": step.error.as_dict() if step.error else None,
    }  # fmt: skip


def turn_text(turn: Turn, *, explain: bool = False) -> str:
    """A turn as `novacron ask --json` prints it; explain: with which words became what."""
    return json.dumps(turn_to_json(turn, explain=explain), default=plain)


def turn_as_json(turn: Turn) -> dict[str, Any]:
    """The same as JSON values."""
    return json.loads(turn_text(turn))
