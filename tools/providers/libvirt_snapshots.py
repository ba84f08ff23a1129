"""Snapshots of one domain: memory and disks while it runs, disks while it is off."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from tools.errors import Conflict, InvalidRequest, NotFound, ProviderError
from tools.machine import State
from tools.providers import libvirt_notes, libvirt_power, libvirt_xml
from tools.providers.libvirt_link import in_our_words, libvirt
from tools.providers.libvirt_notes import Notes

_EXPECTED = {"running": State.RUNNING, "paused": State.PAUSED}


def take(domain: libvirt.virDomain, name: str, token: str) -> None:
    """Save it under a name that it has no snapshot of yet."""
    libvirt_notes.check_text("snapshot name", [name])
    if not name.strip() or "/" in name or name.startswith("."):
        raise InvalidRequest(f"{name!r} cannot name a snapshot.", hint="No slash, no leading dot.")
    if libvirt_power.state(domain) is State.SUSPENDED and not domain.isActive():
        raise Conflict(
            f"{domain.name()} is suspended; a snapshot would miss its memory.",
            hint="Resume it first.",
        )
    for snapshot in domain.listAllSnapshots(0):
        if snapshot.getName() == name:
            made_by = ET.fromstring(snapshot.getXMLDesc(0)).findtext("description")
            if token and made_by == token:
                return
            raise Conflict(f"{domain.name()} already has a snapshot {name!r}.")
    text = libvirt_xml.new_snapshot(name, token)
    domain.snapshotCreateXML(text, libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC)


def restore(domain: libvirt.virDomain, name: str, token: str, notes: Notes) -> None:
    """Put it back, keep its notes, and see that it came back as it was saved.

    The snapshot gets the notes with the token first: the revert itself then writes the token down,
    so that a request that is repeated after a crash finds it.

    Raises:
        ProviderError: it did not come back; often the machine is off now.
    """
    snapshot = _find(domain, name)
    text = snapshot.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE)
    saved_as = ET.fromstring(text).findtext("state", "")
    domain.snapshotCreateXML(
        libvirt_xml.restorable(text, notes.with_done(token)),
        libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE,
    )
    cause: libvirt.libvirtError | None = None
    try:
        domain.revertToSnapshot(_find(domain, name), 0)
    except libvirt.libvirtError as error:
        cause = error
    if cause is None and domain.hasManagedSaveImage(0):
        domain.managedSaveRemove(0)
    state = libvirt_power.state(domain)
    if cause is not None or state is not _EXPECTED.get(saved_as, State.STOPPED):
        libvirt_notes.write(domain, notes)
        raise _failed(domain.name(), name, state, cause) from cause


def _failed(
    machine: str, name: str, state: State, cause: libvirt.libvirtError | None
) -> ProviderError:
    said = (cause.get_error_message() or "").strip() if cause else "QEMU gave no reason"
    hint = "Look at the machine and its console before anything else."
    if "savevm" in said or "load" in said.lower() or state is State.STOPPED:
        hint = (
            "Its devices are no longer those of the snapshot, as after a vCPU was added while it "
            "ran, so QEMU cannot load the saved memory. The disks may already be the snapshot's. "
            "Start the machine to boot from its disks, or restore a snapshot that was taken while "
            "it was stopped."
        )
    return ProviderError(
        f"{machine} did not come back from the snapshot {name!r} and is {state.value} now: {said}",
        hint=hint,
        vendor_code=in_our_words(cause, name).vendor_code if cause else None,
    )


def delete(domain: libvirt.virDomain, name: str) -> None:
    """Remove one snapshot; later ones stay."""
    _find(domain, name).delete(0)


def _find(domain: libvirt.virDomain, name: str) -> libvirt.virDomainSnapshot:
    found = {snapshot.getName(): snapshot for snapshot in domain.listAllSnapshots(0)}
    if name not in found:
        raise NotFound(f"{domain.name()} has no snapshot {name!r}.", choices=tuple(found))
    return found[name]
