"""One NovaCron opened for a person at this terminal."""

from __future__ import annotations

from collections.abc import Generator
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
def open_session(settings: Settings | None = None) -> Generator[Session]:
    """Open NovaCron as it is set up, and close it afterwards."""
    chosen = settings or load_settings()
    turns, skipped = open_turns(chosen)
    try:
        yield Session(chosen, turns, skipped, local_user(), open_console())
    finally:
        turns.control.close()
