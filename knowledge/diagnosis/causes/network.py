"""What ails the network: links, DHCP, DNS, MTU, duplicate addresses, firewalls."""

from __future__ import annotations

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.clues import answers, heard, silent, unlike, usual, when
from knowledge.diagnosis.evidence import Evidence

_NETWORK = (
    r"network|ssh|ping|connect|rdp|reach|login|log in|offline|remote|time.?out|timing out|packet"
)


def _no_address(seen: Evidence) -> str | None:
    return (
        "it runs, and has no private address" if seen.running and not seen.vm.private_ip else None
    )


def _twins(seen: Evidence) -> str | None:
    twins = seen.around.twins
    return f"{', '.join(twins[:3])} has the address {seen.vm.private_ip} too" if twins else None


def _nothing_through(seen: Evidence) -> str | None:
    """Its traffic stopped while it works on."""
    network, cpu = seen.reading("network"), seen.reading("cpu")
    if network.high is not False or network.now is None or cpu.now is None:
        return None
    return network.described()


NETWORK = (
    Cause(
        "network-down",
        "its network is cut",
        signs=(
            heard(
                0.85,
                "network-down",
            ),
            heard(0.35, "network-down-weakly"),
            unlike(0.25, "network", "low"),
            silent(0.3),
        ),
        against=(usual(0.5, "network"),),
        about="the network of a machine is down: cannot connect, link is down",
        say="describe {name}",
        look="check its network card at the hypervisor, the switch port and its network",
        symptoms=_NETWORK + r"|dead|down",
        explains=(
            "silent",
            "dns-failing",
            "clock-drift",
            "dhcp-failing",
            "service-failing",
            "backup-failing",
            "agent-stopped",
            "cloud-init-failed",
        ),
    ),
    Cause(
        "dhcp-failing",
        "it got no address by DHCP",
        signs=(
            heard(
                0.88,
                "dhcp-failing",
            ),
            when(0.12, _no_address),
            silent(0.2),
            unlike(0.1, "network", "low"),
        ),
        against=(usual(0.4, "network"),),
        about="DHCP gives no address: no DHCPOFFERS received",
        say="list the networks of {provider}",
        look="check the DHCP server and its pool, then renew the lease on its console",
        symptoms=_NETWORK + r"|dhcp|address|\bip\b",
        explains=("silent", "network-down", "dns-failing", "cloud-init-failed", "clock-drift"),
    ),
    Cause(
        "dns-failing",
        "names do not resolve on it",
        signs=(
            heard(
                0.85,
                "dns-failing",
            ),
        ),
        about="DNS failure: could not resolve host",
        say="restart {name}",
        look="try `resolvectl query` and the name server itself; check /etc/resolv.conf",
        symptoms=r"dns|name|resolv|lookup|host not found|network|connect|reach",
        explains=("backup-failing", "clock-drift", "service-failing", "cloud-init-failed"),
    ),
    Cause(
        "mtu-black-hole",
        "large packets get lost on the way: its MTU is too large",
        signs=(
            heard(
                0.82,
                "mtu-black-hole",
            ),
            unlike(0.25, "network", "low"),
        ),
        against=(usual(0.15, "network"),),
        about="MTU black hole: ssh works but large transfers hang",
        say="describe {name}",
        look="find the size that passes (`ping -M do -s 1372`), set the MTU to it on its card",
        symptoms=_NETWORK + r"|large|transfer|upload|download|hang|mtu|copy|stall",
        explains=("backup-failing", "service-failing", "network-down", "firewall-blocks"),
    ),
    Cause(
        "duplicate-address",
        "another machine has its address",
        signs=(
            heard(
                0.85,
                "duplicate-address",
            ),
            when(0.8, _twins),
            unlike(0.15, "network", "low"),
        ),
        about="duplicate IP address on the network",
        say="list the {provider} machines",
        look="find the other one by its MAC address (`arping`), and give one another address",
        symptoms=_NETWORK + r"|intermittent|sometimes|\bip\b|address|duplicate|drops",
        explains=("network-down", "silent", "firewall-blocks"),
    ),
    Cause(
        "firewall-blocks",
        "a firewall blocks its traffic",
        signs=(
            heard(
                0.8,
                "firewall-blocks",
            ),
            when(0.3, _nothing_through),
        ),
        against=(usual(0.2, "network"),),
        about="a firewall or a security group blocks traffic",
        say="what was done to {name} in the last 24 hours?",
        look="compare the rules of its firewall and security group with those of its peers",
        symptoms=_NETWORK + r"|firewall|blocked|port|refused|security group",
        explains=("network-down", "service-failing", "silent"),
    ),
    Cause(
        "silent",
        "it hangs, or its network is cut: nothing says which",
        signs=(silent(0.6),),
        against=(answers(0.9),),
        about="a machine cannot be reached: no ping, no ssh",
        say="force restart {name}",
        look="read its console at the hypervisor; restart it where it does not react",
        symptoms=_NETWORK + r"|dead|down|respond|hang|frozen",
        explains=("agent-stopped",),
    ),
)
