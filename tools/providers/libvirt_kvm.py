"""Whether a hypervisor's guests may really run under KVM. `/dev/kvm` being there proves nothing."""

from __future__ import annotations

import platform
import shutil
import subprocess
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from tools.providers.libvirt_link import libvirt


def virtualization(connection: libvirt.virConnect) -> str:
    """`kvm` where the processor and libvirt both allow it, else `qemu`, which emulates.

    On some cloud machines `/dev/kvm` opens and libvirt offers kvm, and guests hang silently: the
    processor's own flag decides, on this machine with what virt-host-validate says.
    """
    capabilities = ET.fromstring(connection.getCapabilities())
    offered = {d.get("type") for d in capabilities.iterfind("guest/arch/domain")}
    if "kvm" not in offered:
        return "qemu" if "qemu" in offered else next(iter(sorted(filter(None, offered))), "qemu")
    if urlsplit(connection.getURI()).hostname:
        features = {f.get("name") for f in capabilities.iterfind("host/cpu/feature")}
        x86 = capabilities.findtext("host/cpu/arch") == "x86_64"
        return "kvm" if not x86 or features & {"vmx", "svm"} else "qemu"
    return "kvm" if _this_machine_can() else "qemu"


@cache
def _this_machine_can() -> bool:
    if platform.machine() in ("x86_64", "AMD64"):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        flags = next((line for line in lines if line.startswith("flags")), "").split()
        if not {"vmx", "svm"} & set(flags):
            return False
    program = shutil.which("virt-host-validate")
    if program is None:
        return True
    try:
        done = subprocess.run(
            [program, "qemu"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    lines = [line for line in done.stdout.splitlines() if "hardware virtualization" in line]
    return all("FAIL" not in line for line in lines)


def architecture(connection: libvirt.virConnect) -> str:
    """The host's architecture, as libvirt names it."""
    return ET.fromstring(connection.getCapabilities()).findtext("host/cpu/arch") or "x86_64"


def described(connection: libvirt.virConnect, host: str) -> str:
    """Which libvirt it is, where, whether its machines run under KVM, and how many there are."""
    version = connection.getLibVersion()
    text = f"{version // 1_000_000}.{version // 1000 % 1000}.{version % 1000}"
    how = "KVM" if virtualization(connection) == "kvm" else "emulation, slow"
    return f"libvirt {text} on {host} ({how}), {len(connection.listAllDomains(0))} machines"
