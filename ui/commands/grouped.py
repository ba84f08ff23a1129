"""A group of commands whose help says each command's line whole."""

from __future__ import annotations

from typing import Any

import typer.core

SUMMARY_WIDTH = 200
"""So long a line of help stands whole in a list of commands; the list folds it."""


class Group(typer.core.TyperGroup):
    """Commands under one name."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands with their lines of help, folded and not cut."""
        rows = [
            (name, command.get_short_help_str(SUMMARY_WIDTH))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
