"""A whole server with its Slack app, and a Slack of our own beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.live.slack.members import SECRET, Slack
from tests.live.slack.workspace import Workspace, open_workspace
from tests.unit.serve.server import Site, serving_site, settings_of
from tools.times import utc_now
from ui.slack.store import Store, reports

MEMBERS = {"UADA": "ada", "UBOB": "bob", "UVIC": "vic", "UEVE": "eve"}
CHANNELS: dict[str, Any] = {
    "CDEV": {"machines": {"tags": {"env": ["dev"]}}, "role": "operator"},
    "CVIEW": {"role": "viewer"},
    "CNONE": {"role": "none"},
    "COTHER": {"tenant": "other"},
}


@dataclass
class Town(Slack):
    """A server and the Slack that it speaks with."""

    site: Site

    @property
    def store(self) -> Store:
        """What NovaCron remembers of Slack."""
        return Store(self.site.serving.accounts.engine, utc_now)

    def make_due(self, report_id: str) -> None:
        """Let a report's time come."""
        due = sa.update(reports).where(reports.c.id == report_id)
        with self.site.serving.accounts.engine.begin() as db:
            db.execute(due.values(next_at=float(int(time.time()) - 1)))

    def started(self) -> int:
        """How many operations there are."""
        return len(self.site.serving.hub.control.operations.list(limit=1000))


@contextmanager
def town_of(
    workspace: Workspace, folder: Path, fleet: Path, *, people: bool = True, **more: Any
) -> Generator[Town]:
    """A server with these settings until the block ends."""
    given: dict[str, Any] = {
        "slack_bot_token": "xoxb-1", "slack_signing_secret": SECRET, "slack_users": MEMBERS,
        "slack_channels": CHANNELS, "slack_api_url": f"{workspace.url}/api/",
        "policies": ("default", "team"),
    }  # fmt: skip
    with serving_site(settings_of(folder, fleet, **{**given, **more}), people=people) as site:
        yield Town(workspace, site.stranger(), site)


@pytest.fixture(scope="session")
def workspace() -> Iterator[Workspace]:
    with open_workspace() as made:
        yield made


@pytest.fixture(scope="session")
def town(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path
) -> Iterator[Town]:
    """The server that most tests share: each has its own channel and machines."""
    with town_of(workspace, tmp_path_factory.mktemp("town"), fleet_folder) as made:
        yield made


@pytest.fixture
def another(workspace: Workspace, tmp_path: Path, fleet_folder: Path) -> Callable[..., Any]:
    """A server of one's own, with other settings."""

    def open_town(**more: Any) -> Any:
        return town_of(workspace, tmp_path, fleet_folder, **more)

    return open_town
