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
    r"(?:in order )?to (?:save|reduce|cut|free|make|be|avoid|keep|help|get|prepare|meet|reach)) "
    r"[^,;:.!?]{3,80}), ?(?=[\w\"'])",
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
_OR_ELSE = re.compile(
    r",? or (?:else|otherwise)?,? ?(?:(?:my|our|the|this|that|his|her|their|some)? ?[a-z]+ "
    r"(?:will|would|is|are|gets?|goes|has|have|won'?t|can'?t|cannot|might|may|dies?|breaks?)\b|"
    r"(?:we|i|he|she|they|it|you|everything|everybody|everyone|nobody|somebody|someone)"
    r"(?:'ll| will|'re| are| is|'s| won'?t| can'?t| cannot| have| has| miss| lose| get| end| run)\b)"
    r"[^,;.!?]*(?=\s*(?:[,;.!?]|$))",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^\W*(?:should|shall|do|does|is|are|can|could|would|will|what|which|who|how|why|when|where|if)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|its|them|their|they|that|this|those|these|there|then|same|everything|all|ones?|both|"
    r"the (?:machines?|servers?|box(?:es)?|vms?|others?|rest))\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w'.-]*\w")


def without_preface(text: str, site: Site) -> str:
    """A turn without a reason or an excuse before its request, and without threats after it."""
    for pattern in (_REASON, _EXCUSE):
        found = pattern.match(text)
        if found is not None and _is_empty(found["head"], text[found.end() :], site):
            text = text[found.end() :]
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
    if re.search(r"\d", head) or not re.search(r"\w", rest):
        return False
    return not _places(head, site) and (_POINTS.search(head) is None or _names(rest, site))


def _names(text: str, site: Site) -> bool:
    """Whether it names a machine."""
    return any(word[0].casefold() in site.names.exact for word in _WORD.finditer(text))


def _places(text: str, site: Site) -> bool:
    """Whether any word of it may say which machines."""
    words = [word[0].casefold() for word in _WORD.finditer(text)]
    stems = site.names.words
    return any(w in site.names.exact or (w,) in site.values or w in stems for w in words)
