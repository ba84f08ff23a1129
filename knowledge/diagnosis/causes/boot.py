"""What keeps a machine from coming up: boot loader, initramfs, kernel, file systems, cloud-init."""

from __future__ import annotations

from knowledge.diagnosis.cause import Cause
from knowledge.diagnosis.clues import answers, came_up, heard, in_state, silent, when
from knowledge.diagnosis.evidence import Evidence
from tools.machine import State

_DEAD = r"boot|start|dead|down|crash|panic|hang|reach|respond|come up|came up|black|blue"
_AFTER_BOOT = ("silent", "network-down", "agent-stopped", "error-state", "service-failing")


def _starts_again_and_again(seen: Evidence) -> str | None:
    console = seen.console
    if console is None or console.up or console.starts < 3:
        return None
    return f"its console shows {console.starts} starts, and none that went on to the end"


BOOT = (
    Cause(
        "kernel-panic",
        "its kernel crashed",
        signs=(
            heard(
                0.9,
                "kernel-panic",
            ),
            heard(
                0.75,
                "kernel-panic-weakly",
            ),
            in_state(0.15, State.ERROR),
            silent(0.2),
        ),
        against=(came_up(0.15), answers(0.3)),
        about="kernel panic - not syncing, the guest crashed",
        say="force restart {name}",
        look="read the first error on its console; boot the previous kernel if it comes back",
        symptoms=_DEAD,
        explains=(
            *_AFTER_BOOT,
            "boot-loop",
            "initramfs",
            "disk-read-only",
            "oom-killed",
            "cpu-stalls",
            "cpu-hog",  # a kernel that gave up turns in a loop
        ),
    ),
    Cause(
        "boot-loader",
        "it stops at the boot loader",
        signs=(
            heard(
                0.92,
                "boot-loader",
                booting=True,
            ),
            silent(0.15),
        ),
        against=(came_up(0.6), answers(0.5)),
        about="a guest drops to a grub rescue prompt, no such partition",
        look="follow the runbook on its console; put a snapshot from before the change back",
        say="list the snapshots of {name}",
        symptoms=_DEAD,
        explains=(*_AFTER_BOOT, "boot-loop", "disk-read-only", "disk-detached"),
    ),
    Cause(
        "initramfs",
        "its initramfs does not find the root disk",
        signs=(
            heard(
                0.9,
                "initramfs",
                booting=True,
            ),
            heard(0.4, "initramfs-weakly", booting=True),
            silent(0.15),
        ),
        against=(came_up(0.6), answers(0.5)),
        about="initramfs: root device does not exist, dropping to a shell",
        say="list the snapshots of {name}",
        look="check the root device on its console; rebuild the initramfs from a rescue system",
        symptoms=_DEAD,
        explains=(*_AFTER_BOOT, "boot-loop", "fsck-waits", "disk-detached", "disk-read-only"),
    ),
    Cause(
        "fsck-waits",
        "it waits for a file system check or in emergency mode",
        signs=(
            heard(
                0.88,
                "fsck-waits",
                booting=True,
            ),
            heard(0.3, "fsck-waits-weakly", booting=True),
            silent(0.15),
        ),
        against=(came_up(0.6), answers(0.4)),
        about="emergency mode at boot: fsck must be run manually, a line of fstab fails",
        say="snapshot {name}",
        look="take a snapshot, then run fsck on the unmounted file system from its console",
        symptoms=_DEAD,
        explains=(*_AFTER_BOOT, "disk-read-only", "boot-loop", "storage-errors"),
    ),
    Cause(
        "cloud-init-failed",
        "cloud-init failed, so it was not set up",
        signs=(
            heard(
                0.85,
                "cloud-init-failed",
            ),
        ),
        against=(silent(0.15),),
        about="cloud-init failed: user data was not run on a new machine",
        look="read /var/log/cloud-init-output.log; correct the user data and run cloud-init again",
        say="restart {name}",
        symptoms=r"cloud.?init|user.?data|provision|set up|setup|new|fresh|first boot|log ?in|ssh",
        explains=("service-failing", "agent-stopped"),
    ),
    Cause(
        "boot-loop",
        "it starts again and again",
        signs=(when(0.75, _starts_again_and_again),),
        against=(came_up(0.9),),
        about="boot loop: it keeps rebooting",
        say="force stop {name}",
        look="stop the loop, then read the first error of a start on its console",
        symptoms=r"loop|reboot|restart|boot",
        explains=_AFTER_BOOT,
    ),
)
