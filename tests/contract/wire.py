"""A wire between a provider and its back end that counts requests and goes wrong on demand.

An HTTP proxy on 127.0.0.1 in a thread of the test process: the provider is given `wire.url` instead
of the back end's address. Every vendor's SDK then meets real broken connections.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding"}


@dataclass(frozen=True)
class Request:
    """What a provider sent."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Answer:
    """What a provider gets back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Way(StrEnum):
    """How the wire goes wrong.

    `lost` and `dropped` look the same to the sender, who gets no answer: a lost request never
    arrived, a dropped answer belongs to a request that was carried out. `broken` is the true answer
    cut in the middle under a whole envelope, `slow` the true answer after a while.
    """

    ANSWERED = "answered"
    LOST = "lost"
    DROPPED = "dropped"
    BROKEN = "broken"
    SLOW = "slow"
    REWRITTEN = "rewritten"


Matches = Callable[[Request], bool]
Rewrites = Callable[[bytes], bytes]


def any_request(_request: Request) -> bool:
    """Every request is meant."""
    return True


@dataclass
class WireFault:
    """Something that goes wrong with requests of a kind, so many times (None: always)."""

    way: Way
    matches: Matches = any_request
    requests: int | None = None
    answer: Answer | None = None
    delay_s: float = 0.0
    rewrite: Rewrites = bytes
    met: int = 0


class Wire:
    """The proxy. `requests` is everything that was sent since the last `forget`.

    Attributes:
        limit_s: how long the back end may take to answer.
        ahead_s: how far the back end's clock is made to run ahead, in its header `Date`.
    """

    limit_s = 60

    def __init__(self, host: str, port: int) -> None:
        self.ahead_s = 0.0
        self.requests: list[Request] = []
        self._upstream = (host, port)
        self._faults: list[WireFault] = []
        self._lock = threading.Lock()
        self.open: set[socket.socket] = set()
        self._server = _server(self, 0)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Stop listening, and hang up on everybody."""
        self._server.shutdown()
        self._server.server_close()
        for link in list(self.open):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def faulty(self, fault: WireFault) -> Generator[WireFault]:
        """Go wrong so for a while."""
        with self._lock:
            self._faults.append(fault)
        try:
            yield fault
        finally:
            with self._lock:
                self._faults.remove(fault)

    @contextmanager
    def cut(self) -> Generator[None]:
        """Nobody listens for a while: connections are refused."""
        self.close()
        try:
            yield
        finally:
            self.reopen()

    def reopen(self) -> None:
        """Listen again, after `close`, at the same address."""
        self._server = _server(self, self.port)

    @contextmanager
    def counted(self) -> Generator[list[Request]]:
        """The requests that are sent inside; the list is whole at the end."""
        found: list[Request] = []
        with self._lock:
            before = len(self.requests)
        yield found
        with self._lock:
            found.extend(self.requests[before:])

    def forget(self) -> None:
        """Count from zero."""
        with self._lock:
            self.requests.clear()

    def fault_for(self, request: Request) -> WireFault | None:
        """Write a request down, and say how it goes wrong."""
        with self._lock:
            self.requests.append(request)
            for fault in self._faults:
                left = fault.requests is None or fault.met < fault.requests
                if left and fault.matches(request):
                    fault.met += 1
                    return fault
        return None

    def forward(self, request: Request) -> Answer:
        """The back end's own answer."""
        link = HTTPConnection(*self._upstream, timeout=self.limit_s)
        try:
            headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP}
            link.request(request.method, request.path, request.body, headers)
            got = link.getresponse()
            body = got.read()
            kept = {k: v for k, v in got.getheaders() if k.lower() not in _HOP}
            return Answer(got.status, body, kept)
        finally:
            link.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    wire: Wire

    def setup(self) -> None:
        """Be known to the wire, which may hang up."""
        super().setup()
        self.wire.open.add(self.connection)

    def finish(self) -> None:
        """Be forgotten."""
        self.wire.open.discard(self.connection)
        super().finish()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        request = Request(self.command, self.path, body, dict(self.headers.items()))
        fault = self.wire.fault_for(request)
        if fault is None:
            self._send(self._forwarded(request))
            return
        match fault.way:
            case Way.ANSWERED:
                assert fault.answer is not None
                self._send(fault.answer)
            case Way.LOST:
                self._hang_up()
            case Way.DROPPED:
                self.wire.forward(request)
                self._hang_up()
            case Way.BROKEN:
                whole = self._forwarded(request)
                self._send(Answer(whole.status, whole.body[: len(whole.body) // 2], whole.headers))
            case Way.SLOW:
                time.sleep(fault.delay_s)
                self._send(self._forwarded(request))
            case Way.REWRITTEN:
                whole = self._forwarded(request)
                self._send(Answer(whole.status, fault.rewrite(whole.body), whole.headers))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve

    def _forwarded(self, request: Request) -> Answer:
        try:
            return self.wire.forward(request)
        except (OSError, HTTPException):
            return Answer(502, b"the back end is gone")

    def _send(self, answer: Answer) -> None:
        try:
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, self._moved(value) if name.lower() == "date" else value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def _moved(self, date: str) -> str:
        moment = parsedate_to_datetime(date) + timedelta(seconds=self.wire.ahead_s)
        return format_datetime(moment, usegmt=True)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that hung up is what the tests are about."""


def _server(wire: Wire, port: int) -> ThreadingHTTPServer:
    handler = type("WireHandler", (_Handler,), {"wire": wire})
    server = _Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server
