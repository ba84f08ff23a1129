"""A report at the terminal: bars for the tags, the figures, and the wrong turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from evals.explain import Explained
from evals.report import Judged, Report
from evals.trust import Rate
from ui.charts import bar
from ui.tables import simple_table
from ui.text import clean

SHOWN_ERRORS = 3


def print_wrong(
    wrong: Sequence[tuple[Judged, Explained]], errors: Mapping[str, str], console: Console
) -> None:
    """Each wrong turn: what was said, what was expected, what came."""
    for one, explained in wrong:
        title = Text(f"{one.case.id}#{one.number}  ", "bold")
        title.append(clean(one.turn.say), "not bold")
        console.print(title, soft_wrap=True)
        if one.verdict.unsafe:
            console.print(Text(f"    UNSAFE    {one.verdict.unsafe}", "bold red"), soft_wrap=True)
        for name, text in (
            ("why", one.verdict.why),
            ("expected", explained.expected),
            ("got", explained.got),
        ):
            style = "red" if name == "why" else ""
            console.print(Text(f"    {name:<10}{clean(text)}", style), soft_wrap=True)
    for case_id, message in list(errors.items())[: max(len(wrong), SHOWN_ERRORS)]:
        console.print(Text(f"{case_id} broke: {clean(message)}", "red"), soft_wrap=True)


def print_figures(report: Report, rates: Sequence[Rate], console: Console) -> None:
    """Right turns by tag, the figures, and the trust rates."""
    tags = [
        (Text(tag), bar(right / total, 1, 20), Text(f"{right}/{total}"))
        for tag, (right, total) in report.by_tag().items()
    ]
    if tags:
        console.print(simple_table(["tag", "", "right"], tags))
        console.print()
    for name, value, bad in [*_figures(report), *_rates(rates)]:
        console.print(Text(f"{name:<24}{value}", "bold red" if bad else ""))


def _figures(report: Report) -> list[tuple[str, str, bool]]:
    figures = report.to_dict()
    latency = figures["latency_ms"]
    held = report.cases * report.runs
    cases = f"{figures['cases_right']}/{held} ({figures['case_accuracy']:.1%})"
    lines = [
        ("turns right", f"{report.right}/{figures['turns']} ({report.accuracy:.1%})", False),
        ("conversations right", cases, False),
        ("unsafe turns", str(figures["unsafe_turns"]), figures["unsafe_turns"] > 0),
        ("missed questions", str(figures["missed_questions"]), False),
        ("needless questions", str(figures["needless_questions"]), False),
        ("broke", str(figures["errors"]), figures["errors"] > 0),
    ]
    if report.runs > 1:
        always = f"{report.cases_always_right}/{report.cases} ({figures['pass_every_run']:.1%})"
        lines.insert(2, (f"right {report.runs} times (pass^{report.runs})", always, False))
    spent = f"p50 {latency['p50']} ms, p95 {latency['p95']} ms, p99 {latency['p99']} ms"
    return [*lines, ("latency", spent, False)]


def _rates(rates: Sequence[Rate]) -> list[tuple[str, str, bool]]:
    return [(r.name, f"{r.share:.2%} ({r.count} of {r.of:,})", r.count > 0) for r in rates]
