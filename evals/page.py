"""A report as one HTML page that needs nothing else: figures, plots as inline SVG, wrong turns."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evals.report import Judged, Report

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem;color:#1c2430}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}
.figures{display:flex;flex-wrap:wrap;gap:.8rem}.figures div{background:#f2f5f8;border-radius:8px;
padding:.7rem 1.1rem;min-width:7rem}.figures b{display:block;font-size:1.5rem}.bad{color:#b3261e}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;border-bottom:
1px solid #dde3ea;vertical-align:top}th{font-weight:600}td.say{min-width:14rem}
@media(prefers-color-scheme:dark){body{background:#12161c;color:#dbe2ea}.figures div{background:
#1d242d}td,th{border-color:#2c3540}text{fill:#dbe2ea}.bad{color:#ff8a80}}
"""


def page(report: Report, title: str) -> str:
    """The whole page."""
    figures = report.to_dict()
    latency = figures["latency_ms"]
    shown = [
        ("turns right", f"{figures['accuracy']:.1%}", False),
        ("conversations right", f"{figures['case_accuracy']:.1%}", False),
        ("unsafe turns", figures["unsafe_turns"], figures["unsafe_turns"] > 0),
        ("missed questions", figures["missed_questions"], False),
        ("needless questions", figures["needless_questions"], False),
        ("p50", f"{latency['p50']} ms", False),
        ("p95", f"{latency['p95']} ms", False),
    ]
    tiles = "".join(
        f'<div><b{" class=bad" if bad else ""}>{escape(str(value))}</b>{escape(name)}</div>'
        for name, value, bad in shown
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>
<h1>{escape(title)}</h1>
<p>{figures["cases"]} conversations, {figures["turns"]} turns.</p>
<div class="figures">{tiles}</div>
<h2>Right turns by tag</h2>{_tags(report)}
<h2>Latency of a turn</h2>{_histogram(report.latencies)}
<h2>Wrong turns ({len(report.wrong)})</h2>{_wrong(report.wrong)}
</html>
"""


def _tags(report: Report) -> str:
    tags = sorted(report.by_tag().items(), key=lambda item: item[1][0] / item[1][1])
    rows: list[str] = []
    for index, (tag, (right, total)) in enumerate(tags):
        y, width = index * 24, 500 * right / total
        rows.append(
            f'<text x="150" y="{y + 16}" text-anchor="end">{escape(tag)}</text>'
            f'<rect x="160" y="{y + 3}" width="500" height="17" rx="3" fill="#8884"/>'
            f'<rect x="160" y="{y + 3}" width="{width:.1f}" height="17" rx="3" fill="#2f7dd1"/>'
            f'<text x="670" y="{y + 16}">{right}/{total} · {right / total:.0%}</text>'
        )
    return _svg(rows, len(tags) * 24 + 4)


def _histogram(latencies: Sequence[float], bins: int = 40) -> str:
    if not latencies:
        return "<p>No turn was timed.</p>"
    top = latencies[min(len(latencies) - 1, int(0.995 * len(latencies)))] or 1.0
    counts = [0] * bins
    for spent in latencies:
        counts[min(bins - 1, int(spent / top * bins))] += 1
    most, width = max(counts), 760 / bins
    bars = [
        f'<rect x="{20 + i * width:.1f}" y="{120 - 110 * n / most:.1f}" width="{width - 1:.1f}" '
        f'height="{110 * n / most:.1f}" fill="#2f7dd1"><title>{n} turns from '
        f"{top * i / bins:.1f} ms</title></rect>"
        for i, n in enumerate(counts)
        if n
    ]
    labels = [
        f'<text x="{20 + 760 * share:.0f}" y="138" text-anchor="middle">{top * share:.1f} ms</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    return _svg([*bars, *labels], 146)


def _svg(parts: Sequence[str], height: float) -> str:
    body = "".join(parts)
    return (
        f'<svg viewBox="0 0 800 {height}" width="100%" role="img" font-size="13" '
        f'font-family="system-ui,sans-serif">{body}</svg>'
    )


def _wrong(wrong: Sequence[Judged]) -> str:
    if not wrong:
        return "<p>None.</p>"
    rows = "".join(
        f"<tr><td>{escape(one.case.id)}#{one.number}<td class=say>{escape(one.turn.say)}"
        f"<td>{escape(one.verdict.why)}"
        f"<td class=bad>{escape(one.verdict.unsafe)}"
        f"<td>{escape(str(one.got.get('reply') or '')[:300])}</tr>"
        for one in wrong
    )
    return f"<table><tr><th>turn<th>said<th>why<th>unsafe<th>reply</tr>{rows}</table>"
