"""Real Prometheus servers and exporters for tests, on ports of their own, ended by their id."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.live.libvirt.world import wait_for

_NEEDED = ("prometheus", "promtool", "prometheus-libvirt-exporter")


def require() -> None:
    """Skip where Prometheus is not installed; in CI fail."""
    absent = [name for name in _NEEDED if shutil.which(name) is None]
    if absent:
        reason = f"{', '.join(absent)} not installed: sh requirements/system.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def running(command: Sequence[str], url: str, log: Path) -> Generator[str]:
    """A server until the end of the block, once this address answers."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_for(lambda: _answers(process, url, log), 20, f"{command[0]}: {log}")
            yield url
        finally:
            process.terminate()
            process.wait(10)


def _answers(process: subprocess.Popen[bytes], url: str, log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(log.read_text())
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def prometheus(folder: Path, targets: Sequence[str] = ()) -> Generator[str]:
    """A Prometheus over the blocks in `folder/data`, which asks these targets every second."""
    port = free_port()
    jobs = f"  - job_name: t\n    static_configs: [{{targets: {list(targets)}}}]\n"
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\nscrape_configs:\n" + jobs
    )
    command = [
        "prometheus", f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{port}",
        "--storage.tsdb.retention.time=10y",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/-/ready", folder / "prometheus.log"):
        yield url


@contextmanager
def exporter(uri: str, folder: Path) -> Generator[str]:
    """libvirt's exporter; gives its address as a target."""
    target = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus-libvirt-exporter", f"--web.listen-address={target}", f"--libvirt.uri={uri}",
    ]  # fmt: skip
    with running(command, f"http://{target}/metrics", folder / "exporter.log"):
        yield target


def backfill(folder: Path, lines: Sequence[str]) -> None:
    """Write samples of the past into `folder/data`: lines of OpenMetrics, with their times."""
    text = folder / "past.txt"
    text.write_text("\n".join([*lines, "# EOF", ""]))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text)]
    subprocess.run([*command, str(folder / "data")], check=True, capture_output=True, timeout=60)
