"""Making machines, copying them, and removing them with what is theirs alone.

A new machine's uuid comes from the token of the request. So a repeated request finds the machine
that the first one made, or what is left of an attempt that broke off.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.errors import Conflict, InvalidRequest, NotAllowed, ProviderError
from tools.providers import libvirt_kvm, libvirt_notes, libvirt_xml
from tools.providers.base import NewMachine
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_notes import Notes
from tools.providers.libvirt_storage import Storage
from tools.providers.libvirt_xml import Description, Identity, NewDomain

_TOKENS = uuid.UUID("6f1c7a52-3b0e-5e0c-9f57-0a6d5c1c9b1e")
_LEAST_MAX_VCPUS = 4
_COPY_LIMIT_S = 3600


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where machines are made: within one `Link` context."""

    connection: libvirt.virConnect
    storage: Storage
    network: str
    now: datetime


def create(workshop: Workshop, new: NewMachine, token: str) -> str:
    """Make and start a machine; give its uuid.

    Raises:
        Conflict: the name is taken.
        NotFound: there is no such image.
        InvalidRequest: a name, size or tag cannot be.
    """
    _check(new)
    identity = _uuid_for(token)
    domain = _find(workshop.connection, identity)
    if domain is not None:
        if token not in libvirt_notes.read(domain).done and not domain.isActive():
            domain.create()
        return identity
    _check_name(workshop.connection, new.name)
    image = workshop.storage.image(new.image)
    with _cleaning_up(workshop, identity):
        path = workshop.storage.new_volume(f"{identity}-vda.qcow2", new.disk_gib, image)
        virtualization = libvirt_kvm.virtualization(workshop.connection)
        text = libvirt_xml.new_domain(
            NewDomain(
                name=new.name,
                uuid=identity,
                virtualization=virtualization,
                arch=libvirt_kvm.architecture(workshop.connection),
                vcpus=new.vcpus,
                max_vcpus=_max_vcpus(workshop.connection, virtualization, new.vcpus),
                memory_kib=libvirt_xml.memory_kib(new.memory_gib),
                disk_path=path,
                network=_network(workshop),
                console_log=workshop.storage.path(f"{identity}.console"),
                boot=image.boot,
                notes=Notes(workshop.now, new.image, tags=dict(new.tags)),
            )
        )
        workshop.connection.defineXML(text).create()
    return identity


def clone(workshop: Workshop, domain: libvirt.virDomain, name: str, token: str) -> str:
    """Copy a machine with its disks, stopped, under a new name; give the copy's uuid.

    A running machine is copied as its disks are at one moment, as after a power cut.

    Raises:
        Conflict: the name is taken.
    """
    libvirt_notes.check_text("name", [name])
    identity = _uuid_for(token)
    if _find(workshop.connection, identity) is not None:
        return identity
    _check_name(workshop.connection, name)
    # What runs may have more disks than the lasting definition, or fewer.
    description = Description.parse(domain.XMLDesc(0))
    notes = description.notes
    text = domain.XMLDesc(
        libvirt.VIR_DOMAIN_XML_SECURE
        | (libvirt.VIR_DOMAIN_XML_INACTIVE if domain.isPersistent() else 0)
    )
    own = [disk for disk in Description.parse(text).disks if not disk.shared]
    files = {disk.target: f"{identity}-{disk.target}.qcow2" for disk in own}
    with _cleaning_up(workshop, identity, files.values()):
        if domain.isActive():
            paths = {t: workshop.storage.path(file) for t, file in files.items()}
            for path in paths.values():
                workshop.storage.delete_file(path)
            _copy_running(domain, paths)
            workshop.storage.refresh()
        else:
            paths = {d.target: workshop.storage.copy_volume(d.path, files[d.target]) for d in own}
        copy = Identity(
            name=name,
            uuid=identity,
            disks={disk.path: paths[disk.target] for disk in own},
            console_log=workshop.storage.path(f"{identity}.console"),
            notes=Notes(workshop.now, notes.image, tags=notes.tags),
        )
        workshop.connection.defineXML(libvirt_xml.cloned(text, copy))
    return identity


def _copy_running(domain: libvirt.virDomain, paths: dict[str, str]) -> None:
    if not paths:
        return
    domain.backupBegin(libvirt_xml.new_backup(paths), untyped(None), 0)
    end = time.monotonic() + _COPY_LIMIT_S
    while _job(domain, 0).get("type", libvirt.VIR_DOMAIN_JOB_NONE) != libvirt.VIR_DOMAIN_JOB_NONE:
        if time.monotonic() > end:
            domain.abortJob()
            raise ProviderError(f"Copying the disks of {domain.name()} took too long.")
        time.sleep(0.1)
    if not _job(domain, libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED).get("success", False):
        raise ProviderError(f"Copying the disks of {domain.name()} failed.")


def _job(domain: libvirt.virDomain, flags: int) -> dict[str, Any]:
    return untyped(domain.jobStats(flags))


def delete(workshop: Workshop, domain: libvirt.virDomain) -> list[str]:
    """Remove a machine with its own disks, log and snapshots; give the disks that others need.

    The definition goes last: what breaks off can be asked for again and leaves nothing behind.

    Raises:
        NotAllowed: it is protected.
    """
    description = Description.parse(domain.XMLDesc(0))
    if libvirt_notes.read(domain).protected:
        raise NotAllowed(f"{domain.name()} is protected.", hint="Unprotect it first.")
    persistent = domain.isPersistent()
    if domain.isActive():
        domain.destroy()
    kept = workshop.storage.delete_all_of(description)
    if persistent:
        domain.undefineFlags(
            libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
            | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
            | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
            | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
        )
    return kept


def _uuid_for(token: str) -> str:
    return str(uuid.uuid5(_TOKENS, token) if token else uuid.uuid4())


def _find(connection: libvirt.virConnect, identity: str) -> libvirt.virDomain | None:
    domains = connection.listAllDomains(0)
    return next((domain for domain in domains if domain.UUIDString() == identity), None)


def _check(new: NewMachine) -> None:
    libvirt_notes.check_text("name", [new.name])
    libvirt_notes.check_text("tag", [*new.tags.keys(), *new.tags.values()])
    if new.vcpus < 1 or new.memory_gib <= 0:
        raise InvalidRequest("A machine needs at least one vCPU and some memory.")


def _check_name(connection: libvirt.virConnect, name: str) -> None:
    if not name.strip() or "/" in name:
        raise InvalidRequest(f"{name!r} cannot name a machine.", hint="No slash, not empty.")
    if any(domain.name() == name for domain in connection.listAllDomains(0)):
        raise Conflict(f"There is a machine {name!r} already.", hint="Choose another name.")


def _max_vcpus(connection: libvirt.virConnect, virtualization: str, vcpus: int) -> int:
    """Room to add vCPUs while it runs: twice what it starts with."""
    most = max(vcpus, connection.getMaxVcpus(virtualization))
    return min(most, max(2 * vcpus, _LEAST_MAX_VCPUS))


def _network(workshop: Workshop) -> str | None:
    networks = {n.name(): n for n in workshop.connection.listAllNetworks(0)}
    network = networks.get(workshop.network)
    if network is not None and not network.isActive():
        network.create()
    return network.name() if network is not None else None


@contextlib.contextmanager
def _cleaning_up(workshop: Workshop, identity: str, files: Iterable[str] = ()) -> Generator[None]:
    """Leave nothing behind where the making fails on a link that still lives."""
    try:
        yield
    except Exception:
        with contextlib.suppress(libvirt.libvirtError):
            domain = _find(workshop.connection, identity)
            if domain is not None:
                delete(workshop, domain)
        for file in (f"{identity}-vda.qcow2", f"{identity}.console", *files):
            with contextlib.suppress(libvirt.libvirtError):
                workshop.storage.delete_file(workshop.storage.path(file))
        raise
