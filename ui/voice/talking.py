"""The chat's lines from a microphone: spoken, shown, mended by hand, then taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rich.text import Text

from agent.turns import Turn
from tools.identity import VOICE
from ui.chat import Chat
from ui.console import is_interactive
from ui.session import Session
from ui.text import clean
from ui.voice.answering import speak
from ui.voice.ear import Ear, Heard
from ui.voice.microphone import listening
from ui.voice.speech import Utterance

if TYPE_CHECKING:
    from collections.abc import Generator

    from ui.voice.audio import Sound

PARTIAL_S = 1.5
"""How much more must have been said before the words so far are shown anew."""

Microphone = Callable[[], "AbstractContextManager[Generator[Sound]]"]
Mend = Callable[[str], str]


class SpokenLines:
    """Lines that are said; what must be typed is typed.

    Args:
        session: its person counts as speaking, or as typing where the line was mended by hand.
        ear: hears.
        mend: shows a line and gives it back as the person leaves it.
        typed: reads a line that is typed, for a prompt.
        microphone: gives what is heard.
    """

    def __init__(
        self,
        session: Session,
        ear: Ear,
        mend: Mend,
        typed: Callable[[str], str],
        microphone: Microphone = listening,
    ) -> None:
        self._session = session
        self._ear = ear
        self._mend = mend
        self._typed = typed
        self._microphone = microphone

    def read(self, prompt: str) -> str:
        """The next line.

        Raises:
            EOFError: nobody speaks any more.
            KeyboardInterrupt: the line was called off.
        """
        if prompt.startswith("type"):
            self._speaks_as("terminal")
            return self._typed(prompt)
        console = self._session.console
        heard = self._ear.hear(self._record())
        if not heard.text:
            raise EOFError
        show_heard(self._session, heard)
        line = self._mend(heard.text)
        self._speaks_as(VOICE if line == heard.text else "terminal")
        console.print()
        return line

    def _speaks_as(self, surface: str) -> None:
        self._session.user = dataclasses.replace(self._session.user, surface=surface)

    def _record(self) -> Sound:
        """One utterance, with the words so far shown while it is spoken."""
        said, shown_at = Utterance(), 0.0
        with self._microphone() as chunks, self._session.console.status("Listening …") as status:
            for chunk in chunks:
                said.add(chunk)
                if said.ended:
                    break
                if said.began and said.seconds - shown_at > PARTIAL_S:
                    shown_at = said.seconds
                    status.update(Text(f"… {clean(self._ear.partial(said.sound))}"))
        return said.sound


class SpokenChat(Chat):
    """The chat that says its answers aloud."""

    def _show(self, turn: Turn) -> None:
        super()._show(turn)
        speak(turn.reply)


def show_heard(session: Session, heard: Heard) -> None:
    """What was heard, what it was taken for, and what is doubtful."""
    console = session.console
    console.print(Text(f"Heard: {clean(heard.transcript)}", "bright_black"))
    if heard.text != heard.transcript and not is_interactive():
        console.print(Text(f"Taken as: {clean(heard.text)}"))
    if heard.question:
        console.print(Text(clean(heard.question), "yellow"))


def mend_by_hand(text: str) -> str:
    """A line to be mended: Enter takes it, an empty one calls it off.

    Raises:
        KeyboardInterrupt: it was called off.
    """
    from prompt_toolkit import prompt

    line = prompt("› ", default=text).strip()
    if not line:
        raise KeyboardInterrupt
    return line
