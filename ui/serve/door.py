"""The door: every request passes it, and every answer leaves with the same guards.

Plain ASGI, so that streams and WebSockets pass unhindered.
"""

from __future__ import annotations

import ipaddress
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import structlog
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tools.settings import Settings
from ui.serve.errors import Misdirected, TooLarge
from ui.serve.logs import log_of
from ui.serve.metrics import Metrics
from ui.serve.problems import problem, unforeseen
from ui.serve.tracing import span

LARGEST = 1024 * 1024
_API = ("/api", "/auth", "/mcp", "/health", "/ready", "/metrics")
_QUIET = ("/health", "/ready", "/metrics")
_STRICT = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
_PAGES = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Door:
    """Counts, logs, traces and guards what goes through."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        public = urlsplit(settings.public_url)
        self._https = public.scheme == "https"
        self._hosts = {"localhost", *settings.allowed_hosts}
        if public.hostname:
            self._hosts.add(public.hostname)
        self._log = log_of("door")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or turn it away."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_ours(headers.get("host", "")):
            refused = problem(Misdirected("That host is not this server's."))
            await _refuse(refused, scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._pass(scope, headers, receive, send)

    async def _pass(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        request_id = uuid.uuid4().hex[:16]
        began, seen = time.perf_counter(), {"status": 500, "began": 0}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.update(status=message["status"], began=1)
                self._guard(scope["path"], message, request_id)
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        with ExitStack() as stack:
            name = f"{scope['method']} {scope['path']}"
            current = stack.enter_context(span(name, SpanKind.SERVER, headers))
            try:
                await self._answered(scope, headers, receive, answer)
            except Exception as error:
                if seen["began"]:
                    raise
                await unforeseen(error, scope["path"])(scope, receive, answer)
            finally:
                route = _route(scope)
                current.update_name(f"{scope['method']} {route}")
                current.set_attribute("http.request.method", scope["method"])
                current.set_attribute("http.response.status_code", seen["status"])
                if seen["status"] >= 500:
                    current.set_status(Status(StatusCode.ERROR))
                self._note(scope, route, seen["status"], time.perf_counter() - began)

    async def _answered(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        """Pass it on; to the API a whole body up to the largest that is meant."""
        if not _is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        length = headers.get("content-length", "")
        body = None if length.isdigit() and int(length) > LARGEST else await _read(receive)
        if body is None:
            await problem(TooLarge("The body is longer than 1 MiB."))(scope, receive, send)
            return
        await self._app(scope, _given(body, receive), send)

    def _is_ours(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname or ""
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _guard(self, path: str, message: Message, request_id: str) -> None:
        headers = MutableHeaders(scope=message)
        api = _is_api(path)
        headers.setdefault("content-security-policy", _STRICT if api else _PAGES)
        headers.setdefault("x-content-type-options", "nosniff")
        headers.setdefault("x-frame-options", "DENY")
        headers.setdefault("referrer-policy", "same-origin")
        headers.setdefault("cross-origin-opener-policy", "same-origin")
        headers.setdefault("permissions-policy", "camera=(), geolocation=(), microphone=(self)")
        headers["x-request-id"] = request_id
        if api:
            headers.setdefault("cache-control", "no-store")
        if self._https:
            headers.setdefault("strict-transport-security", "max-age=31536000")

    def _note(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        self._metrics.requests.labels(scope["method"], route, status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        user = scope.get("state", {}).get("user")
        say: Callable[..., None] = self._log.debug if scope["path"] in _QUIET else self._log.info
        facts: dict[str, Any] = {"user": user.name, "tenant": user.tenant} if user else {}
        say(
            "request", method=scope["method"], route=route, status=status,
            ms=round(seconds * 1000, 1), **facts,
        )  # fmt: skip


def _is_api(path: str) -> bool:
    return path.startswith(_API)


def _route(scope: Scope) -> str:
    """The route's pattern: ids in paths would make figures without end."""
    route = scope.get("route")
    return getattr(route, "path", None) or ("(mounted)" if "endpoint" in scope else "(none)")


async def _read(receive: Receive) -> list[Message] | None:
    """A body's messages; None where it is too long."""
    messages: list[Message] = []
    got, more = 0, True
    while more:
        message = await receive()
        messages.append(message)
        got += len(message.get("body", b""))
        if got > LARGEST:
            return None
        more = message["type"] == "http.request" and message.get("more_body", False)
    return messages


def _given(messages: list[Message], receive: Receive) -> Receive:
    """What was read already, then whatever comes."""

    async def given() -> Message:
        return messages.pop(0) if messages else await receive()

    return given


async def _refuse(refused: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    await refused(scope, receive, send)
