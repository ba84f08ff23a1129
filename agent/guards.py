"""One turn of a thread at a time: in this process, between processes by a file, or by Postgres."""

from __future__ import annotations

import fcntl
import hashlib
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from weakref import WeakValueDictionary

Guard = Callable[[str], AbstractContextManager[None]]
"""Given a thread's id, a context in which no other turn of that thread runs."""


def guard_here() -> Guard:
    """Among the operating system's threads of this process."""
    locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
    making = threading.Lock()

    @contextmanager
    def guard(thread_id: str) -> Generator[None]:
        with making:
            lock = locks.setdefault(thread_id, threading.Lock())
        with lock:
            yield

    return guard


def guard_by_file(path: Path, close: ExitStack) -> Guard:
    """Among processes of this machine too: a byte of a file for each thread, freed by a death."""
    here = guard_here()
    file = close.enter_context(path.open("a"))

    @contextmanager
    def guard(thread_id: str) -> Generator[None]:
        place = int.from_bytes(hashlib.sha256(thread_id.encode()).digest()[:7], "big")
        with here(thread_id):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, place)
            try:
                yield
            finally:
                fcntl.lockf(file, fcntl.LOCK_UN, 1, place)

    return guard


def guard_by_postgres(url: str) -> Guard:
    """Among all machines on one Postgres: a session's advisory lock, freed by a death."""
    import psycopg

    @contextmanager
    def guard(thread_id: str) -> Generator[None]:
        with psycopg.connect(url, autocommit=True) as session:
            session.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [thread_id])
            yield

    return guard
