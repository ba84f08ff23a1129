"""A fleet folder read on its own, so that targets are judged by other code than makes them."""

from __future__ import annotations

import ast
import csv
import json
import math
import statistics
from collections.abc import Callable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

from tools.errors import InvalidRequest, NotFound

COLUMNS = {
    "cpu": "cpu_pct",
    "memory": "memory_pct",
    "disk": "disk_used_pct",
    "network": "network_mbps",
    "iops": "disk_iops",
}
HOURS = {"h": 1, "d": 24, "w": 168}

_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "avg": statistics.fmean,
    "max": max,
    "min": min,
    "last": lambda values: values[-1],
    "p95": lambda values: sorted(values)[max(0, -(-95 * len(values) // 100) - 1)],
}

_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE,
    ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.Call, ast.keyword, ast.Name,
    ast.Load, ast.Store, ast.Constant, ast.Attribute, ast.Subscript, ast.Slice, ast.List, ast.Tuple,
    ast.Set, ast.IfExp, ast.GeneratorExp, ast.ListComp, ast.comprehension,
)  # fmt: skip
_METHODS = frozenset({"startswith", "endswith", "get", "keys", "values", "items", "lower", "split"})


class Fleet:
    """The machines and samples of a fleet folder, at the fleet's own moment.

    Raises:
        NotFound: the folder holds no fleet.
    """

    def __init__(self, folder: Path) -> None:
        document = _document(folder)
        self.now = datetime.fromisoformat(document["now"])
        self.vms: list[dict[str, Any]] = document["vms"]
        self.names = {vm["id"]: vm["name"] for vm in self.vms}
        self._samples = _read_samples(folder / "metrics.csv")
        self._selected: dict[str, list[str]] = {}
        self._rows = [self._row(vm) for vm in self.vms]

    def metric(
        self, machine_id: str, name: str, aggregate: str = "avg", window: str = "1h"
    ) -> float:
        """The aggregate over the window; not a number where there is no sample in it."""
        since = self.now - timedelta(hours=int(window[:-1]) * HOURS[window[-1]])
        samples = self._samples.get(machine_id, [])
        values = [float(row[COLUMNS[name]]) for at, row in samples if at >= since]
        return _AGGREGATES[aggregate](values) if values else math.nan

    def select(self, where: Any) -> list[str]:
        """The ids for which an expression holds; `{"where", "top", "by"}` keeps the first N.

        Raises:
            InvalidRequest: the expression does more than compare fields.
        """
        key = json.dumps(where, sort_keys=True)
        if key not in self._selected:
            self._selected[key] = self._select(where)
        return self._selected[key]

    def _select(self, where: Any) -> list[str]:
        if isinstance(where, str):
            code = _compiled(where)
            return [row["id"] for row in self._rows if _value(code, row)]
        code, by = _compiled(where.get("where", "True")), _compiled(where["by"])
        ranked = [(_value(by, row), row["id"]) for row in self._rows if _value(code, row)]
        known = [pair for pair in ranked if pair[0] == pair[0]]
        known.sort(key=lambda pair: pair[0], reverse=where.get("descending", True))
        return [machine_id for _, machine_id in known[: where["top"]]]

    def _row(self, vm: dict[str, Any]) -> dict[str, Any]:
        tags = vm["tags"]
        age = self.now - datetime.fromisoformat(vm["created_at"])
        return {
            **vm,
            **{key: tags.get(key) for key in ("env", "role", "owner", "team")},
            "age_days": age.total_seconds() / 86400,
            "snapshot_count": len(vm["snapshots"]),
            "metric": cache(lambda *asked: self.metric(vm["id"], *asked)),
            "like": partial(fnmatchcase, vm["name"]),
            "image_like": partial(fnmatchcase, vm["image"]),
        }


def moment_of(folder: Path) -> datetime:
    """The fleet's own moment.

    Raises:
        NotFound: the folder holds no fleet.
    """
    return datetime.fromisoformat(_document(folder)["now"])


def _document(folder: Path) -> dict[str, Any]:
    file = folder / "fleet.json"
    if not file.is_file():
        raise NotFound(
            f"There is no fleet.json in {str(folder)!r}.", hint="Name a folder with --fleet."
        )
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        datetime.fromisoformat(document["now"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRequest(f"{str(file)!r} is no fleet with a moment: {error}.") from error
    return document


@cache
def _compiled(expression: str) -> CodeType:
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise InvalidRequest(f"{expression!r} is no expression: {error.msg}.") from error
    for node in ast.walk(tree):
        method = isinstance(node, ast.Attribute) and node.attr not in _METHODS
        if not isinstance(node, _ALLOWED) or method:
            raise InvalidRequest(f"{expression!r} does more than compare fields.")
    return compile(tree, "<where>", "eval")


def _value(code: CodeType, row: dict[str, Any]) -> Any:
    return eval(code, {"__builtins__": {}, "len": len, "any": any, "all": all, **row})


def _read_samples(path: Path) -> dict[str, list[tuple[datetime, dict[str, str]]]]:
    samples: dict[str, list[tuple[datetime, dict[str, str]]]] = {}
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                at = datetime.fromisoformat(row["time"])
                samples.setdefault(row["vm_id"], []).append((at, row))
    return samples
