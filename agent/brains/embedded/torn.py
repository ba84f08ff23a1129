"""What is said otherwise in mid-turn: "to 4 cores, I mean 8"; where it is not plain, a question."""

from __future__ import annotations

import re

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.reader import Reader

_TAKEN_BACK = re.compile(
    r"(?P<head>.*[^\s,.;!\u2026\u2014-])[,.;!\u2026\u2014 -]+"
    r"(?:no[, ]+wait|wait[, ]+no|no[, ]+sorry|sorry[, ]+no|sorry|scratch that|correction|"
    r"my mistake|i meant?|i should (?:say|have said)|"
    r"(?:that|it|this) should (?:be(?! (?:called|named|tagged|made|"
    r"created|placed|put|running|in)\b)|have been)|"
    r"(?:hang|hold) on(?! to)|oops|whoops|forgive me|pardon(?: me)?|(?:i )?beg (?:your )?pardon|"
    r"excuse me|strike that|i misspoke|let me rephrase|wrong one|typo|"
    r"no(?=\s*[,;.\u2026\u2014-]))\b[,.:! \u2026-]+(?P<tail>\S.*)$",
    re.IGNORECASE,
)
_CALLED_OFF = re.compile(
    r"(?<=[,.;!\u2026\u2014 -])"
    r"(?:never ?mind|nvm|(?<!not )(?<!n't )(?<!dont )(?<!never )(?<!to )(?<!we )(?<!i )(?<!they )"
    r"forget (?:it|that|about it)|(?:scratch|scrap|cancel) that|"
    r"(?:i(?:'m| am) )?(?:only |just )?(?:kidding|joking|jk)"
    r"(?:[,.! ]+(?:leave|keep|do not|don't)\b[^.!?]{0,40})?)[.! ]*$",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\b\d+(?:[.:]\d+)?\b(?= ?(?P<unit>[a-z%]*))", re.IGNORECASE)
_LONGEST = 2_000
"""Characters; the patterns look at each place from each other."""
_PLACED = re.compile(
    r"\b(?:first|second|third|fourth|last|other|next|previous|former|latter) (?:one|two|"
    r"machine|box|vm)\b|"
    r"\bthe [a-z]+ ones?\b",
    re.IGNORECASE,
)
_SAYS = ("names", "unknown_name", "stem", "glob", "value", "verb", "number", "noun", "ordinal")


_TOO_MUCH = re.compile(
    r"(?:(?:no|hm+|oh|ah|ok(?:ay)?|sorry)[,. ]+)*(?:(?:that|it|this)(?:'s| is| was)? )?"
    r"(?:(?:a bit|way|far|much|a little) )?too (?:much|many|big|large|high|long|late|early|little|"
    r"few|small|low|short|soon)[,.;: \u2014-]+"
    r"(?=(?:(?:make|do|let's say|let us say|say|go with|take)(?: it| that)? )?\S*\d)",
    re.IGNORECASE,
)


def without_the_complaint(text: str) -> str:
    """ "too much, 4", of a plan that waits: the figure alone."""
    return _TOO_MUCH.sub("", text, count=1) if _TOO_MUCH.match(text.strip()) else text


def called_off(reading: Reading) -> bool:
    """Whether a turn's end calls off what it asked for: "stop web-01... actually never mind"."""
    return reading.has_change and _CALLED_OFF.search(reading.text.strip()) is not None


def with_the_last_figure(reading: Reading, reader: Reader) -> Reading:
    """ "resize web-01 to 4 cores, I mean 8": the figure said last, in place of the one before."""
    short = reading.has_change and len(reading.text) <= _LONGEST
    found = _TAKEN_BACK.match(reading.text) if short else None
    if found is None:
        return reading
    said = found["tail"].strip(" .,!")
    new = _FIGURE.match(said)
    before = list(_FIGURE.finditer(found["head"]))
    if new is None or not before or new.end("unit") != len(said):
        return reading
    old = before[-1]
    if new["unit"] and new["unit"].casefold() != old["unit"].casefold():
        return reading
    if found["head"][old.start() - 1 : old.start()] in ("-", "_", "."):
        return reading  # of a name
    return reader.read(found["head"][: old.start()] + new[0] + found["head"][old.end() :])


def torn(reading: Reading, reader: Reader) -> Understanding | None:
    """The question where a turn takes something back and what stands in its place is not plain."""
    short = reading.has_change and len(reading.text) <= _LONGEST
    found = _TAKEN_BACK.match(reading.text) if short else None
    if found is None or "?" in found["tail"]:
        return None
    if not reader.read(found["head"]).has_change:
        return None
    tail = reader.read(found["tail"])
    if tail.has_change and len(reading.frames) == 1:
        return None  # the act said last is the one that was read
    says = any(item.has(*_SAYS) for item in tail.items if not item.has("filler"))
    if not says and _PLACED.search(found["tail"]) is None:
        return None
    first, then = found["head"].strip(" ,.;"), found["tail"].strip(" ,.;!")
    return replies.ask(f"Which do you mean: “{first}”, or “{then}”? Say it once more, please.")
