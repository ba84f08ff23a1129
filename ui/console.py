"""The terminal as Rich sees it: no markup is ever read from text, plain where nobody looks."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console

PIPE_WIDTH = 160
"""Columns where the output is no terminal and COLUMNS does not say."""


def open_console(file: TextIO | None = None, *, stderr: bool = False) -> Console:
    """A console whose strings are printed as they are."""
    stream = file or (sys.stderr if stderr else sys.stdout)
    width = None
    if not stream.isatty() and not os.environ.get("COLUMNS"):
        width = PIPE_WIDTH
    return Console(
        file=file, stderr=stderr, markup=False, highlight=False, emoji=False, width=width
    )


def read_input() -> str:
    """All of standard input as text; bytes that are none become replacement characters."""
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def is_interactive() -> bool:
    """Whether a person can be asked something: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()
