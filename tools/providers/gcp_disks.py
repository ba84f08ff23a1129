"""Disks and snapshots of instances.

A snapshot of a machine is one of Google's snapshots for each of its disks, bound together by
labels. Putting one back makes new disks of them and puts these in the place of the old ones: Google
has no other way back. New disks are named after the request's token, so a repeated request
finds what the first one made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from tools.errors import Conflict, InvalidRequest, NotFound
from tools.machine import LooseDisk
from tools.providers.gcp_link import Link, request_id
from tools.providers.gcp_machines import Machines
from tools.providers.gcp_power import Power
from tools.providers.gcp_record import MACHINE, OURS, TOKEN, Place, SnapshotPart, last

_RAN = "novacron-ran"
_REPLACES = "novacron-replaces"
_USD_GIB_MONTH = {"pd-standard": 0.04, "pd-balanced": 0.10, "pd-ssd": 0.17}
"""List prices of the US, about; written down without Google's own list at hand."""


def mark_of(token: str) -> str:
    """A token as a label's value, and as the end of a resource's name."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class Disks:
    """Verbs on one instance's disks."""

    def __init__(self, machines: Machines, place: Place, instance: Any, token: str) -> None:
        self._machines = machines
        self._link: Link = machines.link
        self._place = place
        self._instance = instance
        self._token = token
        self._mark = mark_of(token)

    def attach(self, size_gib: float) -> None:
        """Add an empty balanced disk, which goes when the machine is deleted."""
        name = f"nova-{self._mark}"
        if self._attached(name) is not None:
            return
        zone = f"zones/{self._place.zone}"
        self._make(name, {"size_gb": _whole(size_gib), "type_": f"{zone}/diskTypes/pd-balanced"})
        self._attach(name, device=name, boot=False, goes_along=True)

    def grow(self, size_gib: float) -> None:
        """Grow the boot disk."""
        boot = next((d for d in self._instance.disks if d.boot), None)
        if boot is None:
            raise Conflict(f"{self._instance.name} has no boot disk.")
        wanted = _whole(size_gib)
        if wanted == boot.disk_size_gb:
            return
        if wanted < boot.disk_size_gb:
            raise InvalidRequest(
                f"The disk of {self._instance.name} has {boot.disk_size_gb} GiB; disks only grow."
            )
        self._do(
            "growing the disk", "disks", "resize", "resize",
            disk=last(boot.source), disks_resize_request_resource={"size_gb": wanted},
        )  # fmt: skip

    def snapshot(self, name: str, parts: Sequence[SnapshotPart]) -> None:
        """Take a snapshot of every disk, all at once."""
        own = [part for part in parts if part.name == name]
        if any(part.token != self._mark for part in own):
            raise Conflict(
                f"{self._instance.name} has a snapshot {name!r} already.",
                hint="Choose another name.",
            )
        what = f"Taking the snapshot {name} of {self._instance.name}"
        begun = [
            self._link.act(
                what, "disks", "create_snapshot", project=self._place.project,
                zone=self._place.zone, disk=last(disk.source),
                request_id=request_id(self._token, f"snapshot {disk.device_name}"),
                snapshot_resource=self._snapshot_body(disk, name, number),
            )
            for number, disk in enumerate(self._instance.disks)
            if disk.source and not any(p.device == disk.device_name for p in own)
        ]  # fmt: skip
        for operation in begun:
            self._link.follow(what, operation)

    def _snapshot_body(self, disk: Any, name: str, number: int) -> dict[str, Any]:
        note = {"name": name, "device": disk.device_name, "boot": disk.boot}
        return {
            "name": f"nova-{self._mark}-{number}",
            "description": json.dumps(note),
            "labels": {MACHINE: self._place.number, TOKEN: self._mark},
        }

    def delete_snapshot(self, name: str, parts: Sequence[SnapshotPart]) -> None:
        """Remove a snapshot with all its parts."""
        own = [part for part in parts if part.name == name]
        if not own:
            raise NotFound(f"{self._instance.name} has no snapshot {name!r}.")
        delete_parts(self._link, own, self._token)

    def restore(self, name: str, parts: Sequence[SnapshotPart]) -> None:
        """Put new disks made of the snapshot in the place of the old ones."""
        own = [part for part in parts if part.name == name and part.taken]
        if not own:
            raise NotFound(f"{self._instance.name} has no snapshot {name!r}.")
        status = self._instance.status
        if status not in ("RUNNING", "TERMINATED") and self._find(self._name_for(own[0])) is None:
            raise Conflict(f"{self._instance.name} is {status.lower()}.", hint="Stop it first.")
        made = [self._disk_of(part, status == "RUNNING") for part in own]
        ran = any(disk.labels.get(_RAN) == "yes" for disk in made)
        if ran:
            self._power().act("stop", "stop to restore")
        for part, disk in zip(own, made, strict=True):
            self._put_in_place(part, disk)
        if ran:
            self._power().act("start", "start after restore")

    def _name_for(self, part: SnapshotPart) -> str:
        return f"nova-{mark_of(self._token + part.device)}"

    def _disk_of(self, part: SnapshotPart, runs: bool) -> Any:
        """The new disk of a part: made now, or found from an earlier attempt.

        It notes what it replaces and whether the machine ran: after an interruption both can no
        longer be seen.
        """
        name = self._name_for(part)
        there = self._find(name)
        if there is not None:
            return there
        old = next((d for d in self._instance.disks if d.device_name == part.device), None)
        labels = {TOKEN: self._mark, _RAN: "yes" if runs else "no"}
        kind: dict[str, str] = {}
        if old is not None:
            labels[_REPLACES] = last(old.source)
            disk = self._link.get(
                "Reading a disk", "disks", project=self._place.project, zone=self._place.zone,
                disk=last(old.source),
            )  # fmt: skip
            kind = {"type_": disk.type_}
        self._make(name, {"source_snapshot": part.link, "labels": labels, **kind})
        return self._find(name)

    def _put_in_place(self, part: SnapshotPart, disk: Any) -> None:
        _, self._instance = self._machines.find(self._place.machine_id)
        there = next((d for d in self._instance.disks if d.device_name == part.device), None)
        goes_along = there.auto_delete if there is not None else True
        if there is None or last(there.source) != disk.name:
            if there is not None:
                self._power().act(
                    "detach_disk", f"detach {part.device}", device_name=part.device
                )  # fmt: skip
            self._attach(disk.name, device=part.device, boot=part.boot, goes_along=goes_along)
        replaced = disk.labels.get(_REPLACES, "")
        if replaced and self._find(replaced) is not None:
            self._do(
                "removing the old disk", "disks", "delete", f"delete {part.device}", disk=replaced
            )

    def _make(self, name: str, body: dict[str, Any]) -> None:
        def send() -> None:
            wanted = {"name": name, **body}
            self._do("making a disk", "disks", "insert", f"make {name}", disk_resource=wanted)

        unless_there(send)

    def _attach(self, name: str, *, device: str, boot: bool, goes_along: bool) -> None:
        source = f"projects/{self._place.project}/zones/{self._place.zone}/disks/{name}"
        self._power().act(
            "attach_disk", f"attach {device}",
            attached_disk_resource={
                "source": source, "device_name": device, "boot": boot, "auto_delete": goes_along,
            },
        )  # fmt: skip

    def _attached(self, name: str) -> Any | None:
        return next((d for d in self._instance.disks if last(d.source) == name), None)

    def _find(self, name: str) -> Any | None:
        try:
            return self._link.get(
                "Reading a disk", "disks",
                project=self._place.project, zone=self._place.zone, disk=name,
            )  # fmt: skip
        except NotFound:
            return None

    def _power(self) -> Power:
        return Power(self._link, self._place, self._instance, self._token)

    def _do(self, what: str, client: str, method: str, step: str, **more: Any) -> None:
        what = f"{self._instance.name}: {what}"
        operation = self._link.act(
            what, client, method, project=self._place.project, zone=self._place.zone,
            request_id=request_id(self._token, step), **more,
        )  # fmt: skip
        self._link.follow(what, operation)


def loose(machines: Machines, project: str) -> list[LooseDisk]:
    """The disks of a project's zones that are attached to no instance; regional ones are left."""
    rows = machines.link.scoped_rows(
        f"Listing the disks of {project}", "disks", "disks",
        project=project, max_results=machines.page,
    )  # fmt: skip
    return [_loose(project, d) for d in rows if d.zone and not d.users and d.status == "READY"]


def _loose(project: str, disk: Any) -> LooseDisk:
    zone, off = last(disk.zone), disk.last_detach_timestamp
    price = _USD_GIB_MONTH.get(last(disk.type_))
    return LooseDisk(
        id=f"gcp/{project}.{zone}/{disk.name}",
        name=disk.name,
        provider="gcp",
        region=zone.rpartition("-")[0],
        size_gib=float(disk.size_gb),
        created_at=datetime.fromisoformat(disk.creation_timestamp),
        detached_at=datetime.fromisoformat(off) if off else None,
        usd_month=round(disk.size_gb * price, 2) if price else None,
        tags={key: value for key, value in disk.labels.items() if not key.startswith(OURS)},
    )


def delete_loose(machines: Machines, disk_id: str, token: str) -> None:
    """Remove a disk; Google refuses one that is attached, and one that is gone is no error.

    Raises:
        NotFound: the id is none of this connection's.
    """
    place, _, name = disk_id.removeprefix("gcp/").rpartition("/")
    project, _, zone = place.rpartition(".")
    if project not in machines.projects:
        raise NotFound(f"No disk has the id {disk_id!r} on Google Cloud.")
    what = f"Deleting the disk {name}"
    try:
        operation = machines.link.act(
            what, "disks", "delete", project=project, zone=zone, disk=name,
            request_id=request_id(token, f"delete {name}"),
        )  # fmt: skip
    except NotFound:
        return
    machines.link.follow(what, operation)


def unless_there(send: Callable[[], None]) -> None:
    """Make something whose name comes from the token: if it is there, an earlier attempt did."""
    try:
        send()
    except Conflict as error:
        if error.vendor_code not in ("alreadyExists", "RESOURCE_ALREADY_EXISTS"):
            raise


def delete_parts(link: Link, parts: Sequence[SnapshotPart], token: str) -> None:
    """Remove these parts of snapshots, all at once; one that is gone is no error."""
    begun: list[Any] = []
    for part in parts:
        try:
            operation = link.act(
                f"Deleting the snapshot {part.name}", "snapshots", "delete",
                project=part.project, snapshot=part.resource,
                request_id=request_id(token, f"delete {part.resource}"),
            )  # fmt: skip
        except NotFound:
            continue
        begun.append(operation)
    for operation in begun:
        link.follow("Deleting a snapshot", operation)


def _whole(size_gib: float) -> int:
    if size_gib <= 0:
        raise InvalidRequest("A disk needs a size.")
    return ceil(size_gib)
