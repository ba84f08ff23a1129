"""How long questions about metrics take over a large fleet, beside pandas over the same file.

    python benchmarks/metrics.py [MACHINES]

A generated sandbox fleet has a week of hourly samples, 16 million for 100,000 machines. Each
aggregate over each window is asked of the sample file with nothing kept, and of pandas over the
columns that it needs, read before and held in memory, so that only its grouping is timed. Both
must give the same. Shown are wall time and processor time, best of `RUNS`, in milliseconds: on a
computer that does other things too, the processor's tells more. Below are whole questions as a
person asks them, from the call to the answer with its rows, by what was kept of the hour.
"""

from __future__ import annotations

import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from tools.calls import Call
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES, Control
from tools.database import open_database
from tools.identity import User
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Sandbox
from tools.sample_file import FileSamples
from tools.selector import Selector
from tools.settings import load_settings

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
RUNS = 3
LIMIT_MS = 300
WINDOWS = {"1h": 1, "24h": 24, "7d": 168}
AGGREGATES = ("avg", "max", "p95", "last")
QUESTIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "top 10 by cpu, 7d": (
        {"order_by": "cpu", "descending": True, "limit": 10,
         "metric": {"name": "cpu", "window": "7d"}}, {},
    ),
    "disk over 95 %, now": ({"metric": {"name": "disk", "aggregate": "last", "gt": 95}}, {}),
    "group of machines, beside yesterday": (
        {"names": "web-00*"}, {"metric": "cpu", "window": "24h", "compare": "24h"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Took:
    """Milliseconds, by the clock and by the processor."""

    wall_ms: float
    cpu_ms: float


def best(work: Callable[[], Any]) -> tuple[Any, Took]:
    """The shortest of a few runs, and what came of it."""
    found: list[Took] = []
    result: Any = None
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        found.append(Took((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
    return result, min(found, key=lambda took: took.wall_ms)


def main(machines: int) -> int:
    """Print the tables; 1 where a scan or a question takes longer than it may."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        sandbox = Sandbox.generated(
            Path(folder) / "fleet.db", machines, clock=lambda: NOW, delays=False
        )
        path = sandbox.samples_path
        assert path is not None
        size = path.stat().st_size / 2**20
        print(f"{machines:,} machines made in {time.perf_counter() - began:.0f} s, {size:.0f} MiB")
        slow = [*scans(path), *questions(sandbox, Path(folder))]
        sandbox.close()
    print(f"slower than {LIMIT_MS} ms: {', '.join(slow) or 'none'}")
    return 1 if slow else 0


def scans(path: Path) -> list[str]:
    """Every aggregate over every window, on the sample file and on pandas."""
    samples = FileSamples(path, "samples")
    hour = NOW.replace(minute=0)
    first = best(lambda: FileSamples(path, "x").aggregate("cpu", "avg", hour))[1]
    print(f"first question to a file, opening it: {first.wall_ms:.0f} ms")
    answers: dict[str, tuple[dict[str, float], Took]] = {}
    for aggregate in AGGREGATES:
        for window, hours in WINDOWS.items():
            since = hour - timedelta(hours=hours)
            answers[f"{aggregate} {window}"] = best(
                lambda a=aggregate, s=since: samples.aggregate("cpu", a, s)
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    frame = _frame(path)
    print(f"{len(frame):,} samples; at most {peak:.0f} MiB for NovaCron\n")
    print(f"{'scan':10}{'wall ms':>9}{'CPU ms':>8}{'pandas wall':>13}{'CPU':>7}")
    slow: list[str] = []
    for name, (got, took) in answers.items():
        aggregate, window = name.split()
        wanted, plain = best(lambda a=aggregate, w=window: _pandas(frame, a, WINDOWS[w]))
        _compare(got, wanted, samples)
        print(
            f"{name:10}{took.wall_ms:9.0f}{took.cpu_ms:8.0f}{plain.wall_ms:13.0f}{plain.cpu_ms:7.0f}"
        )
        if took.wall_ms > LIMIT_MS:
            slow.append(name)
    return slow


def _frame(path: Path) -> Any:
    import duckdb

    query = f"SELECT vm, time, cpu_pct FROM '{path}' ORDER BY time"
    return duckdb.connect().execute(query).df()


def _pandas(frame: Any, aggregate: str, hours: int) -> Any:
    since = pd.Timestamp((NOW.replace(minute=0) - timedelta(hours=hours)).replace(tzinfo=None))
    groups = frame[frame["time"] >= since].groupby("vm", sort=False)["cpu_pct"]
    if aggregate == "p95":
        return groups.quantile(0.95, interpolation="higher")
    return getattr(groups, {"avg": "mean"}.get(aggregate, aggregate))()


def _compare(got: dict[str, float], wanted: Any, samples: FileSamples) -> None:
    """As many machines, and the same sum: p95's ranks differ a little between the two."""
    assert len(got) == len(wanted), (len(got), len(wanted))
    assert math.isclose(math.fsum(got.values()), float(wanted.sum()), rel_tol=0.005)


def questions(sandbox: Sandbox, folder: Path) -> list[str]:
    """Whole questions to a NovaCron: the first time in the hour, and again; the slow ones."""
    slow: list[str] = []
    control = Control(
        open_database(f"sqlite:///{folder / 'novacron.db'}"),
        [sandbox],
        Metrics(sample_source([sandbox]), lambda: NOW),
        Catalog.load(TOOL_PACKAGES),
        load_settings(data_dir=folder, libvirt_uris="none"),
        lambda: NOW,
    )
    control.inventory.refresh()
    print(f"\n{'question':38}{'first ms':>10}{'again ms':>10}{'rows':>7}")
    for name, (selector, args) in QUESTIONS.items():
        call = Call(tool="query_metrics", selector=Selector.parse(selector), args=args)
        began = time.perf_counter()
        control.read(call, User("bench"))
        first = (time.perf_counter() - began) * 1000
        answered, again = best(lambda c=call: control.read(c, User("bench")))
        rows = len(answered.result.rows)
        print(f"{name:38}{first:10.0f}{again.wall_ms:10.0f}{rows:7}")
        if first > LIMIT_MS:
            slow.append(name)
    control.close()
    print()
    return slow


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
