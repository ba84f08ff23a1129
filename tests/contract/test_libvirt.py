"""libvirt keeps the contract, over real guests; virsh is the witness."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.networking import NetworkBench, NetworkingContract
from tests.contract.suite import Bench, ProviderContract, Witnessed
from tests.live.libvirt.session import Hosts
from tests.live.libvirt.world import Hypervisor, Kept
from tools.providers.base import NewMachine
from tools.providers.libvirt import Libvirt, Options
from tools.times import utc_now

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("libvirt"), pytest.mark.timeout(180)]

NOTES = "urn:novacron:machine:1"


def witness(hosts: Hosts, machine_id: str) -> Witnessed | None:
    """A machine as virsh has it on either host."""
    _, host, uuid = machine_id.split("/")
    for hypervisor in hosts:
        if hypervisor.name == host and uuid in hypervisor.virsh("list", "--all", "--uuid").split():
            return _as_seen(hypervisor, hypervisor.virsh("domname", uuid))
    return None


def _as_seen(host: Hypervisor, name: str) -> Witnessed:
    xml = host.xml(name)
    facts = dict(line.split(":", 1) for line in host.virsh("dominfo", name).splitlines())
    notes = ET.fromstring(host.virsh("metadata", name, NOTES, "--config"))
    running = host.state(name) == "running"
    saved = facts["Managed save"].strip() == "yes"
    vcpu = xml.find("vcpu")
    assert vcpu is not None
    disks = [host.virsh("domblkinfo", name, target) for target in host.disks(name)]
    return {
        "name": name,
        "state": "running" if running else "suspended" if saved else "stopped",
        "vcpus": int(vcpu.get("current") or vcpu.text or 0),
        "memory_gib": int(facts["Used memory"].split()[0]) / (1 << 20),
        "disk_gib": sum(_capacity(text) for text in disks) / (1 << 30),
        "tags": {tag.get("key"): tag.get("value") for tag in notes.iter("tag")},
        "protected": notes.get("protected") == "yes",
        "host": host.virsh("hostname"),
        "region": host.name,
        "snapshots": host.virsh("snapshot-list", name, "--name").split(),
    }


def _capacity(block_info: str) -> int:
    lines: dict[str, Any] = dict(line.split(":", 1) for line in block_info.splitlines())
    return int(lines["Capacity"])


class Stage:
    """Both hosts with the booted guest on the first; set anew only where a test changed it."""

    def __init__(self, hosts: Hosts, guest: Kept) -> None:
        self.hosts = hosts
        self._guest = guest
        self._fresh: object = None

    def set(self) -> None:
        """Let the next test find one running guest, as it was booted."""
        if self._fresh is not None and self._look() == self._fresh:
            return
        self.clear()
        self.hosts[0].bring_back(self._guest)
        self._fresh = self._look()

    def _look(self) -> object:
        listed = [host.virsh("list", "--all") for host in self.hosts]
        names = [self.hosts[0].names(), self.hosts[1].names()]
        as_begun = names == [{self._guest.name}, set()]
        return listed, _as_seen(self.hosts[0], self._guest.name) if as_begun else None

    def clear(self) -> None:
        """Leave nothing behind."""
        for host in self.hosts:
            host.wipe()


@pytest.fixture(scope="module")
def stage(hypervisors: Hosts, kept_guest: Kept) -> Iterator[Stage]:
    made = Stage(hypervisors, kept_guest)
    yield made
    made.clear()


@pytest.fixture
def bench(stage: Stage, libvirt_images: Path) -> Iterator[Bench]:
    stage.set()
    alpha, beta = stage.hosts
    options = Options(images=libvirt_images, stop_limit_s=60)
    provider = Libvirt.open(alpha.uri, options=options, peers={"beta": beta.uri})
    machine_id = provider.list_machines()[0].id
    yield Bench(
        provider,
        machine_id,
        lambda machine: witness(stage.hosts, machine),
        settle=lambda: None,
        now=utc_now,
        wanted=NewMachine("contract-new", "alpha", alpha.image, 1, 0.25, tags={"env": "test"}),
        resized=(2, 0.25, None),
        host=(machine_id, "beta"),
        region=(machine_id, "beta"),
    )
    provider.close()


@pytest.fixture
def net(bench: Bench) -> NetworkBench:
    return NetworkBench(bench)


class TestLibvirt(ProviderContract, NetworkingContract):
    """The suite."""

    @pytest.mark.proves("metrics")
    def test_a_running_guest_is_measured(self, bench: Bench) -> None:
        (sample,) = bench.provider.samples([bench.machine_id], bench.now())
        assert sample.machine_id == bench.machine_id
        assert sample.memory is not None or sample.cpu is not None
