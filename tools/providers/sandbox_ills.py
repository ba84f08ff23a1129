"""What ails simulated machines, as kept in the sandbox: console, events, and shapes of samples."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tools.machine import VM
from tools.providers.base import Event
from tools.providers.sandbox_shapes import Shape
from tools.providers.sandbox_store import Store

_KEY = "ill:"


@dataclass(frozen=True, slots=True)
class Ill:
    """What is wrong with one simulated machine, as it would be seen from outside.

    Attributes:
        name: which trouble it is.
        begun: the hour of the epoch at which it was planted.
        console: all that its console shows; None: the usual.
        record: fields of its record that are other than before, such as its state.
    """

    machine_id: str
    name: str
    begun: int
    console: str | None = None
    events: tuple[Event, ...] = ()
    shapes: tuple[Shape, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def applied_to(self, vm: VM) -> VM:
        """The machine's record while it is ill."""
        return VM.from_dict({**vm.to_dict(), **self.record})


def begin(store: Store, found: Iterable[Ill], now: float) -> None:
    """Let machines fall ill; one that was ill already has the new ill only."""
    with store.transaction():
        for ill in found:
            vm = store.look(ill.machine_id, now).vm
            well = _healthy_record(store, ill.machine_id) or vm
            kept = dataclasses.asdict(ill)
            kept["events"] = [[event.at.isoformat(), event.text] for event in ill.events]
            kept["healthy"] = well.to_dict()
            store.set_fact(f"{_KEY}{ill.machine_id}", kept)
            store.settle(vm.id, ill.applied_to(well), now)


def end(store: Store, now: float) -> None:
    """Let every machine be as it was before."""
    with store.transaction():
        for ill in all_ills(store):
            well = _healthy_record(store, ill.machine_id)
            store.ask("DELETE FROM facts WHERE key = ?", (f"{_KEY}{ill.machine_id}",))
            if well is not None and store.get([well.id], now):
                store.settle(well.id, well, now)


def all_ills(store: Store) -> list[Ill]:
    """Every machine that is ill."""
    rows = store.ask("SELECT key FROM facts WHERE key LIKE 'ill:%' ORDER BY rowid")
    return [ill for row in rows if (ill := ill_of(store, row[0].removeprefix(_KEY))) is not None]


def ill_of(store: Store, machine_id: str) -> Ill | None:
    """What is wrong with this machine, if anything was planted."""
    found = store.fact(f"{_KEY}{machine_id}")
    if found is None:
        return None
    events = tuple(Event(datetime.fromisoformat(at), text) for at, text in found["events"])
    shapes = tuple(Shape(**shape) for shape in found["shapes"])
    return Ill(
        machine_id, found["name"], found["begun"], found["console"], events, shapes, found["record"]
    )


def _healthy_record(store: Store, machine_id: str) -> VM | None:
    """The record that a machine had before it fell ill."""
    found = store.fact(f"{_KEY}{machine_id}")
    return VM.from_dict(found["healthy"]) if found else None
