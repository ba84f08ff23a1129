"""A result's chart as a picture: for a file, a ticket, Slack.

Matplotlib is imported when the first picture is drawn: most NovaCrons never draw one. Names from
outside are only text in it: nothing of them is read as a formula.
"""

from __future__ import annotations

import io
import logging
import math
import threading
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from importlib import import_module
from pathlib import Path
from typing import Any

from tools.catalog import Result
from tools.errors import InvalidRequest
from ui.drawn import Bar, Drawing, Line, drawing_of

COLOURS = ("#0d9488", "#d97706", "#6366f1", "#db2777", "#65a30d", "#0284c7", "#9333ea", "#78716c")
MOST_LINES = len(COLOURS)
_QUIET = "#57534e"
_DASHES = {"measured": "-", "expected": "--"}
_CAPTIONS = 3
_LONGEST = 110
_LOOK = {
    "text.parse_math": False, "text.usetex": False, "font.size": 10, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": "#e7e5e4", "axes.axisbelow": True,
    "axes.edgecolor": "#a8a29e", "figure.facecolor": "white",
}  # fmt: skip
_drawing = threading.Lock()
"""Matplotlib's settings are one for the whole process."""


def chart_png(result: Result, zone: tzinfo = UTC) -> bytes | None:
    """The chart of a result as a PNG; None where there is nothing to draw.

    Args:
        zone: the zone of the axis of time, which is named beside it.
    """
    drawing = drawing_of(result)
    if drawing is None or not _is_worth(drawing):
        return None
    with _drawing, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # signs that its font lacks are drawn as boxes
        return _png(drawing, zone)


def save_charts(results: Sequence[Result], path: Path, zone: tzinfo = UTC) -> list[Path]:
    """Write the chart of each result that has one; a second one is `NAME-2.png`.

    Raises:
        InvalidRequest: it is no .png file, or it cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise InvalidRequest(f"{str(path)!r} is no PNG file.", hint="Name a file that ends in .png")
    written: list[Path] = []
    for result in results:
        if (picture := chart_png(result, zone)) is None:
            continue
        number = f"-{len(written) + 1}" if written else ""
        place = path.with_name(f"{path.stem}{number}{path.suffix}")
        try:
            place.write_bytes(picture)
        except OSError as error:
            raise InvalidRequest(
                f"{str(place)!r} cannot be written: {error.strerror}.", hint="Name another file."
            ) from error
        written.append(place)
    return written


def _is_worth(drawing: Drawing) -> bool:
    figures = [v for line in drawing.lines for _, v in line.points if not math.isnan(v)]
    figures += [bar.value for bar in drawing.bars if bar.value is not None]
    return len(figures) > 1


def _png(drawing: Drawing, zone: tzinfo) -> bytes:
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    mpl, drawn_on = import_module("matplotlib"), import_module("matplotlib.figure")

    with mpl.rc_context(_LOOK):
        tall = 4.6 if drawing.lines else 1.9 + 0.3 * len(drawing.bars)
        figure: Any = drawn_on.Figure(figsize=(10, tall), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(_clipped(drawing.title), loc="left", fontweight="bold", fontsize=12)
        if drawing.lines:
            _lines(axes, drawing, zone)
        else:
            _bars(axes, drawing)
        _caption(figure, drawing)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=110, metadata={"Software": "NovaCron"})
    return out.getvalue()


def _lines(axes: Any, drawing: Drawing, zone: tzinfo) -> None:
    """Lines over time; hours without a figure break them."""
    dates: Any = import_module("matplotlib.dates")
    names = list(dict.fromkeys(line.name for line in drawing.lines))[:MOST_LINES]
    colours = dict(zip(names, COLOURS, strict=False))
    handles: list[tuple[Any, str]] = []
    for line in drawing.lines:
        if line.name not in colours or line.kind in ("low", "high"):
            continue
        style = _DASHES.get(line.kind, ":")
        width = 1.2 if line.kind == "measured" else 1.8
        times, values = _course(line)
        (drawn,) = axes.plot(
            times, values, style, color=colours[line.name], linewidth=width, marker=_mark(values)
        )
        handles.append((drawn, line.label))
    handles += _ranges(axes, drawing.lines, colours)
    locator = dates.AutoDateLocator(tz=zone)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=zone))
    axes.set_xlabel(f"time ({datetime.now(zone).tzname() or zone})", color=_QUIET)
    axes.set_ylabel(drawing.unit)
    values = [value for line in drawing.lines for _, value in line.points]
    _from_zero(axes.set_ylim, axes.get_ylim(), drawing, values)
    if len(handles) > 1:
        shown = [label if not label.startswith("_") else f" {label}" for _, label in handles]
        axes.legend([one for one, _ in handles], map(_clipped, shown), frameon=False, fontsize=9)


def _course(line: Line) -> tuple[list[datetime], list[float]]:
    points = sorted(line.points)
    return [datetime.fromtimestamp(at, UTC) for at, _ in points], [value for _, value in points]


def _mark(values: Sequence[float]) -> str:
    """A figure between two gaps is a dot: no line leads to it."""
    gaps = [True, *map(math.isnan, values), True]
    alone = any(gaps[i] and not gaps[i + 1] and gaps[i + 2] for i in range(len(values)))
    return "." if alone else ""


def _ranges(axes: Any, lines: Sequence[Line], colours: Mapping[str, str]) -> list[tuple[Any, str]]:
    """The range of a forecast, between its low and its high."""
    found: list[tuple[Any, str]] = []
    for low in (line for line in lines if line.kind == "low" and line.name in colours):
        high = next((o for o in lines if o.kind == "high" and o.name == low.name), None)
        if high is not None:
            times, least = _course(low)
            most = _course(high)[1]
            colour = colours[low.name]
            area = axes.fill_between(times, least, most, color=colour, alpha=0.2, linewidth=0)
            found.append((area, f"{low.name}, nine in ten"))
    return found


def _bars(axes: Any, drawing: Drawing) -> None:
    """Bars from zero; where there is no figure that is said, and no bar stands for it."""
    bars: Sequence[Bar] = drawing.bars[::-1]
    known = [0.0 if bar.value is None else float(bar.value) for bar in bars]
    drawn = axes.barh(range(len(bars)), known, color=COLOURS[0], height=0.7)
    said = ["no figure" if bar.value is None else f"{bar.value:,.4g}" for bar in bars]
    axes.bar_label(drawn, said, padding=4, color=_QUIET, fontsize=9)
    axes.set_yticks(range(len(bars)), [_clipped(bar.name, 40) for bar in bars])
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(drawing.unit)
    axes.margins(x=0.1)
    _from_zero(axes.set_xlim, axes.get_xlim(), drawing, known)


def _from_zero(
    limit: Any, present: tuple[float, float], drawing: Drawing, values: Sequence[float]
) -> None:
    """Let an axis begin at zero, and end at a whole hundred percent where it is near that."""
    known = [value for value in values if not math.isnan(value)]
    if min(known) < 0:
        return
    is_share = drawing.unit == "%" and max(known) > 50
    limit(0, max(105.0, present[1]) if is_share else present[1])


def _caption(figure: Any, drawing: Drawing) -> None:
    said = list(drawing.caption[:_CAPTIONS])
    if drawing.left_out:
        said.append(f"{drawing.left_out:,} more are not drawn.")
    if said:
        text = "\n".join(_clipped(line) for line in said)
        figure.supxlabel(text, x=0.01, ha="left", fontsize=8, color=_QUIET)


def _clipped(text: str, length: int = _LONGEST) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
