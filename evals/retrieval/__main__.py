"""`python -m evals.retrieval`: how well and how fast documents are found."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from evals.retrieval.judge import SPLITS, Report, judge
from knowledge.embedding import Embedder

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def main(
    split: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(SPLITS)}.")] = None,
    passages: Annotated[int, typer.Option(min=0, help="For the speed; 0: not measured.")] = 10_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Judge the search of documents by cases, and measure its speed."""
    from ui.console import open_console
    from ui.tables import simple_table
    from ui.wire import write_json

    embedder = Embedder(2)
    reports = [judge(one, embedder) for one in split or SPLITS]
    speed = None
    if passages:
        from evals.retrieval.speed import measure

        speed = measure(passages, embedder)
    if as_json:
        write_json(
            {"splits": list(map(asdict, reports)), "speed": asdict(speed) if speed else None}
        )
        return
    console = open_console()
    headings = ["split", "ranked by", "recall@5", "nDCG@10", "first", "refused", "answered"]
    console.print(simple_table(headings, [row for report in reports for row in _rows(report)]))
    for name, value in (asdict(speed) if speed else {}).items():
        console.print(f"{name.replace('_', ' ')}: {value:,.1f}")


def _rows(report: Report) -> list[list[str]]:
    rows: list[list[str]] = []
    split = f"{report.split} ({report.questions}+{report.unanswerable})"
    for name, ranked in report.ranked.items():
        figures = (ranked.recall_at_5, ranked.ndcg_at_10, ranked.first)
        rows.append([split, name, *(f"{figure:.3f}" for figure in figures), "", ""])
    rows = rows or [[split, *[""] * 6]]
    rows[0][-2:] = [f"{report.refused:.3f}", f"{report.answered:.3f}"]
    return rows


if __name__ == "__main__":
    app()
