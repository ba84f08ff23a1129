"""`novacron tools`: the catalogue, with what each tool takes and how it is said."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from tools.catalog import Targets, Tool
from ui.commands.typed import catalog, command_words
from ui.console import open_console
from ui.format import RISK_STYLES
from ui.tables import simple_table
from ui.wire import write_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)

GATES = {
    "read": "runs at once",
    "change": "waits for a yes",
    "disrupt": "waits for a yes; interrupts machines",
    "destroy": "waits for what must be typed; data is lost",
}
"""What each risk waits for under the default policy."""


@app.command()
def tools(
    tool: Annotated[str | None, typer.Argument(metavar="[TOOL]", help="Tell more of it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON value.")] = False,
) -> None:
    """Show every tool, its risk and its command; one of them with arguments and examples.

    \b
      novacron tools
      novacron tools stop_vms
      novacron tools --json          with the JSON schema of each tool's arguments
    """
    chosen = [catalog().tool(tool)] if tool else list(catalog().values())
    if as_json:
        shown = [tool_to_json(one) for one in chosen]
        write_json(shown[0] if tool else shown)
        return
    open_console().print(_one(chosen[0]) if tool else _table(chosen))


def command_of(tool: Tool[Any]) -> str:
    """The typed command of a tool."""
    return " ".join(["novacron", *command_words(tool.name)]).rstrip()


def tool_to_json(tool: Tool[Any]) -> dict[str, Any]:
    """A tool as programs get it."""
    return {
        "name": tool.name,
        "risk": tool.risk.value,
        "summary": tool.summary,
        "targets": tool.targets.value,
        "command": command_of(tool),
        "arguments": tool.arguments.model_json_schema(),
        "says": list(tool.says),
    }


def kind_of(schema: dict[str, Any]) -> str:
    """What an argument takes, in a word or two, from its JSON schema."""
    if ways := schema.get("anyOf"):
        kinds = dict.fromkeys(kind_of(way) for way in ways if way.get("type") != "null")
        return " or ".join(kinds)
    if choices := schema.get("enum"):
        return ", ".join(map(str, choices))
    if "const" in schema:
        return str(schema["const"])
    kind = str(schema.get("type", "value"))
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return words.get(kind, kind)


def _table(chosen: list[Tool[Any]]) -> RenderableType:
    rows = [
        (
            Text(tool.name, "bold"),
            Text(tool.risk.value, RISK_STYLES[tool.risk.value]),
            Text(command_of(tool).removeprefix("novacron "), "cyan"),
            Text(tool.summary),
        )
        for tool in chosen
    ]
    return simple_table(["tool", "risk", "command", "what it does"], rows)


def _one(tool: Tool[Any]) -> RenderableType:
    machines = {
        Targets.SELECTED: "machines by name or description",
        Targets.ONE: "one machine",
        Targets.NONE: "none; it names no existing machine",
    }[tool.targets]
    lines: list[RenderableType] = [
        Text(tool.name, "bold").append(f"  {tool.summary}", "not bold"),
        Text(f"  risk      {tool.risk.value}: {GATES[tool.risk.value]}"),
        Text(f"  machines  {machines}"),
        Text(f"  command   {command_of(tool)} --help"),
    ]
    schema = tool.arguments.model_json_schema()
    fields: dict[str, Any] = schema.get("properties", {})
    if fields:
        needed = set(schema.get("required", ()))
        rows = [
            (
                Text(f"  {name}"),
                Text("needed" if name in needed else ""),
                Text(kind_of(field)),
                Text(field.get("description", "")),
            )
            for name, field in fields.items()
        ]
        lines += [Text(""), simple_table(["  argument", "", "takes", "meaning"], rows)]
    if tool.says:
        lines += [Text(""), Text("In words:")]
        lines += [Text(f'  novacron ask "{says}"', "cyan") for says in tool.says]
    return Group(*lines)
