"""A fleet written as a folder that `--fleet` reads: fleet.json and metrics.csv."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tools.errors import Conflict
from tools.machine import VM, Offer
from tools.providers.base import Provider, Sample

WINDOW = timedelta(days=7)
COLUMNS = ("time", "vm_id", "cpu_pct", "memory_pct", "disk_used_pct", "network_mbps", "disk_iops")
_BATCH = 500


def export_fleet(provider: Provider, folder: Path, now: datetime) -> int:
    """Write a provider's machines, offers and a week of samples; give how many machines.

    Raises:
        Conflict: the folder holds a fleet already.
    """
    file = folder / "fleet.json"
    if file.exists():
        raise Conflict(
            f"There is a fleet in {str(folder)!r} already; it was not touched.",
            hint="Name another folder.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    vms = provider.list_machines()
    with (folder / "metrics.csv").open("w", newline="", encoding="utf-8") as out:
        _write_samples(out, provider, [vm.id for vm in vms], now)
    document = json.dumps(fleet_document(vms, provider.offers(), now), indent=1)
    file.write_text(document, encoding="utf-8")  # last: a folder without it is no fleet
    return len(vms)


def fleet_document(vms: Sequence[VM], offers: Sequence[Offer], now: datetime) -> dict[str, Any]:
    """The fleet as fleet.json holds it."""
    return {
        "now": now.replace(microsecond=0).isoformat(),
        "vms": [vm.to_dict() for vm in vms],
        "groups": [asdict(group) for offer in offers for group in offer.groups],
        "hosts": [asdict(host) for offer in offers for host in offer.hosts],
        "networks": [asdict(network) for offer in offers for network in offer.networks],
        "catalog": {
            offer.provider: {
                "regions": list(offer.regions),
                "images": list(offer.images),
                "sizes": [asdict(size) for size in offer.sizes],
            }
            for offer in offers
        },
    }


def _write_samples(out: Any, provider: Provider, ids: list[str], now: datetime) -> None:
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for start in range(0, len(ids), _BATCH):
        for sample in provider.samples(ids[start : start + _BATCH], now - WINDOW):
            writer.writerow(_row(sample))


def _row(sample: Sample) -> list[Any]:
    figures = (sample.cpu, sample.memory, sample.disk, sample.network, sample.iops)
    shown = ["" if figure is None else round(figure, 2) for figure in figures]
    return [sample.time.isoformat(), sample.machine_id, *shown]
