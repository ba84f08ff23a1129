"""What happens, told to everybody who listens: one queue a listener, one tenant a queue."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import Any

Event = dict[str, Any]
Listener = queue.Queue[Event]
KEPT = 1000
"""A listener that reads too slowly loses the oldest events beyond so many."""


class Bus:
    """Events of this process, from whoever tells them to whoever listens."""

    def __init__(self) -> None:
        self._listeners: dict[int, tuple[str | None, Callable[[Event], None]]] = {}
        self._numbers = count()
        self._lock = threading.Lock()

    @contextmanager
    def listening(self, tenant: str | None) -> Generator[Listener]:
        """A queue of a tenant's events, until the block ends; None: of every tenant."""
        listener: Listener = queue.Queue(KEPT)
        with self.calling(tenant, partial(_put, listener)):
            yield listener

    @contextmanager
    def calling(self, tenant: str | None, hear: Callable[[Event], None]) -> Generator[None]:
        """Give a tenant's events to a function, in whichever thread they come up."""
        with self._lock:
            number = next(self._numbers)
            self._listeners[number] = (tenant, hear)
        try:
            yield
        finally:
            with self._lock:
                del self._listeners[number]

    def tell(self, event: Event) -> None:
        """Give an event to every listener of its tenant."""
        with self._lock:
            listeners = list(self._listeners.values())
        for tenant, hear in listeners:
            if tenant is None or tenant == event["tenant"]:
                hear(event)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)


def _put(listener: Listener, event: Event) -> None:
    while True:
        try:
            listener.put_nowait(event)
        except queue.Full:
            with suppress(queue.Empty):
                listener.get_nowait()
        else:
            return
