"""Which privileges a user has in vCenter, on its machines and on its datacenters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tools.providers.base import Capability
from tools.providers.standing import Lack, Standing, clock_off_s, lacking, wanted
from tools.providers.vsphere_link import Link
from tools.providers.vsphere_stub import vim

_MOST = 100
"""So many machines are looked at: a request with thousands of them takes vCenter long."""
_V = "VirtualMachine"
_ROOM = ("Resource.AssignVMToPool", "Datastore.AllocateSpace")
_SIZES = (f"{_V}.Config.CPUCount", f"{_V}.Config.Memory")
_MOVES = ("Resource.HotMigrate", "Resource.ColdMigrate")

RIGHTS = {
    None: ("System.View", "System.Read"),
    Capability.START: (f"{_V}.Interact.PowerOn",),
    Capability.STOP: (f"{_V}.Interact.PowerOff",),
    Capability.FORCE_STOP: (f"{_V}.Interact.PowerOff",),
    Capability.RESTART: (f"{_V}.Interact.Reset",),
    Capability.SUSPEND: (f"{_V}.Interact.Suspend",),
    Capability.RESUME: (f"{_V}.Interact.PowerOn",),
    Capability.CREATE: (
        f"{_V}.Provisioning.DeployTemplate", f"{_V}.Inventory.CreateFromExisting", *_SIZES, *_ROOM,
    ),
    Capability.CLONE: (f"{_V}.Provisioning.Clone", f"{_V}.Inventory.CreateFromExisting", *_ROOM),
    Capability.DELETE: (f"{_V}.Inventory.Delete",),
    Capability.RESIZE: _SIZES,
    Capability.RESIZE_RUNNING: _SIZES,
    Capability.ATTACH_DISK: (f"{_V}.Config.AddNewDisk", "Datastore.AllocateSpace"),
    Capability.RESIZE_DISK: (f"{_V}.Config.DiskExtend",),
    Capability.SNAPSHOT: (f"{_V}.State.CreateSnapshot", f"{_V}.State.RemoveSnapshot"),
    Capability.RESTORE: (f"{_V}.State.RevertToSnapshot",),
    Capability.MIGRATE_HOST: _MOVES,
    Capability.MIGRATE_REGION: (*_MOVES, "Datastore.AllocateSpace"),
    Capability.TAG: ("InventoryService.Tagging.AttachTag",),
    Capability.PROTECT: ("Global.SetCustomField",),
    Capability.METRICS: ("System.View",),
}  # fmt: skip
"""The privileges that each capability takes."""


def examine(link: Link, page: int, capabilities: frozenset[Capability]) -> Standing:
    """What the user may not, on how many machines or datacenters, and vCenter's clock."""
    asked = datetime.now(UTC)
    now = vim.ServiceInstance("ServiceInstance", link.stub).CurrentTime()
    off_s = clock_off_s(now, asked, datetime.now(UTC))
    about = link.content.about
    lacks, seen = _lacks(link, page, capabilities)
    return Standing(
        reached=f"{about.fullName} at {link.address.host} as {link.user}",
        lacks=lacks,
        advice="Give the user a role with these privileges, propagated from the root folder.",
        unsure=f"{_MOST} of {seen} machines were looked at" if seen > _MOST else "",
        clock_off_s=off_s,
    )


def _lacks(
    link: Link, page: int, capabilities: frozenset[Capability]
) -> tuple[tuple[Lack, ...], int]:
    """What is missing, and how many machines there are."""
    found = link.retrieve_all({vim.VirtualMachine: ("name",), vim.Datacenter: ("name",)}, page)
    machines = [ref for ref, _ in found if isinstance(ref, vim.VirtualMachine)]
    centers = [ref for ref, _ in found if isinstance(ref, vim.Datacenter)]
    rights = wanted(RIGHTS, capabilities)
    on_machines = [right for right in rights if right.startswith((f"{_V}.", "Inventory", "Global"))]
    elsewhere = [right for right in rights if right not in on_machines]
    looked = machines[:_MOST] or centers
    missing = _missing(link, looked, on_machines) + _missing(link, centers, elsewhere)

    def placed(lack: Lack) -> Lack:
        of, kind = (looked, "machines") if lack.right in on_machines else (centers, "datacenters")
        return replace(lack, where=f"{missing[lack.right]} of {len(of)} {kind}")

    lacks = lacking(RIGHTS, capabilities, lambda right: not missing[right])
    return tuple(map(placed, lacks)), len(machines)


def _missing(link: Link, entities: Sequence[Any], rights: Sequence[str]) -> Counter[str]:
    """On how many of these each privilege is missing."""
    if not entities or not rights:
        return Counter()
    manager = link.content.authorizationManager
    who = link.content.sessionManager.currentSession.userName
    answer = manager.HasUserPrivilegeOnEntities(list(entities), who, list(rights))
    return Counter(
        one.privId for entity in answer for one in entity.privAvailability if not one.isGranted
    )
