"""Instances of the Compute Engine test server: their states, disks and groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.servers.gcp_store import (
    MACHINE_TYPES,
    Resource,
    Store,
    fingerprint,
    not_found,
    now,
    refuse,
)

Query = dict[str, str]
_RUNS = [(0.3, "PROVISIONING"), (0.6, "STAGING"), (1.0, "RUNNING")]


def _become(instance: Resource, status: str, **more: Any) -> Callable[[], None]:
    return lambda: instance.update(status=status, **more)


def machine_type(store: Store, zone: str, given: str) -> str:
    """The link of a machine type that exists."""
    name = given.rpartition("/")[2]
    custom = name.split("-custom-")[-1].split("-") if "-custom-" in name else ()
    if name not in MACHINE_TYPES and not (len(custom) == 2 and all(c.isdigit() for c in custom)):
        message = f"Invalid value for field 'resource.machineType': '{given}'."
        raise refuse(400, f"{message} The referenced resource does not exist.", "invalid")
    return store.link(f"{zone}/machineTypes/{name}")


def new_disk(store: Store, zone: str, name: str, size_gb: int, **more: Any) -> Resource:
    """A disk that is there at once."""
    labels = store.labels(more.pop("labels", None))
    return store.add(
        f"{zone}/disks/{name}", "disk", zone=store.link(zone), status="READY", sizeGb=str(size_gb),
        type=more.pop("type", None) or store.link(f"{zone}/diskTypes/pd-balanced"),
        physicalBlockSizeBytes="4096", **labels, **more,
    )  # fmt: skip


def attached(disk: Resource, index: int, **more: Any) -> Resource:
    """A disk as an instance shows it."""
    shown = {
        "kind": "compute#attachedDisk", "type": "PERSISTENT", "mode": "READ_WRITE",
        "source": disk["selfLink"], "deviceName": f"persistent-disk-{index}", "index": index,
        "boot": False, "autoDelete": False, "interface": "SCSI", "diskSizeGb": disk["sizeGb"],
    }  # fmt: skip
    licenses = {"licenses": disk["licenses"]} if disk.get("licenses") else {}
    return {**shown, **licenses, **{k: v for k, v in more.items() if v is not None}}


def insert(store: Store, zone: str, body: Resource, place: str | None = None) -> Resource:
    """A new instance, which comes up; gives its operation."""
    image = body.get("sourceMachineImage")
    if image is not None:
        found = store.find(store.path_of(image))
        template = {**found["instanceProperties"], "sourceMachineImage": image}
        body = {**template, **body}
    name = body["name"]
    if f"{zone}/instances/{name}" in store.resources:
        what = f"projects/{zone}/instances/{name}"
        raise refuse(409, f"The resource '{what}' already exists", "alreadyExists")
    kind = machine_type(store, zone, body["machineType"])
    labels = store.labels(body.get("labels"))
    disks = _disks(store, zone, name, body)
    project = zone.partition("/")[0]
    cards = [
        _card(store, project, number, card)
        for number, card in enumerate(body.get("networkInterfaces", []))
    ]
    instance = store.add(
        f"{zone}/instances/{name}", "instance", zone=store.link(zone), status="PROVISIONING",
        machineType=kind, disks=disks, networkInterfaces=cards, fingerprint=fingerprint(name),
        deletionProtection=bool(body.get("deletionProtection")), startRestricted=False,
        cpuPlatform="Intel Broadwell", tags=_tags(body.get("tags")),
        scheduling={"onHostMaintenance": "MIGRATE", "automaticRestart": True,
                    "preemptible": False, "provisioningModel": "STANDARD"},
        metadata=_metadata(body.get("metadata")), **labels,
    )  # fmt: skip
    for disk in disks:
        store.find(store.path_of(disk["source"]))["users"] = [instance["selfLink"]]
    stages = [(share, _become(instance, status)) for share, status in _RUNS]
    return store.begin(place or zone, "insert", instance, stages)


def _tags(given: Resource | None) -> Resource:
    items = (given or {}).get("items")
    shown = {"fingerprint": fingerprint(items)}
    return {**shown, "items": items} if items else shown


def _metadata(given: Resource | None) -> Resource:
    items = (given or {}).get("items")
    shown = {"kind": "compute#metadata", "fingerprint": fingerprint(items)}
    return {**shown, "items": items} if items else shown


def _card(store: Store, project: str, number: int, card: Resource) -> Resource:
    shown: Resource = {
        "kind": "compute#networkInterface", "name": f"nic{number}",
        "network": store.link(f"{project}/global/networks/default"), "stackType": "IPV4_ONLY",
        "networkIP": f"10.132.0.{len(store.resources) % 250 + 2}", "fingerprint": fingerprint(card),
    }  # fmt: skip
    for access in card.get("accessConfigs", []):
        shown["accessConfigs"] = [
            {
                "kind": "compute#accessConfig", "type": "ONE_TO_ONE_NAT", "networkTier": "PREMIUM",
                "name": access.get("name", "External NAT"), "natIP": "34.76.0.9",
            }
        ]  # fmt: skip
    return shown


def _disks(store: Store, zone: str, name: str, body: Resource) -> list[Resource]:
    made: list[Resource] = []
    for index, wanted in enumerate(body.get("disks", [])):
        wish = wanted.get("initializeParams", {})
        more: Resource = {}
        if source := wish.get("sourceImage"):
            more = _from_image(store, source)
        size = int(wish.get("diskSizeGb") or wanted.get("diskSizeGb") or 10)
        disk = new_disk(
            store, zone, name if index == 0 else f"{name}-{index}", size,
            labels=wish.get("labels"), **more,
        )  # fmt: skip
        made.append(
            attached(
                disk, index, boot=bool(wanted.get("boot")),
                autoDelete=bool(wanted.get("autoDelete")), deviceName=wanted.get("deviceName"),
            )
        )  # fmt: skip
    return made


def _from_image(store: Store, source: str) -> Resource:
    path = store.path_of(source)
    project, _, rest = path.partition("/global/images/")
    images = store.list_of(f"{project}/global/images/[^/]+")
    by_family = [i for i in images if f"family/{i.get('family')}" == rest]
    image = by_family[0] if by_family else store.find(path)
    return {"sourceImage": image["selfLink"], "licenses": image["licenses"]}


def act(store: Store, instance: Resource, verb: str, query: Query, body: Resource) -> Resource:
    """Carry out a verb on an instance; gives its operation."""
    if verb in _POWER:
        return _POWER[verb](store, instance)
    if verb == "setLabels":
        return _set_labels(store, instance, body)
    if verb == "setDeletionProtection":
        on = query.get("deletionProtection", "true") == "true"
        return _change(store, instance, verb, lambda: instance.update(deletionProtection=on))
    if verb == "setMachineType":
        if instance["status"] != "TERMINATED":
            message = "Instance is starting or running. Please stop the instance first."
            raise refuse(400, message, "badRequest")
        zone = store.key_of(instance).partition("/instances/")[0]
        kind = machine_type(store, zone, body["machineType"])
        return _change(store, instance, verb, lambda: instance.update(machineType=kind))
    if verb == "attachDisk":
        return _attach(store, instance, body)
    if verb == "detachDisk":
        return _detach(store, instance, query["deviceName"])
    raise not_found(f"{store.key_of(instance)}/{verb}")


def _change(store: Store, instance: Resource, verb: str, change: Callable[[], None]) -> Resource:
    place = store.key_of(instance).partition("/instances/")[0]
    return store.begin(place, verb, instance, [(1.0, change)])


def _start(store: Store, instance: Resource) -> Resource:
    if instance["status"] == "RUNNING":
        return _change(store, instance, "start", lambda: None)
    if instance["status"] != "TERMINATED":
        raise _not_ready(instance)
    instance["status"] = "PROVISIONING"
    stages = [(0.5, _become(instance, "STAGING")), (1.0, _become(instance, "RUNNING"))]
    return store.begin(_place(store, instance), "start", instance, stages)


def _stop(store: Store, instance: Resource) -> Resource:
    if instance["status"] == "TERMINATED":
        return _change(store, instance, "stop", lambda: None)
    if instance["status"] not in ("RUNNING", "SUSPENDED"):
        raise _not_ready(instance)
    instance["status"] = "STOPPING"
    ended = _become(instance, "TERMINATED", lastStopTimestamp=now())
    return store.begin(_place(store, instance), "stop", instance, [(1.0, ended)])


def _suspend(store: Store, instance: Resource) -> Resource:
    _must_be(instance, "RUNNING")
    instance["status"] = "SUSPENDING"
    ended = _become(instance, "SUSPENDED", lastSuspendedTimestamp=now())
    return store.begin(_place(store, instance), "suspend", instance, [(1.0, ended)])


def _resume(store: Store, instance: Resource) -> Resource:
    _must_be(instance, "SUSPENDED")
    instance["status"] = "STAGING"
    running = _become(instance, "RUNNING")
    return store.begin(_place(store, instance), "resume", instance, [(1.0, running)])


def _reset(store: Store, instance: Resource) -> Resource:
    _must_be(instance, "RUNNING")
    return _change(store, instance, "reset", lambda: None)


_POWER: dict[str, Callable[[Store, Resource], Resource]] = {
    "start": _start, "stop": _stop, "suspend": _suspend, "resume": _resume, "reset": _reset,
}  # fmt: skip


def _place(store: Store, instance: Resource) -> str:
    return store.key_of(instance).partition("/instances/")[0]


def _must_be(instance: Resource, status: str) -> None:
    if instance["status"] != status:
        message = f"Instance {instance['name']} is {instance['status']}, not {status}."
        raise refuse(400, message, "badRequest")


def _not_ready(instance: Resource) -> Exception:
    message = f"The resource '{instance['selfLink']}' is not ready"
    return refuse(400, message, "resourceNotReady")


def _set_labels(store: Store, instance: Resource, body: Resource) -> Resource:
    if body.get("labelFingerprint") != instance["labelFingerprint"]:
        message = "Labels fingerprint either invalid or resource labels have changed"
        raise refuse(412, message, "conditionNotMet")
    made = store.labels(body.get("labels"))
    instance.pop("labels", None)
    instance.update(made)
    return _change(store, instance, "setLabels", lambda: None)


def _attach(store: Store, instance: Resource, body: Resource) -> Resource:
    disk = store.find(store.path_of(body["source"]))
    if disk.get("users"):
        message = f"The disk resource '{disk['selfLink']}' is already being used"
        raise refuse(400, message, "resourceInUseByAnotherResource")
    index = 0 if body.get("boot") else len(instance["disks"])
    names = {d["deviceName"] for d in instance["disks"]}
    if body.get("deviceName") in names:
        raise refuse(400, f"The device {body['deviceName']} is in use.", "invalid")
    shown = attached(
        disk, index, boot=bool(body.get("boot")), autoDelete=bool(body.get("autoDelete")),
        deviceName=body.get("deviceName"),
    )  # fmt: skip

    def do() -> None:
        if shown["boot"]:
            instance["disks"].insert(0, shown)
        else:
            instance["disks"].append(shown)
        disk["users"] = [instance["selfLink"]]

    return _change(store, instance, "attachDisk", do)


def _detach(store: Store, instance: Resource, device: str) -> Resource:
    found = next((d for d in instance["disks"] if d["deviceName"] == device), None)
    if found is None:
        raise refuse(400, f"No attached disk found with device name '{device}'", "invalid")
    if found["boot"] and instance["status"] != "TERMINATED":
        raise refuse(400, "A boot disk is detached from a stopped instance only.", "badRequest")

    def do() -> None:
        instance["disks"].remove(found)
        store.find(store.path_of(found["source"])).pop("users", None)

    return _change(store, instance, "detachDisk", do)


def delete(store: Store, instance: Resource) -> Resource:
    """Remove an instance and the disks that go with it."""
    if instance["deletionProtection"]:
        message = "Resource cannot be deleted if it's protected against deletion."
        raise refuse(400, f"Invalid resource usage: '{message}'", "invalidResourceUsage")
    instance["status"] = "STOPPING"

    def do() -> None:
        store.resources.pop(store.key_of(instance), None)
        for disk in instance["disks"]:
            path = store.path_of(disk["source"])
            if disk["autoDelete"]:
                store.resources.pop(path, None)
            elif path in store.resources:
                store.resources[path].pop("users", None)

    return store.begin(_place(store, instance), "delete", instance, [(1.0, do)])
