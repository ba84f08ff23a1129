"""One turn, step by step: understand, resolve, act, answer. Plain functions over plain values."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from agent.answers import error_text, operation_text, plan_text
from agent.brains.base import Asked, Brain, Context, Memory, Pending, Trace, Understanding
from agent.courtesies import without_courtesies
from agent.dialogue import reads, stops_instead
from agent.fleet_words import FleetWords
from agent.gate import opens
from agent.named_plan import as_it, spoken
from agent.next_steps import next_steps, taken
from agent.remembering import heard, is_mistyped, spoken_of, still_asked, unsure
from agent.turn import PlannedOrRead, Turn, in_order, planned_calls, read_call, remembered
from tools.calls import Call
from tools.catalog import Result
from tools.control import Answered, Control
from tools.errors import (
    Ambiguous,
    Drifted,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NovaError,
    Unreachable,
)
from tools.identity import VOICE, User
from tools.operations import Event, Operation
from tools.plan import NothingToDo, Plan, PlannedCall
from tools.policy import Decision

__all__ = ["OnEvent", "PlannedOrRead", "Turn", "Turns"]

OnEvent = Callable[[Event], None]

MAX_CHARACTERS = 20_000
"""A longer sentence is declined unread: nobody says that much, and nothing is lost."""


_AT_ONCE = re.compile(
    r"(?<!back )(?<!here )(?<!desk )(?<!quiet )(?<!empty )(?<!free )(?<!gone )(?<!until )"
    r"(?<!informed )(?<!agreed )(?<!knows )(?<!know )\bnow\b|"
    r"\b(?:immediately|right away|at once)\b",
    re.IGNORECASE,
)


class Turns:
    """The steps of a turn over one NovaCron and one brain; nothing is kept in between."""

    def __init__(self, control: Control, brain: Brain) -> None:
        self.control = control
        self.brain = brain
        self._fleet_words = FleetWords(control.inventory)

    def take(self, text: str, user: User, memory: Memory, on_event: OnEvent | None = None) -> Turn:
        """One whole turn: what was said, and what came of it."""
        began = time.perf_counter()
        turn = remembered(text, self._take(text, user, memory, on_event))
        spent = (time.perf_counter() - began) * 1000
        return dataclasses.replace(turn, latency_ms=round(spent, 3))

    def _take(self, text: str, user: User, memory: Memory, on_event: OnEvent | None) -> Turn:
        plan = self.pending_plan(memory)
        if plan is not None and (typed := self._opened(text, plan)) is not None:
            if (sooner := self.at_once(plan, text, memory)) is not None:
                return self.resolve(sooner, user, memory)
            return self.accept(plan, typed, user, memory, on_event)
        if plan is not None and plan.to_type is not None and is_mistyped(without_courtesies(text)):
            return self.show(plan, user, memory)
        return self.resolve(self.understand(text, user, memory), user, memory)

    def opens(self, text: str, to_type: str | None, tools: Sequence[str]) -> str | None:
        """What the words open of a plan that waits: `agent.gate.opens` with this fleet's words."""
        return opens(text, to_type, tools, self._fleet_words.knows)

    def _opened(self, text: str, plan: Plan) -> str | None:
        """What the words open of this plan, which they may name again."""
        typed = self.opens(text, plan.to_type, plan.tools)
        if typed is None and (plain := as_it(text, self.spoken(plan))) is not None:
            typed = self.opens(plain, plan.to_type, plan.tools)
        return typed

    def spoken(self, plan: Plan) -> dict[str, list[str]]:
        """How a plan that waits may be named in a yes."""
        return spoken(plan, self.control.inventory)

    def pending_plan(self, memory: Memory) -> Plan | None:
        """The plan that this conversation showed last and waits with, whatever became of it."""
        if memory.pending is None:
            return None
        try:
            return self.control.approvals.plan(memory.pending.plan_id)
        except NovaError:
            return None

    def understand(self, text: str, user: User, memory: Memory) -> Understanding:
        """What the words mean; a plain no to a pending plan is read here, the rest by the brain."""
        if len(text) > MAX_CHARACTERS:
            reply = f"That is {len(text):,} characters; I read at most {MAX_CHARACTERS:,}."
            return Understanding("decline", text=f"{reply} Nothing was changed.")
        waits = memory.pending
        tools = [call.tool for call in waits.calls] if waits is not None else ()
        off = waits is not None and reads(without_courtesies(text)) == "no"
        if off and not stops_instead(text, tools):
            return Understanding("cancel")
        if (step := taken(text, memory)) is not None and not self._must_be_typed(memory):
            if step.calls:
                return Understanding("calls", step.calls, trace=(Trace(text, step.label),))
            text = step.label
        try:
            return self.brain.understand(text, self._context(user, memory))
        except (InvalidRequest, NotFound, Ambiguous) as error:
            return Understanding("ask", text=error_text(error), options=error.choices)

    def _must_be_typed(self, memory: Memory) -> bool:
        """Whether a plan waits for a number or a name: then a number is no offer."""
        plan = self.pending_plan(memory)
        return plan is not None and plan.to_type is not None

    def _context(self, user: User, memory: Memory) -> Context:
        control = self.control

        def read(call: Call) -> Result:
            return control.read(call, user).result

        zone = control.settings.zone
        return Context(control.world.of(user), control.catalog, user, zone, memory, read)

    def at_once(self, plan: Plan, text: str, memory: Memory) -> Understanding | None:
        """What a "do it now" to a plan for later asks for: the same at once, to be shown first."""
        later = all(call.when is not None for call in plan.calls)
        if memory.pending is None or not later or not _AT_ONCE.search(text):
            return None
        calls = memory.pending.calls
        return Understanding("revise", tuple(c.model_copy(update={"when": None}) for c in calls))

    def accept(
        self,
        plan: Plan,
        typed: str,
        user: User,
        memory: Memory,
        on_event: OnEvent | None = None,
    ) -> Turn:
        """A person's yes in words to the pending plan: run it, or show it where that is not enough.

        A yes right after an open question may be the answer to that question, and one without
        the typing that data loss takes is not enough: the plan is shown again. So is one that was
        shown too long ago, worked out afresh.
        """
        if (operation := self.control.operations.of_plan(plan.id)) is not None:
            return self._ran(plan, operation, memory, "That plan ran already. ")
        untyped = plan.to_type is not None and (
            typed.casefold() != plan.to_type.casefold() or user.surface == VOICE
        )
        if memory.asked is not None or untyped:
            return self.show(plan, user, dataclasses.replace(memory, asked=None))
        if self._is_stale(plan):
            return self._again("That plan was shown too long ago.", plan, user, memory)
        try:
            return self.confirm(plan, user, memory, typed=typed or None, on_event=on_event)
        except NovaError as error:
            return self._refused(error, dataclasses.replace(memory, pending=None))

    def _is_stale(self, plan: Plan) -> bool:
        lifetime = timedelta(minutes=self.control.settings.approval_minutes)
        shown_long_ago = self.control.clock() - plan.created_at > lifetime
        return shown_long_ago and not self.control.approvals.given(plan.id)

    def cancel(self, plan: Plan, user: User, memory: Memory) -> Turn:
        """Drop the pending plan; one that ran already, from elsewhere, is told of."""
        self.control.approvals.cancel(plan.id, user)
        if (operation := self.control.operations.of_plan(plan.id)) is not None:
            return self._ran(plan, operation, memory, "It is too late: that plan ran already. ")
        kept = dataclasses.replace(memory, pending=None, asked=None)
        return Turn("cancelled", "Called off; nothing was changed.", plan=plan, memory=kept)

    def confirm(
        self,
        plan: Plan,
        user: User,
        memory: Memory,
        *,
        typed: str | None = None,
        on_event: OnEvent | None = None,
    ) -> Turn:
        """Record a person's yes; run the plan if the policies need no other.

        Raises:
            NovaError: the yes is not valid any more, or the policies refuse.
        """
        control = self.control
        control.approvals.approve(plan.id, user, digest=plan.digest, typed=typed)
        approvals = control.approvals.given(plan.id)
        asker = dataclasses.replace(user, name=plan.asked_by, surface=plan.surface)
        decision = control.policy.decide(plan, asker, approvals)
        if decision.effect == "deny":
            raise NotAllowed(f"That is not allowed: {decision.reason}.")
        if decision.effect != "allow":
            return self.show(plan, user, memory, decision)
        try:
            operation = control.operations.start(plan.id, approvals)
        except (Drifted, Unreachable) as changed:
            return self._again(changed.message, plan, user, memory)
        trouble = ""
        if operation.status == "running":
            try:
                operation = control.operations.run(operation.id, on_event)
            except NovaError as error:  # begun: what came of it is in the journal, not in the error
                operation = control.operations.get(operation.id)
                trouble = f"{error_text(error)} "
        return self._ran(plan, operation, memory, trouble, decision)

    def _ran(
        self,
        plan: Plan,
        operation: Operation,
        memory: Memory,
        before: str = "",
        decision: Decision | None = None,
    ) -> Turn:
        """What came of a plan that became an operation."""
        made = tuple(s.result_id for s in operation.steps if s.result_id and s.status == "done")
        kept = dataclasses.replace(
            memory,
            pending=None,
            asked=None,
            operation=operation.id,
            targets=(*plan.machine_ids, *(i for i in made if i not in plan.machine_ids)),
        )
        reply = before + operation_text(operation)
        return Turn("done", reply, planned_calls(plan), (), plan, decision, operation, memory=kept)

    def _again(self, why: str, plan: Plan, user: User, memory: Memory) -> Turn:
        """What was shown holds no more: drop it, plan afresh and ask again."""
        pending = memory.pending
        calls = pending.calls if pending else ()
        self.control.approvals.cancel(plan.id, user)
        inventory = self.control.inventory
        inventory.refresh(within_s=inventory.patience_s)
        kept = dataclasses.replace(memory, pending=None)
        turn = self.resolve(Understanding("calls", calls), user, kept)
        return dataclasses.replace(turn, reply=f"{why} {turn.reply}")

    def show(
        self, plan: Plan, user: User, memory: Memory, decision: Decision | None = None
    ) -> Turn:
        """The pending plan once more."""
        decision = decision or self.control.policy.decide(
            plan, user, self.control.approvals.given(plan.id)
        )
        reply = plan_text(plan, decision)
        calls = planned_calls(plan)
        return Turn("confirm", reply, calls, plan=plan, decision=decision, memory=memory)

    def resolve(self, understood: Understanding, user: User, memory: Memory) -> Turn:
        """Carry out the reads and plan the changes that a brain proposed."""
        turn = self._resolve(understood, user, memory)
        reply = f"{understood.note}\n\n{turn.reply}" if understood.note else turn.reply
        return dataclasses.replace(turn, reply=reply, trace=understood.trace)

    def _resolve(self, understood: Understanding, user: User, memory: Memory) -> Turn:
        match understood.kind:
            case "reply":
                return Turn("answer", understood.text, memory=heard(understood, memory))
            case "decline":
                kept = unsure(understood.text, heard(understood, memory))
                return Turn("decline", understood.text, memory=kept)
            case "ask":
                asked = Asked(understood.text, understood.options, understood.frame or {})
                kept = dataclasses.replace(memory, asked=asked)
                return Turn("clarify", understood.text, options=understood.options, memory=kept)
            case "cancel":
                called_off = self._cancel_pending(user, memory)
                if not understood.calls or called_off.memory.pending is not None:
                    return called_off
                turn = self._carry_out(understood.calls, user, called_off.memory)
                return dataclasses.replace(turn, reply=f"{called_off.reply}\n\n{turn.reply}")
            case "calls" | "revise":
                return self._carry_out(understood.calls, user, memory)

    def _cancel_pending(self, user: User, memory: Memory) -> Turn:
        plan = self.pending_plan(memory)
        if plan is None:
            kept = dataclasses.replace(memory, pending=None, asked=None)
            outcome = "cancelled" if memory.calls or memory.asked else "answer"
            return Turn(outcome, "Nothing was waiting; nothing was changed.", memory=kept)
        return self.cancel(plan, user, memory)

    def _carry_out(self, calls: Sequence[Call], user: User, memory: Memory) -> Turn:
        answered: list[Answered] = []
        planned: list[PlannedCall] = []
        planner = self.control.planner.of(user)
        for index, call in enumerate(calls):
            try:
                if self.control.catalog.tool(call.tool).reads:
                    answered.append(self.control.read(call, user))
                else:
                    planned.append(planner.planned(call, planned))
            except NovaError as error:
                return self._asks_or_declines(error, calls, index, user, memory)
        if not planned:
            return self._answer(answered, calls, memory)
        plan = self.control.planner.assemble(planned, user)
        return self._offer(plan, answered, calls, user, memory)

    def _answer(self, answered: list[Answered], calls: Sequence[Call], memory: Memory) -> Turn:
        shown = tuple(dict.fromkeys(i for a in answered for i in a.targets))
        asked = still_asked(memory)
        offers = next_steps(a.result for a in answered)
        kept = dataclasses.replace(
            memory, calls=tuple(calls), targets=shown, asked=asked, offers=offers
        )
        reply = "\n\n".join(a.result.text for a in answered)
        read = tuple(read_call(self.control, a) for a in answered)
        return Turn("answer", reply, read, tuple(answered), memory=kept)

    def _offer(
        self,
        plan: Plan,
        answered: list[Answered],
        calls: Sequence[Call],
        user: User,
        memory: Memory,
    ) -> Turn:
        decision = self.control.policy.decide(plan, user)
        if decision.effect == "deny":
            reply = f"That is not allowed: {decision.reason}. Nothing was changed."
            kept = dataclasses.replace(unsure(reply, memory), targets=plan.machine_ids)
            return Turn("decline", reply, plan=plan, decision=decision, memory=kept)
        if memory.pending is not None:
            self.control.approvals.cancel(memory.pending.plan_id, user)
        self.control.approvals.offer(plan)
        tools = self.control.catalog
        changes = tuple(call for call in calls if not tools.tool(call.tool).reads)
        pending = Pending(plan.id, changes, tuple(c.targets for c in plan.calls))
        kept = dataclasses.replace(
            memory, calls=tuple(calls), targets=plan.machine_ids, pending=pending, asked=None
        )
        done = [read_call(self.control, a) for a in answered]
        order = [tools.tool(call.tool).reads for call in calls]
        reply = "\n\n".join([*(a.result.text for a in answered), plan_text(plan, decision)])
        return Turn(
            "confirm",
            reply,
            in_order(order, done, planned_calls(plan)),
            tuple(answered),
            plan=plan,
            decision=decision,
            memory=kept,
        )

    def _asks_or_declines(
        self, error: NovaError, calls: Sequence[Call], index: int, user: User, memory: Memory
    ) -> Turn:
        open_ended = unsure(error_text(error), memory)
        inventory = self.control.world.of(user).inventory
        if isinstance(error, NothingToDo):
            return Turn("answer", error_text(error), error=error, memory=open_ended)
        if not isinstance(error, InvalidRequest | NotFound | Ambiguous):
            return self._refused(error, spoken_of(inventory, calls[index], open_ended))
        frame = {
            "from": "planner",
            "code": error.code,
            "calls": [call.to_dict() for call in calls],
            "index": index,
            "choices": list(error.choices),
        }
        text = error_text(error)
        selector = calls[index].selector
        named = selector if selector is not None and selector.is_by_name() else None
        spoken = tuple(inventory.select_ids(named)) if named is not None else ()
        kept = dataclasses.replace(
            memory,
            asked=Asked(text, error.choices, frame),
            targets=memory.targets if memory.pending is not None else spoken or memory.targets,
        )
        return Turn("clarify", text, options=error.choices, error=error, memory=kept)

    def _refused(self, error: NovaError, memory: Memory) -> Turn:
        reply = f"{error_text(error)} Nothing was changed."
        return Turn("decline", reply, error=error, memory=memory)
