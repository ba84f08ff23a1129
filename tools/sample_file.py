"""Samples in a CSV file, a Parquet file or a folder of those, asked with DuckDB.

DuckDB is imported on the first question.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.errors import NovaError, Unreachable

if TYPE_CHECKING:
    import duckdb

COLUMNS = {
    "cpu": "cpu_pct",
    "memory": "memory_pct",
    "disk": "disk_used_pct",
    "network": "network_mbps",
    "iops": "disk_iops",
}
"""The columns of a sample file, beside `time` and `vm_id`."""

Series = dict[str, list[tuple[datetime, float]]]
"""The samples of each machine, in order of time."""

HELD = 50_000
"""Files of so many lines are kept in memory: a small fleet's week is answered without a query."""

MEMORY = "1GB"
"""What one file's questions may take; DuckDB works in parts beyond it."""

# favg sums as exactly as fsum does nearly; the rank is in whole numbers, as nearest rank is defined
_AGGREGATES = {
    "avg": "favg({0})",
    "max": "max({0})",
    "min": "min({0})",
    "p95": "list_sort(list({0}))[greatest(1, (95 * count({0}) + 99) // 100)]",
    "last": "arg_max({0}, time)",
}
# The nearest rank counted from the top: a few of the largest are kept in place of all.
_TOP_P95 = "(max({0}, {1}))[count({0}) - (95 * count({0}) + 99) // 100 + 1]"
_MOST_KEPT = 100
_ARRAY_BITS = 20
"""Up to a million numbered machines are grouped in an array instead of a hash table."""


def names_beside(path: Path) -> Path:
    """Where the ids of the machines are, for a Parquet file that numbers them in a column `vm`.

    Such a file is asked in half the time of one with the ids themselves.
    """
    return path.with_suffix(".machines.parquet")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file as it was: its database, and the ids by number where machines are numbered."""

    stamp: Hashable
    database: duckdb.DuckDBPyConnection
    ids: dict[int, str] | None

    @property
    def key(self) -> str:
        """The column that names a machine."""
        return "vm_id" if self.ids is None else "vm"


class FileSamples:
    """One file of samples, or a folder of Parquet files; read again when it was written to."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._path = path
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Hashable, Series | None]] = {}
        self._opened: _Opened | None = None

    def stamp(self, now: datetime) -> Hashable:
        """When it was written, and how long it is."""
        try:
            files = sorted(self._path.glob("*.parquet")) if self._path.is_dir() else [self._path]
            facts = [(file.name, file.stat()) for file in files]
        except OSError:
            return None
        return tuple((name, f.st_mtime_ns, f.st_size) for name, f in facts) or None

    def problems(self) -> tuple[str, ...]:
        """None: a file that cannot be read is an error."""
        return ()

    def aggregate(
        self, metric: str, aggregate: str, since: datetime, until: datetime | None = None
    ) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later, before `until`."""
        column = COLUMNS[metric]
        if aggregate == "p95" and (kept := _largest_kept(since, until)) <= _MOST_KEPT:
            found = self._values(_TOP_P95.format(column, kept), column, since, until)
            if found is not None:
                return found
        value = _AGGREGATES[aggregate].format(column)
        opened = self._open_now()
        if aggregate == "avg" and opened is not None and opened.ids is not None:
            value = f"avg({column})"  # two thirds of the time, and as exact over hourly samples
        return self._values(value, column, since, until) or {}

    def _values(
        self, value: str, column: str, since: datetime, until: datetime | None
    ) -> dict[str, float] | None:
        """An expression for each machine; None where it comes out empty for one."""
        import duckdb

        opened = self._open_now()
        if opened is None:
            return {}
        query = (
            f"SELECT {opened.key}, {value} FROM samples WHERE time >= ?::TIMESTAMP "
            f"AND time < ?::TIMESTAMP AND {column} IS NOT NULL GROUP BY {opened.key}"
        )
        columns: Any  # arrays, which make lists a few times as fast as rows do
        try:
            asked = opened.database.cursor().execute(query, [_utc(since), _until(until)])
            columns = asked.fetchnumpy()
        except duckdb.Error as error:
            raise self._unreadable(error) from error
        machines, values = (column.tolist() for column in columns.values())
        if None in values:
            return None
        if opened.ids is None:
            return dict(zip(machines, values, strict=True))
        ids = opened.ids
        return {ids[n]: value for n, value in zip(machines, values, strict=True) if n in ids}

    def series(
        self, ids: Sequence[str], metric: str, since: datetime, until: datetime | None = None
    ) -> Series:
        """The samples of these machines at `since` or later and before `until`, by time."""
        if (held := self._held(metric)) is not None:
            return _between({i: held[i] for i in ids if i in held}, since, until)
        column = COLUMNS[metric]
        opened = self._open_now()
        if opened is None:
            return {}
        names = opened.ids
        if names is None:
            wanted: list[Any] = list(ids)
            kind = "VARCHAR"
        else:
            asked = set(ids)
            wanted = [number for number, name in names.items() if name in asked]
            kind = "INTEGER"
        rows = self._ask(
            opened,
            f"SELECT {opened.key}, time, {column} FROM samples WHERE time >= ?::TIMESTAMP "
            f"AND time < ?::TIMESTAMP AND {column} IS NOT NULL "
            f"AND {opened.key} IN (SELECT unnest(?::{kind}[])) ORDER BY time",
            [_utc(since), _until(until), wanted],
        )
        return _by_machine(rows if names is None else ((names[n], t, v) for n, t, v in rows))

    def _held(self, metric: str) -> Series | None:
        """Every sample of a metric, kept while the file stays as it is; None where it is long."""
        opened = self._open_now()
        if opened is None or opened.ids is not None:
            return None
        kept = self._kept.get(metric)
        if kept is None or kept[0] != opened.stamp:
            column = COLUMNS[metric]
            rows = self._ask(
                opened,
                f"SELECT vm_id, time, {column} FROM samples WHERE {column} IS NOT NULL "
                f"AND (SELECT count(*) FROM samples) <= {HELD} ORDER BY time",
                [],
            )
            kept = self._kept[metric] = (opened.stamp, _by_machine(rows) if rows else None)
        return kept[1]

    def _ask(self, opened: _Opened, query: str, parameters: list[Any]) -> list[Any]:
        import duckdb

        try:
            return opened.database.cursor().execute(query, parameters).fetchall()
        except duckdb.Error as error:
            raise self._unreadable(error) from error

    def _open_now(self) -> _Opened | None:
        """The file as it is now; None where there is none."""
        import duckdb

        stamp = self.stamp(datetime.now(UTC))
        if stamp is None:
            return None
        with self._lock:
            if self._opened is None or self._opened.stamp != stamp:
                try:
                    self._opened = _open(self._path, stamp)
                except duckdb.Error as error:
                    raise self._unreadable(error) from error
            return self._opened

    def _unreadable(self, error: Exception) -> NovaError:
        reason = str(error).splitlines()[0]
        return Unreachable(
            f"The samples in {self._path.name!r} cannot be read: {reason}",
            hint="Write the file anew, or ask without metrics.",
        )


def _largest_kept(since: datetime, until: datetime | None) -> int:
    """How many of the largest of hourly samples hold the one of rank 95 %."""
    hours = ((until or datetime.now(UTC)) - since) / timedelta(hours=1)
    return int(max(1.0, min(hours, 1e6))) * 5 // 100 + 2


def _between(found: Series, since: datetime, until: datetime | None) -> Series:
    cut = {
        i: points[
            bisect_left(points, since, key=_time) : None
            if until is None
            else bisect_left(points, until, key=_time)
        ]
        for i, points in found.items()
    }
    return {i: points for i, points in cut.items() if points}


def _by_machine(rows: Iterable[tuple[str, datetime, float]]) -> Series:
    found: Series = {}
    for machine_id, time, value in rows:
        found.setdefault(machine_id, []).append((time.replace(tzinfo=UTC), value))
    return found


def _time(point: tuple[datetime, float]) -> datetime:
    return point[0]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _until(moment: datetime | None) -> str:
    return "infinity" if moment is None else _utc(moment)


def _open(path: Path, stamp: Hashable) -> _Opened:
    """A database with the view or table `samples` that can reach nothing but this file."""
    import duckdb

    database = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "memory_limit": MEMORY,
        }
    )
    database.execute(f"SET perfect_ht_threshold = {_ARRAY_BITS}")
    ids: dict[int, str] | None = None
    if path.is_dir() or path.suffix == ".parquet":
        ids = _ids_beside(database, path)
        # a plain TIMESTAMP in UTC keeps its row-group statistics usable
        place = _literal(path / "*.parquet" if path.is_dir() else path)
        allowed = "allowed_directories" if path.is_dir() else "allowed_paths"
        database.execute(f"SET {allowed} = [{_literal(path)}]")
        database.execute(f"CREATE VIEW samples AS SELECT * FROM read_parquet({place})")
    else:
        figures = ", ".join(f"'{column}': 'DOUBLE'" for column in COLUMNS.values())
        database.execute(
            "CREATE TABLE samples AS SELECT * FROM read_csv("
            f"{_literal(path)}, types = {{'time': 'TIMESTAMP', 'vm_id': 'VARCHAR', {figures}}})"
        )
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return _Opened(stamp, database, ids)


def _ids_beside(database: duckdb.DuckDBPyConnection, path: Path) -> dict[int, str] | None:
    names = names_beside(path)
    if path.is_dir() or not names.is_file():
        return None
    query = f"SELECT vm, vm_id FROM read_parquet({_literal(names)})"
    return dict(database.execute(query).fetchall())


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
