"""The stores that references lead to, and what was read there, kept for a while.

What has a lease is kept for two thirds of it, everything else for five minutes: a password that was
changed in its store is met soon, and at once where a sign-in with the old one is refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tools.credentials.aws_secrets import AwsSecrets
from tools.credentials.found import Found, Store
from tools.credentials.secret import Reference
from tools.credentials.vault import Vault, VaultOptions
from tools.errors import NotFound

KEPT_S = 300.0
"""How long a value without a lease is kept, in seconds."""


class Stores:
    """Every store by its scheme; safe to use from many threads."""

    def __init__(
        self, vault: VaultOptions | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stores: dict[str, Store] = {
            "vault": Vault(vault or VaultOptions(), clock),
            "aws-secrets": AwsSecrets(),
        }
        self._clock = clock
        self._locks = {scheme: threading.Lock() for scheme in self._stores}
        self._kept: dict[tuple[str, str], tuple[float, Found]] = {}

    def value(self, reference: Reference) -> str:
        """The secret, as it is kept here or in its store.

        Raises:
            NovaError: its store cannot be read, or does not have it.
        """
        place = (reference.scheme, reference.path)
        with self._locks[reference.scheme]:
            until, found = self._kept.get(place, (0.0, None))
            if found is None or self._clock() >= until:
                found = self._read(reference)
        return _part(found, reference)

    def anew(self, reference: Reference) -> str:
        """The secret as it is in its store now.

        Raises:
            NovaError: its store cannot be read, or does not have it.
        """
        with self._locks[reference.scheme]:
            found = self._read(reference)
        return _part(found, reference)

    def check(self, scheme: str) -> str:
        """Say in a line what a store is and as whom it is read; raise if it is not."""
        with self._locks[scheme]:
            return self._stores[scheme].check()

    def _read(self, reference: Reference) -> Found:
        found = self._stores[reference.scheme].read(reference.path)
        lasts_s = KEPT_S if found.lease_s is None else found.lease_s * 2 / 3
        self._kept[reference.scheme, reference.path] = (self._clock() + lasts_s, found)
        return found


def _part(found: Found, reference: Reference) -> str:
    if reference.key not in found.values:
        names = tuple(sorted(name for name in found.values if name))
        raise NotFound(
            f"{reference.scheme}:{reference.path} has no key {reference.key!r}.",
            choices=names,
            hint="Name one of its keys after the #.",
        )
    return found.values[reference.key]
