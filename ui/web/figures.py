"""Metrics, costs and forecasts as Plotly figures, in colours that hold on light and dark.

The colours of text and lines come from the page's style sheet, which knows the theme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tools.control import Control
from tools.courses import line_of
from tools.times import window_length

COLOURS = ("#0d9488", "#d97706", "#6366f1", "#db2777", "#65a30d", "#0284c7", "#9333ea", "#78716c")
MOST_BARS = 30
MOST_LINES = 5
LEAST_POINTS, WIDER = 3, "24h"
"""A course of fewer points says nothing: it is shown over a longer time, as its title says."""
_PREFIX = {"usd": "$", "usd_hour": "$"}
_UNITS = {"percent": "%", "usd": "$", "usd_hour": "$/h", "gib": "GiB"}

Figure = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]


def has_figure(result: Mapping[str, Any]) -> bool:
    """Whether a result is better looked at than read."""
    if result["tool"] == "forecast_metric":
        return bool(result["data"].get("points"))
    if result["tool"] == "query_metrics" and _is_series(result):
        return True
    return result.get("chart") == "bar" and len(result["rows"]) > 1


def figure_of(
    result: Mapping[str, Any], call: Mapping[str, Any] | None, control: Control
) -> Figure:
    """A result's figure; one of metrics over time is read anew, up to this moment."""
    if result["tool"] == "forecast_metric":
        return _forecast(result, call, control)
    if result["tool"] == "query_metrics" and _is_series(result) and call is not None:
        return _series(result, call, control)
    return _bars(result)


def _is_series(result: Mapping[str, Any]) -> bool:
    """Whether it is one metric of a few machines: then its course says more than its average."""
    keys = [column["key"] for column in result["columns"] if not _is_beside(column["key"])]
    return len(keys) == 3 and "id" in keys and 1 <= len(result["rows"]) <= MOST_LINES


def _is_beside(key: str) -> bool:
    """Whether a column is what another one is compared with."""
    return key.endswith(("_before", "_change"))


def _bars(result: Mapping[str, Any]) -> Figure:
    key, unit, title = _measure(result)
    label = result["columns"][0]["key"]
    rows = [row for row in result["rows"] if isinstance(row.get(key), int | float)][:MOST_BARS]
    trace = {
        "type": "bar", "orientation": "h", "x": [row[key] for row in reversed(rows)],
        "y": [_label(row[label]) for row in reversed(rows)], "marker": {"color": COLOURS[0]},
        "hovertemplate": f"%{{y}}: %{{x:,.2f}} {_UNITS.get(unit, '')}<extra></extra>",
    }  # fmt: skip
    made = _figure([trace], _axis(title, unit), 90 + 26 * max(2, len(rows)))
    made["layout"]["xaxis"].update(
        rangemode="tozero", tickformat=",~r", tickprefix=_PREFIX.get(unit)
    )
    made["layout"]["yaxis"].update(type="category", showgrid=False, ticksuffix="  ")
    made["layout"]["bargap"] = 0.35
    return made


def _measure(result: Mapping[str, Any]) -> tuple[str, str, str]:
    """The column to draw: the last one that holds figures."""
    columns = [
        column
        for column in result["columns"]
        if not _is_beside(column["key"])
        and any(isinstance(row.get(column["key"]), int | float) for row in result["rows"])
    ]
    chosen = next((c for c in columns if c["unit"] not in ("", "count")), columns[-1])
    return chosen["key"], chosen["unit"], chosen["title"]


def _series(result: Mapping[str, Any], call: Mapping[str, Any], control: Control) -> Figure:
    metric = next(c["key"] for c in result["columns"] if c["key"] not in ("name", "id"))
    window, compare = call["args"].get("window") or "1h", call["args"].get("compare")
    names = {row["id"]: row["name"] for row in result["rows"]}
    series = control.metrics.series(list(names), metric, window)
    if max(map(len, series.values()), default=0) < LEAST_POINTS:
        window = WIDER
        series = control.metrics.series(list(names), metric, window)
    drawn = [line_of(names[i], "measured", points, i) for i, points in series.items() if points]
    if compare:
        ago = window_length(compare)
        before = control.metrics.series(list(names), metric, window, compare)
        moved = {i: [(at + ago, value) for at, value in points] for i, points in before.items()}
        drawn += [line_of(names[i], f"{compare} earlier", p, i) for i, p in moved.items() if p]
    colours = {machine: COLOURS[number % len(COLOURS)] for number, machine in enumerate(names)}
    traces = [_line(line, colours[line["id"]]) for line in drawn]
    title = next(c["title"] for c in result["columns"] if c["key"] == metric)
    made = _figure(traces, f"{title}, last {window}", 340)
    made["layout"]["yaxis"]["title"] = {"text": title}
    made["layout"]["showlegend"] = len(traces) > 1
    return made


def _line(line: Mapping[str, Any], colour: str) -> Figure:
    """A line as a trace: dotted where it is of another time; hours without samples break it."""
    is_now = line["kind"] == "measured"
    return {
        "type": "scatter", "mode": "lines", "connectgaps": False,
        "name": _label(line["name"] if is_now else f"{line['name']}, {line['kind']}"),
        "x": [at for at, _ in line["points"]], "y": [value for _, value in line["points"]],
        "line": {"color": colour, "width": 2, "dash": "solid" if is_now else "dot"},
    }  # fmt: skip


def _forecast(
    result: Mapping[str, Any], call: Mapping[str, Any] | None, control: Control
) -> Figure:
    """What is expected, after as long a time of what was measured."""
    points = result["data"]["points"]
    metric, before = _measured(result, call, control)
    times = [point[0] for point in points]
    band: Figure = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    name = _label(result["rows"][0]["name"])
    traces: list[Figure] = [
        {**band, "x": times, "y": [p[3] for p in points], "showlegend": False},
        {
            **band, "x": times, "y": [p[2] for p in points], "fill": "tonexty",
            "fillcolor": "rgba(13,148,136,0.22)", "name": "nine in ten",
        },
        {
            "type": "scatter", "mode": "lines", "x": times, "y": [p[1] for p in points],
            "name": "expected", "line": {"color": COLOURS[0], "width": 2},
        },
    ]  # fmt: skip
    if before:
        line = {"color": COLOURS[-1], "width": 1.5}
        traces.append(
            {
                "type": "scatter", "mode": "lines", "name": "measured", "line": line,
                "x": [at.isoformat() for at, _ in before], "y": [round(v, 2) for _, v in before],
            }
        )  # fmt: skip
    unit = result["columns"][1]["title"].removeprefix("Now ")
    made = _figure(traces, f"{name}, {metric} {unit}", 340)
    made["layout"]["showlegend"] = True
    return made


def _measured(
    result: Mapping[str, Any], call: Mapping[str, Any] | None, control: Control
) -> tuple[str, Sequence[tuple[datetime, float]]]:
    """The metric that is forecast, and its course until the forecast begins."""
    args: Mapping[str, Any] = call["args"] if call is not None else {}
    metric, horizon = str(args.get("metric") or ""), args.get("horizon")
    if not (metric and horizon):
        return metric, ()
    machine = result["rows"][0]["id"]
    begins = datetime.fromisoformat(result["data"]["points"][0][0])
    measured = control.metrics.series([machine], metric, horizon).get(machine, ())
    return metric, [(at, value) for at, value in measured if at < begins]


def _figure(traces: list[Figure], title: str, height: int) -> Figure:
    axis = {"automargin": True, "zeroline": False, "gridwidth": 1}
    layout: Figure = {
        "title": {"text": _label(title), "x": 0, "xanchor": "left", "font": {"size": 14}},
        "height": height, "autosize": True, "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)", "xaxis": dict(axis), "yaxis": dict(axis),
        "margin": {"l": 8, "r": 16, "t": 44, "b": 8}, "hovermode": "closest",
        "showlegend": False, "legend": {"orientation": "h", "y": -0.2, "x": 0},
        "font": {"family": "inherit", "size": 12}, "dragmode": "zoom",
    }  # fmt: skip
    config = {
        "displaylogo": False, "responsive": True, "topojsonURL": "/none/",
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "sendDataToCloud"],
    }  # fmt: skip
    return {"data": traces, "layout": layout, "config": config}


def _axis(title: str, unit: str) -> str:
    sign = _UNITS.get(unit, "")
    return title if not sign or sign in title else f"{title} ({sign})"


def _label(text: object) -> str:
    """Plotly reads a little HTML in its labels: what comes from outside is only text."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
