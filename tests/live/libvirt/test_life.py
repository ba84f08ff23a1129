"""A real guest's whole life through the provider alone; virsh and the guest are witnesses."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.live.libvirt.session import NAME
from tests.live.libvirt.world import Hypervisor, wait_for
from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound, ProviderError
from tools.machine import State
from tools.providers.base import NewMachine
from tools.providers.libvirt import Libvirt, Options

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("libvirt"), pytest.mark.timeout(180)]

Token = Callable[[], str]
GIB = 1 << 30


def test_a_guest_is_listed_as_virsh_and_the_guest_say(
    provider: Libvirt, alpha: Hypervisor, guest: str
) -> None:
    vm = provider.get_machine(guest)
    assert provider.list_machines() == [vm]
    assert guest == f"libvirt/alpha/{alpha.virsh('domuuid', NAME)}"
    assert (vm.name, vm.host, vm.region, vm.provider) == (NAME, "alpha", "alpha", "libvirt")
    assert (vm.state, alpha.state(NAME)) == (State.RUNNING, "running")
    assert str(vm.vcpus) == alpha.sh(NAME, "nproc") == "1"
    assert vm.memory_gib == 0.25
    assert str(int(vm.disk_gib * GIB)) == alpha.sh(NAME, "blockdev --getsize64 /dev/vda")
    assert (vm.image, vm.tags, vm.os) == (alpha.image, {"env": "dev"}, "linux")
    assert f"inet {vm.private_ip}/24" in alpha.sh(NAME, "ip addr show eth0")
    assert "GUEST-BOOTED" in (provider.console_log(guest) or "")
    assert "1 machines" in provider.check()


def test_stop_is_gentle_and_start_boots_it_again(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    alpha.sh(NAME, "echo kept > /data/file")
    provider.stop(guest, token())
    assert alpha.state(NAME) == "shut off"
    assert provider.get_machine(guest).state is State.STOPPED
    provider.stop(guest, token())
    provider.start(guest, token())
    provider.start(guest, token())
    alpha.wait_for_boots(NAME, 2)
    assert alpha.sh(NAME, "cat /data/file") == "kept"
    assert provider.get_machine(guest).state is State.RUNNING


def test_without_an_agent_the_power_button_stops_it(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    alpha.sh(NAME, "(sleep 1; killall qemu-ga) > /dev/null 2>&1 &")
    agent = "devices/channel/target[@state='disconnected']"
    wait_for(lambda: alpha.xml(NAME).find(agent) is not None, 30, "agent gone")
    provider.stop(guest, token())
    assert alpha.state(NAME) == "shut off"
    assert "GUEST-POWERBUTTON" in alpha.console(NAME)


def test_a_guest_that_will_not_shut_down_is_a_conflict_and_force_ends_it(
    alpha: Hypervisor, guest: str, libvirt_images: Path, token: Token
) -> None:
    impatient = Libvirt.open(alpha.uri, options=Options(images=libvirt_images, stop_limit_s=2))
    alpha.sh(NAME, "touch /tmp/deaf")
    with pytest.raises(Conflict, match="did not shut down within 2 s") as refused:
        impatient.stop(guest, token())
    assert "force" in refused.value.hint
    began = time.monotonic()
    assert impatient.get_machine(guest).state is State.RUNNING
    assert time.monotonic() - began < 2, "the agent is still asked, and holds nobody up"
    assert alpha.state(NAME) == "running"
    impatient.stop(guest, token(), force=True)
    assert alpha.state(NAME) == "shut off"
    impatient.close()


def test_a_restart_boots_once_for_one_token(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    once = token()
    provider.restart(guest, once)
    provider.restart(guest, once)
    alpha.wait_for_boots(NAME, 2)
    provider.restart(guest, token(), force=True)
    alpha.wait_for_boots(NAME, 3)
    assert alpha.boots(NAME) == 3


def test_suspend_keeps_the_memory(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    alpha.sh(NAME, "echo in memory > /tmp/file")
    provider.suspend(guest, token())
    assert alpha.state(NAME) == "shut off"
    assert provider.get_machine(guest).state is State.SUSPENDED
    with pytest.raises(Conflict, match="suspended"):
        provider.stop(guest, token())
    provider.resume(guest, token())
    assert alpha.sh(NAME, "cat /tmp/file") == "in memory"
    alpha.virsh("suspend", NAME)
    assert provider.get_machine(guest).state is State.PAUSED
    provider.resume(guest, token())
    assert (alpha.state(NAME), alpha.boots(NAME)) == ("running", 1)


def test_resize_while_it_runs_and_while_it_is_off(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    provider.resize(guest, token(), vcpus=2, memory_gib=0.1875, size=None)
    wait_for(lambda: alpha.sh(NAME, "nproc") == "2", 30, "second vCPU")
    wait_for(lambda: provider.get_machine(guest).memory_gib == 0.1875, 30, "balloon")
    for vcpus, memory_gib in ((1, 0.1875), (64, 0.1875), (2, 1.0)):
        with pytest.raises(Conflict) as refused:
            provider.resize(guest, token(), vcpus=vcpus, memory_gib=memory_gib, size=None)
        assert "Stop it" in refused.value.hint
    assert alpha.sh(NAME, "nproc") == "2"
    provider.stop(guest, token(), force=True)
    provider.resize(guest, token(), vcpus=1, memory_gib=0.375, size=None)
    provider.start(guest, token())
    alpha.wait_for_boots(NAME, 2)
    vm = provider.get_machine(guest)
    assert (vm.vcpus, vm.memory_gib, alpha.sh(NAME, "nproc")) == (1, 0.375, "1")
    total_kib = int(alpha.sh(NAME, "awk '/MemTotal/ {print $2}' /proc/meminfo"))
    assert 0.3 < total_kib / (1 << 20) < 0.375


def test_restore_takes_away_what_was_written_since_the_snapshot(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    alpha.sh(NAME, "echo before > /data/file; echo before > /tmp/file; sync")
    provider.snapshot(guest, token(), name="clean")
    assert alpha.virsh("snapshot-list", NAME, "--name").split() == ["clean"]
    assert [s.name for s in provider.get_machine(guest).snapshots] == ["clean"]
    alpha.sh(NAME, "echo after > /data/file; echo after > /tmp/file; touch /data/new; sync")
    provider.set_tags(guest, token(), {"team": "core"})
    once = token()
    provider.restore(guest, once, snapshot="clean")
    assert alpha.sh(NAME, "cat /data/file /tmp/file; ls /data | grep -c new || true") == (
        "before\nbefore\n0"
    )
    alpha.sh(NAME, "echo later > /data/file")
    provider.restore(guest, once, snapshot="clean")
    assert alpha.sh(NAME, "cat /data/file") == "later"
    assert provider.get_machine(guest).tags == {"env": "dev", "team": "core"}
    provider.delete_snapshot(guest, token(), snapshot="clean")
    assert alpha.virsh("snapshot-list", NAME, "--name") == ""
    with pytest.raises(NotFound, match="no snapshot 'clean'"):
        provider.restore(guest, token(), snapshot="clean")


def test_snapshots_before_and_after_a_hot_added_vcpu_come_back(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    provider.snapshot(guest, token(), name="one")
    provider.resize(guest, token(), vcpus=2, memory_gib=0.25, size=None)
    wait_for(lambda: alpha.sh(NAME, "nproc") == "2", 30, "second vCPU")
    provider.snapshot(guest, token(), name="two")
    provider.restore(guest, token(), snapshot="one")
    assert (alpha.state(NAME), alpha.sh(NAME, "nproc")) == ("running", "1")
    provider.restore(guest, token(), snapshot="two")
    assert (alpha.state(NAME), alpha.sh(NAME, "nproc")) == ("running", "2")


def test_a_restore_that_kills_the_guest_is_a_failure_with_advice(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    foreign = alpha.virsh("dumpxml", NAME, "--inactive").replace(" queues='1'", "")
    definition = alpha.home / "foreign.xml"
    definition.write_text(foreign)
    provider.stop(guest, token(), force=True)
    alpha.virsh("define", str(definition))
    provider.start(guest, token())
    alpha.wait_for_boots(NAME, 2)
    provider.resize(guest, token(), vcpus=2, memory_gib=0.25, size=None)
    wait_for(lambda: alpha.sh(NAME, "nproc") == "2", 30, "second vCPU")
    provider.snapshot(guest, token(), name="doomed")
    with pytest.raises(ProviderError, match="did not come back") as failed:
        provider.restore(guest, token(), snapshot="doomed")
    assert "Start the machine" in failed.value.hint
    assert failed.value.vendor_code
    assert alpha.state(NAME) == "shut off"
    assert provider.get_machine(guest).state is State.STOPPED
    provider.start(guest, token())
    assert alpha.state(NAME) == "running"


def test_a_clone_is_a_machine_of_its_own(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    alpha.sh(NAME, "echo original > /data/file; sync")
    once = token()
    of_running = provider.clone(guest, "copy-1", once)
    assert provider.clone(guest, "copy-1", once) == of_running
    with pytest.raises(Conflict, match="already"):
        provider.clone(guest, "copy-1", token())
    assert alpha.names() == {NAME, "copy-1"}
    copy = provider.get_machine(of_running)
    assert (copy.state, copy.tags, copy.vcpus) == (State.STOPPED, {"env": "dev"}, 1)
    macs = {alpha.xml(n).find("devices/interface/mac").get("address") for n in (NAME, "copy-1")}  # type: ignore[union-attr]
    assert len(macs) == 2
    alpha.sh(NAME, "echo changed > /data/file; sync")
    provider.stop(guest, token())
    of_stopped = provider.clone(guest, "copy-2", token())
    assert of_stopped != of_running
    provider.start(of_running, token())
    provider.start(of_stopped, token())
    assert alpha.sh("copy-1", "cat /data/file") == "original"
    assert alpha.sh("copy-2", "cat /data/file") == "changed"
    provider.delete(of_running, token())
    assert alpha.names() == {NAME, "copy-2"}
    assert alpha.disks(NAME)["vda"].exists()


def test_disks_are_attached_once_and_grow_under_the_guest(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    once = token()
    provider.attach_disk(guest, once, size_gib=0.5)
    provider.attach_disk(guest, once, size_gib=0.5)
    assert set(alpha.disks(NAME)) == {"vda", "vdb"}
    size = "blockdev --getsize64"
    wait_for(lambda: "vdb" in alpha.sh(NAME, "ls /sys/block"), 30, "vdb in the guest")
    assert alpha.sh(NAME, f"{size} /dev/vdb") == str(GIB // 2)
    provider.resize_disk(guest, token(), size_gib=1)
    wait_for(lambda: alpha.sh(NAME, f"{size} /dev/vda") == str(GIB), 30, "vda grown")
    assert provider.get_machine(guest).disk_gib == 1.5
    with pytest.raises(InvalidRequest, match="can only grow"):
        provider.resize_disk(guest, token(), size_gib=0.5)
    provider.stop(guest, token(), force=True)
    provider.resize_disk(guest, token(), size_gib=2)
    assert provider.get_machine(guest).disk_gib == 2.5
    assert f"Capacity:       {2 * GIB}" in alpha.virsh("domblkinfo", NAME, "vda")


def test_tags_and_protection_live_in_the_domain(
    provider: Libvirt, alpha: Hypervisor, guest: str, libvirt_images: Path, token: Token
) -> None:
    provider.set_tags(guest, token(), {"team": "core & co", "env": "prod"})
    provider.remove_tags(guest, token(), ["env", "absent"])
    provider.set_protected(guest, token(), True)
    text = alpha.virsh("metadata", NAME, "urn:novacron:machine:1", "--config")
    assert 'value="core &amp; co"' in text.replace("'", '"')
    assert 'key="env"' not in text.replace("'", '"')
    afresh = Libvirt.open(alpha.uri, images=libvirt_images)
    vm = afresh.get_machine(guest)
    assert (vm.tags, vm.protected) == ({"team": "core & co"}, True)
    with pytest.raises(NotAllowed, match="protected"):
        afresh.delete(guest, token())
    assert alpha.state(NAME) == "running"
    with pytest.raises(InvalidRequest):
        afresh.set_tags(guest, token(), {"bell": "\a"})
    afresh.set_protected(guest, token(), False)
    afresh.close()
    assert provider.get_machine(guest).protected is False


def test_a_running_guest_moves_without_a_boot(
    provider: Libvirt,
    there: Libvirt,
    alpha: Hypervisor,
    beta: Hypervisor,
    guest: str,
    token: Token,
) -> None:
    alpha.sh(NAME, "echo in memory > /tmp/file; echo on disk > /data/file")
    provider.snapshot(guest, token(), name="s")
    with pytest.raises(Conflict, match="snapshot"):
        provider.migrate(guest, token(), host="beta")
    provider.delete_snapshot(guest, token(), snapshot="s")
    once = token()
    moved = provider.migrate(guest, once, host="beta")
    assert provider.migrate(guest, once, host="beta") == moved
    assert (alpha.names(), beta.names()) == (set(), {NAME})
    assert beta.state(NAME) == "running"
    assert beta.sh(NAME, "cat /tmp/file /data/file") == "in memory\non disk"
    assert beta.boots(NAME) == 1
    vm = there.get_machine(moved)
    assert (vm.host, vm.region, vm.state, vm.tags) == (
        "beta",
        "beta",
        State.RUNNING,
        {"env": "dev"},
    )
    assert provider.get_machines([moved]) == {moved: vm}
    there.stop(moved, token())
    there.introduce({"alpha": alpha.uri})
    back = there.migrate(moved, token(), host="alpha")
    assert (back, alpha.names(), beta.names()) == (guest, {NAME}, set())
    assert provider.get_machine(guest).state is State.STOPPED
    with pytest.raises(NotFound, match="knows no host 'gamma'"):
        provider.migrate(guest, token(), host="gamma")


def test_delete_takes_what_is_the_machines_alone(
    provider: Libvirt, alpha: Hypervisor, guest: str, libvirt_images: Path, token: Token
) -> None:
    provider.attach_disk(guest, token(), size_gib=0.1)
    provider.snapshot(guest, token(), name="s")
    before = {file.name for file in libvirt_images.iterdir()}
    assert len(list(alpha.storage.iterdir())) == 3
    provider.delete(guest, token())
    assert alpha.names() == set()
    assert list(alpha.storage.iterdir()) == []
    assert {file.name for file in libvirt_images.iterdir()} == before
    with pytest.raises(NotFound):
        provider.delete(guest, token())
    assert provider.get_machines([guest]) == {}


def test_create_makes_one_machine_for_one_token(
    provider: Libvirt, alpha: Hypervisor, token: Token
) -> None:
    wanted = NewMachine("new-1", "alpha", alpha.image, 1, 0.25, disk_gib=0.25, tags={"a": "b"})
    once = token()
    made = provider.create(wanted, once)
    assert provider.create(wanted, once) == made
    assert alpha.names() == {"new-1"}
    assert alpha.state("new-1") == "running"
    assert f"Capacity:       {GIB // 4}" in alpha.virsh("domblkinfo", "new-1", "vda")
    with pytest.raises(Conflict, match="already"):
        provider.create(wanted, token())
    with pytest.raises(NotFound, match="no image"):
        provider.create(NewMachine("new-2", "alpha", "absent", 1, 0.25), token())
    with pytest.raises(InvalidRequest, match="only the region"):
        provider.create(NewMachine("new-2", "mars", alpha.image, 1, 0.25), token())
    with pytest.raises(InvalidRequest, match="needs a disk of"):
        provider.create(NewMachine("new-2", "alpha", alpha.image, 1, 0.25, disk_gib=0.01), token())
    assert alpha.names() == {"new-1"}
    assert len(list(alpha.storage.iterdir())) == 2


def test_samples_tell_a_busy_guest_from_an_idle_one(
    provider: Libvirt, alpha: Hypervisor, guest: str, token: Token
) -> None:
    since = provider.get_machine(guest).created_at
    assert since is not None

    def cpu() -> float:
        time.sleep(0.6)
        return provider.samples([guest], since)[0].cpu or 0

    wait_for(lambda: cpu() < 30, 30, "an idle guest")
    idle = cpu()
    alpha.sh(NAME, "(while :; do :; done) > /dev/null 2>&1 &")
    wait_for(lambda: idle + 20 < cpu() <= 100, 30, "a busy guest")
    busy = provider.samples([guest], since)[0]
    assert busy.memory is not None
    assert 0 < busy.memory < 100
    provider.stop(guest, token(), force=True)
    assert provider.samples([guest], since) == []
