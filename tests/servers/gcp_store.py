"""What the Compute Engine test server keeps: resources, operations, and their transitions."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.servers.web import Answer, Refusal

REGIONS = {
    "europe-west1": ("europe-west1-b", "europe-west1-c"),
    "us-central1": ("us-central1-a", "us-central1-b"),
}
MACHINE_TYPES = {
    "e2-micro": (2, 1024),
    "e2-medium": (2, 4096),
    "e2-standard-2": (2, 8192),
    "e2-standard-4": (4, 16384),
    "n2-standard-2": (2, 8192),
    "n2-standard-8": (8, 32768),
}
IMAGES = {
    "debian-cloud": (("debian-12-bookworm-v20261110", "debian-12", "debian-12-bookworm"),),
    "ubuntu-os-cloud": (
        ("ubuntu-2404-noble-amd64-v20261112", "ubuntu-2404-lts-amd64", "ubuntu-2404-lts"),
    ),
    "windows-cloud": (
        ("windows-server-2022-dc-v20261114", "windows-2022", "windows-server-2022-dc"),
    ),
}
LABEL = re.compile(r"[\w-]{0,63}")
NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
Resource = dict[str, Any]


def refuse(status: int, message: str, reason: str) -> Refusal:
    """An error as Compute Engine words it."""
    inner = {"message": message, "domain": "global", "reason": reason}
    error = {"code": status, "message": message, "errors": [inner]}
    return Refusal(Answer(status, {"error": error}))


def not_found(what: str) -> Refusal:
    """There is no such resource."""
    return refuse(404, f"The resource '{what}' was not found", "notFound")


def fingerprint(value: object) -> str:
    """What changes with every change of the value."""
    return base64.b64encode(hashlib.sha256(repr(value).encode()).digest()[:8]).decode()


def now() -> str:
    """This moment, as Compute Engine writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "-00:00")


@dataclass
class Pending:
    """An operation under way: what happens at which share of its time."""

    resource: Resource
    began: float
    takes: float
    stages: list[tuple[float, Callable[[], None]]]
    fails: Resource | None


@dataclass
class Store:
    """Every resource by its path below `projects/`, such as `p/zones/z/instances/web-01`."""

    resources: dict[str, Resource] = field(default_factory=dict[str, Resource])
    operations: dict[str, Resource] = field(default_factory=dict[str, Resource])
    pending: list[Pending] = field(default_factory=list[Pending])
    by_request: dict[str, tuple[str, Resource]] = field(
        default_factory=dict[str, tuple[str, Resource]]
    )
    failures: list[tuple[str, Resource]] = field(default_factory=list[tuple[str, Resource]])
    takes_s: float = 0.06
    numbers: Any = field(default_factory=lambda: itertools.count(4_000_000_000_000_000_001, 7))

    def number(self) -> str:
        """A new resource's id."""
        return str(next(self.numbers))

    def link(self, path: str) -> str:
        """A resource's URL."""
        return f"https://www.googleapis.com/compute/v1/projects/{path}"

    def path_of(self, link: str) -> str:
        """The path of a link, full or partial, such as `projects/p/zones/z/disks/d`."""
        return link.rpartition("projects/")[2]

    def find(self, path: str) -> Resource:
        """A resource by its path; the last part may be its number."""
        parent, _, last = path.rpartition("/")
        if path in self.resources:
            return self.resources[path]
        for key, found in self.resources.items():
            if found["id"] == last and key.rpartition("/")[0] == parent:
                return found
        raise not_found(f"projects/{path}")

    def key_of(self, resource: Resource) -> str:
        """Where a resource is kept."""
        return self.path_of(resource["selfLink"])

    def add(self, path: str, kind: str, **fields: Any) -> Resource:
        """A new resource; one of that name is refused."""
        if path in self.resources:
            raise refuse(409, f"The resource 'projects/{path}' already exists", "alreadyExists")
        name = path.rpartition("/")[2]
        if not NAME.fullmatch(name):
            message = f"Invalid value for field 'resource.name': '{name}'."
            raise refuse(400, message, "invalid")
        made = {
            "kind": f"compute#{kind}",
            "id": self.number(),
            "name": name,
            "selfLink": self.link(path),
            "creationTimestamp": now(),
            **fields,
        }
        self.resources[path] = made
        return made

    def labels(self, given: Resource | None) -> Resource:
        """Labels with their fingerprint, or a refusal."""
        labels = dict(given or {})
        for key, value in labels.items():
            whole = LABEL.fullmatch(key) and LABEL.fullmatch(value) and key
            if not whole or key != key.lower() or value != value.lower():
                raise refuse(400, f"Invalid value for field 'labels': {key!r}.", "invalid")
        found: Resource = {"labelFingerprint": fingerprint(sorted(labels.items()))}
        return {**found, "labels": labels} if labels else found

    def list_of(self, pattern: str) -> list[Resource]:
        """The resources whose paths match."""
        expression = re.compile(pattern)
        return [r for path, r in self.resources.items() if expression.fullmatch(path)]

    # operations

    def repeated(self, request_id: str | None, line: str) -> Resource | None:
        """The operation that this request id began already."""
        if request_id is None:
            return None
        try:
            uuid.UUID(request_id)
        except ValueError:
            raise refuse(400, "Invalid value for field 'requestId'.", "invalid") from None
        if request_id not in self.by_request:
            return None
        known, operation = self.by_request[request_id]
        if known != line:
            raise refuse(400, "The request id was used for another request.", "invalid")
        return operation

    def begin(
        self,
        place: str,
        kind: str,
        target: Resource,
        stages: Sequence[tuple[float, Callable[[], None]]] = (),
    ) -> Resource:
        """Begin an operation at `p/zones/z`, `p/regions/r` or `p/global`."""
        name = f"operation-{time.time_ns() // 1000}-{uuid.uuid4().hex[:12]}"
        operation: Resource = {
            "kind": "compute#operation",
            "id": self.number(),
            "name": name,
            "operationType": kind,
            "targetLink": target["selfLink"],
            "targetId": target["id"],
            "status": "RUNNING",
            "user": "tests@example.com",
            "progress": 0,
            "insertTime": now(),
            "startTime": now(),
            "selfLink": self.link(f"{place}/operations/{name}"),
        }
        _, _, scope = place.partition("/")
        if scope != "global":
            operation[scope.partition("/")[0][:-1]] = self.link(place)
        fails = next((error for t, error in self.failures if t == kind), None)
        self.failures = [(t, error) for t, error in self.failures if t != kind]
        self.operations[f"{place}/operations/{name}"] = operation
        waiting = Pending(operation, time.monotonic(), self.takes_s, list(stages), fails)
        self.pending.append(waiting)
        return operation

    def remember(self, request_id: str | None, line: str, operation: Resource) -> None:
        """Keep a request's id with the operation that it began."""
        if request_id is not None:
            operation["clientOperationId"] = request_id
            self.by_request[request_id] = (line, operation)

    def go_on(self) -> None:
        """Let pass what is due by now."""
        for one in list(self.pending):
            share = (time.monotonic() - one.began) / one.takes if one.takes else 1.0
            if one.fails is None:
                while one.stages and one.stages[0][0] <= share:
                    one.stages.pop(0)[1]()
            one.resource["progress"] = min(100, int(share * 100))
            if share >= 1:
                self._end(one)
                self.pending.remove(one)

    def _end(self, one: Pending) -> None:
        one.resource.update(status="DONE", progress=100, endTime=now())
        if one.fails is not None:
            one.resource.update(
                error={"errors": [one.fails]},
                httpErrorStatusCode=503,
                httpErrorMessage="SERVICE UNAVAILABLE",
            )
            if one.resource["operationType"] == "insert":
                self.resources.pop(self.path_of(one.resource["targetLink"]), None)


_TERM = re.compile(r'\(?\s*([\w.-]+)\s*(!=|=|:)\s*"?([^")]*)"?\s*\)?')


def filtered(rows: Sequence[Resource], expression: str | None) -> list[Resource]:
    """The rows that a filter of terms joined by OR, or by AND, keeps."""
    if not expression:
        return list(rows)
    every = " AND " in expression
    terms = [_TERM.fullmatch(t.strip()) for t in re.split(" AND | OR ", expression)]
    if None in terms:
        raise refuse(400, f"Invalid value for field 'filter': '{expression}'.", "invalid")
    keeps = all if every else any
    return [row for row in rows if keeps(_holds(row, *term.groups()) for term in terms if term)]


def _holds(row: Resource, name: str, operator: str, wanted: str) -> bool:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if operator == ":":
        return value is not None if wanted == "*" else wanted in str(value)
    return (str(value) == wanted) == (operator == "=")


def nothing(scope: str) -> Resource:
    """What an aggregated list says of an empty scope."""
    message = f"There are no results for scope '{scope}' on this page."
    data = [{"key": "scope", "value": scope}]
    return {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": message, "data": data}}


def page(rows: list[Resource], query: dict[str, str]) -> tuple[list[Resource], Resource]:
    """One page of a list, and where the next begins."""
    size = int(query.get("maxResults", 500))
    if not 0 <= size <= 500:
        raise refuse(400, "Invalid value for field 'maxResults'.", "invalid")
    token = query.get("pageToken")
    start = int(base64.b64decode(token)) if token else 0
    more = start + size < len(rows)
    following = base64.b64encode(str(start + size).encode()).decode()
    return rows[start : start + size], {"nextPageToken": following} if more else {}
