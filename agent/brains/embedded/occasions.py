"""What is about to happen, told before an act that is for now: "freeze starts tonight, so snapshot
db-prod-1 now". The time is the event's, and the act is read without it.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_DAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tonight|tomorrow|noon|midnight|midday|"
    r"week|month|weekend|morning|afternoon|evening|night)"
)
_WHEN = (
    rf"(?:(?:at|on|in|by|from|this|next|the|early|late|around|about|already|as of) )*(?:{_DAY}|"
    r"\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?| ?h| o'clock)?|(?:an?|one|two|three|four|five|half an|"
    r"\d{1,3}) (?:hours?|hrs?|minutes?|mins?|days?))"
    rf"(?:,? (?:(?:at|on|in|this|next) )?(?:{_DAY}|\d{{1,2}}(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?))*"
)
_HAPPENS = (
    r"(?:starts?|begins?|opens?|closes?|ends?|finishes|comes?|is|are|goes out|goes live|go live|"
    r"kicks? off|kicks? in|happens|takes place|rolls? out|ships?|launches|lands?|hits?|arrives?|"
    r"will (?:start|begin|be|open|close|end|come|happen))"
)
_ABOUT_TO = (
    rf"^(?P<lead>\W*(?:(?:ok(?:ay)?|hi|hey|hello|morning|so|well|fyi|note|please|since|as|because|"
    rf"given)[,.! ]+)*)(?P<told>(?:[a-z][\w'&-]* ){{1,6}}?(?:{_HAPPENS} )?{_WHEN})"
)
_SO = re.compile(
    rf"{_ABOUT_TO}(?:,? (?:so|hence|therefore|thus)|[,.;:]| [\u2014-])"
    r" (?=\w)",
    re.IGNORECASE,
)
_BEFORE_IT = re.compile(
    rf"^(?P<lead>\W*(?:(?:ok(?:ay)?|hi|hey|please)[,.! ]+)*)(?P<told>(?:before|ahead of) "
    rf"(?:[a-z][\w'&-]* ){{1,5}}?(?:{_HAPPENS} )?{_WHEN}),? (?=\w)",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"\b(?:now|right away|straight away|at once|immediately|asap|right now)\b", re.IGNORECASE
)
_NOT_TOLD = re.compile(
    r"\b(?:i|you|please|can|could|would|not|no|if|when|unless|except|leave|keep|it|them|that|those|"
    r"what|which|how|who|every|each)\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"^(?:please |pls |now |then |just |can you |could you |let's |quickly )*(?:snapshot|snap|"
    r"back ?up|stop|start|restart|"
    r"reboot|bounce|shut|turn|power|switch|scale|resize|grow|extend|protect|unprotect|tag|clone|"
    r"copy|move|migrate|delete|remove|take|make|bring|add|suspend|resume|boot|put|give|attach|"
    r"increase|reduce|set|create)\b",
    re.IGNORECASE,
)
_LONG = 300


def without_the_occasion(text: str, site: Site) -> str:
    """The request without what is about to happen; as it is where the time may be the act's."""
    if len(text) > _LONG or "?" in text:
        return text
    for pattern in (_SO, _BEFORE_IT):
        found = pattern.match(text)
        if found is None:
            continue
        told, act = found["told"], text[found.end() :]
        if _NOT_TOLD.search(told) or _names_anything(told, site) or not _ACTS.match(act):
            continue
        if _AT_ONCE.search(act) is not None:
            return found["lead"] + act
    return text


def _names_anything(told: str, site: Site) -> bool:
    """Whether machines, places or groups are spoken of: "the web servers start tonight"."""
    words = [w.casefold() for w in re.findall(r"[\w.-]*\w", told)]
    machines = {"machine", "machines", "server", "servers", "vm", "vms", "box", "boxes"}
    known = any(w in site.names.exact or w in site.groups for w in words)
    return known or not machines.isdisjoint(words)
