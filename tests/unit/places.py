"""A NovaCron over several simulated places, each of which can fail by itself."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import FrozenClock
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES, Control
from tools.database import open_database
from tools.machine import VM, State
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Fault, FaultKind, Sandbox
from tools.settings import load_settings

EVERYTHING = None


@dataclass
class Places:
    """The control and its places by name."""

    control: Control
    sandboxes: dict[str, Sandbox]

    def fail(self, name: str) -> None:
        """A place is out of reach from now on."""
        self.sandboxes[name].inject(Fault(FaultKind.UNREACHABLE, requests=EVERYTHING))

    def heal(self, name: str) -> None:
        """It answers again."""
        self.sandboxes[name].clear_faults()

    def acts(self) -> dict[str, int]:
        """How much each place was asked to change."""
        return {name: len(place.acts()) for name, place in self.sandboxes.items()}


def machines_of(place: str, number: int = 2) -> list[VM]:
    """Running machines of a place."""
    return [
        VM(
            f"{place}/{place}-1/{place}-{n}", f"{place}-{n}", place, f"{place}-1",
            State.RUNNING, vcpus=2, memory_gib=4, tags={"env": "dev"}, hourly_cost_usd=0.1,
        )
        for n in range(number)
    ]  # fmt: skip


@contextmanager
def places(
    folder: Path, clock: FrozenClock, names: Sequence[str], number: int = 2
) -> Generator[Places]:
    """So many machines in each place, read once."""
    made = {name: _sandbox(folder / name, clock, machines_of(name, number)) for name in names}
    control = Control(
        open_database(f"sqlite:///{folder / 'novacron.db'}"),
        list(made.values()),
        Metrics(sample_source(made.values()), clock),
        Catalog.load(TOOL_PACKAGES),
        load_settings(data_dir=folder, libvirt_uris="none", patience_seconds=2),
        clock,
    )
    control.inventory.refresh()
    yield Places(control, made)
    control.close()


def _sandbox(folder: Path, clock: FrozenClock, vms: list[VM]) -> Sandbox:
    folder.mkdir()
    (folder / "fleet.json").write_text(json.dumps({"vms": [vm.to_dict() for vm in vms]}))
    made = Sandbox.from_fleet(folder, clock=clock, delays=False)
    made.name = made.kind = folder.name
    return made
