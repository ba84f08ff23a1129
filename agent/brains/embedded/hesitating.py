"""A turn that thinks aloud while a plan waits, and an act that the person does himself.

Neither is a yes, a no or a request: "hmm", "not sure about db-1", "no need, I'll delete some logs".
"""

from __future__ import annotations

import re

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.reader import Reader
from agent.dialogue import reads
from agent.second_thoughts import wishes_to_wait

_SMALL = (
    r"(?:h+m+|m{2,}|u+h+m*|e+r+m*|well|ok(?:ay)?|oh|ah|right|so|then|no|nah|yeah|sorry|please|just|actually|"
    r"honestly|to be honest|tbh|still|really|yet|guess|i guess|perhaps|maybe|possibly|mate|"
    r"interesting|ooh|huh|eh|och|but|and|good question)"
)
_WHILE = (
    r"(?:a|one|half a|another|just a|two) ?(?:sec(?:ond)?s?|min(?:ute)?s?|moments?|tick|mo|"
    r"while|bit|beat|day or two)"
)
_IT = r"(?:it|that|this|them|these|those|the plan|things?|everything|all (?:of )?(?:this|that|it))"
_DOUBT = (
    r"(?:i(?:'m| am)? )?(?:am )?(?:not (?:so |too |quite |entirely |completely |a hundred percent |"
    r"100 ?% )?(?:sure|certain|convinced|decided)|unsure|uncertain|undecided|torn|in two minds|"
    r"on the fence|of two minds|having doubts|hesitating|wavering|dithering)"
)
_THINKS = (
    r"(?:(?:let me|lemme|i(?:'ll| will|'d| would)?(?: need| have| want| like| got| gotta| must| "
    r"should)?(?: to)?|need to|have to|got to|gotta|want to) )?(?:just )?"
    r"(?:think|ponder|mull|consider|reflect|check|double[- ]check|see|look|have a think|"
    r"have a (?:quick )?look|sleep on it|chew on it|ask (?:around|first|someone|somebody))"
    rf"(?: (?:first|about|on|over|it over|through|twice|again|{_IT}|{_WHILE}|for|aloud|out loud))*"
)
_ASKS_SOMEBODY = (
    r"(?:let me|lemme|i(?:'ll| will| shall|'d better| need to| have to| must| want to| should)?) "
    r"(?:just |first |quickly )*(?:ask|check with|talk to|speak (?:to|with)|consult|"
    r"run (?:it|this) by|discuss (?:it|this) with|clear it with) (?:\w+ ){0,3}\w+"
    r"(?: and (?:come|get|be|will come) back(?: to you)?)?"
)
_ALOUD = re.compile(
    rf"\W*(?:{_SMALL}\W+)*(?:{_SMALL}|{_DOUBT}(?: (?:about|of|on|over|with) {_IT}| (?:i want|"
    rf"we want|we should|i should|if|whether|that we|we need|that i|that it)\b"
    rf"[^.?!,;]{{0,40}})?|{_ASKS_SOMEBODY}|{_THINKS}|"
    rf"thinking(?: about {_IT})?|"
    r"(?:i )?(?:dunno|don'?t know|do not know|can'?t decide|cannot decide)"
    rf"(?: (?:yet|really|about {_IT}))?|"
    rf"(?:give me|gimme|just|wait|hold on|hang on|bear with me|need|(?:be )?back in|in)? ?"
    rf"{_WHILE}|"
    r"wait(?: (?:up|here|there))?|(?:hold|hang) on(?: for)?|bear with me|who knows|brb|it depends|"
    r"that depends|depends|hard to say|tricky|tough (?:one|call)|could be|might be|we'?ll see|"
    rf"we shall see)(?:\W+(?:{_SMALL}|{_WHILE}|please|pls|thanks|{_THINKS}|{_DOUBT}))*\W*",
    re.IGNORECASE,
)
""" "hmm", "let me think", "not sure": a whole turn that decides nothing."""

_DOUBTS_OF = re.compile(
    rf"\W*(?:{_SMALL}\W+)*{_DOUBT} (?:about|of|on|with) (?!{_IT}\b)", re.IGNORECASE
)
""" "not sure about db-1": of a machine of the plan, or of a figure in it."""

_OWN = re.compile(
    r"(?P<before>.*?)(?:^|(?<![,.;:!\u2026\u2014-])[,.;:!\u2026\u2014-]+\s*|"
    r"\b(?:because|as|since|so|and|but|cos) )"
    r"(?:(?:because|as|since|so|and|but|then|actually|rather|instead) )?"
    r"(?:i|we)(?:'ll| will|'m going to|'m gonna| am going to|'re going to| are going to| gonna)"
    r"(?! (?:have|take|need|want|like|go (?:with|for)|say|confirm|be|wait)\b)"
    r"(?: (?:just|rather|then|now|simply|first|probably))*\s+(?P<act>\w+.*)$",
    re.IGNORECASE,
)
_ONESELF = re.compile(
    r"\b(?:my ?self|our ?selves|by hand|manually|on my own|in person)\b", re.IGNORECASE
)


def thinks_aloud(reading: Reading, context: Context) -> Understanding | None:
    """What is answered to a turn that decides nothing; the plan that waits is kept."""
    if context.memory.pending is None or "?" in reading.text:
        return None
    text = reading.text.strip().replace("\u2019", "'")
    if reads(text) is not None:
        return None
    if _DOUBTS_OF.match(text):
        return replies.ask(
            "What shall be otherwise in the plan that waits? Say which machines shall be left out "
            "of it, or no to call it off."
        )
    if _ALOUD.fullmatch(text) is None:
        return None
    return Understanding(
        "reply",
        text="Take your time: the plan still waits, and nothing was changed. Say yes to go ahead, "
        "no to call it off, or what shall be otherwise.",
    )


def does_it_oneself(said: str, reader: Reader, context: Context) -> Reading | Understanding | None:
    """What comes of an act that the person does himself beside a no or while a plan waits: the
    no, a question, or the rest of the turn; None where there is no such act.
    """
    text = said.strip().replace("\u2019", "'")
    found = _OWN.match(text) if "?" not in text else None
    if found is None:
        return None
    before = found["before"].strip(" ,.;:!-\u2014")
    by_hand = _ONESELF.search(found["act"]) is not None
    if before and (_is_no(before) or wishes_to_wait(before)):
        return Understanding("cancel")
    if context.memory.pending is None:
        return None
    if before and by_hand:
        return reader.read(before)
    if before and reads(before) != "yes":
        return None
    if by_hand and not before:
        return Understanding("cancel")
    acts = any(f.changes for f in reader.read(found["act"]).frames)
    if before or not acts:
        return None
    return replies.ask("Is the plan still needed? Say yes to go ahead, or no to call it off.")


def _is_no(text: str) -> bool:
    parts = [p for p in re.split(r"[,.;!]+\s*", text) if p.strip()]
    return bool(parts) and all(reads(p) == "no" for p in parts)
