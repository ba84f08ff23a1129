"""Charts made of characters: bars in eighths, lines in braille."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.text import Text

from tools.catalog import Column
from tools.families.insight import UNITS
from ui.drawn import Points, course_lines, table_lines
from ui.format import number

EIGHTHS = " ▏▎▍▌▋▊▉█"
PALETTE = ("cyan", "yellow", "green", "magenta", "blue", "red")
HEIGHT = 8
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def bar(value: float | None, most: float, width: int) -> Text:
    """A bar as long as its share of `most`."""
    if not value or most <= 0 or value < 0:
        return Text("")
    eighths = max(1, round(min(value / most, 1) * width * 8))
    full, rest = divmod(eighths, 8)
    return Text("█" * full + (EIGHTHS[rest] if rest else ""), "cyan")


def line_chart(
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    width: int,
    zone: tzinfo = UTC,
) -> Text | None:
    """Figures over time, a line for each label; None where the rows hold no times and figures."""
    return _chart({line.name: line.points for line in table_lines(columns, rows)}, width, zone)


def course_chart(data: Mapping[str, Any], width: int, zone: tzinfo = UTC) -> Text | None:
    """How figures went over time, a line for each; a gap in the samples is a gap in the line."""
    chart = _chart({line.label: line.points for line in course_lines(data)}, width, zone)
    unit = UNITS.get(str(data.get("series", {}).get("metric", "")), "")
    return Text(f"{unit}\n", "bright_black").append(chart) if chart and unit else chart


def _chart(lines: dict[str, Points], width: int, zone: tzinfo) -> Text | None:
    points = [point for line in lines.values() for point in line if not math.isnan(point[1])]
    if len(points) < 2:
        return None
    low, high = min(p[1] for p in points), max(p[1] for p in points)
    if high == low:
        low, high = low - 1, high + 1
    begin, end = min(p[0] for p in points), max(p[0] for p in points)
    labels = [number(high, 1), number((high + low) / 2, 1), number(low, 1)]
    margin = max(map(len, labels))
    across = max(10, min(width, 100) - margin - 3)
    canvas = _draw(list(lines.values())[: len(PALETTE)], across, (begin, end), (low, high))
    return _assemble(canvas, labels, margin, across, _axis(begin, end, across, zone), list(lines))


def _draw(
    lines: Sequence[Points],
    across: int,
    times: tuple[float, float],
    values: tuple[float, float],
) -> list[list[tuple[int, str]]]:
    """Cells of (braille dots, colour), top row first."""
    canvas = [[(0, "")] * across for _ in range(HEIGHT)]
    for line, colour in zip(lines, PALETTE, strict=False):
        previous: tuple[int, int] | None = None
        for at, value in sorted(line):
            if math.isnan(value):
                previous = None
                continue
            x = round((at - times[0]) / max(1e-9, times[1] - times[0]) * (across * 2 - 1))
            y = round((values[1] - value) / (values[1] - values[0]) * (HEIGHT * 4 - 1))
            for dot_x, dot_y in _between(previous, (x, y)):
                row, column = dot_y // 4, dot_x // 2
                dots = canvas[row][column][0] | _DOTS[dot_y % 4][dot_x % 2]
                canvas[row][column] = (dots, colour)
            previous = (x, y)
    return canvas


def _between(start: tuple[int, int] | None, end: tuple[int, int]) -> list[tuple[int, int]]:
    if start is None:
        return [end]
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    return [
        (
            round(start[0] + (end[0] - start[0]) * i / steps),
            round(start[1] + (end[1] - start[1]) * i / steps),
        )
        for i in range(steps + 1)
    ]


def _axis(begin: float, end: float, across: int, zone: tzinfo) -> str:
    form = "%H:%M" if end - begin <= 86400 else "%d %b %H:%M"
    first, last = (datetime.fromtimestamp(at, zone).strftime(form) for at in (begin, end))
    return first + " " * max(1, across - len(first) - len(last)) + last


def _assemble(
    canvas: list[list[tuple[int, str]]],
    labels: list[str],
    margin: int,
    across: int,
    axis: str,
    names: list[str],
) -> Text:
    at = {0: labels[0], HEIGHT // 2: labels[1], HEIGHT - 1: labels[2]}
    chart = Text()
    for index, row in enumerate(canvas):
        chart.append(f"{at.get(index, ''):>{margin}} ┤", "bright_black")
        for dots, colour in row:
            chart.append(chr(0x2800 + dots) if dots else " ", colour)
        chart.append("\n")
    chart.append(f"{'':>{margin}} └{'─' * across}\n{'':>{margin}}  {axis}", "bright_black")
    if len(names) > 1:
        chart.append("\n")
        for name, colour in zip(names, PALETTE, strict=False):
            chart.append("  ━ ", colour).append(name)
        if len(names) > len(PALETTE):
            chart.append(f"  and {len(names) - len(PALETTE)} more", "bright_black")
    return chart
