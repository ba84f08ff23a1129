"""What `novacron listen` does: one recording like `novacron ask`, a microphone like the chat."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from tools.identity import VOICE
from ui.console import is_interactive
from ui.exits import WAITS, WHICH
from ui.gate import UNDO, exit_code, how_to_approve
from ui.session import Session, open_session
from ui.text import clean, clean_lines
from ui.voice.audio import read_sound
from ui.voice.ear import Ear, Heard
from ui.voice.talking import SpokenChat, SpokenLines, mend_by_hand, show_heard
from ui.wire import turn_to_json, write_json


def one(file: Path, thread: str | None, *, only_text: bool, as_json: bool) -> int:
    """Take the command in a recording; give the exit code.

    Raises:
        NovaError: there is no such recording, or no speech model.
    """
    sound = read_sound(file)
    with open_session() as session:
        heard = Ear(session.settings, session.control.world).hear(sound)
        if only_text or not heard.text:
            return _tell(session, heard, as_json)
        if not as_json:
            show_heard(session, heard)
        asks = is_interactive() and not as_json
        line = mend_by_hand(heard.text) if asks else heard.text
        surface = VOICE if line == heard.text else session.user.surface
        session.user = dataclasses.replace(session.user, surface=surface)
        return _taken(session, thread, line, heard, as_json)


def _tell(session: Session, heard: Heard, as_json: bool) -> int:
    """Only say what was heard, and ask where it is doubtful."""
    asks = heard.question or ("" if heard.text else "Nothing was said.")
    if as_json:
        write_json({"heard": {**asdict(heard), "question": asks}})
    else:
        session.console.print(Text(clean(heard.text or asks)))
        if heard.question:
            session.console.print(Text(clean(heard.question), "yellow"))
    return WHICH if asks else 0


def _taken(session: Session, thread: str | None, line: str, heard: Heard, as_json: bool) -> int:
    from ui.progress import Progress
    from ui.talk import open_conversation
    from ui.view import show_turn
    from ui.voice.answering import speak

    with open_conversation(session, thread) as talk:
        with Progress(session.console, None, quiet=as_json) as progress:
            turn = talk.say(line, session.user, on_event=progress.on_event)
        if turn.outcome == "confirm" and heard.question and line == heard.text:
            talk.say("no", session.user)  # what is doubtful plans no change
            return _tell(session, heard, as_json)
        code = exit_code(turn)
        if as_json:
            write_json({**turn_to_json(turn), "heard": asdict(heard)})
            return code
        show_turn(turn, session.console, session.frame(), undo=UNDO)
        if code == WAITS and turn.plan is not None:
            session.console.print(clean_lines(how_to_approve(turn.plan)))
        if session.settings.voice_answers:
            speak(turn.reply)
        return code


def many(thread: str | None) -> int:
    """Talk through the microphone until nobody speaks or Ctrl-D; give the exit code."""
    from ui.chat import Chat
    from ui.talk import open_conversation
    from ui.voice.microphone import recorder

    recorder()
    with open_session() as session, open_conversation(session, thread) as talk:
        ear = Ear(session.settings, session.control.world)
        with session.console.status("Getting ready to listen …"):
            ear.warm()
        session.console.print("Speak. Ctrl-C calls off a line, silence or Ctrl-D leaves.\n")
        lines = SpokenLines(session, ear, mend_by_hand, input)
        kind = SpokenChat if session.settings.voice_answers else Chat
        return kind(session, lambda: talk, lines).run()
