"""What vCenter's faults, and a link that goes wrong, are in our words."""

from __future__ import annotations

from typing import Any

from tools.errors import (
    Capacity,
    Conflict,
    InvalidRequest,
    NotAllowed,
    NotFound,
    NovaError,
    OutcomeUnknown,
    ProviderError,
    Throttled,
    Unreachable,
    Unsupported,
)

FAULTS: dict[type[NovaError], tuple[str, ...]] = {
    NotFound: ("ManagedObjectNotFound", "NotFound", "FileNotFound"),
    InvalidRequest: (
        "InvalidArgument", "InvalidName", "InvalidVmConfig", "InvalidDeviceSpec",
        "InvalidDeviceBacking", "InvalidProperty", "InvalidType", "InvalidDatastore",
        "InvalidDatastorePath", "InvalidRequest", "CpuHotPlugNotSupported",
        "MemoryHotPlugNotSupported", "TooManyDisksOnLegacyHost",
    ),
    Conflict: (
        "InvalidPowerState", "InvalidState", "TaskInProgress", "ConcurrentAccess",
        "DuplicateName", "AlreadyExists", "FileAlreadyExists", "FileLocked", "ResourceInUse",
        "ToolsUnavailable", "InvalidSnapshotFormat", "SnapshotIncompatibleDeviceInVm",
        "SnapshotLocked", "SnapshotFault", "InvalidHostState", "InvalidHostConnectionState",
        "MigrationFault",
        "NoCompatibleHost", "RequestCanceled", "VmConfigFault", "DisallowedMigrationDeviceAttached",
    ),
    Unsupported: (
        "NotSupported", "NotImplemented", "MethodNotFound", "MethodDisabled",
        "CloneFromSnapshotNotSupported", "MigrationFeatureNotSupported",
    ),
    NotAllowed: (
        "NoPermission", "NotAuthenticated", "InvalidLogin", "SecurityError",
        "RestrictedByAdministrator", "NoClientCertificate", "PasswordExpired",
        "LicenseRestricted", "RestrictedVersion",
    ),
    Throttled: ("LimitExceeded",),
    Unreachable: ("HostNotConnected", "HostNotReachable"),
    Capacity: (
        "InsufficientResourcesFault", "NoDiskSpace", "InsufficientStorageSpace", "OutOfBounds",
        "NotEnoughLicenses", "ResourceNotAvailable", "NotEnoughCpus",
    ),
    OutcomeUnknown: ("HostCommunication", "Timedout"),
}  # fmt: skip
"""Which of our errors each fault is, with all that derive from it; the nearest ancestor counts.
One that is not here, or that is new, is a `ProviderError`."""

_HINTS = {
    "ToolsUnavailable": "VMware Tools do not run in it: stop it by force, or start its tools.",
    "ConcurrentAccess": "Somebody else changed it meanwhile: look at it and ask again.",
    "NotAuthenticated": "The session ended and a new one was refused: check the credentials.",
    "InvalidLogin": "Check the user and the password of the connection.",
    "NoPermission": "Give the connection's user that privilege in vCenter.",
    "TaskInProgress": "Another task works on it: wait for its end.",
}
_KINDS = {name: kind for kind, names in FAULTS.items() for name in names}


def short_name(fault: object) -> str:
    """A fault's own name, such as `InvalidPowerState`."""
    return type(fault).__name__.rsplit(".", 1)[-1]


def in_our_words(fault: Any, what: str, *, acting: bool) -> NovaError:
    """What a fault of vCenter is in our words."""
    names = [ancestor.__name__.rsplit(".", 1)[-1] for ancestor in type(fault).__mro__]
    known = next((name for name in names if name in _KINDS), None)
    kind = _KINDS[known] if known else ProviderError
    if kind is OutcomeUnknown and not acting:
        kind = Unreachable
    return kind(
        f"{what}: {_said(fault)}", hint=_HINTS.get(known or "", ""), vendor_code=short_name(fault)
    )


def _said(fault: Any) -> str:
    text = str(getattr(fault, "msg", "") or "").strip().rstrip(".")
    name = short_name(fault)
    requested = getattr(fault, "requestedState", None)
    if requested is not None:
        return f"it is {fault.existingState} and must be {requested}."
    prop = getattr(fault, "invalidProperty", None) or getattr(fault, "privilegeId", None)
    detail = f" ({prop})" if prop else ""
    return f"{text or name}{detail}."


class Refused(Exception):
    """vCenter's own front answered with an HTTP status in place of an answer."""

    def __init__(self, status: int, retry_after_s: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.retry_after_s = retry_after_s


class NewFault(Exception):
    """A fault that this pyVmomi does not know; its name is all that is told."""


class NotSent(Exception):
    """There was no connection to send it over."""


def new_fault(error: NewFault, what: str) -> NovaError:
    """A fault that came after this pyVmomi: vCenter refused, and why is in its own log."""
    return ProviderError(
        f"{what}: vCenter refused it ({error}).",
        hint="Look at vCenter's events, and install a newer pyvmomi to read the fault.",
        vendor_code=str(error),
    )


def refused(error: Refused, what: str, *, acting: bool) -> NovaError:
    """What an HTTP status is in our words: 429 and 503 did nothing, of others nobody knows."""
    code = f"HTTP {error.status}"
    if error.status in (429, 503):
        return Throttled(
            f"{what}: vCenter is too busy ({code}).",
            vendor_code=code,
            retry_after_s=error.retry_after_s,
        )
    if error.status in (401, 403):
        return NotAllowed(
            f"{what}: vCenter refuses it ({code}).",
            hint="Check the user, the password and the privileges of the connection.",
            vendor_code=code,
        )
    kind = OutcomeUnknown if acting else Unreachable
    return kind(f"{what}: vCenter answered {code}.", vendor_code=code)


def broken(error: BaseException, what: str, *, acting: bool) -> NovaError:
    """What a link that broke is in our words."""
    if isinstance(error, NotSent):
        cause = error.__cause__ or error
        return Unreachable(
            f"{what}: vCenter cannot be reached: {cause}",
            hint="Check its address and certificate; `insecure = true` trusts any certificate.",
        )
    kind = OutcomeUnknown if acting else Unreachable
    return kind(f"{what}: no sound answer came from vCenter ({type(error).__name__}).")
