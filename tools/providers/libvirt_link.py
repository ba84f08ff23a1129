"""The connection to one libvirt daemon: opened, kept, and its errors in our words.

libvirt-python is loaded here on first use; `from tools.providers.libvirt_link import libvirt`
costs nothing until then.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Generator
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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

if TYPE_CHECKING:
    import libvirt as libvirt
else:

    class _Deferred:
        def __getattr__(self, name: str) -> object:
            return getattr(_load(), name)

    libvirt = _Deferred()

_OPEN_LIMIT_S = 10
_MOST_IDLE = 4
_KEEP_ALIVE = (5, 3)
"""A link is lost that does not answer so many times at intervals of so many seconds."""

ERRORS: dict[type[NovaError], tuple[str, ...]] = {
    NotFound: (
        "NO_DOMAIN", "NO_DOMAIN_SNAPSHOT", "NO_DOMAIN_METADATA", "NO_NETWORK", "NO_STORAGE_POOL",
        "NO_STORAGE_VOL", "NO_DOMAIN_BACKUP", "NO_DOMAIN_CHECKPOINT",
    ),
    InvalidRequest: (
        "INVALID_ARG", "INVALID_DOMAIN_SNAPSHOT", "XML_ERROR", "XML_DETAIL", "XML_INVALID_SCHEMA",
        "OS_TYPE", "NO_OS", "NO_SOURCE", "NO_TARGET", "NO_NAME", "INVALID_MAC",
    ),
    Conflict: (
        "OPERATION_INVALID", "DOM_EXIST", "STORAGE_VOL_EXIST", "RESOURCE_BUSY", "MIGRATE_UNSAFE",
        "MIGRATE_PERSIST_FAILED", "MIGRATE_FINISH_OK", "SNAPSHOT_REVERT_RISKY",
        "BLOCK_COPY_ACTIVE", "STORAGE_POOL_BUILT", "OPERATION_ABORTED", "CHECKPOINT_INCONSISTENT",
        "MULTIPLE_DOMAINS",
    ),
    Throttled: ("OPERATION_TIMEOUT", "AGENT_UNRESPONSIVE", "AGENT_UNSYNCED"),
    Unsupported: (
        "NO_SUPPORT", "OPERATION_UNSUPPORTED", "ARGUMENT_UNSUPPORTED", "CONFIG_UNSUPPORTED",
        "DEVICE_MISSING", "UNKNOWN_HOST", "AGENT_COMMAND_TIMEOUT", "AGENT_COMMAND_FAILED",
    ),
    NotAllowed: (
        "OPERATION_DENIED", "AUTH_FAILED", "AUTH_CANCELLED", "AUTH_UNAVAILABLE", "ACCESS_DENIED",
        "READ_ONLY",
    ),
    Unreachable: (
        "NO_CONNECT", "INVALID_CONN", "RPC", "GNUTLS_ERROR", "SSH", "LIBSSH", "LIBSSH2",
        "NO_DAEMON", "NO_SERVER", "NO_CLIENT",
    ),
    Capacity: ("NO_MEMORY",),
}  # fmt: skip
"""Which of our errors each `VIR_ERR_` is; one that is not here is a `ProviderError`."""

_NO_ROOM = ("No space left on device", "Cannot allocate memory", "Disk quota exceeded")


@cache
def _load() -> ModuleType:
    try:
        module = importlib.import_module("libvirt")
    except ImportError as error:
        raise Unreachable(
            "The package libvirt-python is not installed.",
            hint="Install it with: pip install 'novacron[libvirt]' (needs libvirt's headers).",
        ) from error
    module.registerErrorHandler(_silent, None)
    module.virEventRegisterDefaultImpl()
    threading.Thread(target=_listen, args=(module,), daemon=True, name="libvirt events").start()
    return module


def _listen(module: ModuleType) -> None:
    """Serve the timers of every connection, so that one that went dumb is noticed."""
    while True:
        module.virEventRunDefaultImpl()


def _silent(_context: object, _error: object) -> None:
    """Take libvirt's default handler's place, which prints every error."""


@cache
def _codes() -> dict[int, tuple[str, type[NovaError]]]:
    kinds = {f"VIR_ERR_{name}": kind for kind, names in ERRORS.items() for name in names}
    found: dict[int, tuple[str, type[NovaError]]] = {}
    for name, number in vars(_load()).items():
        if name.startswith("VIR_ERR_") and isinstance(number, int):
            found.setdefault(number, (name, ProviderError))
            if name in kinds:
                found[number] = (name, kinds[name])
    return found


def in_our_words(error: libvirt.libvirtError, what: str) -> NovaError:
    """What a libvirt error is in our words, on a connection that still lives."""
    number = error.get_error_code() or 0
    name, kind = _codes().get(number, (f"VIR_ERR_{number}", ProviderError))
    text = error.get_error_message() or str(error)
    if any(sign in text for sign in _NO_ROOM):
        kind = Capacity
    elif kind is ProviderError and error.get_error_domain() == libvirt.VIR_FROM_RPC:
        kind = Unreachable
    return kind(f"{what}: {text.strip()}", vendor_code=name)


class Link:
    """Connections to one hypervisor, each used by one thread at a time and kept for the next.

    libvirt lets threads share a connection, but a call may then wait for another thread's long
    one to end (seen with 9.0: 5 to 15 s).
    """

    def __init__(self, uri: str) -> None:
        self.uri = _without_questions(uri)
        self._idle: list[libvirt.virConnect] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def _borrowed(self) -> Generator[libvirt.virConnect]:
        connection = self._taken() or self._opened()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _taken(self) -> libvirt.virConnect | None:
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                if is_alive(connection):
                    return connection
        return None

    def _give_back(self, connection: libvirt.virConnect) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < _MOST_IDLE:
                self._idle.append(connection)
                return
        _close(connection)

    def open(self) -> libvirt.virConnect:
        """A connection of the caller's own, to be closed by it.

        Raises:
            Unreachable: no daemon answers.
        """
        return self._opened()

    def _opened(self) -> libvirt.virConnect:
        connection: libvirt.virConnect | None = None
        failure: libvirt.libvirtError | None = None

        def open_it() -> None:
            nonlocal connection, failure
            try:
                connection = libvirt.open(self.uri)
            except libvirt.libvirtError as error:
                failure = error

        _load()
        opening = threading.Thread(target=open_it, daemon=True)
        opening.start()
        opening.join(_OPEN_LIMIT_S)
        if connection is not None:
            with contextlib.suppress(libvirt.libvirtError):  # a driver without a daemon has none
                connection.setKeepAlive(*_KEEP_ALIVE)
            return connection
        if failure is not None and _may_only_look(self.uri, failure):
            raise NotAllowed(
                f"The hypervisor {self.uri} lets this user look at it and nothing more.",
                hint="Add the user to the group libvirt there, or allow it to manage in polkit.",
                vendor_code=_codes().get(failure.get_error_code() or 0, ("",))[0],
            ) from failure
        reason = failure.get_error_message() if failure else f"no answer in {_OPEN_LIMIT_S} s"
        raise Unreachable(
            f"The hypervisor {self.uri} cannot be reached: {reason}",
            hint="Check that libvirtd runs there and that you may use it; see `novacron doctor`.",
            vendor_code=_codes().get((failure.get_error_code() or 0) if failure else 0, ("",))[0],
        ) from failure

    @contextlib.contextmanager
    def reading(self, what: str) -> Generator[libvirt.virConnect]:
        """Look at something.

        Raises:
            Unreachable: no daemon answers, the link broke, or libvirt-python is not installed.
            NovaError: what libvirt says, in our words.
        """
        with self._borrowed() as connection:
            try:
                yield connection
            except libvirt.libvirtError as error:
                if not is_alive(connection):
                    raise Unreachable(f"{what}: the link to {self.uri} broke.") from error
                raise in_our_words(error, what) from error

    @contextlib.contextmanager
    def acting(self, what: str) -> Generator[libvirt.virConnect]:
        """Change something; a link that is lost in the middle is `OutcomeUnknown`."""
        with self._borrowed() as connection:
            try:
                yield connection
            except libvirt.libvirtError as error:
                if not is_alive(connection):
                    raise OutcomeUnknown(
                        f"{what}: the link to {self.uri} broke before the answer came."
                    ) from error
                raise in_our_words(error, what) from error

    def close(self) -> None:
        """Let go of the connections; one that is in use goes when it is given back."""
        with self._lock:
            idle, self._idle, self._closed = self._idle, [], True
        for connection in idle:
            _close(connection)


def untyped(answer: object) -> Any:
    """An answer whose type libvirt-python annotates wrongly, mostly as text."""
    return answer


def _may_only_look(uri: str, failure: libvirt.libvirtError) -> bool:
    """Whether a user who was refused may at least open it for reading."""
    kind = _codes().get(failure.get_error_code() or 0, ("", ProviderError))[1]
    if kind is not NotAllowed and "ermission denied" not in str(failure):
        return False
    try:
        _close(libvirt.openReadOnly(uri))
    except libvirt.libvirtError:
        return False
    return True


def _close(connection: libvirt.virConnect) -> None:
    with contextlib.suppress(libvirt.libvirtError):
        connection.close()


def is_alive(connection: libvirt.virConnect) -> bool:
    """Whether the daemon at its other end still answers."""
    try:
        return connection.isAlive() == 1
    except libvirt.libvirtError:
        return False


def _without_questions(uri: str) -> str:
    """The URI with ssh told never to ask for a password at the terminal."""
    parts = urlsplit(uri)
    if not parts.scheme.endswith("+ssh") or "no_tty" in parts.query:
        return uri
    return f"{uri}{'&' if parts.query else '?'}no_tty=1"
