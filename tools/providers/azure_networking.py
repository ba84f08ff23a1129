"""Ports and public addresses on Azure.

A security group stands before network cards and before subnets, so many machines share one. What is
opened here names the machine's own address as its destination: it is open for no other, whoever
else is behind the group. Where groups stand before the card and before its subnet, both must let it
in, and both get the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.errors import Conflict, NotAllowed
from tools.ports import Opening, PortRule
from tools.providers.azure_changes import mark_of
from tools.providers.azure_link import Link
from tools.providers.azure_machines import Machines
from tools.providers.azure_record import (
    MACHINE,
    Place,
    Record,
    id_in,
    last,
    parse_id,
    tags_of,
    within,
)
from tools.providers.azure_rules import denies, free_priority, inbound, is_simple, our_rule
from tools.providers.azure_walls import (
    Wall,
    gone,
    group_of,
    own_name,
    private_address,
    public_of,
    put_card,
    rules_of,
)


def openings(machines: Machines, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
    """What is let in to these machines, in two lists for each subscription."""
    places = [p for i in ids if (p := parse_id(i)) and p.subscription in machines.subscriptions]
    found: dict[str, tuple[Opening, ...]] = {}
    for subscription in dict.fromkeys(p.subscription for p in places):
        wall = Wall(machines.link, subscription)
        for place in places:
            card = wall.cards.get(place.path.lower())
            if place.subscription == subscription and card is not None:
                seen = wall.openings(place, card)
                found[place.machine_id] = tuple(opening for _, _, opening in seen)
    return found


def open_port(machines: Machines, machine_id: str, wanted: PortRule) -> None:
    """Let traffic in to one machine, in every group that stands before it."""
    place, _ = machines.find(machine_id)
    wall = Wall(machines.link, place.subscription)
    card = wall.card_of(place)
    address = private_address(card)
    groups = wall.before(card) or [_own_group(machines.link, place, card)]
    for group in groups:
        name = f"{rules_of(place)}{mark_of(str(wanted))[:8]}"
        there = [r for r in inbound(group, "Allow") if r.name == name]
        if any(r.rule == wanted and r.is_for(address) for r in there):
            continue
        priority = there[0].priority if there else free_priority(group)
        if refusing := denies(group, wanted, address, priority):
            raise Conflict(
                f"{group['name']} denies {wanted} by its rule {refusing}, which comes first.",
                hint="Change that rule in Azure, if it may be.",
            )
        _put_rule(machines.link, group, name, our_rule(wanted, address, priority, place.name))


def close_port(machines: Machines, machine_id: str, wanted: PortRule, among: Sequence[str]) -> None:
    """Take out what lets this traffic in; a rule that others share stays, unless all are meant."""
    place, _ = machines.find(machine_id)
    link = machines.link
    wall = Wall(link, place.subscription)
    card = wall.card_of(place)
    found = [one for one in wall.openings(place, card) if one[1].rule == wanted]
    for group, rule, opening in found:
        if others := set(opening.shared_with) - set(among):
            raise NotAllowed(
                f"{place.name}: {opening.through} lets {wanted} in to "
                f"{', '.join(sorted(others))} too.",
                hint="Name those machines as well, or change the rule in Azure.",
            )
        if not is_simple(group, rule.name):
            raise Conflict(
                f"{opening.through} lets in more than {wanted}.", hint="Split that rule in Azure."
            )
    for group, rule, _ in found:
        _delete_rule(link, group, rule.name)
    _drop_own_group(link, place, card)


def forget(machines: Machines, place: Place) -> None:
    """Take away the rules of a machine that is gone: its address will be another's one day."""
    link = machines.link
    network = link.client("network", place.subscription)
    groups = link.rows("Listing security groups", network.network_security_groups.list_all)
    for group in groups:
        if tags_of(group).get(MACHINE) == place.path.lower():
            _delete_group(link, place.subscription, group)
            continue
        for name in [r.name for r in inbound(group, "Allow") if r.name.startswith(rules_of(place))]:
            _delete_rule(link, group, name)


def _own_group(link: Link, place: Place, card: Any) -> Any:
    """A group before the card alone; Azure's own rules in it let in what was let in before.

    Raises:
        Conflict: the card has an address of the Basic kind, to which all is open without a group.
    """
    network = link.client("network", place.subscription)
    group = group_of(str(card["id"]))
    if public := public_of(card):
        outside = link.read(
            "Reading the address",
            lambda: network.public_ip_addresses.get(group_of(public), last(public)),
        )
        if str(within(outside, "sku").get("name", "Basic")) == "Basic":
            raise Conflict(
                f"{place.name} has a Basic address and no security group: every port is open now.",
                hint="A group would close all others. Give it a Standard address first.",
            )
    body = {"location": str(card["location"]), "tags": {MACHINE: place.path.lower()}}
    name = own_name(place)

    def make(**polling: Any) -> Any:
        return network.network_security_groups.begin_create_or_update(group, name, body, **polling)

    link.act(f"Making the security group {name}", make)
    made = link.read(f"Reading {name}", lambda: network.network_security_groups.get(group, name))
    attached = card.as_dict(exclude_readonly=True)
    attached["properties"]["networkSecurityGroup"] = {"id": str(made["id"])}
    put_card(link, place, card, attached)
    return made


def _drop_own_group(link: Link, place: Place, card: Any) -> None:
    """A group that was made for this machine goes with its last rule."""
    path = id_in(card["properties"], "networkSecurityGroup")
    if not path or last(path) != own_name(place).lower():
        return
    network = link.client("network", place.subscription)
    group = link.read(
        "Reading the security group",
        lambda: network.network_security_groups.get(group_of(path), last(path)),
    )
    ours = tags_of(group).get(MACHINE) == place.path.lower()
    if not ours or group["properties"].get("securityRules"):
        return
    body = card.as_dict(exclude_readonly=True)
    body["properties"].pop("networkSecurityGroup", None)
    put_card(link, place, card, body)
    _delete_group(link, place.subscription, group)


def _put_rule(link: Link, group: Record, name: str, body: dict[str, Any]) -> None:
    rules = _network_of(link, group).security_rules
    where = group_of(str(group["id"])), str(group["name"])

    def put(**polling: Any) -> Any:
        return rules.begin_create_or_update(*where, name, body, **polling)

    link.act(f"Writing a rule into {group['name']}", put)


def _delete_rule(link: Link, group: Record, name: str) -> None:
    rules = _network_of(link, group).security_rules
    where = group_of(str(group["id"])), str(group["name"])
    gone(link, f"Taking a rule out of {group['name']}", rules.begin_delete, *where, name)


def _delete_group(link: Link, subscription: str, group: Record) -> None:
    groups = link.client("network", subscription).network_security_groups
    where = group_of(str(group["id"])), str(group["name"])
    gone(link, f"Removing {group['name']}", groups.begin_delete, *where)


def _network_of(link: Link, group: Record) -> Any:
    return link.client("network", str(group["id"]).split("/")[2].lower())
