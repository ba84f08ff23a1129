"""What Proxmox VE cannot do, whoever asks."""

from __future__ import annotations

from tools.providers.base import Capability, Reason

UNSUPPORTED = {
    Capability.SCALE_GROUP: Reason(
        "Proxmox VE has no groups that scale.",
        "https://pve.proxmox.com/pve-docs/api-viewer/",
    ),
    Capability.PUBLIC_ADDRESS: Reason(
        "Proxmox VE hands out no public addresses.",
        "https://pve.proxmox.com/pve-docs/api-viewer/",
    ),
}
"""What the vendor says it does not do: docs/providers.md shows it so."""
