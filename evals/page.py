"""A report as one HTML page that needs nothing else: figures, plots as inline SVG, wrong turns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from evals.explain import explain
from evals.fleet import Fleet
from evals.report import Judged, Report
from evals.trust import Rate

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;
color:#1c2430}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}
.figures{display:flex;flex-wrap:wrap;gap:.8rem}.figures div{background:#f2f5f8;border-radius:8px;
padding:.7rem 1.1rem;min-width:7rem}.figures b{display:block;font-size:1.5rem}
.bad,.figures b.bad{color:#b3261e}.dim{color:#5d6b7a}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;
border-bottom:1px solid #dde3ea;vertical-align:top}th{font-weight:600}
article{border:1px solid #dde3ea;border-radius:8px;padding:.6rem 1rem;margin:.8rem 0}
article.unsafe{border-color:#b3261e}dl{display:grid;grid-template-columns:6rem 1fr;gap:.15rem .8rem;
margin:.4rem 0}dt{color:#5d6b7a}dd{margin:0;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{background:#12161c;color:#dbe2ea}.figures div{background:
#1d242d}td,th,article{border-color:#2c3540}text{fill:#dbe2ea}.bad,.figures b.bad{color:#ff8a80}}
"""
_BLUE = "#2f7dd1"
_PLOT = 760
"""Width of a plot within its 800 units."""


def page(report: Report, rates: Sequence[Rate], fleets: Mapping[Path, Fleet], title: str) -> str:
    """The whole page."""
    figures = report.to_dict()
    runs = f", each held {report.runs} times" if report.runs > 1 else ""
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>
<h1>{escape(title)}</h1>
<p>{figures["cases"]} conversations{runs}; {figures["turns"]} turns.</p>
<div class="figures">{_tiles(report)}</div>
<h2>Trust</h2>{_trust(rates)}
<h2>Right turns by tag</h2>{_tags(report)}
<h2>Latency of a turn</h2>{_histogram(report.latencies)}{_percentiles(report.latencies)}
<h2>Wrong turns ({len(report.wrong)})</h2>{_wrong(report.wrong, fleets)}
</html>
"""


def _tiles(report: Report) -> str:
    figures = report.to_dict()
    latency = figures["latency_ms"]
    shown = [
        ("turns right", f"{figures['accuracy']:.1%}", False),
        ("conversations right", f"{figures['case_accuracy']:.1%}", False),
        ("unsafe turns", figures["unsafe_turns"], figures["unsafe_turns"] > 0),
        ("missed questions", figures["missed_questions"], False),
        ("needless questions", figures["needless_questions"], False),
        ("broke", figures["errors"], figures["errors"] > 0),
        ("p50", f"{latency['p50']} ms", False),
        ("p95", f"{latency['p95']} ms", False),
    ]
    if report.runs > 1:
        shown.insert(2, (f"right {report.runs} times", f"{figures['pass_every_run']:.1%}", False))
    return "".join(
        f"<div><b{' class=bad' if bad else ''}>{escape(str(value))}</b>{escape(name)}</div>"
        for name, value, bad in shown
    )


def _trust(rates: Sequence[Rate]) -> str:
    rows = "".join(
        f"<tr><td>{escape(rate.name)}<td{' class=bad' if rate.count else ''}>{rate.share:.2%}"
        f"<td>{rate.count} of {rate.of:,}<td class=dim>{escape(rate.meaning)}</tr>"
        for rate in rates
    )
    return f"<table>{rows}</table>"


def _tags(report: Report) -> str:
    tags = sorted(report.by_tag().items(), key=lambda item: item[1][0] / item[1][1])
    rows: list[str] = []
    for index, (tag, (right, total)) in enumerate(tags):
        y, width = index * 24, 500 * right / total
        rows.append(
            f'<text x="150" y="{y + 16}" text-anchor="end">{escape(tag)}</text>'
            f'<rect x="160" y="{y + 3}" width="500" height="17" rx="3" fill="#8884"/>'
            f'<rect x="160" y="{y + 3}" width="{width:.1f}" height="17" rx="3" fill="{_BLUE}"/>'
            f'<text x="670" y="{y + 16}">{right}/{total} · {right / total:.0%}</text>'
        )
    return _svg(rows, len(tags) * 24 + 4, "Share of right turns for each tag")


def _histogram(latencies: Sequence[float], bins: int = 40) -> str:
    if not latencies:
        return "<p>No turn was timed.</p>"
    top = latencies[min(len(latencies) - 1, int(0.995 * len(latencies)))] or 1.0
    counts = [0] * bins
    for spent in latencies:
        counts[min(bins - 1, int(spent / top * bins))] += 1
    most, width = max(counts), _PLOT / bins
    bars = [
        f'<rect x="{20 + i * width:.1f}" y="{120 - 110 * n / most:.1f}" width="{width - 1:.1f}" '
        f'height="{110 * n / most:.1f}" fill="{_BLUE}"><title>{n} turns from '
        f"{top * i / bins:.1f} ms</title></rect>"
        for i, n in enumerate(counts)
        if n
    ]
    labels = [
        f'<text x="{20 + _PLOT * share:.0f}" y="138" text-anchor="middle">'
        f"{top * share:.1f} ms</text>"
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    return _svg([*bars, *labels], 146, "How many turns took how long")


def _percentiles(latencies: Sequence[float]) -> str:
    """Latency over the share of turns, on a logarithmic scale, with p50, p95 and p99."""
    if not latencies:
        return ""
    low = math.log10(max(latencies[0], 0.01))
    span = max(math.log10(max(latencies[-1], 0.02)) - low, 0.3)

    def y(spent: float) -> float:
        return 130 - 110 * (math.log10(max(spent, 0.01)) - low) / span

    last = len(latencies) - 1
    picked = [latencies[round(last * i / 200)] for i in range(201)]
    points = " ".join(f"{20 + _PLOT * i / 200:.1f},{y(s):.1f}" for i, s in enumerate(picked))
    parts = [f'<polyline points="{points}" fill="none" stroke="{_BLUE}" stroke-width="2"/>']
    for share in (0.5, 0.95, 0.99):
        spent = latencies[min(last, int(share * len(latencies)))]
        x = 20 + _PLOT * share
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y(spent):.1f}" r="4" fill="{_BLUE}"/>'
            f'<text x="{x - 8:.1f}" y="{y(spent) - 8:.1f}" text-anchor="end">'
            f"p{share * 100:.0f} {spent:.1f} ms</text>"
        )
    return _svg(parts, 146, "Latency by share of turns")


def _svg(parts: Sequence[str], height: float, label: str) -> str:
    body = "".join(parts)
    return (
        f'<svg viewBox="0 0 800 {height}" width="100%" role="img" aria-label="{escape(label)}" '
        f'font-size="13" font-family="system-ui,sans-serif">{body}</svg>'
    )


def _wrong(wrong: Sequence[Judged], fleets: Mapping[Path, Fleet]) -> str:
    if not wrong:
        return "<p>None.</p>"
    return "".join(_one(one, fleets[one.case.fleet]) for one in wrong)


def _one(one: Judged, fleet: Fleet) -> str:
    explained = explain(one, fleet)
    facts = [
        ("said", one.turn.say),
        ("why", one.verdict.why),
        ("expected", explained.expected),
        ("got", explained.got),
        ("reply", str(one.got.get("reply") or "")[:600]),
        ("reading", explained.reading),
    ]
    before = [turn.say for turn in one.case.turns[: one.number - 1]]
    if before:
        facts.insert(0, ("before", " / ".join(before)))
    listed = "".join(f"<dt>{name}<dd>{escape(value)}" for name, value in facts if value)
    unsafe = f" <b class=bad>unsafe: {escape(one.verdict.unsafe)}</b>" if one.verdict.unsafe else ""
    kind = ' class="unsafe"' if one.verdict.unsafe else ""
    tags = escape(", ".join(one.case.tags))
    return (
        f"<article{kind}><b>{escape(one.case.id)}#{one.number}</b> <span class=dim>{tags}</span>"
        f"{unsafe}<dl>{listed}</dl></article>"
    )
