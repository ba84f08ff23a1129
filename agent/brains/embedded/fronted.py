"""What is named first and pointed at then: "the vdi desktops, we stop them, hq is closed".

The machines are put where the pronoun stands: "stop the vdi desktops, hq is closed". What is told
of people and places after a pronoun says not which machines it stands for, and is set aside.
"""

from __future__ import annotations

import re

from agent.brains.embedded.layout import asking_verbs
from agent.brains.embedded.site import Site
from agent.brains.embedded.words import word_lists

_FRONTED = re.compile(
    r"^(?P<lead>\W*(?:(?:ok(?:ay)?|right|so|well|oh|hey|hi|hello|and|also|now|then|"
    r"please)\b[,.! ]*)*)"
    r"(?:(?:as for|regarding|about|concerning|with|for) )?(?P<what>[^.!?;:]{3,120}?)"
    r"(?:,| [\u2013\u2014-]|:) "
    r"(?P<ask>(?:(?:and|so|then|please|pls|plz|kindly|can you|could you|would you|will you|"
    r"we|you can|"
    r"let's|lets|just|we can|you may|i want you to|we should|we must|we will|we'll|"
    r"we need to|i would "
    r"like you to|i'd like to|i want to|i need you to),? )*)"
    r"(?P<act>[a-z]+)(?P<on> (?:off|down|up|on|back|out|away))? "
    r"(?P<pron>(?:both|all|each) of (?:them|those|these)|them(?: all| both)?|those|these|"
    r"both(?! (?:their|its|the)\b)|it|that)"
    r"(?= |[,.;!?:]|$)(?! (?:machines?|boxes|servers?|vms?|of|in|on the|from|which|are|is|with)\b)",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"\b(?:is|are|r|was|were|has|have|had|will|would|can|could|should|may|might|must|does|do|did|needs?|"
    r"looks?|seems?|not|no|i|you|if|when|because|since|while|wants?|asks?|asked|said|says|lets?)\b|'s\b",
    re.IGNORECASE,
)
"""With these it is a sentence of its own, which says more than which machines."""
_BEGINS = re.compile(
    r"(?:the|my|our|his|her|their|all|both|every|each|these|those|any|idle|unused|stopped|running|"
    r"suspended|old|\w+'s)\b(?! of (?:it|them)\b)",
    re.IGNORECASE,
)
_PLAIN = frozenset(word_lists("framing")["which"])
"""Words that say which machines; with any other nothing is put elsewhere."""
_KEPT = re.compile(r"\b(?:snapshots?|schedules?|tags?)\b", re.IGNORECASE)
_WORD = re.compile(r"[\w'.-]*\w")


_TOLD_AFTER = re.compile(
    r"(?P<head>\b(?:them|it|those|these|that|both)(?: (?:off|down|up|on|back|all|both|"
    r"please|pls|now|"
    r"again|tonight|today|at once))*)(?:(?:,| [\u2013\u2014-]) (?:because |since |as )?|"
    r" (?:because|since|as|cause|cos) )"
    r"(?P<told>(?:the|our|my|his|her|their|nobody|no one|everyone|everybody|people|somebody|"
    r"someone|"
    r"we|they|he|she) [^.!?;]+)(?P<end>[.!]*)$",
    re.IGNORECASE,
)
_HAPPENS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|asked|asks|wants?|wanted|needs?|needed|knows?|agreed|said|"
    r"says|told|approved|closed|left|went|works?|uses?|complain\w*|will|won't|starts?|opens?|"
    r"closes?|left|moved|requested|begged|insists?|insisted)\b|'s\b|n't\b",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(
    r"\b(?:machines?|boxes|box|vms?|servers?|instances?|ones?|those|these|except|but|only|unless|if|"
    r"then|instead|also|too|not the|desktops?|nodes?|guests?|and (?:then |also |please )?(?!the\b)"
    r"(?:tag|stop|start|restart|reboot|delete|snapshot|suspend|resume|resize|move|protect|keep|leave))"
    r"\b",
    re.IGNORECASE,
)


def without_told(text: str, site: Site) -> str:
    """The turn without what it tells of people and places after it has pointed at machines."""
    found = _TOLD_AFTER.search(text)
    if found is None or not _HAPPENS.search(found["told"]) or _SAYS_MORE.search(found["told"]):
        return text
    words = [word[0].casefold() for word in _WORD.finditer(found["told"])]
    if any(w in site.names.exact or w in site.groups or w in site.names.words for w in words):
        return text
    if not any((w,) in site.values for w in words):
        return text
    return text[: found.end("head")] + found["end"]


def put_in_place(text: str, site: Site) -> str:
    """The turn with the machines it begins with where it points back at them."""
    found = _FRONTED.match(text)
    if found is None or found["act"].casefold() not in asking_verbs():
        return text
    what = found["what"]
    if _TELLS.search(what) is not None or not _says_which(what, site):
        return text
    act = f"{found['act']}{found['on'] or ''}"
    return f"{found['lead']}{found['ask']}{act} {what}{text[found.end() :]}"


def _says_which(what: str, site: Site) -> bool:
    """Whether it names machines, or what is kept of them, and asks for nothing."""
    words = [word[0].casefold() for word in _WORD.finditer(what)]
    stems = site.names.words

    def known(word: str) -> bool:
        return word in site.names.exact or (word,) in site.values or word in stems

    if not (_BEGINS.match(what) or known(words[0])):
        return False
    if any(not (known(w) or w in _PLAIN or w.endswith("'s") or w[0].isdigit()) for w in words):
        return False
    return _KEPT.search(what) is not None or any(known(word) for word in words)
