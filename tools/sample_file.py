"""Samples in a CSV or Parquet file, asked with DuckDB, which is imported on the first question."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
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

# favg sums as exactly as fsum does nearly; the rank is in whole numbers, as nearest rank is defined
_AGGREGATES = {
    "avg": "favg({0})",
    "max": "max({0})",
    "min": "min({0})",
    "p95": "list_sort(list({0}))[greatest(1, (95 * count({0}) + 99) // 100)]",
    "last": "arg_max({0}, time)",
}


class FileSamples:
    """One file of samples; it is read again when it was written to."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self._path = path
        self._lock = threading.Lock()
        self._opened: tuple[Hashable, duckdb.DuckDBPyConnection] | None = None

    def stamp(self, now: datetime) -> Hashable:
        """When the file was written, and how long it is."""
        try:
            facts = self._path.stat()
        except OSError:
            return None
        return facts.st_mtime_ns, facts.st_size

    def aggregate(self, metric: str, aggregate: str, since: datetime) -> dict[str, float]:
        """One value for each machine that has a sample at `since` or later."""
        column = COLUMNS[metric]
        value = _AGGREGATES[aggregate].format(column)
        rows = self._ask(
            f"SELECT vm_id, {value} FROM samples "
            f"WHERE time >= ?::TIMESTAMP AND {column} IS NOT NULL GROUP BY vm_id",
            [_utc(since)],
        )
        return dict(rows)

    def series(
        self, ids: Sequence[str], metric: str, since: datetime
    ) -> dict[str, list[tuple[datetime, float]]]:
        """The samples of these machines at `since` or later, in order of time."""
        column = COLUMNS[metric]
        rows = self._ask(
            f"SELECT vm_id, time, {column} FROM samples WHERE time >= ?::TIMESTAMP "
            f"AND {column} IS NOT NULL AND vm_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY time",
            [_utc(since), list(ids)],
        )
        found: dict[str, list[tuple[datetime, float]]] = {}
        for machine_id, time, value in rows:
            found.setdefault(machine_id, []).append((time.replace(tzinfo=UTC), value))
        return found

    def _ask(self, query: str, parameters: list[Any]) -> list[Any]:
        import duckdb

        if self.stamp(datetime.now(UTC)) is None:
            return []
        try:
            return self._connection().execute(query, parameters).fetchall()
        except duckdb.Error as error:
            raise self._unreadable(error) from error

    def _connection(self) -> duckdb.DuckDBPyConnection:
        stamp = self.stamp(datetime.now(UTC))
        with self._lock:
            if self._opened is None or self._opened[0] != stamp:
                self._opened = (stamp, _open(self._path))
            return self._opened[1].cursor()

    def _unreadable(self, error: Exception) -> NovaError:
        reason = str(error).splitlines()[0]
        return Unreachable(
            f"The samples in {self._path.name!r} cannot be read: {reason}",
            hint="Write the file anew, or ask without metrics.",
        )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    """A database with the view or table `samples` that can reach nothing but this file."""
    import duckdb

    database = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        }
    )
    literal = str(path).replace("'", "''")
    if path.suffix == ".parquet":
        database.execute(f"SET allowed_paths = ['{literal}']")
        # a plain TIMESTAMP in UTC keeps its row-group statistics usable
        database.execute(f"CREATE VIEW samples AS SELECT * FROM read_parquet('{literal}')")
    else:
        figures = ", ".join(f"'{column}': 'DOUBLE'" for column in COLUMNS.values())
        database.execute(
            "CREATE TABLE samples AS SELECT * FROM read_csv("
            f"'{literal}', types = {{'time': 'TIMESTAMP', 'vm_id': 'VARCHAR', {figures}}})"
        )
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database
