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


@pytest.fixture(scope="session")
def rehearsal(fleet_folder: Path) -> Rehearsal:
    now = datetime.fromisoformat("2026-11-23T10:00:00+00:00")
    return Rehearsal(fleet_folder, now, EmbeddedBrain(), load_settings())


@pytest.fixture(scope="session")
def hold(rehearsal: Rehearsal) -> Hold:
    def say(*says: str) -> list[Turn]:
        return rehearsal.hold(says)[0]

    return say
