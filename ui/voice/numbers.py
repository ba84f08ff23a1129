"""Numbers as they are heard at a name's end: "oh three", "too", "one oh one", "twenty-two"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.numbers import ONES, TENS

_DIGITS = {
    **{word: (str(n), 0.0) for word, n in ONES.items() if n < 10},
    "oh": ("0", 0.0), "o": ("0", 0.0), "nought": ("0", 0.0), "owe": ("0", 0.2),
    "to": ("2", 0.2), "too": ("2", 0.2), "for": ("4", 0.2), "won": ("1", 0.2), "ate": ("8", 0.2),
    "tree": ("3", 0.2), "free": ("3", 0.2), "fore": ("4", 0.2), "sex": ("6", 0.2),
    "of": ("0", 0.4), "ow": ("0", 0.3), "or": ("0", 0.5),
}  # fmt: skip
"""A digit and how far the word is from its usual sound."""
_LONGER = {word: n for word, n in ONES.items() if n > 9}
MOST_WORDS = 5


def number(words: Sequence[str]) -> tuple[int, float] | None:
    """The number that words spell, and how doubtful each of them is, added up.

    Words that only sound like a digit count where a digit stands with them or they come last.
    """
    digits, doubt, tens = "", 0.0, 0
    for word in words:
        if tens and word in ONES and 0 < ONES[word] < 10:
            digits, tens = digits + str(tens + ONES[word]), 0
            continue
        if tens:
            digits, tens = digits + str(tens), 0
        if word.isdigit():
            digits += word
        elif word in _DIGITS:
            digit, unsure = _DIGITS[word]
            digits, doubt = digits + digit, doubt + unsure
        elif word in _LONGER:
            digits += str(_LONGER[word])
        elif word in TENS:
            tens = TENS[word]
        else:
            return None
    digits += str(tens) if tens else ""
    if not digits or len(digits) > 9 or words[-1] in ("oh", "o", "of", "or", "ow", "owe"):
        return None
    return int(digits), doubt


def is_number(word: str) -> bool:
    """Whether a word is a number by itself, or part of one."""
    return word.isdigit() or word in ONES or word in TENS or word in ("oh", "hundred", "thousand")
