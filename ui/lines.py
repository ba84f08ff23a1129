"""Where the chat's lines come from: an editing prompt, or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console
from rich.text import Text

from ui.text import clean

COMMANDS = ("/help", "/plan", "/why", "/chart", "/quit")


class Lines(Protocol):
    """Gives one line after another."""

    def read(self, prompt: str) -> str:
        """The next line.

        Raises:
            EOFError: there is none.
            KeyboardInterrupt: the line was called off.
        """
        ...


class PipedLines:
    """Lines of a file or a pipe, shown as if they had been typed."""

    def __init__(self, stream: TextIO, console: Console) -> None:
        self._stream = stream
        self._console = console

    def read(self, prompt: str) -> str:
        """The next line of the stream."""
        line = self._stream.readline()
        if not line:
            raise EOFError
        shown = clean(line)
        self._console.print(Text(f"› {shown[:200]}{'…' if len(shown) > 200 else ''}"))
        return line


class TypedLines:
    """Lines typed by a person: editing, history, completion of names with Tab."""

    def __init__(self, history: Path, names: Callable[[], Iterable[str]]) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory, InMemoryHistory

        kept = FileHistory(str(history)) if _writable(history) else InMemoryHistory()
        self._session: PromptSession[str] = PromptSession(
            history=kept,
            completer=_completer(names),
            complete_while_typing=False,
            enable_history_search=True,
        )

    def read(self, prompt: str) -> str:
        """The next line that was typed."""
        from prompt_toolkit.patch_stdout import patch_stdout

        with patch_stdout(raw=True):  # what is printed meanwhile comes above the line
            return self._session.prompt(prompt)


def open_lines(history: Path, names: Callable[[], Iterable[str]], console: Console) -> Lines:
    """A prompt where a person types, else standard input as it comes."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return TypedLines(history, names)
    return PipedLines(sys.stdin, console)


def _writable(path: Path) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a"):
            return True
    except OSError:
        return False


def _completer(names: Callable[[], Iterable[str]]):
    from prompt_toolkit.completion import Completer, Completion
    from prompt_toolkit.document import Document

    class Names(Completer):
        """Slash commands at the line's beginning, machine names anywhere."""

        def get_completions(self, document: Document, complete_event: object):
            text = document.text_before_cursor
            word = text.split(" ")[-1]
            if text.startswith("/") and " " not in text:
                found: Iterable[str] = (c for c in COMMANDS if c.startswith(text))
            elif word:
                found = sorted({n for n in names() if n.casefold().startswith(word.casefold())})
            else:
                found = ()
            for name in list(found)[:100]:
                yield Completion(name, start_position=-len(word))

    return Names()
