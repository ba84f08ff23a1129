"""Puts the Slack app into the server: its door over HTTP, and Socket Mode where it has a token."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from tools.settings import Settings
from ui.serve.accounts import Accounts
from ui.serve.hub import Hub
from ui.serve.logs import log_of
from ui.serve.serving import Serving

if TYPE_CHECKING:
    from ui.slack.app import Slack

PATH = "/slack/events"
LARGEST = 512 * 1024
_AGAIN_S = 10.0


def mount_slack(app: FastAPI, hub: Callable[[], Hub], accounts: Accounts) -> None:
    """Mount the Slack app where it is set up; else nothing of it is loaded.

    Args:
        app: with its `Serving` in its state.
        hub: gives the hub while the server is up.
        accounts: who may come in.
    """
    settings = cast(Serving, app.state.serving).settings
    if not is_set_up(settings):
        return
    from ui.slack.app import Slack

    slack = Slack(settings, hub, accounts)
    app.state.slack = slack
    if settings.slack_signing_secret is not None:
        app.add_route(PATH, door_of(slack), methods=["POST"], include_in_schema=False)
    _live_with(app, slack, settings)


def is_set_up(settings: Settings) -> bool:
    """Whether Slack can reach NovaCron and NovaCron can answer."""
    ways = (settings.slack_signing_secret, settings.slack_app_token)
    return settings.slack_bot_token is not None and any(way is not None for way in ways)


def door_of(slack: Slack) -> Callable[[Request], Any]:
    """Events, clicks and commands over HTTP; bolt checks their signatures."""
    from slack_bolt import BoltRequest

    async def door(request: Request) -> Response:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST:
            return Response(status_code=413)
        body = (await request.body()).decode("utf-8", "replace")
        headers: Any = dict(request.headers)
        given = BoltRequest(body=body, query=str(request.query_params), headers=headers)
        answer: Any = await run_in_threadpool(slack.bolt.dispatch, given)
        headers = answer.first_headers_without_set_cookie()
        return Response(answer.body, answer.status, headers)

    return door


def _live_with(app: FastAPI, slack: Slack, settings: Settings) -> None:
    """Start and stop with the server."""
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncGenerator[Any]:
        async with before(served) as state:
            socket = Socket(slack, settings)
            await run_in_threadpool(slack.start)
            socket.start()
            try:
                yield state
            finally:
                await run_in_threadpool(socket.stop)
                await run_in_threadpool(slack.stop)

    app.router.lifespan_context = lifespan


class Socket:
    """Slack's events over a connection of ours: no address that Slack must reach."""

    def __init__(self, slack: Slack, settings: Settings) -> None:
        self._slack = slack
        self._token = settings.slack_app_token
        self._handler: Any = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._connect, name="slack-socket", daemon=True)
        self._log = log_of("slack")

    def start(self) -> None:
        """Connect, again and again until it is done; the library connects anew after a break."""
        if self._token is not None:
            self._thread.start()

    def stop(self) -> None:
        """Hang up."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(5)
        if self._handler is not None:
            self._handler.close()

    def _connect(self) -> None:
        from slack_bolt.adapter.socket_mode import SocketModeHandler

        assert self._token is not None
        bolt = self._slack.bolt
        handler = SocketModeHandler(bolt, self._token.get_secret_value(), logger=bolt.logger)
        while not self._over.is_set():
            try:
                handler.connect()
            except Exception as error:  # the network, DNS, TLS, Slack's own answers
                self._log.warning("slack not reached", error=f"{type(error).__name__}: {error}")
                self._over.wait(_AGAIN_S)
            else:
                self._handler = handler
                self._log.info("slack connected")
                return
