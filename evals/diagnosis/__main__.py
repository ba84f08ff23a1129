"""`python -m evals.diagnosis`: play the fault scenarios and the healthy machines, and count."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from evals.diagnosis.page import FIRST_TRY, page
from evals.diagnosis.report import Figures, wrong
from evals.diagnosis.scene import BOOK, HELD_OUT, play, scenes


def main(
    seeds: Annotated[int, typer.Option(min=1, help="Play each trouble so often.")] = 4,
    first: Annotated[int, typer.Option(help="The first seed.")] = 0,
    held_out: Annotated[bool, typer.Option("--held-out", help="The other wordings.")] = False,
    only: Annotated[str | None, typer.Option(help="This trouble only.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes.")] = 2,
    write: Annotated[
        Path | None, typer.Option("--page", help="Play both books and write the page.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
    require: Annotated[bool, typer.Option("--require", help="Fail below the bars.")] = False,
) -> None:
    """Plant troubles in simulated fleets, ask what is wrong, and say how often that was right."""
    each = range(first, first + seeds)

    def played(book: Path) -> Figures:
        chosen = [s for s in scenes(each, book) if only in (None, s.name)]
        with ProcessPoolExecutor(jobs) as pool:
            return Figures.of(pool.map(play, chosen, chunksize=4))

    figures = played(HELD_OUT if held_out else BOOK)
    if write is not None:
        write.write_text(page(figures, played(HELD_OUT), FIRST_TRY), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(figures.to_dict(), indent=1))
    else:
        typer.echo("\n".join([*wrong(figures), figures.in_words()]))
    below = figures.within(1) < 0.8 or figures.within(3) < 0.95 or figures.false_alarms
    raise typer.Exit(1 if require and below else 0)


if __name__ == "__main__":
    typer.run(main)
