"""Ports: which traffic is let in to a machine, and by which rule of its provider."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from tools.errors import InvalidRequest

ANYWHERE = "0.0.0.0/0"
LAST_PORT = 65535
SERVICES = {"ssh": 22, "http": 80, "https": 443, "rdp": 3389}
"""The ports that people call by the name of what listens there."""

_EVERYBODY = frozenset({"anywhere", "everywhere", "everyone", "anyone", "the internet", "internet"})
_PORTS = re.compile(r"(\d{1,5})(?:\s*(?:-|–|to|:)\s*(\d{1,5}))?")


@dataclass(frozen=True, slots=True, order=True)
class PortRule:
    """Traffic that is let in.

    Attributes:
        protocol: `tcp` or `udp`; a reading may show another, and `all`.
        first, last: the ports, both included.
        source: where from, as a range of addresses; a reading may show a provider's own name.
    """

    protocol: str
    first: int
    last: int
    source: str

    @property
    def ports(self) -> str:
        """`443`, or `8000-8100`."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def traffic(self) -> str:
        """`tcp 443`; `all traffic` where no port is left out."""
        return "all traffic" if self.protocol == "all" else f"{self.protocol} {self.ports}"

    @property
    def is_everybody(self) -> bool:
        """Whether anybody on the internet is let in."""
        return self.source in (ANYWHERE, "::/0")

    @property
    def has_addresses(self) -> bool:
        """Whether the source is a range that can be opened again, and no name of a provider's."""
        try:
            return str(IPv4Network(self.source)) == self.source
        except ValueError:
            return False

    def covers(self, other: PortRule) -> bool:
        """Whether it lets in all ports of the other, and is not the same."""
        same = (self.protocol, self.first, self.last) == (other.protocol, other.first, other.last)
        inside = self.first <= other.first and other.last <= self.last
        return not same and inside and self.protocol in ("all", other.protocol)

    def meets(self, other: PortRule) -> bool:
        """Whether any port of the other is among its own."""
        shared = self.first <= other.last and other.first <= self.last
        return shared and (
            "all" in (self.protocol, other.protocol) or self.protocol == other.protocol
        )

    def __str__(self) -> str:
        """`tcp 443 from 10.0.0.0/8`."""
        return f"{self.traffic} from {self.source}"

    def to_dict(self) -> dict[str, Any]:
        """The rule as JSON values."""
        return {
            "protocol": self.protocol,
            "first": self.first,
            "last": self.last,
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> PortRule:
        """Read back what `to_dict` wrote."""
        return cls(data["protocol"], data["first"], data["last"], data["source"])


@dataclass(frozen=True, slots=True)
class Opening:
    """One rule that lets traffic in to one machine.

    Attributes:
        rule: what is let in.
        through: the group or firewall rule that says so, by the provider's name for it.
        own: NovaCron made it for this machine alone.
        shared_with: what else the same rule lets traffic in to: machines by id, others by name.
    """

    rule: PortRule
    through: str
    own: bool = False
    shared_with: tuple[str, ...] = ()


def read_ports(text: str) -> tuple[int, int]:
    """The first and the last port of `443`, `8000-8100` or `ssh`.

    Raises:
        InvalidRequest: it is neither.
    """
    said = text.strip().casefold()
    if said in SERVICES:
        return SERVICES[said], SERVICES[said]
    found = _PORTS.fullmatch(said)
    if found is not None:
        first = int(found[1])
        last = int(found[2] or first)
        if 1 <= first <= last <= LAST_PORT:
            return first, last
    raise InvalidRequest(
        f"{text!r} is no port.", hint=f"Give one from 1 to {LAST_PORT}, or a range: 8000-8100."
    )


def read_source(text: str) -> str:
    """A range of addresses as it is written: `10.0.0.0/8`; a single one gets `/32`.

    Raises:
        InvalidRequest: it is none, or its address lies inside the range instead of at its start.
    """
    said = text.strip().casefold()
    if said in _EVERYBODY:
        return ANYWHERE
    try:
        return str(IPv4Network(said))
    except ValueError:
        pass
    try:
        meant = IPv4Network(said, strict=False)
    except ValueError as error:
        raise InvalidRequest(
            f"{text!r} is no range of IPv4 addresses.",
            hint=f"Give one such as 10.0.0.0/8, one address, or {ANYWHERE} for everybody.",
        ) from error
    raise InvalidRequest(
        f"{text!r} is an address inside the range {meant}.",
        hint=f"Say {meant} for the range, or {said.split('/')[0]} for that address alone.",
    )
