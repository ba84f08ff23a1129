"""What stands before Azure's machines: their network cards, and the security groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from tools.errors import Conflict, NotFound
from tools.ports import Opening
from tools.providers.azure_changes import mark_of
from tools.providers.azure_link import Link
from tools.providers.azure_record import Place, Record, id_in
from tools.providers.azure_rules import Rule, inbound, reaches


class Wall:
    """The cards and security groups of one subscription, as they were just read."""

    def __init__(self, link: Link, subscription: str) -> None:
        network = link.client("network", subscription)
        self._link = link
        self._network = network
        cards = link.rows("Listing network cards", network.network_interfaces.list_all)
        groups = link.rows("Listing security groups", network.network_security_groups.list_all)
        self.cards = {id_in(c["properties"], "virtualMachine"): c for c in reversed(cards)}
        self._by_id = {str(card["id"]).lower(): card for card in cards}
        self.groups = groups

    def card_of(self, place: Place) -> Any:
        """The card of a machine.

        Raises:
            Conflict: it has none.
        """
        card = self.cards.get(place.path.lower())
        if card is None:
            raise Conflict(f"{place.name} has no network card.")
        return card

    def before(self, card: Record) -> list[Any]:
        """The groups that stand before a card and before its subnet."""
        own, subnet = id_in(card["properties"], "networkSecurityGroup"), subnet_of(card)
        return [
            group
            for group in self.groups
            if str(group["id"]).lower() == own or (subnet and subnet in _ids(group, "subnets"))
        ]

    def behind(self, group: Record) -> set[str]:
        """Every machine behind a group, by id; a card without a machine by its name."""
        cards, subnets = _ids(group, "networkInterfaces"), _ids(group, "subnets")
        found: set[str] = set()
        for path, card in self._by_id.items():
            if path in cards or subnet_of(card) in subnets:
                machine = id_in(card["properties"], "virtualMachine")
                found.add(_machine_id(machine) if machine else f"the card {card['name']}")
        return found

    def openings(self, place: Place, card: Record) -> list[tuple[Any, Rule, Opening]]:
        """What each group lets in to a machine, with the group and its rule."""
        address, groups = private_address(card), self.before(card)
        own = [
            {
                rule.rule
                for rule in inbound(group, "Allow")
                if rule.is_for(address) and rule.name.startswith(rules_of(place))
            }
            for group in groups
        ]
        found: list[tuple[Any, Rule, Opening]] = []
        for group in groups:
            others = self.behind(group) - {place.machine_id}
            for rule in inbound(group, "Allow"):
                if not reaches(rule, address):
                    continue
                alone = rule.is_for(address)
                through = f"{group['name']}/{rule.name}"
                mine = all(rule.rule in rules for rules in own)
                shared = () if alone else tuple(sorted(others))
                found.append((group, rule, Opening(rule.rule, through, mine, shared)))
        return found


def subnet_of(card: Record) -> str:
    """The lower-case id of the subnet that a card is in."""
    config = first_config(card["properties"])
    return id_in(config["properties"], "subnet") if config else ""


def private_address(card: Record) -> str:
    """A card's private address.

    Raises:
        Conflict: it has none now.
    """
    config = first_config(card["properties"])
    address = str(config["properties"].get("privateIPAddress") or "") if config else ""
    if not address:
        raise Conflict(f"The card {card['name']} has no private address now.")
    return address


def first_config(properties: Record) -> Any:
    """The first address configuration of a card."""
    configs: Sequence[Any] = properties.get("ipConfigurations") or ()
    primary = [c for c in configs if c["properties"].get("primary")]
    return next(iter([*primary, *configs]), None)


def public_of(card: Record) -> str:
    """The lower-case id of a card's public address, or nothing."""
    config = first_config(card["properties"])
    return id_in(config["properties"], "publicIPAddress") if config else ""


def _ids(group: Record, key: str) -> set[str]:
    return {str(one["id"]).lower() for one in group["properties"].get(key) or ()}


def _machine_id(path: str) -> str:
    parts = path.split("/")
    return Place(parts[2], parts[4], parts[-1]).machine_id


def rules_of(place: Place) -> str:
    """How the names of a machine's rules begin."""
    return f"novacron-{mark_of(place.path.lower())[:12]}-"


def group_of(path: str) -> str:
    """The resource group in an id."""
    return path.split("/")[4]


def own_name(place: Place) -> str:
    """What is called that we make for a machine."""
    return f"novacron-{place.name}"


def put_card(link: Link, place: Place, card: Any, body: dict[str, Any]) -> None:
    """Change a network card."""
    network = link.client("network", place.subscription)
    group, name = group_of(str(card["id"])), str(card["name"])

    def put(**polling: Any) -> Any:
        return network.network_interfaces.begin_create_or_update(group, name, body, **polling)

    link.act(f"Changing the network card of {place.name}", put)


def gone(link: Link, what: str, begin: Callable[..., Any], *where: str) -> None:
    """A deletion; what is gone already is no error."""

    def send(**polling: Any) -> Any:
        return begin(*where, **polling)

    with suppress(NotFound):
        link.act(what, send)
