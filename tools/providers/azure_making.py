"""Making machines, copying them through snapshots of their disks, and removing them."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound, OutcomeUnknown
from tools.providers import azure_disks
from tools.providers.azure_changes import Machine, check_tags, mark_of
from tools.providers.azure_images import is_windows
from tools.providers.azure_link import COMPUTE_VERSION, Link
from tools.providers.azure_machines import Machines
from tools.providers.azure_record import (
    OURS,
    PROTECTED,
    TOKEN,
    Place,
    disks_of,
    tags_of,
    where_of,
)
from tools.providers.base import NewMachine

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Site:
    """Where new machines go.

    Attributes:
        subnet: the id of the subnet that they are put into.
        image: what Azure is told of the image.
        user, key: who may sign in, and with which public key; without a key nobody can until a
            password is set in Azure.
    """

    subscription: str
    group: str
    subnet: str
    public: bool
    image: Mapping[str, str]
    user: str
    key: str


def create(machines: Machines, site: Site, new: NewMachine, size: str, token: str) -> str:
    """Make and start a machine; give its id.

    Raises:
        Conflict: the name is taken.
        InvalidRequest: a name, a tag or a size cannot be.
        Capacity: the region has no room, or a quota is used up.
    """
    check_tags(new.tags)
    disk: dict[str, Any] = {
        "createOption": "FromImage", "deleteOption": "Delete",
        "managedDisk": {"storageAccountType": "StandardSSD_LRS"},
    }  # fmt: skip
    if new.disk_gib:
        disk["diskSizeGB"] = ceil(new.disk_gib)
    properties = {
        "hardwareProfile": {"vmSize": size},
        "storageProfile": {"imageReference": dict(site.image), "osDisk": disk},
        "osProfile": _sign_in(site, new.name),
        "networkProfile": _card(site.subnet, new.name, site.public),
    }
    tags = {**new.tags, TOKEN: mark_of(token)}
    body = {"location": new.region, "tags": tags, "properties": properties}
    place = Place(site.subscription, site.group.lower(), new.name.lower())
    return _put(machines, place, new.name, body, token)


def _sign_in(site: Site, name: str) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "computerName": re.sub(r"[^A-Za-z0-9-]", "-", name)[: 15 if is_windows(site.image) else 63],
        "adminUsername": site.user,
    }
    if site.key and not is_windows(site.image):
        path = f"/home/{site.user}/.ssh/authorized_keys"
        keys = {"publicKeys": [{"path": path, "keyData": site.key}]}
        profile["linuxConfiguration"] = {"disablePasswordAuthentication": True, "ssh": keys}
    else:
        # Azure wants one; nobody learns it, and it is set anew in Azure where it is needed.
        profile["adminPassword"] = f"{secrets.token_urlsafe(32)}aA1!"
    return profile


def _card(subnet: str, name: str, public: bool) -> dict[str, Any]:
    address: dict[str, Any] = {"subnet": {"id": subnet}, "primary": True}
    if public:
        address["publicIPAddressConfiguration"] = {
            "name": f"{name}-ip", "properties": {"deleteOption": "Delete"},
            "sku": {"name": "Standard", "tier": "Regional"},
        }  # fmt: skip
    card = {
        "primary": True, "deleteOption": "Delete",
        "ipConfigurations": [{"name": "main", "properties": address}],
    }  # fmt: skip
    return {
        "networkApiVersion": "2020-11-01",
        "networkInterfaceConfigurations": [{"name": f"{name}-nic", "properties": card}],
    }


def _put(machines: Machines, place: Place, name: str, body: dict[str, Any], token: str) -> str:
    """Make the machine, unless this token made it; PUT on one that is there would change it."""
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"Azure takes no machine name {name!r}.",
            hint="Letters, digits, - _ and . only, at most 64, a letter or digit at both ends.",
        )
    link = machines.link
    there = _find(machines, place)
    if there is not None and tags_of(there).get(TOKEN) != mark_of(token):
        raise Conflict(
            f"There is a machine {name!r} in {place.group} already.", hint="Choose another name."
        )
    if there is None:
        make: Callable[..., Any] = link.client(
            "compute", place.subscription
        ).virtual_machines.begin_create_or_update

        def send(**polling: Any) -> Any:
            return make(place.group, name, body, api_version=COMPUTE_VERSION, **polling)

        link.act(f"Creating {name}", send)
    else:
        _until_made(machines, place)
    machines.forget_addresses()
    return place.machine_id


def _find(machines: Machines, place: Place) -> Any | None:
    try:
        return machines.find(place.machine_id)[1]
    except NotFound:
        return None


def _until_made(machines: Machines, place: Place) -> None:
    """Wait for what an earlier attempt began: its operation's address is lost, its state is not."""
    link: Link = machines.link
    until = time.monotonic() + link.limit_s
    while True:
        vm = _find(machines, place)
        if vm is None or vm["properties"].get("provisioningState") != "Creating":
            return
        if time.monotonic() > until:
            raise OutcomeUnknown(f"{place.name} is still being made after {link.limit_s:g} s.")
        time.sleep(link.poll_s)


def clone(machines: Machines, machine_id: str, name: str, token: str) -> str:
    """Copy a machine with its disks, as they are at one moment each; the copy runs.

    The copy has the same users and host name inside. Give its id.
    """
    source = Machine(machines, machine_id, token)
    place, link, vm = source.place, source.link, source.vm
    there = Place(place.subscription, place.group, name.lower())
    taken = _find(machines, there)
    if taken is not None and tags_of(taken).get(TOKEN) == source.mark:
        _until_made(machines, there)
        return there.machine_id
    if taken is not None:
        raise Conflict(f"There is a machine {name!r} already.", hint="Choose another name.")
    subnet = machines.addresses(place.subscription).get(place.path.lower())
    if subnet is None or subnet.subnet is None:
        raise Conflict(f"{source.name} is in no subnet that can be seen.")
    disks: dict[str, str] = {}
    for slot, disk in disks_of(vm):
        taken_of = f"{place.compute}/snapshots/nova-{source.mark}-{slot}"
        disks[slot] = f"{place.compute}/disks/nova-{source.mark}-{slot}"
        azure_disks.take_snapshot(
            link, taken_of, str(vm["location"]), str(disk["managedDisk"]["id"]),
            {TOKEN: source.mark},
        )  # fmt: skip
        creation = {"creationData": {"createOption": "Copy", "sourceResourceId": taken_of}}
        azure_disks.make_disk(
            link, disks[slot], where_of(vm), creation, "StandardSSD_LRS",
            {TOKEN: source.mark},
        )  # fmt: skip
        azure_disks.delete(link, "snapshots", taken_of)
    body = _copy_of(vm, disks, _card(subnet.subnet, name, False), source.mark)
    return _put(machines, there, name, body, token)


def _copy_of(
    vm: Mapping[str, Any], disks: Mapping[str, str], card: dict[str, Any], mark: str
) -> dict[str, Any]:
    os_disk = vm["properties"]["storageProfile"]["osDisk"]
    tags = {k: v for k, v in tags_of(vm).items() if not k.startswith(OURS)}
    data = [
        {
            "lun": int(slot), "createOption": "Attach", "deleteOption": "Delete",
            "managedDisk": {"id": path},
        }
        for slot, path in disks.items()
        if slot != "os"
    ]  # fmt: skip
    storage: dict[str, Any] = {
        "osDisk": {
            "createOption": "Attach", "osType": os_disk.get("osType", "Linux"),
            "deleteOption": "Delete", "managedDisk": {"id": disks["os"]},
        },
        "dataDisks": data,
    }  # fmt: skip
    properties: dict[str, Any] = {
        "hardwareProfile": dict(vm["properties"]["hardwareProfile"]),
        "storageProfile": storage,
        "networkProfile": card,
    }
    if security := vm["properties"].get("securityProfile"):
        properties["securityProfile"] = security
    return {**where_of(vm), "tags": {**tags, TOKEN: mark}, "properties": properties}


def delete(machines: Machines, machine_id: str, token: str) -> None:
    """Remove a machine, what is set to go with it, and the snapshots that were taken here.

    Raises:
        NotAllowed: it is protected, or a lock stands against it.
    """
    machine = Machine(machines, machine_id, token)
    if tags_of(machine.vm).get(PROTECTED) == "yes":
        raise NotAllowed(f"{machine.name} is protected.", hint="Unprotect it first.")
    try:
        machine.act("Deleting", "delete")
    except OutcomeUnknown:
        left = _find(machines, machine.place)
        if left is not None and left["properties"].get("provisioningState") != "Deleting":
            raise
    azure_disks.delete_snapshots_of(machine.link, machine.place)
