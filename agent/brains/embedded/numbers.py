"""Numbers as people write and say them, and the units that follow them."""

from __future__ import annotations

from collections.abc import Sequence

ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALES = {"hundred": 100, "thousand": 1000, "k": 1000}
OTHERS = {"dozen": 12.0, "half": 0.5}
DIGITS = {**{w: str(n) for w, n in ONES.items() if n < 10}, "oh": "0", "o": "0", "nought": "0"}
ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "sixth": 6, "6th": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip


def figure(word: str) -> float | None:
    """The number that one token is, written in digits."""
    text = word.replace(",", "") if word.count(",") == 1 and len(word.split(",")[1]) == 3 else word
    text = text.replace(",", ".")
    try:
        return float(text) if text[:1].isdigit() else None
    except ValueError:
        return None


def number_at(words: Sequence[str], i: int) -> tuple[float, int] | None:
    """The number that begins at `i`, such as "8" or "a dozen", and the index after it."""
    if digits := _digit_by_digit(words, i):
        return digits
    first = figure(words[i])
    if first is not None:
        if i + 1 < len(words) and words[i + 1] in SCALES and words[i + 1] != "k":
            return first * SCALES[words[i + 1]], i + 2
        return first, i + 1
    if (
        words[i] in ("a", "an", "one")
        and i + 1 < len(words)
        and words[i + 1] in ("hundred", "thousand", "dozen")
    ):
        scale = SCALES.get(words[i + 1], 12)
        return _rest(words, i + 2, float(scale))
    if words[i] == "half" and list(words[i + 1 : i + 3]) == ["a", "dozen"]:
        return 6.0, i + 3
    if words[i] == "dozen":
        return 12.0, i + 1
    if words[i] in ("hundred", "thousand"):
        return _rest(words, i + 1, float(SCALES[words[i]]))
    return _spelled(words, i)


def _digit_by_digit(words: Sequence[str], i: int) -> tuple[float, int] | None:
    """ "one oh two": a figure of three digits with a nought in it."""
    if i + 2 >= len(words) or words[i + 1] not in ("oh", "zero", "nought"):
        return None
    first, last = ONES.get(words[i], 0), ONES.get(words[i + 2], 0)
    return (100.0 * first + last, i + 3) if 0 < first < 10 and 0 < last < 10 else None


def _rest(words: Sequence[str], i: int, total: float) -> tuple[float, int]:
    """What follows a hundred or a thousand: "and twenty five"."""
    j = i + 1 if i < len(words) and words[i] == "and" else i
    if total >= 100 and j < len(words) and (words[j] in ONES or words[j] in TENS):
        more = _below_hundred(words, j)
        if more is not None and more[0] < total:
            return total + more[0], more[1]
    return total, i


def _below_hundred(words: Sequence[str], i: int) -> tuple[float, int] | None:
    word = words[i]
    if "-" in word and word.split("-")[0] in TENS and word.split("-")[1] in ONES:
        tens, ones = word.split("-")
        return float(TENS[tens] + ONES[ones]), i + 1
    if word in TENS:
        if i + 1 < len(words) and 0 < ONES.get(words[i + 1], 0) < 10:
            return float(TENS[word] + ONES[words[i + 1]]), i + 2
        return float(TENS[word]), i + 1
    if word in ONES:
        return float(ONES[word]), i + 1
    return None


def _spelled(words: Sequence[str], i: int) -> tuple[float, int] | None:
    found = _below_hundred(words, i)
    if found is None:
        return None
    value, j = found
    if j < len(words) and words[j] in ("hundred", "thousand"):
        value, j = _rest(words, j + 1, value * SCALES[words[j]])
    if j + 1 < len(words) and words[j] == "point" and words[j + 1] in DIGITS:
        return value + int(DIGITS[words[j + 1]]) / 10, j + 2
    return value, j


UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("g", "gb", "gib", "gig", "gigs", "gigabyte", "gigabytes", "gbs",
                     "giga", "gigas", "gbyte", "gbytes", "gos"),
                    ("gib", 1.0)),
    **dict.fromkeys(("t", "tb", "tib", "terabyte", "terabytes", "tera", "teras"), ("gib", 1024.0)),
    **dict.fromkeys(("mb", "mib", "megabyte", "megabytes", "meg", "megs"), ("gib", 1 / 1024)),
    **dict.fromkeys(("c", "core", "cores", "cpu", "cpus", "vcpu", "vcpus", "processor",
                     "processors", "proc", "procs"), ("vcpus", 1.0)),
    **dict.fromkeys(("%", "percent", "pct", "per cent"), ("percent", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("minutes", 1.0)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("hours", 1.0)),
    **dict.fromkeys(("d", "day", "days"), ("days", 1.0)),
    **dict.fromkeys(("wk", "wks", "week", "weeks"), ("days", 7.0)),
    **dict.fromkeys(("fortnight", "fortnights"), ("days", 14.0)),
    **dict.fromkeys(("month", "months", "mo"), ("days", 30.0)),
    **dict.fromkeys(("quarter", "quarters"), ("days", 90.0)),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), ("days", 365.0)),
    **dict.fromkeys(("dollar", "dollars", "usd", "bucks", "$"), ("usd", 1.0)),
    **dict.fromkeys(("cent", "cents"), ("usd", 0.01)),
    **dict.fromkeys(("mbps", "mbit", "mbits", "mbit/s", "megabit", "megabits"), ("mbps", 1.0)),
    **dict.fromkeys(("iops",), ("iops", 1.0)),
}  # fmt: skip
"""Unit words: what they measure, and how much one is of it."""
