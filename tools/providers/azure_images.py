"""Images by short names: Azure's own are four words each, and there are tens of thousands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.errors import NotFound

PUBLIC: Mapping[str, tuple[str, str, str]] = {
    "ubuntu-24.04": ("Canonical", "ubuntu-24_04-lts", "server"),
    "ubuntu-22.04": ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"),
    "debian-12": ("Debian", "debian-12", "12-gen2"),
    "rhel-9": ("RedHat", "RHEL", "9-lvm-gen2"),
    "windows-2022": ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-g2"),
}
"""Publisher, offer and SKU; the latest version is meant."""

_BY_OFFER = {(offer.lower(), sku.lower()): name for name, (_, offer, sku) in PUBLIC.items()}


def reference(name: str, own: Mapping[str, str]) -> dict[str, str]:
    """What Azure is told: a short name, an own image, or `publisher:offer:sku:version`.

    Raises:
        NotFound: it is none of these.
    """
    if name in PUBLIC:
        publisher, offer, sku = PUBLIC[name]
        return {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"}
    if name in own:
        return {"id": own[name]}
    words = name.split(":")
    if len(words) == 4 and all(words):
        return dict(zip(("publisher", "offer", "sku", "version"), words, strict=True))
    raise NotFound(
        f"There is no image {name!r}.",
        hint="Give a short name, one of your own images, or publisher:offer:sku:version.",
        choices=(*PUBLIC, *own)[:5],
    )


def is_windows(image: Mapping[str, str]) -> bool:
    """Whether an image of Azure's is a Windows."""
    return "windows" in image.get("offer", "").lower()


def name_of(image: Mapping[str, Any] | None) -> str | None:
    """How a machine's image is called here."""
    if not image:
        return None
    if image.get("id"):
        return str(image["id"]).rpartition("/")[2]
    offer, sku = str(image.get("offer", "")), str(image.get("sku", ""))
    return _BY_OFFER.get((offer.lower(), sku.lower()), f"{offer}:{sku}")
