"""Machine names for completion, from the inventory as it was last seen: nothing is asked."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tools.errors import NovaError

LIMIT = 200


def complete_machine(incomplete: str) -> list[str]:
    """The known machine names that begin like this."""
    try:
        from tools.settings import load_settings

        url = load_settings().database
    except NovaError:
        return []
    return known_names(Path(url.removeprefix("sqlite:///")), incomplete)


def known_names(database: Path, prefix: str) -> list[str]:
    """Names in an inventory's SQLite file; none where it cannot be read."""
    if not database.is_file():
        return []
    query = "SELECT DISTINCT name FROM machines WHERE name LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?"
    pattern = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1)
        try:
            return [row[0] for row in connection.execute(query, (pattern, LIMIT))]
        finally:
            connection.close()
    except sqlite3.Error:
        return []
