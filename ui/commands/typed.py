"""Typed commands made from the catalogue: `stop_vms` is `novacron vms stop`."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import typer
import typer.core
import typer.main

from tools.calls import Call, When
from tools.catalog import Catalog, Tool
from tools.control import TOOL_PACKAGES
from tools.selector import Selector
from ui.commands.grouped import SUMMARY_WIDTH
from ui.entries import ENTRIES
from ui.options import arguments_from, parameters, selector_from

_SPELT = {
    "cost_report": ("cost", "report"),
    "list_open_ports": ("ports", "list"),
    "assign_public_address": ("addresses", "assign"),
    "release_public_address": ("addresses", "release"),
}
"""Tools whose name is no verb and one noun."""

_UNCOUNTED = frozenset({"catalog", "placement"})

MORE = {"operations": "ui.commands.operations"}
"""Groups to which a module adds commands that are no tools."""


def command_words(tool: str) -> tuple[str, str]:
    """The group and the verb of a tool's command; no verb where the tool is a command itself."""
    if tool in _SPELT:
        return _SPELT[tool]
    verb, _, noun = tool.partition("_")
    if not noun:
        return verb, ""
    return (noun if noun.endswith("s") or noun in _UNCOUNTED else f"{noun}s"), verb


@cache
def catalog() -> Catalog:
    """Every tool."""
    return Catalog.load(TOOL_PACKAGES)


def group(name: str) -> Any:
    """The typed commands under a name; None where the catalogue has no tool for it."""
    tools = _tools_of(name)
    if not tools:
        return None
    if "" in tools:
        return _command(tools[""], name)
    return ToolGroup(name, tools)


def _tools_of(name: str) -> dict[str, Tool[Any]]:
    found = {command_words(tool): catalog()[tool] for tool in catalog()}
    return {verb: tool for (noun, verb), tool in found.items() if noun == name}


def machines(name: str) -> Any:
    """The typed commands of machines under another name."""
    return ToolGroup(name, _tools_of("vms"))


class ToolGroup(typer.core.TyperGroup):
    """The commands of one noun; a command is built when it is used."""

    def __init__(self, name: str, tools: dict[str, Tool[Any]]) -> None:
        super().__init__(name=name, rich_markup_mode=None, no_args_is_help="list" not in tools)
        self.tools = tools
        self.more = _more(name)
        self.help = _help_of(name, tools)

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs."""
        return [*self.tools, *self.more]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One verb's command."""
        if cmd_name in self.more:
            return self.more[cmd_name]
        return _command(self.tools[cmd_name], cmd_name) if cmd_name in self.tools else None

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Without a verb it is `list`, where there is one."""
        verbless = not args or args[0].startswith("-")
        if "list" in self.tools and verbless and not set(args) & {"-h", "--help"}:
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a verb, or say which one may have been meant."""
        if args[0] not in self.list_commands(ctx):
            close = difflib.get_close_matches(args[0], self.list_commands(ctx))
            meant = f" Did you mean {' or '.join(close)}?" if close else ""
            ctx.fail(f"There is no command {args[0]!r} here.{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The verbs with their one line of help."""
        rows = [(verb, tool.summary) for verb, tool in self.tools.items()]
        for verb, command in self.more.items():
            rows.append((verb, command.get_short_help_str(SUMMARY_WIDTH)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class ToolCommand(typer.core.TyperCommand):
    """A tool's command, its options in sections and its example sentences at the end."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The options under what they are for."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                panel = getattr(param, "rich_help_panel", None) or "Options"
                sections.setdefault(panel, []).append(record)
        for panel, records in sections.items():
            with formatter.section(panel):
                formatter.write_dl(records, col_max=30)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """The example sentences as they are written."""
        if self.epilog:
            formatter.write(f"\n{self.epilog}\n")


def _help_of(name: str, tools: dict[str, Tool[Any]]) -> str:
    """What a group is for, and where something in it changes machines, what that waits for."""
    summary = ENTRIES[name].summary if name in ENTRIES else f"Commands for {name}."
    if all(tool.reads for tool in tools.values()):
        return f"{summary}\n\nAll of it only looks and runs at once."
    return f"{summary}\n\nA change shows its plan and waits for a yes."


def _more(name: str) -> dict[str, Any]:
    if name not in MORE:
        return {}
    import importlib

    found = typer.main.get_command(importlib.import_module(MORE[name]).app)
    return dict(found.commands) if isinstance(found, typer.core.TyperGroup) else {}


def _command(tool: Tool[Any], name: str) -> Any:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    says = "\n".join(f'  novacron ask "{example}"' for example in tool.says[:3])
    app.command(
        name=name,
        cls=ToolCommand,
        help=_help(tool),
        epilog=f"The same in words:\n{says}" if says else None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    )(_function(tool))
    command = typer.main.get_command(app)
    command.name = name
    return command


def _help(tool: Tool[Any]) -> str:
    gates = {
        "read": "It only looks and runs at once.",
        "change": "It shows its plan and waits for a yes.",
        "disrupt": "It interrupts machines: it shows its plan and waits for a yes.",
        "destroy": "Data is lost: it shows its plan and waits for what must be typed.",
    }
    summary = tool.summary if tool.summary.endswith(".") else f"{tool.summary}."
    return f"{summary[:1].upper()}{summary[1:]}\n\n{gates[tool.risk.value]}"


def _function(tool: Tool[Any]) -> Callable[..., None]:
    made = parameters(tool)

    def run(**values: Any) -> None:
        raise typer.Exit(_run(tool, values))

    setattr(run, "__signature__", inspect.Signature(made))  # noqa: B010
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in made}
    return run


def _run(tool: Tool[Any], values: dict[str, Any]) -> int:
    from agent.brains.base import Memory, Understanding
    from ui.gate import UNDO, Given, exit_code, through_gate
    from ui.session import open_session
    from ui.view import show_turn
    from ui.wire import turn_to_json, write_json

    as_json = bool(values.get("as_json"))
    call = Call(
        tool=tool.name,
        selector=_selector(tool, values),
        args=arguments_from(tool, values),
        when=_when(values),
    )
    with open_session() as session:
        understood = Understanding("calls", (call,))
        turn = session.turns.resolve(understood, session.user, Memory())
        if turn.error is not None and turn.outcome != "answer":
            raise turn.error
        if turn.outcome == "confirm":
            given = Given(bool(values.get("yes")), values.get("typed"))
            return through_gate(session, turn, given, as_json=as_json)
        if as_json:
            write_json(turn_to_json(turn))
        else:
            show_turn(turn, session.console, session.frame(), undo=UNDO, numbered=False)
        return exit_code(turn)


def _selector(tool: Tool[Any], values: dict[str, Any]) -> Selector | None:
    """What the options name; a read that only orders or limits is about the whole fleet."""
    selector = selector_from(values)
    if tool.reads and selector is not None and not (selector.all or selector.is_narrowed()):
        return selector.model_copy(update={"all": True})
    return selector


def _when(values: dict[str, Any]) -> When | None:
    if not values.get("at") and not values.get("cron"):
        return None
    when = {"at": values.get("at"), "cron": values.get("cron")}
    return Call.parse({"tool": "", "when": when}).when
