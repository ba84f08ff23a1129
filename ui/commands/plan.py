"""`novacron plan`: what sentences would do, on a fleet that nothing happens to."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import InvalidRequest

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def plan(
    sentence: Annotated[
        str | None, typer.Argument(help="What you would say; - reads it from standard input.")
    ] = None,
    fleet: Annotated[
        Path | None, typer.Option(help="A folder with fleet.json and metrics.csv.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(help="The moment to plan for (RFC 3339); the fleet's own.")
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Conversations in and out as JSON lines.")
    ] = False,
    brain: Annotated[str, typer.Option(help="What understands sentences.")] = "embedded",
    explain: Annotated[
        bool, typer.Option("--explain", help="Show which words became what.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """See what sentences would do, changing nothing.

    \b
      novacron plan "stop the staging web boxes except web-stg-1"
      novacron plan --explain "resize web-03 to 8 cores tonight"
      novacron plan --fleet DIR --jsonl < conversations.jsonl

    With --jsonl, one conversation a line comes in as {"id": …, "turns": ["…"]} and one line
    goes out for each, in order, at once; each is held on a fresh copy of the fleet. A line
    that cannot be read gives its error, and the rest go on; the exit code is 2 then. Without
    --fleet, a sentence is planned against the machines that are connected.
    """
    if jsonl:
        if fleet is None:
            raise InvalidRequest(
                "--jsonl needs a fleet.", hint="Name its folder: novacron plan --fleet DIR --jsonl."
            )
        raise typer.Exit(_stream(fleet, now, brain, explain))
    if sentence is None:
        raise InvalidRequest(
            "There is no sentence to plan.", hint='Write: novacron plan "stop web-03".'
        )
    from ui.console import read_input
    from ui.explain import explain_connected, explain_fleet

    text = read_input() if sentence == "-" else sentence
    if fleet is not None:
        moment = moment_of(now, fleet)
        raise typer.Exit(
            explain_fleet(text, fleet, moment, brain, explain=explain, as_json=as_json)
        )
    raise typer.Exit(explain_connected(text, brain, explain=explain, as_json=as_json))


def moment_of(now: str | None, fleet: Path) -> datetime:
    """The moment that was given, else the fleet's own, else the present."""
    import json

    from tools.times import parse_moment, utc_now

    if now is not None:
        return parse_moment(now)
    try:
        own = json.loads((fleet / "fleet.json").read_text()).get("now")
    except (OSError, ValueError, AttributeError):
        own = None
    return parse_moment(own) if isinstance(own, str) else utc_now()


def _stream(fleet: Path, now: str | None, brain: str, explain: bool) -> int:
    import json
    from io import TextIOWrapper

    from ui.planning import open_rehearsal, plan_lines

    rehearsal = open_rehearsal(fleet, moment_of(now, fleet), brain)
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
    code = 0
    for line in plan_lines(sys.stdin, rehearsal, explain):
        if "error" in line:
            code = InvalidRequest.exit_code
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return code
