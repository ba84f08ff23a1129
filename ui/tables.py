"""Results as tables, with bars beside the figures where the result asks for a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tools.catalog import Column, Result
from ui.charts import bar, course_chart, line_chart
from ui.drawn import figure_column, is_figures
from ui.format import RIGHT_UNITS, cell
from ui.text import clean, clean_lines

GAP = 2
BAR_WIDTH = 18
LONGEST_CELL = 48
WIDE = 11
"""A single row of more columns than this is shown as a list of facts."""


def result_view(
    result: Result, console: Console, *, rows: int | None = None, zone: tzinfo = UTC
) -> RenderableType:
    """A result for people: what it says, its table or chart, and where it comes from.

    Args:
        rows: show at most this many; None shows all.
    """
    parts: list[RenderableType] = [Text(clean_lines(result.text))]
    if len(result.rows) == 1 and len(result.columns) > WIDE:
        parts.append(_facts(result, result.rows[0], zone))
    elif result.rows and result.columns:
        chart = None
        if console.is_terminal and result.data.get("series"):
            course = course_chart(result.data, console.width, zone)
            parts += [course] if course is not None else []
        elif result.chart == "line" and console.is_terminal:
            chart = line_chart(result.columns, result.rows, console.width, zone)
        shown = result.rows if rows is None else result.rows[:rows]
        parts.append(chart or _table(result, shown, console, zone))
        if chart is None and len(shown) < len(result.rows):
            parts.append(Text(f"… and {len(result.rows) - len(shown):,} more", "bright_black"))
    parts += [Text(f"Note: {clean(note)}", "yellow") for note in result.notes]
    if result.source:
        parts.append(Text(f"Source: {clean(result.source)}", "bright_black"))
    return Group(*parts)


def simple_table(
    headings: Sequence[str], rows: Sequence[Sequence[RenderableType]], *, folds: bool = False
) -> Table:
    """A table without lines; its cells are made by the caller.

    Args:
        folds: the last column is long: it is folded, so that the others stand whole.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP, 0, 0), show_edge=False)
    for heading in headings:
        if folds and heading == headings[-1]:
            table.add_column(Text(heading), overflow="fold")
        else:
            table.add_column(Text(heading), overflow="ellipsis", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


@dataclass(frozen=True, slots=True)
class _Shown:
    column: Column
    cells: list[Text]

    @property
    def width(self) -> int:
        return max(len(self.column.title), *(c.cell_len for c in self.cells))


def _facts(result: Result, row: Mapping[str, Any], zone: tzinfo) -> Table:
    table = Table.grid(padding=(0, GAP, 0, 0))
    table.add_column(style="bright_black", no_wrap=True)
    table.add_column(overflow="fold")
    for column in result.columns:
        if row.get(column.key) not in (None, "", [], {}):
            table.add_row(clean(column.title), cell(row[column.key], column.unit, zone))
    return table


def _table(
    result: Result, rows: Sequence[Mapping[str, Any]], console: Console, zone: tzinfo
) -> Table:
    columns = [
        _Shown(column, [_short(cell(row.get(column.key), column.unit, zone)) for row in rows])
        for column in result.columns
        if any(row.get(column.key) not in (None, "", [], {}) for row in rows)
    ]
    bars = figure_column(result.columns, rows) if result.chart == "bar" else None
    reserved = BAR_WIDTH + GAP if bars else 0
    while len(columns) > 2 and _width(columns) + reserved > console.width:
        columns.pop(_least(columns, bars))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP, 0, 0), show_edge=False)
    for shown in columns:
        right = shown.column.unit in RIGHT_UNITS or is_figures(shown.column, rows)
        table.add_column(
            Text(clean(shown.column.title)),
            justify="right" if right else "left",
            no_wrap=True,
            overflow="ellipsis",
        )
    drawn = _bars(bars, rows) if bars else None
    if drawn:
        table.add_column("", no_wrap=True, min_width=BAR_WIDTH)
    for index in range(len(rows)):
        cells = [shown.cells[index] for shown in columns]
        table.add_row(*cells, *([drawn[index]] if drawn else []))
    return table


def _bars(column: Column, rows: Sequence[Mapping[str, Any]]) -> list[Text]:
    values = [row.get(column.key) for row in rows]
    most = 100.0 if column.unit == "percent" else max((v for v in values if v), default=0)
    return [bar(value, max(most, *(v or 0 for v in values)), BAR_WIDTH) for value in values]


def _width(columns: Sequence[_Shown]) -> int:
    return sum(shown.width + GAP for shown in columns)


def _least(columns: Sequence[_Shown], kept: Column | None) -> int:
    """The column that can best be missed: the last one that the chart is not about."""
    return max(i for i, shown in enumerate(columns) if shown.column is not kept)


def _short(text: Text) -> Text:
    text.truncate(LONGEST_CELL, overflow="ellipsis")
    return text
