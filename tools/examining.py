"""Looks at every connection side by side, each for a limited time: what `novacron doctor` shows."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from tools.control import libvirt_uris, open_sandbox
from tools.credentials.secret import secrets_in
from tools.database import connections, machines
from tools.errors import NovaError, ProviderError, Unreachable
from tools.prometheus import PrometheusSamples
from tools.providers.base import Provider
from tools.providers.kinds import Connection, connections_of
from tools.providers.standing import Standing
from tools.sampling import prometheus_options
from tools.settings import Settings
from tools.times import Clock

LIMIT_S = 15.0
"""How long one look may take, in seconds."""
CLOCK_LIMIT_S = 60.0
"""A clock that is farther off is told of: sign-ins begin to fail, and times are misread."""

_LOOKING = "look at "


@dataclass(frozen=True)
class Seen:
    """What a look found: how it stands, by the name and of the kind that it has."""

    name: str
    kind: str
    standing: Standing


@dataclass(frozen=True)
class Look:
    """Something to be looked at, and what it is called until it is."""

    name: str
    look: Callable[[], Seen]


@dataclass(frozen=True)
class Examined:
    """What came of a look.

    Attributes:
        name: what it is called.
        kind: `sandbox libvirt aws … prometheus chroma vault`; empty where it is not reached.
        standing: how it stands; None where it is not reached.
        error: why it is not reached.
        seconds: how long it took.
    """

    name: str
    kind: str
    standing: Standing | None
    error: NovaError | None
    seconds: float


def looks(settings: Settings, clock: Clock) -> list[Look]:
    """The stores of secrets, every connection, and Prometheus, as far as they are set up."""
    schemes = {s.reference.scheme for s in secrets_in(dict(settings)) if s.reference}
    found = [Look(scheme, partial(_store, settings, scheme)) for scheme in sorted(schemes)]
    found += [Look(one.name, partial(_connection, one, clock)) for one in _connections(settings)]
    if settings.prometheus_url:
        found.append(Look("prometheus", partial(_prometheus, settings)))
    return found


def side_by_side(what: Sequence[Look], limit_s: float | None = None) -> list[Examined]:
    """Look at each, all at once, for `LIMIT_S` or this long; one that is late is left to itself."""
    begun, limit_s = time.monotonic(), LIMIT_S if limit_s is None else limit_s
    results: list[Examined | None] = [None] * len(what)

    def look(place: int, one: Look) -> None:
        results[place] = _examined(one)

    threads = [
        threading.Thread(target=look, args=(place, one), name=f"{_LOOKING}{one.name}", daemon=True)
        for place, one in enumerate(what)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, begun + limit_s - time.monotonic()))
    return [
        result or _late(one.name, limit_s) for one, result in zip(what, list(results), strict=True)
    ]


def is_still_looking() -> bool:
    """Whether a look that was late goes on: a program that ends would wait for it."""
    return any(thread.name.startswith(_LOOKING) for thread in threading.enumerate())


def last_seen(engine: sa.Engine) -> dict[str, tuple[int, float | None]]:
    """How many machines of each connection are known, and when they were last read."""
    counts = sa.select(machines.c.connection, sa.func.count()).group_by(machines.c.connection)
    with engine.connect() as db:
        numbers: dict[str, int] = {row[0]: row[1] for row in db.execute(counts)}
        rows = db.execute(sa.select(connections.c.name, connections.c.refreshed_at))
        return {row[0]: (numbers.get(row[0], 0), row[1]) for row in rows}


def _examined(one: Look) -> Examined:
    begun = time.monotonic()
    try:
        seen = one.look()
    except NovaError as error:
        return Examined(one.name, "", None, error, time.monotonic() - begun)
    except Exception as error:  # a fault of ours in one must not hide the others
        ours = ProviderError(f"The look at it failed: {type(error).__name__}.")
        return Examined(one.name, "", None, ours, time.monotonic() - begun)
    return Examined(seen.name, seen.kind, seen.standing, None, time.monotonic() - begun)


def _late(name: str, limit_s: float) -> Examined:
    error = Unreachable(
        f"No answer in {limit_s:g} s.",
        hint="Check its address, the network between, and whether it is under load.",
    )
    return Examined(name, "", None, error, limit_s)


def _connections(settings: Settings) -> list[Connection]:
    """What the settings name and what is found here, not opened yet."""
    found: list[Connection] = []
    if settings.sandbox:
        found.append(Connection("sandbox", "sandbox", lambda clock: open_sandbox(settings, clock)))
    found.extend(_hypervisor(settings, uri) for uri in libvirt_uris(settings))
    found.extend(
        connections_of(settings.connections, discover=settings.discover, environment=os.environ)
    )
    return found


def _hypervisor(settings: Settings, uri: str) -> Connection:
    def opened(clock: Clock) -> Provider:
        from tools.providers.libvirt import Libvirt

        return Libvirt.open(uri, images=settings.libvirt_images, clock=clock)

    return Connection(f"libvirt:{uri}", f"libvirt:{uri}", opened)


def _connection(connection: Connection, clock: Clock) -> Seen:
    provider = connection.open(clock)
    try:
        return Seen(provider.name, provider.kind, provider.examine())
    finally:
        with suppress(NovaError):
            provider.close()


def _prometheus(settings: Settings) -> Seen:
    samples = PrometheusSamples(prometheus_options(settings), list)
    return Seen("prometheus", "prometheus", samples.examine())


def _store(settings: Settings, scheme: str) -> Seen:
    """A store of secrets: as whom it is read, and that every reference into it leads somewhere."""
    reached = settings.stores.check(scheme)
    there = [s for s in secrets_in(dict(settings)) if s.reference and s.reference.scheme == scheme]
    for secret in there:
        secret.get_secret_value()
    noun = "reference" if len(there) == 1 else "references"
    return Seen(scheme, scheme, Standing(f"{reached}; {len(there)} {noun} found"))
