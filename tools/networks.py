"""How many machines each network has, told from their private addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations
from typing import Any

from tools.machine import VM

Row = Mapping[str, Any]
"""A network as `list_catalog` gives it."""


def with_machines(networks: Sequence[Row], vms: Sequence[VM]) -> list[dict[str, Any]]:
    """The networks, each with the number of machines whose private address is in its range.

    Where two networks of one place have the same addresses, a machine's address does not say in
    which of them it is: there the number is not known.
    """
    ranges = [_range(row["cidr"]) for row in networks]
    unclear = _unclear(networks, ranges)
    addresses = [(vm, IPv4Address(vm.private_ip)) for vm in vms if _is_address(vm.private_ip)]
    return [
        {
            **row,
            "machines": None
            if span is None or number in unclear
            else sum(address in span and _is_there(row, vm) for vm, address in addresses),
        }
        for number, (row, span) in enumerate(zip(networks, ranges, strict=True))
    ]


def _unclear(networks: Sequence[Row], ranges: Sequence[IPv4Network | None]) -> set[int]:
    """Networks that share addresses with another that they are neither part nor whole of."""
    found: set[int] = set()
    for (i, one), (k, other) in combinations(enumerate(ranges), 2):
        a, b = networks[i], networks[k]
        if one is None or other is None or not one.overlaps(other) or not _are_together(a, b):
            continue
        if a["name"] != b["part_of"] and b["name"] != a["part_of"]:
            found |= {i, k}
    return found


def _are_together(one: Row, other: Row) -> bool:
    same_region = one["region"] == other["region"] or "global" in (one["region"], other["region"])
    return one["provider"] == other["provider"] and same_region


def _is_there(row: Row, vm: VM) -> bool:
    return row["provider"] == vm.provider and row["region"] in (vm.region, "global")


def _range(cidr: str | None) -> IPv4Network | None:
    try:
        return IPv4Network(cidr) if cidr else None
    except ValueError:
        return None


def _is_address(text: str | None) -> bool:
    try:
        return bool(text and IPv4Address(text))
    except ValueError:
        return False
