"""What of the libvirt provider needs no hypervisor: finding one, figures, errors, readings."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools.control import open_providers
from tools.errors import InvalidRequest, NotAllowed, Unreachable
from tools.machine import State
from tools.providers import libvirt_discovery
from tools.providers.base import NewMachine
from tools.providers.libvirt import Libvirt
from tools.providers.libvirt_discovery import discover, introduce_all
from tools.providers.libvirt_notes import Notes
from tools.providers.libvirt_samples import Rates, Reading
from tools.providers.libvirt_storage import folder_images
from tools.providers.libvirt_xml import memory_gib, memory_kib
from tools.settings import Settings
from tools.times import utc_now

pytest.importorskip("libvirt")


@pytest.fixture(autouse=True)
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a hypervisor."""
    monkeypatch.setattr(libvirt_discovery, "_SYSTEM_FOLDER", str(tmp_path))
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return tmp_path


def test_where_nothing_is_nothing_is_found_at_once() -> None:
    began = time.perf_counter()
    assert discover() == []
    assert time.perf_counter() - began < 0.5


def test_a_socket_that_may_be_used_is_a_hypervisor(nothing_here: Path) -> None:
    (nothing_here / "libvirt-sock").touch()
    assert discover() == ["qemu:///system"]


def test_what_virsh_is_told_to_use_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "qemu+ssh://host/system")
    assert discover() == ["qemu+ssh://host/system"]


def test_a_socket_that_nobody_serves_is_unreachable_at_once(tmp_path: Path) -> None:
    stale = tmp_path / "sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(stale))
    began = time.perf_counter()
    with pytest.raises(Unreachable, match="cannot be reached") as refused:
        Libvirt.open(f"qemu+unix:///system?socket={stale}")
    assert time.perf_counter() - began < 5
    assert "libvirtd" in refused.value.hint


def test_connecting_where_nothing_is_takes_no_time(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, sandbox=False, libvirt_uris="auto")
    began = time.perf_counter()
    assert open_providers(settings, utc_now) == ([], [])
    assert time.perf_counter() - began < 2


def test_what_cannot_be_reached_is_skipped_and_named(tmp_path: Path) -> None:
    uri = f"qemu+unix:///system?socket={tmp_path / 'absent'}"
    settings = Settings(data_dir=tmp_path, sandbox=False, libvirt_uris=f"{uri} test:///default")
    providers, skipped = open_providers(settings, utc_now)
    assert [p.name for p in providers] == ["libvirt:test:///default"]
    assert [(s.name, s.error.code) for s in skipped] == [(f"libvirt:{uri}", "unreachable")]
    providers[0].close()


def test_a_uri_that_is_none_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        Libvirt.open("nonsense://")


@pytest.mark.parametrize(
    ("gib", "mib"), [(2, 2048), (0.25, 256), (0.1875, 192), (1.3, 1331), (1.465, 1500)]
)
def test_memory_comes_back_as_it_was_asked_for(gib: float, mib: int) -> None:
    assert memory_kib(gib) == mib * 1024
    assert memory_gib(mib * 1024) == gib


def test_memory_that_is_no_whole_mib_is_rounded() -> None:
    assert memory_gib(1_000_001) == 0.9537


def test_notes_survive_their_xml() -> None:
    notes = Notes(
        datetime(2026, 11, 23, tzinfo=UTC), "tiny", True, {"a&b": "<é>"}, ("t1",), ("t2", 7)
    )
    assert Notes.from_xml(notes.to_xml()) == notes


def test_the_ledger_forgets_the_oldest_and_ends_a_restart() -> None:
    notes = Notes(restarting=("t", 1))
    for number in range(100):
        notes = notes.with_done(str(number))
    assert notes.done[-1] == "99"
    assert len(notes.done) == 24
    assert notes.restarting is None


def test_rates_are_of_all_vcpus_and_absent_after_a_restart() -> None:
    before = Reading(0.0, 0, 0, 0, 2)
    after = Reading(2.0, 2_000_000_000, 1_000_000, 10, 2)
    assert Rates.between(before, after) == Rates(cpu=50.0, network=4.0, iops=5.0)
    assert Rates.between(after, before) is None


def test_images_are_disks_or_described_kernels(tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "debian.qcow2").write_bytes(b"QFI\xfb")
    (folder / "plain.raw").write_bytes(b"")
    (folder / "tiny.toml").write_text('kernel = "vmlinuz"\ncmdline = "quiet"\n')
    debian, plain, tiny = folder_images(folder)
    assert debian.disk == (str(folder / "debian.qcow2"), "qcow2")
    assert plain.disk == (str(folder / "plain.raw"), "raw")
    assert tiny.boot == {"kernel": str(folder / "vmlinuz"), "cmdline": "quiet"}
    (folder / "tiny.toml").write_text("kernel = [")
    with pytest.raises(InvalidRequest, match=r"tiny\.toml"):
        folder_images(folder)
    (folder / "tiny.toml").write_text('initramfs = "x"')
    with pytest.raises(InvalidRequest, match="initramfs"):
        folder_images(folder)
    with pytest.raises(InvalidRequest, match="does not exist"):
        folder_images(tmp_path / "absent")


def test_libvirts_own_test_driver_is_a_hypervisor_too() -> None:
    provider = Libvirt.open("test:///default")
    vm = provider.list_machines()[0]
    assert (vm.name, vm.state) == ("test", State.RUNNING)
    provider.stop(vm.id, "a", force=True)
    assert provider.get_machine(vm.id).state is State.STOPPED
    provider.start(vm.id, "b")
    assert provider.get_machine(vm.id).state is State.RUNNING
    with pytest.raises(InvalidRequest, match="only the region"):
        provider.create(NewMachine("x", "mars", "i", 1, 1), "c")
    introduce_all([provider])
    assert provider.offers()[0].hosts[0].name == provider.place.host
    provider.close()


def test_a_user_who_may_only_look_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    import libvirt

    code = libvirt.VIR_ERR_AUTH_UNAVAILABLE

    def refuse(uri: str) -> object:
        error = libvirt.libvirtError("")
        error.err = (code, 0, "authentication unavailable: no polkit agent", 0, "", "", "", 0, 0)
        raise error

    look = libvirt.openReadOnly
    monkeypatch.setattr(libvirt, "open", refuse)
    monkeypatch.setattr(libvirt, "openReadOnly", lambda uri: look("test:///default"))
    with pytest.raises(NotAllowed, match="look at it and nothing more") as caught:
        Libvirt.open("qemu:///system")
    assert "group libvirt" in caught.value.hint
    monkeypatch.setattr(libvirt, "openReadOnly", refuse)
    with pytest.raises(Unreachable, match="no polkit agent"):
        Libvirt.open("qemu:///system")


def test_a_hypervisor_on_this_machine_has_this_machine_s_clock() -> None:
    provider = Libvirt.open("test:///default")
    standing = provider.examine()
    provider.close()
    assert standing.reached.startswith("libvirt ")
    assert standing.reached.endswith("1 machines")
    assert (standing.lacks, standing.clock_off_s) == ((), 0.0)
