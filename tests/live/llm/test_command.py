"""`novacron ask` with a model that fails: the person at the terminal is told who read it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.unit.llm.conftest import KEY, Script

pytestmark = pytest.mark.live

NOTE = "(The model service refused the credentials: read without it.)"
WAITS = 10

Ask = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ask(fleet: Path, tmp_path: Path, model_settings: dict[str, Any]) -> Ask:
    """Runs the program in a process of its own."""
    set_up = {f"NOVACRON_{name.upper()}": str(value) for name, value in model_settings.items()}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONUTF8": "1",
        "NOVACRON_DATA_DIR": str(tmp_path / "data"),
        "NOVACRON_FLEET": str(fleet),
        "NOVACRON_DELAYS": "false",
        "NOVACRON_LIBVIRT_URIS": "none",
        **set_up,
    }

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "from ui.cli import main; main()"]
        return subprocess.run(
            [*program, "ask", *args],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )

    return run


def test_the_note_stands_before_an_answer_and_before_a_plan(ask: Ask, script: Script) -> None:
    script.server.fail(401, times=None, message=KEY)

    answered = ask("list the stopped vms in us-west-2")
    planned = ask("stop web-03")

    assert answered.returncode == 0, answered.stderr
    assert "db-dr-1" in answered.stdout
    assert planned.returncode == WAITS, planned.stderr
    assert "web-03" in planned.stdout
    for done in (answered, planned):
        assert done.stdout.lstrip().startswith(NOTE)
        assert KEY not in done.stdout + done.stderr


def test_the_note_is_in_the_reply_that_programs_get(ask: Ask, script: Script) -> None:
    script.server.fail(401, times=None)

    done = ask("--json", "stop web-03")

    turn = json.loads(done.stdout)
    assert turn["outcome"] == "confirm"
    assert turn["reply"].startswith(NOTE)


def test_a_model_that_answers_leaves_no_note(ask: Ask, script: Script) -> None:
    script("propose", calls=[{"tool": "stop_vms", "selector": {"names": ["web-03"]}}])

    done = ask("stop web-03")

    assert done.returncode == WAITS, done.stderr
    assert "without it" not in done.stdout
