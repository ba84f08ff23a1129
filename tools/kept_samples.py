"""What NovaCron samples itself: hourly means in a Parquet file for each day, kept for a time.

One process writes, the owner of the folder; any number read the files.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tools.errors import Unreachable
from tools.providers.base import Sample
from tools.sample_file import COLUMNS

_SCHEMA = ", ".join(f"{column} DOUBLE" for column in COLUMNS.values())
_NAMES = tuple(COLUMNS)

Means = dict[str, tuple[float, int]]
"""The mean of each metric of one machine over one hour, and of how many readings it is."""


class SampleKeeping:
    """Writes the samples of machines whose provider keeps none.

    Args:
        folder: where the files are; made when first written to.
        days: how many days are kept.
    """

    def __init__(self, folder: Path, days: int) -> None:
        self._folder = folder
        self._days = days
        self._lock: int | None = None
        self._hours: dict[date, dict[tuple[datetime, str], Means]] = {}

    def own(self) -> bool:
        """Become the one that writes; False where another process is.

        Raises:
            Unreachable: the folder cannot be written to.
        """
        if self._lock is not None:
            return True
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._folder / ".owner", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def close(self) -> None:
        """Let another process write."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def record(self, samples: Iterable[Sample], now: datetime) -> int:
        """Take readings into the means of their hours, write them, drop what is too old.

        Returns:
            How many readings there were.

        Raises:
            Unreachable: the files cannot be written.
        """
        days: set[date] = set()
        count = 0
        for sample in samples:
            hour = sample.time.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            means = self._day(hour.date()).setdefault((hour, sample.machine_id), {})
            for metric in _NAMES:
                value = getattr(sample, metric)
                if value is not None:
                    mean, readings = means.get(metric, (0.0, 0))
                    means[metric] = (mean + (value - mean) / (readings + 1), readings + 1)
            days.add(hour.date())
            count += 1
        for day in sorted(days):
            self._write(day)
        self._forget(now)
        return count

    def _day(self, day: date) -> dict[tuple[datetime, str], Means]:
        """The means of a day, as they were written where this process has not begun it."""
        if day not in self._hours:
            self._hours[day] = self._written(day)
        return self._hours[day]

    def _path(self, day: date) -> Path:
        return self._folder / f"{day.isoformat()}.parquet"

    def _written(self, day: date) -> dict[tuple[datetime, str], Means]:
        import duckdb

        path = self._path(day)
        if not path.is_file():
            return {}
        columns = ", ".join(COLUMNS.values())
        try:
            with duckdb.connect() as database:
                rows = database.execute(
                    f"SELECT time, vm_id, readings, {columns} FROM read_parquet(?)", [str(path)]
                ).fetchall()
        except duckdb.Error:
            return {}  # written by no version of this; what is read from now on takes its place
        return {
            (time.replace(tzinfo=UTC), machine_id): {
                metric: (value, readings)
                for metric, value in zip(_NAMES, values, strict=True)
                if value is not None
            }
            for time, machine_id, readings, *values in rows
        }

    def _write(self, day: date) -> None:
        import duckdb

        partial = self._folder / f"{day.isoformat()}.{os.getpid()}.partial"
        rows = [
            (
                time.replace(tzinfo=None),
                machine_id,
                max((readings for _, readings in means.values()), default=0),
                *(round(means[m][0], 4) if m in means else None for m in _NAMES),
            )
            for (time, machine_id), means in sorted(self._hours[day].items())
        ]
        try:
            with duckdb.connect() as database:
                database.execute(
                    f"CREATE TABLE samples (time TIMESTAMP, vm_id VARCHAR, readings INTEGER, "
                    f"{_SCHEMA})"
                )
                _insert(database, rows)
                place = str(partial).replace("'", "''")
                database.execute(f"COPY samples TO '{place}' (FORMAT parquet)")
            os.replace(partial, self._path(day))
        except (duckdb.Error, OSError) as error:
            partial.unlink(missing_ok=True)
            raise self._unwritable(error) from error

    def _forget(self, now: datetime) -> None:
        today = now.astimezone(UTC).date()
        oldest = today - timedelta(days=self._days)
        for path in self._folder.glob("????-??-??.parquet"):
            if path.stem < oldest.isoformat():
                path.unlink(missing_ok=True)
        for day in [day for day in self._hours if day < today - timedelta(days=1)]:
            del self._hours[day]

    def _unwritable(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"Samples cannot be kept in {str(self._folder)!r}: {error}",
            hint="Check the room on the disk and whose folder it is.",
        )


def _insert(database: Any, rows: list[tuple[Any, ...]]) -> None:
    """Rows in a list for each column: a thousand times as fast as one by one."""
    if not rows:
        return
    lists = [list(column) for column in zip(*rows, strict=True)]
    kinds = ("TIMESTAMP", "VARCHAR", "INTEGER", *("DOUBLE" for _ in _NAMES))
    asked = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
    database.execute(f"INSERT INTO samples SELECT {asked}", lists)
