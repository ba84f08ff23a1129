"""Which hypervisors this machine can reach without being told, and their knowing each other."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tools.providers.base import Provider
from tools.providers.libvirt import Libvirt

_SYSTEM_FOLDER = "/run/libvirt"
_SOCKETS = ("virtqemud-sock", "libvirt-sock")


def discover() -> list[str]:
    """The hypervisor that virsh is told to use, else this machine's own: system, then session.

    Only sockets that are there and may be used count: nothing is started, nothing is waited for.
    """
    if named := os.environ.get("LIBVIRT_DEFAULT_URI"):
        return [named]
    found = ["qemu:///system"] if _usable(Path(_SYSTEM_FOLDER)) else []
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.geteuid() != 0 and _usable(Path(runtime) / "libvirt"):
        found.append("qemu:///session")
    return found


def _usable(folder: Path) -> bool:
    return any(os.access(folder / name, os.R_OK | os.W_OK) for name in _SOCKETS)


def introduce_all(providers: Iterable[Provider]) -> None:
    """Make the hypervisors among these known to one another."""
    hypervisors = [p for p in providers if isinstance(p, Libvirt)]
    for hypervisor in hypervisors:
        hypervisor.introduce({other.place.host: other.uri for other in hypervisors})
