"""Compute Engine keeps the contract, over a test server held to Google's discovery document."""

from __future__ import annotations

import copy
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.faults import FaultBench, FaultContract
from tests.contract.gcp_bench import (
    PROJECTS,
    ZONE,
    bench_of,
    judged,
    networks_of,
    seed,
    settings,
    settle,
    wired,
    witness,
)
from tests.contract.isolation import IsolationContract
from tests.contract.listing import ListingBench, ListingContract
from tests.contract.networking import NetworkBench, NetworkingContract
from tests.contract.suite import Bench, ProviderContract
from tests.contract.wire import Answer, Request, Wire
from tests.servers.discovery import complaints
from tests.servers.running import Running, running
from tools.errors import InvalidRequest, NotAllowed, Unsupported
from tools.providers.gcp import PROVIDER, Gcp
from tools.providers.gcp_discovery import find_project

pytestmark = pytest.mark.timeout(180)  # SDKs take seconds to load


@pytest.fixture(scope="module")
def started() -> Iterator[Running]:
    with running("tests.servers.gcp") as server:
        yield server


@pytest.fixture
def server(started: Running) -> Iterator[Running]:
    yield from judged(started)


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    yield from wired(server)


@pytest.fixture
def bench(server: Running) -> Iterator[Bench]:
    made = bench_of(server)
    yield made
    made.provider.close()


@pytest.fixture
def net(server: Running, bench: Bench) -> NetworkBench:
    return networks_of(server, bench)


class TestGcp(IsolationContract, ProviderContract, NetworkingContract):
    """The suite."""

    @pytest.mark.proves("tag")
    def test_tags_are_added_and_removed_and_others_stay(self, bench: Bench) -> None:
        """As everywhere, but with what Google takes for a label."""
        before = bench.see()
        given = {"contract": "yes", "spelt": "größe_1-b"}
        bench.provider.set_tags(bench.machine_id, bench.token(), given)
        assert bench.see().tags == {**before.tags, **given}
        with pytest.raises(InvalidRequest, match="no label"):
            bench.provider.set_tags(bench.machine_id, bench.token(), {"spelt": "Größe & <b>"})
        bench.provider.remove_tags(bench.machine_id, bench.token(), [*given, "never-there"])
        assert bench.see() == before


@pytest.fixture
def listed(server: Running, wire: Wire) -> ListingBench:
    ids = [
        *seed(server, [f"web-{n}" for n in range(12)]),
        *seed(server, [f"db-{n}" for n in range(9)], zone="us-central1-a", type="n2-standard-2"),
        *seed(server, [f"dev-{n}" for n in range(3)], project=PROJECTS[1]),
    ]
    sizes = [21, 3]

    def make() -> str:
        return seed(server, ["churn"])[0]

    def remove(machine_id: str) -> None:
        _, place, number = machine_id.split("/")
        project, zone = place.rsplit(".", 1)
        server.control("remove", f"{project}/zones/{zone}/instances/{number}")
        server.control("remove", f"{project}/zones/{zone}/disks/churn")

    return ListingBench(
        wire=wire,
        open=lambda page: Gcp.open(settings(server, endpoint=wire.url), page=page),
        pages=(1, 7, 500),
        ids=frozenset(ids),
        # A list of instances and one of snapshots for each project.
        most_requests=lambda page: sum(math.ceil(size / page) + 1 for size in sizes),
        most_requests_by_id=4,
        make=make,
        remove=remove,
        strange=(b'"RUNNING"', b'"FROZEN"'),
        strange_answers=lambda request: "/aggregated/instances" in request.path,
    )


class TestGcpListing(ListingContract):
    """The group."""


def refused(status: int, reason: str, message: str = "It was refused.", **headers: str) -> Answer:
    """An error as Google words it."""
    inner = {"message": message, "domain": "global", "reason": reason}
    error = {"code": status, "message": message, "errors": [inner]}
    said = {"Content-Type": "application/json", **headers}
    return Answer(status, json.dumps({"error": error}).encode(), said)


REFUSALS = {
    "throttled": refused(429, "rateLimitExceeded"),
    "throttled_for_2_s": refused(429, "rateLimitExceeded", **{"Retry-After": "2"}),
    "expired": refused(401, "authError", "Invalid Credentials"),
    "denied": refused(403, "forbidden", "Required 'compute.instances.stop' permission"),
    "capacity": refused(403, "quotaExceeded", "Quota 'CPUS' exceeded. Limit: 24.0"),
    "conflict": refused(400, "resourceNotReady", "The resource is not ready"),
    "not_found": refused(404, "notFound", "The resource was not found"),
    "invented": refused(418, "notYetInvented"),
}


@pytest.fixture
def faulted(server: Running, wire: Wire) -> Iterator[FaultBench]:
    bench = bench_of(server)
    bench.provider.close()
    provider = Gcp.open(settings(server, endpoint=wire.url, projects=PROJECTS[:1]))
    provider.list_machines()

    def is_act(request: Request) -> bool:
        return request.method == "POST" and "/stop" in request.path

    yield FaultBench(
        provider, bench.machine_id, wire, lambda machine: witness(server, machine), REFUSALS,
        is_act, secrets=("Authorization",),
    )  # fmt: skip
    settle(server)
    provider.close()


class TestGcpFaults(FaultContract):
    """The table."""


# credentials


def service_account(folder: Path) -> Path:
    """A key file as Google gives it out, with a key of this very moment."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "key.json"
    file.write_text(
        json.dumps(
            {
                "type": "service_account", "project_id": PROJECTS[0], "private_key_id": "1",
                "private_key": key.decode(), "client_email": "nova@example.com", "client_id": "1",
                "token_uri": "http://127.0.0.1:1/token", "universe_domain": "googleapis.com",
            }
        )
    )  # fmt: skip
    return file


def test_an_expired_sign_in_is_ours_and_says_no_secret(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = service_account(tmp_path)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    gcp = Gcp.open(settings(server, anonymous=False, projects=()))
    assert gcp.check() == "Compute Engine as nova@example.com: shop-prod"
    server.control("settings", {"token": "another"})
    with pytest.raises(NotAllowed) as caught:
        gcp.list_machines()
    said = f"{caught.value!r} {caught.value.as_dict()} {caught.value.__cause__!r}"
    assert "Sign in again" in said
    assert not [word for word in ("PRIVATE", "Bearer", "eyJ") if word in said]
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing.json"))
    with pytest.raises(NotAllowed, match="no usable sign-in"):
        Gcp.open(settings(server, anonymous=False))


def test_credentials_are_found_without_asking_anybody(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert find_project(home) is None
    assert PROVIDER.discover(home) == []
    folder = tmp_path / ".config" / "gcloud"
    folder.mkdir(parents=True)
    kept = folder / "application_default_credentials.json"
    kept.write_text(json.dumps({"type": "authorized_user", "quota_project_id": "quota-1"}))
    assert find_project(home) == "quota-1"
    kept.write_text(json.dumps({"type": "authorized_user"}))
    assert find_project(home) is None
    (folder / "configurations").mkdir()
    (folder / "configurations" / "config_work").write_text("[core]\nproject = work-1\n")
    (folder / "active_config").write_text("work\n")
    assert find_project(home) == "work-1"
    key = tmp_path / "key.json"
    key.write_text(json.dumps({"project_id": "key-1"}))
    named = {**home, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
    assert [s.projects for s in PROVIDER.discover(named)] == [("key-1",)]
    assert find_project({**named, "GOOGLE_CLOUD_PROJECT": "set-1"}) == "set-1"
    key.write_text("[]")
    assert find_project(named) is None


def test_a_missing_sdk_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.cloud.compute_v1", None)
    with pytest.raises(Unsupported) as caught:
        Gcp.open(PROVIDER.settings.model_validate({"kind": "gcp", "projects": ["p"]}))
    assert "novacron[gcp]" in caught.value.hint


# the judge


@pytest.fixture
def machine(server: Running) -> str:
    """A running machine."""
    return seed(server, ["web-01"])[0]


@pytest.fixture
def gcp(server: Running) -> Iterator[Gcp]:
    """The provider."""
    made = Gcp.open(settings(server))
    yield made
    made.close()


def spoiled(exchange: dict[str, Any], what: str) -> dict[str, Any]:
    """A sound exchange with one thing wrong."""
    bad = copy.deepcopy(exchange)
    instance = bad["response"]["items"][f"zones/{ZONE}"]["instances"][0]
    edits: dict[str, Callable[[], Any]] = {
        "a wrong type": lambda: instance.update(deletionProtection="yes"),
        "an unknown property": lambda: instance.update(flavour="large"),
        "no such enum value": lambda: instance.update(status="FROZEN"),
        "an id that is no number": lambda: instance.update(id="x1"),
        "an unknown parameter": lambda: bad["query"].update(pagesize="5"),
        "a parameter of the wrong type": lambda: bad["query"].update(maxResults="many"),
        "an unknown path": lambda: bad.update(path=bad["path"] + "x"),
        "an impossible project": lambda: bad.update(path=bad["path"].replace("shop-", "Shop_")),
        "a body where none goes": lambda: bad.update(request={"filter": "x"}),
        "an error that is not Google's": lambda: bad.update(status=404, response={"oops": 1}),
    }
    edits[what]()
    return bad


@pytest.mark.parametrize(
    "what",
    [
        "a wrong type", "an unknown property", "no such enum value", "an id that is no number",
        "an unknown parameter", "a parameter of the wrong type", "an unknown path",
        "an impossible project", "a body where none goes", "an error that is not Google's",
    ],
)  # fmt: skip
def test_the_judge_finds_what_is_spoiled(
    server: Running,
    gcp: Gcp,
    machine: str,
    what: str,
) -> None:
    server.control("exchanges", "take")
    gcp.list_machines()
    sound = next(
        e for e in server.control("exchanges") if "/shop-prod/aggregated/inst" in e["path"]
    )
    assert complaints(sound) == []
    assert complaints(spoiled(sound, what))


def test_the_judge_finds_a_missing_body_and_a_missing_field(
    server: Running,
    gcp: Gcp,
    machine: str,
) -> None:
    server.control("exchanges", "take")
    gcp.attach_disk(machine, "t1", size_gib=3)
    sound = next(
        e for e in server.control("exchanges", "take")
        if e["method"] == "POST" and e["path"].endswith("/disks")
    )  # fmt: skip
    assert complaints(sound) == []
    assert complaints({**sound, "request": None})
    unnamed = {key: value for key, value in sound["request"].items() if key != "name"}
    assert complaints({**sound, "request": unnamed})
