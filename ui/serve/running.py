"""Runs the application under uvicorn: a stop ends streams at once and waits for what runs."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from tools.errors import InvalidRequest
from tools.settings import Settings
from ui.serve.app import make_app
from ui.serve.checks import check_settings, unknown_variables
from ui.serve.logs import log_of, set_up_logs
from ui.serve.metering import set_up_metering
from ui.serve.serving import Serving
from ui.serve.tracing import set_up_tracing

Announce = Callable[[Serving, str], None]

GRACE_S = 15
KEEP_ALIVE_S = 75
"""How long an idle connection is held: longer than proxies and clients hold theirs (60 s at most of
the common ones), so that none sends a request into a connection that is just being closed."""

BACKLOG = 2048
SWITCH_S = 0.0005
"""How long a turn keeps the interpreter while another waits: with the default of 5 ms a turn that
reads the database twenty times is overtaken twenty times."""


class Server(uvicorn.Server):
    """A server that says so when it is told to stop."""

    def __init__(self, config: uvicorn.Config, serving: Serving) -> None:
        super().__init__(config)
        self._serving = serving
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: Any = None) -> None:
        """Serve until it is told to stop."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM or Ctrl-C: begin nothing more."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._serving.stopping.set)


def _leave_quietly(number: int, frame: FrameType | None) -> None:
    """A stop that was asked for is no failure."""


def config_of(app: FastAPI, host: str, port: int) -> uvicorn.Config:
    """How uvicorn serves it."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket at this address.

    Raises:
        InvalidRequest: it is taken, not this computer's, or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        made.close()
        raise InvalidRequest(
            f"NovaCron cannot listen at {host}, port {port}: {error}.", hint="--host and --port"
        ) from error
    return made


def run(settings: Settings, host: str, port: int, *, pages: bool, announce: Announce) -> None:
    """Serve on this address until SIGTERM or Ctrl-C.

    Args:
        settings: how NovaCron is set up.
        host: the address to listen on.
        port: the port; 0 takes a free one.
        pages: with the chat for browsers.
        announce: is told the serving and its address once NovaCron is open.

    Raises:
        InvalidRequest: a setting cannot work, or the address cannot be listened on.
    """
    check_settings(settings)
    set_up_logs(settings.log_level)
    for unknown in unknown_variables():
        log_of("serve").warning("unknown setting", what=unknown)
    sys.setswitchinterval(SWITCH_S)
    with ExitStack() as stack:
        stack.callback(set_up_tracing())
        taken = stack.enter_context(listen(host, port))
        app = make_app(settings, pages=pages)
        serving: Serving = app.state.serving
        serving.freezes = True
        stack.enter_context(serving.opening())  # before the server: what fails is said plainly
        stack.callback(set_up_metering(serving.metrics, lambda: serving.opened))
        announce(serving, address_of(taken))
        for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them again at its end
            signal.signal(number, _leave_quietly)
        Server(config_of(app, host, port), serving).run([taken])


def address_of(taken: socket.socket) -> str:
    """The address of a socket, for people of this computer."""
    bound, port = taken.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(str(bound), str(bound))
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
