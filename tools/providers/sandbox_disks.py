"""The sandbox's disks that no machine uses: kept beside the machines, made up where they are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from pydantic import TypeAdapter

from tools.machine import LooseDisk
from tools.providers.sandbox_services import REGIONS
from tools.providers.sandbox_store import Store

_KEY = "disks"
_USD_GIB_MONTH = {"aws": 0.08, "azure": 0.075, "gcp": 0.10}
_LEFT_BEHIND = ("web-old", "db-migration", "build-cache", "report-archive", "ml-scratch", "test")
_A_DISK_FOR = 15
"""One disk is left behind for so many machines."""
_MOST = 200


def kept(store: Store) -> list[LooseDisk]:
    """The disks that are there."""
    return _disks().validate_python(store.fact(_KEY) or [])


def keep(store: Store, disks: Sequence[LooseDisk]) -> None:
    """Let these be the disks that are there."""
    store.set_fact(_KEY, _disks().dump_python(list(disks), mode="json"))


def furnish(store: Store, machines: int, seed: int, now: datetime) -> None:
    """Make up what was left behind in a made-up fleet, once."""
    if store.fact(_KEY) is None:
        keep(store, made_up(machines, seed, now))


def made_up(machines: int, seed: int, now: datetime) -> list[LooseDisk]:
    """Disks of machines that are gone; the same figures give the same disks."""
    chance = random.Random(f"disks/{seed}")
    hour = now.replace(minute=0, second=0, microsecond=0)
    count = min(_MOST, machines // _A_DISK_FOR)
    return [_one(number, chance, hour) for number in range(1, count + 1)]


def _one(number: int, chance: random.Random, hour: datetime) -> LooseDisk:
    provider = chance.choice(sorted(_USD_GIB_MONTH))
    region = chance.choice(REGIONS[provider])
    size = float(chance.choice((20, 50, 100, 200, 500)))
    off = hour - timedelta(hours=chance.randint(24 * 5, 24 * 120))
    return LooseDisk(
        id=f"{provider}/{region}/disk-{number:04}",
        name=f"{chance.choice(_LEFT_BEHIND)}-{number}-data",
        provider=provider,
        region=region,
        size_gib=size,
        created_at=off - timedelta(days=chance.randint(10, 400)),
        detached_at=off,
        usd_month=round(size * _USD_GIB_MONTH[provider], 2),
        tags={"env": chance.choice(("prod", "dev", "test"))},
    )


@cache
def _disks() -> TypeAdapter[list[LooseDisk]]:
    return TypeAdapter(list[LooseDisk])
