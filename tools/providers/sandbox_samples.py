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
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import Unreachable
from tools.providers.base import Sample
from tools.providers.sandbox_ills import all_ills
from tools.providers.sandbox_services import Profile
from tools.providers.sandbox_shapes import Points, apply_shapes
from tools.providers.sandbox_store import Store
from tools.sample_file import COLUMNS, FileSamples, names_beside

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HOURS = 168
_FOLLOWED = 5_000
"""Fleets up to this size are brought up to the hour while they are open, larger ones at opening."""

_NEW = astuple(Profile(cpu=9, swing=3, memory=30, disk=12))
_FIGURES = tuple(f.name for f in fields(Profile))

# Each day in turn, so that a question about the last hours finds them together in the file.
_DAY = """
    SELECT *, unnest(range(greatest({first}, ceil(since)::BIGINT),
                           least({end}, $end - silent, until)::BIGINT)) AS h
    FROM fleet.machines"""

# Noise comes from a hash of machine and hour, so that an hour written again is the same. `cycle` is
# the day's course (1 at the peak), `week` what is left of the load at weekends.
_WRITE = """
COPY (
  WITH spread AS ({days}),
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
  SELECT make_timestamp(h * 3600000000) AS time, vm, round(load, 1) AS cpu_pct,
         round(least(99.0, greatest(1.0, memory + other * 2 + cycle * swing * 0.15)), 1)
             AS memory_pct,
         round(least(99.8, greatest(1.0, disk + fill * (h - $epoch) / 24 + other * 0.05)), 2)
             AS disk_used_pct,
         round(greatest(0.0, network * (load / 50 + other * 0.1)), 1) AS network_mbps,
         round(greatest(0.0, iops * (load / 50 + noise * 0.1))) AS disk_iops
  FROM loaded
) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)
"""


_NAMES = "COPY (SELECT vm, vm_id FROM fleet.machines) TO '{path}' (FORMAT parquet)"


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

    def renew(self, now: datetime) -> None:
        """Write the file anew: what is wrong with the machines has changed."""
        with self._lock:
            self._hour = None
        self.ensure(now)

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
        names = self.path.with_suffix(f".{os.getpid()}.names")
        columns = ("number", "vm", "vm_id", "since", "until", *_FIGURES)
        kinds: dict[str, Any] = {"number": np.int64, "vm": np.int32, "vm_id": object}
        given = {
            name: np.array(values, dtype=kinds.get(name, np.float64))
            for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
        epoch = int((self._store.fact("epoch") or 0) // 3600)
        try:
            with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as database:
                _fill(database, given)
                database.execute(_NAMES.replace("{path}", _quoted(names)))
                database.execute(_query(partial, hour, epoch))
                self._shape(database, partial, hour)
            os.replace(names, names_beside(self.path))
            os.replace(partial, self.path)
        except (duckdb.Error, OSError) as error:
            partial.unlink(missing_ok=True)
            names.unlink(missing_ok=True)
            raise Unreachable(
                f"The sandbox's samples in {str(self.path)!r} cannot be written: {error}",
                hint="Check the room on the disk, or make a smaller fleet.",
            ) from error

    def _shape(self, database: DuckDBPyConnection, path: Path, hour: int) -> None:
        """Write the samples of the machines that are ill as their ills have them."""
        found = {ill.machine_id: ill for ill in all_ills(self._store) if ill.shapes}
        if not found:
            return
        file = _quoted(path)
        columns = ", ".join(COLUMNS.values())
        numbers: dict[str, int] = dict(
            database.execute(
                "SELECT vm_id, vm FROM fleet.machines WHERE vm_id IN (SELECT unnest(?::VARCHAR[]))",
                [list(found)],
            ).fetchall()
        )
        ill_numbers = list(numbers.values())
        rows = database.execute(
            f"SELECT vm_id, epoch(time)::BIGINT // 3600, {columns} FROM read_parquet('{file}') "
            "JOIN fleet.machines USING (vm) WHERE vm IN (SELECT unnest(?::INTEGER[]))",
            [ill_numbers],
        ).fetchall()
        figures: dict[str, dict[str, Points]] = {i: {m: {} for m in COLUMNS} for i in found}
        for machine_id, at, *values in rows:
            for metric, value in zip(COLUMNS, values, strict=True):
                figures[machine_id][metric][at] = value
        database.execute(
            f"CREATE TABLE shaped AS SELECT * FROM read_parquet('{file}') "
            "WHERE vm NOT IN (SELECT unnest(?::INTEGER[]))",
            [ill_numbers],
        )
        for machine_id, ill in found.items():
            if machine_id not in numbers:
                continue
            shaped = apply_shapes(machine_id, figures[machine_id], ill.shapes, ill.begun, hour)
            hours = sorted({h for points in shaped.values() for h, v in points.items() if v})
            lines = [
                [datetime.fromtimestamp(h * 3600, UTC).replace(tzinfo=None), numbers[machine_id]]
                + [shaped[metric].get(h) for metric in COLUMNS]
                for h in hours
            ]
            if lines:
                database.executemany("INSERT INTO shaped VALUES (?, ?, ?, ?, ?, ?, ?)", lines)
        database.execute(
            f"COPY shaped TO '{file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)"
        )

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
            found.append((number + position, position, machine_id, since, until, *figures))
        return found or [(0, 0, "", hour, 0.0, *_NEW)]


def _fill(database: DuckDBPyConnection, given: Mapping[str, Any]) -> None:
    """Put the machines into the table that the query reads."""
    database.register("given", given)
    database.execute("SET preserve_insertion_order = false")
    # small row groups, since each is one thread's share of the work
    database.execute("ATTACH ':memory:' AS fleet (ROW_GROUP_SIZE 8192)")
    database.execute("CREATE TABLE fleet.machines AS SELECT * FROM given")


def _query(path: Path, hour: int, epoch: int) -> str:
    first = hour - HOURS
    starts = [first, *range(first - first % 24 + 24, hour, 24), hour]
    days = [
        _DAY.replace("{first}", str(begin)).replace("{end}", str(end))
        for begin, end in pairwise(starts)
    ]
    query = _WRITE.replace("{days}", " UNION ALL ".join(days)).replace("{path}", _quoted(path))
    for name, value in (("end", hour), ("epoch", epoch)):
        query = query.replace(f"${name}", str(value))
    return query


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


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
