"""Writes the generated pages of docs/ from the code: `python -m ui.docs`.

The pages are what the code says, so that they cannot be wrong; a test holds them fresh.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import typer
import typer.main
from pydantic.fields import FieldInfo

from knowledge.embedding import Embedder, key_of, ship, shipped_vectors
from knowledge.library import shipped_shelf
from tools.catalog import Targets, Tool
from tools.errors import ERRORS, NovaError
from tools.plan import NothingToDo
from tools.settings import Settings
from ui import provider_docs
from ui.cli import app
from ui.commands.tools import GATES, command_of, kind_of
from ui.commands.typed import catalog
from ui.entries import ENTRIES, TYPED
from ui.exits import MEANINGS
from ui.failures import Bug, NoRoom
from ui.serve.accounts import TooManySignIns
from ui.serve.errors import Misdirected, Stopping, TooLarge, Unauthenticated

DOCS = Path(__file__).parent.parent / "docs"
WIDTH = 88
WRITTEN = "<!-- Written by `make docs` from the code; do not edit. -->"

_AT_THE_DOOR = (Unauthenticated, TooManySignIns, TooLarge, Misdirected, Stopping)
"""What only `novacron serve` says."""

_COMPUTED = {"data_dir": "`~/.local/share/novacron`"}
"""Defaults that differ from machine to machine, as they are where nothing is set."""


def main() -> None:
    """Write every page, and the vectors of the runbooks where these are not what they were."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    passages = [passage.meant for passage in shipped_shelf().passages]
    if {key_of(text) for text in passages} != set(shipped_vectors()):
        ship(passages, Embedder())


def cli_page() -> str:
    """Every command and its help."""
    front = typer.main.get_command(app)
    parts = [
        "# The command line",
        WRITTEN,
        _block(_help(front, "novacron")),
        "## Exit codes",
        _table(["code", "meaning"], [[str(c), m] for c, m in MEANINGS.items()]),
    ]
    for name, entry in ENTRIES.items():
        if entry.target.startswith("ui.commands.typed"):
            continue
        module, _, attribute = entry.target.partition(":")
        command = typer.main.get_command(getattr(importlib.import_module(module), attribute))
        parts.append(f"## novacron {name}")
        parts += [_block(text) for text in _helps(command, f"novacron {name}")]
    return _page([*parts, *_typed_commands()])


def tools_page() -> str:
    """Every tool with its risk, arguments, command and examples."""
    tools = list(catalog().values())
    risks = [[f"`{risk}`", meaning] for risk, meaning in GATES.items()]
    parts = [
        "# The tools",
        WRITTEN,
        "Whatever understood a sentence can only produce calls of these. A policy may loosen "
        "`change` and may tighten anything.",
        _table(["risk", "by default"], risks),
        _table(
            ["tool", "risk", "what it does"],
            [[f"[`{t.name}`](#{t.name})", t.risk.value, t.summary] for t in tools],
        ),
    ]
    for tool in tools:
        parts += _tool(tool)
    return _page(parts)


def settings_page() -> str:
    """Every setting."""
    rows = [
        [f"`{name}`", f"`NOVACRON_{name.upper()}`", _default(name, field), field.description or ""]
        for name, field in Settings.model_fields.items()
    ]
    return _page(
        [
            "# Settings",
            WRITTEN,
            "NovaCron works with none of them. A key in `novacron.toml` (in the present folder, "
            "else `~/.config/novacron/novacron.toml`, else where `NOVACRON_CONFIG` points) or an "
            "environment variable sets each; the variable wins. Lists are written as JSON: "
            '`NOVACRON_POLICIES=\'["default", "team"]\'`. `novacron doctor` shows what came of it.',
            _table(["key", "variable", "default", "meaning"], rows),
            "Beside them: `NO_COLOR=1` turns colours off, `COLUMNS` sets the width of tables in "
            "a pipe, `NOVACRON_DEBUG=1` shows where a bug is.",
        ]
    )


def errors_page() -> str:
    """Every error and exit code."""
    rows = [
        [
            f"`{error.code}`",
            _first_line(error),
            error.default_hint,
            str(error.exit_code),
            str(error.http_status),
            "yes" if error.retryable else "no",
        ]
        for error in (*ERRORS, NothingToDo, NoRoom, Bug, *_AT_THE_DOOR)
    ]
    return _page(
        [
            "# Errors and exit codes",
            WRITTEN,
            "Every error says what was wrong and with what, and what to do next. With `--json` it "
            'comes as `{"error": {"code", "message", "hint", "choices", "vendor_code", '
            '"retry_after_s"}}`; programs switch on `code`, which never changes its meaning.',
            _table(["code", "meaning", "what to do", "exit", "HTTP", "retried by itself"], rows),
            "`outcome_unknown` is never repeated blindly: the machine is read instead.",
            "## Exit codes",
            _table(["code", "meaning"], [[str(c), m] for c, m in MEANINGS.items()]),
        ]
    )


def providers_page() -> str:
    """Every tool with every provider."""
    headings, lines, notes = provider_docs.table()
    own = ", ".join(f"`{name}`" for name in sorted(provider_docs.OWN))
    return _page(
        [
            "# Tools and providers",
            WRITTEN,
            "A cell says **works** where a test of [the contract suite](../tests/contract) passed "
            "that shows it, in the run that `docs/providers.json` was written by: on real guests "
            "for libvirt, on moto, vCenter's and Proxmox's simulators and our own test servers of "
            "Azure and Google for the rest. **Unsupported by the vendor** has its reason below. "
            "**Not yet** is what nobody has built here. A run of the whole suite fails where a "
            "provider claims what no passed test shows, and where this page is old.",
            _table(headings, lines),
            f"These ask no provider: {own}.",
            "## What vendors do not do",
            "\n".join(notes),
        ]
    )


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "tools.md": tools_page,
    "settings.md": settings_page,
    "errors.md": errors_page,
    "providers.md": providers_page,
}
"""What is written, by the file's name in docs/."""


def _typed_commands() -> list[str]:
    """The commands that are made from the catalogue: what they share is said once."""
    rows = [[f"`{command_of(tool)}`", tool.risk.value, tool.summary] for tool in catalog().values()]
    example = _typed_group("vms")
    chosen = getattr(example, "get_command")(typer.Context(example), "stop")  # noqa: B009
    return [
        "## Typed commands",
        "Made from [the catalogue](tools.md): the same tools, the same gate. Each has `--help` "
        "with its arguments; machines are named the same way everywhere:",
        _table(["command", "risk", "what it does"], rows),
        _block(_help(chosen, "novacron vms stop")),
    ]


def _typed_group(name: str) -> Any:
    module, _, attribute = TYPED.partition(":")
    return getattr(importlib.import_module(module), attribute)(name)


def _helps(command: Any, words: str) -> list[str]:
    """The help of a command, and of each command under it."""
    texts = [_help(command, words)]
    for name, under in getattr(command, "commands", {}).items():
        texts += _helps(under, f"{words} {name}")
    return texts


def _help(command: Any, words: str) -> str:
    context = typer.Context(command, info_name=words, terminal_width=WIDTH, max_content_width=WIDTH)
    lines = command.get_help(context).rstrip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _tool(tool: Tool[Any]) -> list[str]:
    schema = tool.arguments.model_json_schema()
    needed = set(schema.get("required", ()))
    rows = [
        [
            f"`{name}`",
            _resolved(field, schema),
            "yes" if name in needed else "",
            field.get("description", ""),
        ]
        for name, field in schema.get("properties", {}).items()
    ]
    machines = {
        Targets.SELECTED: "machines by a selector",
        Targets.ONE: "one machine",
        Targets.NONE: "no selector",
    }[tool.targets]
    parts = [
        f"## {tool.name}",
        f"{tool.summary} Risk `{tool.risk.value}`; {machines}; `{command_of(tool)}`.",
    ]
    if rows:
        parts.append(_table(["argument", "takes", "needed", "meaning"], rows))
    if tool.says:
        parts.append("In words: " + "; ".join(f"“{says}”" for says in tool.says) + ".")
    return parts


def _resolved(field: dict[str, Any], schema: dict[str, Any]) -> str:
    """What an argument takes, with references followed."""
    if reference := field.get("$ref"):
        return kind_of(schema["$defs"][reference.rsplit("/", 1)[-1]])
    if ways := field.get("anyOf"):
        kinds = [_resolved(way, schema) for way in ways if way.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    return kind_of(field)


def _default(name: str, field: FieldInfo) -> str:
    if name in _COMPUTED:
        return _COMPUTED[name]
    value = field.get_default(call_default_factory=True)
    if value is None or value == "":
        return ""
    items = cast(tuple[Any, ...], value) if isinstance(value, tuple) else (value,)
    shown = ", ".join(map(str, items))
    return f"`{shown.lower() if isinstance(value, bool) else shown}`"


def _first_line(error: type[NovaError]) -> str:
    return (inspect.getdoc(error) or "").splitlines()[0]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _block(text: str) -> str:
    return f"```text\n{text}\n```"


def _page(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
