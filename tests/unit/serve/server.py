"""A whole server on 127.0.0.1 and a free port, in a thread of this process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog

from tools.settings import Settings
from ui.serve.app import make_app
from ui.serve.running import Server, config_of
from ui.serve.serving import Serving

PASSWORD = "a quiet harbour"
PEOPLE = {
    "ada": (("operator", "admin"), "default"),
    "bob": (("operator",), "default"),
    "vic": (("viewer",), "default"),
    "eve": (("operator", "admin"), "other"),
}
SCOPES = ("read", "plan", "approve", "admin")


@dataclass
class Site:
    """A server that is up, and what its clients need."""

    url: str
    serving: Serving
    clients: ExitStack = field(default_factory=ExitStack)

    def token(self, person: str, *scopes: str) -> str:
        """A token of somebody."""
        every = [s for s in SCOPES if s != "admin" or person in ("ada", "eve")]
        return self.serving.tokens.create(person, "test", scopes or every)[1]

    def client(self, person: str, *scopes: str) -> httpx.Client:
        """A program of somebody's."""
        return self._client({"Authorization": f"Bearer {self.token(person, *scopes)}"})

    def browser(self) -> httpx.Client:
        """A browser in which nobody is signed in, on a page of this site."""
        return self._client({"Origin": self.url})

    def stranger(self) -> httpx.Client:
        """Somebody of whom nothing is known."""
        return self._client({})

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        made = httpx.Client(base_url=self.url, headers=headers, timeout=30)
        return self.clients.enter_context(made)


def settings_of(folder: Path, fleet: Path, **more: Any) -> Settings:
    """A NovaCron over this fleet, its changes done at once."""
    given = {"delays": False, "libvirt_uris": "none", "refresh_seconds": 3600, **more}
    return Settings(data_dir=folder, fleet=fleet, **given)


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait till it holds: an answer's count and its webhook come a moment later."""
    until = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@contextmanager
def serving_site(settings: Settings, *, people: bool = True) -> Generator[Site]:
    """A server until the block ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    app = make_app(settings, pages=False)
    serving: Serving = app.state.serving
    if people:
        for name, (roles, tenant) in PEOPLE.items():
            serving.accounts.create(name, PASSWORD, roles, tenant)
    server = Server(config_of(app, "127.0.0.1", 0), serving)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < until, "the server did not start in time"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    site = Site(f"http://127.0.0.1:{port}", serving)
    try:
        yield site
    finally:
        site.clients.close()
        server.handle_exit(15, None)
        thread.join(30)
        serving.accounts.engine.dispose()
        structlog.reset_defaults()
        assert not thread.is_alive(), "the server did not stop"
