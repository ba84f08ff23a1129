"""What EC2 cannot do, whoever asks."""

from __future__ import annotations

from tools.providers.base import Capability, Reason

UNSUPPORTED = {
    Capability.RESIZE_RUNNING: Reason(
        "EC2 changes the type of a stopped instance only.",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-resize.html",
    ),
    Capability.MIGRATE_HOST: Reason(
        "EC2 chooses the host itself; Dedicated Hosts are the exception.",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/moving-instances-dedicated-hosts.html",
    ),
    Capability.MIGRATE_REGION: Reason(
        "EC2 moves no instance to another region: its image is copied and launched anew.",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/CopyingAMIs.html",
    ),
}
"""What the vendor says it does not do: docs/providers.md shows it so."""
