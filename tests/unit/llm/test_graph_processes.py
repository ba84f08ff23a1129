"""The graph over processes that die, and over two that answer at the same instant."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.llm.steps import Ledger

ROOT = Path(__file__).parents[3]


class Chat:
    """A conversation in a process of its own."""

    def __init__(self, folder: Path, mode: str) -> None:
        command = [sys.executable, "-m", "tests.unit.llm.steps", str(folder), mode]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def send(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def say(self, text: str) -> str:
        self.send(text)
        return self.hear()

    def die(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def chat(folder: Path, mode: str = "run") -> Iterator[Chat]:
    started = Chat(folder, mode)
    try:
        yield started
    finally:
        started.process.kill()
        with started.process:
            pass


def test_a_plan_outlives_the_process_that_showed_it(tmp_path: Path) -> None:
    with chat(tmp_path) as first, chat(tmp_path) as second:
        assert first.hear() == second.hear() == "ready"
        assert first.say("stop web-01") == "confirm"
        first.die()

        assert second.say("yes") == "done"

    assert len(Ledger(tmp_path / "ledger.db").started()) == 1


def test_a_process_that_dies_while_it_acts_starts_nothing_twice(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    with chat(tmp_path, "hang") as first, chat(tmp_path) as second:
        assert first.hear() == second.hear() == "ready"
        assert first.say("stop web-01") == "confirm"
        assert first.say("yes") == "started"
        assert len(ledger.started()) == 1
        first.die()

        assert second.say("yes") == "done"

    assert ledger.asked() == 2
    assert len(ledger.started()) == 1


def test_two_processes_that_answer_at_once_start_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    with chat(tmp_path) as first, chat(tmp_path) as second:
        assert first.hear() == second.hear() == "ready"
        for turn in range(1, 6):
            assert first.say(f"stop web-0{turn}") == "confirm"
            first.send("yes")
            second.send("yes")

            assert sorted([first.hear(), second.hear()]) == ["answer", "done"]
            assert ledger.asked() == turn
