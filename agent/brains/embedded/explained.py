"""A correction and why: "make it 21:30, the standup is until 21" changes the time alone."""

from __future__ import annotations

import re

from agent.brains.embedded.frames import Reading
from agent.brains.embedded.reader import Reader

_CORRECTS = re.compile(
    r"(?:(?:no|nah|nope|wait|ok(?:ay)?|oh|ah+|eh+|um+|uh+|hm+|u+ps|oops|whoops|(?:so )?sorry|but|"
    r"and|actually|please|kindly|hang on|hold on|(?:my |our )?(?:apologies|bad|mistake)|forgive me|"
    r"excuse me|pardon(?: me)?|aiyo\w*|wrong one|argh)"
    r"[,.! ]+)*(?:[\w.-]+ (?:instead|rather|please|then|would be better|is better)\b|"
    r"(?=[\w.-]*\d[,. ])|i (?:meant|mean)\b|it'?s\b|it (?:is|should be)\b|make (?:it|that)|move it|"
    r"push it|at\b|without|except|not\b|minus|excluding|"
    r"leave|skip|spare|exclude|omit|(?:do not|don'?t) (?:include|touch|count)|only|just|better|"
    r"rather|instead)\b",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"(?:,|\.|;|:|\s[-\u2013\u2014]|\u2014)\s+(?:(?:because|since|cause|as|coz|cos)\s+)?|"
    r"\s+(?:because|since|cause|coz|cos)\s+"
)
_FIRST = re.compile(
    r"(?:and|or|but|not|no|only|just|also|plus|then|so|at|on|in|to|from|for|with|without|except|"
    r"instead|rather|make|please|if|when|until|before|after|unless|leave|skip|keep|all|both|say|"
    r"let|that should|it should|yes|ok|go|what|which|who|how|why|is|are|do|does|can|could|will)\b",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|needs?|wants?|runs?|ends?|starts?|takes?|lasts?|"
    r"belongs?|hosts?|serves?|does|still|stays?|goes|uses?|gets?|lives?|sits?|cannot|can't|won't|doesn't|isn't|[a-z]+'s|they're|we're|i'm|he's|she's)\b",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"\b(?:instead|rather|also|too|as well|only|except|without|leave|skip|keep|should|must|please|"
    r"one|ones|same|other|others|rest|add|include|meant|make|but)\b",
    re.IGNORECASE,
)

_DOES = re.compile(
    r"(?:(?:he|she|it|somebody|someone|the (?:team|customer|client|owner|boss)) (?:still |always |"
    r"only |often )?[a-z]{2,}s|(?:they|people|users|students) (?:still |always |"
    r"often )?[a-z]{3,})\b",
    re.IGNORECASE,
)
""" "he trains his models at night": what somebody does, whatever word of the fleet it is."""

_HAS_ONE = re.compile(r"\b(?:has|have|had|got|needs?|gets?|wants?) one\b", re.IGNORECASE)


_HAS_JUST = re.compile(
    r"\b((?:has|have|had|is|are|was|were|did|does|only)|[a-z]+(?:'s|'ve|'re|'d)) just\b",
    re.IGNORECASE,
)


def without_just_now(reading: Reading, reader: Reader) -> Reading:
    """ "Alice has just walked in": of the time, no "only"."""
    text = reading.text.replace("\u2019", "'")
    plain = _HAS_JUST.sub(r"\1", text)
    return reading if plain == text else reader.read(plain)


_ONLY_AND_NO = re.compile(
    r"(?P<only>\b(?:only|just)\b[^.!?;]*[,;-] *(?:and |but )?)no (?:the )?(?=[a-z][\w-]+\W*$)"
    r"(?!need|wait|rush|one|problem|more|worr|hurry|longer|others?\b|thank|sorry|please)",
    re.IGNORECASE,
)


_RATHER_THAN = re.compile(
    r"^(?P<head>.*\S),? (?:rather than|instead of|not) (?:at |by )?"
    r"(?P<tail>[\w:.]+(?: o'?clock| ?[ap]m)?)\W*$",
    re.IGNORECASE,
)


def without_the_denied(reading: Reading, reader: Reader) -> Reading:
    """ "make that nine rather than ten o'clock": the time that is meant, alone."""
    found = _RATHER_THAN.match(reading.text)
    if found is None:
        return reading
    head, tail = reader.read(found["head"]), reader.read(found["tail"])
    timed = len(tail.items) == 1 and tail.items[0].has("time")
    figure = any(i.has("number", "time") and not i.has("names") for i in head.items)
    return head if timed and figure else reading


def with_not_for_no(reading: Reading, reader: Reader) -> Reading:
    """ "only alice-dev, no sandboxes": what stands after the "no" is left out."""
    plain = _ONLY_AND_NO.sub(r"\g<only>not the ", reading.text)
    return reading if plain == reading.text else reader.read(plain)


def without_its_reason(reading: Reading, reader: Reader) -> Reading:
    """The correction alone, where all that stands after it tells why."""
    text = reading.text.strip()
    if "?" in text or not _CORRECTS.match(text):
        return reading
    for joint in _JOINT.finditer(text):
        head, tail = text[: joint.start()], text[joint.end() :]
        if len(head.split()) < 2 or not _only_tells(tail):
            continue
        told = reader.read(_DOES.sub("", tail, count=1))
        again = reader.read(head)
        named = any(i.has("names", "unknown_name", "glob", "stem") for i in told.items)
        dated = any(i.has("time") and i.get("time").day is not None for i in told.items)
        named = named and not _tells_of_a_machine(told, again)
        corrects = any(i.is_entity or i.has("time", "number", "state") for i in again.items)
        if corrects and not (named or (dated and not _leaves_out(again))):
            return again
    return reading


_LEAVING = frozenset({"not", "except", "without", "minus", "excluding", "leave", "skip", "spare",
                      "exclude", "omit"})  # fmt: skip


def _leaves_out(again: Reading) -> bool:
    """Whether a correction only names what is left out: a day told after it is no new time."""
    return bool(_LEAVING & set(again.words)) and not any(i.has("time") for i in again.items)


def _tells_of_a_machine(told: Reading, again: Reading) -> bool:
    """ "I meant sandbox-03, sandbox-01 belongs to the trainees": the second is told of alone."""
    first, then = told.items[0], told.items[1:2]
    named = [i for i in told.items if i.has("names", "unknown_name", "glob", "stem")]
    if named != [first] or not first.has("names") or not then:
        return False
    meant = {n for i in again.items if i.has("names") for n in i.get("names")}
    placed = any(
        n in ("host", "region", "size", "image")
        for i in again.items
        for n, _ in i.get("value") or ()
    )
    return bool(meant or placed) and not meant & set(first.get("names"))


def _only_tells(tail: str) -> bool:
    """Whether somebody or something is told of, and nothing is asked for."""
    if _FIRST.match(tail) or _WISHES.search(_HAS_ONE.sub(" ", tail)):
        return False
    verb = _DOES.match(tail) or _TELLS.search(tail)
    return verb is not None and 0 < len(tail[: verb.end()].split()) <= 8
