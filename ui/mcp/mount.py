"""MCP over streamable HTTP, in the web application: a token says who speaks."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tools.errors import NotAllowed, NovaError
from ui.mcp.server import Client, make_server
from ui.serve.callers import bearer_of, check_origin
from ui.serve.errors import Unauthenticated
from ui.serve.problems import problem
from ui.serve.routes.plans import plans_at
from ui.serve.serving import Serving

PATH = "/mcp"


def mount_mcp(app: FastAPI, serving: Serving) -> None:
    """Answer MCP at /mcp; the application runs `app.state.mcp` while it is up."""
    server = make_server(lambda: serving.hub, _client)
    sessions = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    app.state.mcp = sessions
    guarded = _Guarded(sessions.handle_request)
    app.router.routes.append(Route(PATH, guarded, methods=["GET", "POST", "DELETE"]))


class _Guarded:
    """Lets only those through who show a token that reads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            if "origin" in request.headers:
                check_origin(request)
            if "authorization" not in request.headers:  # a browser's cookie does not count here
                raise Unauthenticated("MCP needs a token.", hint="novacron tokens create")
            found = await run_in_threadpool(bearer_of, request, "mcp")
            if "read" not in found.scopes:
                raise NotAllowed("That needs the scope 'read'.")
        except NovaError as error:
            await problem(error)(scope, receive, send)
            return
        request.state.user = found.user
        request.state.client = Client(found.user, found.scopes, plans_at(request))
        await self._app(scope, receive, send)


def _client(server: Server[Any]) -> Client:
    request: Any = server.request_context.request
    return request.state.client
