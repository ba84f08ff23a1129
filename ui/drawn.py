"""What of a result can be drawn: lines over time, or bars, with their unit and where they are from.

The terminal draws it with characters (`ui.charts`), a picture file with `ui.picture`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.catalog import Column, Result
from tools.courses import lines_in
from tools.families.insight import UNITS
from ui.text import clean

MOST_BARS = 30
_SIGNS = {"percent": "%", "usd": "US$", "usd_hour": "US$ an hour", "gib": "GiB", "count": ""}
_BESIDE = ("_before", "_change")
_LEAST = ("", "count")

Points = list[tuple[float, float]]
"""Moments in seconds since 1970 and figures; a figure that is not a number is a gap."""


@dataclass(frozen=True, slots=True)
class Line:
    """How one figure went.

    Attributes:
        kind: `measured`; `earlier` is of another time, moved here; `expected`, `low` and `high`
            are a forecast's.
    """

    name: str
    kind: str
    points: Points

    @property
    def label(self) -> str:
        """What a legend calls it."""
        return self.name if self.kind == "measured" else f"{self.name}, {self.kind}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure; None where there is none, which is not zero."""

    name: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines or bars of one figure.

    Attributes:
        title: what the figure is, with its unit.
        unit: what the axis counts; empty for plain numbers.
        caption: where the figures come from and of which window, then what was left out.
        left_out: how many bars there was no room for.
    """

    title: str
    unit: str
    caption: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    left_out: int = 0


def drawing_of(result: Result) -> Drawing | None:
    """The result as a drawing; None where nothing in it is drawn."""
    source = f"Source: {clean(result.source)}" if result.source else ""
    caption = tuple(line for line in (source, *map(clean, result.notes)) if line)
    if lines := course_lines(result.data):
        metric = str(result.data["series"].get("metric", ""))
        unit = UNITS.get(metric, "")
        return Drawing(_titled(metric, unit), unit, caption, tuple(lines))
    if result.chart == "line" and (lines := table_lines(result.columns, result.rows)):
        column = _figures(result.columns, result.rows)
        title = clean(column.title) if column else ""
        unit = _SIGNS.get(column.unit, "") if column else ""
        return Drawing(_titled(title, unit), unit, caption, tuple(lines))
    if result.chart == "bar" and len(result.rows) > 1:
        return _bars(result, caption)
    return None


def _bars(result: Result, caption: tuple[str, ...]) -> Drawing | None:
    column = figure_column(result.columns, result.rows)
    if column is None:
        return None
    first = result.columns[0].key
    bars = [Bar(clean(str(row.get(first))), row.get(column.key)) for row in result.rows]
    unit, title = _SIGNS.get(column.unit, ""), clean(column.title)
    shown = tuple(bars[:MOST_BARS])
    return Drawing(_titled(title, unit), unit, caption, bars=shown, left_out=len(bars) - len(shown))


def _titled(title: str, unit: str) -> str:
    return title if not unit or f"({unit})" in title else f"{title} ({unit})"


def course_lines(data: Mapping[str, Any]) -> list[Line]:
    """The lines of a result's data, with their gaps."""
    return [
        Line(
            clean(str(line["name"])),
            str(line["kind"]),
            [
                (datetime.fromisoformat(at).timestamp(), math.nan if v is None else float(v))
                for at, v in line["points"]
            ],
        )
        for line in lines_in(data)
    ]


def table_lines(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Rows that hold times and figures as lines, one for each name in them."""
    times = _times(columns)
    figures = _figures(columns, rows)
    if times is None or figures is None:
        return []
    named = next((c for c in columns if c is not times and c is not figures), None)
    lines: dict[str, Points] = {}
    for row in rows:
        value = row.get(figures.key)
        if isinstance(value, int | float) and row.get(times.key):
            label = clean(str(row.get(named.key, ""))) if named else ""
            at = datetime.fromisoformat(str(row[times.key])).timestamp()
            lines.setdefault(label, []).append((at, float(value)))
    return [Line(name, "measured", points) for name, points in lines.items()]


def _times(columns: Sequence[Column]) -> Column | None:
    return next((c for c in columns if c.unit == "time"), None)


def _figures(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> Column | None:
    times = _times(columns)
    return next(
        (
            c
            for c in columns
            if c is not times and any(isinstance(row.get(c.key), int | float) for row in rows)
        ),
        None,
    )


def figure_column(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> Column | None:
    """The column that a chart is about: the first figure that is no count and no comparison."""
    figures = [c for c in columns if is_figures(c, rows) and not c.key.endswith(_BESIDE)]
    ranked = sorted(figures, key=lambda c: _LEAST.index(c.unit) if c.unit in _LEAST else -1)
    return ranked[0] if ranked else None


def is_figures(column: Column, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a column holds nothing but figures, where it holds anything."""
    values = [row.get(column.key) for row in rows]
    known = [v for v in values if v is not None]
    return bool(known) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in known
    )
