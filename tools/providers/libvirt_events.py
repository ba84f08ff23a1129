"""What a hypervisor sees of one machine at this moment, as events; libvirt keeps no history.

Its console is here too: both are what is read when a machine is in trouble.
"""

from __future__ import annotations

import contextlib
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime

from tools.machine import State
from tools.providers import libvirt_power
from tools.providers.base import Event
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_storage import Storage
from tools.providers.libvirt_xml import AGENT, Description

_LOG_TAIL = 64 * 1024
_NO_SPACE = 2


def console(domain: libvirt.virDomain, storage: Storage) -> str | None:
    """The end of its serial console, where it is logged to a file that a pool holds."""
    path = Description.parse(domain.XMLDesc(0)).console_log
    tail = storage.tail(path, _LOG_TAIL) if path else None
    return tail.decode(errors="replace") if tail is not None else None


class Watch:
    """Tells what is out of the ordinary, and remembers whose guest agent ever answered."""

    def __init__(self) -> None:
        self._answered: set[str] = set()
        self._lock = threading.Lock()

    def events(self, domain: libvirt.virDomain, now: datetime) -> list[Event]:
        """What holds of a running or paused machine now."""
        if not domain.isActive():
            return []
        root = ET.fromstring(domain.XMLDesc(0))
        texts = [*_disks(domain), *_cards(root), *self._agent(domain, root)]
        return [Event(now, text) for text in texts]

    def saw_agent(self, uuid: str) -> None:
        """This machine's guest agent answers."""
        with self._lock:
            self._answered.add(uuid)

    def _agent(self, domain: libvirt.virDomain, root: ET.Element) -> Iterator[str]:
        states = [
            target.get("state")
            for target in root.iterfind("devices/channel/target")
            if target.get("name") == AGENT
        ]
        if "connected" in states:
            self.saw_agent(domain.UUIDString())
        elif states and libvirt_power.state(domain) is State.RUNNING:
            before = domain.UUIDString() in self._answered
            yield (
                "The guest agent went away: it answered before, and is not connected now."
                if before
                else "No guest agent has connected to the channel that is there for it."
            )


def _disks(domain: libvirt.virDomain) -> Iterator[str]:
    with contextlib.suppress(libvirt.libvirtError):
        for target, kind in untyped(domain.diskErrors(0)).items():
            why = "no space in the pool that holds it" if kind == _NO_SPACE else "an I/O error"
            yield f"The disk {target} has stopped: {why}."


def _cards(root: ET.Element) -> Iterator[str]:
    cards = root.findall("devices/interface")
    for card in cards:
        link, mac = card.find("link"), card.find("mac")
        if link is not None and link.get("state") == "down":
            address = mac.get("address", "") if mac is not None else ""
            yield f"The network card {address} is disconnected: its link is down."
