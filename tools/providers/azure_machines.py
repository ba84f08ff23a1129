"""Reading machines: all of a subscription in five lists, or a few one by one.

Azure gives what a machine is and what it does in two lists: nothing is asked machine by machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any

from tools.errors import NotFound
from tools.machine import VM
from tools.providers.azure_link import COMPUTE_VERSION, DISK_VERSION, Link
from tools.providers.azure_record import (
    Addresses,
    Place,
    Record,
    SnapshotPart,
    id_in,
    parse_id,
    parts_of,
    power_of,
    to_vm,
    within,
)

_A_FEW = 8
"""So many machines are read one by one; more of them from the lists."""
_KEEP_ADDRESSES_S = 30.0


class Machines:
    """The machines of some subscriptions; all that the sign-in sees where none is named."""

    def __init__(self, link: Link, subscriptions: Sequence[str]) -> None:
        self.link = link
        self._named = tuple(s.lower() for s in subscriptions)
        self._shapes: dict[str, tuple[int, float]] = {}
        self._locations: set[str] = set()
        self._kept: dict[str, tuple[float, Mapping[str, Addresses]]] = {}

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Their ids; asked for once, where the settings name none."""
        if not self._named:
            client = self.link.client("subscriptions")
            found = self.link.rows("Listing subscriptions", client.subscriptions.list)
            self._named = tuple(
                str(s.subscription_id).lower() for s in found if str(s.state).endswith("nabled")
            )
        if not self._named:
            raise NotFound("The Azure sign-in sees no enabled subscription.")
        return self._named

    def list(self) -> list[VM]:
        """All machines, by subscription, resource group and name."""
        subscriptions = self.subscriptions
        with ThreadPoolExecutor(len(subscriptions)) as pool:
            return [vm for vms in pool.map(self._all_of, subscriptions) for vm in vms]

    def get(self, ids: Sequence[str]) -> dict[str, VM]:
        """The machines that are there of those that are named."""
        by_subscription: dict[str, list[Place]] = {}
        for place in {p for i in ids if (p := parse_id(i)) is not None}:
            if place.subscription in self.subscriptions:
                by_subscription.setdefault(place.subscription, []).append(place)
        wanted, found = set(ids), dict[str, VM]()
        for subscription, places in by_subscription.items():
            few = len(places) <= _A_FEW
            vms = self._some_of(places) if few else self._all_of(subscription)
            found.update((vm.id, vm) for vm in vms if vm.id in wanted)
        return found

    def find(self, machine_id: str) -> tuple[Place, Any]:
        """One machine with its instance view, for a verb.

        Raises:
            NotFound: there is none.
        """
        place = parse_id(machine_id)
        if place is None or place.subscription not in self.subscriptions:
            raise NotFound(f"No machine has the id {machine_id!r} on Azure.")
        return place, self._one(place)

    def _one(self, place: Place) -> Any:
        client = self.link.client("compute", place.subscription)
        return self.link.read(
            f"Reading {place.name}",
            lambda: client.virtual_machines.get(
                place.group, place.name, expand="instanceView", api_version=COMPUTE_VERSION
            ),
        )

    def parts(self, place: Place, vms: Iterable[Record]) -> dict[str, list[SnapshotPart]]:
        """The snapshots in a resource group, by the machine that they are of."""
        client = self.link.client("compute", place.subscription)
        rows = self.link.rows(
            "Listing snapshots",
            lambda: client.snapshots.list_by_resource_group(place.group, api_version=DISK_VERSION),
        )
        return parts_of(rows, vms)

    def parts_of_one(self, place: Place, vm: Record) -> list[SnapshotPart]:
        """The snapshots of one machine."""
        return self.parts(place, [vm]).get(place.path.lower(), [])

    def _some_of(self, places: Sequence[Place]) -> list[VM]:
        rows: list[Any] = []
        for place in places:
            try:
                rows.append(self._one(place))
            except NotFound:
                continue
        parts: dict[str, list[SnapshotPart]] = {}
        for place in {place.group: place for place in places}.values():
            parts.update(self.parts(place, rows))
        powers = {
            str(vm["id"]).lower(): power_of(vm["properties"]["instanceView"].get("statuses", ()))
            for vm in rows
        }
        subscription = places[0].subscription
        addresses: Mapping[str, Addresses] = self.addresses(subscription) if rows else {}
        return self._records(subscription, rows, powers, parts, addresses)

    def _all_of(self, subscription: str) -> list[VM]:
        compute = self.link.client("compute", subscription)
        vms = compute.virtual_machines
        listings: tuple[Callable[[], Iterable[Any]], ...] = (
            lambda: vms.list_all(api_version=COMPUTE_VERSION),
            lambda: vms.list_all(status_only="true", api_version=COMPUTE_VERSION),
            lambda: compute.snapshots.list(api_version=DISK_VERSION),
        )
        what = f"Listing the machines of {subscription}"
        with ThreadPoolExecutor(4) as pool:
            beside = pool.submit(self.addresses, subscription)
            rows, statuses, snapshots = pool.map(self.link.rows, repeat(what), listings)
            addresses = beside.result()
        powers = {
            str(row["id"]).lower(): power_of(row["properties"]["instanceView"].get("statuses", ()))
            for row in statuses
        }
        parts = _beside(parts_of(snapshots, rows))
        return self._records(subscription, rows, powers, parts, addresses)

    def _records(
        self,
        subscription: str,
        rows: Sequence[Any],
        powers: Mapping[str, str | None],
        parts: Mapping[str, list[SnapshotPart]],
        addresses: Mapping[str, Addresses],
    ) -> list[VM]:
        for location in {str(vm["location"]) for vm in rows} - self._locations:
            self.sizes(subscription, location)
        found: list[VM] = []
        for vm in rows:
            key, nowhere = str(vm["id"]).lower(), Addresses()
            beside = parts.get(key, ()), addresses.get(key, nowhere)
            found.append(to_vm(vm, powers.get(key), self._shapes, *beside))
        return sorted(found, key=lambda vm: vm.id)

    def sizes(self, subscription: str, location: str) -> list[Any]:
        """The sizes of a location; what each is, is kept."""
        client = self.link.client("compute", subscription)
        found = self.link.rows(
            f"Listing the sizes in {location}",
            lambda: client.virtual_machine_sizes.list(location, api_version=COMPUTE_VERSION),
        )
        for size in found:
            figures = int(size["numberOfCores"]), size["memoryInMB"] / 1024
            self._shapes[str(size["name"]).lower()] = figures
        self._locations.add(location)
        return found

    def addresses(self, subscription: str) -> Mapping[str, Addresses]:
        """Each machine's addresses, by its lower-case id; read anew after half a minute."""
        kept = self._kept.get(subscription)
        if kept is None or time.monotonic() - kept[0] > _KEEP_ADDRESSES_S:
            kept = time.monotonic(), self._read_addresses(subscription)
            self._kept[subscription] = kept
        return kept[1]

    def forget_addresses(self) -> None:
        """A machine was made: its addresses are new."""
        self._kept.clear()

    def _read_addresses(self, subscription: str) -> Mapping[str, Addresses]:
        network = self.link.client("network", subscription)
        cards = self.link.rows("Listing network cards", network.network_interfaces.list_all)
        public = {
            str(row["id"]).lower(): row["properties"].get("ipAddress")
            for row in self.link.rows(
                "Listing public addresses", network.public_ip_addresses.list_all
            )
        }
        found: dict[str, Addresses] = {}
        for card in cards:
            owner = id_in(card["properties"], "virtualMachine")
            for config in card["properties"].get("ipConfigurations") or ():
                inner: Record = config["properties"]
                outside = public.get(id_in(inner, "publicIPAddress"))
                subnet = within(inner, "subnet").get("id")
                found.setdefault(owner, Addresses(inner.get("privateIPAddress"), outside, subnet))
        return found


def _beside(parts: Mapping[str, list[SnapshotPart]]) -> dict[str, list[SnapshotPart]]:
    """Only snapshots in the machine's own resource group: there they are looked for by name too."""
    return {
        machine: [p for p in group if p.path.lower().split("/")[4] == machine.split("/")[4]]
        for machine, group in parts.items()
    }
