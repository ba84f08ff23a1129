"""Readings of connections side by side: each in a thread of its own, one at a time for each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass


@dataclass
class _Line:
    """One connection's reading that is under way, and the one that was asked for meanwhile."""

    under_way: Future[None] | None = None
    began: float = 0.0
    then: Future[None] | None = None


class Refreshing:
    """Begins readings; a slow one is never begun twice, and holds up no other.

    Whoever asks while a reading is under way gets the next one: it may have missed what they know
    of. The threads end with the process, so that a provider that hangs does not keep it alive.

    Args:
        read: reads one connection, by name, and keeps what it saw.
    """

    def __init__(self, read: Callable[[str], None]) -> None:
        self._read = read
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def begin(self, name: str) -> Future[None]:
        """A reading that begins after this moment; its result is there when it is kept."""
        with self._lock:
            line = self._lines.setdefault(name, _Line())
            if line.under_way is not None:
                line.then = line.then or Future()
                return line.then
            line.under_way, line.began = Future(), time.monotonic()
            threading.Thread(
                target=self._go_on, args=(name, line), name=f"reading {name}", daemon=True
            ).start()
            return line.under_way

    def late_s(self, name: str) -> float:
        """For how long a reading of this connection has been under way; 0 where none is."""
        with self._lock:
            line = self._lines.get(name)
            if line is None or line.under_way is None:
                return 0.0
            return time.monotonic() - line.began

    def _go_on(self, name: str, line: _Line) -> None:
        while (reading := line.under_way) is not None:
            failure: BaseException | None = None
            try:
                self._read(name)
            except BaseException as error:  # it is raised where somebody waits for it
                failure = error
            with self._lock:
                line.under_way, line.began, line.then = line.then, time.monotonic(), None
            if failure is None:
                reading.set_result(None)
            else:
                reading.set_exception(failure)
