"""A NovaCron over a database and one sandbox file, its processes, and the witness of each act."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tools.calls import Call
from tools.control import Control, connect
from tools.identity import User
from tools.operations import Operation
from tools.plan import Plan
from tools.providers.sandbox import Act, Sandbox
from tools.queue import Queue
from tools.selector import Selector
from tools.settings import load_settings

ADA = User("ada", frozenset({"operator", "admin"}))
MACHINES = 200
REPOSITORY = Path(__file__).resolve().parents[3]

WORKER = """
from tools.control import connect
from tools.queue import run_worker
from tools.settings import load_settings
run_worker(connect(load_settings())[0])
"""


@dataclass
class Site:
    """One NovaCron's database and data folder, used by this process and by its workers."""

    database_url: str
    folder: Path
    delays: bool = True
    machines: int = MACHINES
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    @property
    def environment(self) -> dict[str, str]:
        """What a process of this site needs."""
        return {
            "NOVACRON_DATA_DIR": str(self.folder),
            "NOVACRON_DATABASE_URL": self.database_url,
            "NOVACRON_MACHINES": str(self.machines),
            "NOVACRON_DELAYS": "true" if self.delays else "false",
            "NOVACRON_LIBVIRT_URIS": "none",
            "NOVACRON_CONFIG": os.devnull,
        }

    def open(self) -> Control:
        """A NovaCron in this process."""
        settings = load_settings(
            data_dir=self.folder,
            database_url=self.database_url,
            machines=self.machines,
            delays=self.delays,
            libvirt_uris="none",
        )
        return connect(settings)[0]

    def start(self, script: str) -> subprocess.Popen[bytes]:
        """A process of this site."""
        environment = {**os.environ, **self.environment}
        with (self.folder / f"process-{time.monotonic_ns()}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-c", script],
                cwd=REPOSITORY, env=environment, stdout=log, stderr=log,
            )  # fmt: skip

    def hire(self, count: int, control: Control) -> None:
        """Start workers and wait until they are at work."""
        queue = Queue(control.engine)
        wanted = queue.workers() + count
        self.workers += [self.start(WORKER) for _ in range(count)]
        wait_for(lambda: queue.workers() >= wanted, 30, "the workers did not come")

    def kill(self, number: int) -> None:
        """Kill -9."""
        worker = self.workers.pop(number)
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)

    def close(self) -> None:
        """Stop what was started."""
        for worker in self.workers:
            worker.kill()
            worker.wait(10)

    def logs(self) -> str:
        """What the processes said."""
        return "\n".join(path.read_text()[-3000:] for path in self.folder.glob("process-*.log"))


def wait_for(
    reached: Callable[[], bool], seconds: float, problem: str, every_s: float = 0.05
) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until, problem
        time.sleep(every_s)


def plan_all(control: Control, tool: str, state: str) -> Plan:
    """A plan for every machine in a state."""
    control.inventory.refresh()
    call = Call(tool=tool, selector=Selector.parse({"state": [state]}))
    return control.plan([call], ADA)


def start(control: Control, plan: Plan) -> Operation:
    """Say yes, and make it an operation."""
    control.approvals.approve(plan.id, ADA, digest=plan.digest, typed=plan.to_type)
    return control.operations.start(plan.id, control.approvals.given(plan.id))


def acts_on_each(control: Control, since: float = 0) -> Counter[str]:
    """How often each machine was acted on, by the sandbox's own ledger."""
    return Counter(act.machine_id for act in ledger(control) if act.at >= since)


def ledger(control: Control) -> list[Act]:
    """Every request that the sandbox carried out, whoever sent it."""
    sandbox = control.inventory.providers["sandbox"]
    assert isinstance(sandbox, Sandbox)
    return sandbox.acts()
