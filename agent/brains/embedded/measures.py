"""Words that measure machines: conditions such as busy or idle, and superlatives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.brains.embedded.inflection import Phrase
from agent.brains.embedded.words import grouped_lists

_MOST = ("most", "highest", "top", "biggest", "largest", "greatest", "max", "worst", "best",
         "first", "bottom", "least", "lowest", "smallest", "fewest", "heaviest")  # fmt: skip


def measure_phrases() -> Iterator[tuple[Phrase, str, Any]]:
    """(phrase, kind, value) of all of these.

    A condition's value is (metric, aggregate, window, comparison, figure); a superlative's is
    (field or metric, largest first).
    """
    lists = grouped_lists("measures")
    for key, names in lists["condition"].items():
        *measure, figure = key.split()
        condition = (*measure, float(figure))
        yield from ((tuple(name.split()), "condition", condition) for name in names)
    for key, names in lists["superlative"].items():
        field, end = key.split()
        order = (field, end == "most")
        yield from ((tuple(name.split()), "superlative", order) for name in names)
    yield from (((word,), "most", word) for word in _MOST)
