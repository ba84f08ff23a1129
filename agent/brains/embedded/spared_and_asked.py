"""A machine that nobody is to touch, and a question about it: "not restarting x, need its ip".

What is not wished is set aside, and "it" of the question is the machine that was named there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.brains.embedded.frames import Frame, Reading

if TYPE_CHECKING:
    from agent.brains.embedded.reader import Reader

_SPARED = re.compile(
    r"^\W*(?:(?:relax|chill(?: out)?|calm down|easy|hey|no|nah|ok(?:ay)?|well|look|please|pls|"
    r"(?:do not|don'?t) (?:worry|panic)|no worries|hi|hello|so|wait|just|but)\b[,.!; ]*)*"
    r"(?:(?:do not|don'?t|never|please not)|no (?:need|reason) to|nobody (?:is|should|wants to)|"
    r"(?:i|we)(?:'?m|'?re| am| are| was| were)? (?:definitely |really |certainly |just )?not"
    r"(?: (?:going to|gonna|about to|planning to|trying to|asking (?:you )?to|here to|saying))?|"
    r"(?:i|we) (?:won'?t|will not|would not|wouldn'?t|shall not|did not|didn'?t|do not|don'?t|"
    r"never)(?: (?:want|wish|mean|plan|intend|need|have|ask|say))?(?: (?:you |it )?to)?|not) "
    r"(?P<told>[^.;!?,:]{2,80}?)"
    r"(?:\s*(?:[.;!,:]+|[\u2013\u2014]| -+ )\s*|\s+(?=(?:but|just|only|relax|chill)\b))"
    r"(?P<ask>\S.+)$",
    re.IGNORECASE,
)
_LED = re.compile(
    r"^(?:(?:relax|chill|calm down|but|and|so|ok|okay|please|though|all|just|only)\b[,.! ]*)+",
    re.IGNORECASE,
)
_ITS = re.compile(
    r"\b(?:its|it's(?= (?:ip|address|size|state|owner|cpu|disk|region|memory)))\b", re.I
)
_IT_IS = re.compile(
    r"\b(?:it'?s|it is) (?=(?:up|down|on|off|running|stopped|alive|ok|okay|healthy|busy|idle|full|"
    r"protected|slow|fine|reachable|linux|windows|still|in)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:(?:i|we)(?:'d| would)? (?:just |only |really |do )*)?(?:can|could|would|will|need|want|"
    r"like|"
    r"give|tell|show|say|what|what's|whats|who|who's|where|where's|which|how|is|does|has|did|when|"
    r"whose|describe|check|let (?:me|us) know|curious|wondering|after|looking for)\b",
    re.IGNORECASE,
)
"""How what follows asks: anything else only tells why the machine is to be spared."""
_WHETHER = re.compile(
    r"^(?:(?:i|we|just|only|can|could|you|please) )*(?:tell me|tell us|let me know|say|check|see|"
    r"(?:want|need|like) to know|know) (?:if|whether) (?P<name>[\w.-]*\w) "
    r"is(?P<rest>[^?]*?)[.!?]*$",
    re.IGNORECASE,
)
_IT = re.compile(
    r"\b(?:it|that one|this one|the (?:box|machine|server|vm|thing))\b(?!')", re.IGNORECASE
)
_SETS = re.compile(
    r"\b(?:all|every\w*|any\w*|others?|rest|ones?|machines|servers|boxes|vms|who|list|them|"
    r"those|these)\b",
    re.IGNORECASE,
)
_SHORT = 8
_LONGEST = 300
_WORD = re.compile(r"[\w.-]*\w")


def spared_and_asked(reading: Reading, reader: Reader) -> Reading | None:
    """The question alone, of the one machine that stays as it is; None where there is none."""
    found = _SPARED.match(reading.text) if len(reading.text) <= _LONGEST else None
    if found is None:
        return None
    names = reader.site.names.exact
    told = [w[0].casefold() for w in _WORD.finditer(found["told"])]
    named = [w for w in told if w in names]
    asked = found["ask"]
    if len(named) != 1 or told[0] in (*named, "the", "all", "any", "this") or not _acts(found):
        return None
    if any(w[0].casefold() in names for w in _WORD.finditer(asked)):
        return None
    plain = _LED.sub("", asked)
    if _ASKS.match(plain) is None:
        return None
    put = _IT_IS.sub(f"{named[0]} is ", plain)
    put = _ITS.sub(f"{named[0]}'s", put)
    put = _IT.sub(named[0], put) if put == plain else put
    if put == plain:
        if _SETS.search(plain) or len(plain.split()) > _SHORT:
            return None
        put = f"{plain.rstrip(' .!?')} of {named[0]}"
    again = reader.read(_WHETHER.sub(r"is \g<name>\g<rest>?", put))
    meant = all(not f.changes and _is_meant(f, named[0]) for f in again.frames)
    return again if again.frames and meant else None


def _acts(found: re.Match[str]) -> bool:
    """Whether what is denied is an act, and not a condition of the question."""
    return not {"if", "unless", "until", "when"} & set(found["told"].casefold().split())


def _is_meant(frame: Frame, name: str) -> bool:
    """Whether a question is about this machine alone."""
    said = [n.casefold() for noun in frame.chosen.include for n in noun.names]
    return said == [name] and not frame.chosen.exclude
