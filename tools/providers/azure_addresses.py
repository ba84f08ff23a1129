"""Public addresses on Azure: a Standard one of the machine's own, which goes with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from tools.errors import Conflict, NotFound, NovaError, OutcomeUnknown
from tools.providers.azure_link import Link
from tools.providers.azure_machines import Machines
from tools.providers.azure_record import MACHINE, Place, last, tags_of
from tools.providers.azure_walls import (
    Wall,
    first_config,
    gone,
    group_of,
    own_name,
    public_of,
    put_card,
)


def assign_address(machines: Machines, machine_id: str) -> None:
    """Give a machine a Standard address of its own, where it has none."""
    place, _ = machines.find(machine_id)
    link = machines.link
    card = Wall(link, place.subscription).card_of(place)
    if public_of(card):
        return
    path = _make_address(link, place, card)
    body = card.as_dict(exclude_readonly=True)
    first_config(body["properties"])["properties"]["publicIPAddress"] = {"id": path}
    try:
        put_card(link, place, card, body)
    except OutcomeUnknown:
        raise
    except NovaError:
        with suppress(NovaError):  # the refusal counts; the next try finds the address by its name
            _delete_address(link, place, path)
        raise
    machines.forget_addresses()


def release_address(machines: Machines, machine_id: str) -> None:
    """Take a machine's address; one that we made for it is given back."""
    place, _ = machines.find(machine_id)
    link = machines.link
    card = Wall(link, place.subscription).card_of(place)
    if public_of(card):
        body = card.as_dict(exclude_readonly=True)
        first_config(body["properties"])["properties"].pop("publicIPAddress")
        put_card(link, place, card, body)
    give_back(link, place, group_of(str(card["id"])))
    machines.forget_addresses()


def _make_address(link: Link, place: Place, card: Any) -> str:
    """An address by the machine's name, made once; it goes with the machine."""
    addresses = link.client("network", place.subscription).public_ip_addresses
    group, name = group_of(str(card["id"])), own_name(place)
    there = _own_address(link, place, group)
    if there is not None:
        return str(there["id"])
    body = {
        "location": str(card["location"]), "sku": {"name": "Standard", "tier": "Regional"},
        "tags": {MACHINE: place.path.lower()},
        "properties": {
            "publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4",
            "deleteOption": "Delete",
        },
    }  # fmt: skip

    def make(**polling: Any) -> Any:
        return addresses.begin_create_or_update(group, name, body, **polling)

    link.act(f"Making an address for {place.name}", make)
    made = _own_address(link, place, group)
    if made is None:
        raise OutcomeUnknown(f"The address of {place.name} does not show yet.")
    return str(made["id"])


def _own_address(link: Link, place: Place, group: str) -> Any | None:
    """The address that we made for a machine.

    Raises:
        Conflict: there is one of that name that is not ours.
    """
    addresses = link.client("network", place.subscription).public_ip_addresses
    try:
        found = link.read("Reading the address", lambda: addresses.get(group, own_name(place)))
    except NotFound:
        return None
    if tags_of(found).get(MACHINE) != place.path.lower():
        raise Conflict(f"There is an address {own_name(place)} that is not {place.name}'s.")
    return found


def give_back(link: Link, place: Place, group: str) -> None:
    """Remove the address that we made for a machine, if there is one."""
    with suppress(Conflict):  # one of that name is somebody else's, and stays
        if (own := _own_address(link, place, group)) is not None:
            _delete_address(link, place, str(own["id"]))


def _delete_address(link: Link, place: Place, path: str) -> None:
    addresses = link.client("network", place.subscription).public_ip_addresses
    where = group_of(path), last(path)
    gone(link, f"Giving back the address of {place.name}", addresses.begin_delete, *where)
