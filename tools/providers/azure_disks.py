"""Managed disks and snapshots of machines.

A snapshot of a machine is one of Azure's snapshots for each of its disks, bound together by tags.
Putting one back makes new disks of them and swaps these for the old ones; the machine is
deallocated meanwhile. New resources are named after the request's token, so a repeated request
finds what the first one made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from tools.errors import Conflict, InvalidRequest, NotFound
from tools.machine import LooseDisk
from tools.providers.azure_changes import Machine, mark_of
from tools.providers.azure_link import DISK_VERSION, Link
from tools.providers.azure_record import (
    MACHINE,
    OURS,
    SLOT,
    SNAPSHOT,
    TOKEN,
    Place,
    Record,
    SnapshotPart,
    disks_of,
    id_in,
    last,
    parse_id,
    parts_of,
    place_of,
    tags_of,
    time_of,
    where_of,
    within,
)

_SKU = "StandardSSD_LRS"
_REPLACES = "novacron-replaces"
_USD_GIB_MONTH = {"Standard_LRS": 0.04, "StandardSSD_LRS": 0.075, "Premium_LRS": 0.15}
"""List prices, about; written down without Azure's own list at hand."""


class Disks:
    """Verbs on one machine's disks."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._place = machine.place
        self._link = machine.link
        self._where = where_of(machine.vm)

    def attach(self, size_gib: float) -> None:
        """Add an empty disk, which goes when the machine is deleted."""
        path = f"{self._place.compute}/disks/nova-{self._machine.mark}"
        if any(_disk_id(disk) == path.lower() for _, disk in disks_of(self._machine.vm)):
            return
        make_disk(
            self._link, path, self._where,
            {"creationData": {"createOption": "Empty"}, "diskSizeGB": _whole(size_gib)}, _SKU,
        )  # fmt: skip
        disks = self._data_disks()
        taken = {int(disk["lun"]) for disk in disks}
        lun = next(number for number in range(len(taken) + 1) if number not in taken)
        self._set_data_disks([*disks, _attached(lun, path)])

    def _data_disks(self) -> list[dict[str, Any]]:
        kept = ("lun", "name", "createOption", "caching", "managedDisk", "deleteOption")
        return [
            {key: disk[key] for key in kept if key in disk}
            for slot, disk in disks_of(self._machine.vm)
            if slot != "os"
        ]

    def _set_data_disks(self, disks: Sequence[dict[str, Any]]) -> None:
        body = {"properties": {"storageProfile": {"dataDisks": list(disks)}}}
        self._machine.act("Changing the disks of", "update", body)

    def grow(self, size_gib: float) -> None:
        """Grow the OS disk: Azure does that only to a deallocated machine."""
        _, disk = disks_of(self._machine.vm)[0]
        now, wanted = int(disk.get("diskSizeGB") or 0), _whole(size_gib)
        if wanted < now:
            raise InvalidRequest(
                f"The disk of {self._machine.name} has {now} GiB; disks only grow."
            )
        if wanted == now and not self._machine.interrupted:
            return
        with self._machine.off():
            if wanted == now:
                return
            client = self._link.client("compute", self._place.subscription)
            place = _place_of(disk["managedDisk"]["id"])

            def send(**polling: Any) -> Any:
                return client.disks.begin_update(
                    *place, {"properties": {"diskSizeGB": wanted}},
                    api_version=DISK_VERSION, **polling,
                )  # fmt: skip

            self._link.act(f"Growing the disk of {self._machine.name}", send)

    def snapshot(self, name: str, parts: Sequence[SnapshotPart]) -> None:
        """Take a snapshot of every disk."""
        own = [part for part in parts if part.name == name]
        if any(part.token != self._machine.mark for part in own):
            raise Conflict(
                f"{self._machine.name} has a snapshot {name!r} already.",
                hint="Choose another name.",
            )
        done = {part.slot for part in own if part.taken}
        for slot, disk in disks_of(self._machine.vm):
            if slot not in done and disk.get("managedDisk"):
                self._take(name, slot, disk["managedDisk"]["id"])

    def _take(self, name: str, slot: str, source: str) -> None:
        take_snapshot(
            self._link, f"{self._place.compute}/snapshots/nova-{self._machine.mark}-{slot}",
            self._where["location"], source,
            {
                MACHINE: self._place.path.lower(), SNAPSHOT: name, SLOT: slot,
                TOKEN: self._machine.mark,
            },
        )  # fmt: skip

    def delete_snapshot(self, name: str, parts: Sequence[SnapshotPart]) -> None:
        """Remove a snapshot with all its parts."""
        own = [part for part in parts if part.name == name]
        if not own:
            raise NotFound(f"{self._machine.name} has no snapshot {name!r}.")
        for part in own:
            delete(self._link, "snapshots", part.path)

    def restore(self, name: str, parts: Sequence[SnapshotPart]) -> None:
        """Swap disks made of the snapshot for the machine's own."""
        own = [part for part in parts if part.name == name and part.taken]
        if not own:
            raise NotFound(f"{self._machine.name} has no snapshot {name!r}.")
        made = {part.slot: self._disk_of(part) for part in own}
        with self._machine.off():
            now = {slot: _disk_id(disk) for slot, disk in disks_of(self._machine.vm)}
            stale = {slot for slot, new in made.items() if now.get(slot) != str(new["id"]).lower()}
            if "os" in stale:
                self._swap_os(str(made["os"]["id"]))
            self._swap_data(made, stale - {"os"})
            for new in made.values():
                if replaced := tags_of(new).get(_REPLACES):
                    delete(self._link, "disks", self._beside(replaced))

    def _beside(self, replaced: str) -> str:
        group, _, name = replaced.partition("/")
        base = f"/subscriptions/{self._place.subscription}/resourceGroups/{group}"
        return f"{base}/providers/Microsoft.Compute/disks/{name}"

    def _disk_of(self, part: SnapshotPart) -> Any:
        """The new disk of a part: made now, or found from an earlier attempt.

        It notes what it replaces: after the swap that can no longer be seen.
        """
        name = f"nova-{mark_of(self._machine.token + part.slot)}"
        client = self._link.client("compute", self._place.subscription)

        def look() -> Any:
            return client.disks.get(self._place.group, name, api_version=DISK_VERSION)

        try:
            return self._link.read("Reading a disk", look)
        except NotFound:
            tags = {TOKEN: self._machine.mark}
        if old := _disk_id(self._disk_in(part.slot)):
            tags[_REPLACES] = "/".join(_place_of(old))
        properties = {"creationData": {"createOption": "Copy", "sourceResourceId": part.path}}
        path = f"{self._place.compute}/disks/{name}"
        make_disk(self._link, path, self._where, properties, self._sku(part.slot), tags)
        return self._link.read("Reading a disk", look)

    def _disk_in(self, slot: str) -> Record:
        """The machine's disk in a slot; an empty record where there is none."""
        return dict(disks_of(self._machine.vm)).get(slot, {})

    def _sku(self, slot: str) -> str:
        return str(within(self._disk_in(slot), "managedDisk").get("storageAccountType") or _SKU)

    def _swap_os(self, path: str) -> None:
        made = self._disk_in("os").get("createOption", "FromImage")  # it can never be changed
        disk = {"createOption": made, "name": last(path), "managedDisk": {"id": path}}
        body = {"properties": {"storageProfile": {"osDisk": disk}}}
        self._machine.act("Swapping the OS disk of", "update", body)

    def _swap_data(self, made: dict[str, Any], slots: set[str]) -> None:
        if not slots:
            return
        rest = [d for d in self._data_disks() if str(d["lun"]) not in slots]
        self._set_data_disks(rest)
        self._set_data_disks(
            [*rest, *[_attached(int(slot), str(made[slot]["id"])) for slot in sorted(slots)]]
        )


def _attached(lun: int, path: str) -> dict[str, Any]:
    return {
        "lun": lun, "createOption": "Attach", "managedDisk": {"id": path},
        "deleteOption": "Delete",
    }  # fmt: skip


def _disk_id(disk: Any) -> str:
    return id_in(disk, "managedDisk")


def _place_of(path: str) -> tuple[str, str]:
    """Resource group and name of a resource's id."""
    parts = path.split("/")
    return parts[4], parts[-1]


def make_disk(
    link: Link,
    path: str,
    where: dict[str, Any],
    properties: dict[str, Any],
    sku: str,
    tags: dict[str, str] | None = None,
) -> None:
    """Make a disk; one that is there under this id is the one that is meant."""
    body: dict[str, Any] = {**where, "sku": {"name": sku}, "properties": properties}
    if tags:
        body["tags"] = tags
    _make(link, "disks", path, body)


def take_snapshot(link: Link, path: str, location: str, source: str, tags: dict[str, str]) -> None:
    """Take a snapshot of a disk, of what changed since the last one."""
    creation = {"createOption": "Copy", "sourceResourceId": source}
    properties = {"creationData": creation, "incremental": True}
    _make(link, "snapshots", path, {"location": location, "tags": tags, "properties": properties})


def _operations(link: Link, kind: str, path: str) -> Any:
    return getattr(link.client("compute", path.split("/")[2].lower()), kind)


def _make(link: Link, kind: str, path: str, body: dict[str, Any]) -> None:
    make: Callable[..., Any] = _operations(link, kind, path).begin_create_or_update

    def send(**polling: Any) -> Any:
        return make(*_place_of(path), body, api_version=DISK_VERSION, **polling)

    link.act(f"Making {last(path)}", send)


def delete(link: Link, kind: str, path: str) -> None:
    """Remove a disk or a snapshot; one that is not there is gone already."""
    remove: Callable[..., Any] = _operations(link, kind, path).begin_delete

    def send(**polling: Any) -> Any:
        return remove(*_place_of(path), api_version=DISK_VERSION, **polling)

    link.act(f"Removing {last(path)}", send)


def loose(link: Link, subscription: str) -> list[LooseDisk]:
    """The managed disks of a subscription that are attached to no machine."""
    disks = link.client("compute", subscription).disks
    rows = link.rows(
        f"Listing the disks of {subscription}", lambda: disks.list(api_version=DISK_VERSION)
    )
    return [_loose(disk) for disk in rows if _is_loose(disk)]


def _is_loose(disk: Record) -> bool:
    return not disk.get("managedBy") and within(disk, "properties").get("diskState") == "Unattached"


def _loose(disk: Record) -> LooseDisk:
    properties = disk["properties"]
    made, off = properties.get("timeCreated"), properties.get("LastOwnershipUpdateTime")
    gib = float(properties.get("diskSizeGB") or 0)
    price = _USD_GIB_MONTH.get(str(within(disk, "sku").get("name")))
    return LooseDisk(
        id=place_of(disk).machine_id,
        name=str(disk["name"]),
        provider="azure",
        region=str(disk["location"]),
        size_gib=gib,
        created_at=time_of(made) if made else None,
        detached_at=time_of(off) if off else None,
        usd_month=round(gib * price, 2) if price else None,
        tags={key: value for key, value in tags_of(disk).items() if not key.startswith(OURS)},
    )


def delete_loose(link: Link, disk_id: str) -> None:
    """Remove a disk; Azure refuses one that is attached, and one that is gone is no error.

    Raises:
        NotFound: the id is none of Azure's.
    """
    place = parse_id(disk_id)
    if place is None:
        raise NotFound(f"No disk has the id {disk_id!r} on Azure.")
    delete(link, "disks", f"{place.compute}/disks/{place.name}")


def delete_snapshots_of(link: Link, place: Place) -> None:
    """Remove what NovaCron took of a machine, also when the machine is gone."""
    client = link.client("compute", place.subscription)
    rows = link.rows(
        "Listing snapshots",
        lambda: client.snapshots.list_by_resource_group(place.group, api_version=DISK_VERSION),
    )
    for part in parts_of(rows, ()).get(place.path.lower(), []):
        delete(link, "snapshots", part.path)


def _whole(size_gib: float) -> int:
    if size_gib <= 0:
        raise InvalidRequest("A disk needs a size.")
    return ceil(size_gib)
