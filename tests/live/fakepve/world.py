"""A Proxmox VE cluster as a process of its own, a witness, and a wire that adds what it lacks.

fakepve is under the AGPL: it runs as the program that it is, in an environment of its own, and
nothing here imports it.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from tests.conftest import REPOSITORY
from tests.contract.wire import Answer, Request, Way, Wire, WireFault

PROGRAM = REPOSITORY / ".venv/servers/bin/fakepve"
USER, PASSWORD, TOKEN = "root@pam", "0pen-Sesame-8", "root@pam!nova=5ecret-T0ken"

WEB: dict[str, Any] = {
    "vmid": 100, "name": "web-01", "cores": 1, "sockets": 1, "memory": 1024, "agent": 1,
    "ostype": "l26", "scsi0": "local-lvm:4", "ipconfig0": "ip=10.0.0.5/24",
}  # fmt: skip
GUESTS: list[dict[str, Any]] = [
    {"vmid": 101, "name": "db-01", "node": "pve2", "config": {"cores": 2, "memory": "2048"}},
    {
        "vmid": 102, "name": "deaf-01", "node": "pve2", "status": "running", "shutdown_secs": 9999,
        "config": {"cores": 1, "memory": "512"},
    },
    {
        "vmid": 900, "name": "debian-12", "node": "pve1", "template": True,
        "config": {"cores": 1, "memory": "512", "scsi0": "local-lvm:base-900-disk-0,size=4G"},
    },
]  # fmt: skip


@dataclass
class Cluster:
    """A running fakepve, and the witness's own session."""

    port: int
    process: subprocess.Popen[str]

    @cached_property
    def http(self) -> httpx.Client:
        """A session that is nobody else's."""
        base = f"https://127.0.0.1:{self.port}/api2/json/"
        client = httpx.Client(base_url=base, verify=_trusting(), timeout=20)
        given = {"username": USER, "password": PASSWORD}
        ticket = client.post("access/ticket", data=given).json()["data"]
        client.cookies.set("PVEAuthCookie", ticket["ticket"])
        client.headers["CSRFPreventionToken"] = ticket["CSRFPreventionToken"]
        return client

    def ask(self, method: str, path: str, **data: Any) -> Any:
        """One request of the witness."""
        way = {"data": data} if method in ("POST", "PUT") else {"params": data}
        answer = self.http.request(method, path.lstrip("/"), **way)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def guests(self) -> dict[int, dict[str, Any]]:
        """Every guest by its number."""
        return {one["vmid"]: one for one in self.ask("GET", "cluster/resources", type="vm")}

    def begin_anew(self) -> None:
        """Leave the guests that the program began with, and a new running `web-01`."""
        for vmid, guest in self.guests().items():
            if vmid in (101, 102, 900):
                continue
            path = f"nodes/{guest['node']}/qemu/{vmid}"
            self.ask("PUT", f"{path}/config", protection=0)
            if guest["status"] == "running":
                self.ask("POST", f"{path}/status/stop")
            self.ask("DELETE", path)
        self.ask("POST", "nodes/pve1/qemu", **WEB)
        self.ask("POST", "nodes/pve1/qemu/100/status/start")

    def path(self, vmid: int) -> str:
        """Where a guest is asked for."""
        return f"nodes/{self.guests()[vmid]['node']}/qemu/{vmid}"

    def close(self) -> None:
        """End it."""
        if "http" in self.__dict__:
            self.http.close()
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


def needed() -> None:
    """Skip where fakepve is not installed; never in CI."""
    if not PROGRAM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("fakepve is missing: sh requirements/install.sh dev")
        pytest.skip("fakepve is missing: sh requirements/install.sh dev")


@contextmanager
def cluster(folder: Path, guests: list[dict[str, Any]] | None = None) -> Iterator[Cluster]:
    """A cluster of two nodes for a while."""
    file = folder / "guests.json"
    file.write_text(json.dumps({"guests": GUESTS if guests is None else guests}))
    certificate, key = certificate_in(folder)
    process = subprocess.Popen(
        [str(PROGRAM), "--host", "127.0.0.1", "--port", "0", "--time-scale", "0",
         "--user", USER, "--password", PASSWORD, "--cert", str(certificate), "--key", str(key),
         str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline()
    running = Cluster(int(said.strip().rpartition(":")[2]), process)
    try:
        yield running
    finally:
        running.close()


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class PveWire(Wire):
    """The wire under TLS, with what fakepve lacks: tokens, memory that is put back with a snapshot,
    disks that are made, grow and are plugged in while a guest runs."""

    def __init__(self, pve: Cluster, folder: Path) -> None:
        super().__init__("127.0.0.1", pve.port)
        self._pve = pve
        self._upstream_client = httpx.Client(
            base_url=f"https://127.0.0.1:{pve.port}", verify=_trusting(), timeout=30
        )
        self.trusted = str(folder / "cert.pem")
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._under_tls()
        self.url = f"https://127.0.0.1:{self.port}"

    def _under_tls(self) -> None:
        listening = self._server.socket
        self._server.socket = self._context.wrap_socket(
            listening, server_side=True, do_handshake_on_connect=False
        )

    def let_go(self) -> None:
        """Stop listening, and leave the cluster."""
        self.close()
        self._upstream_client.close()

    @contextmanager
    def cut(self) -> Generator[None]:
        """Nobody listens, and connections that were kept are felt to be gone."""
        with self.faulty(WireFault(Way.LOST)):
            with super().cut():
                yield
            self._under_tls()

    def forward(self, request: Request) -> Answer:
        """The cluster's own answer, with what it lacks done besides."""
        request = self._as_a_ticket(request)
        request = self._with_its_memory(request)
        drive = re.fullmatch(r"/api2/json/(nodes/\w+/qemu/(\d+))/(config|resize)", request.path)
        if request.method != "PUT" or drive is None:
            return self._pass_on(request)
        given = dict(parse_qsl(request.body.decode()))
        path, vmid, verb = drive.groups()
        if verb == "resize":
            text = self._pve.ask("GET", f"{path}/config", current=1)[given["disk"]]
            given = {given["disk"]: re.sub(r"size=\w+", f"size={given['size']}", text)}
        else:
            given = {k: _allocated(k, v, vmid) for k, v in given.items()}
        body = urlencode(given).encode()
        answer = self._pass_on(Request("PUT", f"/api2/json/{path}/config", body, request.headers))
        plugged = any(re.fullmatch(r"scsi\d+", key) for key in given)
        running = self._pve.guests().get(int(vmid), {}).get("status") == "running"
        if plugged and running and answer.status == 200:
            # It takes up what is pending at a start; nobody sees this one.
            self._pve.ask("POST", f"{path}/status/stop")
            self._pve.ask("POST", f"{path}/status/start")
        return answer

    def _with_its_memory(self, request: Request) -> Request:
        """A snapshot with memory runs on when it is put back."""
        path, _, verb = request.path.removeprefix("/api2/json/").rpartition("/")
        if verb != "rollback":
            return request
        listed, _, name = path.rpartition("/")
        taken = {one["name"]: one for one in self._pve.ask("GET", listed)}
        if not taken.get(name, {}).get("vmstate"):
            return request
        headers = {**request.headers, "Content-Type": "application/x-www-form-urlencoded"}
        return Request(request.method, request.path, b"start=1", headers)

    def _as_a_ticket(self, request: Request) -> Request:
        """A token that is known is the witness's ticket: the program knows no tokens."""
        headers = dict(request.headers)
        if headers.get("Authorization") == f"PVEAPIToken={TOKEN}":
            del headers["Authorization"]
            ticket = self._pve.http.cookies["PVEAuthCookie"]
            headers["Cookie"] = f"PVEAuthCookie={ticket}"
            headers["CSRFPreventionToken"] = self._pve.http.headers["CSRFPreventionToken"]
        return Request(request.method, request.path, request.body, headers)

    def _pass_on(self, request: Request) -> Answer:
        dropped = {"connection", "content-length", "accept-encoding", "host", "transfer-encoding"}
        headers = {k: v for k, v in request.headers.items() if k.lower() not in dropped}
        got = self._upstream_client.request(
            request.method, request.path, content=request.body or None, headers=headers
        )
        kept = {k: v for k, v in got.headers.items() if k.lower() not in dropped}
        kept.pop("content-encoding", None)
        return Answer(got.status_code, got.content, kept)


def _allocated(key: str, value: str, vmid: str) -> str:
    """A new disk as Proxmox writes it down when it made the volume."""
    new = re.fullmatch(r"([\w-]+):(\d+(?:\.\d+)?)(,.*)?", value)
    if not re.fullmatch(r"scsi\d+", key) or new is None:
        return value
    storage, size, rest = new.groups()
    return f"{storage}:vm-{vmid}-{key}{rest or ''},size={size}G"
