"""Figures as people say them."""

from __future__ import annotations

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip


def counted(number: int) -> str:
    """A whole number below a million in words: 4096 is "four thousand ninety six"."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f" {_ONES[ones]}" if ones else "")
    size, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    many, rest = divmod(number, size)
    return f"{counted(many)} {name}" + (f" {counted(rest)}" if rest else "")


def digit_by_digit(digits: str) -> str:
    """Each digit by itself; a nought is an "oh"."""
    return " ".join("oh" if digit == "0" else _ONES[int(digit)] for digit in digits)


def read_aloud(digits: str) -> str:
    """Digits in a text the way they are mostly read: 05 is "oh five", 22 "twenty two"."""
    if digits[0] == "0" and len(digits) > 1:
        return digit_by_digit(digits)
    return counted(int(digits)) if len(digits) < 5 else digit_by_digit(digits)


def time_of_day(hour: int, minute: int) -> str:
    """A time on the clock, without its half of the day."""
    if not minute:
        return counted(hour)
    return f"{counted(hour)} {digit_by_digit(f'{minute:02}') if minute < 10 else counted(minute)}"
