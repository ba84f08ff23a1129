"""A turn as a person at the terminal sees it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from agent.answers import plan_text
from agent.brains.base import NextStep
from agent.turns import Turn
from tools.journal import Operation
from ui.cards import Frame, plan_card, question
from ui.format import span
from ui.tables import result_view, simple_table
from ui.text import clean, clean_lines

CHAT_ROWS = 25
"""How many rows of a result the chat shows."""

UNDO_HINT = "To undo it, say: undo that"


def show_turn(
    turn: Turn,
    console: Console,
    frame: Frame,
    *,
    rows: int | None = None,
    undo: str = UNDO_HINT,
    numbered: bool = True,
) -> None:
    """Print what came of a turn: results, the plan card, the question, what was done.

    Args:
        numbered: say by numbers what can be done next, where the talk goes on.
    """
    if turn.plan is not None and turn.decision is not None and turn.outcome == "confirm":
        for answered in turn.answered:
            console.print(result_view(answered.result, console, rows=rows, zone=frame.zone))
            console.print()
        _print_said_before(turn, console)
        console.print(plan_card(turn.plan, turn.decision, frame, console))
        console.print(question(turn.plan, turn.decision))
    elif turn.answered:
        _print_said_before(turn, console)
        for index, answered in enumerate(turn.answered):
            if index:
                console.print()
            console.print(result_view(answered.result, console, rows=rows, zone=frame.zone))
        if numbered and (steps := turn.memory.offers):
            console.print()
            console.print(_offered(steps))
    else:
        console.print(_plain(turn, undo))


def _offered(steps: Sequence[NextStep]) -> RenderableType:
    """What can be done next, by number."""
    lines = [Text(f"  {number}. {clean(step.label)}") for number, step in enumerate(steps, 1)]
    return Group(Text("Say a number, and it is planned and asked about:", "bright_black"), *lines)


def said_before(turn: Turn) -> str:
    """What the reply says beside the plan and the results, such as what drifted."""
    rest = turn.reply
    if turn.plan is not None and turn.decision is not None:
        rest = rest.replace(plan_text(turn.plan, turn.decision), "")
    for answered in turn.answered:
        rest = rest.replace(answered.result.text, "")
    return rest.strip()


def _print_said_before(turn: Turn, console: Console) -> None:
    if before := said_before(turn):
        console.print(Text(clean_lines(before), "yellow"))


def _plain(turn: Turn, undo: str) -> RenderableType:
    if turn.operation is not None:
        return _done(turn, turn.operation, undo)
    style = {"clarify": "bold", "decline": "yellow"}.get(turn.outcome, "")
    parts: list[RenderableType] = [Text(clean_lines(turn.reply), style)]
    unsaid = [option for option in turn.options if option not in turn.reply]
    parts += [Text(f"  {number}. {clean(option)}") for number, option in enumerate(unsaid[:9], 1)]
    return Group(*parts)


def _done(turn: Turn, operation: Operation, undo: str) -> RenderableType:
    styles = {"done": "green", "cancelled": "yellow", "running": "cyan"}
    reply = Text(clean_lines(turn.reply), styles.get(operation.status, "red"))
    lines: list[RenderableType] = [reply]
    plan = turn.plan
    acted = any(step.status == "done" for step in operation.steps)
    if acted and plan is not None and any(call.undo.possible for call in plan.calls):
        lines.append(Text(undo, "bright_black"))
    return Group(*lines)


def trace_table(turn: Turn) -> RenderableType:
    """Which words became what."""
    if not turn.trace:
        return Text("There is nothing to show: the words were read as they stand.")
    rows = [(Text(clean(t.words), "cyan"), Text(clean(t.became))) for t in turn.trace]
    return Group(simple_table(["words", "became"], rows), Text(_read_in(turn), "bright_black"))


def _read_in(turn: Turn) -> str:
    return f"Read and planned in {span(turn.latency_ms / 1000)}."
