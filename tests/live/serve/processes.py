"""`novacron serve` as processes of their own, over one data folder and one database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tools.database import open_database
from tools.times import utc_now
from ui.serve.accounts import Accounts
from ui.serve.passwords import random_password
from ui.serve.tokens import Tokens

NOVACRON = Path(sys.executable).with_name("novacron")
START_S = 60


@dataclass
class Process:
    """One server."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self.process.kill()
        self.process.wait(30)

    def stop(self, within_s: float = 40) -> int:
        """Tell it to stop, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)

    def lines(self) -> list[dict[str, object]]:
        """What it logged."""
        found = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [json.loads(line) for line in found]

    def memory_mib(self) -> float:
        """How much memory is its own; mapped pages of the database and of libraries are not."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
        return int(line.split()[1]) / 1024


@dataclass
class Town:
    """A NovaCron's data folder and database, its servers, and the clients of people."""

    folder: Path
    database_url: str = ""
    delays: bool = False
    machines: int = 60
    settings: dict[str, str] = field(default_factory=dict[str, str])
    servers: list[Process] = field(default_factory=list[Process])
    clients: list[httpx.Client] = field(default_factory=list[httpx.Client])

    @property
    def environment(self) -> dict[str, str]:
        """What its commands need."""
        return {
            **os.environ,
            "NOVACRON_CONFIG": os.devnull,
            "NOVACRON_DATA_DIR": str(self.folder),
            "NOVACRON_DATABASE_URL": self.database_url,
            "NOVACRON_DELAYS": str(self.delays).lower(),
            "NOVACRON_MACHINES": str(self.machines),
            "NOVACRON_LIBVIRT_URIS": "none",
            **self.settings,
        }

    def command(self, *args: str) -> str:
        """What a command of this NovaCron prints."""
        return subprocess.run(
            [NOVACRON, *args], env=self.environment, check=True, capture_output=True,
            text=True, timeout=60,
        ).stdout  # fmt: skip

    def start(self) -> Process:
        """One more server, ready."""
        return self.ready(self.launch())

    def launch(self) -> Process:
        """One more server, on its way up."""
        port = free_port()
        log = self.folder / f"serve-{len(self.servers)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [NOVACRON, "serve", "--no-pages", "--port", str(port)],
                env=self.environment, stdout=out, stderr=out,
            )  # fmt: skip
        made = Process(f"http://127.0.0.1:{port}", process, log)
        self.servers.append(made)
        return made

    def ready(self, server: Process) -> Process:
        """The same server, once it answers."""
        wait_for(lambda: is_ready(server), START_S, server)
        return server

    def token(self, person: str) -> str:
        """A token of somebody who may do everything but administer."""
        engine = open_database(self.database_url or f"sqlite:///{self.folder}/novacron.db")
        try:
            accounts = Accounts(engine, utc_now)
            if person not in [known.name for known in accounts.people()]:
                accounts.create(person, random_password(), ["operator"])
            scopes = ("read", "plan", "approve")
            return Tokens(accounts).create(person, "test", scopes)[1]
        finally:
            engine.dispose()

    def client(self, server: Process, token: str) -> httpx.Client:
        """A program of somebody's at a server."""
        headers = {"Authorization": f"Bearer {token}"}
        made = httpx.Client(base_url=server.url, headers=headers, timeout=60)
        self.clients.append(made)
        return made

    def close(self) -> None:
        """End everything."""
        for client in self.clients:
            client.close()
        for server in self.servers:
            if server.process.poll() is None:
                server.kill()


def is_ready(server: Process) -> bool:
    """Whether it answers."""
    try:
        return httpx.get(f"{server.url}/ready", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(holds: Callable[[], bool], seconds: float, server: Process) -> None:
    """Wait until it holds; fail with the server's log where it ended or takes too long."""
    until = time.monotonic() + seconds
    while not holds():
        assert server.process.poll() is None, server.log.read_text()[-3000:]
        assert time.monotonic() < until, server.log.read_text()[-3000:]
        time.sleep(0.1)
