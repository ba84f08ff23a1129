"""What ails disks: full, read-only, slow, gone, long chains of snapshots, failing storage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.clues import (
    above,
    answers,
    below,
    climbing,
    heard,
    in_state,
    unlike,
    usual,
    when,
)
from knowledge.diagnosis.evidence import Evidence
from tools.machine import State

_CHAIN = 6
_SLOW = r"slow|hang|hung|freez|stuck|lag|latency|wait|time.?out|timing out|sluggish|stall"


def _chain(seen: Evidence) -> str | None:
    count = len(seen.vm.snapshots)
    if count < _CHAIN:
        return None
    oldest = min(s.created_at for s in seen.vm.snapshots)
    return f"{count} snapshots, the oldest of {oldest:%Y-%m-%d}"


def _old_chain(seen: Evidence) -> str | None:
    if len(seen.vm.snapshots) < 3 or seen.vm.provider not in {"libvirt", "vsphere"}:
        return None
    oldest = min(s.created_at for s in seen.vm.snapshots)
    if seen.moment - oldest < timedelta(days=30):
        return None
    return f"a snapshot {(seen.moment - oldest).days} days old is still written through"


def _short_chain(seen: Evidence) -> str | None:
    count = len(seen.vm.snapshots)
    return f"it has only {count} snapshots" if count < 3 else None


def _paused_alone(seen: Evidence) -> str | None:
    if seen.vm.state is not State.PAUSED or seen.acts:
        return None
    return "it is paused, and nobody paused it through NovaCron lately"


def _full(limit: float) -> Callable[[Evidence], str | None]:
    def find(seen: Evidence) -> str | None:
        used = seen.now("disk")
        return seen.reading("disk").described() if used is not None and used >= limit else None

    return find


DISK = (
    Cause(
        "disk-full",
        "its disk is full",
        signs=(
            when(0.85, _full(97)),
            when(0.5, _full(94)),
            when(0.4, _full(90)),
            climbing(0.3, "disk", 88),
            heard(
                0.75,
                "disk-full",
            ),
        ),
        against=(below(0.75, "disk", 85), usual(0.1, "disk")),
        about="disk full: no space left on device",
        say="resize the disk of {name} to {bigger_disk} GiB",
        look="free space first where you can: old logs, caches, images",
        symptoms=r"disk|space|full|storage|write|log ?in|save|database",
        explains=("service-failing", "agent-stopped", "backup-failing", "disk-slow"),
    ),
    Cause(
        "inodes-used-up",
        "it has no inodes left, though its disk has space",
        signs=(
            heard(0.7, "inodes-used-up"),
            heard(0.45, "inodes-used-up-weakly"),
        ),
        against=(above(0.75, "disk", 88),),
        about="inodes exhausted: no space left on device though df shows space",
        look="find the folder of millions of small files: `df -i`, then `du --inodes -x /`",
        symptoms=r"disk|space|full|inode|write|create",
        explains=("disk-full", "service-failing"),
    ),
    Cause(
        "disk-read-only",
        "its file system went read-only",
        signs=(
            heard(
                0.9,
                "disk-read-only",
            ),
            heard(0.55, "disk-read-only-weakly"),
            unlike(0.15, "iops", "low"),
        ),
        about="the file system was remounted read-only",
        say="snapshot {name}",
        look="check the storage under it, then run fsck from a rescue system before writing more",
        symptoms=r"read.?only|write|writing|save|disk|file ?system",
        explains=("service-failing", "backup-failing", "storage-errors", "disk-slow", "disk-full"),
    ),
    Cause(
        "disk-slow",
        "its disk answers slowly",
        signs=(
            heard(
                0.7,
                "disk-slow",
            ),
            unlike(0.35, "iops", "low"),
        ),
        against=(usual(0.25, "iops"),),
        about="slow disk: high I/O latency",
        say="show the disk operations of {name} over the last 24 hours",
        look="find who writes (`iostat -x 1`, `iotop`), and look at the storage under it",
        symptoms=_SLOW + r"|disk|i/?o|database|quer",
        explains=("service-failing", "cpu-stalls"),
    ),
    Cause(
        "disk-detached",
        "a disk of it is gone",
        signs=(
            heard(
                0.88,
                "disk-detached",
            ),
            heard(0.2, "disk-detached-weakly"),
        ),
        about="a disk was detached or is missing",
        look="attach the disk again where it was and mount it; `nofail` in fstab keeps it booting",
        say="what was done to {name} in the last 24 hours?",
        symptoms=r"disk|volume|mount|data|missing|gone|detach",
        explains=("service-failing", "storage-errors", "disk-read-only", "fsck-waits"),
    ),
    Cause(
        "snapshot-chain",
        "a long chain of snapshots slows its disk",
        signs=(
            when(0.65, _chain),
            when(0.12, _old_chain),
            heard(
                0.6,
                "snapshot-chain",
            ),
            unlike(0.15, "iops", "low"),
        ),
        against=(when(0.6, _short_chain),),
        about="a long chain of snapshots slows the disk, consolidation needed",
        say="delete the snapshots of {name} older than 7 days",
        look="keep the newest; merging takes time and disk operations",
        symptoms=_SLOW + r"|snapshot|disk|i/?o",
        explains=("disk-slow", "disk-full"),
    ),
    Cause(
        "storage-errors",
        "the storage under it fails",
        signs=(
            heard(
                0.7,
                "storage-errors",
            ),
            when(0.25, _paused_alone),
            in_state(0.1, State.ERROR),
        ),
        against=(answers(0.1),),
        about="the guest was paused for a storage I/O error, the pool or datastore is full",
        say="resume {name}",
        look="check the pool or datastore under it before it writes more",
        symptoms=r"disk|i/?o|paus|storage|freez|hang",
        explains=("silent", "error-state", "paused"),
    ),
    Cause(
        "backup-failing",
        "its backups fail",
        signs=(
            heard(
                0.85,
                "backup-failing",
            ),
        ),
        about="a backup fails or is too old",
        say="snapshot {name}",
        look="read the backup job's own log; take a snapshot now, so that there is one",
        symptoms=r"backup|back up|restore|dump|snapshot",
        explains=("service-failing",),
    ),
)
