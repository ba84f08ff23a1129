"""Ports and public addresses: what every provider must do that claims to change them.

`test_<provider>.py` derives its class from `NetworkingContract` beside `ProviderContract`, and
gives the fixture `net`. Whether a port is open is read by the bench's witness, never by the
provider.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network

import pytest

from tests.contract.suite import Bench
from tools.errors import NotFound, Unsupported
from tools.ports import PortRule
from tools.providers.base import Capability, Provider

LetIn = frozenset[tuple[str, int, int, str]]
"""Protocol, first port, last port and source of everything that is let in."""

HTTPS = PortRule("tcp", 8443, 8443, "10.0.0.0/8")
RANGE = PortRule("udp", 9000, 9010, "203.0.113.7/32")


@dataclass
class NetworkBench:
    """A bench with a second machine beside the first.

    Attributes:
        bench: the machine that is changed.
        neighbour: a machine in the same network, which nobody names.
        lets_in: what the back end lets in to a machine, read by another way.
        address: the public address of a machine, read by another way.
        leftovers: what the back end keeps for networks (groups, rules, addresses).
    """

    bench: Bench
    neighbour: str = ""
    lets_in: Callable[[str], LetIn] | None = None
    address: Callable[[str], str | None] | None = None
    leftovers: Callable[[], set[str]] | None = None

    @property
    def provider(self) -> Provider:
        """What is tested."""
        return self.bench.provider

    def witnessed(self) -> tuple[LetIn, LetIn]:
        """What is let in to the machine and to its neighbour."""
        assert self.lets_in is not None
        return self.lets_in(self.bench.machine_id), self.lets_in(self.neighbour)

    def seen(self) -> LetIn:
        """What the provider says is let in to the machine."""
        machine_id = self.bench.machine_id
        return frozenset(
            (o.rule.protocol, o.rule.first, o.rule.last, o.rule.source)
            for o in self.provider.openings([machine_id])[machine_id]
        )

    def kept(self) -> set[str]:
        """What is kept for networks."""
        return self.leftovers() if self.leftovers is not None else set()

    def open(self, rule: PortRule, token: str | None = None) -> None:
        """Open a port of the machine."""
        self.provider.open_port(self.bench.machine_id, token or self.bench.token(), rule)
        self.bench.settle()

    def close(self, rule: PortRule) -> None:
        """Close a port of the machine."""
        self.provider.close_port(self.bench.machine_id, self.bench.token(), rule)
        self.bench.settle()


def let_in(rule: PortRule) -> tuple[str, int, int, str]:
    """A rule as a witness says it."""
    return (rule.protocol, rule.first, rule.last, rule.source)


NETWORK_VERBS: dict[str, tuple[Capability, Callable[[Provider, str, str], object]]] = {
    "open_port": (Capability.PORTS, lambda p, i, t: p.open_port(i, t, HTTPS)),
    "close_port": (Capability.PORTS, lambda p, i, t: p.close_port(i, t, HTTPS)),
    "assign_public_address": (
        Capability.PUBLIC_ADDRESS,
        lambda p, i, t: p.assign_public_address(i, t),
    ),
    "release_public_address": (
        Capability.PUBLIC_ADDRESS,
        lambda p, i, t: p.release_public_address(i, t),
    ),
}
"""Every networking verb on one machine, and the capability that it takes."""


class NetworkingContract:
    """The group; a provider's test class derives from it."""

    def test_an_undeclared_networking_verb_is_refused_and_changes_nothing(
        self, net: NetworkBench
    ) -> None:
        before = net.bench.see()
        for capability, act in NETWORK_VERBS.values():
            if capability not in net.provider.capabilities:
                with pytest.raises(Unsupported):
                    act(net.provider, net.bench.machine_id, net.bench.token())
        if Capability.PORTS not in net.provider.capabilities:
            with pytest.raises(Unsupported):
                net.provider.openings([net.bench.machine_id])
        assert net.bench.see() == before

    @pytest.mark.parametrize("verb", NETWORK_VERBS)
    def test_a_networking_verb_on_an_unknown_machine_is_not_found(
        self, net: NetworkBench, verb: str
    ) -> None:
        capability, act = NETWORK_VERBS[verb]
        net.bench.require(capability)
        kept = net.kept()
        with pytest.raises(NotFound):
            act(net.provider, f"{net.bench.machine_id}-no-such", net.bench.token())
        assert net.kept() == kept

    @pytest.mark.proves("open_or_close_ports_of")
    def test_an_opened_port_is_open_for_this_machine_and_for_no_other(
        self, net: NetworkBench
    ) -> None:
        net.bench.require(Capability.PORTS)
        record, (before, neighbour), kept = net.bench.see(), net.witnessed(), net.kept()
        net.open(HTTPS)
        assert net.witnessed() == (before | {let_in(HTTPS)}, neighbour)
        assert let_in(HTTPS) in net.seen()
        assert net.bench.see() == record
        net.close(HTTPS)
        assert net.witnessed() == (before, neighbour)
        assert let_in(HTTPS) not in net.seen()
        assert net.kept() == kept
        assert net.bench.see() == record

    def test_what_is_opened_is_the_machines_own_and_shared_with_nothing(
        self, net: NetworkBench
    ) -> None:
        net.bench.require(Capability.PORTS)
        net.open(HTTPS)
        found = net.provider.openings([net.bench.machine_id, net.neighbour])
        mine = [o for o in found[net.bench.machine_id] if o.rule == HTTPS]
        assert [(o.own, o.shared_with) for o in mine] == [(True, ())]
        assert all(o.rule != HTTPS for o in found[net.neighbour])
        net.close(HTTPS)

    def test_opening_and_closing_again_are_no_errors(self, net: NetworkBench) -> None:
        net.bench.require(Capability.PORTS)
        before = net.witnessed()
        net.close(HTTPS)
        assert net.witnessed() == before
        token = net.bench.token()
        net.open(HTTPS, token)
        once = net.witnessed(), net.kept()
        net.open(HTTPS, token)
        net.open(HTTPS)
        assert (net.witnessed(), net.kept()) == once
        net.close(HTTPS)
        net.close(HTTPS)
        assert net.witnessed() == before

    def test_each_rule_is_opened_and_closed_for_itself(self, net: NetworkBench) -> None:
        net.bench.require(Capability.PORTS)
        before, neighbour = net.witnessed()
        net.open(HTTPS)
        net.open(RANGE)
        assert net.witnessed()[0] == before | {let_in(HTTPS), let_in(RANGE)}
        net.close(HTTPS)
        assert net.witnessed() == (before | {let_in(RANGE)}, neighbour)
        net.close(RANGE)
        assert net.witnessed() == (before, neighbour)

    def test_what_is_closed_says_exactly_what_was_opened(self, net: NetworkBench) -> None:
        net.bench.require(Capability.PORTS)
        net.open(HTTPS)
        opened = net.witnessed()
        for other in (
            PortRule("tcp", 8443, 8444, HTTPS.source),
            PortRule("udp", 8443, 8443, HTTPS.source),
            PortRule("tcp", 8443, 8443, "10.0.0.0/9"),
        ):
            net.close(other)
            assert net.witnessed() == opened
        net.close(HTTPS)

    def test_the_openings_of_a_machine_that_is_gone_are_absent(self, net: NetworkBench) -> None:
        net.bench.require(Capability.PORTS)
        unknown = f"{net.bench.machine_id}-no-such"
        found = net.provider.openings([unknown, net.bench.machine_id])
        assert set(found) == {net.bench.machine_id}

    def test_a_clone_has_not_the_ports_that_were_opened(self, net: NetworkBench) -> None:
        net.bench.require(Capability.PORTS, Capability.CLONE, Capability.DELETE)
        assert net.lets_in is not None
        net.open(HTTPS)
        copy = net.provider.clone(net.bench.machine_id, "contract-copy", net.bench.token())
        net.bench.settle()
        assert let_in(HTTPS) not in net.lets_in(copy)
        assert let_in(HTTPS) in net.witnessed()[0]
        net.provider.delete(copy, net.bench.token())
        net.bench.settle()
        net.close(HTTPS)

    @pytest.mark.proves("give_public_addresses_to")
    def test_a_public_address_is_given_and_taken(self, net: NetworkBench) -> None:
        net.bench.require(Capability.PUBLIC_ADDRESS)
        assert net.address is not None
        kept, there = net.kept(), net.address(net.neighbour)
        machine_id = net.bench.machine_id
        if net.bench.see().public_ip:
            net.provider.release_public_address(machine_id, net.bench.token())
        before = net.bench.see()
        assert (before.public_ip, net.address(machine_id)) == (None, None)
        token = net.bench.token()
        for again in (token, token, net.bench.token()):
            net.provider.assign_public_address(machine_id, again)
            net.bench.settle()
        given = net.bench.see()
        assert given.public_ip is not None
        assert given.public_ip == net.address(machine_id)
        assert net.address(net.neighbour) == there != given.public_ip
        for _ in range(2):
            net.provider.release_public_address(machine_id, net.bench.token())
            net.bench.settle()
        assert net.bench.see() == before
        assert (net.address(machine_id), net.address(net.neighbour)) == (None, there)
        assert net.kept() <= kept

    def test_networks_have_ranges_that_can_be_read(self, net: NetworkBench) -> None:
        networks = [n for offer in net.provider.offers() for n in offer.networks]
        for network in networks:
            assert network.name
            assert network.cidr is None or ip_network(network.cidr)
            assert network.part_of is None or network.part_of in {n.name for n in networks}
