"""The gate at the terminal: show a plan, take a person's yes or what must be typed, run it.

Whether the yes is enough is decided by policy and approvals; nothing here can open the gate.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from agent.turns import Turn
from tools.plan import Plan
from ui.console import is_interactive
from ui.exits import CHANGED, FAILED, OF_OPERATION, OF_OUTCOME, WAITS
from ui.progress import Progress
from ui.session import Session
from ui.text import clean
from ui.view import show_turn
from ui.wire import turn_to_json, write_json

UNDO = "To undo it: novacron undo"


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says for the person: a plain yes, or what must be typed."""

    yes: bool = False
    typed: str | None = None


def exit_code(turn: Turn) -> int:
    """The exit code of a turn: what ran counts more than that it ran."""
    if turn.operation is not None:
        return OF_OPERATION.get(turn.operation.status, FAILED)
    return OF_OUTCOME[turn.outcome]


def through_gate(session: Session, turn: Turn, given: Given, *, as_json: bool) -> int:
    """Take a turn whose plan waits to its end; give the exit code.

    Raises:
        NovaError: the yes does not hold: what was typed is wrong, the plan expired or was used.
    """
    while turn.outcome == "confirm":
        assert turn.plan is not None
        if not as_json:
            show_turn(turn, session.console, session.frame(), undo=UNDO)
        answer = given if _settles(given, turn.plan) else _asked(session, turn, as_json)
        if answer is None:
            return _waits(session, turn, as_json)
        if not answer.yes and answer.typed is None:
            turn = session.turns.cancel(turn.plan, session.user, turn.memory)
            break
        before = turn.plan
        turn = _confirm(session, turn, answer, as_json)
        if turn.outcome == "confirm" and not is_interactive():
            _report(session, turn, as_json)
            return WAITS if turn.plan is before or _same(turn.plan, before) else CHANGED
        if turn.outcome == "confirm" and _same(turn.plan, before):
            session.console.print(Text("Your yes is recorded; another person's is needed."))
            return WAITS
        given = Given()
    _report(session, turn, as_json)
    return exit_code(turn)


def _same(plan: Plan | None, before: Plan) -> bool:
    return plan is not None and plan.id == before.id


def _settles(given: Given, plan: Plan) -> bool:
    """Whether the command line answers for the person: a yes never stands for a typed name."""
    return given.typed is not None if plan.to_type is not None else given.yes


def _asked(session: Session, turn: Turn, as_json: bool) -> Given | None:
    if as_json or not is_interactive():
        return None
    assert turn.plan is not None
    if turn.plan.to_type is not None:
        typed = input("> ").strip()
        return Given(typed=typed) if typed else Given()
    return Given(yes=input("[y/N] ").strip().casefold() in {"y", "yes"})


def _confirm(session: Session, turn: Turn, answer: Given, as_json: bool) -> Turn:
    plan = turn.plan
    assert plan is not None
    with Progress(session.console, plan, quiet=as_json) as progress:
        return session.turns.confirm(
            plan, session.user, turn.memory, typed=answer.typed, on_event=progress.on_event
        )


def _waits(session: Session, turn: Turn, as_json: bool) -> int:
    plan = turn.plan
    assert plan is not None
    if as_json:
        write_json(turn_to_json(turn))
    else:
        session.console.print(Text(how_to_approve(plan)))
    return WAITS


def how_to_approve(plan: Plan) -> str:
    """The command that says yes to a plan."""
    typed = f" --type {clean(plan.to_type)}" if plan.to_type else ""
    return (
        f"To go ahead:    novacron approve {plan.id}{typed}\n"
        f"To call it off: novacron cancel {plan.id}"
    )


def _report(session: Session, turn: Turn, as_json: bool) -> None:
    if as_json:
        write_json(turn_to_json(turn))
    else:
        show_turn(turn, session.console, session.frame(), undo=UNDO)
