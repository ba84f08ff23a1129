"""The chat's loop: read a line, take the turn, show it; it outlives errors and Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from agent.turns import Turn
from tools.errors import NovaError
from ui.banner import HELP
from ui.charting import tell_charts
from ui.failures import error_lines
from ui.gate import exit_code
from ui.lines import Lines
from ui.progress import Progress
from ui.session import Session
from ui.view import CHAT_ROWS, show_turn, trace_table

if TYPE_CHECKING:
    from agent.conversation import Conversation


class Chat:
    """One person's talk at the terminal, over a conversation that lasts.

    Args:
        talk: gives the conversation; it may take a while the first time.
        resting: a context in which nothing else acts on this NovaCron.
    """

    def __init__(
        self,
        session: Session,
        talk: Callable[[], Conversation],
        lines: Lines,
        resting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._session = session
        self._resting = resting
        self._talk = talk
        self._lines = lines
        self._last: Turn | None = None
        self._code = 0

    def run(self) -> int:
        """Talk until the end of the input; give the exit code."""
        while True:
            try:
                line = self._lines.read(self._prompt())
            except KeyboardInterrupt:
                continue
            except EOFError:
                return self._code
            if line.strip() and not self._take(line.strip()):
                return self._code

    def show_pending(self) -> None:
        """The plan that still waits from an earlier talk, if there is one."""
        turn = self._talk().pending(self._session.user)
        if turn is not None:
            self._session.console.print(Text("Still waiting from before:", "bright_black"))
            self._show(turn)
            self._session.console.print()

    def _prompt(self) -> str:
        waits = self._last is not None and self._last.outcome == "confirm"
        if waits and self._last is not None and self._last.plan is not None:
            return "type it › " if self._last.plan.to_type else "yes/no › "
        return "› "

    def _take(self, line: str) -> bool:
        """One line; False when the person leaves."""
        if line in ("/quit", "/exit", "/q"):
            return False
        try:
            with self._resting():
                self._command(line) if line.startswith("/") else self._say(line)
        except NovaError as error:
            self._code = error.exit_code
            self._session.console.print(Text(error_lines(error), "red"))
        except KeyboardInterrupt:
            self._code = 130
            self._session.console.print(
                Text("Interrupted. What had begun is in: novacron operations", "yellow")
            )
        self._session.console.print()
        return True

    def _command(self, line: str) -> None:
        console = self._session.console
        match line.split()[0]:
            case "/help":
                console.print(HELP)
            case "/why" if self._last is not None:
                console.print(trace_table(self._last))
            case "/why":
                console.print("Nothing was said yet.")
            case "/chart" if self._last is not None and len(line.split()) > 1:
                tell_charts(self._last, Path(line.split(maxsplit=1)[1]), self._session)
            case "/chart":
                console.print("Ask for figures, then say: /chart FILE.png")
            case "/plan":
                turn = self._talk().pending(self._session.user)
                if turn is None:
                    console.print("No plan waits for a yes.")
                else:
                    self._show(turn)
            case other:
                console.print(Text(f"There is no {other[:40]!r}. /help shows what there is."))

    def _say(self, line: str) -> None:
        session = self._session
        waiting = self._last.plan if self._last and self._last.outcome == "confirm" else None
        with Progress(session.console, waiting) as progress:
            turn = self._talk().say(line, session.user, on_event=progress.on_event)
        self._code = 0 if exit_code(turn) == 10 else exit_code(turn)
        self._show(turn)

    def _show(self, turn: Turn) -> None:
        self._last = turn
        show_turn(turn, self._session.console, self._session.frame(), rows=CHAT_ROWS)
