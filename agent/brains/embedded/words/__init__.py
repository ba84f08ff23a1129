"""Word lists as data: a JSON file for each part of the vocabulary, and how to read one."""

from __future__ import annotations

import json
from importlib import resources


def word_lists(name: str) -> dict[str, list[str]]:
    """The lists of one file, each with the phrases that mean the same to a reader."""
    return json.loads(_text(name))


def grouped_lists(name: str) -> dict[str, dict[str, list[str]]]:
    """The lists of one file that are grouped by the kind of what they mean."""
    return json.loads(_text(name))


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
