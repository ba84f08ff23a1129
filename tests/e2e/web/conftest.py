"""Servers and people for the tests: shared where nothing is lost, and stopped at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.web.servers import Server
from tests.e2e.web.visitors import Reception, Visitor

CHROMIUM = "/usr/bin/chromium"

Serve = Callable[..., Server]
Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; closed with each file, as its loop would forbid other tests theirs."""
    if not Path(CHROMIUM).exists():
        missing = "no Chromium: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--force-prefers-reduced-motion"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts servers with settings of their own."""
    servers: list[Server] = []

    def start(**settings: str) -> Server:
        given = {f"NOVACRON_{name.upper()}": value for name, value in settings.items()}
        server = Server(tmp_path_factory.mktemp("web"), given)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def server(serve: Serve) -> Server:
    """A server whose machines all stay: with an operator and a viewer beside the admin."""
    started = serve(machines="60")
    started.add("olga", "operator")
    started.add("vic", "viewer")
    started.add("eve", "admin", tenant="other")
    return started


@pytest.fixture(scope="session")
def spare(serve: Serve) -> Server:
    """A server whose machines may be lost, and which may be stopped and started."""
    return serve(machines="60")


@pytest.fixture(scope="module")
def reception(browser: Browser) -> Iterator[Reception]:
    open_desks = Reception(browser)
    yield open_desks
    open_desks.close()


@pytest.fixture
def visit(reception: Reception) -> Iterator[Visit]:
    """Brings people to a server; at the end nothing has left the machine, no script has failed."""
    visitors: list[Visitor] = []

    def come(server: Server, name: str | None = "admin", path: str = "/", **how: Any) -> Visitor:
        visitors.append(reception.visitor(server, name, **how))
        if name is not None:
            visitors[-1].come_in(name, path)
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.leave()
