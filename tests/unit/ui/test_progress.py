"""What is shown while machines change."""

from __future__ import annotations

import io

from rich.console import Console

from tools.errors import Throttled
from tools.journal import StepRecord
from tools.operations import Event
from ui.progress import Progress


def shown(steps: list[StepRecord]) -> str:
    console = Console(file=io.StringIO(), width=100)
    progress = Progress(console, None)
    for step in steps:
        progress.on_event(Event("o", step))
    console.print(progress.view())
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def step(index: int, status: str, **more: object) -> StepRecord:
    label = f"web-{index:02}"
    return StepRecord(index, 0, "stop_vms", label, label, status, **more)  # type: ignore[arg-type]


def test_a_few_machines_have_a_line_each_with_what_was_seen() -> None:
    failed = step(1, "failed", error=Throttled("The provider asks to slow down."))
    text = shown([step(0, "done", seen="stopped"), failed, step(2, "running", attempts=2)])
    assert "✓ web-00 stopped" in text
    assert "✗ web-01 The provider asks to slow down." in text
    assert "web-02 running (attempt 2)" in text


def test_many_machines_share_a_bar_and_only_the_open_ones_have_lines() -> None:
    steps = [step(i, "done", seen="stopped") for i in range(40)]
    text = shown([*steps, step(40, "running"), step(41, "unknown")])
    assert "41 of 42 machines" in text
    assert "1 unknown" in text
    assert "web-40" in text
    assert "web-03" not in text


def test_a_pipe_gets_no_progress() -> None:
    console = Console(file=io.StringIO(), width=100)
    with Progress(console, None) as progress:
        progress.on_event(Event("o", step(0, "running")))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""
