"""`novacron pending`, `approve` and `cancel`: the plans that wait, and a person's word on one."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from agent.brains.base import Memory
from agent.memory import planned_memory
from tools.control import Control
from tools.errors import Ambiguous, NotFound
from tools.identity import User
from tools.plan import Plan, PlannedCall
from ui.cards import plan_card
from ui.format import RISK_STYLES, span
from ui.gate import Given, through_gate
from ui.session import open_session
from ui.tables import simple_table
from ui.text import clean, counted
from ui.wire import plan_to_json, write_json

pending = typer.Typer(rich_markup_mode=None, add_completion=False)
approve = typer.Typer(rich_markup_mode=None, add_completion=False)
cancel = typer.Typer(rich_markup_mode=None, add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
PlanId = Annotated[str, typer.Argument(metavar="PLAN", help="The plan's id, or its beginning.")]


@pending.command()
def show_pending(
    plan: Annotated[str | None, typer.Argument(metavar="[PLAN]", help="Show this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the plans that wait for a yes; one of them with all it touches.

    \b
      novacron pending
      novacron pending 3f2a
    """
    with open_session() as session:
        control = session.control
        if plan is not None:
            found = find_plan(control, plan, session.user)
            decision = control.policy.decide(found, session.user, control.approvals.given(found.id))
            if as_json:
                write_json(plan_to_json(found, decision))
            else:
                session.console.print(plan_card(found, decision, session.frame(), session.console))
            return
        waiting = control.approvals.pending(session.user.tenant)
        if as_json:
            write_json([plan_to_json(one) for one in waiting])
        elif not waiting:
            session.console.print("No plan waits for a yes.")
        else:
            now = control.clock()
            session.console.print(
                simple_table(
                    ["plan", "risk", "what", "asked by", "age"],
                    [
                        (
                            Text(one.id[:8]),
                            Text(one.risk.value, RISK_STYLES[one.risk.value]),
                            Text(what(one)),
                            Text(clean(one.asked_by)),
                            Text(span((now - one.created_at).total_seconds())),
                        )
                        for one in waiting
                    ],
                )
            )


@approve.command()
def approve_plan(
    plan: Annotated[
        str | None, typer.Argument(metavar="[PLAN]", help="Its id, or the beginning of it.")
    ] = None,
    typed: Annotated[
        str | None,
        typer.Option("--type", help="The machine's name, or how many, where data is lost."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say yes to a plan and run it; without a plan, list those that wait.

    \b
      novacron approve 3f2a
      novacron approve 3f2a --type web-stg-2        where data is lost

    What is there now must be what the plan shows: where it differs, nothing runs and the new
    plan is shown (exit code 5). A yes works once, for this plan alone.
    """
    if plan is None:
        show_pending(as_json=as_json)
        return
    with open_session() as session:
        found = find_plan(session.control, plan, session.user)
        turn = session.turns.show(found, session.user, planned_memory(found))
        given = Given(yes=True, typed=typed)
        raise typer.Exit(through_gate(session, turn, given, as_json=as_json))


@cancel.command()
def cancel_plan(plan: PlanId, as_json: AsJson = False) -> None:
    """Call off a plan that waits; nothing is changed."""
    with open_session() as session:
        found = find_plan(session.control, plan, session.user)
        turn = session.turns.cancel(found, session.user, Memory())
        if as_json:
            write_json({"outcome": turn.outcome, "plan": found.id})
        else:
            session.console.print(turn.reply)


def find_plan(control: Control, given: str, user: User) -> Plan:
    """A plan by its id or by the beginning of the id of one that waits.

    Raises:
        NotFound: no plan has that id, and none that waits begins with it.
        Ambiguous: several do.
    """
    waiting = control.approvals.pending(user.tenant)
    found = [plan for plan in waiting if given and plan.id.startswith(given.casefold())]
    if len(found) > 1:
        raise Ambiguous(f"{len(found)} plans begin with {given!r}.", hint="Give more of the id.")
    if found:
        return found[0]
    missing = NotFound(
        f"No plan that waits is called {given!r}.",
        hint="`novacron pending` lists them; a plan expires after a few minutes.",
    )
    try:
        plan = control.approvals.plan(given)
    except NotFound as error:
        raise missing from error
    if plan.tenant != user.tenant:
        raise missing
    return plan


def what(plan: Plan) -> str:
    """A plan in a few words."""
    return "; ".join(f"{call.tool} {_subject(call)}" for call in plan.calls)


def _subject(call: PlannedCall) -> str:
    if len(call.vms) == 1:
        return clean(call.vms[0].name)
    return counted(len(call.vms), "machine") if call.vms else counted(len(call.steps), "step")
