"""Making instances, copying them through a machine image, and removing them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound, OutcomeUnknown
from tools.providers import gcp_labels
from tools.providers.base import NewMachine
from tools.providers.gcp_disks import delete_parts, mark_of, unless_there
from tools.providers.gcp_link import Link, request_id
from tools.providers.gcp_machines import Machines
from tools.providers.gcp_networking import tag_of
from tools.providers.gcp_power import machine_type_for
from tools.providers.gcp_record import TOKEN, Place, parse_id, place_of

_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Site:
    """Where new machines go.

    Attributes:
        network: such as `global/networks/default`.
        public: whether they get a public address.
        images: each image's name and the link that Google knows it by.
    """

    project: str
    zone: str
    network: str
    public: bool
    images: Mapping[str, str]


def create(link: Link, site: Site, new: NewMachine, token: str) -> str:
    """Make and start an instance; give its id.

    Raises:
        Conflict: the name is taken.
        NotFound: there is no such image.
        InvalidRequest: a name, a label or a size cannot be.
        Capacity: the zone has no room, or a quota is used up.
    """
    _check_name(new.name)
    gcp_labels.check(new.tags)
    if "/" not in new.image and new.image not in site.images:
        raise NotFound(f"There is no image {new.image!r}.", choices=tuple(site.images)[:5])
    kind = machine_type_for(new.vcpus, new.memory_gib, new.size)
    disk: dict[str, Any] = {"source_image": site.images.get(new.image, new.image)}
    if new.disk_gib:
        disk["disk_size_gb"] = ceil(new.disk_gib)
    card: dict[str, Any] = {"network": site.network}
    if site.public:
        card["access_configs"] = [{"name": "External NAT", "type_": "ONE_TO_ONE_NAT"}]
    body = {
        "name": new.name,
        "machine_type": f"zones/{site.zone}/machineTypes/{kind}",
        "labels": {**new.tags, TOKEN: mark_of(token)},
        "disks": [{"boot": True, "auto_delete": True, "initialize_params": disk}],
        "network_interfaces": [card],
    }
    return _insert(link, site.project, site.zone, body, token)


def clone(machines: Machines, machine_id: str, name: str, token: str) -> str:
    """Copy an instance with its disks under a new name; the copy runs. Give its id.

    Raises:
        Conflict: the name is taken.
    """
    _check_name(name)
    link = machines.link
    place, source = machines.find(machine_id)
    image = f"nova-{mark_of(token)}"
    what = f"Copying {source.name}"

    def send() -> None:
        operation = link.act(
            what, "machine_images", "insert", project=place.project,
            request_id=request_id(token, "image"),
            machine_image_resource={"name": image, "source_instance": source.self_link},
        )  # fmt: skip
        link.follow(what, operation)

    unless_there(send)
    labels = {k: v for k, v in source.labels.items() if k != TOKEN}
    body = {
        "name": name,
        "labels": {**labels, TOKEN: mark_of(token)},
        "tags": {"items": [tag for tag in source.tags.items if tag != tag_of(place)]},
        "source_machine_image": f"projects/{place.project}/global/machineImages/{image}",
        "deletion_protection": False,
    }
    try:
        made = _insert(link, place.project, place.zone, body, token)
    except OutcomeUnknown:
        raise  # a repeated request still needs the image
    except Exception:
        _drop_image(link, place, image, token)
        raise
    _drop_image(link, place, image, token)
    return made


def _drop_image(link: Link, place: Place, image: str, token: str) -> None:
    what = f"Removing the machine image {image}"
    try:
        operation = link.act(
            what, "machine_images", "delete", project=place.project, machine_image=image,
            request_id=request_id(token, "drop image"),
        )  # fmt: skip
        link.follow(what, operation)
    except NotFound:
        return


def _insert(link: Link, project: str, zone: str, body: dict[str, Any], token: str) -> str:
    what = f"Creating {body['name']}"
    try:
        operation = link.act(
            what, "instances", "insert", project=project, zone=zone,
            request_id=request_id(token, "create"), instance_resource=body,
        )  # fmt: skip
    except Conflict as error:
        there = link.get(what, "instances", project=project, zone=zone, instance=body["name"])
        if there.labels.get(TOKEN) == mark_of(token):
            return place_of(there).machine_id
        raise Conflict(
            f"There is a machine {body['name']!r} in {zone} already.", hint="Choose another name."
        ) from error
    ended = link.follow(what, operation)
    return Place(project, zone, str(ended.target_id)).machine_id


def delete(machines: Machines, machine_id: str, token: str) -> None:
    """Remove an instance, its disks that go with it, and the snapshots that NovaCron took of it.

    Raises:
        NotAllowed: it is protected.
    """
    link, place = machines.link, parse_id(machine_id)
    try:
        _, instance = machines.find(machine_id)
    except NotFound:
        # An earlier attempt may have removed it; what is left of it is still to do.
        if place is None or not link.was_sent(token, "delete", place.project, place.zone):
            raise
    else:
        assert place is not None
        if instance.deletion_protection:
            raise NotAllowed(f"{instance.name} is protected.", hint="Unprotect it first.")
        what = f"Deleting {instance.name}"
        operation = link.act(
            what, "instances", "delete", project=place.project, zone=place.zone,
            instance=place.number, request_id=request_id(token, "delete"),
        )  # fmt: skip
        link.follow(what, operation)
    delete_parts(link, machines.own_parts(place), token)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"Google takes no machine name {name!r}.",
            hint="Lower-case letters, digits and -, a letter first, at most 63.",
        )
