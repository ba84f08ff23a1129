"""One NovaCron opened for a person at this terminal."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console

from agent.assembly import open_turns
from agent.turns import Turns
from tools.control import Control, Skipped
from tools.identity import User, local_user
from tools.settings import Settings, load_settings
from ui.cards import Frame
from ui.console import open_console
from ui.format import zone_of
from ui.text import clean


@dataclass
class Session:
    """What a command works with: the turns over one control, the person, and the console."""

    settings: Settings
    turns: Turns
    skipped: list[Skipped]
    user: User
    console: Console

    @property
    def control(self) -> Control:
        """The NovaCron that is open."""
        return self.turns.control

    def frame(self) -> Frame:
        """What a plan card needs beside the plan."""
        return frame_of(self.control)


def frame_of(control: Control) -> Frame:
    """What a plan card needs beside the plan."""
    settings = control.settings
    lifetime = timedelta(minutes=settings.approval_minutes)
    return Frame(lifetime, zone_of(settings.zone))


@contextmanager
def open_session(
    settings: Settings | None = None, *, tells: bool = True, lasts: bool = False
) -> Generator[Session]:
    """Open NovaCron as it is set up, and close it afterwards.

    Args:
        settings: other ones than the environment's and the file's.
        tells: say to standard error what is not reached, so that no answer passes for the whole.
        lasts: it stays open, so that connections which are late are not waited for.

    Raises:
        NovaError: nothing that is set up can be reached.
    """
    chosen = settings or load_settings()
    turns, skipped = open_turns(chosen, lasts=lasts)
    try:
        inventory = turns.control.inventory
        if skipped and not inventory.providers and not inventory.count():
            raise skipped[0].error
        session = Session(chosen, turns, skipped, local_user(), open_console())
        if tells:
            sys.stderr.writelines(f"Warning: {line}\n" for line in _not_reached(session))
        yield session
    finally:
        turns.control.close()


def _not_reached(session: Session) -> Iterator[str]:
    for one in session.skipped:
        yield f"{clean(one.name)} is left out: {clean(one.error.message)}"
    for one in session.control.inventory.connected():
        if one.error is not None:
            said = clean(str(one.error.get("message", "not reached")))
            yield f"{clean(one.name)} is shown as it was last read: {said}"
