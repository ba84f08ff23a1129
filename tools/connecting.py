"""What this machine can reach: found, opened side by side, and looked for again while it runs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools.errors import Conflict, NovaError, ProviderError, Unreachable
from tools.inventory import Inventory
from tools.providers.base import Provider
from tools.providers.kinds import connections_of
from tools.refreshing import Refreshing
from tools.settings import Settings
from tools.times import Clock

SANDBOX = "sandbox"
FIRST_WITHIN_S = 60.0
"""So long a short command waits for a connection of which nothing recent is known."""
RECENT_S = 3600.0
"""What was read so recently is shown at once, with its age, while it is read again."""
FORGET_AFTER_S = 3600.0
"""A connection that is wanted no more is forgotten when nobody has read it for so long."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A way to connect.

    Attributes:
        key: tells it from the others, at the next start too; holds no secret.
        name: what it is called until it is open.
    """

    key: str
    name: str
    open: Callable[[], Provider]


@dataclass(frozen=True)
class Skipped:
    """A connection that could not be made, and why."""

    name: str
    error: NovaError


def wanted(settings: Settings, clock: Clock, environment: Mapping[str, str]) -> list[Wanted]:
    """The sandbox, the hypervisors and the clouds that the settings name or credentials reach."""
    found: list[Wanted] = []
    if settings.sandbox:
        found.append(Wanted(SANDBOX, SANDBOX, partial(open_sandbox, settings, clock)))
    for uri in libvirt_uris(settings):
        found.append(Wanted(f"libvirt:{uri}", f"libvirt:{uri}", partial(_libvirt, settings, uri)))
    reached = connections_of(
        settings.connections, discover=settings.discover, environment=environment
    )
    found += [Wanted(one.key, one.name, partial(one.open, clock)) for one in reached]
    return list({one.key: one for one in found}.values())


class Connecting:
    """The connections of one NovaCron: those that open go into its inventory.

    Args:
        environment: where credentials are looked for.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        inventory: Inventory,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._inventory = inventory
        self._environment = environment
        self._opening = Refreshing(self._open)
        self._wanted: dict[str, Wanted] = {}
        self._fresh: dict[str, Provider] = {}
        self._open_keys: set[str] = set()
        self._skipped: dict[str, Skipped] = {}
        self._lock = threading.RLock()
        self._waiting = 0
        self._closed = False

    def skipped(self) -> list[Skipped]:
        """The connections that could not be made when it was tried last."""
        return list(self._skipped.values())

    def look(self, within_s: Callable[[str], float] = lambda key: FIRST_WITHIN_S) -> list[str]:
        """Open what is wanted and not open; the names of those that opened within their time.

        Whatever opens later goes into the inventory by itself.

        Args:
            within_s: how long to wait for a connection, by its key.
        """
        self._wanted = {w.key: w for w in wanted(self._settings, self._clock, self._environment)}
        until = {key: time.monotonic() + within_s(key) for key in self._new()}
        with self._lock:
            self._waiting += 1
        begun = {key: self._opening.begin(key) for key in until}
        for key, one in begun.items():
            wait([one], max(0.0, until[key] - time.monotonic()))
        with self._lock:
            self._waiting -= 1
            names = self._take_in()
            for key in until:
                self._say_late(key)
        simulated, others = _parted(names)
        self._inventory.refresh(simulated)
        left = [moment - time.monotonic() for key, moment in until.items() if key != SANDBOX]
        self._inventory.refresh(others, within_s=max([0.0, *left]))
        return names

    def _new(self) -> list[str]:
        return [key for key in self._wanted if key not in self._open_keys]

    def _open(self, key: str) -> None:
        """Open one; for a thread of its own."""
        if (one := self._wanted.get(key)) is None or key in self._open_keys:
            return
        try:
            provider = one.open()
        except NovaError as error:
            self._refuse(key, one.name, error)
            return
        except Exception as error:  # a provider's bug must not hide the others
            broken = ProviderError(f"Connecting broke: {type(error).__name__}: {error}")
            self._refuse(key, one.name, broken)
            return
        with self._lock:
            self._fresh[key] = provider
            names = [] if self._waiting else self._take_in()
        if names:
            self._inventory.refresh(names)

    def _take_in(self) -> list[str]:
        """Put what opened into the inventory, in the order in which it is wanted; the names."""
        names: list[str] = []
        for key in [key for key in self._wanted if key in self._fresh]:
            provider = self._fresh.pop(key)
            if self._closed or provider.name in self._inventory.providers:
                provider.close()
                self._refuse(key, provider.name, _twice(provider.name))
                continue
            self._open_keys.add(key)
            self._skipped.pop(key, None)
            self._inventory.book.closed.pop(key, None)
            self._inventory.book.note_name(key, provider.name)
            self._inventory.providers[provider.name] = provider
            names.append(provider.name)
        if names:
            _introduce(list(self._inventory.providers.values()))
        return names

    def _refuse(self, key: str, name: str, error: NovaError) -> None:
        with self._lock:
            self._skipped[key] = Skipped(name, error)
            self._inventory.book.closed[key] = (self._known_as(key), error)

    def _say_late(self, key: str) -> None:
        if key not in self._open_keys and key not in self._skipped:
            late = Unreachable("it is being connected.", hint="Ask again in a moment.")
            self._inventory.book.closed.setdefault(key, (self._known_as(key), late))

    def _known_as(self, key: str) -> str:
        """Under which name a connection's machines are kept."""
        one = self._wanted.get(key)
        return self._inventory.book.names().get(key, one.name if one else key)

    def patience(self, patience_s: float, *, lasts: bool) -> Callable[[str], float]:
        """How long a start waits for each connection, by its key.

        What lasts does not wait long; nor does a short command for what was read a while ago. The
        simulated fleet is on this machine, and always waited for.
        """
        names = self._inventory.book.names()
        read_at = self._inventory.book.read_at()
        now = self._clock().timestamp()

        def within_s(key: str) -> float:
            if key == SANDBOX:
                return FIRST_WITHIN_S
            at = read_at.get(names.get(key, ""))
            is_recent = at is not None and now - at < RECENT_S
            return patience_s if lasts or is_recent else FIRST_WITHIN_S

        return within_s

    def forget_unwanted(self) -> list[str]:
        """Drop the machines of connections that are neither set up nor found any more; which."""
        names = self._inventory.book.names()
        kept = {names.get(key, one.name) for key, one in self._wanted.items()}
        kept.update(self._inventory.providers)
        others = [name for name in self._inventory.book.read_at() if name not in kept]
        now, book = self._clock().timestamp(), self._inventory.book
        simulated = [name for name in others if name == SANDBOX]  # nobody else needs it
        return book.drop(simulated, now + 1) + book.drop(others, now - FORGET_AFTER_S)

    def close(self) -> None:
        """Take nothing more in."""
        with self._lock:
            self._closed = True


def _parted(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The simulated fleet, which is on this machine, and the others."""
    found = list(names)
    return [n for n in found if n == SANDBOX], [n for n in found if n != SANDBOX]


def _twice(name: str) -> NovaError:
    return Conflict(
        f"There is a connection called {name!r} already.",
        hint="Give each a name of its own in the setting connections.",
    )


def _introduce(providers: Iterable[Provider]) -> None:
    """Make hypervisors known to one another; their module needs no SDK where there are none."""
    hypervisors = [provider for provider in providers if provider.kind == "libvirt"]
    if hypervisors:
        from tools.providers.libvirt_discovery import introduce_all

        introduce_all(hypervisors)


def open_providers(settings: Settings, clock: Clock) -> tuple[list[Provider], list[Skipped]]:
    """Everything that is reached now, opened side by side, and what could not be."""
    found = wanted(settings, clock, os.environ)
    with ThreadPoolExecutor(max(1, len(found))) as pool:
        opened = list(pool.map(_tried, found))
    providers = [one for one in opened if isinstance(one, Provider)]
    _introduce(providers)
    return providers, [one for one in opened if isinstance(one, Skipped)]


def _tried(one: Wanted) -> Provider | Skipped:
    try:
        return one.open()
    except NovaError as error:
        return Skipped(one.name, error)


def open_sandbox(settings: Settings, clock: Clock) -> Provider:
    """The simulated fleet: a folder's, or a generated one that is kept in the data folder."""
    from tools.providers.sandbox import Sandbox

    path = sandbox_file(settings)
    if settings.fleet is not None:
        return Sandbox.from_fleet(settings.fleet, path, clock=clock, delays=settings.delays)
    return Sandbox.generated(path, settings.machines, clock=clock, delays=settings.delays)


def sandbox_file(settings: Settings) -> Path:
    """Where the simulated fleet is kept."""
    folder: Path = settings.data_dir / "sandbox"
    if settings.fleet is not None:
        return folder / f"{settings.fleet.resolve().name}.db"
    return folder / f"generated-{settings.machines}.db"


def libvirt_uris(settings: Settings) -> list[str]:
    """The hypervisors to connect: those that are named, or those that are found."""
    if settings.libvirt_uris == "auto":
        from tools.providers.libvirt_discovery import discover

        return discover()
    return [] if settings.libvirt_uris == "none" else settings.libvirt_uris.split()


def _libvirt(settings: Settings, uri: str) -> Provider:
    from tools.providers.libvirt import Libvirt

    return Libvirt.open(uri, images=settings.libvirt_images)
