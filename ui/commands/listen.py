"""`novacron listen`: a command that is spoken."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def listen(
    file: Annotated[
        Path | None, typer.Argument(help="A recording of one command: WAV, FLAC, Ogg, MP3 …")
    ] = None,
    mic: Annotated[bool, typer.Option("--mic", help="Talk: command after command.")] = False,
    thread: Annotated[
        str | None, typer.Option(help="The conversation; your own by default.")
    ] = None,
    only_text: Annotated[
        bool, typer.Option("--text", help="Print what was heard; do nothing with it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Say it instead of typing it.

    \b
      novacron listen --mic
      novacron listen order.wav
      novacron listen --text order.wav

    What was heard is shown; at a terminal you can mend it before it is taken. Names are those
    of machines that exist; where two may have been meant, you are asked. A plan waits for a yes
    as always, and what must be typed is typed: data is never lost by voice alone. Hearing
    happens on this machine. Exit codes: as of `novacron ask`.
    """
    from tools.errors import InvalidRequest
    from ui.voice import commanding

    if (file is None) == (not mic):
        raise InvalidRequest("Name a recording, or say --mic.", hint="novacron listen --mic")
    if file is not None:
        raise typer.Exit(commanding.one(file, thread, only_text=only_text, as_json=as_json))
    raise typer.Exit(commanding.many(thread))
