"""How one hypervisor is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """How one hypervisor is used.

    Attributes:
        name: the connection's name; by default `libvirt:` and the URI.
        host, region: what its machines say; by default the hypervisor's host name.
        images: a folder of images on the hypervisor; by default the pool's own volumes.
        pool, network: where new disks go and what new machines are connected to.
        stop_limit_s: how long a machine may take to shut down.
        vcpu_hour_usd, gib_hour_usd: what a running machine costs, if anything.
    """

    name: str | None = None
    host: str | None = None
    region: str | None = None
    images: Path | None = None
    pool: str = "default"
    network: str = "default"
    stop_limit_s: float = 60
    vcpu_hour_usd: float = 0.0
    gib_hour_usd: float = 0.0
