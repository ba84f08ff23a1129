"""What runs, machine by machine, while it runs: live at a terminal, silent in a pipe."""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tools.journal import StepRecord
from tools.operations import Event
from tools.plan import Plan
from ui.text import clean, counted

SHOWN = 12
"""So many machines are shown each on its line; more share a bar, with those that are not done."""

SETTLED = frozenset({"done", "failed", "unknown", "skipped", "cancelled"})
MARKS = {
    "pending": ("·", "bright_black"),
    "done": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "unknown": ("?", "magenta"),
    "skipped": ("–", "yellow"),
    "cancelled": ("–", "yellow"),
}


class Progress:
    """Shows the steps of a plan's operation; a context manager, given each event.

    Args:
        plan: the plan that may run, so that every machine is shown from the beginning.
        quiet: show nothing, as for `--json`.
    """

    def __init__(self, console: Console, plan: Plan | None, *, quiet: bool = False) -> None:
        self._console = console
        self._live: Live | None = None
        self._quiet = quiet or not console.is_terminal or console.record
        self._labels: dict[int, str] = {}
        if plan is not None:
            now = [step for call in plan.calls if call.when is None for step in call.steps]
            self._labels = {index: step.label for index, step in enumerate(now)}
        self._steps: dict[int, StepRecord] = {}
        self._spinner = Spinner("dots", style="cyan")
        self._began = 0.0

    def __enter__(self) -> Progress:
        """Nothing is shown until something runs."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the lines away: what came of it is said by the turn."""
        if self._live is not None:
            self._live.stop()

    def on_event(self, event: Event) -> None:
        """One step went on."""
        self._steps[event.step.index] = event.step
        if self._quiet:
            return
        if self._live is None:
            self._began = time.monotonic()
            self._live = Live(
                get_renderable=self.view,
                console=self._console,
                refresh_per_second=8,
                transient=True,
            )
            self._live.start()

    def view(self) -> RenderableType:
        """What is shown at this moment."""
        indexes = sorted({*self._labels, *self._steps})
        if len(indexes) <= SHOWN:
            return self._lines(indexes)
        statuses = Counter(self._status(index) for index in indexes)
        settled = sum(statuses[status] for status in SETTLED)
        spent = time.monotonic() - self._began
        head = Text(f"{settled:,} of {counted(len(indexes), 'machine')}, {spent:.0f} s")
        for status in ("failed", "unknown", "skipped", "cancelled"):
            if statuses[status]:
                head.append(f", {statuses[status]} {status}", MARKS[status][1])
        shown = [i for i in indexes if self._status(i) in ("running", "failed", "unknown")]
        bar = ProgressBar(total=len(indexes), completed=settled, width=40)
        return Group(head, bar, self._lines(shown[-SHOWN:]))

    def _status(self, index: int) -> str:
        step = self._steps.get(index)
        return step.status if step is not None else "pending"

    def _lines(self, indexes: list[int]) -> Table:
        table = Table.grid(padding=(0, 1))
        for index in indexes:
            step, status = self._steps.get(index), self._status(index)
            label = step.label if step is not None else self._labels[index]
            mark: RenderableType = self._spinner
            if status in MARKS:
                mark = Text(*MARKS[status])
            table.add_row(mark, Text(clean(label)), Text(_detail(step), "bright_black"))
        return table


def _detail(step: StepRecord | None) -> str:
    if step is None:
        return ""
    if step.error is not None:
        return clean(step.error.message)
    tries = f" (attempt {step.attempts})" if step.attempts > 1 else ""
    return clean(f"{step.seen or step.status}{tries}")
