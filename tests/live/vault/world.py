"""A real server that speaks Vault's interface, OpenBao, as a process of its own."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.conftest import REPOSITORY

PROGRAM = REPOSITORY / ".venv" / "servers" / "bin" / "bao"
ROOT = "root-token-of-the-tests"


def _encoded(facts: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(facts).encode()).decode().rstrip("=")


POD_TOKEN = ".".join((
    _encoded({"alg": "RS256", "kid": "test"}),
    _encoded({
        "iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:ops:nova",
        "kubernetes.io/serviceaccount/namespace": "ops",
        "kubernetes.io/serviceaccount/service-account.name": "nova",
        "kubernetes.io/serviceaccount/service-account.uid": "u-1",
    }),
    _encoded({"not": "looked at"}),
))  # fmt: skip
"""A token as a pod has it; the test's Kubernetes is asked what it is worth."""


@dataclass
class Server:
    """A running server, and raw requests past hvac."""

    url: str
    process: subprocess.Popen[bytes]

    def ask(self, method: str, path: str, body: Any = None, token: str = ROOT) -> Any:
        """One request; what the server answers."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/v1/{path}", data=data, method=method)
        request.add_header("X-Vault-Token", token)
        with urllib.request.urlopen(request, timeout=20) as answer:
            raw = answer.read()
        return json.loads(raw) if raw else None

    def put(self, name: str, **values: Any) -> None:
        """Write a secret of the KV engine of version 2."""
        self.ask("POST", f"secret/data/{name}", {"data": values})

    def policy(self, name: str, *paths: str) -> None:
        """Let who has this policy read these paths."""
        rules = "\n".join(f'path "{path}" {{ capabilities = ["read"] }}' for path in paths)
        self.ask("PUT", f"sys/policies/acl/{name}", {"policy": rules})

    def token(self, policy: str, **more: Any) -> str:
        """A token with a policy."""
        made = self.ask("POST", "auth/token/create", {"policies": [policy], **more})
        return str(made["auth"]["client_token"])

    def approle(self, **role: Any) -> tuple[str, str]:
        """A role that may read `novacron`; its id and a secret id."""
        base = "auth/approle/role/novacron"
        self.ask("POST", base, {"token_policies": "novacron", **role})
        role_id = self.ask("GET", f"{base}/role-id")["data"]["role_id"]
        return role_id, self.ask("POST", f"{base}/secret-id", {})["data"]["secret_id"]


@contextmanager
def vault_server(folder: Path) -> Generator[Server]:
    """A server in memory, unsealed, with KV engines of both versions and both ways to sign in."""
    if not PROGRAM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{PROGRAM} is missing: sh requirements/install.sh dev")
        pytest.skip("OpenBao is missing: sh requirements/install.sh dev")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    command = [
        str(PROGRAM), "server", "-dev", "-dev-no-store-token", f"-dev-root-token-id={ROOT}",
        f"-dev-listen-address={address}",
    ]  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (folder / "bao.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)
    server = Server(f"http://{address}", process)
    try:
        _wait_until_ready(server)
        server.ask("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
        for way in ("approle", "kubernetes"):
            server.ask("POST", f"sys/auth/{way}", {"type": way})
        server.policy("novacron", "secret/data/novacron", "kv/novacron")
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(server: Server) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.process.poll() is None:
        try:
            server.ask("GET", "sys/mounts")
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise RuntimeError("OpenBao did not start")


class _Reviews(BaseHTTPRequestHandler):
    """Kubernetes' review of a pod's token."""

    def do_POST(self) -> None:
        """The pod's token is that of the account `nova` in `ops`; no other is any."""
        length = int(self.headers["Content-Length"])
        given = json.loads(self.rfile.read(length))["spec"]["token"]
        known = given == POD_TOKEN
        user = {"username": "system:serviceaccount:ops:nova", "uid": "u-1", "groups": []}
        status = {"authenticated": known, **({"user": user} if known else {})}
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}
        data = json.dumps(body).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def kubernetes() -> Generator[str]:
    """As much of Kubernetes as a server asks: its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Reviews)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
