"""`novacron operations show|cancel|recover`: beside `list`, which is a tool of the catalogue."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from tools.control import Control
from tools.errors import Ambiguous, NotFound
from tools.journal import Operation
from ui import exits
from ui.format import moment
from ui.progress import MARKS
from ui.session import open_session
from ui.tables import simple_table
from ui.text import clean, counted
from ui.wire import operation_to_json, write_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
OperationId = Annotated[
    str, typer.Argument(metavar="OPERATION", help="Its id, or the beginning of it.")
]


@app.command(name="show")
def show(operation: OperationId, as_json: AsJson = False) -> None:
    """Show an operation step by step: what was tried, and what was seen.

    The exit code is that of the operation: 0 done, 6 failed in part, 7 unknown.
    """
    with open_session() as session:
        found = find_operation(session.control, operation)
        if as_json:
            write_json(operation_to_json(found))
        else:
            frame = session.frame()
            when = moment(found.created_at, frame.zone)
            by = f", approved by {', '.join(found.approved_by)}" if found.approved_by else ""
            head = f"Operation {found.id}: {found.status}"
            session.console.print(Text(f"{head}\nAsked by {clean(found.asked_by)}{by}, {when}."))
            session.console.print(_steps(found))
        raise typer.Exit(exits.OF_OPERATION.get(found.status, exits.FAILED))


@app.command(name="cancel")
def cancel(operation: OperationId, as_json: AsJson = False) -> None:
    """Stop an operation that runs: steps that have not begun are left out."""
    with open_session() as session:
        found = find_operation(session.control, operation)
        ended = session.control.operations.cancel(found.id, session.user)
        if as_json:
            write_json(operation_to_json(ended))
        else:
            left = sum(step.status == "cancelled" for step in ended.steps)
            session.console.print(f"{ended.status}: {counted(left, 'step')} left out.")


@app.command(name="recover")
def recover(as_json: AsJson = False) -> None:
    """Take over what a process that died left behind; it is read back before it goes on."""
    with open_session() as session:
        taken = session.control.operations.recover()
        if as_json:
            write_json([operation_to_json(one) for one in taken])
            return
        for one in taken:
            session.console.print(f"{one.id}: {one.status}")
        session.console.print(f"{counted(len(taken), 'operation')} taken over.")


def find_operation(control: Control, given: str) -> Operation:
    """An operation by its id or the beginning of it.

    Raises:
        NotFound: there is none.
        Ambiguous: several begin so.
    """
    try:
        return control.operations.get(given)
    except NotFound:
        known = control.operations.list(limit=1000)
    found = [one for one in known if given and one.id.startswith(given.casefold())]
    if len(found) > 1:
        raise Ambiguous(f"{len(found)} operations begin with {clean(given)!r}.")
    if not found:
        raise NotFound(
            f"There is no operation {clean(given)!r}.", hint="`novacron operations` lists them."
        )
    return found[0]


def _steps(operation: Operation) -> object:
    rows = [
        (
            Text(*MARKS.get(step.status, ("•", "cyan"))),
            Text(clean(step.label)),
            Text(clean(step.tool), "bright_black"),
            Text(step.status),
            Text(str(step.attempts)),
            Text(clean(step.error.message if step.error else step.seen or "")),
        )
        for step in operation.steps
    ]
    return simple_table(["", "machine", "tool", "status", "tries", "seen"], rows)
