"""Looks after what runs by itself while a chat is open: schedules, and what a dead process left.

Workers do this where the database is shared; at home, where there is none, an open chat does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from agent.answers import operation_text
from tools.control import Control
from tools.database import is_postgres
from tools.errors import NovaError
from tools.firing import Firing, fire_due
from ui.serve.accounts import Accounts
from ui.text import clean

EVERY_S = 2.0


class Keeper:
    """A thread beside the chat; it rests while a turn is taken.

    Args:
        say: shows a line to the person.
    """

    def __init__(self, control: Control, say: Callable[[str], None]) -> None:
        control.standing = Accounts(control.engine, control.clock).standing
        self._control = control
        self._say = say
        self._busy = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._complaint = ""

    @contextmanager
    def running(self) -> Generator[None]:
        """Look after things until the block ends."""
        if is_postgres(self._control.engine):
            yield
            return
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    @contextmanager
    def resting(self) -> Generator[None]:
        """Touch nothing while a turn is taken."""
        with self._busy:
            yield

    def look(self) -> None:
        """Take over what was left, fire what is due, and say so."""
        for operation in self._control.operations.recover():
            self._say(f"Taken over, operation {operation.id}: {operation_text(operation)}")
        for firing in fire_due(self._control):
            self._say(_fired(firing))

    def _keep(self) -> None:
        while not self._over.is_set():
            try:
                with self._busy:
                    self.look()
                self._complaint = ""
            except (NovaError, SQLAlchemyError) as error:
                complaint = clean(str(error).splitlines()[0])
                if complaint != self._complaint:  # once, not every two seconds
                    self._complaint = complaint
                    self._say(f"Schedules are not looked after: {complaint}")
            self._over.wait(EVERY_S)


def _fired(firing: Firing) -> str:
    schedule = firing.schedule
    what = f"Schedule {schedule.id} ({clean(schedule.effect)})"
    if firing.operation is not None:
        return f"{what}: {operation_text(firing.operation)}"
    note = clean(firing.note)
    waits = f" To see it: novacron pending {firing.plan.id[:8]}" if firing.plan else ""
    return f"{what}: {note}.{waits}"
