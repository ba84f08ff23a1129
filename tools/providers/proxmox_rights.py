"""Which privileges a user or a token has in Proxmox VE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tools.providers.base import Capability
from tools.providers.proxmox_link import Link
from tools.providers.standing import Lack, Standing, clock_off_s, lacking

_SPACE = "Datastore.AllocateSpace"
_SIZES = ("VM.Config.CPU", "VM.Config.Memory")

RIGHTS = {
    None: ("VM.Audit",),
    Capability.START: ("VM.PowerMgmt",),
    Capability.STOP: ("VM.PowerMgmt",),
    Capability.FORCE_STOP: ("VM.PowerMgmt",),
    Capability.RESTART: ("VM.PowerMgmt",),
    Capability.SUSPEND: ("VM.PowerMgmt",),
    Capability.RESUME: ("VM.PowerMgmt",),
    Capability.CREATE: ("VM.Clone", "VM.Allocate", *_SIZES, "VM.Config.Options", _SPACE),
    Capability.CLONE: ("VM.Clone", "VM.Allocate", _SPACE),
    Capability.DELETE: ("VM.Allocate",),
    Capability.RESIZE: _SIZES,
    Capability.RESIZE_RUNNING: _SIZES,
    Capability.ATTACH_DISK: ("VM.Config.Disk", _SPACE),
    Capability.RESIZE_DISK: ("VM.Config.Disk",),
    Capability.SNAPSHOT: ("VM.Snapshot",),
    Capability.RESTORE: ("VM.Snapshot",),
    Capability.MIGRATE_HOST: ("VM.Migrate",),
    Capability.TAG: ("VM.Config.Options",),
    Capability.PROTECT: ("VM.Config.Options",),
    Capability.PORTS: ("VM.Config.Network", "VM.Audit"),
    Capability.METRICS: ("VM.Audit",),
}
"""The privileges that each capability takes."""

Held = Mapping[str, Mapping[str, int]]
"""Privileges by path; 1: what lies below has it too."""


def examine(
    link: Link,
    region: str,
    guests: Sequence[Mapping[str, Any]],
    capabilities: frozenset[Capability],
) -> Standing:
    """What the user or token may not, on how many machines, and how far the clock is off."""
    vmids = [int(one["vmid"]) for one in guests if not one.get("template")]
    asked = datetime.now(UTC)
    version, date = link.version()
    off_s = clock_off_s(date, asked, datetime.now(UTC))
    held: Held = link.ask("Reading the rights", "GET", "/access/permissions")
    without = {
        right: _without(held, right, vmids) for rights in RIGHTS.values() for right in rights
    }

    def placed(lack: Lack) -> Lack:
        on_storage = lack.right.startswith("Datastore.")
        return replace(
            lack, where="every storage" if on_storage else f"{without[lack.right]} machines"
        )

    lacks = lacking(RIGHTS, capabilities, lambda right: not without[right])
    return Standing(
        reached=f"Proxmox VE {version}, {region}, as {link.user}",
        lacks=tuple(map(placed, lacks)),
        advice="Give it a role with these privileges on /vms and /storage, such as PVEVMAdmin and "
        "PVEDatastoreUser; a token needs them besides its user.",
        clock_off_s=off_s,
    )


def _without(held: Held, right: str, vmids: Sequence[int]) -> int:
    """On how many machines a privilege is missing; of a storage one is enough."""
    top = "/storage" if right.startswith("Datastore.") else "/vms"
    if right in held.get(top, {}) or held.get("/", {}).get(right) == 1:
        return 0
    if top == "/storage":
        return (
            0 if any(right in p for path, p in held.items() if path.startswith("/storage/")) else 1
        )
    if not vmids:
        return 1
    return sum(right not in held.get(f"/vms/{vmid}", {}) for vmid in vmids)
