"""Azure's resource manager on 127.0.0.1: `python -m tests.servers.azure`.

Machines pass through their states, long operations have addresses of their own, lists have pages.
Every exchange is kept, so that the tests can have Microsoft's validator look at it.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from tests.servers.azure_machines import (
    Begun,
    delete_disk,
    delete_vm,
    patch_disk,
    patch_vm,
    power,
    put_disk,
    put_vm,
    scale,
    seeded,
)
from tests.servers.azure_networks import NETWORK, change, find_rule, lets_in, shown
from tests.servers.azure_store import (
    LOCATIONS,
    SIZES,
    Resource,
    Store,
    as_asked,
    instance_view,
    now,
    refuse,
)
from tests.servers.web import Answer, Request, Server, World

_RESOURCE = re.compile(
    r"(?P<id>/subscriptions/[^/]+/resourceGroups/(?P<group>[^/]+)/providers/Microsoft\.Compute/"
    r"(?P<kind>virtualMachines|disks|snapshots|virtualMachineScaleSets)/[^/]+)(?:/(?P<verb>\w+))?",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"/subscriptions/(?P<sub>[^/]+)(?:/resourceGroups/(?P<group>[^/]+))?/providers/"
    r"(?P<kind>Microsoft\.\w+/\w+)",
    re.IGNORECASE,
)
_PERMISSIONS = re.compile(
    r"(/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?)/providers/Microsoft\.Authorization/permissions",
    re.IGNORECASE,
)
_OPERATION = re.compile(
    r"/subscriptions/[^/]+/providers/Microsoft\.Compute/locations/[^/]+/operations/(?P<name>[^/]+)"
)


class Azure(World):
    """The subscriptions, what is in them, and the API over it."""

    def __init__(self) -> None:
        self.store = Store()
        self.page = 50
        self.expired = False
        self.metrics: list[Resource] = []
        self.permissions: dict[str, list[Resource]] = {}

    def state(self) -> Any:
        """Every resource, each machine's power, and what is under way."""
        self.store.go_on()
        store = self.store
        return {"resources": store.resources, "power": store.power, "pending": store.pending()}

    def control(self, name: str, body: Any) -> Any:
        """Seed and steer."""
        if name == "settings":
            for key, value in body.items():
                setattr(self.store if key == "takes_s" else self, key, value)
        elif name == "failures":
            self.store.failures = [tuple(one) for one in body]
        elif name == "reset":
            self.store = Store(takes_s=self.store.takes_s)
            self.page, self.expired, self.metrics, self.permissions = 50, False, [], {}
        elif name == "put":
            self.store.resources[body["id"].lower()] = body
        elif name == "lets_in":
            return lets_in(self.store, body)
        elif name == "remove":
            self._at_once(delete_vm(self.store, self.store.find(body)))
        else:
            return {"seed": self._seed, "group": self._group}[name](body)
        return True

    def _seed(self, wish: Resource) -> list[str]:
        base = f"/subscriptions/{wish['subscription']}/resourceGroups/{wish['group']}"
        made: list[str] = []
        for name in wish["names"]:
            path = f"{base}/providers/Microsoft.Compute/virtualMachines/{name}"
            self._at_once(put_vm(self.store, path, seeded(wish)))
            made.append(path)
        return made

    def _at_once(self, begun: Begun) -> None:
        """Let an operation have ended before anybody saw it."""
        operation = begun[2]
        assert operation is not None
        operation.done()
        self.store.operations.pop(operation.name)

    def _group(self, wish: Resource) -> Any:
        base = f"/subscriptions/{wish['subscription']}/resourceGroups/{wish['group']}/providers"
        path = f"{base}/Microsoft.Compute/virtualMachineScaleSets/{wish['name']}"
        group: Resource = {
            "id": path, "name": wish["name"], "location": "westeurope",
            "type": "Microsoft.Compute/virtualMachineScaleSets",
            "sku": {"name": "Standard_B2s", "tier": "Standard", "capacity": wish["size"]},
            "properties": {"orchestrationMode": "Flexible", "provisioningState": "Succeeded"},
        }  # fmt: skip
        self.store.resources[path.lower()] = group
        scale(self.store, group, wish["size"])
        for operation in self.store.operations.values():
            operation.due = 0
        self.store.go_on()
        capacity = {"minimum": "1", "maximum": str(wish["max"]), "default": "2"}
        profile = {"name": "main", "capacity": capacity, "rules": []}
        setting = f"{base}/microsoft.insights/autoscalesettings/{wish['name']}"
        self.store.resources[setting.lower()] = {
            "id": setting, "name": wish["name"], "location": "westeurope",
            "type": "microsoft.insights/autoscalesettings",
            "properties": {"targetResourceUri": path, "enabled": True, "profiles": [profile]},
        }  # fmt: skip
        return True

    # the API

    def answer(self, request: Request) -> Answer:
        """One request of a client."""
        self.store.go_on()
        if self.expired:
            raise refuse(401, "ExpiredAuthenticationToken", "The access token expired.")
        if "api-version" not in request.query:
            message = "The api-version query parameter is required for all requests."
            raise refuse(400, "MissingApiVersionParameter", message)
        if found := _OPERATION.fullmatch(request.path):
            return self._operation(found["name"])
        if found := _RESOURCE.fullmatch(request.path):
            return self._on_resource(request, found)
        if found := NETWORK.fullmatch(request.path):
            return self._on_network(request, found)
        if request.path.lower().endswith("/providers/microsoft.resources/tags/default"):
            return self._tags(request)
        if request.method == "GET":
            return self._list(request)
        raise refuse(404, "InvalidResourceType", f"There is no {request.path}.")

    def _operation(self, name: str) -> Answer:
        operation = self.store.operations.get(name)
        if operation is None:
            raise refuse(404, "OperationNotFound", "There is no such operation.")
        return Answer(200, operation.shown())

    def _on_resource(self, request: Request, found: re.Match[str]) -> Answer:
        path, kind, verb = found["id"], found["kind"].lower(), found["verb"]
        if request.method == "GET" and verb is None:
            return Answer(200, self._shown(self.store.find(path), request))
        if request.method == "DELETE" and path.lower() not in self.store.resources:
            return Answer(204)
        begun = self._begin(request, path, kind, verb)
        return self._begun(request, begun)

    def _on_network(self, request: Request, found: re.Match[str]) -> Answer:
        if request.method == "GET":
            resource = self.store.find(found["id"])
            rule = found["rule"]
            return Answer(200, find_rule(resource, rule) if rule else shown(self.store, resource))
        return self._begun(request, change(self.store, request.method, found, request.body))

    def _begin(self, request: Request, path: str, kind: str, verb: str | None) -> Begun:
        store, body = self.store, request.body
        if request.method == "PUT":
            return (
                put_vm(store, path, body)
                if kind == "virtualmachines"
                else put_disk(store, path, body)
            )
        resource = store.find(path)
        if kind == "virtualmachinescalesets":
            return scale(store, resource, int(body["sku"]["capacity"]))
        if kind == "virtualmachines":
            if request.method == "DELETE":
                return delete_vm(store, resource)
            if request.method == "PATCH":
                return patch_vm(store, resource, body)
            return power(store, resource, str(verb))
        if request.method == "DELETE":
            return delete_disk(store, resource)
        return patch_disk(store, resource, body)

    def _begun(self, request: Request, begun: Begun) -> Answer:
        status, body, operation = begun
        if operation is None:
            return Answer(status, body)
        subscription = request.path.split("/")[2]
        address = (
            f"{request.base}/subscriptions/{subscription}/providers/Microsoft.Compute/locations/"
            f"westeurope/operations/{operation.name}?api-version=2022-11-01"
        )
        headers = {"Azure-AsyncOperation": address, "x-ms-request-id": operation.name}
        return Answer(status, body, headers)

    def _shown(self, resource: Resource, request: Request) -> Resource:
        shown = as_asked(resource)
        if request.query.get("$expand", "").lower() == "instanceview":
            view = instance_view(resource, self.store.power[resource["id"].lower()])
            shown["properties"]["instanceView"] = view
        return shown

    def _tags(self, request: Request) -> Answer:
        """Microsoft.Resources' own merge and removal of tags."""
        scope = request.path.partition("/providers/Microsoft.Resources/")[0]
        resource = self.store.find(scope)
        given = request.body["properties"]["tags"]
        tags = dict(resource.get("tags", {}))
        if request.body["operation"] == "Merge":
            tags.update(given)
        else:
            tags = {k: v for k, v in tags.items() if k not in given}
        if len(tags) > 50 or any(len(key) > 512 or len(value) > 256 for key, value in tags.items()):
            raise refuse(400, "InvalidTagNameOrValue", "Too many tags, or one is too long.")
        resource["tags"] = tags
        if not tags:
            del resource["tags"]
        where = f"{scope}/providers/Microsoft.Resources/tags/default"
        body = {"id": where, "name": "default", "type": "Microsoft.Resources/tags"}
        return Answer(200, {**body, "properties": {"tags": tags}})

    def _list(self, request: Request) -> Answer:
        if found := _PERMISSIONS.fullmatch(request.path):
            rows = self.permissions.get(found[1].lower(), [_owner()])
            return Answer(200, {"value": rows})
        if found := re.fullmatch(r"/subscriptions/([^/]+)", request.path):
            return Answer(200, self._subscription(found[1]))
        if found := re.fullmatch(
            r"/subscriptions/[^/]+/providers/Microsoft\.Compute/locations/[^/]+/vmSizes",
            request.path,
        ):
            return Answer(200, {"value": [_size(*one) for one in SIZES.items()]})
        if found := re.fullmatch(r"/subscriptions/([^/]+)/locations", request.path):
            rows = [
                {"id": f"{request.path}/{name}", "name": name, "displayName": name}
                for name in LOCATIONS
            ]
            return Answer(200, {"value": rows})
        if request.path.lower().endswith("/providers/microsoft.insights/metrics"):
            return Answer(200, self._metrics(request))
        found = _LIST.fullmatch(request.path)
        if found is None:
            raise refuse(404, "InvalidResourceType", f"There is no {request.path}.")
        rows = self.store.of_type(found["sub"], found["kind"], found["group"])
        if wanted := re.search(
            r"virtualMachineScaleSet/id' eq '([^']+)'", request.query.get("$filter", "")
        ):
            rows = [r for r in rows if _in_group(r, wanted[1])]
        return self._page(request, [self._row(row, request) for row in rows])

    def _row(self, row: Resource, request: Request) -> Resource:
        if request.query.get("statusOnly") != "true":
            return shown(self.store, as_asked(row))
        view = instance_view(row, self.store.power[row["id"].lower()])
        kept = {key: row[key] for key in ("id", "name", "type", "location")}
        return {**kept, "properties": {"instanceView": view}}

    def _page(self, request: Request, rows: list[Resource]) -> Answer:
        start = int(request.query.get("$skiptoken", 0))
        body: Resource = {"value": rows[start : start + self.page]}
        if start + self.page < len(rows):
            query = {**request.query, "$skiptoken": str(start + self.page)}
            body["nextLink"] = f"{request.base}{request.path}?{urlencode(query)}"
        return Answer(200, body)

    def _subscription(self, name: str) -> Resource:
        return {
            "id": f"/subscriptions/{name}", "subscriptionId": name, "displayName": "Shop",
            "state": "Enabled",
        }  # fmt: skip

    def _metrics(self, request: Request) -> Resource:
        wanted = request.query["metricnames"].split(",")
        rows = [m for m in self.metrics if m["name"]["value"] in wanted]
        return {"timespan": request.query["timespan"], "interval": "PT1H", "value": rows, "cost": 0}


def _owner() -> Resource:
    return {"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}


def _size(name: str, figures: tuple[int, int]) -> Resource:
    return {
        "name": name, "numberOfCores": figures[0], "memoryInMB": figures[1], "maxDataDiskCount": 8,
        "osDiskSizeInMB": 1047552, "resourceDiskSizeInMB": 16384,
    }  # fmt: skip


def _in_group(vm: Resource, group: str) -> bool:
    found: str = vm["properties"].get("virtualMachineScaleSet", {}).get("id", "")
    return found.lower() == group.lower()


def main() -> None:
    """Serve until the process is ended."""
    server = Server(Azure())
    print(json.dumps({"url": server.url, "since": now()}), flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main()
