"""Conversations that last: the thread of this person, whichever command opens it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.settings import Settings
from ui.session import Session

if TYPE_CHECKING:
    from agent.conversation import Conversation


def conversations_url(settings: Settings) -> str:
    """Where conversations are kept: beside the database, or in it where it is Postgres."""
    if settings.database.startswith("postgresql"):
        return settings.database
    return f"sqlite:///{settings.data_dir / 'conversations.db'}"


@contextmanager
def open_conversation(session: Session, thread: str | None) -> Generator[Conversation]:
    """The thread of this name; without one, the person's own."""
    from agent.conversation import Conversation

    name = thread or session.user.name
    talk = Conversation(session.turns, name, conversations_url(session.settings))
    try:
        yield talk
    finally:
        talk.close()
