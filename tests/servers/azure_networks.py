"""Network cards, security groups and public addresses of the Azure test server.

Microsoft's description of Compute does not speak of them: what is checked here is what the network
service refuses, such as two rules of one priority, or a group that is removed while it is in use.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.servers.azure_machines import Begun
from tests.servers.azure_store import Resource, Store, refuse

NETWORK = re.compile(
    r"(?P<id>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/"
    r"(?P<kind>networkInterfaces|networkSecurityGroups|publicIPAddresses)/[^/]+)"
    r"(?:/securityRules/(?P<rule>[^/]+))?",
    re.IGNORECASE,
)
_OPEN = {"direction": "Inbound", "access": "Allow"}


def shown(store: Store, resource: Resource) -> Resource:
    """A resource with what the service adds: who stands behind a group, who has an address."""
    seen = copy.deepcopy(resource)
    kind, properties = resource["type"].lower(), seen["properties"]
    mine = resource["id"].lower()
    if kind.endswith("/networksecuritygroups"):
        properties["networkInterfaces"] = [
            {"id": card["id"]} for card in _of(store, "networkinterfaces") if _group(card) == mine
        ]
        properties["subnets"] = [
            {"id": subnet["id"]}
            for network in _of(store, "virtualnetworks")
            for subnet in network["properties"].get("subnets", [])
            if subnet["properties"].get("networkSecurityGroup", {}).get("id", "").lower() == mine
        ]
    return seen


def _of(store: Store, kind: str) -> list[Resource]:
    return [r for r in store.resources.values() if r["type"].lower().endswith(f"/{kind}")]


def _group(card: Resource) -> str:
    return str(card["properties"].get("networkSecurityGroup", {}).get("id", "")).lower()


def _configs(card: Resource) -> list[Resource]:
    return [config["properties"] for config in card["properties"]["ipConfigurations"]]


def change(store: Store, method: str, found: re.Match[str], body: Resource | None) -> Begun:
    """Make, change or remove one of them."""
    path, kind = found["id"], found["kind"].lower()
    if found["rule"]:
        return _rule(store, store.find(path), found["rule"], method, body)
    if method == "DELETE":
        return _remove(store, store.find(path), kind)
    assert body is not None
    put = {
        "networkinterfaces": _put_card,
        "networksecuritygroups": _put_group,
        "publicipaddresses": _put_address,
    }[kind]
    made = put(store, path, body)
    made["properties"]["provisioningState"] = "Updating"
    return 201, shown(store, made), store.begin("network", store.ending(made, lambda: None))


def _put_card(store: Store, path: str, body: Resource) -> Resource:
    card = store.find(path)
    properties = body["properties"]
    for config in properties["ipConfigurations"]:
        if public := config["properties"].get("publicIPAddress"):
            holder = _holder(store, store.find(public["id"])["id"])
            if holder is not None and holder is not card:
                raise refuse(400, "PublicIPAddressInUse", "The address is another card's.")
    if group := properties.get("networkSecurityGroup"):
        store.find(group["id"])
    if len(properties["ipConfigurations"]) != len(card["properties"]["ipConfigurations"]):
        raise refuse(400, "InvalidRequestContent", "An ipConfiguration is missing.")
    kept = {
        key: card["properties"][key] for key in ("virtualMachine",) if key in card["properties"]
    }
    card["properties"] = {**copy.deepcopy(properties), **kept}
    return card


def _put_group(store: Store, path: str, body: Resource) -> Resource:
    made = _new(path, body, "networkSecurityGroups")
    before = store.resources.get(path.lower(), made)
    made["properties"] = {"securityRules": before["properties"].get("securityRules", [])}
    store.resources[path.lower()] = made
    return made


def _put_address(store: Store, path: str, body: Resource) -> Resource:
    there = store.resources.get(path.lower())
    made = _new(path, body, "publicIPAddresses")
    number = sum(r["type"].lower().endswith("/publicipaddresses") for r in store.resources.values())
    made["sku"] = body.get("sku", {"name": "Basic", "tier": "Regional"})
    address = there["properties"]["ipAddress"] if there else f"198.51.100.{number + 1}"
    made["properties"]["ipAddress"] = address
    store.resources[path.lower()] = made
    return made


def _new(path: str, body: Resource, kind: str) -> Resource:
    made: Resource = {
        "id": path, "name": path.rpartition("/")[2], "location": body["location"],
        "type": f"Microsoft.Network/{kind}",
        "properties": copy.deepcopy(body.get("properties", {})),
    }  # fmt: skip
    if body.get("tags"):
        made["tags"] = body["tags"]
    return made


def _remove(store: Store, resource: Resource, kind: str) -> Begun:
    if kind == "networksecuritygroups":
        seen = shown(store, resource)["properties"]
        if seen["networkInterfaces"] or seen["subnets"]:
            message = "The security group is in use and cannot be deleted."
            raise refuse(400, "InUseNetworkSecurityGroupCannotBeDeleted", message)
    if kind == "publicipaddresses" and _holder(store, resource["id"]) is not None:
        message = "The address is in use and cannot be deleted."
        raise refuse(400, "PublicIPAddressCannotBeDeleted", message)

    def gone() -> None:
        store.resources.pop(resource["id"].lower(), None)

    return 202, None, store.begin("network", gone)


def _holder(store: Store, address: str) -> Resource | None:
    for card in _of(store, "networkinterfaces"):
        held = (c.get("publicIPAddress", {}).get("id", "") for c in _configs(card))
        if any(one.lower() == address.lower() for one in held):
            return card
    return None


def _rule(store: Store, group: Resource, name: str, method: str, body: Resource | None) -> Begun:
    rules: list[Any] = group["properties"]["securityRules"]
    others = [rule for rule in rules if rule["name"].lower() != name.lower()]
    if method == "DELETE":
        if len(others) == len(rules):
            return 204, None, None
        group["properties"]["securityRules"] = others
        return 202, None, store.begin("network", lambda: None)
    assert body is not None
    properties = body["properties"]
    direction, priority = properties["direction"], properties["priority"]
    if not 100 <= priority <= 4096:
        raise refuse(400, "SecurityRuleInvalidPriority", "Priorities are from 100 to 4096.")
    for rule in others:
        if (rule["properties"]["direction"], rule["properties"]["priority"]) == (
            direction, priority,
        ):  # fmt: skip
            raise refuse(400, "SecurityRuleConflict", f"{rule['name']} has this priority.")
    made: Resource = {
        "id": f"{group['id']}/securityRules/{name}", "name": name,
        "properties": {**properties, "provisioningState": "Succeeded"},
    }  # fmt: skip
    group["properties"]["securityRules"] = [*others, made]
    return 201, copy.deepcopy(made), store.begin("network", lambda: None)


def find_rule(group: Resource, name: str) -> Resource:
    """One rule of a group."""
    for rule in group["properties"]["securityRules"]:
        if rule["name"].lower() == name.lower():
            return copy.deepcopy(rule)
    raise refuse(404, "ResourceNotFound", f"There is no rule {name}.")


def lets_in(store: Store, machine: str) -> list[list[Any]]:
    """What reaches a machine: what every group before it lets in.

    Worked out here by itself, from the rules as they are kept, so that the tests need not believe
    the provider.
    """
    card = next(
        c for c in _of(store, "networkinterfaces")
        if c["properties"].get("virtualMachine", {}).get("id", "").lower() == machine.lower()
    )  # fmt: skip
    config = _configs(card)[0]
    subnet = config["subnet"]["id"].lower()
    groups = [
        group
        for group in _of(store, "networksecuritygroups")
        if group["id"].lower() == _group(card)
        or subnet in {s["id"].lower() for s in shown(store, group)["properties"]["subnets"]}
    ]
    each = [{_told(rule) for rule in _for(group, config["privateIPAddress"])} for group in groups]
    return [list(one) for one in sorted(set.intersection(*each))] if each else []


def _for(group: Resource, address: str) -> list[Resource]:
    return [
        rule["properties"]
        for rule in group["properties"]["securityRules"]
        if _OPEN.items() <= rule["properties"].items()
        and rule["properties"]["destinationAddressPrefix"] in ("*", address, f"{address}/32")
    ]


def _told(rule: Resource) -> tuple[str, int, int, str]:
    first, _, end = rule["destinationPortRange"].partition("-")
    source = rule["sourceAddressPrefix"]
    where = "0.0.0.0/0" if source == "*" else source
    return rule["protocol"].lower(), int(first), int(end or first), where
