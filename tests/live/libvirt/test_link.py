"""Links that break, daemons that fall silent: always our errors, never a wait without end."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.libvirt.world import Hypervisor, wait_for
from tools.errors import NovaError, OutcomeUnknown, Unreachable
from tools.machine import State
from tools.providers import libvirt_link
from tools.providers.libvirt import Libvirt, Options

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("libvirt"), pytest.mark.timeout(120)]

BARE = """<domain type='qemu'><name>bare</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os><devices/></domain>"""


@pytest.fixture
def gamma(libvirt_base: Path, libvirt_images: Path) -> Iterator[Hypervisor]:
    """A host of its own, to be broken."""
    started = Hypervisor.start("gamma", libvirt_base, libvirt_images)
    yield started
    started.stop()


@pytest.fixture
def daemon(gamma: Hypervisor) -> int:
    """The process id of its libvirtd."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if command.startswith("libvirtd") and str(gamma.home) in command:
            return int(folder.name)
    raise AssertionError("libvirtd is not running")


def bare_guest(gamma: Hypervisor) -> None:
    """Start a machine without a system, which hears no power button."""
    definition = gamma.home / "bare.xml"
    definition.write_text(BARE)
    gamma.virsh("define", str(definition))
    gamma.virsh("start", "bare")


def test_a_link_that_breaks_in_the_middle_of_an_act_leaves_the_outcome_unknown(
    gamma: Hypervisor,
) -> None:
    bare_guest(gamma)
    provider = Libvirt.open(gamma.uri, options=Options(stop_limit_s=60))
    machine_id = provider.list_machines()[0].id
    errors: list[NovaError] = []

    def stop() -> None:
        try:
            provider.stop(machine_id, "once")
        except NovaError as error:
            errors.append(error)

    stopping = threading.Thread(target=stop)
    stopping.start()
    time.sleep(1)
    gamma.stop()
    stopping.join(20)
    assert [type(error) for error in errors] == [OutcomeUnknown]
    with pytest.raises(Unreachable, match="cannot be reached"):
        provider.list_machines()
    provider.close()


def test_a_daemon_that_falls_silent_is_noticed_and_used_again_when_it_wakes(
    gamma: Hypervisor, daemon: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_guest(gamma)
    monkeypatch.setattr(libvirt_link, "_KEEP_ALIVE", (1, 1))
    monkeypatch.setattr(libvirt_link, "_OPEN_LIMIT_S", 1)
    provider = Libvirt.open(gamma.uri)
    os.kill(daemon, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="broke"):
            provider.list_machines()
        with pytest.raises(Unreachable, match="no answer in 1 s"):
            provider.list_machines()
        assert time.monotonic() - began < 8
    finally:
        os.kill(daemon, signal.SIGCONT)

    def answers() -> bool:
        try:
            return provider.list_machines()[0].state is State.RUNNING
        except Unreachable:
            return False

    wait_for(answers, 30, "the daemon again")
    provider.close()


def test_a_machine_that_vanishes_while_machines_are_listed_is_absent(gamma: Hypervisor) -> None:
    provider = Libvirt.open(gamma.uri)
    bare_guest(gamma)
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            gamma.virsh("destroy", "bare")
            gamma.virsh("undefine", "bare")
            bare_guest(gamma)

    churning = threading.Thread(target=churn)
    churning.start()
    try:
        counts = {len(provider.list_machines()) for _ in range(150)}
    finally:
        stop.set()
        churning.join(20)
    assert counts <= {0, 1}
    provider.close()
