"""vCPUs, memory and disks of one domain: live where QEMU can, else only while it is stopped."""

from __future__ import annotations

import hashlib
import uuid

from tools.errors import Conflict, InvalidRequest
from tools.machine import State
from tools.providers import libvirt_power, libvirt_xml
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_storage import GIB, Storage
from tools.providers.libvirt_xml import Description

_KIB_PER_GIB = 1 << 20


def resize(domain: libvirt.virDomain, vcpus: int, memory_gib: float) -> None:
    """Give it these vCPUs and this memory.

    While it runs, vCPUs can be added up to the maximum of its definition, and memory can move below
    its own. Anything else needs a stop, and then nothing is changed.

    Raises:
        Conflict: it runs and must be stopped first, or it is suspended.
    """
    _not_suspended(domain)
    memory_kib = libvirt_xml.memory_kib(memory_gib)
    if vcpus < 1 or memory_kib < 1:
        raise InvalidRequest("A machine needs at least one vCPU and some memory.")
    if domain.isActive():
        _resize_running(domain, vcpus, memory_kib)
    else:
        _resize_stopped(domain, vcpus, memory_kib)


def _resize_running(domain: libvirt.virDomain, vcpus: int, memory_kib: int) -> None:
    now = Description.parse(domain.XMLDesc(0))
    obstacle = None
    if vcpus > now.max_vcpus:
        obstacle = f"takes at most {now.max_vcpus} vCPUs while it runs"
    elif vcpus < now.vcpus:
        obstacle = "cannot give vCPUs back while it runs"
    elif memory_kib > now.max_memory_kib:
        obstacle = f"takes at most {now.max_memory_kib / _KIB_PER_GIB:g} GiB while it runs"
    if obstacle:
        raise Conflict(f"{now.name} {obstacle}.", hint="Stop it, resize it, and start it again.")
    both = libvirt.VIR_DOMAIN_AFFECT_LIVE
    if domain.isPersistent():
        both |= libvirt.VIR_DOMAIN_AFFECT_CONFIG
    if vcpus != now.vcpus:
        domain.setVcpusFlags(vcpus, both)
    if memory_kib != now.memory_kib:
        domain.setMemoryFlags(memory_kib, both)


def _resize_stopped(domain: libvirt.virDomain, vcpus: int, memory_kib: int) -> None:
    config = libvirt.VIR_DOMAIN_AFFECT_CONFIG
    before = Description.parse(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    if vcpus > before.max_vcpus:
        domain.setVcpusFlags(vcpus, config | libvirt.VIR_DOMAIN_VCPU_MAXIMUM)
    domain.setVcpusFlags(vcpus, config)
    domain.setMemoryFlags(memory_kib, config | libvirt.VIR_DOMAIN_MEM_MAXIMUM)
    domain.setMemoryFlags(memory_kib, config)


def attach_disk(domain: libvirt.virDomain, storage: Storage, token: str, size_gib: float) -> None:
    """Add an empty disk; its serial number comes from the token, so that it is added once."""
    _not_suspended(domain)
    now = Description.parse(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    serial = hashlib.sha256((token or uuid.uuid4().hex).encode()).hexdigest()[:16]
    if any(disk.serial == serial for disk in now.disks):
        return
    if size_gib <= 0:
        raise InvalidRequest("A disk needs a size above 0 GiB.")
    path = storage.new_volume(f"{now.uuid}-{serial}.qcow2", size_gib)
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG if domain.isPersistent() else 0
    if domain.isActive():
        flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE
    text = libvirt_xml.new_disk(path, libvirt_xml.free_target(now.disks), serial)
    try:
        domain.attachDeviceFlags(text, flags)
    except libvirt.libvirtError:
        storage.delete_file(path)
        raise


def resize_disk(domain: libvirt.virDomain, storage: Storage, size_gib: float) -> None:
    """Grow the first disk; the file system inside is the guest's own affair.

    Raises:
        InvalidRequest: it would shrink.
    """
    _not_suspended(domain)
    disks = [d for d in Description.parse(domain.XMLDesc(0)).disks if not d.shared]
    if not disks:
        raise Conflict(f"{domain.name()} has no disk of its own.")
    wanted, disk = int(size_gib * GIB), disks[0]
    present = untyped(domain.blockInfo(disk.target))[0]
    if wanted < present:
        raise InvalidRequest(
            f"The disk of {domain.name()} has {present / GIB:g} GiB and can only grow."
        )
    if wanted == present:
        return
    if domain.isActive():
        domain.blockResize(disk.target, wanted, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)
    else:
        storage.volume(disk.path).resize(wanted)


def _not_suspended(domain: libvirt.virDomain) -> None:
    if libvirt_power.state(domain) is State.SUSPENDED:
        raise Conflict(
            f"{domain.name()} is suspended; its saved memory fits it only as it is.",
            hint="Resume it first.",
        )
