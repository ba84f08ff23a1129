"""Looks after what runs by itself while a server is up: machines read anew, schedules, left work.

Where workers share the database, schedules and left work are theirs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from tools.control import Control
from tools.database import is_postgres
from tools.errors import NovaError
from tools.firing import fire_due

EVERY_S = 2.0


class Keeping:
    """Two threads: one reads the machines, one takes over and fires.

    Args:
        log: is told what was done, and what could not be.
    """

    def __init__(self, control: Control, log: Callable[..., None]) -> None:
        self._control = control
        self._log = log
        self._over = threading.Event()
        every_s = control.settings.refresh_seconds
        self._threads = [
            threading.Thread(target=self._repeat, args=(self.refresh, every_s), daemon=True),
            threading.Thread(target=self._repeat, args=(self.look, EVERY_S), daemon=True),
        ]

    def start(self) -> None:
        """Begin, until `stop`."""
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float) -> None:
        """Begin nothing more; what is under way has so long to end."""
        self._over.set()
        until = time.monotonic() + within_s
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    def refresh(self) -> None:
        """Read the machines anew."""
        self._control.inventory.refresh()

    def look(self) -> None:
        """Take over what a dead process left, and fire what is due."""
        if self._has_workers():
            return
        for operation in self._control.operations.recover():
            self._log("operation taken over", operation=operation.id, status=operation.status)
        for firing in fire_due(self._control):
            self._log("schedule fired", schedule=firing.schedule.id, note=firing.note)

    def _has_workers(self) -> bool:
        if not is_postgres(self._control.engine):
            return False
        from tools.queue import Queue

        return Queue(self._control.engine).workers() > 0

    def _repeat(self, work: Callable[[], None], every_s: float) -> None:
        complaint = ""
        while not self._over.wait(every_s):
            try:
                work()
                complaint = ""
            except (NovaError, SQLAlchemyError) as error:
                said = str(error).splitlines()[0]
                if said != complaint:  # once, not every two seconds
                    complaint = said
                    self._log("not looked after", error=said)
