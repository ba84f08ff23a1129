"""A fleet folder read for the sandbox: fleet.json, checked, and its sample file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError

from tools.errors import InvalidRequest, NotFound
from tools.machine import VM, Group, Host, LooseDisk, Network, Offer, Size
from tools.validation import explain


class _Catalog(BaseModel):
    model_config = ConfigDict(extra="ignore")
    regions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()


class _FleetFile(BaseModel):
    model_config = ConfigDict(extra="ignore")
    now: AwareDatetime | None = None
    vms: list[VM]
    groups: list[Group] = []
    hosts: list[Host] = []
    networks: list[Network] = []
    disks: list[LooseDisk] = []
    catalog: dict[str, _Catalog] = {}


@dataclass(frozen=True)
class FleetFolder:
    """What a fleet folder holds.

    Attributes:
        vms: the machines, in the file's order.
        offers: what each provider offers.
        samples_path: the CSV of samples, where there is one.
        disks: the disks that no machine uses.
    """

    vms: list[VM]
    offers: list[Offer]
    samples_path: Path | None
    disks: list[LooseDisk]


def read_fleet(folder: Path) -> FleetFolder:
    """Read and check a fleet folder.

    Raises:
        NotFound: there is no fleet.json.
        InvalidRequest: it is not valid; the message says what and where.
    """
    file = folder / "fleet.json"
    try:
        text = file.read_bytes()
    except OSError as error:
        raise NotFound(
            f"There is no readable fleet.json in {str(folder)!r}: {error.strerror}.",
            hint="Name a folder with a fleet.json.",
        ) from error
    try:
        document = _FleetFile.model_validate_json(text)
    except ValidationError as error:
        raise InvalidRequest(f"{str(file)!r} is no valid fleet: {explain(error)}.") from error
    twice = [i for i, count in Counter(vm.id for vm in document.vms).items() if count > 1]
    if twice:
        raise InvalidRequest(f"{str(file)!r} has the id {twice[0]!r} twice.")
    samples = folder / "metrics.csv"
    found = samples if samples.is_file() else None
    return FleetFolder(document.vms, _offers(document), found, document.disks)


@cache
def offer_list() -> TypeAdapter[list[Offer]]:
    """What providers offer, to and from JSON values."""
    return TypeAdapter(list[Offer])


def _offers(document: _FleetFile) -> list[Offer]:
    kinds = dict.fromkeys([*document.catalog, *(vm.provider for vm in document.vms)])
    return [_offer(document, kind) for kind in kinds]


def _offer(document: _FleetFile, kind: str) -> Offer:
    catalog = document.catalog.get(kind) or _Catalog()
    used = (vm.region for vm in document.vms if vm.provider == kind)
    return Offer(
        kind,
        regions=tuple(dict.fromkeys([*catalog.regions, *used])),
        images=catalog.images,
        sizes=catalog.sizes,
        hosts=tuple(h for h in document.hosts if h.provider == kind),
        networks=tuple(n for n in document.networks if n.provider == kind),
        groups=tuple(g for g in document.groups if g.provider == kind),
    )
