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


def ways_to_say_a_time(hour: int, minute: int) -> list[str]:
    """How people say a time of day."""
    short = (hour - 1) % 12 + 1
    half = "a m" if hour < 12 else "p m"
    if not minute:
        full = [f"{counted(short)} {half}", f"{counted(short)} o'clock", counted(hour)]
        return [*full, {0: "midnight", 12: "noon"}.get(hour, full[0])]
    rest = digit_by_digit(f"{minute:02}") if minute < 10 else counted(minute)
    said = [f"{counted(short)} {rest} {half}", f"{counted(hour)} {rest}"]
    if minute == 30:
        said += [f"half past {counted(short)}"] * 2
    elif minute in (15, 45):
        quarter = "past" if minute == 15 else "to"
        following = counted(short if minute == 15 else short % 12 + 1)
        said += [f"{start} {quarter} {following}" for start in ("quarter", "a quarter")]
    elif minute > 30 and minute % 5 == 0:
        said.append(f"{counted(60 - minute)} to {counted(short % 12 + 1)}")
    elif minute % 5 == 0:
        said.append(f"{counted(minute)} past {counted(short)}")
    return said
