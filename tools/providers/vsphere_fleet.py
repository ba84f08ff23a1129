"""Reading one vCenter: its machines, its templates, and the places that they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.errors import NotFound
from tools.machine import VM, Host, Network, Offer
from tools.providers.vsphere_link import Link
from tools.providers.vsphere_notes import Attributes
from tools.providers.vsphere_record import (
    CONFIG_VERSION,
    DEVICES,
    GIB,
    LISTED_PATHS,
    MACHINE_PATHS,
    Places,
    Prices,
    Seen,
    disk_bytes,
    machine_record,
    place_paths,
)
from tools.providers.vsphere_stub import vim
from tools.providers.vsphere_tags import Tags


class Fleet:
    """What there is in one vCenter.

    Attributes:
        location: what stands for this vCenter in machine ids.
        places: hosts, clusters and datacenters as they were last read.
    """

    def __init__(self, link: Link, location: str, page: int, prices: Prices) -> None:
        self.location = location
        self.places = Places()
        self.attributes = Attributes(link)
        self.tags = Tags(link)
        self._link = link
        self._page = page
        self._prices = prices
        self._disks: dict[str, tuple[Any, int]] = {}

    def machine_id(self, ref: Any) -> str:
        """A machine's id here."""
        return f"vsphere/{self.location}/{ref._moId}"

    def reaches(self, machine_id: str) -> bool:
        """Whether the id names this vCenter."""
        return machine_id.startswith(f"vsphere/{self.location}/")

    def reference(self, machine_id: str) -> Any:
        """The machine of an id; nothing is asked."""
        return self._link.reference("VirtualMachine", machine_id.rpartition("/")[2])

    def survey(self) -> tuple[list[Seen], list[Seen]]:
        """Every machine and every template by name, and their places anew: a request a page."""
        wanted = LISTED_PATHS if self._disks else MACHINE_PATHS
        paths = {vim.VirtualMachine: wanted, **place_paths()}
        read = self._link.retrieve_all(paths, self._page)
        self.places = Places.of(read)
        seen = [Seen(ref, found) for ref, found in read if isinstance(ref, vim.VirtualMachine)]
        self._look_at_disks(seen)
        seen.sort(key=lambda one: (one.name, one.ref._moId))
        templates = [one for one in seen if one.get("config.template")]
        return [one for one in seen if not one.get("config.template")], templates

    def _look_at_disks(self, seen: Sequence[Seen]) -> None:
        """How large the disks are of machines that are new or configured anew since they were read.

        Where `seen` has the devices they are taken from there; for the others vCenter is asked.
        """
        known, read = dict[str, tuple[Any, int]](), list[Seen]()
        asked: list[Any] = []
        for one in seen:
            kept = self._disks.get(one.ref._moId)
            if DEVICES in one.properties:
                read.append(one)
            elif kept is None or kept[0] != one.get(CONFIG_VERSION):
                asked.append(one.ref)
            else:
                known[one.ref._moId] = kept
        paths = {vim.VirtualMachine: (CONFIG_VERSION, DEVICES)}
        for start in range(0, len(asked), self._page):
            found = self._link.retrieve(asked[start : start + self._page], paths)
            read.extend(Seen(ref, properties) for ref, properties in found)
        known.update((one.ref._moId, (one.get(CONFIG_VERSION), disk_bytes(one))) for one in read)
        self._disks = known

    def look_at_places(self) -> Places:
        """Hosts, clusters and datacenters, read afresh."""
        self.places = Places.of(self._link.retrieve_all(place_paths(), self._page))
        return self.places

    def read(self, refs: Sequence[Any]) -> list[Seen]:
        """These machines afresh, in one request; those that are gone are absent."""
        if not refs:
            return []
        read = self._link.retrieve(refs, {vim.VirtualMachine: MACHINE_PATHS})
        seen = [Seen(ref, found) for ref, found in read if found]
        if any(one.get("runtime.host") not in self.places.objects for one in seen):
            self.look_at_places()
        return [one for one in seen if not one.get("config.template")]

    def look(self, ref: Any) -> Seen:
        """One machine afresh.

        Raises:
            NotFound: it is not there.
        """
        found = self.read([ref])
        if not found:
            raise NotFound(f"No machine has the id {self.machine_id(ref)!r} on this vCenter.")
        return found[0]

    def records(
        self, seen: Sequence[Seen], tags: Mapping[str, dict[str, str]] | None = None
    ) -> list[VM]:
        """Machines as our records; their tags are asked for where they are not given."""
        if tags is None:
            tags = self.tags.of([one.ref._moId for one in seen])
        return [
            machine_record(
                self.machine_id(one.ref),
                one,
                self.places,
                self.attributes_of(one),
                tags.get(one.ref._moId, {}),
                self._prices,
                self._disk_bytes(one),
            )
            for one in seen
        ]

    def _disk_bytes(self, seen: Seen) -> int:
        if DEVICES in seen.properties:
            return disk_bytes(seen)
        _, known = self._disks.get(seen.ref._moId, (None, 0))
        return known

    def attributes_of(self, seen: Seen) -> dict[str, str]:
        """A machine's custom attributes, ours too."""
        return self.attributes.of(seen.get("customValue") or ())

    def offer(self) -> Offer:
        """Datacenters, templates, hosts and networks."""
        _, templates = self.survey()
        region = self.places.region
        hosts = tuple(
            Host(
                host.name,
                "vsphere",
                region(host.ref),
                host.get("summary.hardware.numCpuThreads") or 0,
                round((host.get("summary.hardware.memorySize") or 0) / GIB, 2),
            )
            for host in self.places.hosts
        )
        return Offer(
            "vsphere",
            regions=tuple(datacenter.name for datacenter in self.places.datacenters),
            images=tuple(dict.fromkeys(one.name for one in templates)),
            hosts=hosts,
            networks=tuple(
                Network(one.name, "vsphere", region(one.ref))
                for one in self.places.kind(vim.Network)
            ),
        )
