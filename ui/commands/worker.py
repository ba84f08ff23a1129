"""`novacron worker`: carries out what others started, takes over, fires schedules."""

from __future__ import annotations

import signal
import threading

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def worker() -> None:
    """Carry out operations and fire schedules until it is stopped (Ctrl-C or SIGTERM).

    \b
      NOVACRON_DATABASE_URL=postgresql://host/novacron novacron worker
      novacron worker                on SQLite: fires schedules without an open chat

    On Postgres run as many as you like, on as many machines: they share the work, and where
    one dies another takes its work over. On SQLite operations run in the process that started
    them; a worker takes over what a dead process left, and fires what is due.
    """
    from tools.control import connect
    from tools.queue import run_worker
    from tools.settings import load_settings
    from ui.console import open_console
    from ui.serve.accounts import Accounts

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: over.set())
    control, skipped = connect(load_settings(), lasts=True)
    control.standing = Accounts(control.engine, control.clock).standing
    console = open_console(stderr=True)
    for one in skipped:
        console.print(f"{one.name} is skipped: {one.error.message}", style="yellow")
    console.print("Waiting for work. Ctrl-C stops it after what is under way.")
    try:
        run_worker(control, over.is_set)
    finally:
        control.close()
    console.print("Stopped.")
