"""`novacron chat`: the talk at the terminal."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def chat(
    thread: Annotated[
        str | None, typer.Option(help="The conversation; your own by default.")
    ] = None,
) -> None:
    """Talk to NovaCron.

    \b
      novacron chat
      novacron chat --thread night-shift
      printf 'stop web-03\\nyes\\n' | novacron chat

    The talk is kept: come back and go on, with the plan that waits. Tab completes machine names,
    Ctrl-C calls off a line, Ctrl-D leaves, /help shows what can be said.
    """
    from ui.banner import banner, starters
    from ui.lines import open_lines
    from ui.session import open_session
    from ui.talk import open_conversation

    with ExitStack() as stack, ThreadPoolExecutor(1) as background:
        lasts = sys.stdin.isatty()
        session = stack.enter_context(open_session(tells=False, lasts=lasts))
        opening = background.submit(
            lambda: stack.enter_context(open_conversation(session, thread))
        )  # LangGraph takes seconds to import: it does while the banner is read
        console, settings = session.console, session.settings
        history = settings.data_dir / "history"
        first = not history.is_file() or history.stat().st_size == 0
        console.print(banner(session))
        console.print()
        if first:
            console.print(starters(session))
        console.print("/help shows more, Ctrl-D leaves.\n", style="bright_black")
        inventory = session.control.inventory
        lines = open_lines(history, lambda: (name for name, _ in inventory.names()), console)

        from tools.looking import looking_around
        from ui.chat import Chat
        from ui.keeper import Keeper

        keeper = Keeper(session.control, lambda text: console.print(text, style="magenta"))
        talk = Chat(session, opening.result, lines, keeper.resting)
        if session.control.approvals.pending(session.user.tenant):
            talk.show_pending()
        with keeper.running(), looking_around(session.control):
            code = talk.run()
        raise typer.Exit(code)
