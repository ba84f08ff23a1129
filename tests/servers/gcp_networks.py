"""Firewall rules, network tags and public addresses of the Compute Engine test server."""

from __future__ import annotations

from typing import Any

from tests.servers.gcp_store import REGIONS, Resource, Store, fingerprint, refuse

NETWORK_VERBS = frozenset({"setTags", "addAccessConfig", "deleteAccessConfig"})


def add_subnets(store: Store, project: str) -> None:
    """The default network's subnet in every region."""
    for number, region in enumerate(REGIONS):
        store.add(
            f"{project}/regions/{region}/subnetworks/default", "subnetwork",
            network=store.link(f"{project}/global/networks/default"),
            region=store.link(f"{project}/regions/{region}"),
            ipCidrRange=f"10.{132 + number}.0.0/20", gatewayAddress=f"10.{132 + number}.0.1",
        )  # fmt: skip


def insert_firewall(store: Store, place: str, body: Resource) -> Resource:
    """A new rule of a network; gives its operation."""
    network = store.find(store.path_of(body["network"]))
    if bool(body.get("allowed")) == bool(body.get("denied")):
        raise refuse(400, "Either allowed or denied must be given.", "invalid")
    given = {k: v for k, v in body.items() if k not in ("name", "network")}
    fields = {
        "priority": 1000, "direction": "INGRESS", "disabled": False,
        "logConfig": {"enable": False}, **given, "network": network["selfLink"],
    }  # fmt: skip
    rule = store.add(f"{place}/firewalls/{body['name']}", "firewall", **fields)
    return store.begin(place, "insert", rule)


def change_network(
    store: Store, instance: Resource, verb: str, query: dict[str, str], body: Resource
) -> Resource:
    """Tags or an address of an instance; gives the operation."""
    place = store.key_of(instance).partition("/instances/")[0]
    if verb == "setTags":
        if body.get("fingerprint") != instance["tags"]["fingerprint"]:
            message = "Supplied fingerprint does not match current tags fingerprint."
            raise refuse(412, message, "conditionNotMet")
        items = body.get("items")
        shown: Resource = {"fingerprint": fingerprint(items)}
        instance["tags"] = {**shown, "items": items} if items else shown
        return store.begin(place, "setTags", instance)
    card = _card(instance, query["networkInterface"])
    if verb == "addAccessConfig":
        if card.get("accessConfigs"):
            message = "At most one access config currently supported."
            raise refuse(400, f"Invalid value for field 'resource': {message}", "invalid")
        address = f"34.76.1.{len(store.operations) % 250 + 1}"
        made = {
            "kind": "compute#accessConfig", "type": body["type"], "networkTier": "PREMIUM",
            "name": body.get("name", "External NAT"), "natIP": address,
        }  # fmt: skip
        return store.begin(
            place, "addAccessConfig", instance, [(1.0, lambda: card.update(accessConfigs=[made]))]
        )
    names = [one["name"] for one in card.get("accessConfigs", [])]
    if query["accessConfig"] not in names:
        raise refuse(400, f"There is no access config {query['accessConfig']}.", "invalid")

    def gone() -> None:
        card.pop("accessConfigs", None)

    return store.begin(place, "deleteAccessConfig", instance, [(1.0, gone)])


def _card(instance: Resource, name: str) -> Resource:
    for card in instance["networkInterfaces"]:
        if card["name"] == name:
            return card
    raise refuse(400, f"There is no network interface {name}.", "invalid")


def lets_in(store: Store, number: str) -> list[list[Any]]:
    """What reaches an instance, worked out here by itself from the rules as they are kept."""
    instance = next(
        r for r in store.resources.values() if r["kind"] == "compute#instance" and r["id"] == number
    )
    tags = set(instance["tags"].get("items", []))
    found: set[tuple[str, int, int, str]] = set()
    for rule in store.resources.values():
        if rule["kind"] != "compute#firewall" or not rule.get("allowed"):
            continue
        targets = set(rule.get("targetTags", []))
        if targets and not targets & tags:
            continue
        for allowed in rule["allowed"]:
            for ports in allowed["ports"]:
                first, _, end = ports.partition("-")
                for source in rule["sourceRanges"]:
                    span = int(first), int(end or first)
                    found.add((allowed["IPProtocol"], *span, source))
    return [list(one) for one in sorted(found)]
