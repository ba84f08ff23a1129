"""Ports on Proxmox VE: the rules of each guest's own firewall, where that is on.

A guest's firewall is on where the cluster's is, its own is, and its cards are behind it. Where it
is off, everything is let in, and nothing is opened: to turn it on would close all other ports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

from tools.errors import Conflict, NotAllowed
from tools.machine import Network
from tools.ports import ANYWHERE, LAST_PORT, SERVICES, Opening, PortRule
from tools.providers.base import Provider
from tools.providers.proxmox_record import Seen

_EVERYTHING = PortRule("all", 0, LAST_PORT, ANYWHERE)
_OURS = "NovaCron: "
"""How the comments of our rules begin."""

Rule = Mapping[str, Any]


class ProxmoxFirewall(Provider):
    """The networking verbs of Proxmox."""

    _ask: Callable[..., Any]
    _do: Callable[..., None]
    _find: Callable[[str], Seen]
    _guests: Callable[[], list[Mapping[str, Any]]]
    _seen: Callable[[Iterable[Mapping[str, Any]]], list[Seen]]
    _id: Callable[[object], str]
    _pool: ThreadPoolExecutor
    _region: str

    def openings(self, ids: Sequence[str]) -> dict[str, tuple[Opening, ...]]:
        """What each guest's own rules let in; two requests a guest, as there is no bulk reading."""
        wanted = {i.rpartition("/")[2] for i in ids if self.reaches(i)}
        guests = [one for one in self._guests() if str(one["vmid"]) in wanted]
        cluster_on = self._cluster_on()

        def of(seen: Seen) -> tuple[str, tuple[Opening, ...]]:
            return self._id(seen.vmid), tuple(self._openings(seen, cluster_on))

        return dict(self._pool.map(of, self._seen(guests)))

    def open_port(self, machine_id: str, token: str, rule: PortRule) -> None:
        """Add a rule to the guest's own firewall.

        Raises:
            Conflict: its firewall is off, or a rule of its own keeps the traffic out.
        """
        seen = self._find(machine_id)
        if not self._is_on(seen, self._cluster_on()):
            raise Conflict(
                f"The firewall of {seen.name} is off: no port of it is closed.",
                hint="Turn it on in Proxmox first; that closes every port without a rule.",
            )
        rules = self._rules(seen)
        if any(_is_ours(one) and rule in _told(one) for one in rules):
            return
        for one in rules:
            keeps_out = one.get("action") in ("DROP", "REJECT")
            if keeps_out and _is_inbound(one) and any(told.meets(rule) for told in _told(one)):
                raise Conflict(
                    f"A rule of {seen.name} keeps {rule.traffic} out.",
                    hint="Change that rule in Proxmox, if it may be.",
                )
        ports = f"{rule.first}" if rule.first == rule.last else f"{rule.first}:{rule.last}"
        given: dict[str, Any] = {"source": rule.source} if rule.source != ANYWHERE else {}
        self._do(
            f"Opening {rule.traffic} of {seen.name}", "POST", f"{seen.path}/firewall/rules",
            type="in", action="ACCEPT", enable=1, proto=rule.protocol, dport=ports,
            comment=f"{_OURS}{rule}", **given,
        )  # fmt: skip

    def close_port(
        self, machine_id: str, token: str, rule: PortRule, *, among: Sequence[str] = ()
    ) -> None:
        """Take the rule out of the guest's own firewall; a group of the cluster's stays as it is.

        Raises:
            NotAllowed: a group that others may use lets it in.
            Conflict: a rule lets in more than this.
        """
        seen = self._find(machine_id)
        for opening in self._openings(seen, True):
            if opening.rule == rule and opening.shared_with:
                raise NotAllowed(
                    f"{seen.name}: {opening.through} lets {rule} in to others too.",
                    hint="Change that group in Proxmox.",
                )
        while (found := self._holding(seen, rule)) is not None:
            if len(list(_told(found))) != 1:
                raise Conflict(
                    f"A rule of {seen.name} lets in more than {rule}.",
                    hint="Split that rule in Proxmox.",
                )
            self._drop(seen, found)

    def _holding(self, seen: Seen, rule: PortRule) -> Rule | None:
        rules = (one for one in self._rules(seen) if _lets_in(one) and rule in list(_told(one)))
        return next(rules, None)

    def _drop(self, seen: Seen, rule: Rule) -> None:
        what = f"Taking a rule out of {seen.name}"
        path = f"{seen.path}/firewall/rules/{rule['pos']}"
        self._do(what, "DELETE", path, digest=rule["digest"])

    def _without_ports(self, copy: Seen) -> str:
        """The id of a copy, from which the ports are taken that were opened for its source."""
        while (ours := next((r for r in self._rules(copy) if _is_ours(r)), None)) is not None:
            self._drop(copy, ours)
        return self._id(copy.vmid)

    def _openings(self, seen: Seen, cluster_on: bool) -> Iterator[Opening]:
        if not self._is_on(seen, cluster_on):
            yield Opening(_EVERYTHING, "its firewall is off")
            return
        for one in self._rules(seen):
            if one.get("type") == "group" and one.get("enable"):
                name = str(one["action"])
                yield from self._of_group(name)
            elif _lets_in(one):
                through = str(one.get("comment") or f"rule {one['pos']} of {seen.name}")
                for told in _told(one):
                    yield Opening(told, through, own=_is_ours(one))

    def _of_group(self, name: str) -> Iterator[Opening]:
        others = (f"whoever uses the group {name}",)
        for one in self._ask("Reading a group", "GET", f"/cluster/firewall/groups/{name}"):
            if _lets_in(one):
                for told in _told(one):
                    yield Opening(told, f"the group {name}", shared_with=others)

    def _rules(self, seen: Seen) -> list[Rule]:
        return self._ask(f"Reading {seen.name}", "GET", f"{seen.path}/firewall/rules")

    def _cluster_on(self) -> bool:
        options = self._ask("Reading the firewall", "GET", "/cluster/firewall/options")
        return int(options.get("enable") or 0) > 0

    def _is_on(self, seen: Seen, cluster_on: bool) -> bool:
        """Whether anything is kept out of a guest at all."""
        cards = [str(v) for k, v in seen.config.items() if k.startswith("net") and k[3:].isdigit()]
        if not cluster_on or not cards or any("firewall=1" not in card for card in cards):
            return False
        options = self._ask(f"Reading {seen.name}", "GET", f"{seen.path}/firewall/options")
        drops = str(options.get("policy_in", "DROP")) != "ACCEPT"
        return int(options.get("enable") or 0) > 0 and drops

    def _networks(self, nodes: Sequence[Mapping[str, Any]]) -> tuple[Network, ...]:
        """The bridges of the nodes that are there; one of several nodes is one network."""
        found: dict[str, Network] = {}
        for node in sorted(str(one["node"]) for one in nodes if one.get("status") == "online"):
            path = f"/nodes/{node}/network"
            for one in self._ask("Listing networks", "GET", path, type="any_bridge"):
                name, gateway = str(one["iface"]), one.get("gateway") or None
                cidr = _range(str(one.get("cidr") or ""))
                if "bridge" in str(one.get("type")).lower():
                    found.setdefault(name, Network(name, "proxmox", self._region, cidr, gateway))
        return tuple(found.values())


def _range(address: str) -> str | None:
    """The range that an address with its width is in."""
    try:
        return str(IPv4Interface(address).network) if address else None
    except ValueError:
        return None


def _is_inbound(rule: Rule) -> bool:
    return rule.get("type") == "in" and bool(rule.get("enable"))


def _lets_in(rule: Rule) -> bool:
    return _is_inbound(rule) and rule.get("action") == "ACCEPT"


def _is_ours(rule: Rule) -> bool:
    return str(rule.get("comment") or "").startswith(_OURS)


def _told(rule: Rule) -> Iterator[PortRule]:
    """What a rule speaks of, each port and source by itself."""
    protocol = str(rule.get("proto") or "all")
    spans = [_span(part) for part in str(rule.get("dport") or "").split(",")]
    if macro := str(rule.get("macro") or "").lower():
        port = SERVICES.get(macro)
        protocol, spans = ("tcp", [(port, port)]) if port else (macro, [(0, LAST_PORT)])
    for span in spans:
        for source in str(rule.get("source") or ANYWHERE).split(","):
            yield PortRule(protocol, *span, _source(source.strip()))


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    if not first.isdigit():
        return SERVICES.get(first, 0), SERVICES.get(first, LAST_PORT)
    return int(first), int(last or first)


def _source(text: str) -> str:
    try:
        return str(IPv4Network(text))
    except ValueError:
        return text  # an alias, a set of addresses, or IPv6
