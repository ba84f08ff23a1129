"""What Proxmox says of a guest as our machine record: its state, disks, tags and figures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from tools.errors import InvalidRequest
from tools.machine import VM, Snapshot, State
from tools.providers.base import Sample

GIB = 1 << 30
_DRIVE = re.compile(r"(?:scsi|virtio|sata|ide)\d+")
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_STATES = {"running": State.RUNNING, "stopped": State.STOPPED, "paused": State.PAUSED}
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One guest: what the cluster says of it, and its configuration."""

    vmid: int
    node: str
    entry: Mapping[str, Any]
    config: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Where it is asked for."""
        return f"/nodes/{self.node}/qemu/{self.vmid}"

    @property
    def name(self) -> str:
        """Its name, or its number."""
        return str(self.config.get("name") or self.entry.get("name") or self.vmid)

    @property
    def state(self) -> State:
        """In our words; one whose node is away is unknown."""
        if self.config.get("lock") in ("suspended", "suspending"):
            return State.SUSPENDED
        return _STATES.get(str(self.entry.get("status")), State.UNKNOWN)

    @property
    def protected(self) -> bool:
        """Whether Proxmox keeps it from being removed."""
        return str(self.config.get("protection", 0)) == "1"

    @property
    def vcpus(self) -> int:
        """Cores of all its sockets."""
        if not self.config:
            return int(self.entry.get("maxcpu") or 0)
        return int(self.config.get("cores", 1)) * int(self.config.get("sockets", 1))

    @property
    def memory_mib(self) -> int:
        """Its memory in MiB."""
        if not self.config:
            return (self.entry.get("maxmem") or 0) >> 20
        return int(self.config.get("memory", 512))

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return tags_of(str((self.config or self.entry).get("tags") or ""))

    @property
    def drives(self) -> dict[str, str]:
        """Its own disks by their place, the first one first."""
        found = {k: str(v) for k, v in self.config.items() if _DRIVE.fullmatch(k)}
        order = sorted(found, key=lambda k: (len(k), k))
        return {k: found[k] for k in order if "media=cdrom" not in found[k]}


def record(machine_id: str, region: str, seen: Seen, snapshots: tuple[Snapshot, ...]) -> VM:
    """A guest as Proxmox has it; its address is known where cloud-init gives it one."""
    address = re.search(r"ip=([0-9.]+)", str(seen.config.get("ipconfig0", "")))
    return VM(
        id=machine_id,
        name=seen.name,
        provider="proxmox",
        region=region,
        state=seen.state,
        host=seen.node,
        vcpus=seen.vcpus,
        memory_gib=round(seen.memory_mib / 1024, 4),
        disk_gib=round(sum(map(size_of, seen.drives.values())) / GIB, 6),
        os="windows" if str(seen.config.get("ostype", "")).startswith("w") else "linux",
        private_ip=address.group(1) if address else None,
        tags=seen.tags,
        protected=seen.protected,
        snapshots=snapshots,
    )


def size_of(drive: str) -> int:
    """A drive's size in bytes; 0 where its configuration does not say."""
    found = re.search(r"size=(\d+(?:\.\d+)?)([KMGT])", drive)
    return round(float(found.group(1)) * _UNITS[found.group(2)]) if found else 0


def tags_of(text: str) -> dict[str, str]:
    """Tags from Proxmox's words: `env--prod` is env=prod, a plain word a tag without a value."""
    pairs = (word.partition("--") for word in re.split(r"[;, ]+", text) if word)
    return {_decoded(key): _decoded(value) for key, _, value in pairs}


def words_of(tags: Mapping[str, str]) -> str:
    """Tags as Proxmox keeps them: words of few letters, a `+` with hex for every other one."""
    words = (f"{_coded(k)}--{_coded(v)}" if v else _coded(k) for k, v in tags.items())
    # A word begins with a letter, a digit or an underscore.
    return ";".join(
        word if re.match(r"[a-z0-9]|_(?!\+)", word) else _shielded(word) for word in words
    )


def _shielded(word: str) -> str:
    return "_+5f" + word[1:] if word.startswith("_") else "_" + word


def _coded(text: str) -> str:
    text = re.sub(r"^[-.]|-$|(?<=-)-|-(?=-)", lambda m: "\0" if m[0] == "-" else "\1", text)
    kept = {"\0": "+2d", "\1": "+2e"}
    return "".join(c if re.match(r"[a-z0-9_.-]", c) else kept.get(c) or _hex(c) for c in text)


def _hex(character: str) -> str:
    return "".join(f"+{byte:02x}" for byte in character.encode())


def _decoded(text: str) -> str:
    return unquote(re.sub(r"^_(?=\+)", "", text).replace("+", "%"))


def hourly(machine_id: str, rows: Iterable[_Row], since: datetime) -> list[Sample]:
    """The mean of each hour of Proxmox's rows, in our units."""
    hours: dict[datetime, list[_Row]] = {}
    for row in rows:
        if "time" in row and row.get("cpu") is not None:
            time = datetime.fromtimestamp(row["time"], UTC)
            hours.setdefault(time.replace(minute=0, second=0, microsecond=0), []).append(row)

    def mean(rows: Sequence[_Row], figure: Callable[[_Row], float]) -> float:
        return round(sum(map(figure, rows)) / len(rows), 4)

    return [
        Sample(
            machine_id,
            hour,
            cpu=mean(found, lambda row: 100 * row["cpu"]),
            memory=mean(found, lambda row: 100 * row.get("mem", 0) / (row.get("maxmem") or 1)),
            network=mean(found, lambda r: (r.get("netin", 0) + r.get("netout", 0)) * 8 / 1e6),
        )
        for hour, found in sorted(hours.items())
        if hour >= since
    ]


def check_name(snapshot: str) -> None:
    """Refuse what cannot name a snapshot.

    Raises:
        InvalidRequest: Proxmox's names have letters, digits, dashes and underscores alone.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{1,39}", snapshot):
        raise InvalidRequest(
            f"{snapshot!r} cannot name a snapshot on Proxmox.",
            hint="Begin with a letter; letters, digits, - and _ may follow, 40 in all.",
        )


def short(token: str) -> str:
    """A token as it is written into a machine."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]


def mib_of(gib: float) -> int:
    """Memory as Proxmox takes it."""
    return max(16, round(gib * 1024))
