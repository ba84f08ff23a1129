"""Machines, disks, snapshots and scale sets of the Azure test server."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from typing import Any

from tests.servers.azure_store import (
    SIZES,
    Operation,
    Resource,
    Store,
    as_asked,
    now,
    refuse,
)

Begun = tuple[int, Resource | None, Operation | None]


def _size(properties: Resource) -> None:
    size = properties.get("hardwareProfile", {}).get("vmSize")
    if size is not None and size not in SIZES:
        message = f"The value {size} provided for the VM size is not valid."
        raise refuse(400, "InvalidParameter", message)


def put_vm(store: Store, path: str, body: Resource) -> Begun:
    """Make a machine, which comes up."""
    if path.lower() in store.resources:
        message = "Changing what a machine was made of is not allowed."
        raise refuse(409, "PropertyChangeNotAllowed", message)
    properties: Resource = copy.deepcopy(body["properties"])
    _size(properties)
    subscription, group, name = _names(path)
    storage = properties["storageProfile"]
    properties["storageProfile"] = {**storage, "dataDisks": storage.get("dataDisks", [])}
    vm: Resource = {
        "id": path, "name": name, "type": "Microsoft.Compute/virtualMachines",
        "location": body["location"], "properties": properties,
    }  # fmt: skip
    if body.get("tags"):
        vm["tags"] = body["tags"]
    _os_disk(store, vm, subscription, group)
    for disk in properties["storageProfile"]["dataDisks"]:
        _hold(store, vm, disk)
    _card(store, vm, subscription, group)
    properties.update(provisioningState="Creating", vmId=str(uuid.uuid4()), timeCreated=now())
    store.resources[path.lower()] = vm
    store.power[path.lower()] = "starting"

    def up() -> None:
        store.power[path.lower()] = "running"

    operation = store.begin("put", store.ending(vm, up))
    if operation.fails is not None:
        properties["provisioningState"] = "Failed"
    return 201, as_asked(vm), operation


def _names(path: str) -> tuple[str, str, str]:
    parts = path.split("/")
    return parts[2], parts[4], parts[-1]


def _os_disk(store: Store, vm: Resource, subscription: str, group: str) -> None:
    disk = vm["properties"]["storageProfile"]["osDisk"]
    windows = "windows" in str(vm["properties"]["storageProfile"].get("imageReference", "")).lower()
    disk.setdefault("osType", "Windows" if windows else "Linux")
    disk.setdefault("caching", "ReadWrite")
    if disk["createOption"] == "FromImage":
        disk.setdefault("name", f"{vm['name']}_OsDisk_1_{uuid.uuid4().hex}")
        base = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute"
        path = f"{base}/disks/{disk['name']}"
        made = new_disk(
            path, vm["location"], disk.get("diskSizeGB", 30), {"createOption": "FromImage"}
        )
        made["properties"]["osType"] = disk["osType"]
        made["properties"]["provisioningState"] = "Succeeded"
        store.resources[path.lower()] = made
        disk["managedDisk"] = {"id": path, "storageAccountType": "Premium_LRS"}
    _hold(store, vm, disk)


def _hold(store: Store, vm: Resource, disk: Resource) -> None:
    """Let a machine have a disk that nobody else has."""
    found = store.find(disk["managedDisk"]["id"])
    holder = found.get("managedBy")
    if holder and holder.lower() != vm["id"].lower():
        message = f"Disk {found['name']} is attached to another machine."
        raise refuse(409, "AttachDiskWhileBeingDetached", message)
    found["managedBy"] = vm["id"]
    found["properties"]["diskState"] = "Attached"
    disk.update(name=found["name"], diskSizeGB=found["properties"]["diskSizeGB"])


def new_disk(path: str, location: str, size: int, creation: Resource) -> Resource:
    """A disk that nobody has."""
    return {
        "id": path, "name": path.rpartition("/")[2], "type": "Microsoft.Compute/disks",
        "location": location, "sku": {"name": "Premium_LRS", "tier": "Premium"},
        "properties": {
            "creationData": creation, "diskSizeGB": size, "diskState": "Unattached",
            "provisioningState": "Updating", "timeCreated": now(), "uniqueId": str(uuid.uuid4()),
        },
    }  # fmt: skip


def _card(store: Store, vm: Resource, subscription: str, group: str) -> None:
    profile = vm["properties"].setdefault("networkProfile", {})
    base = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network"
    subnet = f"{base}/virtualNetworks/main/subnets/default"
    for config in profile.get("networkInterfaceConfigurations", []):
        subnet = config["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"]
    path = f"{base}/networkInterfaces/{vm['name']}-nic"
    address = {
        "name": "main",
        "properties": {
            "privateIPAddress": f"10.1.0.{next(store.numbers) % 250}", "primary": True,
            "subnet": {"id": subnet},
        },
    }  # fmt: skip
    store.resources[path.lower()] = {
        "id": path, "name": f"{vm['name']}-nic", "location": vm["location"],
        "type": "Microsoft.Network/networkInterfaces",
        "properties": {"ipConfigurations": [address], "virtualMachine": {"id": vm["id"]}},
    }  # fmt: skip
    profile.pop("networkInterfaceConfigurations", None)
    profile.pop("networkApiVersion", None)
    profile["networkInterfaces"] = [{"id": path, "properties": {"deleteOption": "Delete"}}]


def patch_vm(store: Store, vm: Resource, body: Resource) -> Begun:
    """Change a machine's size or disks."""
    wanted: Resource = body.get("properties", {})
    _size(wanted)
    storage = wanted.get("storageProfile", {})
    properties = vm["properties"]
    if "osDisk" in storage and store.power[vm["id"].lower()] != "deallocated":
        message = "The OS disk is swapped while the machine is deallocated."
        raise refuse(409, "OperationNotAllowed", message)
    if "hardwareProfile" in wanted:
        properties["hardwareProfile"] = wanted["hardwareProfile"]
    if "dataDisks" in storage:
        _let_go(store, vm, storage["dataDisks"])
        disks = copy.deepcopy(storage["dataDisks"])
        for disk in disks:
            _hold(store, vm, disk)
        properties["storageProfile"]["dataDisks"] = disks
    if "osDisk" in storage:
        old = properties["storageProfile"]["osDisk"]
        before = store.resources.get(old["managedDisk"]["id"].lower())
        if (
            before is not None
            and before["id"].lower() != storage["osDisk"]["managedDisk"]["id"].lower()
        ):
            before.pop("managedBy", None)
            before["properties"]["diskState"] = "Unattached"
        old["managedDisk"] = {"id": storage["osDisk"]["managedDisk"]["id"]}
        _hold(store, vm, old)
    properties["provisioningState"] = "Updating"
    return 200, as_asked(vm), store.begin("patch", store.ending(vm, lambda: None))


def _let_go(store: Store, vm: Resource, kept: list[Resource]) -> None:
    ids = {disk["managedDisk"]["id"].lower() for disk in kept}
    for disk in vm["properties"]["storageProfile"]["dataDisks"]:
        path = disk["managedDisk"]["id"].lower()
        if path not in ids and path in store.resources:
            store.resources[path].pop("managedBy", None)
            store.resources[path]["properties"]["diskState"] = "Unattached"


def delete_vm(store: Store, vm: Resource) -> Begun:
    """Remove a machine, and what is set to go with it."""
    vm["properties"]["provisioningState"] = "Deleting"

    def gone() -> None:
        store.resources.pop(vm["id"].lower(), None)
        store.power.pop(vm["id"].lower(), None)
        storage = vm["properties"]["storageProfile"]
        for disk in (storage["osDisk"], *storage["dataDisks"]):
            path = disk["managedDisk"]["id"].lower()
            if disk.get("deleteOption") == "Delete":
                store.resources.pop(path, None)
            elif path in store.resources:
                store.resources[path].pop("managedBy", None)
        for card in vm["properties"]["networkProfile"]["networkInterfaces"]:
            _card_gone(store, store.resources.pop(card["id"].lower(), None))

    return 202, None, store.begin("delete", gone)


def _card_gone(store: Store, card: Resource | None) -> None:
    """An address that is set to go with its machine does."""
    for config in card["properties"]["ipConfigurations"] if card else ():
        path = config["properties"].get("publicIPAddress", {}).get("id", "").lower()
        if store.resources.get(path, {}).get("properties", {}).get("deleteOption") == "Delete":
            store.resources.pop(path)


def power(store: Store, vm: Resource, verb: str) -> Begun:
    """A verb on a machine's power."""
    path = vm["id"].lower()
    state = store.power[path]
    between = {"start": "starting", "powerOff": "stopping", "deallocate": "deallocating"}
    after = {"start": "running", "powerOff": "stopped", "deallocate": "deallocated"}
    if verb == "restart":
        if state != "running":
            message = f"Cannot restart the machine: it is {state}."
            raise refuse(409, "OperationNotAllowed", message)
        return 202, None, store.begin(verb, lambda: None)
    if verb not in after:
        raise refuse(404, "InvalidResourceType", f"There is no {verb}.")
    if state in between.values() and state != between[verb]:
        raise refuse(409, "Conflict", f"The machine is {state}.")
    if verb == "powerOff" and state == "deallocated":
        return 202, None, store.begin(verb, lambda: None)
    store.power[path] = between[verb] if state != after[verb] else state
    operation = store.begin(verb, _to(store, path, after[verb]))
    if operation.fails is not None:
        store.power[path] = state
    return 202, None, operation


def _to(store: Store, path: str, state: str) -> Callable[[], None]:
    def do() -> None:
        if path in store.power:
            store.power[path] = state

    return do


def put_disk(store: Store, path: str, body: Resource) -> Begun:
    """Make a disk, empty or from another, or a snapshot."""
    kind = path.split("/")[-2]
    creation = body["properties"]["creationData"]
    size = body["properties"].get("diskSizeGB")
    source: Resource = {}
    if creation.get("sourceResourceId"):
        source = store.find(creation["sourceResourceId"])["properties"]
        size = size or source["diskSizeGB"]
    if path.lower() in store.resources:
        return 200, store.resources[path.lower()], store.begin("disk", lambda: None)
    made = new_disk(path, body["location"], int(size or 30), creation)
    made["type"] = f"Microsoft.Compute/{kind}"
    made["sku"] = body.get("sku", made["sku"])
    if body.get("tags"):
        made["tags"] = body["tags"]
    if "osType" in source:
        made["properties"]["osType"] = source["osType"]
    if kind == "snapshots":
        made["sku"] = {"name": "Standard_ZRS", "tier": "Standard"}
        made["properties"].update(incremental=bool(body["properties"].get("incremental")))
    store.resources[path.lower()] = made
    accepted = {key: made[key] for key in ("id", "name", "location", "properties")}
    return 202, copy.deepcopy(accepted), store.begin("disk", store.ending(made, lambda: None))


def patch_disk(store: Store, disk: Resource, body: Resource) -> Begun:
    """Grow a disk; one with a system on it only while its machine is deallocated."""
    size = int(body["properties"]["diskSizeGB"])
    if size < disk["properties"]["diskSizeGB"]:
        message = "The new disk size is smaller than the current one."
        raise refuse(400, "InvalidParameter", message)
    holder = disk.get("managedBy", "").lower()
    if holder and "osType" in disk["properties"] and store.power.get(holder) != "deallocated":
        message = "Cannot resize the disk while the machine is running."
        raise refuse(409, "OperationNotAllowed", message)

    def grown() -> None:
        disk["properties"]["diskSizeGB"] = size
        if holder in store.resources:
            storage = store.resources[holder]["properties"]["storageProfile"]
            for one in (storage["osDisk"], *storage["dataDisks"]):
                if one["managedDisk"]["id"].lower() == disk["id"].lower():
                    one["diskSizeGB"] = size

    return 202, copy.deepcopy(disk), store.begin("disk", store.ending(disk, grown))


def delete_disk(store: Store, disk: Resource) -> Begun:
    """Remove a disk that nobody has, or a snapshot."""
    if disk.get("managedBy"):
        raise refuse(409, "OperationNotAllowed", f"Disk {disk['name']} is attached.")
    path = disk["id"].lower()
    return 202, None, store.begin("disk", lambda: store.resources.pop(path, None) and None)


def scale(store: Store, group: Resource, count: int) -> Begun:
    """Bring a scale set to a number of machines."""
    subscription, _, name = _names(group["id"])
    mark = group["id"].lower()
    members = [
        vm
        for vm in store.of_type(subscription, "microsoft.compute/virtualmachines")
        if vm["properties"].get("virtualMachineScaleSet", {}).get("id", "").lower() == mark
    ]
    group["sku"]["capacity"] = count
    group["properties"]["provisioningState"] = "Updating"
    for vm in members[count:]:
        delete_vm(store, vm)
    base = group["id"].partition("/virtualMachineScaleSets/")[0]
    for _ in range(count - len(members)):
        properties: Resource = {
            "hardwareProfile": {"vmSize": group["sku"]["name"]},
            "storageProfile": {"osDisk": {"createOption": "FromImage", "deleteOption": "Delete"}},
            "virtualMachineScaleSet": {"id": group["id"]},
        }
        path = f"{base}/virtualMachines/{name}_{uuid.uuid4().hex[:8]}"
        put_vm(store, path, {"location": group["location"], "properties": properties})
    return 200, copy.deepcopy(group), store.begin("scale", store.ending(group, lambda: None))


def seeded(body: Resource) -> Any:
    """The body of a plain machine."""
    return {
        "location": body.get("location", "westeurope"),
        **({"tags": body["tags"]} if body.get("tags") else {}),
        "properties": {
            "hardwareProfile": {"vmSize": body.get("size", "Standard_B2s")},
            "storageProfile": {
                "imageReference": {
                    "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2",
                    "version": "latest",
                },
                "osDisk": {"createOption": "FromImage", "deleteOption": "Delete"},
            },
        },
    }  # fmt: skip
