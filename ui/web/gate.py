"""Before Chainlit: only what the chat needs gets through, from people who are signed in."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.serve.callers import COOKIE, check_origin, own_origin
from ui.web.chainlit_host import PUBLIC
from ui.web.people import People

LARGEST = 256 * 1024
"""The longest body that the chat sends: a sentence has 20,000 signs at most."""
CSP = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Custom elements are compiled in the browser, hence `unsafe-eval`; no inline script runs."""

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OPEN = re.compile(
    r"GET /(?:assets/[\w./-]+|public/[\w./-]+)"
    r"|GET /(?:auth/config|project/translations)"
)
"""Files of the program, which hold nothing of anybody's."""
_PAGES = re.compile(rf"(?:GET|HEAD) /(?:|thread/{_UUID})")
_CALLS = re.compile(
    rf"GET /(?:user|project/settings|project/thread/{_UUID})"
    r"|POST /project/(?:threads|action)"
    r"|(?:PUT|DELETE) /project/thread"
)
FOREVER = "public, max-age=31536000, immutable"
_SOCKET = "/ws/socket.io/"
_AGAIN = '<!doctype html><meta http-equiv="refresh" content="0"><title>NovaCron</title>'
"""A strict cookie is not sent on the way here from another site, but on the next step it is."""


class Gate:
    """The door of the chat.

    Args:
        app: what is behind it.
        people: who is signed in.
    """

    def __init__(self, app: ASGIApp, people: People) -> None:
        self._app = app
        self._people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, send the person to sign in, or know nothing of the path."""
        connection = HTTPConnection(scope)
        if scope["type"] == "websocket":
            await self._socket(connection, receive, send)
            return
        asked = f"{scope['method']} {scope['path']}"
        if (picture := _picture(connection)) is not None:
            await FileResponse(PUBLIC / picture)(scope, receive, _guarded(send, "no-cache"))
        elif _OPEN.fullmatch(asked):
            hashed = scope["path"].startswith("/assets/")
            await self._app(scope, receive, _guarded(send, FOREVER if hashed else "no-cache"))
        elif asked in ("GET /login", "HEAD /login"):
            await RedirectResponse("/auth/login", 303)(scope, receive, send)
        elif asked == "POST /set-session-cookie":  # for load balancers; ours needs none
            await JSONResponse({"message": "not needed"})(scope, receive, send)
        elif asked == "POST /logout":
            await self._sign_out(connection, receive, send)
        elif _PAGES.fullmatch(asked) or _CALLS.fullmatch(asked):
            await self._signed_in(connection, asked, receive, send)
        else:
            await PlainTextResponse("There is no such page.", 404)(scope, receive, send)

    async def _socket(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        user = None
        if connection.scope["path"] == _SOCKET and is_own_page(connection):
            user = await run_in_threadpool(self._people.of_connection, connection)
        if user is None:
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(connection.scope, receive, send)

    async def _sign_out(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        check_origin(connection)
        await run_in_threadpool(self._people.sign_out, connection)
        answer = JSONResponse({"success": True})
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        await answer(connection.scope, receive, send)

    async def _signed_in(
        self, connection: HTTPConnection, asked: str, receive: Receive, send: Send
    ) -> None:
        scope = connection.scope
        user = await run_in_threadpool(self._people.of_connection, connection)
        if user is None:
            page = bool(_PAGES.fullmatch(asked))
            answer = to_sign_in(connection) if page else JSONResponse({"detail": "signed out"}, 401)
            await answer(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            check_origin(connection)
            if int(connection.headers.get("content-length") or LARGEST + 1) > LARGEST:
                await JSONResponse({"detail": "too long"}, 413)(scope, receive, send)
                return
        await self._app(scope, receive, _guarded(send, "no-store"))


def _picture(connection: HTTPConnection) -> str | None:
    """Our own picture where Chainlit's page asks for one."""
    path = connection.scope["path"]
    if connection.scope["method"] != "GET":
        return None
    if path == "/logo":
        dark = connection.query_params.get("theme") == "dark"
        return "logo_dark.svg" if dark else "logo_light.svg"
    return "mark.svg" if path == "/favicon" or path.startswith("/avatars/") else None


def to_sign_in(connection: HTTPConnection) -> HTMLResponse | RedirectResponse:
    """Where somebody goes who is not signed in, and comes back from."""
    if connection.headers.get("sec-fetch-site") == "cross-site":
        return HTMLResponse(_AGAIN, headers={"cache-control": "no-store"})
    path = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
    return RedirectResponse(f"/auth/login?next={quote(path, safe='/')}", 303)


def is_own_page(connection: HTTPConnection) -> bool:
    """Whether a page of this server opened the socket."""
    origin = urlsplit(connection.headers.get("origin", ""))
    scheme, host = own_origin(connection)
    return (origin.scheme, origin.netloc) == (scheme.replace("ws", "http"), host)


def _guarded(send: Send, cache: str) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = CSP
            headers["cache-control"] = cache
        await send(message)

    return guarded
