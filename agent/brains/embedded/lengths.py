"""Lengths of time: "two hours", "half an hour", "90 minutes"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from agent.brains.embedded.numbers import UNITS, number_at

_KINDS = ("minutes", "hours", "days")


def length_at(words: Sequence[str], i: int) -> tuple[timedelta, int] | None:
    """The length of time that begins at `i`, and the index after it."""
    if words[i : i + 3] in (["half", "an", "hour"], ["a", "half", "hour"]):
        return timedelta(minutes=30), i + 3
    article = 1 if words[i] == "a" else 0
    if words[i + article : i + article + 3] == ["quarter", "of", "an"]:
        return timedelta(minutes=15), i + article + 4
    found = _how_many(words, i) if i + 1 < len(words) else None
    if found is None:
        return None
    number, j = found
    if words[j : j + 3] == ["and", "a", "half"] and j + 3 < len(words):
        number, j = number + 0.5, j + 3
    if j >= len(words) or words[j] in ("m", "c"):
        return None
    length = unit_length(words[j], number)
    half = unit_length(words[j], 0.5)
    if length is None or half is None:
        return None
    if words[j + 1 : j + 4] == ["and", "a", "half"]:
        return length + half, j + 4
    return length, j + 1


def unit_length(word: str, number: float = 1) -> timedelta | None:
    """So many minutes, hours, days and the like, or None if the word is no unit of time."""
    kind, scale = UNITS.get(word, ("", 0.0))
    return timedelta(**{kind: number * scale}) if kind in _KINDS else None


def window_of(length: timedelta) -> str:
    """A length as a window of a question: "24h", "7d"."""
    hours = max(1, round(length.total_seconds() / 3600))
    return f"{hours // 24}d" if hours % 24 == 0 and hours > 24 else f"{hours}h"


def _how_many(words: Sequence[str], i: int) -> tuple[float, int] | None:
    if words[i] in ("a", "an") and words[i + 1] in UNITS:
        return 1.0, i + 1
    if words[i] in ("a", "the") and words[i + 1 : i + 3] == ["couple", "of"]:
        return 2.0, i + 3
    return number_at(words, i)
