"""Acts that a question only speaks of: "When I restart web-01, what happens then?" asks as "if I
restart web-01, …" does, and "do we have a timer that restarts jenkins" of what is planned.
"""

from __future__ import annotations

import re

_WHEN = re.compile(
    r"^(?P<lead>\W*(?:(?:ok(?:ay)?|so|well|hey|hi|hello|and|but|now)\b[,.! ]*)*)"
    r"(?:when(?:ever)?|once|in case|assuming|supposing|in the event|the moment|as soon as) "
    r"(?:that )?"
    r"(?P<who>i|we|you|one|somebody|someone|they) (?:would |will |were to |'d |shall )?"
    r"(?P<act>[^?]+?)(?P<ask>,? (?:then )?(?:what|who|which|will|does|do|would|is|are|how)\b[^?]*?"
    r"\b(?:happens?|happening|breaks?|affected|impact|lose|lost|effects?|wrong|consequences?|"
    r"notices?|"
    r"suffers?|hurts?|dies?|fails?|stops? working|goes down|take down|then)\b[^?]*\??\s*)$",
    re.IGNORECASE,
)

_LONGEST = 300
"""Longer turns are read as they are."""


def as_supposed(text: str) -> str:
    """A question about what would come of an act, begun with "if"."""
    found = _WHEN.match(text) if len(text) <= _LONGEST else None
    if found is None:
        return text
    return f"{found['lead']}if {found['who']} {found['act']}{found['ask']}"


_PLANNED = re.compile(
    r"^\W*(?:(?:hey|hi|hello|ok|okay|so|and|but|um|uh|well|now|also|please|tell me|quick question)"
    r"\b[,.:! ]*)*(?:do (?:we|i|you) (?:already |still |currently )?have|have (?:we|i|you) got|"
    r"has (?:anybody|anyone|somebody|someone) (?:set up|made|created|scheduled)|"
    r"(?:is|are|was|were|isn't|aren't) there|is not there|any) "
    r"(?:\w+ ){0,3}?(?:schedules?|timers?|jobs?|cron ?jobs?|crons?|automations?|tasks?|rules?) "
    r"(?:\w+ ){0,2}?(?:that|which|to|for|who|stopping|starting|restarting|deleting)\b",
    re.IGNORECASE,
)


_KEPT = re.compile(
    r"^\W*(?:(?:hey|hi|hello|ok|okay|so|and|but|um|uh|well|now|also|please|tell me|quick question)"
    r"\b[,.:! ]*)*(?:do (?:we|i|you) (?:already |still |currently )?have|have (?:we|i|you) got|"
    r"(?:is|are|was|were|isn't|aren't) there|is not there) "
    r"(?:\w+ ){0,3}?(?:snapshots?|back-?ups?|checkpoints?) (?:of|for|from|on)\b",
    re.IGNORECASE,
)


def asks_what_is_planned(text: str) -> bool:
    """Whether it asks for a schedule that does something, and not for what that does."""
    return len(text) <= _LONGEST and _PLANNED.match(text) is not None


def asks_what_is_kept(text: str) -> bool:
    """Whether it asks for snapshots that there are."""
    return len(text) <= _LONGEST and _KEPT.match(text) is not None


def asks_what_there_is(text: str) -> bool:
    """Whether it asks for schedules or snapshots that there are, and for nothing to be done."""
    return asks_what_is_planned(text) or asks_what_is_kept(text)
