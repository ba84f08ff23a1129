"""Machines under Proxmox VE: the provider over one cluster, by proxmoxer.

A cluster is a region, a node a host, a template an image. Proxmox has no bulk reading of
configurations, so a listing is one request and one more for each machine, eight at a time; lists of
snapshots are kept for as long as a configuration's digest stays. docs/decisions/0008 says how tags
and tokens are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.errors import (
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    ProviderError,
    Unreachable,
)
from tools.machine import VM, Host, Offer, Snapshot, State
from tools.providers import proxmox_rights
from tools.providers.base import Capability, NewMachine, Sample
from tools.providers.kinds import ProviderKind
from tools.providers.proxmox_firewall import ProxmoxFirewall
from tools.providers.proxmox_limits import UNSUPPORTED
from tools.providers.proxmox_link import Link, ProxmoxSettings, discover
from tools.providers.proxmox_record import (
    GIB,
    Seen,
    check_name,
    hourly,
    mib_of,
    record,
    short,
    size_of,
    words_of,
)  # fmt: skip
from tools.providers.standing import Standing
from tools.times import Clock

_CAPABILITIES = frozenset(Capability) - {
    Capability.SCALE_GROUP, Capability.MIGRATE_REGION, Capability.PUBLIC_ADDRESS,
}  # fmt: skip
_TIMEFRAMES = ((timedelta(hours=1), "hour"), (timedelta(days=1), "day"), (timedelta(7), "week"))


class Proxmox(ProxmoxFirewall):
    """One cluster, or one node alone."""

    kind = "proxmox"
    concurrency = 4
    capabilities = _CAPABILITIES
    unsupported = UNSUPPORTED

    def __init__(self, settings: ProxmoxSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._snapshots: dict[tuple[int, str], tuple[Snapshot, ...]] = {}
        self._link = Link(settings)
        self._ask, self._do = self._link.ask, self._link.do
        self._pool = ThreadPoolExecutor(8, "proxmox")
        status = self._ask("Reading the cluster", "GET", "/cluster/status")
        named = {one["type"]: one["name"] for one in reversed(status)}
        self._region = str(named.get("cluster") or named.get("node"))
        self._location = settings.location or self._region
        self.name = settings.name or f"proxmox:{self._location}"

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.shutdown(wait=False)
        self._link.close()

    def check(self) -> str:
        """Which cluster it is and who is signed in."""
        return f"Proxmox VE {self._link.version()[0]}, {self._region}, as {self._link.user}"

    def examine(self) -> Standing:
        """What the user or token may not, and how far the cluster's clock is off."""
        return proxmox_rights.examine(self._link, self._region, self._guests(), self.capabilities)

    def reaches(self, machine_id: str) -> bool:
        """The id names the cluster."""
        return machine_id.startswith(f"proxmox/{self._location}/")

    def _id(self, vmid: object) -> str:
        return f"proxmox/{self._location}/{vmid}"

    def _guests(self) -> list[Mapping[str, Any]]:
        found = self._ask("Listing machines", "GET", "/cluster/resources", type="vm")
        return [one for one in found if one.get("type") == "qemu"]

    def _seen(self, guests: Iterable[Mapping[str, Any]]) -> list[Seen]:
        """Guests with their configurations; one that went away meanwhile is absent."""
        found = self._pool.map(self._one, [one for one in guests if not one.get("template")])
        return [one for one in found if one is not None]

    def _one(self, entry: Mapping[str, Any]) -> Seen | None:
        path = f"/nodes/{entry['node']}/qemu/{entry['vmid']}/config"
        config: Mapping[str, Any] = {}
        if entry.get("status") != "unknown":
            try:
                config = self._ask(f"Reading {entry.get('name')}", "GET", path, current=1)
            except NotFound:
                return None
            except Unreachable as error:
                if error.vendor_code != "HTTP 595":
                    raise
                entry = {**entry, "status": "unknown"}  # the node is away, not the cluster
        return Seen(entry["vmid"], entry["node"], entry, config)

    def list_machines(self) -> list[VM]:
        """All machines, by name; one whose node is away is listed in an unknown state."""
        found = list(self._pool.map(self._record, self._seen(self._guests())))
        return sorted(found, key=lambda vm: (vm.name, vm.id))

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        """The named machines, read afresh."""
        wanted = {i.rpartition("/")[2] for i in ids if self.reaches(i)}
        if not wanted:
            return {}
        guests = [one for one in self._guests() if str(one["vmid"]) in wanted]
        return {vm.id: vm for vm in self._pool.map(self._record, self._seen(guests))}

    def _record(self, seen: Seen) -> VM:
        snapshots = self._snapshots_of(seen) if seen.config else ()
        return record(self._id(seen.vmid), self._region, seen, snapshots)

    def _snapshots_of(self, seen: Seen) -> tuple[Snapshot, ...]:
        key = (seen.vmid, str(seen.config.get("digest")))
        if key not in self._snapshots:
            found = self._ask(f"Reading {seen.name}", "GET", f"{seen.path}/snapshot")
            for old in [k for k in list(self._snapshots) if k[0] == seen.vmid]:
                self._snapshots.pop(old, None)
            taken = [
                Snapshot(one["name"], datetime.fromtimestamp(one["snaptime"], UTC))
                for one in found
                if one["name"] != "current" and "snaptime" in one
            ]
            self._snapshots[key] = tuple(sorted(taken, key=lambda s: (s.created_at, s.name)))
        return self._snapshots[key]

    def offers(self) -> list[Offer]:
        """The cluster, its templates, nodes and bridges."""
        nodes = self._ask("Listing nodes", "GET", "/nodes")
        images = tuple(sorted({str(g["name"]) for g in self._guests() if g.get("template")}))
        hosts = tuple(
            Host(n["node"], "proxmox", self._region, int(n.get("maxcpu") or 0),
                 round((n.get("maxmem") or 0) / GIB, 2))
            for n in sorted(nodes, key=lambda n: n["node"])
        )  # fmt: skip
        return [Offer("proxmox", (self._region,), images, (), hosts, self._networks(nodes))]

    def _find(self, machine_id: str) -> Seen:
        """One machine as it is now.

        Raises:
            NotFound: it is not there.
        """
        if self.reaches(machine_id):
            wanted = machine_id.rpartition("/")[2]
            for seen in self._seen(g for g in self._guests() if str(g["vmid"]) == wanted):
                return seen
        raise NotFound(f"No machine has the id {machine_id!r} on {self.name}.")

    def _power(self, seen: Seen, act: str, **data: Any) -> None:
        self._do(f"{act.capitalize()} of {seen.name}", "POST", f"{seen.path}/status/{act}", **data)

    def _configure(self, seen: Seen, **data: Any) -> None:
        """Change the configuration, unless somebody else did since it was read."""
        digest = seen.config.get("digest")
        what = f"Changing {seen.name}"
        self._do(what, "PUT", f"{seen.path}/config", digest=digest, **data)

    def start(self, machine_id: str, token: str) -> None:
        """Power it on; one that was suspended to disk goes on where it was."""
        seen = self._find(machine_id)
        if seen.state is not State.RUNNING:
            self._power(seen, "start")

    def stop(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Ask its agent or press its power button and wait; or cut the power."""
        seen = self._find(machine_id)
        if seen.state is State.STOPPED:
            return
        if force:
            self._power(seen, "stop")
        elif seen.state is State.SUSPENDED:
            raise Conflict(f"{seen.name} is suspended.", hint="Resume it first, or force the stop.")
        else:
            self._power(seen, "shutdown", timeout=self._settings.stop_limit_s)

    def restart(self, machine_id: str, token: str, *, force: bool = False) -> None:
        """Shut it down and start it, which takes up pending changes; or reset it."""
        seen = self._running(machine_id, "Start it instead.")
        if force:
            self._power(seen, "reset")
        else:
            self._power(seen, "reboot", timeout=self._settings.stop_limit_s)

    def _running(self, machine_id: str, hint: str) -> Seen:
        seen = self._find(machine_id)
        if seen.state is not State.RUNNING:
            raise Conflict(f"{seen.name} is {seen.state.value}.", hint=hint)
        return seen

    def suspend(self, machine_id: str, token: str) -> None:
        """Write its memory to a disk and end it."""
        if self._find(machine_id).state is not State.SUSPENDED:
            seen = self._running(machine_id, "Only a running machine suspends.")
            self._power(seen, "suspend", todisk=1)

    def resume(self, machine_id: str, token: str) -> None:
        """Let it run on."""
        seen = self._find(machine_id)
        if seen.state is State.STOPPED:
            raise Conflict(f"{seen.name} is stopped.", hint="Start it instead.")
        if seen.state is not State.RUNNING:
            self._power(seen, "resume" if seen.state is State.PAUSED else "start")

    def create(self, machine: NewMachine, token: str) -> str:
        """Copy a template in full, fit it and start it; what a token began is finished."""
        if machine.region != self._region:
            raise NotFound(f"There is no region {machine.region!r}.", choices=(self._region,))
        templates = {str(g["name"]): g for g in self._guests() if g.get("template")}
        if machine.image not in templates:
            raise NotFound(f"No template {machine.image!r}.", choices=tuple(sorted(templates)))
        made = self._copy(templates[machine.image], machine.name, token)
        if made.state is State.STOPPED:
            shape = {"cores": machine.vcpus, "sockets": 1, "memory": mib_of(machine.memory_gib)}
            self._configure(made, **shape, tags=words_of(machine.tags))
            if machine.disk_gib:
                self.resize_disk(self._id(made.vmid), token, size_gib=machine.disk_gib)
            self._power(made, "start")
        return self._id(made.vmid)

    def clone(self, machine_id: str, name: str, token: str) -> str:
        """Copy it in full with its tags under a new name; the copy is stopped."""
        return self._without_ports(self._copy(self._find(machine_id).entry, name, token))

    def _copy(self, source: Mapping[str, Any], name: str, token: str) -> Seen:
        guests = [one for one in self._guests() if one.get("name") == name]
        mark = f"Made by NovaCron, request {short(token)}"
        for seen in self._seen(guests):
            if token and mark in str(seen.config.get("description")):
                return seen
        if guests:
            raise Conflict(f"A machine is called {name!r} already.", hint="Choose another name.")
        vmid = int(self._ask("Choosing a number", "GET", "/cluster/nextid"))
        path = f"/nodes/{source['node']}/qemu/{source['vmid']}/clone"
        what = f"Copying {source.get('name')} to {name}"
        self._do(what, "POST", path, newid=vmid, name=name, full=1, description=mark)
        return self._find(self._id(vmid))

    def delete(self, machine_id: str, token: str) -> None:
        """Cut its power if it runs and remove it with its disks, unless it is protected."""
        seen = self._find(machine_id)
        if seen.protected:
            raise NotAllowed(f"{seen.name} is protected.", hint="Unprotect it first.")
        if seen.state is not State.STOPPED:
            self._power(seen, "stop")
        purge = {"purge": 1, "destroy-unreferenced-disks": 1}
        self._do(f"Deleting {seen.name}", "DELETE", seen.path, **purge)

    def resize(
        self, machine_id: str, token: str, *, vcpus: int, memory_gib: float, size: str | None
    ) -> None:
        """Give it these vCPUs and this memory: while it runs only where it has hotplug of them.

        Raises:
            Conflict: it must be stopped first; nothing is left pending.
        """
        seen = self._find(machine_id)
        changed: dict[str, object] = {}
        if vcpus != seen.vcpus:
            changed |= {"cores": vcpus, "sockets": 1}
        if mib_of(memory_gib) != seen.memory_mib:
            changed["memory"] = mib_of(memory_gib)
        hotplug = str(seen.config.get("hotplug", ""))
        cold = [k for k in changed if ("memory" if k == "memory" else "cpu") not in hotplug]
        if seen.state is not State.STOPPED and cold:
            raise Conflict(
                f"{seen.name} is {seen.state.value} and has no hotplug of vCPUs and memory.",
                hint="Stop it, resize it, and start it again.",
            )
        if changed:
            self._configure(seen, **changed)

    def attach_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Add an empty disk; its serial number comes from the token, so that it is added once."""
        seen = self._find(machine_id)
        serial = f"nova{short(token)}"
        if token and any(f"serial={serial}" in drive for drive in seen.drives.values()):
            return
        storage = self._settings.storage or next(iter(seen.drives.values()), ":").partition(":")[0]
        place = next(f"scsi{n}" for n in range(31) if f"scsi{n}" not in seen.config)
        if not storage or size_gib <= 0:
            raise InvalidRequest("A disk needs a size above 0 GiB and a storage to be on.")
        self._configure(seen, **{place: f"{storage}:{size_gib:g},serial={serial}"})

    def resize_disk(self, machine_id: str, token: str, *, size_gib: float) -> None:
        """Grow its first disk; the file system inside is the guest's own affair."""
        seen = self._find(machine_id)
        place, drive = next(iter(seen.drives.items()), ("", ""))
        wanted = round(size_gib * 1024)
        if not place or wanted < size_of(drive) >> 20:
            has = f"{size_of(drive) / GIB:g} GiB and can only grow" if place else "no disk"
            raise InvalidRequest(f"The disk of {seen.name} has {has}.")
        if wanted > size_of(drive) >> 20:
            size = {"disk": place, "size": f"{wanted}M"}
            self._do(f"Growing {place} of {seen.name}", "PUT", f"{seen.path}/resize", **size)

    def snapshot(self, machine_id: str, token: str, *, name: str) -> None:
        """Save its disks, and its memory where it runs; a name that cannot be is refused."""
        check_name(name)
        seen = self._find(machine_id)
        memory = int(seen.state is State.RUNNING)
        what = f"Saving a snapshot of {seen.name}"
        if any(s.name == name for s in self._snapshots_of(seen)):
            raise Conflict(f"{seen.name} already has a snapshot {name!r}.")
        self._do(what, "POST", f"{seen.path}/snapshot", snapname=name, vmstate=memory)

    def restore(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Put it back as it was, with its memory where that was saved; tags and protection stay."""
        seen = self._with_snapshot(machine_id, snapshot)
        path = f"{seen.path}/snapshot/{snapshot}/rollback"
        self._do(f"Restoring {seen.name}", "POST", path)
        after = self._find(machine_id)
        if after.config.get("parent") != snapshot:
            raise ProviderError(
                f"{seen.name} is not at {snapshot!r} after it was put back.",
                hint="Look at its task log in Proxmox.",
            )
        if (after.tags, after.protected) != (seen.tags, seen.protected):
            kept = {"tags": words_of(seen.tags)} if seen.tags else {"delete": "tags"}
            self._configure(after, **kept, protection=int(seen.protected))

    def delete_snapshot(self, machine_id: str, token: str, *, snapshot: str) -> None:
        """Remove one snapshot; the machine stays as it is."""
        seen = self._with_snapshot(machine_id, snapshot)
        what = f"Deleting a snapshot of {seen.name}"
        self._do(what, "DELETE", f"{seen.path}/snapshot/{snapshot}")

    def _with_snapshot(self, machine_id: str, name: str) -> Seen:
        seen = self._find(machine_id)
        known = [snapshot.name for snapshot in self._snapshots_of(seen)]
        if name not in known:
            raise NotFound(f"{seen.name} has no snapshot {name!r}.", choices=tuple(known))
        return seen

    def migrate(
        self, machine_id: str, token: str, *, host: str | None = None, region: str | None = None
    ) -> str:
        """Move it to another node, running on if it runs; its id stays."""
        self.require(Capability.MIGRATE_HOST if host else Capability.MIGRATE_REGION)
        seen = self._find(machine_id)
        nodes = [str(node["node"]) for node in self._ask("Listing nodes", "GET", "/nodes")]
        if host not in nodes:
            raise NotFound(f"There is no node {host!r}.", choices=tuple(nodes))
        if host != seen.node:
            data = {"target": host, "with-local-disks": 1}
            if seen.state is State.RUNNING:
                data["online"] = 1
            self._do(f"Moving {seen.name} to {host}", "POST", f"{seen.path}/migrate", **data)
        return machine_id

    def set_tags(self, machine_id: str, token: str, tags: Mapping[str, str]) -> None:
        """Add or change these tags; others stay."""
        seen = self._find(machine_id)
        self._configure(seen, tags=words_of({**seen.tags, **tags}))

    def remove_tags(self, machine_id: str, token: str, keys: Iterable[str]) -> None:
        """Remove these tags where it has them."""
        seen, gone = self._find(machine_id), set(keys)
        left = {k: v for k, v in seen.tags.items() if k not in gone}
        self._configure(seen, **({"tags": words_of(left)} if left else {"delete": "tags"}))

    def set_protected(self, machine_id: str, token: str, protected: bool) -> None:
        """Turn Proxmox's own protection on or off: it guards the machine and its disks."""
        self._configure(self._find(machine_id), protection=int(protected))

    def samples(self, ids: Sequence[str], since: datetime) -> list[Sample]:
        """Hourly averages of what each node keeps of its machines; a request a machine."""
        reach = self._clock() - since
        timeframe = next((name for longest, name in _TIMEFRAMES if reach <= longest), "month")
        wanted = {i.rpartition("/")[2] for i in ids if self.reaches(i)}
        guests = [one for one in self._guests() if str(one["vmid"]) in wanted]

        def of(guest: Mapping[str, Any]) -> list[Sample]:
            path = f"/nodes/{guest['node']}/qemu/{guest['vmid']}/rrddata"
            rows = self._ask("Reading metrics", "GET", path, timeframe=timeframe, cf="AVERAGE")
            return hourly(self._id(guest["vmid"]), rows, since)

        return [sample for found in self._pool.map(of, guests) for sample in found]


PROVIDER = ProviderKind("proxmox", "proxmox", ProxmoxSettings, discover, Proxmox)
