"""What Azure cannot do, whoever asks."""

from __future__ import annotations

from tools.providers.base import Capability, Reason

UNSUPPORTED = {
    Capability.RESIZE_RUNNING: Reason(
        "Azure restarts a running machine that gets another size.",
        "https://learn.microsoft.com/azure/virtual-machines/sizes/resize-vm",
    ),
    Capability.MIGRATE_HOST: Reason(
        "Azure chooses the host itself; dedicated hosts are the exception.",
        "https://learn.microsoft.com/azure/virtual-machines/dedicated-hosts",
    ),
}
"""What the vendor says it does not do: docs/providers.md shows it so."""
