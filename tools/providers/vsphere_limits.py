"""What vSphere cannot do, whoever asks."""

from __future__ import annotations

from tools.providers.base import Capability, Reason

UNSUPPORTED = {
    Capability.SCALE_GROUP: Reason(
        "vSphere has no groups that scale.",
        "https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/",
    ),
    Capability.PUBLIC_ADDRESS: Reason(
        "vSphere hands out no public addresses.",
        "https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/",
    ),
}
"""What the vendor says it does not do: docs/providers.md shows it so."""
