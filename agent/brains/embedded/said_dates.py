"""A day in figures, as the grammar reads it: "on 28.11. at 23:00" is on 28 November.

A day that is overheard would let something happen today. With dots the day comes first; with
slashes where the figures leave no doubt. Versions ("22.04") and addresses stay as they are.
"""

from __future__ import annotations

import re

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_LAST = 31
_NEAR = 40
"""Characters around a day that may say that it is one."""
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_DATE = re.compile(
    r"(?<![\w./:-])(?P<a>\d{1,2})(?P<sign>[./])(?P<b>\d{1,2})(?:(?P=sign)(?P<year>20\d\d|\d\d)?)?"
    r"(?![\w/:-]|\.\d)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:\b(?:on|until|till|since|before|by|from|of|for)(?: the)?|\b{_WEEKDAY},?(?: the)?|"
    r"\d:\d\d|\d ?(?:am|pm),?|\bdate:?) \(?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"^\)?,? ?(?:at |around |from |by )?(?:\d{1,2}:\d\d|\d{1,2} ?(?:am|pm|h\b)|midnight|noon)",
    re.IGNORECASE,
)
_HOUR_BEFORE = re.compile(r"(?:\d:\d\d|\d ?(?:am|pm)),?(?: on)?(?: the)? \(?$", re.IGNORECASE)


def with_dates(text: str) -> str:
    """A turn with its days in words."""
    return _DATE.sub(_in_words, text) if any(c.isdigit() for c in text) else text


def _in_words(found: re.Match[str]) -> str:
    text = found.string
    before, after = text[max(0, found.start() - _NEAR) : found.start()], text[found.end() :][:_NEAR]
    day, month = int(found["a"]), int(found["b"])
    if found["sign"] == "/" and day <= len(_MONTHS) < month:
        day, month = month, day
    elif found["sign"] == "/" and day <= len(_MONTHS) and day != month:
        return found[0]
    if not (1 <= day <= _LAST and 1 <= month <= len(_MONTHS)):
        return found[0]
    led = _BEFORE.search(before) is not None
    full = found["year"] is not None or found[0][-1] == found["sign"]
    timed = _AFTER.match(after) is not None or _HOUR_BEFORE.search(before) is not None
    weekday = re.search(rf"\b{_WEEKDAY},?(?: the)? \(?$", before, re.IGNORECASE) is not None
    if not ((led and (full or timed)) or (full and timed) or weekday):
        return found[0]
    year = found["year"]
    said = f"{day} {_MONTHS[month - 1]}"
    if year is not None:
        said = f"{year if len(year) == len('2026') else '20' + year}-{month:02}-{day:02}"
    return said + ("." if found[0].endswith(".") and not after.strip() else "")
