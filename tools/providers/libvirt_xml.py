"""libvirt's XML: descriptions of domains, disks, volumes and snapshots, written and read."""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from tools.providers import libvirt_notes
from tools.providers.libvirt_notes import Notes

AGENT = "org.qemu.guest_agent.0"
_OSINFO = "{http://libosinfo.org/xmlns/libvirt/domain/1.0}os"
_KIB_PER = {"b": 1 / 1024, "KiB": 1, "k": 1, "MiB": 1024, "M": 1024, "GiB": 1 << 20, "G": 1 << 20}


def memory_kib(gib: float) -> int:
    """Memory as QEMU takes it, whole MiB, in KiB."""
    return round(gib * 1024) * 1024


def memory_gib(kib: int) -> float:
    """The shortest figure that comes to the same memory: 1.3 GiB for 1331 MiB."""
    exact = kib / (1 << 20)
    figures = (round(exact, digits) for digits in range(1, 5))
    return next((gib for gib in figures if memory_kib(gib) == kib), round(exact, 4))


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk of a machine; `shared` when it is not the machine's alone to write."""

    path: str
    target: str
    serial: str | None
    shared: bool


@dataclass(frozen=True, slots=True)
class Description:
    """What a domain's XML says that we need."""

    name: str
    uuid: str
    vcpus: int
    max_vcpus: int
    memory_kib: int
    max_memory_kib: int
    disks: tuple[Disk, ...]
    macs: tuple[str, ...]
    console_log: str | None
    agent_connected: bool
    windows: bool
    notes: Notes

    @classmethod
    def parse(cls, text: str) -> Description:
        """Read a domain's XML."""
        root = ET.fromstring(text)
        vcpu = root.find("vcpu")
        most = int(vcpu.text or 1) if vcpu is not None else 1
        memory = _kib(root.find("memory"))
        current = root.find("currentMemory")
        return cls(
            name=root.findtext("name", ""),
            uuid=root.findtext("uuid", ""),
            vcpus=int(vcpu.get("current") or most) if vcpu is not None else 1,
            max_vcpus=most,
            memory_kib=_kib(current) if current is not None else memory,
            max_memory_kib=memory,
            disks=tuple(d for e in root.iterfind("devices/disk") if (d := _disk(e)) is not None),
            macs=tuple(m.get("address", "") for m in root.iterfind("devices/interface/mac")),
            console_log=_console_log(root),
            agent_connected=_agent_connected(root),
            windows="microsoft.com" in _os_id(root),
            notes=libvirt_notes.of_domain_xml(root),
        )


def _kib(element: ET.Element | None) -> int:
    if element is None:
        return 0
    return int(int(element.text or 0) * _KIB_PER.get(element.get("unit", "KiB"), 1))


def _disk(element: ET.Element) -> Disk | None:
    source, target = element.find("source"), element.find("target")
    if element.get("device", "disk") != "disk" or source is None or target is None:
        return None
    path = source.get("file") or source.get("dev") or source.get("name") or ""
    shared = element.find("readonly") is not None or element.find("shareable") is not None
    return Disk(path, target.get("dev", ""), element.findtext("serial"), shared)


def _console_log(root: ET.Element) -> str | None:
    for device in (*root.iterfind("devices/serial"), *root.iterfind("devices/console")):
        log, source = device.find("log"), device.find("source")
        if log is not None:
            return log.get("file")
        if device.get("type") == "file" and source is not None:
            return source.get("path")
    return None


def _agent_connected(root: ET.Element) -> bool:
    targets = root.iterfind("devices/channel/target")
    return any(t.get("name") == AGENT and t.get("state") == "connected" for t in targets)


def _os_id(root: ET.Element) -> str:
    found = next(root.iter(_OSINFO), None)
    return found.get("id", "") if found is not None else ""


@dataclass(frozen=True, slots=True)
class NewDomain:
    """What a new domain's XML is made of; `boot` holds kernel, initrd and cmdline, or nothing."""

    name: str
    uuid: str
    virtualization: str
    arch: str
    vcpus: int
    max_vcpus: int
    memory_kib: int
    disk_path: str
    network: str | None
    console_log: str
    boot: Mapping[str, str]
    notes: Notes


def new_domain(new: NewDomain) -> str:
    """The XML of a machine with one disk, a serial console that is logged, and an agent channel."""
    domain = ET.Element("domain", type=new.virtualization)
    _add(domain, "name", new.name)
    _add(domain, "uuid", new.uuid)
    _add(domain, "memory", str(new.memory_kib), unit="KiB")
    _add(domain, "vcpu", str(new.max_vcpus), current=str(new.vcpus))
    libvirt_notes.put_into(domain, new.notes)
    boot = _add(domain, "os")
    _add(boot, "type", "hvm", arch=new.arch)
    for key, value in new.boot.items():
        _add(boot, key, value)
    features = _add(domain, "features")
    _add(features, "acpi")
    if new.virtualization == "kvm":
        _add(domain, "cpu", mode="host-model")
    for event, what in (("poweroff", "destroy"), ("reboot", "restart"), ("crash", "destroy")):
        _add(domain, f"on_{event}", what)
    devices = _add(domain, "devices")
    devices.append(_new_disk(new.disk_path, "vda", None))
    if new.network:
        card = _add(devices, "interface", type="network")
        _add(card, "source", network=new.network)
        _add(card, "model", type="virtio")
    serial = _add(devices, "serial", type="pty")
    _add(serial, "log", file=new.console_log, append="on")
    channel = _add(devices, "channel", type="unix")
    _add(channel, "target", type="virtio", name=AGENT)
    balloon = _add(devices, "memballoon", model="virtio")
    _add(balloon, "stats", period="5")
    rng = _add(devices, "rng", model="virtio")
    _add(rng, "backend", "/dev/urandom", model="random")
    return _text(domain)


def new_disk(path: str, target: str, serial: str) -> str:
    """The XML of one more disk."""
    return _text(_new_disk(path, target, serial))


def _new_disk(path: str, target: str, serial: str | None) -> ET.Element:
    disk = ET.Element("disk", type="file", device="disk")
    # One queue: by default there are as many as vCPUs at power-on, and then a snapshot that was
    # taken after a vCPU was added no longer fits the machine that it is restored on.
    # No host cache: what a migration needs.
    _add(disk, "driver", name="qemu", type="qcow2", cache="none", discard="unmap", queues="1")
    _add(disk, "source", file=path)
    _add(disk, "target", dev=target, bus="virtio")
    if serial:
        _add(disk, "serial", serial)
    return disk


def free_target(disks: tuple[Disk, ...]) -> str:
    """The first name that no disk has, such as `vdb`."""
    taken = {disk.target for disk in disks}
    return next(name for c in string.ascii_lowercase if (name := f"vd{c}") not in taken)


def new_volume(name: str, capacity: int | None, backing: tuple[str, str] | None) -> str:
    """The XML of a qcow2 volume; without a capacity it is as large as the (path, format) behind."""
    volume = ET.Element("volume")
    _add(volume, "name", name)
    if capacity is not None:
        _add(volume, "capacity", str(capacity), unit="bytes")
    target = _add(volume, "target")
    _add(target, "format", type="qcow2")
    _add(target, "compat", "1.1")
    if backing:
        store = _add(volume, "backingStore")
        _add(store, "path", backing[0])
        _add(store, "format", type=backing[1])
    return _text(volume)


def new_pool(name: str, path: str) -> str:
    """The XML of a pool that is a folder."""
    pool = ET.Element("pool", type="dir")
    _add(pool, "name", name)
    _add(_add(pool, "target"), "path", path)
    return _text(pool)


def new_snapshot(name: str, token: str) -> str:
    """The XML of a snapshot; it carries the token of the request that made it."""
    snapshot = ET.Element("domainsnapshot")
    _add(snapshot, "name", name)
    _add(snapshot, "description", token)
    return _text(snapshot)


def new_backup(copies: Mapping[str, str]) -> str:
    """The XML of a full copy of running disks: target name to file; other disks are left out."""
    backup = ET.Element("domainbackup")
    disks = _add(backup, "disks")
    for target, path in copies.items():
        disk = _add(disks, "disk", name=target, backup="yes", type="file")
        _add(disk, "target", file=path)
        _add(disk, "driver", type="qcow2")
    return _text(backup)


def restorable(snapshot: str, notes: Notes) -> str:
    """A snapshot's XML made fit to be restored.

    Its domain gets these notes, so that tags, protection and the ledger survive, and the vCPUs
    that it has become fixed ones: QEMU must have them all before it loads the memory.
    """
    root = ET.fromstring(snapshot)
    domains = (*root.iterfind("domain"), *root.iterfind("inactiveDomain"))
    for domain in domains:
        libvirt_notes.put_into(domain, notes)
        for vcpu in domain.iterfind("vcpus/vcpu"):
            if vcpu.get("enabled") == "yes":
                vcpu.set("hotpluggable", "no")
    return _text(root)


@dataclass(frozen=True, slots=True)
class Identity:
    """What distinguishes a copy from its original; `disks` maps old paths to new ones."""

    name: str
    uuid: str
    disks: Mapping[str, str]
    console_log: str
    notes: Notes


def cloned(original: str, identity: Identity) -> str:
    """A domain's XML with another identity; libvirt gives it network addresses of its own."""
    root = ET.fromstring(original)
    _must(root, "name").text = identity.name
    _must(root, "uuid").text = identity.uuid
    devices = _must(root, "devices")
    _drop(root, "genid")
    _drop(_must(root, "os"), "nvram")
    for card in devices.iterfind("interface"):
        _drop(card, "mac")
        _drop(card, "target")
    for disk in devices.iterfind("disk"):
        source = disk.find("source")
        if source is not None and source.get("file", "") in identity.disks:
            source.set("file", identity.disks[source.get("file", "")])
            _drop(disk, "backingStore")
    for device in (*devices.iterfind("serial"), *devices.iterfind("console")):
        for log in device.findall("log"):
            log.set("file", identity.console_log)
        source = device.find("source")
        if device.get("type") == "file" and source is not None:
            source.set("path", identity.console_log)
    libvirt_notes.put_into(root, identity.notes)
    return _text(root)


def _drop(parent: ET.Element, tag: str) -> None:
    for element in parent.findall(tag):
        parent.remove(element)


def _must(parent: ET.Element, tag: str) -> ET.Element:
    found = parent.find(tag)
    return ET.SubElement(parent, tag) if found is None else found


def _add(parent: ET.Element, tag: str, text: str | None = None, /, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = text
    return element


def _text(element: ET.Element) -> str:
    return ET.tostring(element, encoding="unicode")
