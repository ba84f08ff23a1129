"""`novacron worker`: carries out operations that others started, on a shared Postgres."""

from __future__ import annotations

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def worker() -> None:
    """Carry out operations and schedules from a Postgres queue, until it is stopped.

    \b
      NOVACRON_DATABASE_URL=postgresql://host/novacron novacron worker

    Run as many as you like on as many machines; where one dies, another takes its work over. On
    SQLite none is needed: operations run in the process that started them.
    """
    from tools.control import connect
    from tools.errors import InvalidRequest
    from tools.settings import load_settings
    from ui.console import open_console

    settings = load_settings()
    if not settings.database.startswith("postgresql"):
        raise InvalidRequest(
            "A worker needs a Postgres that it shares with others.",
            hint="Set NOVACRON_DATABASE_URL=postgresql://…; on SQLite no worker is needed.",
        )
    from tools.queue import run_worker

    control, skipped = connect(settings)
    console = open_console(stderr=True)
    for one in skipped:
        console.print(f"{one.name} is skipped: {one.error.message}", style="yellow")
    console.print("Waiting for work. Ctrl-C stops it after the step that runs.")
    try:
        run_worker(control)
    finally:
        control.close()
