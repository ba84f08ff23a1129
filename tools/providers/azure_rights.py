"""Which rights a sign-in to Azure has: what the resource manager says of each subscription."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from tools.errors import NovaError, ProviderError
from tools.providers.azure_link import Link
from tools.providers.base import Capability
from tools.providers.standing import Lack, Standing, clock_off_s, farthest, lacking

_VERSION = "2022-04-01"
_VM = "Microsoft.Compute/virtualMachines"
_DISK = "Microsoft.Compute/disks"
_SNAPSHOT = "Microsoft.Compute/snapshots"
_NETWORK = "Microsoft.Network"
_JOIN = f"{_NETWORK}/virtualNetworks/subnets/join/action"
_NIC = (f"{_NETWORK}/networkInterfaces/write", f"{_NETWORK}/networkInterfaces/join/action", _JOIN)

RIGHTS = {
    None: (
        f"{_VM}/read", f"{_DISK}/read", f"{_SNAPSHOT}/read",
        f"{_NETWORK}/networkInterfaces/read", f"{_NETWORK}/publicIPAddresses/read",
        f"{_NETWORK}/virtualNetworks/read", "Microsoft.Compute/virtualMachineScaleSets/read",
        "Microsoft.Insights/autoscalesettings/read",
    ),
    Capability.START: (f"{_VM}/start/action",),
    Capability.STOP: (f"{_VM}/deallocate/action",),
    Capability.FORCE_STOP: (f"{_VM}/deallocate/action",),
    Capability.RESTART: (f"{_VM}/restart/action",),
    Capability.CREATE: (f"{_VM}/write", f"{_DISK}/write", *_NIC),
    Capability.CLONE: (f"{_VM}/write", f"{_DISK}/write", f"{_SNAPSHOT}/write", *_NIC),
    Capability.DELETE: (f"{_VM}/delete", f"{_DISK}/delete", f"{_SNAPSHOT}/delete"),
    Capability.RESIZE: (f"{_VM}/write",),
    Capability.ATTACH_DISK: (f"{_VM}/write", f"{_DISK}/write"),
    Capability.RESIZE_DISK: (f"{_DISK}/write", f"{_VM}/deallocate/action", f"{_VM}/start/action"),
    Capability.SNAPSHOT: (f"{_SNAPSHOT}/write", f"{_SNAPSHOT}/delete"),
    Capability.RESTORE: (
        f"{_VM}/write", f"{_DISK}/write", f"{_DISK}/delete", f"{_VM}/deallocate/action",
        f"{_VM}/start/action",
    ),
    Capability.TAG: ("Microsoft.Resources/tags/write",),
    Capability.PROTECT: ("Microsoft.Resources/tags/write",),
    Capability.SCALE_GROUP: ("Microsoft.Compute/virtualMachineScaleSets/write",),
    Capability.PORTS: (
        f"{_NETWORK}/networkSecurityGroups/read",
        f"{_NETWORK}/networkSecurityGroups/securityRules/write",
        f"{_NETWORK}/networkSecurityGroups/securityRules/delete",
    ),
    Capability.PUBLIC_ADDRESS: (
        f"{_NETWORK}/publicIPAddresses/write", f"{_NETWORK}/publicIPAddresses/join/action",
        f"{_NETWORK}/publicIPAddresses/delete", *_NIC,
    ),
    Capability.METRICS: ("Microsoft.Insights/metrics/read",),
}  # fmt: skip
"""The actions of Azure's roles that each capability takes."""


@dataclass(frozen=True)
class _Permissions:
    """What a sign-in may at a place, as the resource manager lists it."""

    rows: Sequence[Mapping[str, Any]]

    def grant(self, action: str) -> bool:
        """Whether one of the rows allows it, and does not take it away again."""
        return any(
            _covers(row.get("actions"), action) and not _covers(row.get("notActions"), action)
            for row in self.rows
        )


def examine(
    link: Link, names: Mapping[str, str], group: str, capabilities: frozenset[Capability]
) -> Standing:
    """What the sign-in may not in each subscription, and how far Azure's clock is off.

    Args:
        link: the connection.
        names: the subscriptions' names, by their ids.
        group: the resource group of new machines: rights may be given there alone.
        capabilities: what is looked at.
    """
    lacks: list[Lack] = []
    offs: list[float | None] = []
    unsure: list[str] = []
    for subscription, name in names.items():
        place = f"/subscriptions/{subscription}"
        asked = datetime.now(UTC)
        here, date = _permissions(link, place)
        offs.append(clock_off_s(date, asked, datetime.now(UTC)))
        missing = lacking(RIGHTS, capabilities, here.grant, f"subscription {name}")
        if missing and (only := _in_group(link, f"{place}/resourceGroups/{group}", missing)):
            unsure.append(f"in the resource group {group} alone it has {', '.join(only)}")
        lacks.extend(missing)
    return Standing(
        reached=f"Azure as {link.as_whom()}: {', '.join(names.values())}",
        lacks=tuple(lacks),
        advice="Give it the role Virtual Machine Contributor, or one with these actions.",
        unsure="; ".join(unsure),
        clock_off_s=farthest(offs),
    )


def _in_group(link: Link, place: str, missing: Sequence[Lack]) -> list[str]:
    """Those of the missing rights that a resource group has."""
    try:
        there, _ = _permissions(link, place)
    except NovaError:
        return []
    return [lack.right for lack in missing if there.grant(lack.right)]


def _permissions(link: Link, place: str) -> tuple[_Permissions, str | None]:
    """What the sign-in may at a place, and when Azure said so."""
    what = f"Reading the rights at {place}"
    url = f"{place}/providers/Microsoft.Authorization/permissions?api-version={_VERSION}"
    rest: Any = import_module("azure.core.rest")
    client = link.client("subscriptions")

    def reading() -> Any:
        answer = client._send_request(rest.HttpRequest("GET", url))
        answer.raise_for_status()
        return answer

    answer = link.read(what, reading)
    try:
        rows: list[Mapping[str, Any]] = list(answer.json()["value"])
    except (ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"{what}: Azure's answer could not be read.") from error
    return _Permissions(rows), answer.headers.get("Date")


def _covers(patterns: object, action: str) -> bool:
    """Whether one of a role's patterns is for an action; `*` stands for anything, `/` too."""
    listed: list[str] = [str(p) for p in patterns] if isinstance(patterns, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return any(
        re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE)
        for pattern in listed
    )
