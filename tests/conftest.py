"""What tests share: a clock that stands still, a fleet folder, a NovaCron over it in memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tools.identity import User
from tools.providers.sandbox import Sandbox

if TYPE_CHECKING:
    from tools.control import Control

pytest_plugins = ["tests.contract.proofs", "tests.live.libvirt.session", "tests.postgres"]

REPOSITORY = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class FrozenClock:
    """A clock that moves only when it is told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let so much time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> FrozenClock:
    """The moment of the shared fleet, standing still."""
    return FrozenClock()


@pytest.fixture(scope="session")
def fleet_folder() -> Path:
    """The fleet of the contract, which the cases speak of."""
    return REPOSITORY / "evals" / "fleets" / "contract"


@pytest.fixture
def sandbox(fleet_folder: Path, clock: FrozenClock) -> Iterator[Sandbox]:
    """The fleet in memory; what is asked for happens at once."""
    provider = Sandbox.from_fleet(fleet_folder, clock=clock, delays=False)
    yield provider
    provider.close()


@pytest.fixture
def user() -> User:
    """Somebody who may do everything that the default policy lets people do."""
    return User("ada", frozenset({"operator", "admin"}))


@pytest.fixture
def control(sandbox: Sandbox, clock: FrozenClock, tmp_path: Path) -> Iterator[Control]:
    """A whole NovaCron over the sandbox, its database in memory."""
    from tools.catalog import Catalog
    from tools.control import TOOL_PACKAGES, Control
    from tools.database import open_database
    from tools.metrics import Metrics, sample_source
    from tools.settings import Settings

    made = Control(
        open_database("sqlite://"),
        [sandbox],
        Metrics(sample_source([sandbox]), clock),
        Catalog.load(TOOL_PACKAGES),
        Settings(data_dir=tmp_path, libvirt_uris="none"),
        clock,
    )
    made.inventory.refresh()
    yield made
    made.engine.dispose()
