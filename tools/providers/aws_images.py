"""Images by the names that people use: families of the vendors', the account's own, ids."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tools.errors import NotFound
from tools.providers.aws_link import Facts, Place, filtered


@dataclass(frozen=True, slots=True)
class Family:
    """Images that a vendor renews: the newest of them is meant.

    Attributes:
        name: what people call it.
        owners: the accounts that may have made it.
        pattern: its images' names; `{arch}` is the processor as the vendor spells it.
        spelling: that spelling for x86_64 and for arm64.
    """

    name: str
    owners: tuple[str, ...]
    pattern: str
    spelling: tuple[str, str] = ("amd64", "arm64")

    def for_architecture(self, architecture: str) -> str:
        """The pattern of the images for this processor."""
        index = 1 if architecture.startswith("arm64") else 0
        return self.pattern.replace("{arch}", self.spelling[index])


_CANONICAL, _DEBIAN = ("099720109477",), ("136693071363",)
_AMAZON = ("137112412989", "801119661308")

FAMILIES = (
    Family("ubuntu-24.04", _CANONICAL, "ubuntu/images/hvm-ssd*/ubuntu-noble-24.04-{arch}-server-*"),
    Family("ubuntu-22.04", _CANONICAL, "ubuntu/images/hvm-ssd*/ubuntu-jammy-22.04-{arch}-server-*"),
    Family("debian-12", _DEBIAN, "debian-12-{arch}-*"),
    Family("debian-13", _DEBIAN, "debian-13-{arch}-*"),
    Family(
        "amazon-linux-2023", _AMAZON, "al2023-ami-2023.*-kernel-6.1-{arch}", ("x86_64", "arm64")
    ),
    Family("windows-2022", _AMAZON, "Windows_Server-2022-English-Full-Base-*"),
    Family("windows-2025", _AMAZON, "Windows_Server-2025-English-Full-Base-*"),
)  # fmt: skip


def family_of(owner: str, name: str) -> str | None:
    """The family that an image belongs to."""
    for family in FAMILIES:
        patterns = {family.for_architecture(arch) for arch in ("x86_64", "arm64")}
        if owner in family.owners and any(fnmatchcase(name, one) for one in patterns):
            return family.name
    return None


def own_images(place: Place, name: str | None = None) -> list[Facts]:
    """The images that the account made itself, or those of this name."""
    only: Facts = {} if name is None else {"Filters": [filtered("name", name)]}
    return place.pages("ec2", "describe_images", "Images", Owners=["self"], **only)


def offered_images(place: Place) -> list[str]:
    """The families that have an image here, then the account's own images."""
    owners = sorted({owner for family in FAMILIES for owner in family.owners})
    patterns = [family.for_architecture("x86_64") for family in FAMILIES]
    found = place.pages(
        "ec2", "describe_images", "Images", Owners=owners, Filters=[filtered("name", *patterns)]
    )
    here = {family_of(str(one.get("OwnerId")), str(one.get("Name"))) for one in found}
    families = [family.name for family in FAMILIES if family.name in here]
    own = sorted({str(one["Name"]) for one in own_images(place) if one.get("Name")})
    return list(dict.fromkeys([*families, *own]))


def find_image(place: Place, name: str, architectures: tuple[str, ...]) -> Facts:
    """The image of this name for one of these processors, the newest where there are several.

    Raises:
        NotFound: there is none.
    """
    if name.startswith("ami-"):
        found = place.pages(
            "ec2", "describe_images", "Images", Filters=[filtered("image-id", name)]
        )
    elif family := next((one for one in FAMILIES if one.name == name), None):
        patterns = {family.for_architecture(one) for one in architectures}
        found = place.pages(
            "ec2", "describe_images", "Images",
            Owners=list(family.owners), Filters=[filtered("name", *sorted(patterns))],
        )  # fmt: skip
    else:
        found = own_images(place, name)
    usable = [
        one
        for one in found
        if one.get("State") == "available" and one.get("Architecture") in architectures
    ]
    if not usable:
        processor = ", ".join(architectures)
        raise NotFound(f"AWS has no image {name!r} for {processor} in {place.region}.")
    return max(usable, key=lambda one: str(one.get("CreationDate", "")))
