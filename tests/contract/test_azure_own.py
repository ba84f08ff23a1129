"""What is Azure's own: acts without client tokens, long operations, metrics, sign-in, oav."""

from __future__ import annotations

import copy
import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.contract.azure_bench import (
    SUBSCRIPTIONS,
    fresh,
    judge,
    path_of,
    seed,
    settings,
    settle,
    wired,
    witness,
)
from tests.contract.wire import Answer, Request, Way, Wire, WireFault
from tests.servers.oav import complaints, concerns
from tests.servers.running import Running, running
from tools.errors import (
    Capacity,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Unsupported,
)
from tools.machine import State
from tools.providers.azure import PROVIDER, Azure
from tools.providers.azure_discovery import find_subscriptions
from tools.providers.base import NewMachine, Sample

pytestmark = pytest.mark.timeout(300)  # SDKs take seconds to load, and npm to fetch the validator


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    """The server; at the end everything that was said is held to Microsoft's description."""
    with running("tests.servers.azure") as started:
        yield started
        judge(started.control("exchanges"))


@pytest.fixture
def wire(server: Running) -> Iterator[Wire]:
    fresh(server)
    yield from wired(server)


@pytest.fixture
def azure(server: Running, wire: Wire) -> Iterator[Azure]:
    """The provider behind a wire."""
    made = Azure.open(settings(server, endpoint=wire.url))
    yield made
    settle(server)
    made.close()


@pytest.fixture
def machine(server: Running, wire: Wire) -> str:
    """A running machine."""
    return seed(server, ["web-01"])[0]


def sends(method: str, part: str) -> Callable[[Request], bool]:
    """Requests of this method whose path has this part."""
    return lambda request: request.method == method and part in request.path


def polls(request: Request) -> bool:
    """Looks at a long operation."""
    return "/operations/" in request.path


def seen(server: Running, machine_id: str) -> Any:
    """A settled machine, as the server has it."""
    settle(server)
    found = witness(server, machine_id)
    assert found is not None
    return found


def test_lost_throttled_and_broken_polls_are_taken_up_again(
    server: Running, wire: Wire, azure: Azure, machine: str
) -> None:
    slow_down = Answer(
        429, json.dumps({"error": {"code": "TooManyRequests", "message": "slow"}}).encode(),
        {"Content-Type": "application/json"},
    )  # fmt: skip
    faults = [
        WireFault(Way.LOST, polls, requests=2),
        WireFault(Way.ANSWERED, polls, requests=1, answer=slow_down),
        WireFault(Way.BROKEN, polls, requests=1),
    ]
    for fault, verb in zip(faults, (azure.stop, azure.start, azure.stop), strict=True):
        with wire.faulty(fault):
            verb(machine, f"t{fault.way}")
        assert fault.met == fault.requests
    assert azure.get_machine(machine).state is State.STOPPED


def test_polls_that_are_refused_leave_the_outcome_unknown(
    server: Running, wire: Wire, azure: Azure, machine: str
) -> None:
    expired = json.dumps({"error": {"code": "ExpiredAuthenticationToken", "message": "old"}})
    answer = Answer(401, expired.encode(), {"Content-Type": "application/json"})
    with (
        wire.faulty(WireFault(Way.ANSWERED, polls, answer=answer)),
        pytest.raises(OutcomeUnknown, match="accepted, but it cannot be followed"),
    ):
        azure.stop(machine, "t1")
    assert seen(server, machine)["state"] == "stopped"


def test_a_slow_machine_is_waited_for_by_the_process_that_comes_after(
    server: Running, wire: Wire
) -> None:
    wanted = NewMachine("slow-1", "westeurope", "debian-12", 2, 4, size="Standard_B2s")
    server.control("settings", {"takes_s": 0.8})
    try:
        hurried = Azure.open(settings(server, limit_s=0.1))
        with pytest.raises(OutcomeUnknown, match="not finished"):
            hurried.create(wanted, "t1")
        later = Azure.open(settings(server))
        made = later.create(wanted, "t1")
        assert later.get_machine(made).state is State.RUNNING
    finally:
        server.control("settings", {"takes_s": 0.06})
    with pytest.raises(Conflict, match="already"):
        later.create(wanted, "another")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("AllocationFailed", Capacity), ("SkuNotAvailable", Capacity), ("ScopeLocked", NotAllowed)],
)
def test_an_operation_that_fails_afterwards_is_an_error_of_ours(
    server: Running, azure: Azure, machine: str, code: str, kind: type[Exception]
) -> None:
    azure.stop(machine, "t1")
    server.control("failures", [["start", {"code": code, "message": f"{code} said Azure"}]])
    with pytest.raises(kind, match="said Azure") as caught:
        azure.start(machine, "t2")
    assert getattr(caught.value, "vendor_code", None) == code
    assert seen(server, machine)["state"] == "stopped"


def test_a_restart_is_never_asked_for_twice_with_one_token(
    server: Running, wire: Wire, azure: Azure, machine: str
) -> None:
    lost = WireFault(Way.DROPPED, sends("POST", "/restart"))
    with wire.faulty(lost), pytest.raises(OutcomeUnknown):
        azure.restart(machine, "t1")
    for again in (azure, Azure.open(settings(server))):
        with pytest.raises(OutcomeUnknown, match="asked for already"):
            again.restart(machine, "t1")
    assert lost.met == 1
    azure.restart(machine, "t2")
    azure.restart(machine, "t3", force=True)
    assert seen(server, machine)["state"] == "running"
    assert seen(server, machine)["tags"] == {}


def test_tags_of_many_writers_are_all_kept(server: Running, azure: Azure, machine: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for one in [
            pool.submit(azure.set_tags, machine, f"t{n}", {f"k{n}": "v"}) for n in range(6)
        ]:
            one.result()
    assert seen(server, machine)["tags"] == {f"k{n}": "v" for n in range(6)}


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("PUT", "/disks/"), ("PATCH", "tags/default"), ("POST", "/deallocate"),
        ("PATCH", "/virtualMachines/web-01?"), ("DELETE", "/disks/"), ("POST", "/start"),
    ],
)  # fmt: skip
def test_a_restore_that_broke_off_is_finished_by_the_same_token(
    server: Running, wire: Wire, azure: Azure, machine: str, method: str, part: str
) -> None:
    azure.attach_disk(machine, "d1", size_gib=5)
    azure.snapshot(machine, "s1", name="before")
    before = azure.get_machine(machine)
    fault = WireFault(Way.DROPPED, sends(method, part), requests=1)
    with wire.faulty(fault), pytest.raises(OutcomeUnknown):
        azure.restore(machine, "r1", snapshot="before")
    assert fault.met == 1
    settle(server)
    azure.restore(machine, "r1", snapshot="before")
    settle(server)
    assert azure.get_machine(machine) == before
    resources = server.control("state")["resources"].values()
    disks = [r for r in resources if r["type"].endswith("/disks")]
    assert len(disks) == 2
    assert all(d["properties"]["creationData"]["createOption"] == "Copy" for d in disks)


def test_a_machine_runs_again_after_a_disk_could_not_grow(
    server: Running, wire: Wire, azure: Azure, machine: str
) -> None:
    body = json.dumps({"error": {"code": "QuotaExceeded", "message": "no room"}}).encode()
    refused = Answer(409, body, {"Content-Type": "application/json"})
    full = WireFault(Way.ANSWERED, sends("PATCH", "/disks/"), answer=refused)
    with wire.faulty(full), pytest.raises(Capacity):
        azure.resize_disk(machine, "t1", size_gib=99)
    found = seen(server, machine)
    assert (found["state"], found["disk_gib"]) == ("running", 30)


def test_a_deletion_whose_answer_was_lost_is_seen_and_finished(
    server: Running, wire: Wire, azure: Azure, machine: str
) -> None:
    azure.snapshot(machine, "s1", name="before")
    with wire.faulty(WireFault(Way.DROPPED, sends("DELETE", "/virtualMachines/"), requests=1)):
        azure.delete(machine, "t1")
    settle(server)
    left = [r["type"] for r in server.control("state")["resources"].values()]
    assert left == ["Microsoft.Network/virtualNetworks"] * 2
    with pytest.raises(NotFound):
        azure.delete(machine, "t2")


def test_a_machine_that_is_only_off_is_deallocated_by_a_stop(
    server: Running, azure: Azure, machine: str
) -> None:
    _, place, name = machine.split("/")
    subscription, _, group = place.partition(".")
    path = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute"
    url = f"{server.url}{path}/virtualMachines/{name}/powerOff?api-version=2022-11-01"
    urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10)
    settle(server)
    assert azure.get_machine(machine).state is State.STOPPED
    azure.stop(machine, "t1")
    assert seen(server, machine)["state"] == "stopped"
    azure.start(machine, "t2")
    azure.stop(machine, "t3", force=True)
    assert seen(server, machine)["state"] == "stopped"


def test_what_azure_cannot_make_is_refused_before_it_is_asked(wire: Wire, azure: Azure) -> None:
    azure.offers()
    good = NewMachine("web", "westeurope", "debian-12", 2, 4, size="Standard_B2s")
    with wire.counted() as sent:
        for name, kind, wrong in (
            ("size", InvalidRequest, NewMachine("web", "westeurope", "debian-12", 3, 4)),
            ("tag", InvalidRequest, NewMachine(
                "web", "westeurope", "debian-12", 2, 4, tags={"a/b": "x"})),
            ("region", NotFound, NewMachine("web", "mars", "debian-12", 2, 4)),
            ("image", NotFound, NewMachine("web", "westeurope", "beos", 2, 4)),
        ):  # fmt: skip
            with pytest.raises(kind, match=name):
                azure.create(wrong, "t1")
        with pytest.raises(NotFound, match="no network"):
            azure.create(NewMachine("web", "eastus", "debian-12", 2, 4), "t1")
    assert sent == []
    with pytest.raises(InvalidRequest, match="machine name"):
        azure.create(NewMachine("web_", good.region, good.image, 2, 4), "t1")


def test_records_say_what_azure_says(server: Running, wire: Wire) -> None:
    public = Azure.open(settings(server, ssh_public_key="ssh-ed25519 AAAA ada", public=True))
    wanted = NewMachine("Web-9", "westeurope", "ubuntu-24.04", 2, 8, disk_gib=64.5)
    made = public.create(wanted, "t1")
    vm = public.get_machine(made)
    assert made == f"azure/{SUBSCRIPTIONS[0]}.shop-prod/web-9"
    assert (vm.name, vm.size, vm.vcpus, vm.memory_gib) == ("Web-9", "Standard_D2s_v3", 2, 8)
    assert (vm.os, vm.image, vm.disk_gib, vm.tags) == ("linux", "ubuntu-24.04", 65, {})
    assert (vm.hourly_cost_usd, vm.region) == (0.096, "westeurope")
    assert (vm.private_ip or "").startswith("10.1.0.")
    assert vm.created_at is not None
    assert abs(vm.created_at - datetime.now(UTC)) < timedelta(minutes=5)
    windows = public.create(NewMachine("win", "westeurope", "windows-2022", 2, 4), "t2")
    assert public.get_machine(windows).os == "windows"
    assert public.check() == "Azure as nobody: Shop, Shop"


@pytest.mark.proves("metrics")
def test_samples_are_percent_and_mbit_and_absent_is_none(
    server: Running, azure: Azure, machine: str
) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    path = path_of(machine)

    def metric(name: str, **point: float) -> dict[str, Any]:
        stamps = [hour - timedelta(hours=n) for n in (3, 2, 1, 0)]
        data = [{"timeStamp": s.isoformat().replace("+00:00", "Z"), **point} for s in stamps]
        owner = {"name": {"value": "Microsoft.ResourceId"}, "value": path}
        series = [{"metadatavalues": [owner], "data": data}]
        return {"id": name, "type": "x", "name": {"value": name}, "unit": "x", "timeseries": series}

    server.control(
        "settings",
        {
            "metrics": [
                metric("Percentage CPU", average=12.5),
                metric("Available Memory Percentage", average=30),
                metric("Network In Total", total=450e6),
                metric("Network Out Total", total=900e6),
            ]
        },
    )
    found = azure.samples([machine], hour - timedelta(hours=2))
    assert found == [
        Sample(machine, hour - timedelta(hours=n), cpu=12.5, memory=70, network=3) for n in (2, 1)
    ]


def test_an_expired_sign_in_and_a_bad_one_are_ours(
    server: Running, wire: Wire, azure: Azure, machine: str
) -> None:
    server.control("settings", {"expired": True})
    with pytest.raises(NotAllowed, match="expired") as caught:
        azure.list_machines()
    assert "az login" in caught.value.hint
    server.control("settings", {"expired": False})


def test_credentials_are_found_without_asking_anybody(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert find_subscriptions(home) is None
    assert PROVIDER.discover(home) == []
    principal = {
        **home, "AZURE_CLIENT_ID": "a", "AZURE_TENANT_ID": "b", "AZURE_CLIENT_SECRET": "c",
    }  # fmt: skip
    assert find_subscriptions(principal) == []
    assert [s.subscriptions for s in PROVIDER.discover(principal)] == [()]
    assert find_subscriptions({**principal, "AZURE_SUBSCRIPTION_ID": "s"}) == ["s"]
    folder = tmp_path / ".azure"
    folder.mkdir()
    rows = [
        {"id": "s1", "state": "Enabled", "isDefault": False},
        {"id": "s2", "state": "Enabled", "isDefault": True},
        {"id": "s3", "state": "Disabled"},
    ]
    kept = folder / "azureProfile.json"
    kept.write_text(json.dumps({"subscriptions": rows}), encoding="utf-8-sig")
    assert find_subscriptions(home) == ["s2", "s1"]
    assert find_subscriptions({**home, "AZURE_SUBSCRIPTION_ID": "s1"}) == ["s1"]
    assert find_subscriptions({"AZURE_CONFIG_DIR": str(folder)}) == ["s2", "s1"]
    for broken in ("[]", "{", '{"subscriptions": 7}'):
        kept.write_text(broken)
        assert find_subscriptions(home) is None


def test_a_missing_sdk_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(Unsupported) as caught:
        Azure.open(PROVIDER.settings.model_validate({"kind": "azure"}))
    assert "novacron[azure]" in caught.value.hint


def test_the_judge_finds_what_is_spoiled(server: Running, azure: Azure, machine: str) -> None:
    azure.snapshot(machine, "s1", name="before")
    azure.stop(machine, "t1")
    azure.list_machines()
    exchanges = [e for e in server.control("exchanges") if concerns(e)]

    def sound(method: str, part: str) -> dict[str, Any]:
        return copy.deepcopy(
            next(
                e
                for e in exchanges
                if e["method"] == method and part in e["path"] and e["status"] < 300
            )
        )

    vms = [sound("GET", "/providers/Microsoft.Compute/virtualMachines") for _ in range(6)]
    vm = [
        one["response"]["value"][0] if "value" in one["response"] else one["response"]
        for one in vms
    ]
    vm[0]["properties"]["hardwareProfile"] = {"vmSize": 5}
    del vm[1]["location"]
    vm[2]["properties"]["flavour"] = "large"
    vms[3]["url"] = vms[3]["url"].replace("virtualMachines", "virtualMachinez")
    vms[4]["status"] = 299
    vm[5]["properties"]["timeCreated"] = "yesterday"
    taken = [sound("PUT", "/snapshots/") for _ in range(3)]
    taken[0]["request"]["properties"]["creationData"]["createOption"] = 7
    del taken[1]["request"]["location"]
    taken[2]["request"]["properties"]["diskSizeGB"] = "big"
    found = complaints([*vms, *taken, *exchanges[:5]])
    assert [bool(said) for said in found] == [True] * 9 + [False] * 5, found
    judge(exchanges)
