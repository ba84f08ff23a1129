"""A hub over the contract's fleet with the embedded brain, and people of two tenants."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.brains.embedded import EmbeddedBrain
from agent.turns import Turns
from tests.conftest import FrozenClock
from tests.unit.agent.talks import open_control
from tools.control import Control
from tools.identity import User
from tools.providers.sandbox import Sandbox
from ui.serve import passwords
from ui.serve.hub import Hub

ADA = User("ada", frozenset({"operator", "admin"}), "web")
BOB = User("bob", frozenset({"operator"}), "slack")
VIC = User("vic", frozenset({"viewer"}), "web")
EVE = User("eve", frozenset({"operator", "admin"}), "web", tenant="other")


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Passwords of tests take next to no time; one test takes them as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 2**4)
        yield


@pytest.fixture
def file_control(sandbox: Sandbox, clock: FrozenClock, tmp_path: Path) -> Iterator[Control]:
    """A NovaCron over a file: several threads may use it at once."""
    made = open_control(sandbox, clock, tmp_path, f"sqlite:///{tmp_path}/nova.db")
    yield made
    made.engine.dispose()


@pytest.fixture
def hub(file_control: Control, tmp_path: Path) -> Iterator[Hub]:
    made = Hub(Turns(file_control, EmbeddedBrain()), f"sqlite:///{tmp_path}/talks.db")
    yield made
    made.close()
