"""One turn of a thread at a time: in this process, between processes by a file, or by Postgres."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import threading
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO
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
    """Among processes of this machine too: a byte of a file for each thread, freed by a death.

    The lock is the open file's, not the process's: so it also holds between two stores that one
    process has open on the same file, and closing one of them frees no turn of the other.
    """
    here = guard_here()
    file = close.enter_context(path.open("a"))

    @contextmanager
    def guard(thread_id: str) -> Generator[None]:
        place = int.from_bytes(hashlib.sha256(thread_id.encode()).digest()[:7], "big")
        with here(thread_id):
            _set_lock(file, fcntl.F_WRLCK, place)
            try:
                yield
            finally:
                _set_lock(file, fcntl.F_UNLCK, place)

    return guard


def _set_lock(file: IO[str], kind: int, place: int) -> None:
    lock = struct.pack("hhqqi4x", kind, os.SEEK_SET, place, 1, 0)  # Linux: struct flock
    fcntl.fcntl(file, fcntl.F_OFD_SETLKW, lock)


def guard_by_postgres(url: str) -> Guard:
    """Among all machines on one Postgres: a session's advisory lock, freed by a death."""
    import psycopg

    @contextmanager
    def guard(thread_id: str) -> Generator[None]:
        with psycopg.connect(url, autocommit=True) as session:
            session.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [thread_id])
            yield

    return guard


@contextmanager
def alone_on_postgres(url: str, what: str) -> Generator[None]:
    """Be the only process that does this; the others look again until it is done.

    They must not wait inside the database: `CREATE INDEX CONCURRENTLY` waits for every statement
    that runs, and one that waits for the lock would never end.
    """
    import psycopg

    ours = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
    with psycopg.connect(url, autocommit=True) as session:
        while session.execute(ours, [what]).fetchone() != (True,):
            time.sleep(0.05)
        yield
