"""vSphere keeps the contract, over the vCenter simulator; a raw session is the witness."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contract.faults import FaultBench, FaultContract
from tests.contract.isolation import IsolationContract
from tests.contract.listing import ListingBench, ListingContract
from tests.contract.networking import NetworkBench, NetworkingContract
from tests.contract.suite import Bench, ProviderContract, Witnessed
from tests.contract.wire import Answer, Way, Wire, WireFault
from tests.live.vcsim import build
from tests.live.vcsim.world import GIB, PASSWORD, USER, Vcenter, flattened, needed, vcenter
from tools.providers.base import NewMachine, Provider
from tools.providers.vsphere import PROVIDER, VsphereSettings
from tools.times import utc_now

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]  # the first one builds it

STATES = {"poweredOn": "running", "poweredOff": "stopped", "suspended": "suspended"}


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    needed()
    build.binary()


@pytest.fixture
def vc() -> Iterator[Vcenter]:
    """A vCenter with a fitted machine `web-01`, a template `debian-12`, and six others."""
    with vcenter() as running:
        fit(running)
        yield running


def fit(vc: Vcenter) -> None:
    """Give one machine real figures and hot-add, and make another a template."""
    from pyVmomi import vim

    machines = vc.machines()
    web, template = machines["DC0_C0_RP0_VM0"], machines["DC0_H0_VM1"]
    for machine, name in ((web, "web-01"), (template, "debian-12")):
        vc.do(machine.PowerOffVM_Task())
        disk = next(
            device
            for device in machine.config.hardware.device
            if isinstance(device, vim.vm.device.VirtualDisk)
        )
        disk.capacityInKB = 4 * GIB // 1024
        edit = vim.vm.device.VirtualDeviceSpec(operation="edit", device=disk)
        spec = vim.vm.ConfigSpec(
            name=name, numCPUs=1, memoryMB=1024, guestId="debian10_64Guest",
            cpuHotAddEnabled=True, memoryHotAddEnabled=True,
            deviceChange=[edit],
        )  # fmt: skip
        vc.do(machine.ReconfigVM_Task(spec))
    vc.do(web.PowerOnVM_Task())
    template.MarkAsTemplate()


def opened(vc: Vcenter, wire: Wire | None = None, **keys: Any) -> Provider:
    """The provider, over a wire where there is one."""
    url = f"{wire.url}/sdk" if wire else vc.url
    keys = {"stop_limit_s": 1, **keys}
    return PROVIDER.open(VsphereSettings(url=url, user=USER, password=PASSWORD, **keys), utc_now)


def id_of(vc: Vcenter, name: str) -> str:
    return f"vsphere/{vc.host}/{vc.machines()[name]._moId}"


def witness(vc: Vcenter, machine_id: str) -> Witnessed | None:
    """A machine as a raw session has it."""
    from pyVmomi import vim

    moid = machine_id.rpartition("/")[2]
    machine = next((m for m in vc.machines().values() if m._moId == moid), None)
    if machine is None:
        return None
    devices = machine.config.hardware.device
    disks = [d for d in devices if isinstance(d, vim.vm.device.VirtualDisk)]
    tree = vc.properties(machine, "snapshot")["snapshot"]
    datacenter = machine.runtime.host
    while not isinstance(datacenter, vim.Datacenter):
        datacenter = datacenter.parent
    return {
        "name": machine.name,
        "state": STATES[machine.runtime.powerState],
        "vcpus": machine.config.hardware.numCPU,
        "memory_gib": machine.config.hardware.memoryMB / 1024,
        "disk_gib": sum(disk.capacityInKB for disk in disks) * 1024 / GIB,
        "tags": vc.tags(moid),
        "host": machine.runtime.host.name,
        "region": datacenter.name,
        "protected": vc.attributes(machine).get("novacron.protected") == "yes",
        "snapshots": [s.name for s in flattened(tree.rootSnapshotList)] if tree else [],
    }


def holdings(vc: Vcenter) -> set[str]:
    """Every machine with its disks and snapshots."""
    found: set[str] = set()
    for name, machine in vc.machines().items():
        found.add(name)
        seen = vc.properties(machine, "layoutEx", "snapshot")
        found.update(file.name for file in seen["layoutEx"].file if file.name.endswith(".vmdk"))
        tree = seen["snapshot"]
        if tree:
            found.update(f"{name}@{s.name}" for s in flattened(tree.rootSnapshotList))
    return found


@pytest.fixture
def bench(vc: Vcenter) -> Iterator[Bench]:
    provider = opened(vc)
    machine_id = id_of(vc, "web-01")
    host = vc.machines()["web-01"].runtime.host.name
    other = next(name for name in ("DC0_C0_H0", "DC0_C0_H1") if name != host)
    yield Bench(
        provider,
        machine_id,
        lambda machine: witness(vc, machine),
        settle=lambda: None,
        now=utc_now,
        wanted=NewMachine(
            "contract-new", "DC0", "debian-12", 2, 2, disk_gib=8, tags={"env": "test"}
        ),
        resized=(2, 2, None),
        host=(machine_id, other),
        region=(machine_id, "DC1"),
        reopen=lambda: opened(vc),
        holdings=lambda: holdings(vc),
    )
    provider.close()


@pytest.fixture
def net(bench: Bench) -> NetworkBench:
    return NetworkBench(bench)


class TestVsphere(ProviderContract, IsolationContract, NetworkingContract):
    """The suite."""


class TestVsphereListing(ListingContract):
    """Pages of a container view."""

    @pytest.fixture
    def listed(self, vc: Vcenter) -> Iterator[ListingBench]:
        wire = Wire(vc.host, vc.port)
        made = 0

        def make() -> str:
            nonlocal made
            made += 1
            source = vc.machines()["web-01"]
            from pyVmomi import vim

            spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), powerOn=False, template=False)
            vc.do(source.CloneVM_Task(source.parent, f"churn-{made}", spec))
            return id_of(vc, f"churn-{made}")

        def remove(machine_id: str) -> None:
            moid = machine_id.rpartition("/")[2]
            machine = next(m for m in vc.machines().values() if m._moId == moid)
            vc.do(machine.Destroy_Task())

        ids = {f"vsphere/{vc.host}/{m._moId}" for n, m in vc.machines().items() if n != "debian-12"}
        objects = len(ids) + 60
        yield ListingBench(
            wire,
            lambda page: opened(vc, wire, page_size=page),
            pages=(3, 7, 1000),
            ids=frozenset(ids),
            most_requests=lambda page: 4 + -(-objects // page),
            most_requests_by_id=2,
            make=make,
            remove=remove,
            strange=(b">poweredOn<", b">poweredSideways<"),
            strange_answers=lambda request: b"Retrieve" in request.body,
        )
        wire.close()


def fault(name: str, detail: str = "", text: str = "refused") -> Answer:
    """A fault as vCenter words it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>'
        f"<faultcode>ServerFaultCode</faultcode><faultstring>{text}</faultstring><detail>"
        f'<{name}Fault xmlns="urn:vim25" xsi:type="{name}">{detail}</{name}Fault>'
        "</detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
    return Answer(500, body.encode(), {"Content-Type": "text/xml; charset=utf-8"})


class KeptWire(Wire):
    """A wire whose cut is felt on connections that are kept open, too."""

    @contextmanager
    def cut(self) -> Generator[None]:
        with self.faulty(WireFault(Way.LOST)), super().cut():
            yield


class TestVsphereFaults(FaultContract):
    """vCenter's words for refusals."""

    @pytest.fixture
    def faulted(self, vc: Vcenter) -> Iterator[FaultBench]:
        wire = KeptWire(vc.host, vc.port)
        provider = opened(vc, wire)
        host = '<object type="HostSystem">host-1</object><privilegeId>VM.PowerOff</privilegeId>'
        yield FaultBench(
            provider,
            id_of(vc, "web-01"),
            wire,
            lambda machine: witness(vc, machine),
            refusals={
                "throttled": Answer(503, b"busy"),
                "throttled_for_2_s": Answer(503, b"busy", {"Retry-After": "2"}),
                "expired": fault("NotAuthenticated", host),
                "denied": fault("NoPermission", host),
                "capacity": fault("InsufficientMemoryResourcesFault"),
                "conflict": fault("TaskInProgress"),
                "not_found": fault("ManagedObjectNotFound"),
                "invented": fault("FluxCapacitorFault"),
            },
            is_act=lambda request: b"<ShutdownGuest " in request.body,
            secrets=(PASSWORD,),
        )
        provider.close()
        wire.close()
