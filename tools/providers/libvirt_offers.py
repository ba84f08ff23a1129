"""What a hypervisor offers to new machines, and the hosts that machines can be on."""

from __future__ import annotations

import ipaddress
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from tools.machine import Host, Network, Offer
from tools.providers.libvirt_link import libvirt
from tools.providers.libvirt_record import Place
from tools.providers.libvirt_storage import Storage


def read_offer(
    connection: libvirt.virConnect, place: Place, storage: Storage, peers: Iterable[Host]
) -> Offer:
    """Sizes, images and networks of one hypervisor; itself and its peers as hosts."""
    return Offer(
        provider="libvirt",
        regions=(place.region,),
        images=tuple(image.name for image in storage.images()),
        sizes=place.sizes(),
        hosts=(read_host(connection, place), *peers),
        networks=tuple(
            Network(network.name(), "libvirt", place.region, *_range(network))
            for network in connection.listAllNetworks(0)
        ),
    )


def read_host(connection: libvirt.virConnect, place: Place) -> Host:
    """A host's processors and memory."""
    facts = connection.getInfo()
    memory_gib = round(int(facts[1]) / 1024, 2)
    return Host(place.host, "libvirt", place.region, int(facts[2]), memory_gib)


def _range(network: libvirt.virNetwork) -> tuple[str | None, str | None]:
    """Its addresses, and that of the host in it, which is the gateway."""
    ip = ET.fromstring(network.XMLDesc(0)).find("ip")
    if ip is None or not ip.get("address"):
        return None, None
    width = ip.get("prefix") or ip.get("netmask")
    cidr = str(ipaddress.ip_network(f"{ip.get('address')}/{width}", strict=False))
    return cidr, ip.get("address")
