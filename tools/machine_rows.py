"""Machines as rows of the inventory: written where they changed, and read back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter

from tools.database import machine_records, machines
from tools.machine import VM
from tools.many_rows import among, upsert_rows
from tools.tag_text import write_tags

T = TypeVar("T")

_BATCH = 2_000


def in_batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in parts, none larger than `size`."""
    return (items[i : i + size] for i in range(0, len(items), size))


def read_records(records: Iterable[str]) -> list[VM]:
    """The machines that were written."""
    return _records().validate_json(f"[{','.join(records)}]")


@cache
def _records() -> TypeAdapter[list[VM]]:
    return TypeAdapter(list[VM])


@cache
def _record() -> TypeAdapter[VM]:
    return TypeAdapter(VM)


def forget_machines(db: sa.Connection, ids: Sequence[str]) -> None:
    """Take machines out of the inventory."""
    for part in in_batches(ids, 500):
        db.execute(sa.delete(machines).where(among(db, machines.c.id, part)))
        db.execute(sa.delete(machine_records).where(among(db, machine_records.c.id, part)))


def replace_machines(
    db: sa.Connection, connection: str, vms: Sequence[VM], *, kept: Collection[str] = ()
) -> bool:
    """Bring a connection's machines to what was read; whether anything was otherwise.

    Args:
        kept: ids of machines that are known better than this, and stay as they are.
    """
    query = sa.select(machine_records.c.id, machine_records.c.record)
    query = query.join(machines, machines.c.id == machine_records.c.id)
    rows = db.execute(query.where(machines.c.connection == connection))
    known: dict[str, str] = {row[0]: row[1] for row in rows}
    changed = write_machines(db, connection, [vm for vm in vms if vm.id not in kept], known)
    read = {vm.id for vm in vms}.union(kept)
    gone = [machine_id for machine_id in known if machine_id not in read]
    forget_machines(db, gone)
    return bool(changed or gone)


def write_machines(
    db: sa.Connection, connection: str, vms: Sequence[VM], known: Mapping[str, str] | None = None
) -> int:
    """Write machines that differ from what is known; one that was there keeps its position.

    Gives how many were written.
    """
    known, number = known or {}, 0
    for part in in_batches(vms, _BATCH):
        written = [(vm, _record().dump_json(vm).decode()) for vm in part]
        changed = [(vm, record) for vm, record in written if known.get(vm.id) != record]
        if changed:
            upsert_rows(db, machines, "id", [_row(vm, connection) for vm, _ in changed])
            records = [{"id": vm.id, "record": record} for vm, record in changed]
            upsert_rows(db, machine_records, "id", records)
            number += len(changed)
    return number


def _row(vm: VM, connection: str) -> dict[str, Any]:
    return {
        "id": vm.id,
        "connection": connection,
        "name": vm.name,
        "provider": vm.provider,
        "region": vm.region,
        "zone": vm.zone,
        "host": vm.host,
        "state": vm.state.value,
        "os": vm.os,
        "image": vm.image,
        "size": vm.size,
        "group": vm.group,
        "vcpus": vm.vcpus,
        "memory_gib": vm.memory_gib,
        "disk_gib": vm.disk_gib,
        "hourly_cost_usd": vm.hourly_cost_usd,
        "created_at": vm.created_at.timestamp() if vm.created_at else None,
        "snapshots": len(vm.snapshots),
        "public_ip": vm.public_ip,
        "protected": vm.protected,
        "tags": write_tags(vm.tags),
    }
