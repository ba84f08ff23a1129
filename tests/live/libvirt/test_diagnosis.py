"""Six real troubles of a real guest, and none: what `diagnose_vms` says of each.

The console, the counters and the guest agent are the evidence; virsh and the guest's own files are
the witnesses that the trouble is there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.libvirt.session import NAME
from tests.live.libvirt.world import Hypervisor, Kept, wait_for
from tools.calls import Call
from tools.catalog import Result
from tools.control import Control, connect
from tools.identity import User
from tools.providers.base import Sample
from tools.settings import load_settings

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("libvirt"), pytest.mark.timeout(180)]

ADA = User("ada", frozenset({"operator"}))
AGENT = "devices/channel/target[@state='disconnected']"


@pytest.fixture
def control(
    alpha: Hypervisor, libvirt_images: Path, kept_guest: Kept, tmp_path: Path
) -> Iterator[Control]:
    """NovaCron over the first host, with a running `web-01`."""
    alpha.bring_back(kept_guest)
    settings = load_settings(
        data_dir=tmp_path, sandbox=False, libvirt_uris=alpha.uri, libvirt_images=libvirt_images
    )
    control, skipped = connect(settings)
    assert skipped == []
    yield control
    control.close()


def diagnose(control: Control, symptom: str | None = None) -> Result:
    """What is wrong with the guest."""
    call = Call.parse(
        {"tool": "diagnose_vms", "selector": {"names": [NAME]}, "args": {"symptom": symptom}}
    )
    return control.read(call, ADA).result


def first(result: Result) -> tuple[str, str]:
    """The first cause and what speaks for it."""
    assert result.rows, result.text
    return result.rows[0]["kind"], result.rows[0]["evidence"]


def give_way_to(domain: str) -> None:
    """Let the host's other work not take the guest's CPU, where this user may say so."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"guest={domain}," in (process / "cmdline").read_text(errors="replace"):
                for thread in (process / "task").iterdir():
                    os.setpriority(os.PRIO_PROCESS, int(thread.name), -20)


def seen_by_host(control: Control, enough: Callable[[Sample], bool]) -> None:
    """Wait until the hypervisor's counters show what the guest does."""
    (provider,) = control.inventory.providers.values()
    (machine,) = control.inventory.all()

    def shown() -> bool:
        samples = provider.samples([machine.id], control.clock())
        return bool(samples) and enough(samples[0])

    wait_for(shown, 60, "counters")


def test_a_guest_in_order_is_healthy_and_one_whose_agent_stopped_is_not(
    control: Control, alpha: Hypervisor
) -> None:
    seen_by_host(control, lambda s: s.cpu is not None and s.cpu < 60 and s.memory is not None)
    well = diagnose(control)
    assert (well.rows, well.data["healthy"]) == ((), [NAME]), well.text

    alpha.sh(NAME, "(sleep 1; killall qemu-ga) > /dev/null 2>&1 &")
    wait_for(lambda: alpha.xml(NAME).find(AGENT) is not None, 30, "agent gone")
    kind, evidence = first(diagnose(control, "its charts are empty"))
    assert kind == "agent-stopped"
    assert "answered before" in evidence


def test_a_kernel_panic_is_read_on_the_console(control: Control, alpha: Hypervisor) -> None:
    crash = "sleep 1; echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger"
    alpha.sh(NAME, f"({crash}) > /dev/null 2>&1 &")
    wait_for(lambda: "end Kernel panic" in alpha.console(NAME), 30, "panic")
    result = diagnose(control, "it is down")
    kind, evidence = first(result)
    assert kind == "kernel-panic"
    assert "console: “" in evidence
    assert "sysrq triggered crash" in evidence
    assert f"force restart {NAME}" in result.text


def test_a_full_disk_is_told_by_the_agent(control: Control, alpha: Hypervisor) -> None:
    alpha.sh(NAME, "dd if=/dev/zero of=/data/fill bs=1M 2> /dev/null; sync; true")
    assert "100%" in alpha.sh(NAME, "df /data | tail -1")
    kind, evidence = first(diagnose(control, "it cannot write"))
    assert kind == "disk-full"
    assert "disk " in evidence


def test_a_process_that_takes_the_cpu_is_seen_in_the_counters(
    control: Control, alpha: Hypervisor
) -> None:
    give_way_to(NAME)
    alpha.sh(NAME, "(while :; do :; done) > /dev/null 2>&1 &")
    seen_by_host(control, lambda s: s.cpu is not None and s.cpu >= 88)
    kind, evidence = first(diagnose(control, "it is slow"))
    assert kind == "cpu-hog"
    assert "cpu " in evidence


def test_memory_pressure_is_told_by_the_balloon(control: Control, alpha: Hypervisor) -> None:
    alpha.sh(
        NAME,
        "mkdir -p /fill; mount -t tmpfs -o size=95% fill /fill; n=0; "
        "while [ $(awk '/MemAvailable/ {print $2}' /proc/meminfo) -gt 14000 ]; do "
        "n=$((n+1)); dd if=/dev/zero of=/fill/$n bs=1M count=3 2> /dev/null || break; done",
    )
    seen_by_host(control, lambda s: s.memory is not None and s.memory >= 91)
    kind, evidence = first(diagnose(control, "everything is killed or slow"))
    assert kind in {"memory-full", "oom-killed"}
    assert "memory " in evidence


def test_a_network_that_is_cut_is_seen_at_the_card(control: Control, alpha: Hypervisor) -> None:
    mac = alpha.xml(NAME).find("devices/interface/mac")
    assert mac is not None
    alpha.virsh("domif-setlink", NAME, mac.get("address", ""), "down")
    kind, evidence = first(diagnose(control, "cannot ssh"))
    assert kind == "network-down"
    assert "its link is down" in evidence
