"""A test server as a process of its own, and what a test says to it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.conftest import REPOSITORY


@dataclass(frozen=True)
class Running:
    """A server that answers.

    Attributes:
        url: where its API is.
        more: whatever else it said about itself when it started.
    """

    url: str
    more: Mapping[str, Any]

    def control(self, name: str, body: Any = None) -> Any:
        """Ask the server itself; see `tests/servers/web.py` and its world's `control`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_control/{name}", data=data)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def running(module: str) -> Generator[Running]:
    """Start a server module and stop it by its process; it says in one line where it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        said = json.loads(process.stdout.readline())
        yield Running(said["url"], said)
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
