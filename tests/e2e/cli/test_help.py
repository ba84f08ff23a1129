"""Help that teaches, at once, for every command."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.e2e.cli.conftest import Nova, spent_s
from ui.cli import main
from ui.entries import ENTRIES

HELP_S = 0.3


def test_help_comes_within_300_ms(nova: Nova) -> None:
    assert min(spent_s(lambda: nova("--help")) for _ in range(5)) < HELP_S


def test_help_loads_no_heavy_library(nova: Nova) -> None:
    code = (
        "import sys; from ui.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'langgraph', 'langchain_core', 'sqlalchemy', 'pydantic', 'duckdb', 'rich'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=nova.environment, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()


def test_help_names_every_command_with_examples_and_exit_codes(nova: Nova) -> None:
    shown = nova("--help")
    assert shown.code == 0
    for name in ENTRIES:
        assert f"  {name}" in shown.out
    assert 'novacron ask "which machines are idle?"' in shown.out
    assert "10 waits for a yes" in shown.out


def run_here(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """In this process: these words are read before anything is opened."""
    with pytest.raises(SystemExit) as left:
        main(list(args))
    shown = capsys.readouterr()
    return int(left.value.code or 0), shown.out, shown.err


@pytest.mark.parametrize("name", ENTRIES)
def test_every_command_has_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, out, _ = run_here(capsys, name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: novacron {name}")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("vmz",), "Did you mean vms?"),
        (("vms", "lisst"), "Did you mean list?"),
        (("stop web-01",), 'novacron ask "stop web-01"'),
        (("frobnicate",), "There is no command 'frobnicate'"),
        (("vms", "list", "--colour", "red"), "No such option"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], said: str
) -> None:
    code, out, err = run_here(capsys, *args)
    assert code == 2
    assert said in err
    assert out == ""


def test_a_misused_command_is_json_for_programs(nova: Nova) -> None:
    failed = nova("vms", "stop", "--json", "--colour")
    assert failed.code == 2
    assert failed.json["error"]["code"] == "invalid_request"


def test_the_version_is_told(nova: Nova) -> None:
    assert nova("--version").out.startswith("novacron ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(nova: Nova, shell: str) -> None:
    script = nova("completion", shell)
    assert script.code == 0
    assert "_NOVACRON_COMPLETE" in script.out


def test_commands_and_machine_names_complete(nova: Nova) -> None:
    def completed(words: str, index: int) -> list[str]:
        shown = nova(COMP_WORDS=words, COMP_CWORD=str(index), _NOVACRON_COMPLETE="complete_bash")
        return shown.out.split()

    assert completed("novacron aud", 1) == ["audit"]
    nova("vms", "list")  # the inventory is read once, then completion asks nobody
    assert "web-01" in completed("novacron vms stop web-0", 3)
    assert "--force" in completed("novacron vms stop --fo", 3)
