"""How long a selector takes over a large fleet, beside a plain Python filter over the same records.

    python benchmarks/selector.py [MACHINES [DATABASE_URL]]

A generated sandbox fleet is read into an inventory, in SQLite on disk unless a URL is given. For
each selector the table shows the median and the slowest of 15 runs of `Inventory.select_ids`, and
the median of 3 runs of `tools.selector.select` over the same machines in memory, which must give
the same ids in the same order. Metrics are read once before, as they are in use: aggregates are
kept for the hour; what that first reading takes is shown below the table.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.database import open_database
from tools.inventory import Inventory
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Sandbox
from tools.selector import Selector, select

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
LIMIT_MS = 50
SELECTORS: dict[str, dict[str, Any]] = {
    "one name": {"names": "web-0007"},
    "a glob": {"names": "web-00*"},
    "a glob in the middle": {"names": "*stg*7"},
    "prod web in us-east-1": {
        "tags": {"env": ["prod"], "role": ["web"]}, "region": ["us-east-1"],
    },
    "stopped": {"state": ["stopped"]},
    "no owner": {"missing_tags": ["owner"]},
    "big and old": {"vcpus": {"ge": 8}, "age_days": {"gt": 300}},
    "hot now": {"metric": {"name": "cpu", "gt": 80}},
    "idle for a week": {"metric": {"name": "cpu", "lt": 5, "window": "7d"}, "state": ["running"]},
    "prod but not databases": {
        "tags": {"env": ["prod"]}, "exclude": {"tags": {"role": ["db"]}}, "limit": 1000,
    },
    "ten most expensive": {
        "all": True, "order_by": "hourly_cost_usd", "descending": True, "limit": 10,
    },
    "ten hottest": {"all": True, "order_by": "cpu", "descending": True, "limit": 10},
    "ten hottest of prod": {
        "tags": {"env": ["prod"]}, "order_by": "cpu", "descending": True, "limit": 10,
    },
    "half of the fleet": {"tags": {"env": ["prod"]}, "state": ["running"]},
    "the whole fleet": {"all": True},
}  # fmt: skip


def main(machines: int, url: str | None) -> int:
    """Print the table; 1 if a selector that is not the whole fleet takes longer than it may."""
    with tempfile.TemporaryDirectory() as folder:
        file = f"sqlite:///{Path(folder) / 'novacron.db'}"
        return measure(Path(folder), machines, url or file)


def measure(folder: Path, machines: int, url: str) -> int:
    """Build the fleet in a folder and time every selector over it."""
    sandbox, made = timed(
        lambda: Sandbox.generated(folder / "fleet.db", machines, clock=lambda: NOW, delays=False)
    )
    metrics = Metrics(sample_source([sandbox]), lambda: NOW)
    engine = open_database(url)
    inventory = Inventory(engine, [sandbox], metrics.read, lambda: NOW)
    _, refreshed = timed(inventory.refresh)
    vms = inventory.all()
    _, hour = timed(lambda: metrics.read("cpu", "avg", "1h"))
    _, week = timed(lambda: metrics.read("cpu", "avg", "7d"))
    print(f"{len(vms):,} machines on {engine.dialect.name}, Python {sys.version.split()[0]}\n")
    print(f"{'selector':26}{'found':>8}{'median ms':>11}{'slowest ms':>12}{'Python ms':>11}")
    too_slow: list[str] = []
    for name, data in SELECTORS.items():
        selector = Selector.parse(data)
        found = inventory.select_ids(selector)
        assert found == [vm.id for vm in select(selector, vms, NOW, metrics.read)], name
        runs = [timed(lambda s=selector: inventory.select_ids(s))[1] for _ in range(15)]
        plain = [timed(lambda s=selector: select(s, vms, NOW, metrics.read))[1] for _ in range(3)]
        middle = statistics.median(runs)
        print(
            f"{name:26}{len(found):>8,}{middle:>11.1f}{max(runs):>12.1f}"
            f"{statistics.median(plain):>11.1f}"
        )
        if middle > LIMIT_MS and "all" not in data:
            too_slow.append(name)
    print(
        f"\nfleet and samples made in {made / 1e3:.1f} s, read into the inventory in "
        f"{refreshed / 1e3:.1f} s\nfirst reading of a metric: {hour:.0f} ms for an hour, "
        f"{week:.0f} ms for a week"
    )
    if too_slow:
        print(f"over {LIMIT_MS} ms: {', '.join(too_slow)}")
    sandbox.close()
    engine.dispose()
    return 1 if too_slow else 0


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """The result and the milliseconds that it took."""
    start = time.perf_counter()
    result = run()
    return result, (time.perf_counter() - start) * 1e3


if __name__ == "__main__":
    size, database = ([*sys.argv[1:], "", ""])[:2]
    sys.exit(main(int(size or 100_000), database or None))
