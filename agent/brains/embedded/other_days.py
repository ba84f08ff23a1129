"""Another day for what waits for a time: of a regular plan a regular day, at the same hour."""

from __future__ import annotations

import re

from agent.brains.base import Memory

_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tues?|weds?|thurs?|thu|fri|sat|sun)\b"
_DAYS = rf"{_DAY}(?:(?:,? and|,|,? or| ?\+| ?&) {_DAY})*"
_ONE_TIME = re.compile(
    r"\b(?:this|next|coming|once|one time|one-off|single|tomorrow|today|tonight|every|each|"
    r"starting|from|until|till|since|to (?:mon|tues|wednes|thurs|fri|satur|sun)day,|through)\b|"
    rf"\b{_DAY} (?:to|through|till|until|-) {_DAY}\b|-(?:mon|tue|wed|thu|fri|sat|sun)",
    re.IGNORECASE,
)
"""Words with which a day is one day, or a span that is read as it is."""

_DENIED = re.compile(
    rf"\b(?:not|instead of|rather than)(?: on| every)? {_DAY}\b,?(?! and\b)", re.IGNORECASE
)
_OFFERS = re.compile(
    r"\W*(?:(?:and|or|hm+|ok(?:ay)?|so|well)\W+)*(?:(?:can|could|would) (?:you|we|it)"
    r"(?: please)? (?:do|make|be|run|take|have)|what about|how about|why not|maybe)\b",
    re.IGNORECASE,
)
""" "can you do saturday?": asked for, though a sign of a question follows."""

_NAMED = re.compile(rf"(?:\bon )?\b(?P<days>{_DAYS})\b", re.IGNORECASE)
_PUT = re.compile(
    r"\b(?:shift|move|change|push|switch|put|set|do)"
    r"(?: (?:it|that|this|the (?:day|time|schedule)))?(?: over)? (?:to|for|on) "
    rf"(?=(?:every |each )?(?:the )?{_DAY}\b)",
    re.IGNORECASE,
)
""" "shift it to wednesday": the time, no machine."""


def on_other_days(text: str, memory: Memory) -> str:
    """ "make that saturday", of a plan for every friday, as "make that every saturday"."""
    calls = memory.pending.calls if memory.pending is not None else ()
    timed = [c.when for c in calls if c.when is not None]
    if not timed or len(text) > 120 or ("?" in text and not _OFFERS.match(text)):
        return text
    text = _PUT.sub("make it ", text)
    if not all(when.cron for when in timed) or len(timed) < len(calls):
        return text
    kept = _DENIED.sub("", text)
    named = _NAMED.findall(kept)
    if len(named) != 1 or _ONE_TIME.search(kept):
        return text
    return _NAMED.sub(r"every \g<days>", kept).strip(" ,")
