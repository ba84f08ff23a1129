"""A vendor's server for benchmarks: what it answered once is answered again, after a fixed while.

A process of its own that does next to nothing, so that what is measured is the asking side:

    python benchmarks/replaying.py PORT FILE DELAY_S
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_OF_ONE_SESSION = re.compile(
    rb"session\[[^<]*?\][0-9a-f-]{36}|[0-9a-f]{8}-[0-9a-f-]{27}|<operationID>.*?</operationID>"
)
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding"}


def key_of(method: str, path: str, body: bytes) -> str:
    """What an answer is found by: the request without what is of one session only."""
    return f"{method} {path} {_OF_ONE_SESSION.sub(b'', body).decode('latin-1')}"


def _about_one(key: str) -> str:
    """A question on one machine is answered as it was for another."""
    return re.sub(r"InstanceId=i-\w+", "InstanceId=", key)


class Recording:
    """What a server answered, by request; the latest answer counts."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[int, dict[str, str], str]] = {}

    def add(self, key: str, status: int, headers: dict[str, str], body: bytes) -> None:
        """Keep an answer."""
        kept = {k: v for k, v in headers.items() if k.lower() not in _HOP}
        self._answers[key] = (status, kept, b64encode(body).decode())

    def write(self, file: Path) -> None:
        """Keep all of it in a file."""
        file.write_text(json.dumps(self._answers))


@contextmanager
def replaying(port: int, file: Path, delay_s: float) -> Generator[None]:
    """A server that replays a recording, on the port of the server that was recorded."""
    command = [sys.executable, __file__, str(port), str(file), str(delay_s)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def main(port: int, file: Path, delay_s: float) -> None:
    """Serve until the process is ended."""
    kept: dict[str, tuple[int, dict[str, str], str]] = json.loads(file.read_text())
    answers = {key: (s, h, b64decode(body)) for key, (s, h, body) in kept.items()}
    alike = {_about_one(key): answer for key, answer in answers.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = key_of(self.command, self.path, body)
            found = answers.get(key) or alike.get(_about_one(key))
            if found is None:
                sys.stderr.write(f"not recorded: {key[:400]}\n")
            status, headers, answer = found or (404, {}, b"this was not asked when it was recorded")
            time.sleep(delay_s)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = do_PUT = _serve

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
