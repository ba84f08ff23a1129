"""What is Google's own: request ids, fingerprints, operations that fail or are slow, metrics."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.contract.gcp_bench import PROJECTS, ZONE, judged, seed, settings, settle, wired, witness
from tests.contract.wire import Request, Way, Wire, WireFault
from tests.servers.running import Running, running
from tools.errors import (
    Capacity,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    OutcomeUnknown,
    Unreachable,
)
from tools.machine import State
from tools.providers.base import NewMachine, Sample
from tools.providers.gcp import Gcp

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
def machine(server: Running) -> str:
    """A running machine."""
    return seed(server, ["web-01"])[0]


@pytest.fixture
def gcp(server: Running, wire: Wire) -> Iterator[Gcp]:
    """The provider behind a wire."""
    made = Gcp.open(settings(server, endpoint=wire.url))
    yield made
    made.close()


def posts(verb: str) -> Callable[[Request], bool]:
    """Requests that carry this verb out."""
    return lambda request: request.method == "POST" and f"/{verb}" in request.path


def seen(server: Running, machine_id: str) -> Any:
    """A settled machine, as the server has it."""
    settle(server)
    found = witness(server, machine_id)
    assert found is not None
    return found


def test_labels_of_many_writers_are_all_kept(server: Running, gcp: Gcp, machine: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(gcp.set_tags, machine, f"t{n}", {f"k{n}": "v"}) for n in range(4)]:
            one.result()
    assert seen(server, machine)["tags"] == {f"k{n}": "v" for n in range(4)}


def test_labels_that_changed_meanwhile_are_read_again(
    server: Running,
    wire: Wire,
    gcp: Gcp,
    machine: str,
) -> None:
    def rival(request: Request) -> bool:
        if posts("setLabels")(request) and not wire_met:
            wire_met.append(True)
            Gcp.open(settings(server)).set_tags(machine, "rival", {"rival": "first"})
        return False

    wire_met: list[bool] = []
    with wire.faulty(WireFault(Way.LOST, rival)), wire.counted() as sent:
        gcp.set_tags(machine, "t1", {"ours": "second"})
    assert [r.path for r in sent if posts("setLabels")(r)] != []
    assert len([r for r in sent if posts("setLabels")(r)]) == 2
    assert seen(server, machine)["tags"] == {"rival": "first", "ours": "second"}


def test_a_restart_whose_stop_lost_its_answer_goes_on_with_the_same_token(
    server: Running,
    wire: Wire,
    gcp: Gcp,
    machine: str,
) -> None:
    with wire.faulty(WireFault(Way.DROPPED, posts("stop"))), pytest.raises(OutcomeUnknown):
        gcp.restart(machine, "t1")
    assert seen(server, machine)["state"] == "stopped"
    gcp.restart(machine, "t1")
    assert seen(server, machine)["state"] == "running"
    gcp.stop(machine, "t2")
    settle(server)
    with pytest.raises(Conflict, match="does not run"):
        gcp.restart(machine, "t3")


@pytest.mark.parametrize("verb", ["disks?", "stop", "detachDisk", "attachDisk", "start"])
def test_a_restore_that_broke_off_is_finished_by_the_same_token(
    server: Running,
    wire: Wire,
    gcp: Gcp,
    machine: str,
    verb: str,
) -> None:
    gcp.attach_disk(machine, "d1", size_gib=5)
    gcp.snapshot(machine, "s1", name="before")
    before = gcp.get_machine(machine)
    fault = WireFault(Way.DROPPED, posts(verb), requests=1)
    with wire.faulty(fault), pytest.raises(OutcomeUnknown):
        gcp.restore(machine, "r1", snapshot="before")
    assert fault.met == 1
    gcp.restore(machine, "r1", snapshot="before")
    settle(server)
    assert gcp.get_machine(machine) == before
    resources = server.control("state")["resources"]
    disks = [path for path, r in resources.items() if r["kind"] == "compute#disk"]
    assert len(disks) == 2
    attached = next(r for r in resources.values() if r["kind"] == "compute#instance")["disks"]
    assert all(
        "sourceSnapshot" in resources[d["source"].rpartition("projects/")[2]] for d in attached
    )


def test_a_deletion_whose_answer_was_lost_is_finished_by_the_same_token(
    server: Running,
    wire: Wire,
    gcp: Gcp,
    machine: str,
) -> None:
    gcp.snapshot(machine, "s1", name="before")
    gone = WireFault(Way.DROPPED, lambda r: r.method == "DELETE", requests=1)
    with wire.faulty(gone), pytest.raises(OutcomeUnknown):
        gcp.delete(machine, "t1")
    settle(server)
    gcp.delete(machine, "t1")
    assert not [
        r for r in server.control("state")["resources"].values()
        if r["kind"] in ("compute#instance", "compute#disk", "compute#snapshot")
    ]  # fmt: skip
    with pytest.raises(NotFound):
        gcp.delete(machine, "t2")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ZONE_RESOURCE_POOL_EXHAUSTED", Capacity),
        ("QUOTA_EXCEEDED", Capacity),
        ("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", Conflict),
        ("PERMISSIONS_ERROR", NotAllowed),
    ],
)
def test_an_operation_that_fails_afterwards_is_an_error_of_ours(
    server: Running,
    gcp: Gcp,
    code: str,
    kind: type[Exception],
) -> None:
    server.control("failures", [["insert", {"code": code, "message": f"{code} said Google"}]])
    wanted = NewMachine("late", "europe-west1", "debian-12", 2, 4, size="e2-medium")
    with pytest.raises(kind, match="said Google") as caught:
        gcp.create(wanted, "t1")
    assert getattr(caught.value, "vendor_code", None) == code
    assert gcp.list_machines() == []


def test_lost_polls_change_nothing(server: Running, wire: Wire, gcp: Gcp, machine: str) -> None:
    polls = WireFault(Way.LOST, lambda r: "/operations/" in r.path, requests=2)
    with wire.faulty(polls):
        gcp.stop(machine, "t1")
    assert polls.met == 2
    assert gcp.get_machine(machine).state is State.STOPPED


ANOTHER_PROCESS = """
import json, sys
from tools.providers.gcp import Gcp, GcpSettings
gcp = Gcp.open(GcpSettings.model_validate(json.loads(sys.argv[1])))
gcp.attach_disk(sys.argv[2], "t1", size_gib=7)
"""


def test_a_slow_operation_is_followed_again_also_by_another_process(
    server: Running,
    machine: str,
) -> None:
    server.control("settings", {"takes_s": 1.0})
    try:
        hurried = Gcp.open(settings(server, limit_s=0.1))
        with pytest.raises(OutcomeUnknown, match="accepted"):
            hurried.attach_disk(machine, "t1", size_gib=7)
        command = [
            sys.executable,
            "-c",
            ANOTHER_PROCESS,
            settings(server).model_dump_json(),
            machine,
        ]
        subprocess.run(command, cwd=REPOSITORY, check=True, timeout=150)
    finally:
        server.control("settings", {"takes_s": 0.06})
    assert seen(server, machine)["disk_gib"] == 17


def test_a_zone_that_cannot_be_looked_into_is_no_empty_zone(server: Running, gcp: Gcp) -> None:
    server.control("settings", {"unreachable": ZONE})
    with pytest.raises(Unreachable, match=ZONE):
        gcp.list_machines()


def test_a_suspended_machine_is_resumed_not_started(
    server: Running,
    gcp: Gcp,
    machine: str,
) -> None:
    gcp.suspend(machine, "t1")
    settle(server)
    with pytest.raises(Conflict, match="suspended"):
        gcp.start(machine, "t2")
    gcp.suspend(machine, "t3")
    gcp.resume(machine, "t4")
    gcp.resume(machine, "t5")
    assert seen(server, machine)["state"] == "running"
    gcp.restart(machine, "t6", force=True)
    assert seen(server, machine)["state"] == "running"


def test_what_google_cannot_make_is_refused_before_it_is_asked(
    wire: Wire,
    gcp: Gcp,
    machine: str,
) -> None:
    gcp.offers()
    with wire.counted() as sent:
        for wrong in (
            NewMachine("Web_01", "europe-west1", "debian-12", 2, 4, size="e2-medium"),
            NewMachine("web", "europe-west1", "debian-12", 3, 4),
            NewMachine("web", "europe-west1", "debian-12", 2, 4, tags={"Env": "x"}),
            NewMachine("web", "europe-west1", "debian-12", 2, 4, tags={"novacron-x": "x"}),
        ):
            with pytest.raises(InvalidRequest):
                gcp.create(wrong, "t1")
        with pytest.raises(NotFound, match="region"):
            gcp.create(NewMachine("web", "mars-1", "debian-12", 2, 4), "t1")
        with pytest.raises(NotFound, match="image"):
            gcp.create(NewMachine("web", "europe-west1", "beos", 2, 4), "t1")
    assert sent == []


def test_records_say_what_google_says(server: Running, gcp: Gcp) -> None:
    made = NewMachine(
        "custom", "us-central1", "windows-2022", 4, 6.5, disk_gib=50.2, tags={"env": "dev"}
    )
    public = Gcp.open(settings(server, public=True, zone="us-central1-b"))
    machine_id = public.create(made, "t1")
    vm = gcp.get_machine(machine_id)
    assert machine_id.startswith("gcp/shop-prod.us-central1-b/")
    assert (vm.size, vm.vcpus, vm.memory_gib) == ("e2-custom-4-6656", 4, 6.5)
    assert (vm.os, vm.image, vm.disk_gib) == ("windows", "windows-server-2022-dc", 51)
    assert (vm.zone, vm.tags, vm.public_ip) == ("us-central1-b", {"env": "dev"}, "34.76.0.9")
    assert vm.created_at is not None
    assert abs(vm.created_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert vm.hourly_cost_usd == pytest.approx(4 * 0.021812 + 6.5 * 0.002923, abs=1e-6)
    assert gcp.console_log(machine_id) == "login: \n"
    assert gcp.check() == "Compute Engine as the signed-in user: shop-prod, shop-dev"


def test_a_snapshot_that_somebody_else_took_of_the_boot_disk_is_shown(
    server: Running,
    gcp: Gcp,
    machine: str,
) -> None:
    import urllib.request

    path = f"/compute/v1/projects/{PROJECTS[0]}/zones/{ZONE}/disks/web-01/createSnapshot"
    body = json.dumps({"name": "nightly-7"}).encode()
    urllib.request.urlopen(urllib.request.Request(server.url + path, data=body), timeout=10)
    settle(server)
    assert [s.name for s in gcp.get_machine(machine).snapshots] == ["nightly-7"]
    gcp.restore(machine, "t1", snapshot="nightly-7")
    settle(server)
    assert gcp.get_machine(machine).state is State.RUNNING


@pytest.mark.proves("metrics")
def test_samples_are_percent_and_mbit_and_absent_is_none(
    server: Running,
    gcp: Gcp,
    machine: str,
) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    number, compute = machine.rpartition("/")[2], "compute.googleapis.com/instance"
    common = {"project": PROJECTS[0], "instance": number}
    ends = {(hour - timedelta(hours=n)).isoformat(): n for n in range(3)}

    def series(metric: str, factor: float, **labels: str) -> dict[str, Any]:
        return {
            **common, "metric": metric, "labels": labels,
            "hours": {end: (n + 1) * factor for end, n in ends.items()},
        }  # fmt: skip

    server.control(
        "points",
        [
            series(f"{compute}/cpu/utilization", 0.1),
            *[series(f"{compute}/network/sent_bytes_count", 1e6, card=str(n)) for n in range(4)],
            series("agent.googleapis.com/disk/percent_used", 10, device="sda1"),
            series("agent.googleapis.com/disk/percent_used", 20, device="sdb1"),
            {**series(f"{compute}/cpu/utilization", 9), "instance": "1"},
        ],
    )
    found = gcp.samples([machine], hour - timedelta(hours=2))
    server.control("points", [])
    assert found == [
        Sample(machine, hour - timedelta(hours=2), cpu=20, disk=40, network=64),
        Sample(machine, hour - timedelta(hours=1), cpu=10, disk=20, network=32),
    ]
    assert gcp.samples([machine], datetime.now(UTC)) == []


def test_monitoring_that_refuses_is_an_error_of_ours(
    server: Running,
    gcp: Gcp,
    machine: str,
) -> None:
    since = datetime.now(UTC) - timedelta(hours=5)
    for code, kind in (("PERMISSION_DENIED", NotAllowed), ("UNAVAILABLE", Unreachable)):
        server.control(
            "points", [{"refuse": PROJECTS[0], "code": code, "project": "", "metric": ""}]
        )
        with pytest.raises(kind):
            gcp.samples([machine], since)
    server.control("points", [])


@pytest.mark.proves("loose_disks")
def test_a_disk_that_no_machine_has_is_listed_and_goes(
    server: Running, gcp: Gcp, machine: str
) -> None:
    zone = f"{PROJECTS[0]}/zones/{ZONE}"
    resources = server.control("state")["resources"].values()
    held = next(r["name"] for r in resources if r["kind"] == "compute#disk" and r.get("users"))
    server.control("disk", {"zone": zone, "name": "old-data", "size": 40, "labels": {"env": "dev"}})
    (found,) = gcp.loose_disks()
    assert (found.id, found.size_gib) == (f"gcp/{PROJECTS[0]}.{ZONE}/old-data", 40)
    assert (found.region, found.tags) == (ZONE.rpartition("-")[0], {"env": "dev"})
    assert found.usd_month == pytest.approx(4)
    with pytest.raises(Conflict):
        gcp.delete_disk(f"gcp/{PROJECTS[0]}.{ZONE}/{held}", "t1")
    gcp.delete_disk(found.id, "t2")
    settle(server)
    assert gcp.loose_disks() == []
    gcp.delete_disk(found.id, "t3")
    assert gcp.get_machine(machine).disk_gib > 0
    with pytest.raises(NotFound):
        gcp.delete_disk("gcp/elsewhere.z/x", "t4")
