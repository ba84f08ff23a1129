"""Which tools change something."""

from __future__ import annotations

CHANGES = frozenset(
    {
        "start_vms", "stop_vms", "restart_vms", "suspend_vms", "resume_vms", "create_vms",
        "clone_vm", "snapshot_vms", "restore_snapshot", "delete_vms", "tag_vms", "untag_vms",
        "protect_vms", "unprotect_vms", "resize_vms", "resize_disk", "attach_disk", "migrate_vms",
        "scale_group", "delete_snapshots", "open_port", "close_port", "assign_public_address",
        "release_public_address",
    }
)  # fmt: skip

WITHOUT_FIGURES = frozenset(
    {
        "start_vms",
        "stop_vms",
        "restart_vms",
        "suspend_vms",
        "resume_vms",
        "delete_vms",
        "protect_vms",
        "unprotect_vms",
        "snapshot_vms",
    }
)
"""Changes that take no figure: one beside them is a machine's number, or a count."""
