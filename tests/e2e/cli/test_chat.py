"""The chat at a real terminal, and the same lines through a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pexpect
import pytest

from tests.e2e.cli.conftest import Nova

PROMPT = "›"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\x1b\][^\x07]*\x07")


class Terminal:
    """A person at a terminal of 110 columns."""

    def __init__(self, nova: Nova, *args: str) -> None:
        environment = {**nova.environment, "TERM": "xterm-256color", "COLUMNS": "110"}
        environment["PROMPT_TOOLKIT_NO_CPR"] = "1"  # this terminal answers no questions
        self._child = pexpect.spawn(
            sys.executable,
            ["-c", "from ui.cli import main; main()", *args],
            env=environment,
            cwd=str(nova.home),
            dimensions=(40, 110),
            encoding="utf-8",
            timeout=30,
        )
        self._child.delaybeforesend = 0.05

    def until(self, pattern: str) -> str:
        self._child.expect(pattern)
        return ESCAPES.sub("", (self._child.before or "") + str(self._child.after))

    def say(self, line: str) -> None:
        self._child.send(line + "\r")

    def leave(self) -> int:
        self._child.sendcontrol("d")
        self._child.expect(pexpect.EOF)
        self._child.close()
        return self._child.exitstatus or 0

    def interrupt(self) -> None:
        self._child.sendcontrol("c")

    def close(self) -> None:
        self._child.close(force=True)


@pytest.fixture
def terminal(nova: Nova) -> Iterator[Terminal]:
    opened = Terminal(nova)
    yield opened
    opened.close()


@pytest.mark.slow
def test_a_talk_from_question_to_undo(nova: Nova, terminal: Terminal) -> None:
    assert "simulated" in terminal.until(PROMPT)
    terminal.say("how many machines are there?")
    assert "68" in terminal.until("Source")
    terminal.until(PROMPT)
    terminal.say("stop web-02")
    card = terminal.until("yes/no ›")
    assert "Plan" in card
    assert "web-02" in card
    assert "Undo" in card
    assert nova.state_of("web-02") == "running"
    terminal.say("yes")
    terminal.until("Done")
    terminal.until(PROMPT)
    assert nova.state_of("web-02") == "stopped"
    terminal.say("undo that")
    terminal.until("yes/no ›")
    terminal.say("yes")
    terminal.until("Done")
    terminal.until(PROMPT)
    assert nova.state_of("web-02") == "running"
    assert terminal.leave() == 0


@pytest.mark.slow
def test_losing_data_takes_typing_and_a_yes_is_not_enough(nova: Nova, terminal: Terminal) -> None:
    terminal.until(PROMPT)
    terminal.say("delete web-stg-2")
    terminal.until("type it ›")
    terminal.say("yes")
    terminal.until("type it ›")
    assert nova.state_of("web-stg-2") is not None
    terminal.say("web-stg-2")
    terminal.until("Done")
    assert nova.state_of("web-stg-2") is None


@pytest.mark.slow
def test_ctrl_c_calls_off_a_line_and_the_talk_goes_on(terminal: Terminal) -> None:
    terminal.until(PROMPT)
    terminal.interrupt()
    terminal.until(PROMPT)
    terminal.say("/nonsense")
    terminal.until("/help shows what there is")
    terminal.say("/help")
    terminal.until("Ctrl-D")
    terminal.until(PROMPT)
    assert terminal.leave() == 0


@pytest.mark.slow
def test_a_plan_still_waits_when_the_chat_is_opened_again(nova: Nova) -> None:
    first = Terminal(nova)
    first.until(PROMPT)
    first.say("stop web-02")
    first.until("yes/no ›")
    first.close()
    second = Terminal(nova)
    assert "Still waiting from before" in second.until("yes/no ›")
    second.say("no")
    second.until("nothing was changed")
    second.until(PROMPT)
    second.leave()
    assert nova.state_of("web-02") == "running"


@pytest.mark.slow
def test_a_schedule_fires_while_the_chat_is_open(nova: Nova) -> None:
    at = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    assert nova("vms", "stop", "web-02", "--at", at, "--yes").code == 0
    terminal = Terminal(nova)
    terminal.until(PROMPT)
    assert "web-02" in terminal.until("Schedule s-.*Done: .*")
    assert nova.state_of("web-02") == "stopped"
    terminal.close()


def test_a_chat_through_a_pipe(nova: Nova) -> None:
    talked = nova(input="stop web-02\nyes\n/plan\n")
    assert talked.code == 0, talked
    assert "Done" in talked.out
    assert "No plan waits" in talked.out
    assert "\x1b" not in talked.out
    assert nova.state_of("web-02") == "stopped"


def test_ask_and_approve_are_the_same_talk(nova: Nova) -> None:
    asked = nova("ask", "stop web-02")
    assert asked.code == 10
    assert nova.state_of("web-02") == "running"
    assert nova("ask", "yes").code == 0
    assert nova.state_of("web-02") == "stopped"
    assert nova("ask", "which machine is called nonsense-99?").code == 3
