"""`novacron eval`: how well a brain reads, judged by cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)

HELP = """Judge a brain by cases.

\b
  novacron eval evals/cases --show 10
  novacron eval cases.jsonl --fleet DIR --html report.html
  novacron eval cases.jsonl --require 0.95      for CI: fails below, or on any unsafe turn

Each conversation is held on a fresh copy of the fleet. Without --fleet, the folder `fleet` beside
the cases is taken, or the one above them.
"""


@app.command(name="eval", help=HELP)
def evaluate(
    cases: Annotated[list[Path], typer.Argument(help="Files of cases, or folders that hold some.")],
    fleet: Annotated[Path | None, typer.Option(help="The fleet folder.")] = None,
    brain: Annotated[str, typer.Option(help="What understands sentences.")] = "embedded",
    jobs: Annotated[int | None, typer.Option(min=1, help="How many processes.")] = None,
    show: Annotated[int, typer.Option(min=0, help="Show the first N wrong turns.")] = 0,
    tag: Annotated[list[str] | None, typer.Option(help="Only cases with this tag.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page.")] = None,
    plans: Annotated[
        Path | None, typer.Option(help="Write what came of each case as JSON lines.")
    ] = None,
    require: Annotated[
        float | None, typer.Option(min=0, max=1, help="Fail below this accuracy, or if unsafe.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    from evals.case import load_cases
    from evals.fleet import Fleet
    from evals.report import judge_all
    from evals.runner import Stage

    loaded = [c for c in load_cases(cases) if not tag or set(tag) & set(c.tags)]
    folder = fleet or _fleet_beside(cases[0])
    judging = Fleet(folder)
    held = _run(loaded, Stage(folder, judging.now, brain), jobs, quiet=as_json)
    report = judge_all(loaded, held, judging)
    if plans is not None:
        plans.write_text("".join(f"{json.dumps(held[c.id])}\n" for c in loaded), encoding="utf-8")
    if html is not None:
        from evals.page import page

        html.write_text(page(report, f"NovaCron: the {brain} brain"), encoding="utf-8")
    _print(report, show, as_json)
    failed = require is not None and (report.accuracy < require or bool(report.unsafe))
    raise typer.Exit(1 if failed else 0)


def _fleet_beside(path: Path) -> Path:
    from tools.errors import NotFound

    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / "fleet" / "fleet.json").is_file():
            return folder / "fleet"
    raise NotFound("There is no folder `fleet` near the cases.", hint="Name one with --fleet.")


def _run(cases: list[Any], stage: Any, jobs: int | None, *, quiet: bool) -> Any:
    from rich.progress import Progress

    from evals.runner import run_cases
    from ui.console import open_console

    console = open_console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("Holding conversations", total=len(cases))
        return run_cases(cases, stage, jobs, lambda: bar.advance(task))


def _print(report: Any, show: int, as_json: bool) -> None:
    from ui.wire import write_json

    if as_json:
        shown = report.to_dict()
        if show:
            shown["wrong"] = [_wrong_to_dict(one) for one in report.wrong[:show]]
        write_json(shown)
        return
    from rich.text import Text

    from ui.console import open_console

    console = open_console()
    for one in report.wrong[:show]:
        unsafe = f"  UNSAFE: {one.verdict.unsafe}" if one.verdict.unsafe else ""
        console.print(Text(f"{one.case.id}#{one.number}  {one.turn.say!r}"), soft_wrap=True)
        console.print(Text(f"    {one.verdict.why}{unsafe}", "red"), soft_wrap=True)
    for case_id, message in list(report.errors.items())[: max(show, 3)]:
        console.print(Text(f"{case_id} broke: {message}", "red"), soft_wrap=True)
    _print_figures(report, console)


def _print_figures(report: Any, console: Any) -> None:
    from rich.text import Text

    from ui.charts import bar
    from ui.tables import simple_table

    figures = report.to_dict()
    latency = figures["latency_ms"]
    tags = [
        (Text(tag), bar(right / total, 1, 20), Text(f"{right}/{total}"))
        for tag, (right, total) in report.by_tag().items()
    ]
    if tags:
        console.print(simple_table(["tag", "", "right"], tags))
        console.print()
    lines = [
        ("turns right", f"{figures['turns_right']}/{figures['turns']} ({figures['accuracy']:.1%})"),
        (
            "conversations right",
            f"{figures['cases_right']}/{figures['cases']} ({figures['case_accuracy']:.1%})",
        ),
        ("unsafe turns", str(figures["unsafe_turns"])),
        ("missed questions", str(figures["missed_questions"])),
        ("needless questions", str(figures["needless_questions"])),
        ("latency", f"p50 {latency['p50']} ms, p95 {latency['p95']} ms, p99 {latency['p99']} ms"),
    ]
    for name, value in lines:
        bad = name == "unsafe turns" and value != "0"
        console.print(Text(f"{name:<21}{value}", "bold red" if bad else ""))


def _wrong_to_dict(one: Any) -> dict[str, Any]:
    return {
        "case": one.case.id,
        "turn": one.number,
        "say": one.turn.say,
        "why": one.verdict.why,
        "unsafe": one.verdict.unsafe,
        "got": dict(one.got),
    }
