"""The command line's front door: names every command, imports one only when it is used."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any, NoReturn

import typer
import typer.core
import typer.main

from tools.errors import InvalidRequest, NovaError
from ui import exits
from ui.entries import ENTRIES, TYPED
from ui.failures import fail, foreseen
from ui.text import clean

EPILOG = """\
Examples:
  novacron                                    opens the chat
  novacron ask "which machines are idle?"
  novacron ask "stop web-03"                  exit code 10: a plan waits for a yes
  novacron approve PLAN                       ... and here it is given
  novacron vms list --env prod --state running --json
  novacron vms resize web-03 --vcpus 4 --memory-gib 16
  novacron plan --explain "stop the staging web boxes except web-stg-1"
  novacron audit verify

Nothing but a read ever runs unasked. Exit codes: 0 done, 1 a check failed, 2 wrong request,
3 which one?, 4 not allowed, 5 changed meanwhile, 6 provider failed, 7 outcome unknown,
10 waits for a yes, 130 interrupted. NovaCron works without configuration; docs/settings.md
lists what can be set, NO_COLOR=1 turns colours off."""


INTERRUPTED = (
    "Interrupted. `novacron operations` shows what had begun, and `novacron operations recover` "
    "goes on with it."
)
COMPLETES = "_NOVACRON_COMPLETE"
"""The environment variable by which a shell asks what a word may become."""


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
        import difflib

        if " " in name.strip():
            ctx.fail(f'To say a sentence, write: novacron ask "{clean(name)[:60]}"')
        close = difflib.get_close_matches(name, ENTRIES, n=3)
        if not close and (command := self.get_command(ctx, name)) is not None:
            return name, command, args[1:]
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        ctx.fail(f"There is no command {clean(name)[:60]!r}.{meant}")

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The names that begin like this, without importing any command."""
        made = typer.core.CompletionItem  # pyright: ignore[reportPrivateImportUsage]
        return [made(n, help=e.summary) for n, e in ENTRIES.items() if n.startswith(incomplete)]

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
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)


@app.callback()
def novacron(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Look at machines and change them, in your own words or with typed commands.

    What you want becomes a plan; the plan shows every machine it touches and waits for your
    yes; what ran is checked, audited, and can be undone.
    """
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"novacron {version_of('novacron')}")


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; without a command, open the chat."""
    arguments = (sys.argv[1:] if args is None else args) or ["chat"]
    as_json = "--json" in arguments
    if COMPLETES in os.environ:
        from typer._completion_classes import completion_init

        completion_init()
    try:
        code = typer.main.get_command(app)(arguments, prog_name="novacron", standalone_mode=False)
        _flush()
    except NovaError as error:
        fail(error, as_json=as_json)
    except typer.TyperException as error:
        _misused(error, as_json)
    except (typer.Abort, KeyboardInterrupt, EOFError):
        _leave(exits.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(exits.CUT_OFF)
    except Exception as error:
        if os.environ.get("NOVACRON_DEBUG"):
            raise
        fail(foreseen(error), as_json=as_json)
    except SystemExit as left:  # Typer's way out where whoever read the output went away
        sys.exit(exits.CUT_OFF if type(sys.stdout).__name__ == "PacifyFlushWrapper" else left.code)
    else:
        _leave(code if isinstance(code, int) else exits.DONE)


def _leave(code: int) -> NoReturn:
    """End; after Ctrl-C, say where to look for what had begun."""
    if code == exits.INTERRUPTED:
        sys.stderr.write(f"\n{INTERRUPTED}\n")
    sys.exit(code)


def _flush() -> None:
    """Write out what was said; `mcp` has closed its output with its last answer."""
    if not sys.stdout.closed:
        sys.stdout.flush()


def _misused(error: typer.TyperException, as_json: bool) -> NoReturn:
    """A command line that does not hold together: usage for people, an error for programs."""
    if as_json:
        hint = "See novacron --help."
        fail(InvalidRequest(clean(error.format_message()), hint=hint), as_json=True)
    getattr(error, "show")()  # noqa: B009
    sys.exit(exits.WRONG_REQUEST)
