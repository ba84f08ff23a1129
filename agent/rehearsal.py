"""Conversations on a throw-away copy of a fleet: for `novacron plan` and for evaluation."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

from agent.brains.base import Brain, Memory
from agent.turns import Turn, Turns
from knowledge.library import open_library
from knowledge.search import library
from tools.catalog import Catalog
from tools.control import TOOL_PACKAGES, Control
from tools.database import open_database
from tools.errors import NotFound
from tools.identity import User
from tools.machine import VM
from tools.metrics import Metrics, sample_source
from tools.providers.sandbox import Sandbox
from tools.settings import Settings

REHEARSING = User("rehearsal", frozenset({"operator", "admin"}), "terminal")


class Rehearsal:
    """Holds one conversation after another, each on a fresh copy of the fleet.

    Args:
        folder: a fleet folder with fleet.json, and metrics.csv if there are metrics.
        now: the moment that the conversations take place.

    Raises:
        NotFound: the folder holds no fleet.
        InvalidRequest: the fleet is not valid.
    """

    def __init__(self, folder: Path, now: datetime, brain: Brain, settings: Settings) -> None:
        if not (folder / "fleet.json").is_file():
            raise NotFound(
                f"There is no fleet.json in {str(folder)!r}.",
                hint="Name a fleet folder: novacron plan --fleet DIR.",
            )
        loading = Thread(target=_load_runbooks, args=(settings,), daemon=True)
        loading.start()
        self._pristine = Sandbox.from_fleet(folder, clock=lambda: now, delays=False)
        self._sandbox = self._pristine.copy()
        self.control = Control(
            open_database("sqlite://"),
            [self._sandbox],
            Metrics(sample_source([self._pristine]), lambda: now),
            Catalog.load(TOOL_PACKAGES),
            settings,
            lambda: now,
        )
        self.control.inventory.refresh()
        self.turns = Turns(self.control, brain)
        self._start = self._connection()
        self._start_version: tuple[int, int] = self.control.inventory.version
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        self._start.backup(self._kept)
        self._warm()
        loading.join()

    def _warm(self) -> None:
        """Let what is loaded at first use be loaded before the first turn is timed."""
        machines = self._pristine.list_machines()
        if machines:
            self.hold(["pronto, which machines are busy?", f"restart {machines[0].name}", "yes"])

    def hold(self, says: Sequence[str]) -> tuple[list[Turn], list[dict[str, Any]]]:
        """One conversation: its turns, and what changed on the fleet because of it."""
        self._reset()
        memory, turns = Memory(), list[Turn]()
        for text in says:
            turn = self.turns.take(text, REHEARSING, memory)
            turns.append(turn)
            memory = turn.memory
        return turns, self._changes()

    def _reset(self) -> None:
        inventory = self.control.inventory
        changed = inventory.version != self._start_version
        self._kept.backup(self._connection())
        if changed:
            inventory.forget()
            self._start_version = inventory.version
            self._sandbox = self._pristine.copy()
            inventory.providers[self._sandbox.name] = self._sandbox

    def _connection(self) -> sqlite3.Connection:
        connection = self.control.engine.raw_connection().driver_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection

    def _changes(self) -> list[dict[str, Any]]:
        if self.control.inventory.version == self._start_version:
            return []
        before = {vm.id: vm for vm in self._pristine.list_machines()}
        after = {vm.id: vm for vm in self._sandbox.list_machines()}
        changes: list[dict[str, Any]] = []
        for machine_id in dict.fromkeys([*before, *after]):
            changes += _difference(machine_id, before.get(machine_id), after.get(machine_id))
        return changes


def _load_runbooks(settings: Settings) -> None:
    """Load the index beside the fleet: the first question about a runbook is timed too."""
    open_library(settings).search("a full disk", "default")
    library()


def _difference(machine_id: str, before: VM | None, after: VM | None) -> list[dict[str, Any]]:
    if before is None or after is None:
        old = before.state.value if before else None
        new = after.state.value if after else "deleted"
        return [{"id": machine_id, "field": "state", "from": old, "to": new}]
    old_record, new_record = before.to_dict(), after.to_dict()
    return [
        {"id": machine_id, "field": field, "from": old_record[field], "to": new_record[field]}
        for field in old_record
        if old_record[field] != new_record[field]
    ]
