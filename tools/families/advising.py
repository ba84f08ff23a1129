"""Advising: what could be saved, and where a new machine fits best."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.advice import Kind, Saving, disk_savings, places, savings
from tools.catalog import Arguments, Column, Read, Result, Risk, Targets, Tool
from tools.cost import dollars
from tools.errors import InvalidRequest
from tools.loose_disks import beside, loose_disks
from tools.machine import VM
from tools.names import counted, listed, require_known
from tools.world import World


class PlacementArguments(Arguments):
    """What shall be placed."""

    vcpus: int | None = Field(None, ge=1, description="vCPUs that it needs at least")
    memory_gib: float | None = Field(None, gt=0, description="memory in GiB that it needs at least")
    region: str | None = Field(None, description="only in this region")
    provider: str | None = Field(None, description="only on this provider")


class SavingsArguments(Arguments):
    """Which savings."""

    kind: Kind | None = Field(
        None,
        description="only of this kind: idle, oversized, schedule, long stopped, old snapshots "
        "or orphaned disk; all if not given",
    )


def _savings(world: World, vms: Sequence[VM], args: SavingsArguments) -> Result:
    loose = loose_disks(world)
    disks = disk_savings(world, beside(world, vms, loose.disks))
    found = sorted([*savings(world, vms), *disks], key=lambda s: -s.saving_usd_month)
    found = [s for s in found if args.kind in (None, s.kind)]
    columns = (
        Column("name", "Machine or disk"),
        Column("kind", "Kind"),
        Column("action", "What to do"),
        Column("evidence", "Evidence"),
        Column("saving_usd_month", "Saves a month", "usd"),
        Column("risk", "Risk"),
        Column("caution", "Mind"),
    )
    source = f"{world.metrics.source_name}, last 7d; providers' prices; storage is estimated"
    unseen = [vm.name for vm in vms if vm.id not in world.metrics.read("cpu", "avg", "7d")]
    notes = [f"No samples from {counted(len(unseen), 'machine')} in 7 days."] if unseen else []
    notes += [*world.metrics.problems(), *loose.problems]
    if loose.silent:
        notes.append(f"Disks that no machine uses are not listed by {listed(loose.silent)}.")
    notes.append("Nothing was changed: say what to do, and it is planned and asked about.")
    if not found:
        return Result(
            f"Nothing to save was found on {counted(len(vms), 'machine')}.",
            columns,
            source=source,
            notes=tuple(notes),
        )
    total = sum(s.saving_usd_month for s in found)
    best = "; ".join(_in_words(s) for s in found[:4])
    more = f"; and {len(found) - 4} more" if len(found) > 4 else ""
    return Result(
        f"About {dollars(total)} a month could be saved in {counted(len(found), 'way')}: "
        f"{best}{more}.",
        columns,
        tuple(_row(s) for s in found),
        source=source,
        notes=tuple(notes),
        data={"saving_usd_month": round(total, 2)},
    )


def _in_words(saving: Saving) -> str:
    return f"{saving.action} ({saving.evidence}; {dollars(saving.saving_usd_month)})"


def _row(saving: Saving) -> dict[str, object]:
    return {
        "name": saving.name,
        "id": saving.id,
        "kind": saving.kind,
        "action": saving.action,
        "calls": [call.model_dump(mode="json", exclude_none=True) for call in saving.calls],
        "evidence": saving.evidence,
        "saving_usd_month": round(saving.saving_usd_month, 2),
        "risk": saving.risk,
        "caution": saving.caution,
    }


def _placement(world: World, vms: Sequence[VM], args: PlacementArguments) -> Result:
    if args.vcpus is None and args.memory_gib is None:
        raise InvalidRequest("How big is it?", hint="Say how many vCPUs and how much memory.")
    offers = world.inventory.offers()
    provider, region = args.provider, args.region
    if provider is not None:
        provider = require_known("provider", provider, (o.provider for o in offers))
    if region is not None:
        region = require_known("region", region, (r for o in offers for r in o.regions))
    found = places(world, args.vcpus or 1, args.memory_gib or 0, region, provider)
    wanted = f"{args.vcpus or 1} vCPUs" + (
        f" and {args.memory_gib:g} GiB" if args.memory_gib else ""
    )
    columns = (
        Column("provider", "Provider"),
        Column("region", "Region"),
        Column("host", "Host"),
        Column("size", "Size"),
        Column("vcpus", "vCPUs", "count"),
        Column("memory_gib", "Memory", "gib"),
        Column("usd_month", "Cost a month", "usd"),
        Column("free", "Room"),
    )
    if not found:
        return Result(f"Nothing fits {wanted} there.", columns, source="providers' catalogues")
    rows = tuple({c.key: getattr(place, c.key) for c in columns} for place in found)
    best = found[0]
    on = f", host {best.host} ({best.free})" if best.host else ""
    others = ", ".join(
        f"{p.provider} {p.region} {p.size} {dollars(p.usd_month)}" for p in found[1:4]
    )
    next_best = f" Next: {others}." if others else ""
    return Result(
        f"Cheapest for {wanted}: {best.size} on {best.provider} in {best.region}{on}, "
        f"{dollars(best.usd_month)} a month.{next_best}",
        columns,
        rows,
        source="providers' catalogues and prices; free memory from the inventory",
    )


SAVINGS = Tool(
    name="recommend_savings",
    risk=Risk.READ,
    summary="Where money is wasted: idle, oversized, stopped; nights, loose disks, old snapshots.",
    arguments=SavingsArguments,
    handler=Read(_savings),
    says=(
        "where are we wasting money on azure?",
        "how can we cut costs?",
        "which machines are oversized?",
        "recommend savings for the research team",
    ),
)
PLACEMENT = Tool(
    name="recommend_placement",
    risk=Risk.READ,
    summary="The cheapest place with room for a machine of so many vCPUs and so much memory.",
    arguments=PlacementArguments,
    handler=Read(_placement),
    targets=Targets.NONE,
    says=(
        "where should I put a 4 core 16 gig machine?",
        "what's the cheapest place for 8 vcpus and 32 GB?",
        "which host has room for a vm with 8 gigs of memory?",
    ),
)
