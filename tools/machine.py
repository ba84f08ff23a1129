"""The machine record and what a provider offers: sizes, images, hosts, groups."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tools.errors import InvalidRequest
from tools.validation import explain


class State(StrEnum):
    """What a machine is seen to be doing."""

    RUNNING = "running"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    STARTING = "starting"
    STOPPING = "stopping"
    ERROR = "error"
    DELETED = "deleted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A saved state of one machine; `name` is unique on that machine."""

    name: str
    created_at: datetime
    size_gib: float | None = None


@dataclass(frozen=True, slots=True)
class VM:
    """One machine as it was last seen. Memory and disk are GiB, money US dollars an hour."""

    id: str
    name: str
    provider: str
    region: str
    state: State
    zone: str | None = None
    host: str | None = None
    size: str | None = None
    vcpus: int = 0
    memory_gib: float = 0
    disk_gib: float = 0
    os: str = "linux"
    image: str | None = None
    private_ip: str | None = None
    public_ip: str | None = None
    created_at: datetime | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])
    group: str | None = None
    hourly_cost_usd: float = 0.0
    protected: bool = False
    snapshots: tuple[Snapshot, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON values, times in RFC 3339."""
        record: dict[str, Any] = dict(zip(_NAMES, _values(self), strict=True))
        record["state"] = self.state.value
        record["created_at"] = self.created_at.isoformat() if self.created_at else None
        record["tags"] = dict(self.tags)
        record["snapshots"] = [_snapshot_to_dict(s) for s in self.snapshots]
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> VM:
        """Read a record from outside.

        Raises:
            InvalidRequest: a field is missing or of the wrong type.
        """
        try:
            return _vm_adapter().validate_python(record)
        except ValidationError as error:
            name = record.get("name", record.get("id", "?"))
            raise InvalidRequest(
                f"The machine record {name!r} is not valid: {explain(error)}."
            ) from error


_NAMES = tuple(field.name for field in dataclasses.fields(VM))
_values = attrgetter(*_NAMES)


def _snapshot_to_dict(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "name": snapshot.name,
        "created_at": snapshot.created_at.isoformat(),
        "size_gib": snapshot.size_gib,
    }


@cache
def _vm_adapter() -> TypeAdapter[VM]:
    return TypeAdapter(VM)


@dataclass(frozen=True, slots=True)
class LooseDisk:
    """A disk that is attached to no machine.

    Attributes:
        id: unique over all connections, such as `aws/1234:us-east-1/vol-1`.
        detached_at: when a machine last let go of it, where the provider notes that.
        usd_month: what it costs, where that is known.
    """

    id: str
    name: str
    provider: str
    region: str
    size_gib: float
    created_at: datetime | None = None
    detached_at: datetime | None = None
    usd_month: float | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Size:
    """An instance size of a provider."""

    name: str
    vcpus: int
    memory_gib: float
    hourly_cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Host:
    """A hypervisor host that machines run on."""

    name: str
    provider: str
    region: str
    vcpus: int = 0
    memory_gib: float = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A scaling group: `count` machines now, never fewer than `min` nor more than `max`."""

    name: str
    provider: str
    region: str
    count: int
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Network:
    """A network that machines can be attached to, or a subnet of one.

    Attributes:
        part_of: the network that it is a subnet of.
    """

    name: str
    provider: str
    region: str
    cidr: str | None = None
    gateway: str | None = None
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What one provider offers: its regions, sizes, images, hosts, networks and groups."""

    provider: str
    regions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()
    hosts: tuple[Host, ...] = ()
    networks: tuple[Network, ...] = ()
    groups: tuple[Group, ...] = ()
