"""What a sentence says once and points back to ("that tag", "older than that"), takes back in the
same breath ("up to six no wait make that five"), or leaves beside the request.
"""

import re

_UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NUMBER = rf"(?:\d+|{'|'.join(_UNITS)}|ten|eleven|twelve|sixteen|twenty|thirty)"
_RUNS = "|".join(
    rf"{first} {second} and {third}"
    for first, second, third in zip(_UNITS, _UNITS[1:], _UNITS[2:], strict=False)
)
_ACT_NOUNS = (
    r"reboot|restart|stop|start|snapshot|suspend|resume|backup|shut ?down|migration|resize|deletion"
)
_ACTS = (
    r"reboot|restart|stop|start|snapshot|suspend|resume|back ?up|shut|power|turn|switch|migrate|"
    r"move|resize|delete|remove|tag|untag|clone|scale|add|put|set|give|make|take|bring|kill|undo"
)
_NOT_A_KEY = (
    r"(?:that|this|the|a|an|any|no|each|every|same|old|wrong|other|right|new|stale|which|what|one|"
    r"whatever|first|last|second|another|my|our|your|their|its|on|in|of|to|from|with|without|and|"
    r"or|not|only|just|add|put|remove|drop|delete|set|change)"
)

_DAY = (
    r"(?:today|tonight|tomorrow(?: (?:night|morning|evening))?|"
    r"(?:next |this )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:night|morning|evening))?)"
)
_MOMENT = rf"(?:{_DAY},? )?(?:at|from) [\d:.]+(?: ?(?:am|pm|h))?|{_DAY}"

_POINTED: tuple[tuple[str, str], ...] = (
    (
        r"(?:^|(?<=[.!] ))(?:the |our |my )?(?:[\w-]+ ){0,2}(?:window|slot|downtime|outage) "
        rf"(?:is|starts|opens|begins)(?: on)? ({_MOMENT})[.:,;] (?:so |and )?([^.?!;]{{1,160}}?)"
        r"(?<!\band) then(?=\s*(?:[.!]|$)|, (?:except|but|not|without)\b)",
        r"\1, \2",
    ),
    (
        rf"\b(?!{_NOT_A_KEY} tag\b)([\w-]+) tag\b([^?]{{0,160}}?[.;!,] ?[^?.]{{0,60}}?)"
        r"\b(?:that|this|the same) tag\b(?! ?[=:])",
        r"\1 tag\2the \1 tag",
    ),
    (
        r"\b(\d+ (?:days?|weeks?|months?))\b([^?]{0,60}?[.;:!,][^?.]{0,60}?\bolder than )"
        r"(?:that|this)\b(?! \w)",
        r"\1\2\1",
    ),
)
_TAKEN_BACK: tuple[tuple[str, str], ...] = (
    (
        rf"\b{_NUMBER}((?: (?:cores?|cpus?|vcpus?|gigs?|gb|machines|am|pm|hours?|days?))?)[,.]? "
        r"(?:(?:um+|uh+|er+),? )?(?:no|sorry|actually|wait|scratch that)[,.]? "
        r"(?:(?:wait|sorry|no|actually|hang on),? )*"
        rf"make (?:that|it) ({_NUMBER})(?=\1|(?: (?:please|instead|then))?\s*(?:[.,;!]|$))",
        r"\2\1",
    ),
)
_BESIDE: tuple[tuple[str, str], ...] = (
    (
        r"[,;.]? (?:and |but )?(?:please )?(?:leave|keep) (?:the |its |their |all |any |every )*"
        r"(?:other|remaining|rest of (?:the|its|their)) tags?"
        r"(?: (?:alone|be|untouched|in place|as (?:is|it is|they are|they were)|on(?: there)?))"
        r"(?=\s*(?:[.,;!]|$))",
        "",
    ),
    (
        r"\bbefore (?:anyone|anybody|someone|somebody|they|everyone|people) \w+(?: \w+)? "
        r"(?:it|them|that|things|anything)(?=\s*(?:[,.;!]|and\b|then\b|$))",
        "",
    ),
    (r",? until further notice\b", ""),
    (
        rf"(?<=[.!;]) (?![^.!?;]{{0,120}}\b(?:{_ACTS})\b)[^.!?;:,]{{1,60}}"
        r"\b(?:moan|complain|grumble|shout|panic|scream|whine|sulk|cry)s? "
        r"(?:if|when|whenever) [^.!?;:,]{1,60}(?=[.!]|$)",
        "",
    ),
    (rf"\bfor like (?=(?:{_NUMBER}|an?|half|a couple)\b)", "for about "),
)
_ORDERED: tuple[tuple[str, str], ...] = (
    (
        rf"(^|(?:^please|^kindly|\band|\bthen|\balso|\bbut|[,;])(?: please)?"
        rf"(?: (?:don['\u2019]?t|do not|never))? )(?:schedule|plan|book|arrange|set up) "
        rf"(?:an?|the|another) ({_ACT_NOUNS}) of (?=\w)",
        r"\1\2 ",
    ),
    (
        r"\band after(?:wards?| that| this)?,? you (?:please )?"
        r"(?=(?:put|set|give|restart|reboot|stop|start|resize|move|delete|tag|suspend|snapshot)\b"
        r"[^,.;!?]{1,120}(?:[.;!]|$))",
        "and then ",
    ),
)
_PATTERNS = tuple(
    (re.compile(said, re.IGNORECASE), meant)
    for said, meant in (*_POINTED, *_TAKEN_BACK, *_BESIDE, *_ORDERED)
)
_RUN = re.compile(rf"\b(?:{_RUNS})\b(?! (?:cores?|cpus?|gigs?|gb|hours?|days?))", re.IGNORECASE)


def said_outright(text: str) -> str:
    """The sentence with what it points back to in words, and without what it takes back."""
    for said, meant in _PATTERNS:
        text = said.sub(meant, text)
    return _RUN.sub(lambda run: run.group().replace(" ", ", ", 1), text)
