"""`novacron audit`: what was asked, decided and done; and whether nobody changed it since."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from tools.errors import Conflict
from tools.settings import Settings, load_settings
from ui import exits
from ui.commands.grouped import Group
from ui.console import open_console
from ui.format import moment, moments_ago, zone_of
from ui.tables import simple_table
from ui.text import clean, counted
from ui.wire import write_json

if TYPE_CHECKING:
    from tools.audit import Audit

app = typer.Typer(
    cls=Group, rich_markup_mode=None, add_completion=False, invoke_without_command=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]

_SHOWN_FIRST = ("user", "by", "asked_by", "plan", "plan_id", "operation", "operation_id")
"""Facts that say who and what; they come first in a line."""


@app.callback()
def audit(ctx: typer.Context) -> None:
    """Read the audit, check that it is whole, export it.

    \b
      novacron audit                          the last twenty entries
      novacron audit list --kind 'plan.*' --since 2d
      novacron audit verify                   exit code 1 where it is not whole
      novacron audit export --out audit.jsonl

    Entries are only ever added, each bound to the one before by a hash; the chain's end is kept
    a second time beside the database, so that a cut tail shows too.
    """
    if ctx.invoked_subcommand is None:
        list_entries()


@app.command(name="list")
def list_entries(
    kind: Annotated[
        str | None, typer.Option(help="Of this kind; 'plan.*' takes a whole family.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From here on: 2h, 7d, or a moment in RFC 3339.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The last N.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the last entries."""
    settings = load_settings()
    with _opened(settings) as kept:
        begin = moments_ago(since) if since else None
        entries = kept.entries(begin, kind=kind, limit=limit)
    if as_json:
        write_json([entry.to_dict() for entry in entries])
        return
    zone = zone_of(settings.zone)
    rows = [
        (
            Text(str(entry.number)),
            Text(moment(entry.at, zone)),
            Text(clean(entry.kind), "cyan"),
            Text(_facts(entry.facts)),
        )
        for entry in entries
    ]
    heads = ["no.", "when", "what", "facts"]
    open_console().print(simple_table(heads, rows, folds=True) if rows else "Nothing yet.")


@app.command(name="verify")
def verify(as_json: AsJson = False) -> None:
    """Find any entry that was changed, is missing or moved, and a cut tail."""
    with _opened(load_settings()) as kept:
        problems = kept.verify()
        last = kept.entries(limit=1)
    entries = last[-1].number if last else 0
    if as_json:
        write_json({"whole": not problems, "entries": entries, "problems": problems})
    elif problems:
        for problem in problems:
            place = f"Entry {problem.number}: " if problem.number else ""
            typer.echo(f"{place}{clean(problem.what)}.")
        typer.echo("The audit is NOT whole: somebody or something changed it.")
    else:
        end = f", the last is {last[-1].hash[:16]}…" if last else ""
        typer.echo(f"The audit is whole: {entries:,} entries{end}")
    raise typer.Exit(exits.PROBLEM if problems else exits.DONE)


@app.command(name="export")
def export(
    out: Annotated[Path | None, typer.Option(help="A new file; standard output if none.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Only entries with a greater number.")] = 0,
) -> None:
    """Write the entries as JSON lines, for another log store."""
    with _opened(load_settings()) as kept:
        if out is None:
            for line in kept.lines(after):
                sys.stdout.write(f"{line}\n")
            return
        if out.exists():
            raise Conflict(f"There is a file {str(out)!r} already.", hint="Name a new one.")
        number = 0
        with out.open("x", encoding="utf-8") as file:
            for line in kept.lines(after):
                file.write(f"{line}\n")
                number += 1
    typer.echo(f"{counted(number, 'line')} written to {out}.")


@contextmanager
def _opened(settings: Settings) -> Generator[Audit]:
    """The audit alone: no provider is asked, so it can be read while everything is down."""
    from tools.audit import Audit
    from tools.database import open_database
    from tools.times import utc_now

    engine = open_database(settings.database)
    try:
        yield Audit(engine, utc_now)
    finally:
        engine.dispose()


def _facts(facts: Mapping[str, Any]) -> str:
    known = [key for key in _SHOWN_FIRST if key in facts]
    keys = [*known, *(key for key in facts if key not in known)]
    return "  ".join(f"{key}={_short(facts[key])}" for key in keys if facts[key] not in (None, ""))


def _short(value: Any) -> str:
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        shown = ", ".join(_short(item) for item in items[:3])
        return f"[{shown}{f' and {len(items) - 3} more' if len(items) > 3 else ''}]"
    if isinstance(value, dict):
        named: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return _short(named["name"]) if "name" in named else f"{{{len(named)}}}"
    text = clean(str(value))
    return f"{text[:10]}…" if len(text) in (32, 64) and text.isalnum() else text[:60]
