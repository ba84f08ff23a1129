"""What the Azure test server keeps: resources, long operations, and their transitions."""

from __future__ import annotations

import copy
import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers.web import Answer, Refusal

SIZES = {
    "Standard_B2s": (2, 4096),
    "Standard_D2s_v3": (2, 8192),
    "Standard_D4s_v3": (4, 16384),
}
LOCATIONS = ("eastus", "westeurope")
Resource = dict[str, Any]


def refuse(status: int, code: str, message: str, **headers: str) -> Refusal:
    """An error as Azure's resource manager words it."""
    return Refusal(Answer(status, {"error": {"code": code, "message": message}}, headers))


def now() -> str:
    """This moment, as Azure writes it."""
    return datetime.now(UTC).isoformat()


@dataclass
class Operation:
    """A long operation; what is to happen happens when its time has come."""

    name: str
    done: Callable[[], None]
    due: float
    fails: Resource | None = None
    started: str = field(default_factory=now)
    ended: str | None = None

    def shown(self) -> Resource:
        """What its status address says."""
        status = "InProgress" if self.ended is None else "Failed" if self.fails else "Succeeded"
        body: Resource = {"name": self.name, "status": status, "startTime": self.started}
        if self.ended is not None:
            body["endTime"] = self.ended
            if self.fails:
                body["error"] = self.fails
        return body


@dataclass
class Store:
    """Every resource by its lower-case id; operations by their names."""

    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    power: dict[str, str] = field(default_factory=dict[str, str])
    operations: dict[str, Operation] = field(default_factory=dict[str, Operation])
    failures: list[tuple[str, Resource]] = field(default_factory=list[tuple[str, Resource]])
    takes_s: float = 0.06
    numbers: Any = field(default_factory=lambda: itertools.count(4))

    def find(self, path: str) -> Resource:
        """A resource by its id."""
        found = self.resources.get(path.lower())
        if found is None:
            short = path.partition("/providers/")[2]
            message = f"The Resource '{short}' was not found."
            raise refuse(404, "ResourceNotFound", message)
        return found

    def of_type(self, subscription: str, kind: str, group: str | None = None) -> list[Resource]:
        """The resources of a type, such as `microsoft.compute/disks`, in the order of their ids."""
        start = f"/subscriptions/{subscription}/resourcegroups/{group or ''}".lower()
        start = f"{start}/" if group else start
        part = f"/providers/{kind}/".lower()
        return [
            found
            for path, found in sorted(self.resources.items())
            if path.startswith(start) and part in path and "/" not in path.partition(part)[2]
        ]

    def go_on(self) -> None:
        """Let happen what is due by now."""
        for operation in list(self.operations.values()):
            if operation.ended is None and time.monotonic() >= operation.due:
                if operation.fails is None:
                    operation.done()
                operation.ended = now()

    def pending(self) -> int:
        """How many operations are under way."""
        return sum(operation.ended is None for operation in self.operations.values())

    def begin(self, verb: str, done: Callable[[], None]) -> Operation:
        """Begin a long operation."""
        fails = next((error for v, error in self.failures if v == verb), None)
        self.failures = [(v, error) for v, error in self.failures if v != verb]
        made = Operation(str(uuid.uuid4()), done, time.monotonic() + self.takes_s, fails)
        self.operations[made.name] = made
        return made

    def ending(self, resource: Resource, change: Callable[[], None]) -> Callable[[], None]:
        """A change after which the resource is settled again."""

        def do() -> None:
            change()
            resource["properties"]["provisioningState"] = "Succeeded"

        return do


def as_asked(resource: Resource) -> Resource:
    """A resource as it is shown: secrets are never echoed."""
    shown = copy.deepcopy(resource)
    profile = shown.get("properties", {}).get("osProfile")
    if profile:
        profile.pop("adminPassword", None)
    return shown


def instance_view(vm: Resource, power: str) -> Resource:
    """The state of a machine, as its instance view has it."""
    state = vm["properties"]["provisioningState"]
    return {
        "statuses": [
            {
                "code": f"ProvisioningState/{state.lower()}", "level": "Info",
                "displayStatus": f"Provisioning {state.lower()}", "time": now(),
            },
            {
                "code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}",
            },
        ]
    }  # fmt: skip
