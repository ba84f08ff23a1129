"""Numbers of machines as they are said alone: "except oh two", "leave out number three"."""

from __future__ import annotations

import re

from agent.brains.embedded.numbers import DIGITS
from agent.brains.embedded.site import Site

_DIGIT = r"(?P<digit>one|two|three|four|five|six|seven|eight|nine|[1-9])"
_OH = re.compile(
    rf"(?<![\w:.-])(?P<before>[\w.-]+,? )?(?:oh|zero|nought|naught)[ -]{_DIGIT}\b(?![ -]?\d)",
    re.IGNORECASE,
)
_HOURS = frozenset(
    {"at", "by", "until", "till", "from", "before", "after", "twenty", "thirty", "forty", "fifty",
     "hundred", "point", "ten", "eleven", "twelve", "to"}
)  # fmt: skip
"""Words before "oh two" with which it is a time, or a part of a longer number."""

_NUMBER = re.compile(
    r"\b(?P<spares>(?:except|excepting|but not|but|without|minus|excluding|apart from|other than|"
    r"save|leave(?: out)?|leaving(?: out)?|skip|skipping|drop|spare|not)(?: for)?(?: the)? )"
    rf"(?:numbers?|no\.?|nr\.?) {_DIGIT}(?![\w%])",
    re.IGNORECASE,
)


def with_figures(text: str, site: Site) -> str:
    """ "except oh two" as "except 02", where a machine's name ends so."""

    def said(found: re.Match[str]) -> str:
        word = (found["before"] or "").casefold().strip(" ,")
        digit = DIGITS.get(found["digit"].casefold(), found["digit"])
        if word in _HOURS or word in DIGITS or word[-1:].isdigit() or not site.names.ending(digit):
            return found[0]
        return f"{found['before'] or ''}0{digit}"

    def numbered(found: re.Match[str]) -> str:
        digit = DIGITS.get(found["digit"].casefold(), found["digit"])
        return f"{found['spares']}0{digit}" if site.names.ending(digit) else found[0]

    return _NUMBER.sub(numbered, _OH.sub(said, text))
