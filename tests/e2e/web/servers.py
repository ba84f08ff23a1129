"""`novacron serve` in a process of its own, on a free port and in a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tools.database import open_database
from tools.times import utc_now
from ui.serve.accounts import Accounts

ROOT = Path(__file__).parents[3]
NOVACRON = (sys.executable, "-c", "from ui.cli import main; main()")
LONGEST_START_S = 90
PASSWORD = "a password for tests"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@dataclass
class Server:
    """A running server: its address, its data folder, and the first admin's password."""

    home: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    password: str = ""
    process: subprocess.Popen[bytes] | None = None
    started_in_s: float = 0.0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "serve.log"

    def start(self) -> None:
        config = self.home / "novacron.toml"
        config.touch()
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("NOVACRON_")},
            "NOVACRON_DATA_DIR": str(self.home / "data"),
            "NOVACRON_CONFIG": str(config),
            "NOVACRON_LIBVIRT_URIS": "none",
            "PYTHONPATH": str(ROOT),
            **self.settings,
        }
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*NOVACRON, "serve", "--port", str(self.port)],
                env=environment,
                cwd=self.home,
                stdout=log,
                stderr=log,
            )
        self._wait()
        self.started_in_s = time.monotonic() - began
        said = re.search(r"shown only now:\n\s+(\S+)", self.log.read_text())
        self.password = said[1] if said else self.password

    def _wait(self) -> None:
        until = time.monotonic() + LONGEST_START_S
        while time.monotonic() < until:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.base}/ready", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"not ready: {self.log.read_text()}")

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def add(self, name: str, *roles: str, tenant: str = "default") -> None:
        """Let somebody in, with the password of the tests."""
        engine = open_database(f"sqlite:///{self.home / 'data' / 'novacron.db'}")
        Accounts(engine, utc_now).create(name, PASSWORD, roles, tenant)
        engine.dispose()
