"""What was wrong with data from outside, in one line a person can act on."""

from __future__ import annotations

import re

from pydantic import ValidationError

_ALTERNATIVE = re.compile(r"(?:constrained-)?(?:int|str|float|bool)|(?:function|literal).*")
"""A part of a path that names one of several kinds of value, no field of ours."""

_WORDS = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such key",
    "string_pattern_mismatch": "it is not written as it must be",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "it must be a whole number"),
    **dict.fromkeys(("float_type", "float_parsing"), "it must be a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "it must be true or false"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "it must be a table"),
    **dict.fromkeys(("tuple_type", "list_type"), "it must be a list"),
    "string_type": "it must be text",
}
"""Pydantic's kinds of error in words for people; the others are said as it says them."""


def explain(error: ValidationError) -> str:
    """Each wrong field with its path and the reason; of several kinds of value, of the first."""
    found: dict[str, str] = {}
    for one in error.errors():
        parts = [str(part) for part in one["loc"] if not _ALTERNATIVE.fullmatch(str(part))]
        said = one["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
        found.setdefault(".".join(parts) or "value", _WORDS.get(one["type"], said))
    return "; ".join(f"{path}: {reason}" for path, reason in found.items())
