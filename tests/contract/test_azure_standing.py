"""Azure tells how it stands: the test server's permissions change, the wire's clock runs on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contract.azure_bench import GROUP, SUBSCRIPTIONS, fresh, settings, wired
from tests.contract.standing import StandingBench, StandingContract
from tests.contract.wire import Wire
from tests.servers.running import Running, running
from tools.providers.azure import Azure
from tools.providers.base import Capability

pytestmark = pytest.mark.timeout(120)

RIGHT = "Microsoft.Compute/virtualMachines/restart/action"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running("tests.servers.azure") as started:
        yield started


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    fresh(server)
    yield from wired(server)


def row(*, less: tuple[str, ...] = (), actions: tuple[str, ...] = ("*",)) -> dict[str, Any]:
    """A row of the resource manager's list."""
    return {
        "actions": list(actions), "notActions": list(less), "dataActions": [],
        "notDataActions": [],
    }  # fmt: skip


@contextmanager
def permitted(server: Running, **places: list[dict[str, Any]]) -> Iterator[None]:
    """Let these rows stand for a subscription, or for its resource group."""
    base = f"/subscriptions/{SUBSCRIPTIONS[0]}"
    paths = {"subscription": base, "group": f"{base}/resourceGroups/{GROUP}".lower()}
    server.control("settings", {"permissions": {paths[k]: rows for k, rows in places.items()}})
    yield
    server.control("settings", {"permissions": {}})


@pytest.fixture
def stood(server: Running, wire: Wire) -> Iterator[StandingBench]:
    provider = Azure.open(settings(server, endpoint=wire.url, subscriptions=SUBSCRIPTIONS[:1]))
    without = row(less=("microsoft.compute/virtualmachines/RESTART/*",))
    yield StandingBench(
        provider,
        wire,
        lambda: permitted(server, subscription=[without], group=[without]),
        RIGHT,
        Capability.RESTART,
        "subscription Shop",
        secrets=("Bearer",),
    )
    provider.close()


class TestAzureStanding(StandingContract):
    """The group."""


def test_a_right_in_the_resource_group_alone_is_told(server: Running, stood: StandingBench) -> None:
    with permitted(server, subscription=[row(less=(RIGHT,))], group=[row()]):
        found = stood.provider.examine()
    assert [lack.right for lack in found.lacks] == [RIGHT]
    assert found.unsure == f"in the resource group {GROUP} alone it has {RIGHT}"


def test_what_one_role_takes_away_another_may_give(server: Running, stood: StandingBench) -> None:
    rows = [row(less=(RIGHT,)), row(actions=("Microsoft.Compute/*/restart/action",))]
    with permitted(server, subscription=rows):
        assert stood.provider.examine().lacks == ()


def test_a_reader_lacks_what_changes(server: Running, stood: StandingBench) -> None:
    with permitted(server, subscription=[row(actions=("*/read",))], group=[]):
        found = stood.provider.examine()
    assert RIGHT in {lack.right for lack in found.lacks}
    assert not [lack.right for lack in found.lacks if lack.right.endswith("/read")]
