"""A reason or an excuse before a request, and what would happen without it.

"Given the incident last night, …", "I know it's late, but …", "… or my boss will kill me". They are
taken off where nothing in them says which machines, and nothing in the request points back at them.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_REASON = re.compile(
    r"^(?P<head>(?:given(?: that)?|considering|in (?:light|view) of|due to|owing to|because of|"
    r"thanks to|as part of|in preparation (?:for|of)|with regards? to|for the sake of|"
    r"now that|following up on|seeing (?:that|as)|on account of|"
    r"(?:because|since|as)(?= (?:it'?s?|we|i|he|she|they|you|the|our|my|his|her|their|there|nobody|"
    r"noone|everybody|everyone|somebody|someone|people|this|that)\b)|"
    r"(?:in order )?to (?:save|reduce|cut|free|make|be|avoid|keep|help|get|prepare|meet|reach)) ?"
    r"[^,;:.!?]{3,80}), ?(?:so |hence |therefore |then )?(?=[\w\"'])",
    re.IGNORECASE,
)
_EXCUSE = re.compile(
    r"^(?P<head>\W*(?:(?:ok(?:ay)?|well|hi|hey|hello|so|look|yes|yeah)[,.! ]+)*(?:"
    r"(?:i|we)(?:'m| am|'re| are)? (?:know|realis?z?e|understand|appreciate|guess|suppose|aware|"
    r"hate to|don'?t want to|afraid|sorry)\b[^,;.!?]{0,60}|"
    r"(?:it(?:'s| is) |that's )?(?:nothing|not|no)(?: too| very| that| so| super)? (?:urgent|rush|"
    r"hurry|critical|important|pressing)[^,;.!?]{0,30}|"
    r"(?:my |our |many |deepest )?(?:apologies|apology|sorry)\b[^,;.!?]{0,50}|"
    r"(?:this|that|it) (?:may|might|will|must|could) (?:sound|seem|look|be|come)\b[^,;.!?]{1,40}"
    r")),? but,? (?=[a-z\"'])(?!not\b|only\b|just the\b|leave\b|keep\b|without\b)",
    re.IGNORECASE,
)
_AFTER_A_TALK = re.compile(
    r"^(?:after|having|following|upon) (?:a |an |the |my |our |some )?(?:quick |short |"
    r"long |brief )?"
    r"(?:talking|talked|speaking|spoken|chatting|checking|checked|discussing|discussed|consulting|"
    r"consulted|chat|call|talk|meeting|discussion|conversation|word) "
    r"(?:this |it |things )?(?:to |with |between )?[^,;:.!?\d]{2,40}, ?(?=\w)",
    re.IGNORECASE,
)
""" "After talking to Lena, …"."""
_TESTS = re.compile(
    r"\b(?:(?:load|smoke|unit|stress|performance|acceptance|regression|penetration|pen|user|"
    r"integration|the|our|all|my) )tests?\b(?! (?:machines?|servers?|boxes|vms?|env\w*|"
    r"instances?))|"
    r"\b(?:backups|builds|tests)\b",
    re.IGNORECASE,
)
""" "now that the load test is over": no machines for tests."""
_SO = re.compile(
    r"^(?P<head>[^,;:.!?]{6,160}), ?(?:so|hence|therefore)[, ](?!that\b)", re.IGNORECASE
)
_COLON = re.compile(
    r"^(?P<head>[^,;:.!?]{6,120}): (?=(?:please|pls|kindly|can|could|would|will)\b)", re.IGNORECASE
)
_ACT = re.compile(
    r"^\W*(?:please|pls|kindly|can|could|would|will|let'?s|i want|i need|i'd like)\b", re.IGNORECASE
)
_TIME = (
    r"(?:(?:on|by|at|in|from|until|till|for) )?(?:the )?(?:today|tonight|tomorrow|tmrw|noon|"
    r"midnight|"
    r"(?:this|next|coming|early|late) \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d[\w:.]*|"
    r"(?:a|an|one|two|three|four|five|six|ten|half an|a few|a couple of) \w+|soon|again|weekend)"
    r"(?: (?:morning|afternoon|evening|night|week|am|pm|o'clock|minutes?|mins?|hours?|hrs?|days?))*"
)
_EVENT = re.compile(
    r"(?<=[\w)\"']), ?(?:and |as |since |because )?(?P<what>(?:the|our|my|his|her|their|a|an) "
    r"(?!(?:change |maintenance |service |quiet |agreed )?(?:window|slot|downtime|outage)\b)"
    r"[a-z][a-z' -]{2,40}? (?:is|are|starts?|begins?|opens?|comes?|takes place|happens|goes live|"
    r"go live|kicks? off|ends?|meets?|arrives?|visits?)(?: (?:coming|due|planned|scheduled|"
    r"here|on))?"
    rf") {_TIME}(?=\s*(?:[.!?]|$))",
    re.IGNORECASE,
)
""" "…, the auditors are coming on Thursday": when something else is."""
_PURPOSE = re.compile(
    r"(?<=\w),? so (?:that )?(?:(?:the|our|my|his|her|their) )?[a-z]+ "
    r"(?:can|could|may|might|will be able to|won'?t have to|"
    r"do(?:es)?n'?t have to) (?!do with\b|make do\b)[^,;.!?\d]{2,60}?"
    r"(?=\s*(?:[,;.!?]|$))",
    re.IGNORECASE,
)
""" "… so we can charge it back, erp-prod-db excluded": what it is for."""
_OR_ELSE = re.compile(
    r",? or (?:else|otherwise)?,? ?(?:(?:my|our|the|this|that|his|her|their|some)? ?[a-z]+ "
    r"(?:will|would|is|are|gets?|goes|has|have|won'?t|can'?t|cannot|might|may|dies?|breaks?)\b|"
    r"(?:we|i|he|she|they|it|you|everything|everybody|everyone|nobody|somebody|someone)"
    r"(?:'ll| will|'re| are| is|'s| won'?t| can'?t| cannot| have| has| miss| lose| get| end|"
    r" run)\b)"
    r"[^,;.!?]*(?=\s*(?:[,;.!?]|$))",
    re.IGNORECASE,
)
_HAPPENING = (
    r"(?:freeze|shut-?down|restart|reboot|back-?ups?|migration|upgrade|patch(?:es|ing)?|release|"
    r"maintenance|clean-?up|deployment|deploy|roll-?out|cut-?over|outage|go-?live|launch|demo|move|"
    r"drill|fail-?over|power-?off|clone|resize|snapshot|stop|roll-?back|restore)"
)
_TIMED = (
    r"(?:(?:tonight|today|tomorrow|this|next|on|at|from|until|till|in|of|for|over|during|the|coming|"
    r"starting|again|incoming|ahead|lol|sigh|yay|ugh|we go|[a-z]+day|night|day|week|weekend|window|"
    r"time|season|party|wars?|freeze|morning|evening|noon|midnight|building|office|site|company|"
    r"datacent(?:er|re)|campus|store|shop|school|\d[\d:]*(?:am|pm|h)?)[ ,]*)"
)
_HEADING = re.compile(
    rf"^\W*(?:(?!please\b|pls\b|can\b|could\b|first\b|quick\b|a\b|another\b|one\b|take\b|make\b|"
    rf"do\b|just\b|then\b|now\b|also\b|and\b|force\b|full\b)[a-z'-]+ (?:[a-z'-]+ )?{_HAPPENING}"
    rf" ?{_TIMED}*|{_HAPPENING} (?:night|day|week|weekend|window|time|season|party|wars?|"
    rf"freeze|(?:of|in|at) the "
    rf"(?:building|office|site|company|datacent(?:er|re)|campus|store|shop|school))\b ?{_TIMED}*)"
    r"[.!]+ +(?=\w)",
    re.IGNORECASE,
)
""" "Code freeze tonight! …": what is going on."""
_THEN = re.compile(
    r"\b(?:then|there|that (?:time|day|night|morning|evening)|(?:before|after|until|"
    r"during) (?:that|it))\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:should|shall|do|does|is|are|can|could|would|will|what|which|who|how|why|when|where|if)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|its|them|their|they|that|this|those|these|there|then|same|everything|all|ones?|both|such|"
    r"the (?:machines?|servers?|box(?:es)?|vms?|others?|rest))\b",
    re.IGNORECASE,
)
_IT_IS = re.compile(
    r"\bthis (?:morning|afternoon|evening|week|month|year|quarter|time)\b|"
    r"\b(?:it|that|this|there)(?:'s| is| was|'ll be| will be)(?! (?:down|slow|stopped|"
    r"broken|off|on|"
    r"running|stuck|idle|full|dead|prod|busy|hanging|failing|unreachable|old|new|protected)\b)",
    re.IGNORECASE,
)
""" "it's late": nothing is pointed at."""
_SYSTEMS = re.compile(
    r"\b(?:windows|linux|ubuntu|debian|rhel|centos|red ?hat|aws|amazon|azure|google|gcp|vmware|"
    r"vsphere|libvirt|kvm|cloud|on-?prem\w*)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w'.-]*\w")


def without_preface(text: str, site: Site) -> str:
    """A turn without a reason or an excuse before its request, and without threats after it."""
    text = _AFTER_A_TALK.sub("", text)
    text = _PURPOSE.sub(lambda found: found[0] if _names(found[0], site) else "", text)
    text = _EVENT.sub(lambda found: found[0] if _places(found["what"], site) else "", text)
    for pattern in (_EXCUSE, _REASON, _SO, _COLON):
        found = pattern.match(text)
        if found is not None and _is_empty(found["head"], text[found.end() :], site):
            text = text[found.end() :]
    if (headed := _HEADING.match(text)) is not None and not _THEN.search(text[headed.end() :]):
        text = text if _names(headed[0], site) else text[headed.end() :]
    if _QUESTION.match(text) is None:
        text = _OR_ELSE.sub(lambda found: _threat(found[0], site), text)
    return text


def _threat(said: str, site: Site) -> str:
    """Nothing, where it only threatens; as it is, where it may be another machine."""
    plainly = re.match(r",? or (?:else|otherwise)\b", said, re.IGNORECASE) is not None
    other = _names(said, site) if plainly else _places(said, site)
    return said if other else ""


def _is_empty(head: str, rest: str, site: Site) -> bool:
    """Whether a head says nothing of machines, or a request that names its own needs it not."""
    if re.search(r"\d", head) or not re.search(r"\w", rest) or _ACT.match(head) is not None:
        return False
    alone = _names(rest, site) and _POINTS.search(rest) is None
    if _names(head, site) or (_places(head, site) and not alone):
        return False
    return alone or _POINTS.search(_IT_IS.sub(" ", head)) is None


def _names(text: str, site: Site) -> bool:
    """Whether it names a machine or a group."""
    words = (word[0].casefold() for word in _WORD.finditer(text))
    return any(word in site.names.exact or word in site.groups for word in words)


def _places(text: str, site: Site) -> bool:
    """Whether any word of it may say which machines."""
    if _SYSTEMS.search(text) is not None:
        return True
    words = [word[0].casefold() for word in _WORD.finditer(_TESTS.sub(" ", text))]
    stems = site.names.words
    return any(w in site.names.exact or (w,) in site.values or w in stems for w in words)
