"""A week of hourly samples for a generated fleet, written as Parquet and kept up to the hour."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import Unreachable
from tools.providers.base import Sample
from tools.providers.sandbox_services import Profile
from tools.providers.sandbox_store import Store
from tools.sample_file import COLUMNS, FileSamples

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HOURS = 168
_FOLLOWED = 5_000
"""Fleets up to this size are brought up to the hour while they are open, larger ones at opening."""

_NEW = astuple(Profile(cpu=9, swing=3, memory=30, disk=12))
_FIGURES = tuple(f.name for f in fields(Profile))

# Noise comes from a hash of machine and hour, so that an hour written again is the same. `cycle` is
# the day's course (1 at the peak), `week` what is left of the load at weekends.
_WRITE = """
COPY (
  WITH spread AS (
    SELECT *, unnest(range(greatest($first, ceil(since)::BIGINT),
                           least($end - silent, until)::BIGINT)) AS h
    FROM fleet.machines),
  hashed AS (
    SELECT *, h % 24 AS clock, (h // 24 + 4) % 7 IN (0, 6) AS is_weekend, hash(number, h) AS bits
    FROM spread),
  noisy AS (
    SELECT *, (bits & 1023)::DOUBLE / 512 - 1 AS noise,
           (bits >> 10 & 1023)::DOUBLE / 512 - 1 AS other,
           cos((clock - peak) * pi() / 12) AS cycle,
           CASE WHEN is_weekend THEN weekend ELSE 1 END AS week,
           clock = number % 24 AND (number * 31 + h // 24) % 211 = 0 AND cpu > 5 AS is_odd,
           clock = spike AND h >= $end - 24 AS is_spike
    FROM hashed WHERE bits >> 20 & 511 <> 0),
  loaded AS (
    SELECT *, least(99.5, greatest(0.3, (cpu + swing * cycle) * week + noise * (0.4 + cpu * 0.06)
              + CASE WHEN is_odd OR is_spike THEN 55 ELSE 0 END)) AS load
    FROM noisy)
  SELECT make_timestamp(h * 3600000000) AS time, vm_id, round(load, 1) AS cpu_pct,
         round(least(99.0, greatest(1.0, memory + other * 2 + cycle * swing * 0.15)), 1)
             AS memory_pct,
         round(least(99.8, greatest(1.0, disk + fill * (h - $epoch) / 24 + other * 0.05)), 2)
             AS disk_used_pct,
         round(greatest(0.0, network * (load / 50 + other * 0.1)), 1) AS network_mbps,
         round(greatest(0.0, iops * (load / 50 + noise * 0.1))) AS disk_iops
  FROM loaded
) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)
"""


class SampleKeeper:
    """Writes the sample file of a generated fleet, and writes it anew when the hour has passed."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed
        if store.path is not None:
            self.path = store.path.with_suffix(".parquet")
        else:
            folder = tempfile.mkdtemp(prefix="novacron-")
            self.path = Path(folder) / "samples.parquet"
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._hour: int | None = store.fact("samples_hour")
        self._lock = threading.Lock()

    def ensure(self, now: datetime) -> Path:
        """The file, up to the last full hour.

        Raises:
            Unreachable: it cannot be written.
        """
        hour = int(now.timestamp() // 3600)
        with self._lock:
            if self._hour != hour or not self.path.is_file():
                self._write(hour)
                self._store.set_fact("samples_hour", hour)
                self._hour = hour
        return self.path

    def follow(self, now: datetime) -> None:
        """Bring the file up to the hour, where that takes no time worth mentioning."""
        if self._hour == int(now.timestamp() // 3600):
            return
        if self._store.ask("SELECT count(*) FROM machines")[0][0] <= _FOLLOWED:
            self.ensure(now)

    def _write(self, hour: int) -> None:
        import duckdb
        import numpy as np

        rows = self._rows(hour)
        partial = self.path.with_suffix(f".{os.getpid()}.partial")
        columns = ("number", "vm_id", "since", "until", *_FIGURES)
        kinds: dict[str, Any] = {"number": np.int64, "vm_id": object}
        given = {
            name: np.array(values, dtype=kinds.get(name, np.float64))
            for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
        epoch = int((self._store.fact("epoch") or 0) // 3600)
        try:
            with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as database:
                _fill(database, given)
                database.execute(_query(partial, hour, epoch))
            os.replace(partial, self.path)
        except (duckdb.Error, OSError) as error:
            partial.unlink(missing_ok=True)
            raise Unreachable(
                f"The sandbox's samples in {str(self.path)!r} cannot be written: {error}",
                hint="Check the room on the disk, or make a smaller fleet.",
            ) from error

    def _rows(self, hour: int) -> list[tuple[Any, ...]]:
        query = (
            "SELECT position, id, profile, off_since, "
            "json_extract(coalesce(nullif(next, ''), record), '$.created_at') FROM machines"
        )
        number = self._seed * 1_000_003
        found: list[tuple[Any, ...]] = []
        for position, machine_id, profile, off_since, created_at in self._store.ask(query):
            figures: Sequence[float] = json.loads(profile) if profile else _NEW
            since = datetime.fromisoformat(created_at).timestamp() / 3600 if created_at else 0.0
            until = hour if off_since is None else off_since / 3600
            found.append((number + position, machine_id, since, until, *figures))
        return found or [(0, "", hour, 0.0, *_NEW)]


def _fill(database: DuckDBPyConnection, given: Mapping[str, Any]) -> None:
    """Put the machines into the table that the query reads."""
    database.register("given", given)
    database.execute("SET preserve_insertion_order = false")
    # small row groups, since each is one thread's share of the work
    database.execute("ATTACH ':memory:' AS fleet (ROW_GROUP_SIZE 8192)")
    database.execute("CREATE TABLE fleet.machines AS SELECT * FROM given")


def _query(path: Path, hour: int, epoch: int) -> str:
    literal = str(path).replace("'", "''")
    query = _WRITE.replace("{path}", literal)
    for name, value in (("first", hour - HOURS), ("end", hour), ("epoch", epoch)):
        query = query.replace(f"${name}", str(value))
    return query


def samples_in(path: Path, ids: Sequence[str], since: datetime) -> list[Sample]:
    """The samples of these machines in a file, in order of time."""
    file = FileSamples(path, "sandbox samples")
    figures: dict[tuple[str, datetime], dict[str, float]] = {}
    for metric in COLUMNS:
        for machine_id, points in file.series(ids, metric, since).items():
            for time, value in points:
                figures.setdefault((machine_id, time.astimezone(UTC)), {})[metric] = value
    return [
        Sample(machine_id, time, **values)
        for (machine_id, time), values in sorted(figures.items(), key=lambda item: item[0][1])
    ]
