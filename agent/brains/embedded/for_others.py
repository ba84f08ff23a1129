"""Who asks, and why, around a question: nothing of it says which machines are meant.

"The finance office has been on again, they want to know what it all costs" asks for the whole bill,
not for that of finance. "A chap here whose own Linux machine says read-only file system, how would
he go about fixing that?" asks the runbooks: the machine is none of the fleet.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_LEAD = r"^(?P<lead>\W*(?:(?:ok(?:ay)?|right|so|well|oh|hey|hi|hello|and|also|now|but)\b[,.! ]*)*)"
_ASKER = (
    r"(?P<who>(?!(?:who|which|what|how|where|when|nobody|can|could|please|show|list|tell|give|is|"
    r"are|do|does|i|we)\b)(?:(?:the|my|our|his|her|some|some of the|a|an|one of the|one of our|"
    r"those|these) )?[a-z][a-z'&-]*(?: [a-z][a-z'&-]*){0,5}?)"
)
_DID = (
    r"(?: (?:has|have|had|is|are|was|were|just|keeps?|kept|rang|called|phoned|complained|came|"
    r"wrote|"
    r"mailed|e-?mailed|pinged|messaged|sent|got|gets|stopped|turned|showed|needs?|wants?|asked|"
    r"asks|"
    r"works?|sits?|says?|said|runs?)\b|'s\b)"
)
_TO_KNOW = (
    r"(?:(?:now|just|really|still|all|both|also|would|'d|keep|keeps|are|is|have been|"
    r"has been|been) )*(?:(?:wants?|needs?|wanted|needed|like|love|wish|trying|asking|asked|asks?|"
    r"wondering|wonders?|curious|keen|eager|interested|dying)(?: (?:me|us))?)"
    r"(?: (?:to (?:know|see|hear|learn|find out|understand|be told)|for|about|in))?"
)
_ASKED = r"(?P<ask>(?:what|how|which|who|where|when|whether|if|whose)\b.+)$"
_ON_THEIR_BEHALF = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_LEAD}{_ASKER}{_DID}[^.!?;:]{{0,60}}?(?:[,;:.!]| [\u2013\u2014-]) ?"
        rf"(?:(?:and|so|because|since|as) )?(?:they|he|she)(?:'d|'re|'s)? {_TO_KNOW},? {_ASKED}",
        rf"{_LEAD}{_ASKER} (?:from|in|at|over at|down in|over in|up in) [a-z' ]{{2,30}}? "
        rf"{_TO_KNOW},? "
        rf"{_ASKED}",
    )
)
_THEIRS = re.compile(
    r"\b(?:their|theirs|they|them|his|her|hers|him|he|she|those|these|that team|this team)\b",
    re.IGNORECASE,
)
_FIXING = (
    r"(?:fix|solv|repair|resolv|cur|remedy|mend|handl|address|sort|clear|tackl|deal|do|help|get "
    r"rid|"
    r"correct|overcom|recover|debug|troubleshoot)\w*"
)
_HOW_TO_FIX_IT = re.compile(
    r"^(?P<told>[^?]{12,240}?)\s*[,.;:!\u2013\u2014-]+ ?(?:so |and |but |any idea |do you know |"
    r"please )*(?:how|what) (?:would|should|could|does|can|do|might|shall|must|is|are|to)"
    r"(?: (?:he|she|they|one|someone|somebody|i|we|you|people))?(?: (?:best|even|properly|now|"
    r"supposed to|normally|usually|to))*(?: (?:go about|proceed with|proceed in))? "
    rf"{_FIXING}(?: (?:out|with|about))?(?: (?:of|to))? (?:it|that|this|such a thing|"
    r"the (?:problem|issue|thing|error))(?: out)?[?.! ]*$",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|its|they|them|that (?:machine|server|box|vm|one))\b(?!')", re.IGNORECASE
)
_MACHINE = re.compile(
    r"\b(?:machines?|servers?|box(?:es)?|vms?|instances?|nodes?|desktops?|hosts?|disks?|"
    r"snapshots?)\b",
    re.IGNORECASE,
)
_AILS = re.compile(
    r"(?:(?:the|our|my|all) )*[\w.-]+(?: [a-z]+)? (?:is|are|has|have|says|shows|keeps|throws|"
    r"reports|"
    r"won'?t|does not|doesn'?t|can'?t|cannot)\b",
    re.IGNORECASE,
)
"""A machine of ours and what ails it: that is asked of the machine, not of the runbooks."""
_OF_OTHERS = re.compile(
    r"\b(?:own|private|personal|home|whose|somebody|someone|a (?:user|customer|friend|colleague|"
    r"chap|"
    r"guy|lady|client|visitor|student)|(?:customer|user|mate|friend|colleague|client)'?s?|"
    r"laptop|pc)\b",
    re.IGNORECASE,
)
_SYSTEMS = frozenset({"linux", "windows", "ubuntu", "debian", "rhel", "centos"})
_WORD = re.compile(r"[\w'.-]*\w")
_LONGEST = 300
"""Longer turns are read as they are."""


def without_asker(text: str, site: Site) -> str:
    """The question alone, where others want to know and nothing of it is about them."""
    if len(text) > _LONGEST:
        return text
    for form in _ON_THEIR_BEHALF:
        found = form.match(text)
        if found is None or _THEIRS.search(found["ask"]):
            continue
        told = text[: found.start("ask")]
        if _names(told, site) or (_MACHINE.search(told) and _POINTS.search(found["ask"])):
            continue
        return f"{found['lead']}{found['ask']}"
    return text


def _names(text: str, site: Site) -> bool:
    words = (word[0].casefold() for word in _WORD.finditer(text))
    return any(word in site.names.exact or word in site.groups for word in words)


def _is_ours(told: str, site: Site) -> bool:
    """Whether a word of it may say which machines of the fleet."""
    words = [word[0].casefold() for word in _WORD.finditer(told)]
    said = [w for w in words if w not in _SYSTEMS]
    return any(w in site.names.words or (w,) in site.values for w in said)


def as_howto(text: str, site: Site) -> str:
    """ "My mate's server says x, how would he fix that?" as "how do I fix: x?"."""
    found = _HOW_TO_FIX_IT.match(text) if len(text) <= _LONGEST else None
    if found is None or _POINTS.search(found["told"]):
        return text
    told = found["told"]
    if _names(text, site):
        return told if _AILS.match(told) else text
    if _OF_OTHERS.search(told) is None and _is_ours(told, site):
        return told if _AILS.match(told) else text
    return f"how do I fix this: {told}?"
