"""What the test servers share: HTTP, a record of every exchange, control routes.

Everything under `/_control/` belongs to the tests: it is no part of the vendor's API and is
not recorded. Faults on the way are the business of `tests/contract/wire.py`.
"""

from __future__ import annotations

import json
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CONTROL = "/_control/"


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    base: str


@dataclass(frozen=True)
class Answer:
    """What goes back; a body of None is none at all."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Refusal(Exception):
    """An answer that the vendor's API gives as an error."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class World(ABC):
    """A vendor's state and API; one lock is held around every call."""

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Carry a request out."""

    @abstractmethod
    def state(self) -> Any:
        """Everything that there is, for the tests' own eyes."""

    @abstractmethod
    def control(self, name: str, body: Any) -> Any:
        """What a test asks for: to seed machines, to set how long things take."""


class Server(ThreadingHTTPServer):
    """One world behind HTTP on 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, world: World, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.world = world
        self.lock = threading.RLock()
        self.exchanges: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def control(self, name: str, body: Any) -> Any:
        """A test's request about the server itself, or about its world."""
        if name == "state":
            return self.world.state()
        if name == "exchanges":
            kept = self.exchanges
            self.exchanges = [] if body == "take" else kept
            return kept
        return self.world.control(name, body)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to report; anything else fails loudly."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Any method."""
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        body = json.loads(raw) if raw else None
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        base = f"http://{self.headers.get('Host')}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, query, headers, body, base)
        if parts.path.startswith(CONTROL):
            with self.server.lock:
                found = self.server.control(parts.path.removeprefix(CONTROL), body)
            self._send(Answer(200, found))
        else:
            self._send(self._carry_out(request))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _carry_out(self, request: Request) -> Answer:
        with self.server.lock:
            try:
                answer = self.server.world.answer(request)
            except Refusal as refusal:
                answer = refusal.answer
            self._record(request, answer)
        return answer

    def _record(self, request: Request, answer: Answer) -> None:
        self.server.exchanges.append(
            {
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "url": self.path,
                "request": request.body,
                "status": answer.status,
                "headers": dict(answer.headers),
                "response": json.loads(json.dumps(answer.body)),
            }
        )

    def _send(self, answer: Answer) -> None:
        data = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            if data:
                self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
