"""vCPUs, memory and disks of one machine: live where hot-add allows it, else while it is off."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from tools.errors import Conflict, InvalidRequest
from tools.machine import State
from tools.providers.vsphere_notes import short
from tools.providers.vsphere_power import Way, state
from tools.providers.vsphere_record import GIB, Seen, disks, size_of
from tools.providers.vsphere_stub import vim

_DISKS_A_CONTROLLER = 16
_CONTROLLER_S_OWN_UNIT = 7


def resize(seen: Seen, way: Way, vcpus: int, memory_gib: float) -> None:
    """Give it these vCPUs and this memory.

    While it runs both can only grow, and only where hot-add was switched on while it was off. The
    change version that was read goes along, so that nobody's change in between is overwritten.

    Raises:
        Conflict: it must be stopped first, or somebody changed it meanwhile.
    """
    memory_mib = round(memory_gib * 1024)
    if vcpus < 1 or memory_mib < 4:
        raise InvalidRequest("A machine needs at least one vCPU and 4 MiB of memory.")
    spec = vim.vm.ConfigSpec(changeVersion=seen.get("config.changeVersion"))
    now_vcpus = seen.get("config.hardware.numCPU")
    now_mib = seen.get("config.hardware.memoryMB")
    if vcpus != now_vcpus:
        _may_change(seen, "vCPUs", vcpus > now_vcpus, bool(seen.get("config.cpuHotAddEnabled")))
        spec.numCPUs = vcpus
    if memory_mib != now_mib:
        hot = bool(seen.get("config.memoryHotAddEnabled"))
        _may_change(seen, "memory", memory_mib > now_mib, hot)
        spec.memoryMB = memory_mib
    if spec.numCPUs or spec.memoryMB:
        way.wait(seen.ref.ReconfigVM_Task(spec))


def _may_change(seen: Seen, what: str, more: bool, hot_add: bool) -> None:
    now = state(seen)
    if now is State.STOPPED or (now is State.RUNNING and more and hot_add):
        return
    if now is not State.RUNNING:
        obstacle = f"is {now.value}"
    elif more:
        obstacle = f"runs, and hot-add of its {what} is switched off"
    else:
        obstacle = f"cannot give {what} back while it runs"
    raise Conflict(f"{seen.name} {obstacle}.", hint="Stop it, resize it, and start it again.")


def attach_disk(seen: Seen, way: Way, token: str, size_gib: float) -> None:
    """Add an empty thin disk; its file is named by the token, so that it is added once."""
    if size_gib <= 0:
        raise InvalidRequest("A disk needs a size above 0 GiB.")
    now = disks(seen)
    mark = f"-nova-{short(token)}.vmdk"
    if token and any(str(disk.backing.fileName).endswith(mark) for disk in now):
        return
    controller, unit = _free_place(seen)
    folder, _, file = str(seen.get("config.files.vmPathName")).rpartition("/")
    device = vim.vm.device
    disk = device.VirtualDisk(
        key=-1,
        controllerKey=controller.key,
        unitNumber=unit,
        capacityInKB=round(size_gib * GIB) // 1024,
        capacityInBytes=round(size_gib * GIB),
        backing=device.VirtualDisk.FlatVer2BackingInfo(
            diskMode="persistent",
            thinProvisioned=True,
            fileName=f"{folder}/{PurePosixPath(file).stem}{mark}" if token else "",
        ),
    )
    change = device.VirtualDeviceSpec(operation="add", fileOperation="create", device=disk)
    _change_device(seen, way, change)


def _free_place(seen: Seen) -> tuple[Any, int]:
    """A controller of the machine's own with a free unit."""
    devices = seen.get("config.hardware.device") or ()
    for controller in devices:
        if isinstance(controller, vim.vm.device.VirtualSCSIController):
            taken = {d.unitNumber for d in devices if d.controllerKey == controller.key}
            free = set(range(_DISKS_A_CONTROLLER)) - taken - {_CONTROLLER_S_OWN_UNIT}
            if free:
                return controller, min(free)
    raise Conflict(
        f"{seen.name} has no free place on a SCSI controller.",
        hint="Add a controller to it in vCenter.",
    )


def resize_disk(seen: Seen, way: Way, size_gib: float) -> None:
    """Grow the first disk; the file system inside is the guest's own affair.

    Raises:
        InvalidRequest: it would shrink.
        Conflict: it has snapshots, which keep disks as they are.
    """
    found = disks(seen)
    if not found:
        raise Conflict(f"{seen.name} has no disk.", hint="Attach one.")
    disk, wanted = found[0], round(size_gib * GIB)
    if wanted < size_of(disk):
        raise InvalidRequest(
            f"The disk of {seen.name} has {size_of(disk) / GIB:g} GiB and can only grow."
        )
    if wanted == size_of(disk):
        return
    if seen.get("snapshot"):
        raise Conflict(
            f"{seen.name} has snapshots: its disk cannot grow.", hint="Delete its snapshots first."
        )
    disk.capacityInBytes = wanted
    disk.capacityInKB = wanted // 1024
    change = vim.vm.device.VirtualDeviceSpec(operation="edit", device=disk)
    _change_device(seen, way, change)


def _change_device(seen: Seen, way: Way, change: Any) -> None:
    spec = vim.vm.ConfigSpec(changeVersion=seen.get("config.changeVersion"), deviceChange=[change])
    way.wait(seen.ref.ReconfigVM_Task(spec))
