"""Machines as rows of the inventory: written where they changed, and read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql, sqlite

from tools.database import machine_records, machines
from tools.machine import VM
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
        db.execute(sa.delete(machines).where(machines.c.id.in_(part)))
        db.execute(sa.delete(machine_records).where(machine_records.c.id.in_(part)))


def replace_machines(db: sa.Connection, connection: str, vms: Sequence[VM]) -> None:
    """Bring a connection's machines to what was read; those that are as before are not touched."""
    query = sa.select(machine_records.c.id, machine_records.c.record)
    query = query.join(machines, machines.c.id == machine_records.c.id)
    rows = db.execute(query.where(machines.c.connection == connection))
    known: dict[str, str] = {row[0]: row[1] for row in rows}
    write_machines(db, connection, vms, known)
    read = {vm.id for vm in vms}
    forget_machines(db, [machine_id for machine_id in known if machine_id not in read])


def write_machines(
    db: sa.Connection, connection: str, vms: Sequence[VM], known: Mapping[str, str] | None = None
) -> None:
    """Write machines that differ from what is known; one that was there keeps its position."""
    known = known or {}
    for part in in_batches(vms, _BATCH):
        written = [(vm, _record().dump_json(vm).decode()) for vm in part]
        changed = [(vm, record) for vm, record in written if known.get(vm.id) != record]
        if changed:
            _upsert(db, machines, [_row(vm, connection) for vm, _ in changed])
            _upsert(db, machine_records, [{"id": vm.id, "record": r} for vm, r in changed])


def _upsert(db: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    new = {c.name: statement.excluded[c.name] for c in table.columns if c.name in rows[0]}
    new.pop("id")
    db.execute(statement.on_conflict_do_update(index_elements=["id"], set_=new), rows)


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
