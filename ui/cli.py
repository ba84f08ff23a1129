"""The command line's front door: names every command, imports one only when it is used."""

from __future__ import annotations

import difflib
import importlib
import json
import os
import sys
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

import typer
import typer.core
import typer.main

from tools.errors import InvalidRequest, NovaError
from ui.text import clean

EPILOG = """\
Examples:
  novacron chat
  novacron ask "which machines are idle?"
  novacron ask "stop web-03"                  exit code 10: a plan waits for a yes
  novacron approve PLAN                       ... and here it is given
  novacron vms list --env prod --state running --json
  novacron vms resize web-03 --vcpus 4 --memory-gib 16
  novacron plan --explain "stop the staging web boxes except web-stg-1"

Nothing but a read ever runs unasked. Exit codes: 0 done, 2 wrong request, 3 which one?,
4 not allowed, 5 changed meanwhile, 6 provider failed, 7 outcome unknown, 10 waits for a yes.
NovaCron works without configuration; docs/settings.md lists what can be set."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A command as the help shows it, and where its module's Typer app is."""

    section: str
    summary: str
    target: str


TYPED = "ui.commands.typed:group"
"""Makes the group of typed commands that the name stands for."""

ENTRIES: dict[str, Entry] = {
    "chat": Entry("Talk", "Talk to NovaCron.", "ui.commands.chat:app"),
    "ask": Entry("Talk", "Say one sentence; for scripts too.", "ui.commands.ask:app"),
    "plan": Entry("Talk", "See what sentences would do, changing nothing.", "ui.commands.plan:app"),
    "plans": Entry("Decide", "Show the plans that wait for a yes.", "ui.commands.approve:plans"),
    "approve": Entry("Decide", "Say yes to a plan and run it.", "ui.commands.approve:approve"),
    "cancel": Entry("Decide", "Call off a plan that waits.", "ui.commands.approve:cancel"),
    "undo": Entry("Decide", "Undo an operation, the last one if not named.", TYPED),
    "vms": Entry("Look and change", "List, stop, resize, delete machines and more.", TYPED),
    "snapshots": Entry("Look and change", "List, restore and delete snapshots.", TYPED),
    "disks": Entry("Look and change", "Attach and grow disks.", TYPED),
    "groups": Entry("Look and change", "Scale groups.", TYPED),
    "metrics": Entry("Look and change", "Ask and forecast metrics.", TYPED),
    "anomalies": Entry("Look and change", "Find machines that behave unusually.", TYPED),
    "cost": Entry("Look and change", "Report what machines cost.", TYPED),
    "savings": Entry("Look and change", "Find what could cost less.", TYPED),
    "placement": Entry("Look and change", "Find where a new machine fits.", TYPED),
    "catalog": Entry("Look and change", "List sizes, images, regions, hosts, networks.", TYPED),
    "runbooks": Entry("Look and change", "Search the runbooks.", TYPED),
    "operations": Entry("Look and change", "See and cancel what ran and runs.", TYPED),
    "schedules": Entry("Look and change", "See and cancel what runs later.", TYPED),
    "audit": Entry("Run NovaCron", "Read the audit, or check that it is whole.", "ui.commands.audit:app"),
    "doctor": Entry("Run NovaCron", "See what is connected and what is missing.", "ui.commands.doctor:app"),
    "worker": Entry("Run NovaCron", "Carry out operations from a Postgres queue.", "ui.commands.worker:app"),
    "sandbox": Entry("Run NovaCron", "Reset the simulated fleet, or make it fail.", "ui.commands.sandbox:app"),
    "eval": Entry("Run NovaCron", "Judge a brain by cases.", "evals.cli:app"),
}  # fmt: skip


class FrontDoor(typer.core.TyperGroup):
    """The top-level group: its commands are names until one is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command's name, in the order of the help."""
        return list(ENTRIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the module of one command; a name that only the catalogue knows is asked there."""
        entry = ENTRIES.get(cmd_name)
        module, _, attribute = (entry.target if entry else TYPED).partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            return found(cmd_name)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command, or say which one may have been meant."""
        name = args[0]
        if name in ENTRIES or name.startswith("-"):
            return super().resolve_command(ctx, args)
        if " " in name:
            ctx.fail(f'To say a sentence, write: novacron ask "{clean(name)[:60]}"')
        close = difflib.get_close_matches(name, ENTRIES, n=3)
        if not close and (command := self.get_command(ctx, name)) is not None:
            return name, command, args[1:]
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        ctx.fail(f"There is no command {clean(name)[:60]!r}.{meant}")

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands in their sections, without importing any."""
        for section in dict.fromkeys(entry.section for entry in ENTRIES.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [(n, e.summary) for n, e in ENTRIES.items() if e.section == section],
                    col_max=14,
                )

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The examples as they are written."""
        formatter.write(f"\n{EPILOG}\n")


app = typer.Typer(
    name="novacron",
    cls=FrontDoor,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)


@app.callback()
def novacron(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Look at machines and change them, in your own words or with typed commands.

    What you want becomes a plan; the plan shows every machine it touches and waits for your
    yes; what ran is checked, audited, and can be undone.
    """
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"novacron {version_of('novacron')}")
    elif ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    arguments = sys.argv[1:] if args is None else args
    as_json = "--json" in arguments
    try:
        code = typer.main.get_command(app)(arguments, prog_name="novacron", standalone_mode=False)
        sys.stdout.flush()
    except NovaError as error:
        fail(error, as_json=as_json)
    except typer.TyperException as error:
        _misused(error, as_json)
    except (typer.Abort, KeyboardInterrupt, EOFError):
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:
        if os.environ.get("NOVACRON_DEBUG"):
            raise
        fail(_unexpected(error), as_json=as_json)
    else:
        sys.exit(code if isinstance(code, int) else 0)


def fail(error: NovaError, *, as_json: bool = False) -> NoReturn:
    """Say what was wrong, what was not changed and what to do next; leave with its exit code."""
    if as_json:
        typer.echo(json.dumps({"error": error.as_dict()}))
    else:
        typer.echo(error_lines(error), err=True)
    sys.exit(error.exit_code)


def _misused(error: typer.TyperException, as_json: bool) -> NoReturn:
    """A command line that does not hold together: usage for people, an error for programs."""
    if as_json:
        hint = "See novacron --help."
        fail(InvalidRequest(clean(error.format_message()), hint=hint), as_json=True)
    getattr(error, "show")()  # noqa: B009
    sys.exit(2)


def error_lines(error: NovaError) -> str:
    """An error for people, free of control characters."""
    lines = [f"Error: {clean(error.message)}"]
    if error.choices:
        shown = ", ".join(clean(choice) for choice in error.choices[:5])
        lines.append(f"  Did you mean: {shown}?")
    if error.hint:
        lines.append(f"  {clean(error.hint)}")
    return "\n".join(lines)


def _unexpected(error: Exception) -> NovaError:
    """An exception that nobody foresaw, for people; a full disk has a name of its own."""
    import errno

    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _Unexpected(
            f"There is no room left on the disk: {error}.",
            hint="Nothing more was changed. Free some space, or set NOVACRON_DATA_DIR.",
        )
    if isinstance(error, OSError):
        return InvalidRequest(f"{error.strerror or error}: {error.filename or 'a file'}.")
    return _Unexpected(
        f"Something went wrong in NovaCron itself: {type(error).__name__}: {error}",
        hint="NOVACRON_DEBUG=1 shows where; `novacron operations` shows what ran.",
    )


class _Unexpected(NovaError):
    """A bug, or a machine that is out of room."""
