"""Consoles of the sandbox's machines: made up, and in keeping with what the machine is."""

from __future__ import annotations

from datetime import datetime, timedelta

from tools.machine import VM, State

_BOOT = (
    (0, "Linux version 6.8.0 (sandbox)"),
    (1, "Memory: {memory:g}G available, {vcpus} CPUs"),
    (2, "EXT4-fs (vda1): mounted filesystem, {disk:g} GiB"),
    (9, "cloud-init: finished, datasource sandbox"),
    (11, "{name} login:"),
)
_WINDOWS = (
    (0, "Windows Boot Manager"),
    (8, "SAC> EVENT: The CMD command is now available."),
    (15, "{name}: ready for sign-in"),
)
_ENDS = {
    State.ERROR: (
        (3600, "Out of memory: Killed process 2114 (java) total-vm:9123456kB"),
        (3605, "Kernel panic - not syncing: Attempted to kill init!"),
    ),
    State.STOPPED: ((7200, "systemd-shutdown: Powering off."),),
    State.SUSPENDED: ((7200, "PM: suspend entry (deep)"),),
}


def console_of(vm: VM, now: datetime) -> str:
    """The end of a machine's console."""
    booted = (vm.created_at or now) + timedelta(minutes=2)
    lines = (_WINDOWS if vm.os == "windows" else _BOOT) + _ENDS.get(vm.state, ())
    facts = {"name": vm.name, "memory": vm.memory_gib, "vcpus": vm.vcpus, "disk": vm.disk_gib}
    return "\n".join(
        f"[{booted + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}] {text.format(**facts)}"
        for second, text in lines
    )
