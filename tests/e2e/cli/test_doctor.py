"""`novacron doctor` over connections that are slow or away: each has its line, and it ends."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.e2e.cli.conftest import Nova

QUICK = (
    "import httpx, proxmoxer.backends.https, tools.providers.sandbox, tools.examining as examining;"
    "examining.LIMIT_S = 6; from ui.cli import main; main()"
)
"""The program with less patience; what takes long to import is there before it begins to look."""


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_one_that_never_answers_hides_no_other_and_is_not_waited_for(
    nova: Nova, silent: str
) -> None:
    connections = [
        {"kind": "aws", "access_key": "AKID", "secret_key": "s3cret-key", "endpoint_url": silent},
        {"kind": "proxmox", "name": "pve", "url": "https://127.0.0.1:9", "password": "s3cret-pw"},
    ]
    environment = {
        **nova.environment, "NOVACRON_CONNECTIONS": json.dumps(connections),
        "NOVACRON_PROMETHEUS_URL": "http://127.0.0.1:9", "NOVACRON_CHROMA_URL": "http://127.0.0.1:9",
        "AWS_REGION": "eu-west-1",
    }  # fmt: skip
    begun = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", QUICK, "doctor"], env=environment, cwd=nova.home,
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip
    assert time.monotonic() - begun < 45
    assert ran.returncode == 1, ran
    lines = {line.split()[1]: line for line in ran.stdout.splitlines() if line[:1] in "✓–!✗"}
    assert lines["sandbox"].startswith("✓")
    assert "No answer in 6 s" in lines["aws"]
    for part in ("pve", "prometheus", "chroma"):
        assert lines[part].startswith("✗"), ran.stdout
    assert "s3cret" not in ran.stdout + ran.stderr


def test_what_is_known_of_a_fleet_that_fails_is_said(nova: Nova) -> None:
    nova("vms", "count")
    nova("sandbox", "fault", "unreachable", "--always")
    done = nova("doctor", "--json")
    (finding,) = [one for one in done.json["findings"] if one["part"] == "sandbox"]
    assert (done.code, finding["status"]) == (1, "problem")
    assert "68 machines known, last read" in finding["text"]
    assert finding["details"]["reached"] is False
