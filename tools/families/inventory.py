"""Inventory: list, count and describe machines, their snapshots, and what providers offer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from pydantic import Field

from tools.catalog import Arguments, Column, NoArguments, Read, Result, Risk, Targets, Tool
from tools.cost import dollars, hourly_cost_usd
from tools.grouping import GroupBy, grouped
from tools.machine import VM, Offer
from tools.names import counted, listed, require_known
from tools.networks import with_machines
from tools.selector import METRIC_NAMES
from tools.world import World

CatalogKind = Literal["sizes", "images", "regions", "hosts", "networks", "groups", "providers"]
CATALOG_KINDS: tuple[str, ...] = get_args(CatalogKind)


class CountArguments(Arguments):
    """How to split the number."""

    group_by: GroupBy | None = Field(
        None, description="a field or a tag to count by, such as provider, state, env, team"
    )


class CatalogArguments(Arguments):
    """What to list."""

    kind: CatalogKind = Field(
        description="sizes, images, regions, hosts, networks, groups or providers"
    )
    provider: str | None = Field(None, description="only this provider's")
    region: str | None = Field(None, description="only what exists in this region")


COLUMNS = (
    Column("name", "Name"),
    Column("provider", "Provider"),
    Column("region", "Region"),
    Column("state", "State", "state"),
    Column("size", "Size"),
    Column("vcpus", "vCPUs", "count"),
    Column("memory_gib", "Memory", "gib"),
    Column("private_ip", "Address"),
    Column("hourly_cost_usd", "Cost", "usd_hour"),
    Column("id", "Id"),
)
"""The columns of a list of machines."""


def machine_row(vm: VM) -> dict[str, Any]:
    """A machine as a row of `COLUMNS`."""
    record = vm.to_dict()
    return {column.key: record[column.key] for column in COLUMNS}


def _list(world: World, vms: Sequence[VM], args: NoArguments) -> Result:
    if not vms:
        return Result("No machine fits that.", COLUMNS)
    names = listed([vm.name for vm in vms], 12)
    states = grouped(world, vms, "state")
    parts = ", ".join(f"{len(found):,} {state}" for state, found in states.items())
    return Result(
        f"{counted(len(vms), 'machine')}: {names}. {parts.capitalize()}.",
        COLUMNS,
        tuple(machine_row(vm) for vm in vms),
        source="inventory",
    )


def _count(world: World, vms: Sequence[VM], args: CountArguments) -> Result:
    total = counted(len(vms), "machine")
    if args.group_by is None:
        return Result(f"{total}.", source="inventory", data={"count": len(vms)})
    groups = grouped(world, vms, args.group_by)
    rows = tuple({"value": value, "count": len(found)} for value, found in groups.items())
    parts = ", ".join(f"{row['value']} {row['count']}" for row in rows[:12])
    return Result(
        f"{total} by {args.group_by}: {parts}." if rows else f"{total}.",
        (Column("value", args.group_by), Column("count", "Machines", "count")),
        rows,
        chart="bar",
        source="inventory",
        data={"count": len(vms)},
    )


def _describe(world: World, vms: Sequence[VM], args: NoArguments) -> Result:
    if not vms:
        return Result("No machine fits that.")
    rows = tuple({**vm.to_dict(), **_last_hour(world, vm)} for vm in vms)
    columns = tuple(Column(key, key.replace("_", " ")) for key in rows[0])
    text = "\n".join(_sentence(world, vm) for vm in vms[:5])
    more = f"\n… and {len(vms) - 5} more in the table." if len(vms) > 5 else ""
    return Result(
        text + more, columns, rows, source=f"inventory; {world.metrics.source_name}, last 1h"
    )


def _last_hour(world: World, vm: VM) -> dict[str, float | None]:
    values = {name: world.metrics.read(name, "avg", "1h").get(vm.id) for name in METRIC_NAMES}
    return {f"{n}_now": None if v is None else round(v, 2) for n, v in values.items()}


def _sentence(world: World, vm: VM) -> str:
    place = " ".join(part for part in (vm.provider, vm.region, vm.zone, vm.host) if part)
    size = f"{vm.size}, " if vm.size else ""
    shape = f"{size}{vm.vcpus} vCPUs, {vm.memory_gib:g} GiB, {vm.disk_gib:g} GiB disk"
    parts = [f"{vm.name} is {vm.state.value} ({place}): {shape}, {vm.image or vm.os}."]
    addresses = [f"private {vm.private_ip}"] if vm.private_ip else []
    addresses += [f"public {vm.public_ip}"] if vm.public_ip else ["no public address"]
    parts.append(f"Address: {', '.join(addresses)}.")
    parts.append(_costs(vm))
    if vm.created_at is not None:
        age = (world.now - vm.created_at).days
        parts.append(f"Created {vm.created_at:%Y-%m-%d} ({age} days ago).")
    now = _last_hour(world, vm)
    usage = [f"{n} {v:g}{_unit(n)}" for n in METRIC_NAMES if (v := now[f"{n}_now"]) is not None]
    parts.append(f"Last hour: {', '.join(usage)}." if usage else "No samples in the last hour.")
    facts = [f"{key}={value}" for key, value in vm.tags.items()] or ["no tags"]
    facts += [f"group {vm.group}"] if vm.group else []
    facts += ["protected"] if vm.protected else ["not protected"]
    facts += [counted(len(vm.snapshots), "snapshot")]
    return " ".join([*parts, f"Tags and guards: {', '.join(facts)}."])


def _costs(vm: VM) -> str:
    month = dollars(vm.hourly_cost_usd * 730)
    if hourly_cost_usd(vm) == 0 and vm.hourly_cost_usd > 0:
        return f"Costs nothing for compute while {vm.state.value} ({month} a month when running)."
    return f"Costs {dollars(vm.hourly_cost_usd)}/h ({month} a month)."


def _unit(metric: str) -> str:
    return {"network": " Mbit/s", "iops": "/s"}.get(metric, " %")


def _snapshots(world: World, vms: Sequence[VM], args: NoArguments) -> Result:
    pairs = [(vm, s) for vm in vms for s in vm.snapshots]
    pairs.sort(key=lambda pair: pair[1].created_at, reverse=True)
    rows: tuple[dict[str, Any], ...] = tuple(
        {
            "machine": vm.name,
            "snapshot": s.name,
            "created_at": s.created_at.isoformat(),
            "age_days": round((world.now - s.created_at).total_seconds() / 86400, 1),
            "size_gib": s.size_gib,
            "id": vm.id,
        }
        for vm, s in pairs
    )
    columns = (
        Column("machine", "Machine"),
        Column("snapshot", "Snapshot"),
        Column("created_at", "Taken", "time"),
        Column("age_days", "Age in days", "count"),
        Column("size_gib", "Size", "gib"),
        Column("id", "Machine id"),
    )
    if not rows:
        return Result("No snapshots there.", columns, source="inventory")
    held = len({row["id"] for row in rows})
    shown = ", ".join(f"{r['machine']}: {r['snapshot']} ({r['created_at'][:10]})" for r in rows[:6])
    more = f" and {len(rows) - 6} more" if len(rows) > 6 else ""
    text = f"{counted(len(rows), 'snapshot')} of {counted(held, 'machine')}: {shown}{more}."
    return Result(text, columns, rows, source="inventory")


@dataclass(frozen=True, slots=True)
class _Kind:
    columns: tuple[Column, ...]
    rows: Callable[[Offer], list[dict[str, Any]]]


_PLACE = (Column("provider", "Provider"), Column("region", "Region"), Column("name", "Name"))
_SHAPE = (Column("vcpus", "vCPUs", "count"), Column("memory_gib", "Memory", "gib"))


def _size_rows(offer: Offer) -> list[dict[str, Any]]:
    return [
        {
            "provider": offer.provider,
            "name": s.name,
            "vcpus": s.vcpus,
            "memory_gib": s.memory_gib,
            "hourly_cost_usd": s.hourly_cost_usd,
        }
        for s in offer.sizes
    ]


def _host_rows(offer: Offer) -> list[dict[str, Any]]:
    return [
        {
            "provider": offer.provider,
            "region": h.region,
            "name": h.name,
            "vcpus": h.vcpus,
            "memory_gib": h.memory_gib,
        }
        for h in offer.hosts
    ]


_KINDS: dict[str, _Kind] = {
    "sizes": _Kind(
        (_PLACE[0], _PLACE[2], *_SHAPE, Column("hourly_cost_usd", "Price", "usd_hour")), _size_rows
    ),
    "images": _Kind(
        (_PLACE[0], _PLACE[2]),
        lambda o: [{"provider": o.provider, "name": image} for image in o.images],
    ),
    "regions": _Kind(
        (_PLACE[0], _PLACE[2]),
        lambda o: [{"provider": o.provider, "name": region} for region in o.regions],
    ),
    "hosts": _Kind((*_PLACE, *_SHAPE), _host_rows),
    "networks": _Kind(
        (
            *_PLACE,
            Column("part_of", "Subnet of"),
            Column("cidr", "Range"),
            Column("gateway", "Gateway"),
            Column("machines", "Machines", "count"),
        ),
        lambda o: [asdict(network) for network in o.networks],
    ),
    "groups": _Kind(
        (
            *_PLACE,
            Column("count", "Machines", "count"),
            Column("min", "Least", "count"),
            Column("max", "Most", "count"),
        ),
        lambda o: [
            {
                "provider": g.provider,
                "region": g.region,
                "name": g.name,
                "count": g.count,
                "min": g.min,
                "max": g.max,
            }
            for g in o.groups
        ],
    ),
    "providers": _Kind(
        (_PLACE[0], Column("regions", "Regions"), Column("sizes", "Sizes", "count")),
        lambda o: [
            {"provider": o.provider, "regions": ", ".join(o.regions), "sizes": len(o.sizes)}
        ],
    ),
}


def _catalog(world: World, vms: Sequence[VM], args: CatalogArguments) -> Result:
    offers = list(world.inventory.offers())
    if args.provider is not None:
        kinds = [o.provider for o in offers]
        provider = require_known("provider", args.provider, kinds)
        offers = [o for o in offers if o.provider == provider]
    if args.region is not None:
        region = require_known("region", args.region, [r for o in offers for r in o.regions])
        offers = [o for o in offers if region in o.regions]
    kind = _KINDS[args.kind]
    rows = [row for offer in offers for row in kind.rows(offer)]
    if args.region is not None:
        place = "name" if args.kind == "regions" else "region"
        rows = [
            row for row in rows if row.get(place, args.region).casefold() == args.region.casefold()
        ]
    if args.kind == "networks":
        rows = with_machines(rows, world.inventory.all())
    unique = list({tuple(row.items()): row for row in rows}.values())
    names = listed([str(row.get("name", row["provider"])) for row in unique], 15)
    what = args.kind[:-1] if len(unique) == 1 else args.kind
    text = f"{len(unique)} {what}: {names}." if unique else f"No {args.kind} there."
    text = " ".join([text, *_not_told(world, args.provider)])
    return Result(text, kind.columns, tuple(unique), source="providers' catalogues")


def _not_told(world: World, provider: str | None) -> list[str]:
    """Which connections, of this provider or any, could not say what they offer."""
    inventory = world.inventory
    return [
        f"{name} did not say what it offers: {error.message}"
        for name, error in inventory.offer_problems().items()
        if provider is None or provider in inventory.book.kinds_on(name)
    ]


LIST = Tool(
    name="list_vms",
    risk=Risk.READ,
    summary="List machines.",
    arguments=NoArguments,
    handler=Read(_list),
    says=(
        "list all vms",
        "what's running in eu-west-1?",
        "which dev machines are off?",
        "show me the azure boxes",
        "servers without an owner",
        "the five oldest machines",
    ),
)
COUNT = Tool(
    name="count_vms",
    risk=Risk.READ,
    summary="Count machines, all together or by a field or tag.",
    arguments=CountArguments,
    handler=Read(_count),
    says=(
        "how many machines do we have per cloud?",
        "how many vms are stopped?",
        "count the prod servers by team",
        "number of windows boxes",
    ),
)
DESCRIBE = Tool(
    name="describe_vms",
    risk=Risk.READ,
    summary="Say everything about machines: state, place, size, addresses, cost, tags, use.",
    arguments=NoArguments,
    handler=Read(_describe),
    says=(
        "describe web-01",
        "what's the IP of gitlab?",
        "is jenkins up?",
        "tell me about db-prod-1",
        "who owns kafka-2?",
        "how much memory does carol-dev have?",
    ),
)
LIST_SNAPSHOTS = Tool(
    name="list_snapshots",
    risk=Risk.READ,
    summary="List machines' snapshots, the newest first.",
    arguments=NoArguments,
    handler=Read(_snapshots),
    says=(
        "list the snapshots of carol-dev",
        "what snapshots do we have?",
        "show me gitlab's snapshots",
        "when was erp-prod-1 last snapshotted?",
    ),
)
LIST_CATALOG = Tool(
    name="list_catalog",
    risk=Risk.READ,
    summary="List what providers offer: sizes, images, regions, hosts, networks, providers.",
    arguments=CatalogArguments,
    handler=Read(_catalog),
    targets=Targets.NONE,
    says=(
        "what sizes does aws have?",
        "which images can I use on gcp?",
        "list the regions",
        "what hypervisor hosts are there?",
        "which providers are connected?",
        "show the networks in fra1",
    ),
)
