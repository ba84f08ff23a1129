"""A sentence read and planned for people to look at, without keeping a plan."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from agent.brains.base import Memory
from agent.turns import PlannedOrRead, Turn, Turns
from tools.calls import Call
from tools.control import Answered
from tools.errors import NovaError
from tools.identity import User, local_user
from tools.plan import PlannedCall
from tools.settings import load_settings
from ui.cards import Frame, plan_card
from ui.exits import OF_OUTCOME
from ui.planning import open_rehearsal
from ui.session import frame_of, open_session
from ui.text import clean, clean_lines, counted
from ui.view import trace_table
from ui.wire import turn_to_json, write_json

NAMED = 8
"""How many targets of a read are named."""


def explain_fleet(
    text: str, fleet: Path, now: datetime, brain: str, *, explain: bool, as_json: bool
) -> int:
    """Explain a sentence on a copy of a fleet folder."""
    from ui.console import open_console

    rehearsal = open_rehearsal(fleet, now, brain)
    frame = frame_of(rehearsal.control)
    return _show(rehearsal.turns, text, frame, open_console(), explain=explain, as_json=as_json)


def explain_connected(text: str, brain: str, *, explain: bool, as_json: bool) -> int:
    """Explain a sentence on the machines that are connected; nothing is kept."""
    with open_session(load_settings(brain=brain)) as session:
        return _show(
            session.turns, text, session.frame(), session.console, explain=explain, as_json=as_json
        )


def explained(turns: Turns, text: str, user: User) -> tuple[tuple[Call, ...], Turn]:
    """The calls that a sentence became, and the turn that would come of them."""
    memory = Memory()
    began = time.perf_counter()
    understood = turns.understand(text, user, memory)
    turn: Turn | None = None
    if understood.kind in ("calls", "revise"):
        turn = _worked_out(turns, understood.calls, user)
    if turn is None:  # no calls, or an error, which `resolve` words before it keeps anything
        turn = turns.resolve(understood, user, memory)
    spent = round((time.perf_counter() - began) * 1000, 3)
    turn = dataclasses.replace(turn, trace=understood.trace, latency_ms=spent)
    return understood.calls, turn


def _worked_out(turns: Turns, calls: tuple[Call, ...], user: User) -> Turn | None:
    control = turns.control
    answered: list[Answered] = []
    planned: list[PlannedCall] = []
    try:
        for call in calls:
            if control.catalog.tool(call.tool).reads:
                answered.append(control.read(call, user))
            else:
                planned.append(control.planner.planned(call))
    except NovaError:
        return None
    reads = tuple(
        PlannedOrRead(a.call.tool, "read", a.targets, dict(a.args), None) for a in answered
    )
    if not planned:
        return Turn("answer", "\n\n".join(a.result.text for a in answered), reads, tuple(answered))
    plan = control.planner.assemble(planned, user)
    decision = control.policy.decide(plan, user)
    changes = tuple(
        PlannedOrRead(
            c.tool,
            c.risk.value,
            c.targets,
            dict(c.args),
            c.when.model_dump(exclude_none=True) if c.when else None,
        )
        for c in planned
    )
    outcome = "decline" if decision.effect == "deny" else "confirm"
    reply = f"That is not allowed: {decision.reason}." if outcome == "decline" else ""
    return Turn(outcome, reply, (*reads, *changes), tuple(answered), plan, decision)


def _show(
    turns: Turns, text: str, frame: Frame, console: Console, *, explain: bool, as_json: bool
) -> int:
    calls, turn = explained(turns, text, local_user())
    if as_json:
        shown = turn_to_json(turn, explain=explain)
        shown["proposed"] = [call.to_dict() for call in calls]
        write_json(shown)
    else:
        _print(turns, calls, turn, frame, console, explain)
    return 0 if turn.outcome in ("answer", "confirm") else OF_OUTCOME[turn.outcome]


def _print(
    turns: Turns,
    calls: tuple[Call, ...],
    turn: Turn,
    frame: Frame,
    console: Console,
    explain: bool,
) -> None:
    if explain:
        console.print(trace_table(turn))
        for number, call in enumerate(calls, 1):
            console.print(Text(f"{number}. {call.tool}", "bold"), Text(_details(call)))
        console.print()
    names = {i: n for n, i in turns.control.inventory.names()} if turn.answered else {}
    for answered in turn.answered:
        found = [clean(names.get(i, i)) for i in answered.targets]
        more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
        listed = f": {', '.join(found[:NAMED])}{more}" if found else ""
        line = f"It would read {counted(len(found), 'machine')} at once{listed}."
        console.print(Text(line))
    if turn.plan is not None and turn.decision is not None and turn.outcome == "confirm":
        console.print(plan_card(turn.plan, turn.decision, frame, console))
        console.print(Text("This was only planned: nothing waits and nothing runs."))
    elif not turn.answered:
        console.print(Text(clean_lines(turn.reply)))
        for option in turn.options:
            console.print(Text(f"  {clean(option)}"))


def _details(call: Call) -> str:
    data = call.to_dict()
    data.pop("tool")
    args = data.pop("args")
    if args:
        data["args"] = args
    return clean(json.dumps(data, ensure_ascii=False))
