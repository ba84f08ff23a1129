"""`novacron ask`: one sentence, one turn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def ask(
    sentence: Annotated[str, typer.Argument(help="What you say; - reads it from standard input.")],
    thread: Annotated[
        str | None, typer.Option(help="The conversation; your own by default.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show which words became what.")
    ] = False,
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Write the answer's chart as a picture.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Say one sentence; a change waits for `novacron approve`.

    \b
      novacron ask "which machines are idle?"
      novacron ask --json "how many vms per cloud?"
      novacron ask "cpu of web-01 over the last 7 days" --chart cpu.png
      echo "stop web-03" | novacron ask -

    The talk goes on from one call to the next in a thread of your own; --thread names
    another. Exit codes: 0 answered or done, 3 it asks back, 4 declined, 10 a plan waits for
    a yes.
    """
    from ui.charting import tell_charts
    from ui.console import read_input
    from ui.gate import UNDO, WAITS, exit_code, how_to_approve
    from ui.progress import Progress
    from ui.session import open_session
    from ui.talk import open_conversation
    from ui.text import clean_lines
    from ui.view import show_turn, trace_table
    from ui.wire import turn_to_json, write_json

    text = read_input() if sentence == "-" else sentence
    with open_session() as session, open_conversation(session, thread) as talk:
        with Progress(session.console, None, quiet=as_json) as progress:
            turn = talk.say(text.strip(), session.user, on_event=progress.on_event)
        code = exit_code(turn)
        if chart is not None:
            tell_charts(turn, chart, session)
        if as_json:
            write_json(turn_to_json(turn, explain=explain))
            raise typer.Exit(code)
        if explain:
            session.console.print(trace_table(turn))
        show_turn(turn, session.console, session.frame(), undo=UNDO)
        if code == WAITS and turn.plan is not None:
            session.console.print(clean_lines(how_to_approve(turn.plan)))
        raise typer.Exit(code)
