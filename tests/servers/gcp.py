"""Compute Engine and Cloud Monitoring on 127.0.0.1: `python -m tests.servers.gcp`.

Instances pass through their states, operations take a little time and may fail, lists have pages,
labels have fingerprints, request ids are honoured. Every exchange is kept, so that the tests can
hold it to Google's discovery document.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.servers import gcp_networks as networks
from tests.servers.gcp_instances import act, delete, insert, new_disk
from tests.servers.gcp_metrics import Metrics
from tests.servers.gcp_store import (
    IMAGES,
    MACHINE_TYPES,
    REGIONS,
    Resource,
    Store,
    filtered,
    not_found,
    nothing,
    now,
    page,
    refuse,
)
from tests.servers.web import Answer, Request, Server, World

PLURALS = {
    "instances": "instance", "disks": "disk", "snapshots": "snapshot", "images": "image",
    "machineTypes": "machineType", "instanceGroupManagers": "instanceGroupManager",
    "machineImages": "machineImage", "autoscalers": "autoscaler", "networks": "network",
    "zones": "zone", "regions": "region", "operations": "operation", "firewalls": "firewall",
    "subnetworks": "subnetwork",
}  # fmt: skip
_SCOPE = r"(?P<project>[^/]+)/(?P<scope>global|zones/[^/]+|regions/[^/]+)"


class Compute(World):
    """The projects, what is in them, and the API over it."""

    def __init__(self, metrics: Metrics) -> None:
        self.store = Store()
        self.metrics = metrics
        self.token: str | None = None
        self.unreachable: str | None = None
        self.denied: list[str] = []

    def state(self) -> Any:
        """Every resource, and what is under way."""
        self.store.go_on()
        return {"resources": self.store.resources, "pending": len(self.store.pending)}

    def control(self, name: str, body: Any) -> Any:
        """Seed and steer: each key of `body` is an argument."""
        if name == "points":
            self.metrics.points = body
        elif name == "settings":
            for key, value in body.items():
                if key == "takes_s":
                    self.store.takes_s = value
                else:
                    setattr(self, key, value)
        elif name == "failures":
            self.store.failures = [tuple(one) for one in body]
        elif name == "set":
            self.store.find(body["path"]).update(body["fields"])
        elif name == "remove":
            self.store.resources.pop(self.store.key_of(self.store.find(body)))
        elif name == "reset":
            self.store = Store(takes_s=self.store.takes_s)
            self.token = self.unreachable = None
            self.denied = []
        else:
            ways = {
                "project": self._project,
                "seed": self._seed,
                "group": self._group,
                "disk": self._disk,
                "lets_in": lambda number: networks.lets_in(self.store, number),
                "add": lambda wish: self.store.add(wish["path"], wish["kind"], **wish["fields"]),
            }
            return ways[name](body)
        return True

    # seeding

    def _disk(self, wish: Resource) -> Any:
        new_disk(self.store, wish["zone"], wish["name"], wish["size"], labels=wish.get("labels"))
        return True

    def _project(self, name: str) -> Any:
        add, link = self.store.add, self.store.link
        self.store.resources[name] = {
            "kind": "compute#project", "id": self.store.number(), "name": name,
            "selfLink": link(name), "creationTimestamp": now(), "defaultNetworkTier": "PREMIUM",
        }  # fmt: skip
        for region, zones in REGIONS.items():
            links = [link(f"{name}/zones/{zone}") for zone in zones]
            add(f"{name}/regions/{region}", "region", status="UP", zones=links)
            for zone in zones:
                where = {"status": "UP", "region": link(f"{name}/regions/{region}")}
                add(f"{name}/zones/{zone}", "zone", **where)
                for kind, (cpus, memory) in MACHINE_TYPES.items():
                    self.store.resources[f"{name}/zones/{zone}/machineTypes/{kind}"] = {
                        "kind": "compute#machineType", "id": self.store.number(), "name": kind,
                        "guestCpus": cpus, "memoryMb": memory, "zone": zone,
                        "selfLink": link(f"{name}/zones/{zone}/machineTypes/{kind}"),
                    }  # fmt: skip
        add(f"{name}/global/networks/default", "network", autoCreateSubnetworks=True)
        networks.add_subnets(self.store, name)
        for project, images in IMAGES.items():
            for image, family, license_name in images:
                path = f"{project}/global/images/{image}"
                if path not in self.store.resources:
                    licenses = [link(f"{project}/global/licenses/{license_name}")]
                    made = add(path, "image", family=family, status="READY", licenses=licenses)
                    made.update(diskSizeGb="10", sourceType="RAW")
        return True

    def _seed(self, wish: Resource) -> list[Resource]:
        """Machines that run already: `project zone prefix count`, and fields of an instance."""
        zone = f"{wish['project']}/zones/{wish['zone']}"
        body = {
            "machineType": f"zones/{wish['zone']}/machineTypes/{wish.get('type', 'e2-medium')}",
            "labels": wish.get("labels", {}),
            "disks": [
                {
                    "boot": True, "autoDelete": True,
                    "initializeParams": {
                        "sourceImage": "projects/debian-cloud/global/images/family/debian-12"
                    },
                }
            ],
            "networkInterfaces": [{"network": "global/networks/default"}],
        }  # fmt: skip
        made: list[Resource] = []
        names = wish.get("names") or [f"{wish['prefix']}-{n}" for n in range(wish["count"])]
        for name in names:
            insert(self.store, zone, {**body, "name": name})
            instance = self.store.pending.pop().resource
            found = self.store.find(self.store.path_of(instance["targetLink"]))
            found.update({"status": "RUNNING", **wish.get("fields", {})})
            made.append(found)
        return made

    def _group(self, wish: Resource) -> Any:
        """A managed group of machines that run: `project zone name size max`."""
        zone = f"{wish['project']}/zones/{wish['zone']}"
        link = self.store.link
        group = self.store.add(
            f"{zone}/instanceGroupManagers/{wish['name']}", "instanceGroupManager",
            zone=link(zone), baseInstanceName=wish["name"], targetSize=0,
            instanceTemplate=link(f"{wish['project']}/global/instanceTemplates/worker"),
            instanceGroup=link(f"{zone}/instanceGroups/{wish['name']}"), currentActions={},
            fingerprint="bm90LXVzZWQ=", status={"isStable": True},
        )  # fmt: skip
        self.store.add(
            f"{zone}/autoscalers/{wish['name']}", "autoscaler", zone=link(zone),
            target=group["selfLink"], status="ACTIVE",
            autoscalingPolicy={"mode": "OFF", "minNumReplicas": 1, "maxNumReplicas": wish["max"]},
        )  # fmt: skip
        self._resize(group, wish["size"])
        for member in self._members(group):
            member["status"] = "RUNNING"
        self.store.pending.clear()
        return True

    # the API

    def answer(self, request: Request) -> Answer:
        """One request of a client."""
        self.store.go_on()
        given = request.headers.get("authorization")
        if self.token is not None and given != f"Bearer {self.token}":
            raise refuse(401, "Request had invalid authentication credentials.", "authError")
        if found := re.fullmatch(r"/v3/projects/([^/]+):testIamPermissions", request.path):
            self.store.find(found[1])
            asked = request.body["permissions"]
            return Answer(200, {"permissions": [p for p in asked if p not in self.denied]})
        path = request.path.removeprefix("/compute/v1/projects/")
        if request.method == "GET":
            return Answer(200, self._read(path, dict(request.query)))
        return Answer(200, self._write(request, path))

    def _read(self, path: str, query: dict[str, str]) -> Resource:
        if found := re.fullmatch(r"([^/]+)/aggregated/(\w+)", path):
            return self._aggregated(found[1], found[2], query)
        if path in self.store.operations:
            return self.store.operations[path]
        parent, _, last = path.rpartition("/")
        if last == "serialPort" and self.store.find(parent):
            return {
                "kind": "compute#serialPortOutput", "contents": "login: \n", "start": "0",
                "next": "8", "selfLink": self.store.link(path),
            }  # fmt: skip
        if last in PLURALS and path not in self.store.resources:
            return self._list(parent, last, query)
        resource = self.store.find(path)
        return self._shown(resource)

    def _list(self, parent: str, plural: str, query: dict[str, str]) -> Resource:
        pattern = f"{re.escape(parent)}/{plural}/[^/]+"
        rows = (
            [o for p, o in self.store.operations.items() if re.fullmatch(pattern, p)]
            if plural == "operations"
            else self.store.list_of(pattern)
        )
        rows, following = page(filtered(rows, query.get("filter")), query)
        kind = f"compute#{PLURALS[plural]}List"
        answer: Resource = {
            "kind": kind, "id": f"projects/{parent}/{plural}",
            "selfLink": self.store.link(f"{parent}/{plural}"),
        }  # fmt: skip
        if rows:
            answer["items"] = [self._shown(row) for row in rows]
        return {**answer, **following}

    def _aggregated(self, project: str, plural: str, query: dict[str, str]) -> Resource:
        pattern = rf"{re.escape(project)}/(?:zones|regions)/[^/]+/{plural}/[^/]+"
        rows, following = page(filtered(self.store.list_of(pattern), query.get("filter")), query)
        items: Resource = {}
        zones = [f"zones/{zone}" for zones in REGIONS.values() for zone in zones]
        for scope in [f"regions/{r}" for r in REGIONS] if plural == "subnetworks" else zones:
            here = [row for row in rows if f"/{scope}/" in row["selfLink"]]
            items[scope] = {plural: [self._shown(row) for row in here]} if here else nothing(scope)
        if self.unreachable:
            scope = f"zones/{self.unreachable}"
            items[scope] = {"warning": {"code": "UNREACHABLE", "message": f"{scope} is down."}}
        return {
            "kind": f"compute#{PLURALS[plural]}AggregatedList", "items": items,
            "id": f"projects/{project}/aggregated/{plural}",
            "selfLink": self.store.link(f"{project}/aggregated/{plural}"), **following,
        }  # fmt: skip

    def _shown(self, resource: Resource) -> Resource:
        if resource["kind"] != "compute#instanceGroupManager":
            return resource
        members = self._members(resource)
        creating = sum(m["status"] in ("PROVISIONING", "STAGING") for m in members)
        deleting = sum(m["status"] == "STOPPING" for m in members)
        actions = {
            "creating": creating, "deleting": deleting, "none": len(members) - creating - deleting,
            "abandoning": 0, "creatingWithoutRetries": 0, "recreating": 0, "refreshing": 0,
            "restarting": 0, "verifying": 0,
        }  # fmt: skip
        stable = not creating and not deleting
        return {**resource, "currentActions": actions, "status": {"isStable": stable}}

    def _write(self, request: Request, path: str) -> Resource:
        request_id = request.query.get("requestId")
        line = f"{request.method} {path} {json.dumps(request.body, sort_keys=True)}"
        operation = self.store.repeated(request_id, line)
        if operation is None:
            operation = self._begin(request, path)
            self.store.remember(request_id, line, operation)
        return operation

    def _begin(self, request: Request, path: str) -> Resource:
        found = re.fullmatch(
            rf"{_SCOPE}/(?P<plural>\w+)(?:/(?P<name>[^/]+))?(?:/(?P<verb>\w+))?", path
        )
        if found is None:
            raise not_found(f"projects/{path}")
        place, plural, name, verb = (
            f"{found['project']}/{found['scope']}",
            *found.group("plural", "name", "verb"),
        )
        body: Resource = request.body or {}
        query = dict(request.query)
        if name is None:
            return self._insert(place, plural, query, body)
        resource = self.store.find(f"{place}/{plural}/{name}")
        if request.method == "DELETE":
            return self._delete(place, plural, resource)
        if plural == "instances":
            if verb in networks.NETWORK_VERBS:
                return networks.change_network(self.store, resource, str(verb), query, body)
            return act(self.store, resource, str(verb), query, body)
        if plural == "disks" and verb == "resize":
            return self._grow(place, resource, int(body["sizeGb"]))
        if plural == "disks" and verb == "createSnapshot":
            return self._snapshot(place, resource, body)
        if plural == "instanceGroupManagers" and verb == "resize":
            self._resize(resource, int(query["size"]))
            return self.store.begin(place, "compute.instanceGroupManagers.resize", resource)
        raise not_found(f"projects/{path}")

    def _insert(self, place: str, plural: str, query: dict[str, str], body: Resource) -> Resource:
        if plural == "instances":
            return insert(self.store, place, body)
        if plural == "machineImages":
            return self._machine_image(place, query, body)
        if plural == "firewalls":
            return networks.insert_firewall(self.store, place, body)
        if plural != "disks":
            raise not_found(f"projects/{place}/{plural}")
        more: Resource = {"labels": body.get("labels"), "type": body.get("type")}
        size = int(body.get("sizeGb", 10))
        if source := body.get("sourceSnapshot"):
            snapshot = self.store.find(self.store.path_of(source))
            size = int(body.get("sizeGb") or snapshot["diskSizeGb"])
            more.update(sourceSnapshot=snapshot["selfLink"], sourceSnapshotId=snapshot["id"])
            more.update(licenses=snapshot.get("licenses", []))
        disk = new_disk(self.store, place, body["name"], size, **more)
        disk["status"] = "CREATING"
        return self.store.begin(place, "insert", disk, [(1.0, lambda: disk.update(status="READY"))])

    def _delete(self, place: str, plural: str, resource: Resource) -> Resource:
        if plural == "instances":
            return delete(self.store, resource)
        if resource.get("users"):
            message = f"The disk resource '{resource['selfLink']}' is already being used"
            raise refuse(400, message, "resourceInUseByAnotherResource")
        key = self.store.key_of(resource)
        gone = [(1.0, lambda: self.store.resources.pop(key, None))]
        return self.store.begin(place, "delete", resource, gone)  # type: ignore[arg-type]

    def _grow(self, place: str, disk: Resource, size_gb: int) -> Resource:
        if size_gb <= int(disk["sizeGb"]):
            message = f"New disk size '{size_gb}' must be larger than existing size."
            raise refuse(400, f"Invalid value for field 'sizeGb': {message}", "invalid")

        def do() -> None:
            disk["sizeGb"] = str(size_gb)
            for user in disk.get("users", []):
                for one in self.store.find(self.store.path_of(user))["disks"]:
                    if one["source"] == disk["selfLink"]:
                        one["diskSizeGb"] = str(size_gb)

        return self.store.begin(place, "resizeDisk", disk, [(1.0, do)])

    def _snapshot(self, place: str, disk: Resource, body: Resource) -> Resource:
        project = place.partition("/")[0]
        labels = self.store.labels(body.get("labels"))
        licenses = {"licenses": disk["licenses"]} if disk.get("licenses") else {}
        made = self.store.add(
            f"{project}/global/snapshots/{body['name']}", "snapshot", status="CREATING",
            diskSizeGb=disk["sizeGb"], sourceDisk=disk["selfLink"], sourceDiskId=disk["id"],
            storageBytes="0", storageLocations=["eu"], description=body.get("description", ""),
            **licenses, **labels,
        )  # fmt: skip
        done = [(1.0, lambda: made.update(status="READY", storageBytes="1073741824"))]
        return self.store.begin(place, "createSnapshot", disk, done)

    def _machine_image(self, place: str, query: dict[str, str], body: Resource) -> Resource:
        source = self.store.find(
            self.store.path_of(body.get("sourceInstance") or query["sourceInstance"])
        )
        properties = {
            "machineType": source["machineType"].rpartition("/")[2],
            "disks": [
                {k: d[k] for k in ("boot", "autoDelete", "deviceName", "diskSizeGb")}
                for d in source["disks"]
            ],
            "networkInterfaces": [{"network": n["network"]} for n in source["networkInterfaces"]],
            "labels": source.get("labels", {}),
        }
        image = self.store.add(
            f"{place}/machineImages/{body['name']}", "machineImage", status="CREATING",
            sourceInstance=source["selfLink"], instanceProperties=properties,
            storageLocations=["eu"], totalStorageBytes="1073741824",
        )  # fmt: skip
        return self.store.begin(
            place, "insert", image, [(1.0, lambda: image.update(status="READY"))]
        )

    # groups

    def _members(self, group: Resource) -> list[Resource]:
        mark = group["selfLink"].rpartition("projects/")[2]
        return [
            row
            for row in self.store.list_of(r"[^/]+/zones/[^/]+/instances/[^/]+")
            if any(i["value"].endswith(mark) for i in row["metadata"].get("items", []))
        ]

    def _resize(self, group: Resource, size: int) -> None:
        key = self.store.key_of(group)
        zone = key.partition("/instanceGroupManagers/")[0]
        members = [m for m in self._members(group) if m["status"] != "STOPPING"]
        group["targetSize"] = size
        for member in members[size:]:
            delete(self.store, member)
        for number in range(len(members), size):
            created = {"key": "created-by", "value": f"projects/{key}"}
            insert(
                self.store, zone,
                {
                    "name": f"{group['baseInstanceName']}-{self.store.number()[-4:]}{number}",
                    "machineType": f"{zone}/machineTypes/e2-micro",
                    "disks": [{"boot": True, "autoDelete": True}], "networkInterfaces": [{}],
                    "metadata": {"items": [created]},
                },
            )  # fmt: skip


def main() -> None:
    """Serve until the process is ended."""
    metrics = Metrics()
    server = Server(Compute(metrics))
    print(json.dumps({"url": server.url, "monitoring": metrics.serve()}), flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main()
