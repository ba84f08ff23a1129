"""Moving a machine to another hypervisor that has the same storage."""

from __future__ import annotations

import contextlib
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable

from tools.errors import Conflict, ProviderError
from tools.machine import State
from tools.providers import libvirt_power
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_storage import Storage
from tools.providers.libvirt_xml import Description


def has_moved(uuid: str | None, connection: libvirt.virConnect, peer: libvirt.virConnect) -> bool:
    """Whether a machine is at the peer and no longer here."""
    here, there = ({d.UUIDString() for d in c.listAllDomains(0)} for c in (connection, peer))
    return uuid in there and uuid not in here


def migrate(
    domain: libvirt.virDomain, storage: Storage, peer: libvirt.virConnect, peer_uri: str
) -> None:
    """Move a machine: running on, or only its definition where it is stopped.

    Raises:
        Conflict: snapshots, saved memory, no shared storage or host caches stand in the way.
        ProviderError: every way was tried and failed; the machine is where it was.
    """
    _check(domain)
    _check_shared(domain, storage, peer)
    keep = libvirt.VIR_MIGRATE_UNDEFINE_SOURCE | libvirt.VIR_MIGRATE_PERSIST_DEST
    live = bool(domain.isActive())
    flags = keep | (libvirt.VIR_MIGRATE_LIVE if live else libvirt.VIR_MIGRATE_OFFLINE)
    if live and _uncached(domain):
        # libvirt calls local paths unsafe; that both hosts see the same files has been proved.
        flags |= libvirt.VIR_MIGRATE_UNSAFE
    failures: list[str] = []
    if _by_daemons(domain, peer_uri, flags, failures, live=live) or _by_us(
        domain, peer, flags, failures
    ):
        return
    raise ProviderError(
        f"{domain.name()} could not be moved and stays: {'; '.join(failures)}",
        hint="The hypervisors must reach each other; see `virsh migrate --live`.",
    )


def _by_daemons(
    domain: libvirt.virDomain, peer_uri: str, flags: int, failures: list[str], *, live: bool
) -> bool:
    """Let the source's daemon talk to the target's; through their own link where QEMU cannot."""
    ways = (0, libvirt.VIR_MIGRATE_TUNNELLED) if live else (0,)
    return any(
        _tried(
            lambda extra=extra: domain.migrateToURI3(
                peer_uri, untyped({}), flags | libvirt.VIR_MIGRATE_PEER2PEER | extra
            ),
            failures,
        )
        for extra in ways
    )


def _by_us(
    domain: libvirt.virDomain, peer: libvirt.virConnect, flags: int, failures: list[str]
) -> bool:
    """Speak to both daemons, where they cannot speak to each other."""
    return _tried(lambda: domain.migrate3(peer, untyped({}), flags), failures)


def _tried(way: Callable[[], object], failures: list[str]) -> bool:
    try:
        way()
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_MIGRATE_UNSAFE:
            raise Conflict(
                "The machine's disks go through the host's cache, so moving it could lose data.",
                hint="Stop it and move it then, or give its disks cache='none'.",
            ) from error
        failures.append((error.get_error_message() or "").strip())
        return False
    return True


def _check(domain: libvirt.virDomain) -> None:
    name = domain.name()
    if not domain.isPersistent():
        raise Conflict(f"{name} has no lasting definition.", hint="Define it first.")
    if libvirt_power.state(domain) is State.SUSPENDED:
        raise Conflict(f"{name} is suspended.", hint="Resume it first.")
    if count := domain.snapshotNum(0):
        raise Conflict(
            f"{name} has {count} snapshots, which cannot move with it.",
            hint="Delete its snapshots first.",
        )


def _check_shared(domain: libvirt.virDomain, storage: Storage, peer: libvirt.virConnect) -> None:
    """Prove that the target sees the same disks: a new file made here must appear there."""
    for disk in Description.parse(domain.XMLDesc(0)).disks:
        volume = storage.volume(disk.path)
        pool = volume.storagePoolLookupByVolume()
        if not _seen_there(pool, peer):
            raise Conflict(
                f"The other host does not share the storage of {domain.name()} ({disk.path}).",
                hint="Move its disks to storage that both hosts mount at the same path.",
            )


def _seen_there(pool: libvirt.virStoragePool, peer: libvirt.virConnect) -> bool:
    name = f"novacron-probe-{uuid.uuid4().hex}"
    probe = pool.createXML(f"<volume><name>{name}</name><capacity>0</capacity></volume>", 0)
    try:
        path = probe.path()
        for there in peer.listAllStoragePools(libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE):
            target = ET.fromstring(there.XMLDesc(0)).findtext("target/path", "")
            if path == f"{target}/{name}":
                with contextlib.suppress(libvirt.libvirtError):
                    there.refresh(0)
        with contextlib.suppress(libvirt.libvirtError):
            return peer.storageVolLookupByPath(path).path() == path
        return False
    finally:
        probe.delete(0)


def _uncached(domain: libvirt.virDomain) -> bool:
    root = ET.fromstring(domain.XMLDesc(0))
    drivers = (disk.find("driver") for disk in root.iterfind("devices/disk"))
    return all(d is not None and d.get("cache") in ("none", "directsync") for d in drivers)
