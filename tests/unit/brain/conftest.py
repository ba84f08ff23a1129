"""Conversations with the embedded brain on a fleet folder, each on a fresh copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from agent.brains.embedded import EmbeddedBrain
from agent.rehearsal import Rehearsal
from agent.turns import Turn
from tools.settings import load_settings

Hold = Callable[..., list[Turn]]
Planned = Callable[[Turn], tuple[str, set[str]]]


@pytest.fixture(scope="session")
def rehearsal(fleet_folder: Path) -> Rehearsal:
    now = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
    return Rehearsal(fleet_folder, now, EmbeddedBrain(), load_settings())


@pytest.fixture(scope="session")
def hold(rehearsal: Rehearsal) -> Hold:
    def say(*says: str) -> list[Turn]:
        return rehearsal.hold(says)[0]

    return say


@pytest.fixture
def planned(rehearsal: Rehearsal) -> Planned:
    """The one tool of the plan that waits after a turn, and its machines by their names."""

    def read(turn: Turn) -> tuple[str, set[str]]:
        assert turn.outcome == "confirm", turn.reply
        (call,) = turn.calls
        known = rehearsal.control.inventory.get(list(call.targets))
        return call.tool, {vm.name for vm in known.values()}

    return read
