"""Records docs/chat.svg: a real chat on a fresh simulated fleet. `python -m ui.recording`."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from agent.conversation import Conversation
from tools.settings import load_settings
from ui.banner import banner
from ui.chat import Chat
from ui.docs import DOCS
from ui.session import open_session

SAYS = (
    "which machines are idle?",
    "stop bob-dev and resize web-03 to 4 cores",
    "yes",
    "undo that",
    "yes",
)
WIDTH = 104
_FONT_FACE = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
"""Rich's template loads fonts from the network; a picture in a README must not."""


class SaidLines:
    """Lines as a person would have typed them, shown with their prompt."""

    def __init__(self, says: Sequence[str], console: Console) -> None:
        self._says: Iterator[str] = iter(says)
        self._console = console

    def read(self, prompt: str) -> str:
        """The next line."""
        line = next(self._says, None)
        if line is None:
            raise EOFError
        self._console.print(Text(prompt, "bold green").append(line, "bold white"))
        return line


def record(says: Sequence[str]) -> str:
    """A chat as SVG."""
    console = Console(
        file=io.StringIO(),
        record=True,
        force_terminal=True,
        color_system="truecolor",
        width=WIDTH,
        markup=False,
        highlight=False,
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder), libvirt_uris="none", delays=False)
        with open_session(settings) as session:
            session.console = console
            talk = Conversation(session.turns, "recording")
            console.print(banner(session))
            console.print()
            Chat(session, lambda: talk, SaidLines(says, console)).run()
            talk.close()
    template = _FONT_FACE.sub("", CONSOLE_SVG_FORMAT)
    svg = console.export_svg(title="novacron chat", code_format=template, unique_id="nova")
    return svg.replace(folder, "")


def main() -> None:
    """Write docs/chat.svg anew."""
    (DOCS / "chat.svg").write_text(record(SAYS), encoding="utf-8")


if __name__ == "__main__":
    main()
