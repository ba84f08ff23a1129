"""A correction and why: "make it 21:30, the standup is until 21" changes the time alone."""

from __future__ import annotations

import re

from agent.brains.embedded.frames import Reading
from agent.brains.embedded.reader import Reader

_CORRECTS = re.compile(
    r"(?:(?:no|nah|wait|ok(?:ay)?|oh|um+|hm+|sorry|but|and|actually|please|hang on|hold on)"
    r"[,.! ]+)*(?:make (?:it|that)|move it|push it|at\b|without|except|not\b|minus|excluding|"
    r"leave|skip|only|just|better|rather|instead)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"(?:,|\.|;|:|\s[-\u2013\u2014]|\u2014)\s+(?:(?:because|since|cause|as|coz|cos)\s+)?"
)
_FIRST = re.compile(
    r"(?:and|or|but|not|no|only|just|also|plus|then|so|at|on|in|to|from|for|with|without|except|"
    r"instead|rather|make|please|if|when|until|before|after|unless|leave|skip|keep|all|both|say|"
    r"let|that should|it should|yes|ok|go|what|which|who|how|why|is|are|do|does|can|could|will)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|needs?|wants?|runs?|ends?|starts?|takes?|lasts?|"
    r"goes|uses?|gets?|cannot|can't|won't|doesn't|isn't|[a-z]+'s|they're|we're|i'm|he's|she's)\b",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"\b(?:instead|rather|also|too|as well|only|except|without|leave|skip|keep|should|must|please|"
    r"one|ones|same|other|others|rest|add|include|meant|make|but)\b",
    re.IGNORECASE,
)


def without_its_reason(reading: Reading, reader: Reader) -> Reading:
    """The correction alone, where all that stands after it tells why."""
    text = reading.text.strip()
    if "?" in text or not _CORRECTS.match(text):
        return reading
    for joint in _JOINT.finditer(text):
        head, tail = text[: joint.start()], text[joint.end() :]
        if len(head.split()) < 2 or not _only_tells(tail):
            continue
        told = reader.read(tail)
        again = reader.read(head)
        named = any(i.has("names", "unknown_name", "glob", "stem") for i in told.items)
        dated = any(i.has("time") and i.get("time").day is not None for i in told.items)
        corrects = any(i.is_entity or i.has("time", "number", "state") for i in again.items)
        if corrects and not (named or dated):
            return again
    return reading


def _only_tells(tail: str) -> bool:
    """Whether somebody or something is told of, and nothing is asked for."""
    if _FIRST.match(tail) or _WISHES.search(tail):
        return False
    verb = _TELLS.search(tail)
    return verb is not None and 0 < len(tail[: verb.end()].split()) <= 8
