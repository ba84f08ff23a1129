"""How things go, said beside a request: "… if it continues to grow like this" is what a forecast
assumes anyway, and "…, checkout's getting busy" only says why.
"""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_AS_NOW = re.compile(
    r",? ?\b(?:if|when|should|provided|assuming|given|as long as)(?: that)? "
    r"(?:(?:it|this|that|they|things|everything|nothing|all|usage|use|the)"
    r"(?: (?:disk|load|trend|usage|growth|data|rate|pace|use|space|memory|cpu|traffic))?|load|"
    r"growth|"
    r"consumption) "
    r"(?:(?:continues?|keeps?|goes|go|carries|carry|stays?|remains?|holds?|changes?|grows?|fills?|"
    r"develops?|rises?|proceeds?|runs?|increases?)(?: on| up)?"
    r"(?: (?:to )?(?:grow|growing|fill|filling|rise|rising|increase|increasing|climb|climbing|go|"
    r"going|develop|developing|on|up|the|same|steady|constant))*"
    r"(?: (?:as (?:it (?:does|is)|now|before|today|it has)|like (?:this|that|now|it does|today|"
    r"before)|"
    r"at (?:this|that|the same|the current|the present) (?:rate|pace|speed)|this way|that way|"
    r"this fast|so fast|that fast|so))*)(?=\s*(?:[.!?]|$))",
    re.IGNORECASE,
)
_FORECASTS = re.compile(
    r"\b(?:when|how (?:long|soon|many (?:days|weeks|months))|will|in (?:a|one|two|three|\d+) "
    r"(?:days?|weeks?|months?))\b",
    re.IGNORECASE,
)
_STIRS = re.compile(
    r"(?<=[\w)]), ?(?:and |as |since |because |cos |cause )?(?P<what>(?!(?:it|they|that|this|these|"
    r"those|which|who|there|he|she|what|i|we|you)\b)(?:(?:the|our|my) )?[a-z][a-z'-]*?"
    r"(?: [a-z][a-z-]*){0,2}?)(?:'s|\u2019s| is| are|'re|s) (?:now |already |just |currently |"
    r"suddenly "
    r"|about to |going to |starting to )*(?:(?:gett|becom|grow|ris|climb|increas|ramp|peak|surg|"
    r"spik|"
    r"explod|slow|dropp|fall|struggl|melt|pick|go|piling|pil|queu|complain|build|heat|warm|kick|"
    r"cool|"
    r"com)ing|(?:pretty |really |very |so |too |super |quite |always )*(?:busy|quiet|slow|heavy|"
    r"high|"
    r"hot|crazy|mad|hectic|slammed|hammered|swamped|melting|calm|low|dead|up|down|"
    r"through the roof|on fire|here|coming))(?! (?:to|on|off|in) (?:web|db|the))\b"
    r"[^,;.!?\d]{0,40}(?P<end>[.!]*)$",
    re.IGNORECASE,
)
"""Why something is asked for: "traffic is rising", "checkout's getting busy"."""
_NOT_WHY = re.compile(
    r"\b(?:machines?|servers?|boxes|box|vms?|instances?|nodes?|ones?|desktops?|guests?|hosts?|"
    r"except|but|not|only|unless|if|then|keep|leave|please|also|too)\b|n't\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|^\W*(?:what|which|who|how|why|when|where|is|are|do|does|did|show|list|count|tell)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w'.-]*\w")
_LONGEST = 300
"""Longer turns are read as they are."""


def without_stir(text: str, site: Site) -> str:
    """A request without what it says of the load that it is for."""
    found = _STIRS.search(text) if len(text) <= _LONGEST else None
    if found is None or _QUESTION.search(text) or _NOT_WHY.search(found[0]):
        return text
    said = [w[0].casefold() for w in _WORD.finditer(found[0])]
    known = site.names.words
    if any(
        w in site.names.exact or w in site.groups or w in known or (w,) in site.values for w in said
    ):
        return text
    return text[: found.start()] + found["end"]


def without_trend(text: str) -> str:
    """A question about what will be, without "if it goes on like this"."""
    found = _AS_NOW.search(text) if len(text) <= _LONGEST else None
    if found is None or found.start() == 0 or not _FORECASTS.search(text[: found.start()]):
        return text
    return text[: found.start()] + text[found.end() :]
