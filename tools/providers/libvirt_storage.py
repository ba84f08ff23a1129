"""Disks on a hypervisor: images to start from, the pool of volumes, what belongs to whom."""

from __future__ import annotations

import contextlib
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.errors import InvalidRequest, NotFound, Unsupported
from tools.providers import libvirt_xml
from tools.providers.libvirt_link import libvirt, untyped
from tools.providers.libvirt_xml import Description

GIB = 1 << 30
_ENDINGS = (".qcow2", ".img", ".raw")
_QCOW2_MAGIC = b"QFI\xfb"
_OWN_POOL = ("novacron", "/var/lib/libvirt/images/novacron")
_BLANK_GIB = 1.0


@dataclass(frozen=True, slots=True)
class Image:
    """What a new machine starts from: a disk behind its own, or a kernel, or both.

    Attributes:
        disk: path and format of the disk image, if there is one.
        boot: `kernel`, `initrd` and `cmdline` as libvirt names them; empty for a bootable disk.
    """

    name: str
    disk: tuple[str, str] | None = None
    boot: Mapping[str, str] = field(default_factory=dict[str, str])


def folder_images(folder: Path) -> list[Image]:
    """The images of a folder, by name.

    `NAME.qcow2`, `NAME.img` and `NAME.raw` are disk images. `NAME.toml` describes one by `kernel`,
    `initrd`, `cmdline` and `disk`, each file named relative to the folder.

    Raises:
        InvalidRequest: a description cannot be read.
    """
    if not folder.is_dir():
        raise InvalidRequest(f"The folder of images {str(folder)!r} does not exist.")
    found: dict[str, Image] = {}
    for path in sorted(folder.resolve().iterdir()):
        if path.suffix in _ENDINGS and path.is_file():
            found[path.stem] = Image(path.stem, (str(path), _format_of(path)))
        elif path.suffix == ".toml":
            found[path.stem] = _described(path)
    return [found[name] for name in sorted(found)]


def _described(path: Path) -> Image:
    try:
        facts = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"The image {str(path)!r} cannot be read: {error}") from error
    texts = {key: value for key, value in facts.items() if isinstance(value, str)}
    if unknown := facts.keys() - {"kernel", "initrd", "cmdline", "disk"}:
        raise InvalidRequest(f"The image {path.name!r} has unknown keys: {sorted(unknown)}.")
    files = {key: str(path.parent / texts[key]) for key in ("kernel", "initrd") if key in texts}
    boot = {**files, **({"cmdline": texts["cmdline"]} if "cmdline" in texts else {})}
    disk = path.parent / texts["disk"] if "disk" in texts else None
    return Image(path.stem, (str(disk), _format_of(disk)) if disk else None, boot)


def _format_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return "qcow2" if file.read(4) == _QCOW2_MAGIC else "raw"
    except OSError as error:
        raise InvalidRequest(f"The disk image {str(path)!r} cannot be read: {error}") from error


class Storage:
    """The volumes of one hypervisor; every method is called within a `Link` context."""

    def __init__(self, connection: libvirt.virConnect, pool: str, images: Path | None) -> None:
        self._connection = connection
        self._pool_name = pool
        self._folder = images

    def images(self) -> list[Image]:
        """What new machines can start from: the folder's images, or the pool's free volumes."""
        if self._folder is not None:
            return folder_images(self._folder)
        used = {d.path for text in self._all_xml() for d in Description.parse(text).disks}
        found: list[Image] = []
        for volume in self._volumes():
            path = volume.path()
            if path not in used and path.endswith(_ENDINGS):
                kind = ET.fromstring(volume.XMLDesc(0)).find("target/format")
                name = Path(path).stem
                found.append(Image(name, (path, "raw" if kind is None else kind.get("type", ""))))
        return sorted(found, key=lambda image: image.name)

    def image(self, name: str) -> Image:
        """The image of this name.

        Raises:
            NotFound: there is none; the ones that exist are offered.
        """
        images = {image.name: image for image in self.images()}
        if name not in images:
            raise NotFound(f"There is no image {name!r}.", choices=tuple(images))
        return images[name]

    def _all_xml(self) -> Iterable[str]:
        for domain in self._connection.listAllDomains(0):
            with contextlib.suppress(libvirt.libvirtError):
                yield domain.XMLDesc(0)

    def _volumes(self) -> list[libvirt.virStorageVol]:
        pool = self._find_pool(self._pool_name)
        return pool.listAllVolumes(0) if pool is not None and pool.isActive() else []

    def _find_pool(self, name: str) -> libvirt.virStoragePool | None:
        return next((p for p in self._connection.listAllStoragePools(0) if p.name() == name), None)

    def pool(self) -> libvirt.virStoragePool:
        """The pool for new volumes, started; where there is none, our own is made."""
        pool = self._find_pool(self._pool_name) or self._find_pool(_OWN_POOL[0])
        if pool is None:
            pool = self._connection.storagePoolDefineXML(libvirt_xml.new_pool(*_OWN_POOL), 0)
            pool.build(0)
            pool.setAutostart(1)
        if not pool.isActive():
            pool.create(0)
        return pool

    def path(self, file: str) -> str:
        """Where a file of this name lies in the pool."""
        target = ET.fromstring(self.pool().XMLDesc(0)).findtext("target/path", "")
        return f"{target.rstrip('/')}/{file}"

    def new_volume(self, file: str, size_gib: float | None, image: Image | None = None) -> str:
        """A fresh volume, over the image's disk if it has one; an older one of the name goes.

        Raises:
            InvalidRequest: the size is smaller than the image's disk.
        """
        pool = self.pool()
        self.delete_file(self.path(file))
        behind = image.disk if image else None
        wanted = int(size_gib * GIB) if size_gib is not None else None
        first = None if behind else wanted or int(_BLANK_GIB * GIB)
        volume = pool.createXML(libvirt_xml.new_volume(file, first, behind), 0)
        size = untyped(volume.info())[1]
        if behind and wanted and wanted < size:
            volume.delete(0)
            raise InvalidRequest(f"The image needs a disk of {size / GIB:g} GiB or more.")
        if wanted and wanted > size:
            volume.resize(wanted)
        return volume.path()

    def copy_volume(self, path: str, file: str) -> str:
        """A full copy of a volume that nobody writes, without what lies behind it."""
        self.delete_file(self.path(file))
        original = self.volume(path)
        return self.pool().createXMLFrom(libvirt_xml.new_volume(file, 0, None), original, 0).path()

    def volume(self, path: str) -> libvirt.virStorageVol:
        """The volume at a path.

        Raises:
            Unsupported: no pool holds it.
        """
        volume = self.find_volume(path)
        if volume is None:
            raise Unsupported(
                f"The disk {path!r} is in no storage pool of libvirt.",
                hint="Define a pool over its folder: virsh pool-define-as NAME dir.",
            )
        return volume

    def find_volume(self, path: str) -> libvirt.virStorageVol | None:
        """The volume at a path, or None where no pool holds it; looks twice, as pools go stale."""
        for _ in range(2):
            with contextlib.suppress(libvirt.libvirtError):
                return self._connection.storageVolLookupByPath(path)
            self.refresh()
        return None

    def refresh(self) -> None:
        """Let the pools see files that others made; a pool that is busy keeps what it knows."""
        for pool in self._connection.listAllStoragePools(
            libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE
        ):
            with contextlib.suppress(libvirt.libvirtError):
                pool.refresh(0)

    def delete_file(self, path: str) -> None:
        """Delete the volume at a path, if there is one."""
        volume = self.find_volume(path)
        if volume is not None:
            volume.delete(0)

    def delete_all_of(self, description: Description) -> list[str]:
        """Delete the disks and the log that belong to one machine alone; say what stays."""
        paths = [d.path for d in description.disks if not d.shared]
        needed = self._needed_by_others(description)
        for path in paths:
            if path not in needed:
                self.delete_file(path)
        if description.console_log:
            self.delete_file(description.console_log)
        return [path for path in paths if path in needed]

    def _needed_by_others(self, description: Description) -> set[str]:
        """Paths that another machine uses, and paths that some volume stands on."""
        others = (Description.parse(text) for text in self._all_xml())
        used = {d.path for other in others if other.uuid != description.uuid for d in other.disks}
        for pool in self._connection.listAllStoragePools(
            libvirt.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE
        ):
            for volume in pool.listAllVolumes(0):
                with contextlib.suppress(libvirt.libvirtError):
                    text = volume.XMLDesc(0)
                    used.add(ET.fromstring(text).findtext("backingStore/path", ""))
        return used

    def tail(self, path: str, most: int) -> bytes | None:
        """The end of a file that a pool holds, wherever the hypervisor is; None if none does."""
        self.refresh()
        volume = self.find_volume(path)
        if volume is None:
            return None
        size = untyped(volume.info())[2]
        start = max(0, size - most)
        stream = self._connection.newStream(0)
        chunks: list[bytes] = []
        volume.download(stream, start, size - start, 0)
        stream.recvAll(_collect, chunks)
        stream.finish()
        return b"".join(chunks)


def _collect(_stream: Any, data: bytes, chunks: list[bytes]) -> int:
    chunks.append(data)
    return len(data)
