"""The rules of Azure's security groups in our words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from tools.errors import Capacity
from tools.ports import ANYWHERE, LAST_PORT, PortRule
from tools.providers.azure_record import Record

_FIRST, _LAST = 1000, 4096
_EVERYWHERE = frozenset({"*", "any", "0.0.0.0/0"})
_INSIDE = _EVERYWHERE | {"virtualnetwork"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a rule of a group lets in or keeps out.

    Attributes:
        name: what the rule is called in its group.
        to: the addresses that it is for, as Azure writes them.
    """

    name: str
    priority: int
    rule: PortRule
    to: tuple[str, ...]

    def is_for(self, address: str) -> bool:
        """Whether it is for this address alone."""
        return {one.removesuffix("/32") for one in self.to} == {address}


def inbound(group: Record, access: str) -> list[Rule]:
    """What a group lets in (`Allow`) or keeps out (`Deny`), in the order of its priorities."""
    rules = [
        one
        for rule in group["properties"].get("securityRules") or ()
        if (p := rule["properties"])["direction"] == "Inbound" and p["access"] == access
        for one in _parts(rule)
    ]
    return sorted(rules, key=lambda rule: (rule.priority, rule.name))


def _parts(rule: Record) -> Iterator[Rule]:
    properties = rule["properties"]
    protocol = str(properties["protocol"]).lower()
    to = _either(properties, "destinationAddressPrefix", "destinationAddressPrefixes")
    to = to or tuple(_ids(properties, "destinationApplicationSecurityGroups"))
    sources = _either(properties, "sourceAddressPrefix", "sourceAddressPrefixes")
    sources = sources or tuple(_ids(properties, "sourceApplicationSecurityGroups"))
    for ports in _either(properties, "destinationPortRange", "destinationPortRanges"):
        first, _, end = ports.partition("-")
        span = (0, LAST_PORT) if ports == "*" else (int(first), int(end or first))
        for source in sources:
            told = PortRule("all" if protocol == "*" else protocol, *span, _source(source))
            yield Rule(str(rule["name"]), int(properties["priority"]), told, to)


def _either(properties: Record, one: str, several: str) -> tuple[str, ...]:
    found = [properties.get(one), *(properties.get(several) or ())]
    return tuple(str(value) for value in found if value)


def _ids(properties: Record, key: str) -> list[str]:
    return [str(one["id"]) for one in properties.get(key) or ()]


def _source(text: str) -> str:
    if text.lower() in _EVERYWHERE:
        return ANYWHERE
    try:
        return str(IPv4Network(text))
    except ValueError:
        return text  # a service tag, a group of applications, or IPv6


def reaches(rule: Rule, address: str) -> bool:
    """Whether a rule is for a machine with this address; where Azure does not say, it is."""
    return any(_holds(one, address) for one in rule.to)


def _holds(span: str, address: str) -> bool:
    if span.lower() in _INSIDE:
        return True
    try:
        return IPv4Address(address) in IPv4Network(span, strict=False)
    except ValueError:
        return "/providers/" in span.lower()  # a group of applications: who is in it is not read


def denies(group: Record, wanted: PortRule, address: str, priority: int) -> str:
    """The rule that keeps some of this out before a rule of this priority is looked at, or ""."""
    for rule in inbound(group, "Deny"):
        first = rule.priority < priority and reaches(rule, address)
        if first and rule.rule.meets(wanted) and _meet(rule.rule.source, wanted.source):
            return rule.name
    return ""


def _meet(one: str, other: str) -> bool:
    try:
        return IPv4Network(one).overlaps(IPv4Network(other))
    except ValueError:
        return True


def is_simple(group: Record, name: str) -> bool:
    """Whether a rule lets in one thing only, so that it can go."""
    return sum(rule.name == name for rule in inbound(group, "Allow")) == 1


def free_priority(group: Record) -> int:
    """A priority that no inbound rule has.

    Raises:
        Capacity: there is none.
    """
    rules: Sequence[Record] = group["properties"].get("securityRules") or ()
    taken = {
        int(r["properties"]["priority"]) for r in rules if r["properties"]["direction"] == "Inbound"
    }
    free = next((n for n in range(_FIRST, _LAST + 1) if n not in taken), None)
    if free is None:
        raise Capacity(f"The security group {group['name']} has no room for a rule.")
    return free


def our_rule(wanted: PortRule, address: str, priority: int, machine: str) -> dict[str, Any]:
    """A rule that lets this in to one machine, as Azure takes it."""
    return {
        "properties": {
            "description": f"Opened by NovaCron for {machine} alone",
            "protocol": wanted.protocol.capitalize(), "access": "Allow", "direction": "Inbound",
            "priority": priority, "sourceAddressPrefix": wanted.source, "sourcePortRange": "*",
            "destinationAddressPrefix": f"{address}/32", "destinationPortRange": wanted.ports,
        }
    }  # fmt: skip
