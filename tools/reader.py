"""Asks one provider what it has: all of it, or what changed since it was last asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tools.errors import NovaError, ProviderError
from tools.providers.base import Changes, Provider

WHOLE_EVERY_S = 300.0
"""So often everything is read, also where changes are told: not every change is."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where the next look at a provider goes on, and when it was last read as a whole."""

    provider: Provider
    text: str
    whole_at: float


class Reader:
    """Remembers how far each provider was read, and what others saw while a reading went on.

    What was read back after an act is newer than a reading that began before it: that machine is
    left as it is.
    """

    def __init__(self) -> None:
        self._marks: dict[str, _Mark] = {}
        self._whole: set[str] = set()
        self._meanwhile: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def want_whole(self, names: Iterable[str]) -> None:
        """Read everything the next time."""
        with self._lock:
            self._whole.update(names)

    def note_seen(self, name: str, ids: Iterable[str]) -> None:
        """These machines of a connection have just been read, or are known to be gone."""
        with self._lock:
            if name in self._meanwhile:
                self._meanwhile[name].update(ids)

    def seen_meanwhile(self, name: str) -> set[str]:
        """The machines that were read by others since this connection's reading began."""
        with self._lock:
            return self._meanwhile.pop(name, set())

    def look(self, provider: Provider) -> Changes | NovaError:
        """What a provider has, or why it does not say."""
        now = time.monotonic()
        with self._lock:
            self._meanwhile[provider.name] = set()
            mark = self._marks.get(provider.name)
            wanted = provider.name in self._whole
            self._whole.discard(provider.name)
        if mark is None or mark.provider is not provider or now - mark.whole_at > WHOLE_EVERY_S:
            wanted = True
        try:
            found = provider.changes("" if wanted or mark is None else mark.text)
        except NovaError as error:
            return self._failed(provider, error)
        except Exception as error:  # a provider's bug must not hide the others
            broken = f"Reading {provider.name} broke: {type(error).__name__}: {error}"
            return self._failed(provider, ProviderError(broken))
        whole_at = now if found.whole or mark is None else mark.whole_at
        with self._lock:
            self._marks[provider.name] = _Mark(provider, found.mark, whole_at)
        return found

    def _failed(self, provider: Provider, error: NovaError) -> NovaError:
        """A mark may be lost with the answer: everything is read the next time."""
        with self._lock:
            self._marks.pop(provider.name, None)
        return error
