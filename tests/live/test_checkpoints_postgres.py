"""The checkpoint store on Postgres, opened for the first time by many processes at once."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.live

OPEN = """
import sys
from contextlib import ExitStack
from agent.graph import _open_store
import langgraph.checkpoint.postgres, psycopg_pool
print("ready", flush=True)
sys.stdin.readline()
with ExitStack() as close:
    store, _ = _open_store(sys.argv[1], close)
    assert list(store.list(None, limit=1)) == []
"""


def test_many_may_be_the_first(postgres_url: str) -> None:
    command = [sys.executable, "-c", OPEN, postgres_url]
    pipe = subprocess.PIPE
    opening = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(5)
    ]
    ends = []
    for process in opening:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in opening:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in opening:
        _, errors = process.communicate(timeout=60)
        ends.append((process.returncode, errors[-500:]))
    assert ends == [(0, "")] * 5
