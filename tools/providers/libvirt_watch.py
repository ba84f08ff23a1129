"""What changed on one hypervisor: libvirt tells of it, so that only those machines are read.

libvirt tells when a machine starts, stops, is paused, saved, defined or removed, when its notes,
its memory or its devices change, and when its agent comes or goes. It does not tell of snapshots,
of grown disks, nor of vCPUs: where others change those, it is seen when everything is read.
"""

from __future__ import annotations

import contextlib
import threading

from tools.providers.base import Changes
from tools.providers.libvirt_link import Link, is_alive, libvirt, untyped
from tools.providers.libvirt_record import Place, read_machines

_TOLD_OF = (
    "LIFECYCLE", "IO_ERROR", "PMWAKEUP", "PMSUSPEND", "BALLOON_CHANGE", "DEVICE_REMOVED",
    "AGENT_LIFECYCLE", "DEVICE_ADDED", "METADATA_CHANGE",
)  # fmt: skip


class Told:
    """Hears of machines that changed, on a connection of its own.

    libvirt's events are heard in one thread for all connections, which `libvirt_link` runs.
    """

    def __init__(self, link: Link, place: Place) -> None:
        self._link = link
        self._place = place
        self._listening: libvirt.virConnect | None = None
        self._number = 0
        self._changed: set[str] = set()
        self._known: dict[str, str] = {}
        self._heard = threading.Lock()
        self._turn = threading.Lock()

    def since(self, mark: str) -> Changes:
        """What changed since a mark; everything without one, or where the link broke meanwhile."""
        with self._turn, self._link.reading("Listing machines") as connection:
            if not self._hears():
                self._listen()
            elif mark and mark == str(self._number):
                return self._read(connection)
            self._take()
            vms = read_machines(connection, self._place)
            self._known = {vm.id.rpartition("/")[2]: vm.id for vm in vms}
            return Changes(str(self._number), vms, whole=True)

    def close(self) -> None:
        """Hear nothing more."""
        with self._turn:
            self._hang_up()

    def _read(self, connection: libvirt.virConnect) -> Changes:
        """Those that were told of, those that are new, and which are gone."""
        changed = self._take()
        domains = {domain.UUIDString(): domain for domain in connection.listAllDomains(0)}
        wanted = changed | (domains.keys() - self._known.keys())
        some = [domain for uuid, domain in domains.items() if uuid in wanted]
        seen = read_machines(connection, self._place, some) if some else []
        gone = [self._known.pop(uuid) for uuid in self._known.keys() - domains.keys()]
        self._known.update((vm.id.rpartition("/")[2], vm.id) for vm in seen)
        return Changes(str(self._number), seen, sorted(gone))

    def _take(self) -> set[str]:
        with self._heard:
            changed, self._changed = self._changed, set()
        return changed

    def _hears(self) -> bool:
        return self._listening is not None and is_alive(self._listening)

    def _listen(self) -> None:
        self._hang_up()
        connection = self._link.open()
        for name in _TOLD_OF:
            with contextlib.suppress(libvirt.libvirtError):  # some drivers tell of less
                event = getattr(libvirt, f"VIR_DOMAIN_EVENT_ID_{name}")
                untyped(connection).domainEventRegisterAny(None, event, self._hear, None)
        self._listening = connection
        self._number += 1

    def _hear(self, _: libvirt.virConnect, domain: libvirt.virDomain, *__: object) -> None:
        with self._heard:
            self._changed.add(domain.UUIDString())

    def _hang_up(self) -> None:
        if self._listening is not None:
            with contextlib.suppress(libvirt.libvirtError):
                self._listening.close()
            self._listening = None
