"""`novacron eval`: how well a brain reads, judged by cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from evals.case import Case
    from evals.report import Fleets, Report
    from evals.runner import Plans
    from evals.trust import Rate

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="eval")
def evaluate(
    cases: Annotated[list[Path], typer.Argument(help="Files of cases, or folders that hold some.")],
    fleet: Annotated[Path | None, typer.Option(help="The fleet folder of all cases.")] = None,
    brain: Annotated[str, typer.Option(help="What understands sentences.")] = "embedded",
    runs: Annotated[int, typer.Option(min=1, help="Hold each this often; 5 gives pass^5.")] = 1,
    jobs: Annotated[int | None, typer.Option(min=1, help="How many processes.")] = None,
    show: Annotated[int, typer.Option(min=0, help="Show the first N wrong turns.")] = 0,
    tag: Annotated[list[str] | None, typer.Option(help="Only cases with this tag.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as an HTML page.")] = None,
    trust: Annotated[Path | None, typer.Option(help="Write the trust figures as a page.")] = None,
    plans: Annotated[
        Path | None, typer.Option(help="Write what came of each case as JSON lines.")
    ] = None,
    require: Annotated[
        float | None, typer.Option(min=0, max=1, help="Fail below this accuracy, or if unsafe.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only look the cases over.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Judge a brain by cases.

    \b
      novacron eval evals/cases --show 10
      novacron eval evals/cases --runs 5 --brain openai --html report.html
      novacron eval cases.jsonl --fleet DIR --tag when
      novacron eval evals/cases --trust docs/trust.md
      novacron eval cases.jsonl --require 0.95      for CI: exit code 1 below, or if unsafe

    Each conversation is held on a fresh copy of a fleet: --fleet, or a folder `fleet` near the
    cases, or the one of evals/fleets after which their folder is named, or the contract's.
    """
    from evals.case import load_cases
    from evals.report import judge_all, open_fleets
    from evals.trust import trust_of, trust_page

    loaded = [c for c in load_cases(cases, fleet) if not tag or set(tag) & set(c.tags)]
    fleets = open_fleets(loaded)
    if check:
        raise typer.Exit(_check(loaded, fleets, as_json))
    held = _run(loaded, brain, runs, jobs, quiet=as_json)
    report = judge_all(loaded, held, fleets)
    rates = trust_of(report, held)
    if plans is not None:
        lines = [json.dumps(run[case.id], ensure_ascii=False) for run in held for case in loaded]
        plans.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if html is not None:
        from evals.page import page

        text = page(report, rates, fleets, f"NovaCron: the {brain} brain")
        html.write_text(text, encoding="utf-8")
    if trust is not None:
        trust.write_text(trust_page(rates, report, brain), encoding="utf-8")
    _print(report, rates, fleets, show, as_json)
    failed = require is not None and (report.accuracy < require or bool(report.unsafe))
    raise typer.Exit(1 if failed else 0)


def _check(cases: list[Case], fleets: Fleets, as_json: bool) -> int:
    from evals.check import problems
    from tools.catalog import Catalog
    from tools.control import TOOL_PACKAGES
    from ui.wire import write_json

    found = list(problems(cases, fleets, Catalog.load(TOOL_PACKAGES)))
    turns = sum(len(case.turns) for case in cases)
    if as_json:
        write_json({"cases": len(cases), "turns": turns, "problems": found})
    else:
        typer.echo("\n".join([*found, f"{len(cases)} cases, {turns} turns, {len(found)} problems"]))
    return 1 if found else 0


def _run(cases: list[Case], brain: str, runs: int, jobs: int | None, *, quiet: bool) -> list[Plans]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from evals.runner import run_cases
    from ui.console import open_console

    console = open_console(stderr=True)
    columns = ("Holding conversations", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=len(cases) * runs)
        return run_cases(cases, brain, runs=runs, jobs=jobs, on_done=lambda: bar.advance(task))


def _print(
    report: Report, rates: tuple[Rate, ...], fleets: Fleets, show: int, as_json: bool
) -> None:
    from evals.explain import explain
    from evals.tables import print_figures, print_wrong
    from ui.console import open_console
    from ui.wire import write_json

    explained = [(one, explain(one, fleets[one.case.fleet])) for one in report.wrong[:show]]
    if as_json:
        shown: dict[str, Any] = report.to_dict()
        shown["trust"] = {rate.name: rate.to_dict() for rate in rates}
        shown["wrong"] = [
            {
                "case": one.case.id,
                "turn": one.number,
                "say": one.turn.say,
                "why": one.verdict.why,
                "unsafe": one.verdict.unsafe,
                "expected": why.expected,
                "got": dict(one.got),
            }
            for one, why in explained
        ]
        write_json(shown)
        return
    console = open_console()
    print_wrong(explained, report.errors, console)
    print_figures(report, rates, console)
