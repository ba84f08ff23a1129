"""Ports and public addresses on Google Cloud.

A firewall rule belongs to a network and is for the instances that bear its target tag. What is
opened here has a tag that one instance alone bears. Rules of hierarchical policies are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import Any

from tools.errors import Conflict, NotAllowed, NotFound
from tools.ports import ANYWHERE, LAST_PORT, Opening, PortRule
from tools.providers.gcp_disks import mark_of, unless_there
from tools.providers.gcp_link import Link, request_id
from tools.providers.gcp_machines import Machines
from tools.providers.gcp_record import Place, last, parse_id, place_of

_PRIORITY = 1000
_ATTEMPTS = 8


class Net:
    """The firewall rules and instances of one project, as they were just read."""

    def __init__(self, machines: Machines, project: str) -> None:
        self._rules = machines.link.rows("Listing firewall rules", "firewalls", project=project)
        self.instances = {place_of(i).number: i for i in machines.instances(project)}

    def reaching(self, instance: Any, *, denying: bool = False) -> list[Any]:
        """The rules that are for an instance and let in, or keep out, by name."""
        return [
            rule
            for rule in sorted(self._rules, key=lambda one: one.name)
            if not rule.disabled
            and rule.direction == "INGRESS"
            and (rule.denied if denying else rule.allowed)
            and _reaches(rule, instance)
        ]

    def others(self, rule: Any, instance: Any) -> tuple[str, ...]:
        """The other instances that a rule is for."""
        return tuple(
            sorted(
                place_of(one).machine_id
                for one in self.instances.values()
                if one.id != instance.id and _reaches(rule, one)
            )
        )


def openings(machines: Machines, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
    """What is let in to these machines, in two lists for each project."""
    places = [p for i in ids if (p := parse_id(i)) and p.project in machines.projects]
    found: dict[str, tuple[Opening, ...]] = {}
    for project in dict.fromkeys(place.project for place in places):
        net = Net(machines, project)
        for place in (p for p in places if p.project == project):
            instance = net.instances.get(place.number)
            if instance is not None and place_of(instance) == place:
                found[place.machine_id] = tuple(_openings(net, place, instance))
    return found


def _openings(net: Net, place: Place, instance: Any) -> Iterator[Opening]:
    for rule in net.reaching(instance):
        others = net.others(rule, instance)
        own = list(rule.target_tags) == [tag_of(place)] and not others
        for told in _told(rule, rule.allowed):
            yield Opening(told, rule.name, own, others)


def open_port(machines: Machines, machine_id: str, token: str, wanted: PortRule) -> None:
    """Let traffic in by a rule for a tag that this instance alone bears."""
    place, instance = machines.find(machine_id)
    link, net, tag = machines.link, Net(machines, place.project), tag_of(place)
    _check_denials(net, instance, wanted)
    wearing = [i for n, i in net.instances.items() if tag in i.tags.items and n != place.number]
    if wearing:
        raise Conflict(
            f"The network tag {tag} is on {', '.join(i.name for i in wearing)} too.",
            hint="Take it off there, and ask again.",
        )
    name = f"{tag}-{mark_of(str(wanted))[:10]}"
    if all(rule.name != name for rule in net.reaching(instance)):
        _insert(link, place, instance, name, token, wanted)
    _set_tags(machines, machine_id, token, add=tag)


def _insert(
    link: Link, place: Place, instance: Any, name: str, token: str, wanted: PortRule
) -> None:
    body = {
        "name": name, "description": f"Opened by NovaCron for {instance.name} alone",
        "network": instance.network_interfaces[0].network, "direction": "INGRESS",
        "priority": _PRIORITY, "source_ranges": [wanted.source], "target_tags": [tag_of(place)],
        "allowed": [{"I_p_protocol": wanted.protocol, "ports": [wanted.ports]}],
    }  # fmt: skip
    what = f"Opening {wanted.traffic} of {instance.name}"

    def send() -> None:
        operation = link.act(
            what, "firewalls", "insert", project=place.project, firewall_resource=body,
            request_id=request_id(token, f"firewall {name}"),
        )  # fmt: skip
        link.follow(what, operation)

    unless_there(send)


def close_port(
    machines: Machines, machine_id: str, token: str, wanted: PortRule, among: Sequence[str]
) -> None:
    """Take out what lets this traffic in; a rule that others share stays, unless all are meant."""
    place, instance = machines.find(machine_id)
    net = Net(machines, place.project)
    found = [rule for rule in net.reaching(instance) if wanted in list(_told(rule, rule.allowed))]
    for rule in found:
        if others := set(net.others(rule, instance)) - set(among):
            raise NotAllowed(
                f"{instance.name}: the firewall rule {rule.name} lets {wanted} in to "
                f"{', '.join(sorted(others))} too.",
                hint="Name those machines as well, or change the rule in Google Cloud.",
            )
        if len(list(_told(rule, rule.allowed))) != 1:
            raise Conflict(
                f"The firewall rule {rule.name} lets in more than {wanted}.",
                hint="Split that rule in Google Cloud.",
            )
    for rule in found:
        _delete(machines.link, place.project, rule.name, token)
    gone = {rule.name for rule in found}
    left = [r for r in net.reaching(instance) if tag_of(place) in r.target_tags]
    if all(rule.name in gone for rule in left):
        _set_tags(machines, machine_id, token, remove=tag_of(place))


def assign_address(machines: Machines, machine_id: str, token: str) -> None:
    """Give the first card a public address, where it has none."""
    place, instance = machines.find(machine_id)
    card = _card(instance)
    if any(access.nat_i_p for access in card.access_configs):
        return
    link, what = machines.link, f"Giving {instance.name} a public address"
    operation = link.act(
        what, "instances", "add_access_config",
        project=place.project, zone=place.zone, instance=place.number,
        network_interface=card.name, request_id=request_id(token, "address"),
        access_config_resource={"name": "External NAT", "type_": "ONE_TO_ONE_NAT"},
    )  # fmt: skip
    link.follow(what, operation)


def release_address(machines: Machines, machine_id: str, token: str) -> None:
    """Take the public addresses off the first card; one that is reserved stays the project's."""
    place, instance = machines.find(machine_id)
    card, link = _card(instance), machines.link
    what = f"Taking the public address off {instance.name}"
    for access in card.access_configs:
        operation = link.act(
            what, "instances", "delete_access_config",
            project=place.project, zone=place.zone, instance=place.number,
            network_interface=card.name, access_config=access.name,
            request_id=request_id(token, f"no {access.name}"),
        )  # fmt: skip
        link.follow(what, operation)


def forget(machines: Machines, place: Place, token: str) -> None:
    """Take away the rules of an instance that is gone."""
    rules = machines.link.rows("Listing firewall rules", "firewalls", project=place.project)
    for rule in rules:
        if list(rule.target_tags) == [tag_of(place)]:
            _delete(machines.link, place.project, rule.name, token)


def tag_of(place: Place) -> str:
    """The network tag of one instance, which names of its rules begin with."""
    return f"novacron-{place.number}"


def _card(instance: Any) -> Any:
    if not instance.network_interfaces:
        raise Conflict(f"{instance.name} has no network card.")
    return instance.network_interfaces[0]


def _delete(link: Link, project: str, name: str, token: str) -> None:
    what = f"Removing the firewall rule {name}"
    try:
        operation = link.act(
            what, "firewalls", "delete", project=project, firewall=name,
            request_id=request_id(token, f"no firewall {name}"),
        )  # fmt: skip
    except NotFound:
        return
    link.follow(what, operation)


def _set_tags(
    machines: Machines, machine_id: str, token: str, *, add: str = "", remove: str = ""
) -> None:
    """Add or take a network tag; read again where somebody else was faster.

    Raises:
        Conflict: they changed under our hands at every attempt.
    """
    link = machines.link
    for _ in range(_ATTEMPTS):
        place, instance = machines.find(machine_id)
        now = list(instance.tags.items)
        wanted = [tag for tag in dict.fromkeys([*now, *([add] if add else [])]) if tag != remove]
        if wanted == now:
            return
        what = f"Changing the network tags of {instance.name}"
        try:
            operation = link.act(
                what, "instances", "set_tags",
                project=place.project, zone=place.zone, instance=place.number,
                request_id=request_id(token, f"tags on {instance.tags.fingerprint} {add}{remove}"),
                tags_resource={"items": wanted, "fingerprint": instance.tags.fingerprint},
            )  # fmt: skip
        except Conflict as error:
            if error.vendor_code == "conditionNotMet":
                continue
            raise
        link.follow(what, operation)
        return
    raise Conflict(f"The network tags of {machine_id} change all the time.", hint="Try again.")


def _reaches(rule: Any, instance: Any) -> bool:
    networks = {last(card.network) for card in instance.network_interfaces}
    if last(rule.network) not in networks:
        return False
    if rule.target_tags:
        return bool(set(rule.target_tags) & set(instance.tags.items))
    if rule.target_service_accounts:
        accounts = {account.email for account in instance.service_accounts}
        return bool(set(rule.target_service_accounts) & accounts)
    return True


def _told(rule: Any, parts: Sequence[Any]) -> Iterator[PortRule]:
    """What a rule lets in or keeps out, each port and source by itself."""
    sources = [*rule.source_ranges, *rule.source_tags, *rule.source_service_accounts]
    for part in parts:
        for ports in part.ports or ("",):
            first, _, end = ports.partition("-")
            span = (int(first), int(end or first)) if ports else (0, LAST_PORT)
            for source in sources or (ANYWHERE,):
                yield PortRule(part.I_p_protocol, *span, source)


def _check_denials(net: Net, instance: Any, wanted: PortRule) -> None:
    for rule in net.reaching(instance, denying=True):
        meets = any(
            told.meets(wanted) and _overlap(told.source, wanted.source)
            for told in _told(rule, rule.denied)
        )
        if meets and rule.priority <= _PRIORITY:
            raise Conflict(
                f"The firewall rule {rule.name} denies {wanted} and comes first.",
                hint="Change that rule in Google Cloud, if it may be.",
            )


def _overlap(one: str, other: str) -> bool:
    try:
        return IPv4Network(one).overlaps(IPv4Network(other))
    except ValueError:
        return True  # a tag or an account: who has it may send from anywhere
