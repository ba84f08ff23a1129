"""Text from outside made safe to print: no control characters, no escape sequences."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b[\]PX^_].*?(?:\x1b\\|\x07|$)"  # OSC, DCS and the like: titles, links, clipboard
    r"|\x1b.?",
    re.DOTALL,
)
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)


def clean(text: str) -> str:
    """The text on one line, without what a terminal would obey or turn around."""
    return " ".join(clean_lines(text).split())


def clean_lines(text: str) -> str:
    """The same with its line breaks kept."""
    return _CONTROLS.sub("", _ESCAPES.sub("", text)).replace("\t", " ")


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 machine, 2 machines."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
