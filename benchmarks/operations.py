"""How long an operation over a large fleet takes, beside a plain thread pool over the same records.

    python benchmarks/operations.py [MACHINES]

A generated sandbox fleet, its delays off, is stopped and started: every machine that runs, in one
operation, on SQLite and, where Postgres is installed, on a private one with its usual settings.
"plan" is the selector and the plan of it; "start" reads every machine again and writes operation
and steps; "run" acts, reads back, and journals. The thread pool makes the same requests and the
same reading per machine, and keeps nothing: no journal, no lease, no audit. "CPU s" is what this
process used in start and run, which does not depend on what else the computer does.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.postgres import fresh_database, postgres_binaries, running_postgres
from tools.calls import Call
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES, Control
from tools.database import open_database
from tools.identity import User
from tools.machine import State
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Sandbox
from tools.selector import Selector
from tools.settings import load_settings
from tools.times import utc_now

ADA = User("ada")
LIMIT_S = 15


def main(machines: int) -> int:
    """Print the table; 1 if an operation takes longer than it may."""
    print(f"{machines:,} machines, Python {sys.version.split()[0]}\n")
    heads = "".join(f"{head:>9}" for head in ("plan s", "start s", "run s", "CPU s"))
    print(f"{'':24}{'machines':>10}{heads}{'a second':>10}")
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        plain(Path(folder), machines)
        for name, database in databases(Path(folder)):
            slowest = max(slowest, measure(Path(folder) / name, name, database, machines))
    print(f"\nslowest operation (start and run): {slowest:.1f} s; it may take {LIMIT_S} s")
    return 1 if slowest > LIMIT_S else 0


def databases(folder: Path) -> Iterator[tuple[str, str]]:
    """The databases to measure: a name and a URL of each."""
    yield "SQLite", f"sqlite:///{folder / 'novacron.db'}"
    binaries = postgres_binaries()
    if binaries is None:
        print("Postgres is not installed")
        return
    with running_postgres(binaries) as server, fresh_database(server) as url:
        yield "Postgres", url


@contextmanager
def opened(folder: Path, database: str, machines: int) -> Generator[Control]:
    """A NovaCron over a generated fleet."""
    folder.mkdir(exist_ok=True)
    sandbox = Sandbox.generated(folder / "fleet.db", machines, delays=False)
    control = Control(
        open_database(database),
        [sandbox],
        Metrics(sample_source([sandbox]), utc_now),
        Catalog.load(TOOL_PACKAGES),
        load_settings(data_dir=folder, libvirt_uris="none"),
    )
    control.inventory.refresh()
    yield control
    control.close()


def measure(folder: Path, name: str, database: str, machines: int) -> float:
    """Stop and start all that can be; the seconds of the slower operation."""
    slower = 0.0
    with opened(folder, database, machines) as control:
        for tool, state in (("stop_vms", "running"), ("start_vms", "stopped")):
            call = Call(tool=tool, selector=Selector.parse({"state": [state]}))
            plan, planning = timed(lambda call=call: control.plan([call], ADA))
            control.approvals.approve(plan.id, ADA, digest=plan.digest)
            given = control.approvals.given(plan.id)
            used = time.process_time()
            operation, starting = timed(
                lambda plan=plan, given=given: control.operations.start(plan.id, given)
            )
            done, running = timed(lambda o=operation: control.operations.run(o.id))
            assert done.status == "done", done.status
            used = time.process_time() - used
            row(f"{name}, {tool}", len(plan.machine_ids), planning, starting, running, used)
            slower = max(slower, starting + running)
        assert control.audit.verify() == []
    return slower


def plain(folder: Path, machines: int) -> None:
    """The same requests from a thread pool that keeps nothing."""
    sandbox = Sandbox.generated(folder / "plain.db", machines, delays=False)
    for verb, state in (("stop", State.RUNNING), ("start", State.STOPPED)):
        ids = [vm.id for vm in sandbox.list_machines() if vm.state is state]

        def act(machine_id: str, verb: str = verb) -> None:
            getattr(sandbox, verb)(machine_id, f"{verb}:{machine_id}")
            sandbox.get_machine(machine_id)

        used = time.process_time()
        with ThreadPoolExecutor(sandbox.concurrency) as pool:
            _, seconds = timed(lambda pool=pool, ids=ids, act=act: list(pool.map(act, ids)))
        row(f"thread pool, {verb}", len(ids), 0, 0, seconds, time.process_time() - used)
    sandbox.close()


def row(name: str, machines: int, *seconds: float) -> None:
    """One line of the table: seconds of plan, start, run, and of CPU."""
    figures = "".join(f"{s:>9.2f}" if s else f"{'-':>9}" for s in seconds)
    print(f"{name:24}{machines:>10,}{figures}{machines / sum(seconds[1:3]):>10,.0f}", flush=True)


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """The result and the seconds that it took."""
    began = time.perf_counter()
    result = run()
    return result, time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
