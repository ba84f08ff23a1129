"""A time as a heading, and acts told in order: "Maintenance on Sunday at 02:00: first a snapshot".

The heading's time is put before the first act, which it then binds with those that follow; acts
named by nouns ("a snapshot of web-03, then a restart") become the verbs that the grammar reads.
"""

from __future__ import annotations

import re

_HEADING = re.compile(
    r"^(?P<lead>\W*(?:(?:ok(?:ay)?|so|hi|hello|hey|please|team|all|also|and)\b[,.! ]*)*)"
    r"(?P<head>[a-z0-9][\w ,.:/'\u2019+-]{3,90}?)(?:: +| ?[\u2013\u2014] ?| - )(?=[a-z])",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:(?:the|our|a|for|during|in|as|next|planned|scheduled|agreed|approved|short|regular|weekly|monthly|it|"
    r"system|"
    r"service|change|maintenance|patch(?:ing)?|downtime|outage|work|works|reboot|restart|"
    r"operations?|ops)[ ,]+)*"
    r"(?:maintenance|window|slot|downtime|change|works?|patching|patch|intervention|plan|task|job|"
    r"schedule|planned|scheduled|agenda|todo)(?:[ ,:]+(?:is|for|on|at|in|window|slot|date|starts?|"
    r"scheduled|planned|from))*[ ,:]+",
    re.IGNORECASE,
)
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_TIME = (
    r"(?:(?:tonight|today|tomorrow|tmrw|midnight|noon|midday|morning|afternoon|evening|night|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tue|wed|thu|fri|sat|sun)|"
    rf"{_MONTHS}|weekends?|week(?:day|night)s?|"
    r"week|(?:work(?:ing)?|business) ?days?|daily|nightly|"
    r"\d{1,4}(?:st|nd|rd|th)?(?:[:./-]\d{1,4}){0,2}(?:am|pm|h)?|am|pm|o'clock|hrs?|hours?|utc|gmt|"
    r"this|next|coming|the|on|at|in|of|from|every|each|early|late|sharp)\b[ ,.]*)+"
)
_TIMES = re.compile(_TIME, re.IGNORECASE)
_UNTIL = re.compile(
    r"(?<=\d) ?(?:am|pm|h)?(?: ?[-\u2013] ?| (?:to|till|until) )\d{1,2}:\d\d ?(?:am|pm|h)?",
    re.IGNORECASE,
)
""" "03:00-04:00": it begins with the window."""
_SAYS_WHEN = re.compile(
    r"\b(?:tonight|today|tomorrow|tmrw|midnight|noon|midday|morning|evening|[a-z]+days?|weekends?|nightly|"
    r"\d+:\d\d|\d+ ?(?:am|pm|h)|every)\b",
    re.IGNORECASE,
)
_TIME_AND_FIRST = re.compile(
    rf"(?P<stop>^|[.!] )(?P<when>{_TIME})"
    r"(?:first(?:ly)?(?: of all)?|to (?:begin|start) with)[,:]? (?=[a-z])",
    re.IGNORECASE,
)
_FIRST_AFTER = re.compile(
    r"^(?:first(?:ly)?(?: of all)?|to (?:begin|start) with)[,:]? ", re.IGNORECASE
)

_ADJECTIVES = (
    r"(?:(?:a|an|one|the|another|its|their|quick|fresh|new|short|clean|full|gentle|simple|"
    r"fast|soft|"
    r"nice|good|proper|little|brief|graceful|complete) )"
)
_NOUNS = {
    "snapshot": "take a snapshot of", "backup": "take a snapshot of", "restart": "restart",
    "reboot": "restart", "shutdown": "stop", "shut-down": "stop", "stop": "stop",
    "start": "start", "clone": "clone",
}  # fmt: skip
_ACT = rf"(?P<act>{'|'.join(_NOUNS)})"
_FIRST = re.compile(
    rf"(?P<before>^|[:.,;!] )(?:please |pls )?(?P<when>{_TIME})??first(?:ly|,| of all,?)? "
    rf"(?:(?:do|make|comes) )?"
    rf"{_ADJECTIVES}+{_ACT} (?:of|for|on) ",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"(?:[,;.]? ?(?:\band )?\b(?:then|after (?:that|this|which)|afterwards?|thereafter|next|"
    rf"followed by|finally|second(?:ly)?|second step)[,:]? (?:comes |do |make |with )?"
    rf"{_ADJECTIVES}+{_ACT}|(?<=\w) and (?:a|an) (?:(?:quick|clean|fresh|new) )?"
    r"(?P<bare>restart|reboot|shutdown))\b"
    r"(?P<of> (?:of|for|on) (?=(?:the |all |it\b|them\b|that\b|[\w-]*\d)))?"
    r"(?! (?:of|for) |-)",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(?:snapshot|backup|clone|restart|reboot|shutdown|stop|start) (?:of|for) ", re.IGNORECASE
)
_FIRST_AND = re.compile(
    r"(?<!the )\bfirst,? and (?=(?:then|after (?:that|this)|afterwards?)\b)", re.IGNORECASE
)
_ASKS = re.compile(
    r"^\W*(?:how|why|what|which|when|who|where|is|are|was|were|does|did)\b", re.IGNORECASE
)


def in_order(text: str) -> str:
    """A request with its heading's time before its first act, and its acts as verbs."""
    if len(text) > _LONGEST or _ASKS.match(text) is not None:
        return text
    text = _FIRST_AND.sub("first, ", text)
    if _TAKES.search(text) is not None:
        text = _THEN.sub(_then, _FIRST.sub(_first, text))
    text = _timed_first(text)
    return _TIME_AND_FIRST.sub(lambda found: f"{found['stop']}{found['when'].rstrip(' ,')}, ", text)


_LONGEST = 300


def _timed_first(text: str) -> str:
    """ "Change window Saturday 23:00: stop it": on Saturday 23:00, stop it."""
    found = _HEADING.match(text)
    if found is None:
        return text
    when = _UNTIL.sub("", _EVENT.sub("", found["head"] + " ")).strip(" ,:")
    if _TIMES.fullmatch(when) is None or _SAYS_WHEN.search(when) is None:
        return text
    rest = _FIRST_AFTER.sub("", text[found.end() :])
    return f"{found['lead']}{when}, {rest}"


def _first(found: re.Match[str]) -> str:
    return f"{found['before']}{found['when'] or ''}{_verb(found['act'])} "


def _verb(act: str) -> str:
    return _NOUNS[act.casefold()]


def _then(found: re.Match[str]) -> str:
    verb = _verb(found["act"] or found["bare"])
    return f", then {verb}{' ' if found['of'] else ' it'}"
