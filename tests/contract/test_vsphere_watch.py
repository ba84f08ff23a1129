"""vCenter tells what changed: only that is read; the requests are counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.test_vsphere import fit, id_of, opened
from tests.contract.wire import Wire
from tests.live.vcsim import build
from tests.live.vcsim.world import Vcenter, needed, vcenter
from tools.machine import State
from tools.providers.base import Provider

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]  # the first one builds it


@pytest.fixture
def vc() -> Iterator[Vcenter]:
    needed()
    build.binary()
    with vcenter("-machines", "10") as running:
        fit(running)
        yield running


@pytest.fixture
def wire(vc: Vcenter) -> Iterator[Wire]:
    made = Wire(vc.host, vc.port)
    yield made
    made.close()


@pytest.fixture
def provider(vc: Vcenter, wire: Wire) -> Iterator[Provider]:
    made = opened(vc, wire)
    yield made
    made.close()


def clone(vc: Vcenter, name: str) -> None:
    from pyVmomi import vim

    source = vc.machines()["web-01"]
    spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), powerOn=False, template=False)
    vc.do(source.CloneVM_Task(source.parent, name, spec))


def tag(vc: Vcenter, machine: Any, key: str, value: str) -> None:
    """A tag in vCenter's own sense, past the provider."""
    rest = vc.rest
    category: dict[str, Any] = {
        "name": key,
        "description": "",
        "cardinality": "SINGLE",
        "associable_types": [],
    }
    made = rest.post("tagging/category", json={"create_spec": category}).json()["value"]
    spec = {"name": value, "description": "", "category_id": made}
    tag_id = rest.post("tagging/tag", json={"create_spec": spec}).json()["value"]
    on = {"object_id": {"id": machine._moId, "type": "VirtualMachine"}}
    rest.post(f"tagging/tag-association/id:{tag_id}?~action=attach", json=on)


def test_only_what_changed_is_read(vc: Vcenter, wire: Wire, provider: Provider) -> None:
    first = provider.changes("")
    assert first.whole
    assert [vm.id for vm in first.seen] == [vm.id for vm in provider.list_machines()]
    with wire.counted() as sent:
        quiet = provider.changes(first.mark)
    assert (quiet.whole, list(quiet.seen), list(quiet.gone)) == (False, [], [])
    assert len(sent) <= 3
    assert not any(b"RetrieveProperties" in request.body for request in sent)

    vc.do(vc.machines()["web-01"].PowerOffVM_Task())
    second = provider.changes(quiet.mark)
    assert [(vm.name, vm.state) for vm in second.seen] == [("web-01", State.STOPPED)]

    clone(vc, "new-01")
    third = provider.changes(second.mark)
    assert "new-01" in {vm.name for vm in third.seen}
    assert len(third.seen) <= 2

    new = vc.machines()["new-01"]
    tag(vc, new, "env", "dev")
    fourth = provider.changes(third.mark)
    assert [(vm.name, vm.tags) for vm in fourth.seen] == [("new-01", {"env": "dev"})]

    gone = id_of(vc, "new-01")
    vc.do(new.Destroy_Task())
    fifth = provider.changes(fourth.mark)
    assert list(fifth.gone) == [gone]
    assert "new-01" not in {vm.name for vm in fifth.seen}

    vc.do(vc.machines()["DC0_H0_VM0"].PowerOffVM_Task())
    template = id_of(vc, "DC0_H0_VM0")
    vc.machines()["DC0_H0_VM0"].MarkAsTemplate()
    assert template in provider.changes(fifth.mark).gone


def test_a_session_that_ended_is_read_as_a_whole(vc: Vcenter, provider: Provider) -> None:
    first = provider.changes("")
    assert vc.end_sessions() >= 1
    vc.do(vc.machines()["web-01"].PowerOffVM_Task())
    again = provider.changes(first.mark)
    assert again.whole
    stopped = {vm.name for vm in again.seen if vm.state is State.STOPPED}
    assert "web-01" in stopped
    assert not provider.changes(again.mark).whole


def test_a_mark_of_another_time_is_no_mark(provider: Provider) -> None:
    provider.changes("")
    assert provider.changes("7:of-yesterday").whole


def test_devices_are_read_again_of_machines_that_were_configured_anew(
    vc: Vcenter, wire: Wire, provider: Provider
) -> None:
    from pyVmomi import vim

    sizes = {vm.name: vm.disk_gib for vm in provider.list_machines()}
    with wire.counted() as sent:
        assert {vm.name: vm.disk_gib for vm in provider.list_machines()} == sizes
    assert not any(b"config.hardware.device" in request.body for request in sent)

    machine = vc.machines()["web-01"]
    [disk] = [d for d in machine.config.hardware.device if hasattr(d, "capacityInKB")]
    disk.capacityInKB *= 2
    disk.capacityInBytes = disk.capacityInKB * 1024
    change = vim.vm.device.VirtualDeviceSpec(operation="edit", device=disk)
    vc.do(machine.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change])))
    clone(vc, "new-01")
    with wire.counted() as sent:
        listed = {vm.name: vm.disk_gib for vm in provider.list_machines()}
    asked = [request.body for request in sent if b"config.hardware.device" in request.body]
    assert len(asked) == 1
    assert asked[0].count(b'type="VirtualMachine"') == 2
    assert sizes["web-01"] > 0
    assert listed == {**sizes, "web-01": sizes["web-01"] * 2, "new-01": sizes["web-01"] * 2}
