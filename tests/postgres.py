"""A private Postgres: a cluster of its own in a temporary folder, and a fresh database a test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

START_S = 30


def postgres_binaries() -> Path | None:
    """Where `initdb` and `postgres` are: the newest of Debian's folders, or on the path."""
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path and shutil.which("initdb") else None


@contextmanager
def running_postgres(binaries: Path, *settings: str) -> Iterator[str]:
    """A cluster on 127.0.0.1 and a free port, gone afterwards; gives its URL without a database.

    Args:
        binaries: the folder of `initdb` and `postgres`.
        settings: such as `fsync=off`.
    """
    folder = Path(tempfile.mkdtemp(prefix="novacron-postgres-"))
    account = _account(folder)
    data = folder / "data"
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "nova", "-A", "trust", "--locale=C.UTF-8"],
            check=True, capture_output=True, timeout=60, cwd=folder, **account,
        )  # fmt: skip
        port = _free_port()
        options = [
            "listen_addresses=127.0.0.1",
            f"port={port}",
            f"unix_socket_directories={folder}",
        ]
        command = [str(binaries / "postgres"), "-D", str(data)]
        for setting in (*options, *settings):
            command += ["-c", setting]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **account)
        try:
            url = f"postgresql://nova@127.0.0.1:{port}"
            _wait(server, url, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            server.wait(timeout=START_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(folder: Path) -> dict[str, Any]:
    """Whom to run it as: Postgres refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(f"{url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Postgres did not start: {log.read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The URL of a new, empty database, dropped afterwards."""
    name = f"nova_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield f"{server_url}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One cluster for the session; a crash of the machine may lose it, so it need not sync."""
    binaries = postgres_binaries()
    if binaries is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Postgres is not installed, and CI runs every test")
        pytest.skip("Postgres is not installed: apt-get install postgresql")
    with running_postgres(binaries, "fsync=off", "max_connections=200") as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh database."""
    with fresh_database(postgres_server) as url:
        yield url
