"""`novacron doctor`: what is connected, what is missing, and how to get it."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_MARKS = {
    "ok": ("✓", "green"),
    "missing": ("–", "yellow"),
    "warning": ("!", "bold yellow"),
    "problem": ("✗", "bold red"),
}


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """See what is connected, what is missing, and how to get it.

    Exit code 1 where there is a problem; what NovaCron can do without is only named.
    """
    from rich.table import Table
    from rich.text import Text

    from tools.settings import load_settings
    from ui.checkup import check_up
    from ui.console import open_console
    from ui.text import clean
    from ui.wire import write_json

    findings = check_up(load_settings())
    healthy = all(finding.status != "problem" for finding in findings)
    if as_json:
        write_json({"healthy": healthy, "findings": findings})
        _leave(0 if healthy else 1)
    console = open_console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=30)
    table.add_column(overflow="fold")
    for finding in findings:
        mark, style = _MARKS[finding.status]
        table.add_row(Text(mark, style), Text(clean(finding.part), "bold"), clean(finding.text))
        if finding.hint:
            table.add_row("", "", Text(clean(finding.hint), "bright_black"))
    console.print(table)
    _leave(0 if healthy else 1)


def _leave(code: int) -> NoReturn:
    """End, without waiting for a vendor that does not answer."""
    import os
    import sys

    from tools.examining import is_still_looking

    if is_still_looking():
        sys.stdout.flush()
        os._exit(code)
    raise typer.Exit(code)
