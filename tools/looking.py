"""Looks again and again, while something stays open: for new connections, and at the machines."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError

from tools.control import Control

WITHIN_S = 10.0
"""So long one look waits for its answers; what is later is kept when it comes."""


def look_around(control: Control) -> list[str]:
    """Connect what can be reached since a moment ago, and read the machines; what is new."""
    new = control.connecting.look(lambda _: 0.0) if control.connecting is not None else []
    control.inventory.freshen(WITHIN_S)
    return new


@contextmanager
def looking_around(control: Control) -> Generator[None]:
    """Look around every so often until the end, in a thread beside."""
    over = threading.Event()

    def repeat() -> None:
        while not over.wait(control.settings.refresh_seconds):
            with suppress(SQLAlchemyError):  # the next look may fare better
                look_around(control)

    thread = threading.Thread(target=repeat, name="looking around", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(2 * WITHIN_S)
