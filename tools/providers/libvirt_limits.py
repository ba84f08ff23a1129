"""What libvirt cannot do, whoever asks."""

from __future__ import annotations

from tools.providers.base import Capability, Reason

UNSUPPORTED = {
    Capability.SCALE_GROUP: Reason(
        "libvirt has no groups that scale.",
        "https://libvirt.org/html/index.html",
    ),
    Capability.PUBLIC_ADDRESS: Reason(
        "libvirt hands out no public addresses.",
        "https://libvirt.org/html/index.html",
    ),
}
"""What the vendor says it does not do: docs/providers.md shows it so."""
