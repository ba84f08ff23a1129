"""The commands that look after NovaCron: operations, schedules, audit, sandbox, doctor, eval."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect
import pytest

from tests.e2e.cli.conftest import FLEET, NOVACRON, Nova


def test_operations_are_listed_and_shown_step_by_step(nova: Nova) -> None:
    done = nova("vms", "stop", "web-02", "--yes", "--json").json
    operation = done["operation"]["id"]
    assert "web-02" in nova("operations", "show", operation[:8]).out
    shown = nova("operations", "show", operation, "--json").json
    assert shown["status"] == "done"
    assert [step["label"] for step in shown["steps"]] == ["web-02"]
    listed = nova("operations", "list", "--json").json
    assert operation in json.dumps(listed)
    assert nova("operations", "show", "nonsense").code == 3


def test_a_change_for_later_is_a_schedule_that_can_be_cancelled(nova: Nova) -> None:
    later = "2099-01-01T02:00:00+00:00"
    assert nova("vms", "stop", "web-02", "--at", later, "--yes").code == 0
    assert nova.state_of("web-02") == "running"
    listed = nova("schedules", "list", "--json").json
    (row,) = listed["results"][0]["rows"]
    schedule = next(str(v) for k, v in row.items() if k in ("id", "schedule"))
    assert nova("schedules", "cancel", schedule, "--yes").code == 0
    again = nova("schedules", "list").out
    assert "2099" not in again or "cancelled" in again


def test_the_audit_is_whole_until_somebody_touches_it(nova: Nova) -> None:
    nova("vms", "stop", "web-02", "--yes")
    verified = nova("audit", "verify", "--json")
    assert verified.code == 0
    assert verified.json["entries"] > 2
    assert "web-02" in nova("audit", "list", "--json").out
    with sqlite3.connect(nova.home / "data" / "novacron.db") as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE audit SET facts = replace(facts, 'a', 'b') WHERE number = 2")
    touched = nova("audit", "verify")
    assert touched.code == 1
    assert "Entry 2" in touched.out


def test_the_sandbox_goes_back_to_its_beginning(nova: Nova) -> None:
    nova("vms", "stop", "web-02", "--yes")
    assert nova.state_of("web-02") == "stopped"
    assert len(nova.acts()) == 1
    assert nova("sandbox", "reset").code == 0
    assert nova.state_of("web-02") == "running"
    assert nova.acts() == []


@pytest.mark.timeout(150)
def test_a_trouble_of_the_sandbox_is_diagnosed_and_healed(nova: Nova) -> None:
    assert nova("sandbox", "trouble", "grub-rescue", "--machine", "web-02").code == 0
    ill = nova("vms", "diagnose", "--name", "web-02", "--json").json
    assert "boot-loader" in json.dumps(ill)
    assert nova("sandbox", "heal").code == 0
    assert "boot-loader" not in nova("vms", "diagnose", "--name", "web-02", "--json").out


def test_doctor_finds_everything_well(nova: Nova) -> None:
    well = nova("doctor", "--json")
    assert well.code == 0, well
    parts = {finding["part"] for finding in well.json["findings"]}
    assert {"data folder", "database", "policies", "sandbox", "brain"} <= parts


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.mark.slow
def test_a_worker_fires_what_is_due_and_stops_when_it_is_told(nova: Nova) -> None:
    assert nova("vms", "stop", "web-02", "--at", soon(4), "--yes").code == 0
    with subprocess.Popen(
        [*NOVACRON, "worker"], env=nova.environment, stderr=subprocess.PIPE, text=True
    ) as ran:
        for _ in range(60):
            time.sleep(0.5)
            if nova.state_of("web-02") == "stopped":
                break
        ran.send_signal(signal.SIGTERM)
        _, said = ran.communicate(timeout=30)
    assert nova.state_of("web-02") == "stopped"
    assert ran.returncode == 0
    assert said.rstrip().endswith("Stopped.")
    assert len(nova.acts()) == 1


CASES = (
    {"id": "a", "tags": ["one"], "turns": [
        {"say": "stop web-02", "outcome": "confirm",
         "calls": [{"tool": "stop_vms", "where": "name == 'web-02'"}]},
        {"say": "yes", "outcome": "done",
         "calls": [{"tool": "stop_vms", "where": "name == 'web-02'"}]},
    ]},
    {"id": "b", "tags": ["two"], "turns": [
        {"say": "how many machines are there?", "outcome": "decline"},
    ]},
)  # fmt: skip


@pytest.fixture
def cases(nova: Nova) -> Path:
    path = nova.home / "cases.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in CASES))
    return path


def test_eval_judges_explains_and_draws(nova: Nova, cases: Path) -> None:
    html, trust, plans = (nova.home / name for name in ("r.html", "t.md", "p.jsonl"))
    outputs = ("--html", str(html), "--trust", str(trust), "--plans", str(plans))
    ran = nova("eval", str(cases), "--json", "--show", "5", "--runs", "2", *outputs)
    assert ran.code == 0, ran
    report = ran.json
    assert (report["turns"], report["turns_right"], report["runs"]) == (6, 4, 2)
    assert report["pass_every_run"] == 0.5
    assert report["by_tag"] == {"one": "4/4", "two": "0/2"}
    (wrong,) = report["wrong"]
    assert wrong["case"] == "b"
    assert "decline" in wrong["expected"]
    assert {rate["count"] for rate in report["trust"].values()} == {0}
    assert report["trust"]["collateral-change rate"]["of"] == 2
    page = html.read_text()
    assert page.count("<svg") >= 3
    assert "<script" not in page
    assert "http" not in page
    assert "missed-gate" in trust.read_text()
    assert len(plans.read_text().splitlines()) == 4


def test_eval_fails_where_too_little_is_right(nova: Nova, cases: Path) -> None:
    assert nova("eval", str(cases), "--require", "0.9").code == 1
    assert nova("eval", str(cases), "--require", "0.5").code == 0
    assert nova("eval", str(cases), "--tag", "one", "--require", "1").code == 0


def test_the_cases_that_ship_are_well_formed(nova: Nova) -> None:
    checked = nova("eval", str(FLEET.parents[1] / "cases"), "--check")
    assert checked.code == 0, checked.out[-2000:]


def test_the_audit_is_read_whole_on_a_narrow_terminal(nova: Nova) -> None:
    nova("vms", "stop", "web-02", "--yes")
    told = nova("audit", COLUMNS="80").out
    for words in ("approved", "started", "acted", "finished", " UTC"):
        assert words in told, told
    assert told.splitlines()[2].split()[0] == "1"


def test_an_interruption_says_where_to_look(nova: Nova) -> None:
    asked: pexpect.spawn[str] = pexpect.spawn(
        NOVACRON[0], [*NOVACRON[1:], "vms", "stop", "web-02"], env=nova.environment,
        cwd=str(nova.home), encoding="utf-8", timeout=40, preexec_fn=hears_interrupts,
    )  # fmt: skip
    asked.expect("yes")
    interrupt(asked, "Interrupted. .novacron operations. shows what had begun")
    asked.expect(pexpect.EOF)
    asked.close()
    assert asked.exitstatus == 130
    assert nova.state_of("web-02") == "running"


def hears_interrupts() -> None:
    """As at a terminal: what a shell began in the background is born deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt(asked: pexpect.spawn[str], said: str) -> None:
    """Press Ctrl-C until it is heard: one that meets a prompt still being drawn may be lost."""
    for _ in range(4):
        asked.sendintr()
        if asked.expect([said, pexpect.TIMEOUT], timeout=8) == 0:
            return
    raise AssertionError(f"never said: {said}")
