"""Looks after what runs by itself while a server is up: machines read anew and sampled, schedules,
left work.

Where workers share the database, schedules and left work are theirs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tools.control import Control
from tools.database import is_postgres
from tools.firing import fire_due
from tools.looking import look_around
from tools.sampling import Sampling

EVERY_S = 2.0


class Keeping:
    """Three threads: one reads the machines, one samples them, one takes over and fires.

    Args:
        log: is told what was done, and what could not be.
    """

    def __init__(self, control: Control, log: Callable[..., None]) -> None:
        self._control = control
        self._log = log
        self._over = threading.Event()
        self._sampling = Sampling(control)
        every_s = control.settings.refresh_seconds
        self._threads = [
            threading.Thread(target=self._repeat, args=(self.refresh, every_s), daemon=True),
            threading.Thread(target=self._repeat, args=(self.look, EVERY_S), daemon=True),
            threading.Thread(
                target=self._repeat,
                args=(self._sampling.take, control.settings.sample_minutes * 60),
                daemon=True,
            ),
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
        self._sampling.close()

    def refresh(self) -> None:
        """Look for new connections, and read the machines anew."""
        before = set(self._control.inventory.providers)
        look_around(self._control)
        for name in self._control.inventory.providers.keys() - before:
            self._log("connected", connection=name)

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

    def _repeat(self, work: Callable[[], object], every_s: float) -> None:
        complaint = ""
        while not self._over.wait(every_s):
            try:
                work()
                complaint = ""
            except Exception as error:  # whatever it is: it must not end the looking after
                said = f"{type(error).__name__}: {error}".splitlines()[0]
                if said != complaint:  # once, not every two seconds
                    complaint = said
                    self._log("not looked after", error=said)
