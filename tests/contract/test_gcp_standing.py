"""Google Cloud tells how it stands; requests are held to Resource Manager's discovery document."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.gcp_bench import PROJECTS, settings
from tests.contract.standing import StandingBench, StandingContract
from tests.contract.test_gcp import service_account
from tests.contract.wire import Answer, Wire, WireFault
from tests.servers.discovery import complaints
from tests.servers.running import Running, running
from tools.errors import NotAllowed
from tools.providers.base import Capability
from tools.providers.gcp import Gcp

pytestmark = pytest.mark.timeout(120)

RIGHT = "compute.instances.suspend"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """The server; at the end everything that was said is held to Google's descriptions."""
    with running("tests.servers.gcp") as started:
        yield started
        exchanges = started.control("exchanges")
        assert [e for e in exchanges if e["path"].startswith("/v3/")]
        assert [said for exchange in exchanges for said in complaints(exchange)] == []


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    host, port = server.url.removeprefix("http://").split(":")
    server.control("reset", True)
    for project in PROJECTS:
        server.control("project", project)
    made = Wire(host, int(port))
    yield made
    made.close()


@contextmanager
def denied(server: Running) -> Iterator[None]:
    server.control("settings", {"denied": [RIGHT]})
    yield
    server.control("settings", {"denied": []})


@pytest.fixture
def stood(server: Running, wire: Wire) -> Iterator[StandingBench]:
    keys = {"endpoint": wire.url, "resource_manager_endpoint": wire.url}
    provider = Gcp.open(settings(server, projects=PROJECTS[:1], **keys))
    yield StandingBench(
        provider,
        wire,
        lambda: denied(server),
        RIGHT,
        Capability.SUSPEND,
        f"project {PROJECTS[0]}",
        secrets=("Authorization",),
    )
    provider.close()


class TestGcpStanding(StandingContract):
    """The group."""


def test_a_resource_manager_that_refuses_says_what_to_enable(
    stood: StandingBench, wire: Wire
) -> None:
    refusal = WireFault(
        way="answered",  # type: ignore[arg-type]
        matches=lambda request: "testIamPermissions" in request.path,
        answer=Answer(403, b"{}"),
    )
    with wire.faulty(refusal), pytest.raises(NotAllowed, match="refuses it") as caught:
        stood.provider.examine()
    assert "Cloud Resource Manager API" in caught.value.hint


def test_a_service_account_s_key_signs_in_and_what_is_no_key_is_not_repeated(
    server: Running, tmp_path: Path
) -> None:
    key = service_account(tmp_path).read_text()
    gcp = Gcp.open(settings(server, anonymous=False, projects=(), service_account=key))
    assert (gcp._link.as_whom, gcp._machines.projects) == ("nova@example.com", (PROJECTS[0],))
    gcp.close()
    for wrong in (key[:200], '{"type": "service_account"}', "[1]"):
        with pytest.raises(NotAllowed) as caught:
            Gcp.open(settings(server, anonymous=False, service_account=wrong))
        said = "".join(traceback.format_exception(caught.value))
        assert wrong not in said
        assert "whole JSON" in caught.value.hint
