"""What Compute Engine cannot do, whoever asks."""

from __future__ import annotations

from tools.providers.base import Capability, Reason

UNSUPPORTED = {
    Capability.RESIZE_RUNNING: Reason(
        "Compute Engine changes the machine type of a stopped instance only.",
        "https://cloud.google.com/compute/docs/instances/changing-machine-type-of-stopped-instance",
    ),
    Capability.MIGRATE_HOST: Reason(
        "Google chooses the host itself; sole-tenant nodes are the exception.",
        "https://cloud.google.com/compute/docs/nodes/manually-live-migrate",
    ),
    Capability.MIGRATE_REGION: Reason(
        "Google moves no instance: its disks are copied and a new one is made of them.",
        "https://cloud.google.com/compute/docs/instances/moving-instance-across-zones",
    ),
}
"""What the vendor says it does not do: docs/providers.md shows it so."""
