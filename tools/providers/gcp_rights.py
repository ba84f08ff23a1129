"""Which rights a sign-in to Google Cloud has: what Resource Manager says of each project."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from tools.errors import NotAllowed, NovaError, ProviderError, Throttled, Unreachable
from tools.providers.base import Capability
from tools.providers.gcp_link import Link
from tools.providers.standing import Lack, Standing, clock_off_s, farthest, lacking, wanted

_GOOGLE = "https://cloudresourcemanager.googleapis.com"
_LIMIT_S = 20
_I = "compute.instances"
_D = "compute.disks"
_NEW = (
    f"{_I}.create", f"{_D}.create", "compute.subnetworks.use", f"{_I}.setLabels",
    f"{_I}.setMetadata",
)  # fmt: skip

RIGHTS = {
    None: (
        f"{_I}.list", f"{_I}.get", f"{_D}.list", "compute.snapshots.list", "compute.zones.list",
        "compute.regions.list", "compute.machineTypes.list", "compute.images.list",
        "compute.networks.list", "compute.instanceGroupManagers.list", "compute.projects.get",
    ),
    Capability.START: (f"{_I}.start",),
    Capability.STOP: (f"{_I}.stop",),
    Capability.FORCE_STOP: (f"{_I}.stop",),
    Capability.RESTART: (f"{_I}.stop", f"{_I}.start", f"{_I}.reset"),
    Capability.SUSPEND: (f"{_I}.suspend",),
    Capability.RESUME: (f"{_I}.resume",),
    Capability.CREATE: _NEW,
    Capability.CLONE: (
        *_NEW, "compute.machineImages.create", "compute.machineImages.useReadOnly",
        "compute.machineImages.delete",
    ),
    Capability.DELETE: (f"{_I}.delete", "compute.snapshots.delete"),
    Capability.RESIZE: (f"{_I}.setMachineType", f"{_I}.stop", f"{_I}.start"),
    Capability.ATTACH_DISK: (f"{_D}.create", f"{_D}.use", f"{_I}.attachDisk"),
    Capability.RESIZE_DISK: (f"{_D}.resize",),
    Capability.SNAPSHOT: (
        f"{_D}.createSnapshot", "compute.snapshots.create", "compute.snapshots.setLabels",
        "compute.snapshots.delete",
    ),
    Capability.RESTORE: (
        "compute.snapshots.useReadOnly", f"{_D}.create", f"{_D}.delete", f"{_D}.use",
        f"{_I}.attachDisk", f"{_I}.detachDisk",
    ),
    Capability.TAG: (f"{_I}.setLabels",),
    Capability.PROTECT: (f"{_I}.setDeletionProtection",),
    Capability.PORTS: (
        "compute.firewalls.list", "compute.firewalls.create", "compute.firewalls.delete",
        "compute.networks.updatePolicy", f"{_I}.setTags",
    ),
    Capability.PUBLIC_ADDRESS: (
        f"{_I}.addAccessConfig", f"{_I}.deleteAccessConfig", "compute.subnetworks.useExternalIp",
    ),
    Capability.SCALE_GROUP: ("compute.instanceGroupManagers.update",),
    Capability.METRICS: ("monitoring.timeSeries.list",),
}  # fmt: skip
"""The permissions that each capability takes."""


def examine(
    link: Link, projects: Sequence[str], endpoint: str, capabilities: frozenset[Capability]
) -> Standing:
    """What the sign-in may not in each project, and how far Google's clock is off.

    Args:
        link: the connection.
        projects: the projects.
        endpoint: where Resource Manager is, if not at Google.
        capabilities: what is looked at.
    """
    lacks: list[Lack] = []
    offs: list[float | None] = []
    for project in projects:
        asked = datetime.now(UTC)
        granted, date = _granted(link, endpoint or _GOOGLE, project, wanted(RIGHTS, capabilities))
        offs.append(clock_off_s(date, asked, datetime.now(UTC)))
        here = f"project {project}"
        lacks.extend(lacking(RIGHTS, capabilities, granted.__contains__, here))
    return Standing(
        reached=f"Compute Engine as {link.as_whom}: {', '.join(projects)}",
        lacks=tuple(lacks),
        advice="Give it the role Compute Instance Admin (v1), or one with these permissions.",
        clock_off_s=farthest(offs),
    )


def _granted(
    link: Link, endpoint: str, project: str, permissions: Sequence[str]
) -> tuple[set[str], str | None]:
    """Which of these permissions the sign-in has in a project, and when Google said so."""
    what = f"Reading the rights in the project {project}"
    url = f"{endpoint.rstrip('/')}/v3/projects/{project}:testIamPermissions"
    transport: Any = import_module("google.auth.transport.requests")

    def reading() -> Any:
        with transport.AuthorizedSession(link.credentials) as session:
            body = {"permissions": list(permissions)}
            return session.post(url, json=body, timeout=_LIMIT_S)

    answer = link.read(what, reading)
    if answer.status_code != 200:
        raise _refused(what, answer.status_code)
    try:
        granted = set(map(str, answer.json().get("permissions", ())))
    except (ValueError, AttributeError) as error:
        raise ProviderError(f"{what}: Google's answer could not be read.") from error
    return granted, answer.headers.get("Date")


def _refused(what: str, status: int) -> NovaError:
    code = str(status)
    if status in (401, 403, 404):
        return NotAllowed(
            f"{what}: Google refuses it ({status}).",
            hint="Enable the Cloud Resource Manager API in the project, and sign in as somebody "
            "who may see it.",
            vendor_code=code,
        )
    if status == 429:
        return Throttled(f"{what}: Google asks to slow down.", vendor_code=code)
    if status >= 500:
        return Unreachable(f"{what}: Google answered {status}.", vendor_code=code)
    return ProviderError(f"{what}: Google answered {status}.", vendor_code=code)
