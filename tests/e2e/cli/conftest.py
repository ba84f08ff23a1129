"""The real command, run as a person or a program would: in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools.providers.sandbox import Act, Sandbox

ROOT = Path(__file__).parents[3]
FLEET = ROOT / "evals" / "fleets" / "contract"
NOVACRON = (sys.executable, "-c", "from ui.cli import main; main()")
LONGEST_S = 60


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Nova:
    """A NovaCron of its own: its data folder, its settings, its simulated fleet."""

    home: Path
    environment: dict[str, str]

    def __call__(self, *args: str, input: str | bytes = "", **environment: str) -> Done:
        given = input.encode() if isinstance(input, str) else input
        ran = subprocess.run(
            [*NOVACRON, *args],
            input=given,
            capture_output=True,
            env={**self.environment, **environment},
            cwd=self.home,
            timeout=LONGEST_S,
            check=False,
        )
        return Done(ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    def state_of(self, name: str) -> str | None:
        """What the fleet itself says, past the command line's own words; None: it is gone."""
        with self._fleet() as fleet:
            found = [vm for vm in fleet.list_machines() if vm.name == name]
        return found[0].state.value if found else None

    def acts(self) -> list[Act]:
        """What was really done to machines, in order."""
        with self._fleet() as fleet:
            return [act for act in fleet.acts() if act.changed]

    @contextmanager
    def _fleet(self) -> Iterator[Sandbox]:
        kept = self.home / "data" / "sandbox" / f"{FLEET.name}.db"
        fleet = Sandbox.from_fleet(FLEET, kept, delays=False)
        yield fleet
        fleet.close()


def spent_s(run: Callable[[], object]) -> float:
    """Processor time that the processes of a run took: about the same on a busy machine.

    At rest it is the time that a person waits, since nothing in it waits for anything else.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Python keeps what it compiled, for all these processes."""
    return tmp_path_factory.getbasetemp().parent / "novacron-compiled"


@pytest.fixture
def nova(tmp_path: Path, compiled: Path) -> Nova:
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {
        "PYTHONPYCACHEPREFIX": str(compiled),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "NOVACRON_DATA_DIR": str(tmp_path / "data"),
        "NOVACRON_FLEET": str(FLEET),
        "NOVACRON_DELAYS": "false",
        "NOVACRON_LIBVIRT_URIS": "none",
    }
    return Nova(tmp_path, environment)
