"""Open questions after the fleet: "is everything ok in prod?" asks for what is unusual there."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.brains.base import Understanding
from tools.calls import Call

_HELLO = (
    r"(?:(?:good (?:morning|evening|afternoon)|morning|hi|hello|hey|ok(?:ay)?|so|please|quick)"
    r"[,.! ]+)*"
)
_WHEN = r"(?: right now| now| at the moment| today| overnight| this morning| tonight| last night)?"
_WHERE = r"(?P<where>(?: (?:in|on|with|for|of|across|at) .+)?)"
_FLEET = (
    r"(?:everything|every machine|all(?: of it| of them| our machines| the machines)?|things|"
    r"the fleet|our fleet|the estate|the machines|our machines|the servers|our servers)"
)
_WELL = r"(?:ok(?:ay)?|fine|good|healthy|all ?right|well|green|in order|in good shape|running fine)"
_TROUBLE = r"(?:problems?|issues?|trouble|troubles|incidents?|fires?|alarms?|alerts?|concerns?)"
_SHAPES = tuple(
    re.compile(rf"{_HELLO}{shape}{_WHEN}{_WHERE}{_WHEN}(?: please)?", re.IGNORECASE)
    for shape in (
        rf"(?:is|are) {_FLEET} (?:still |doing |all )?{_WELL}",
        rf"how(?:'s| is| are) {_FLEET}(?: doing| looking| feeling)?",
        rf"(?:are there |is there |do we have |have we |got |we got )?any {_TROUBLE}",
        r"what(?:'s| is) (?:on fire|burning)",
        r"(?:what|anything|is there anything)(?: that)? (?:needs|requires|deserves)"
        r"(?: my| our| some)? attention",
        r"(?:what|anything|is there anything)(?: that)? "
        r"(?:should i|i should|i need to|do i need to) "
        r"(?:know|look at|look into|worry about|check|see)(?: first| about)?",
        r"(?:(?:can|could) (?:you|i|we) )?(?:(?:give|show|get|have|do|run)(?: me| us)? )?"
        r"(?:(?:an?|the|your) )?(?:quick |short |daily |fleet )?"
        r"(?:status (?:report|update)|overview|health ?check|check ?up|health report)",
    )
)


def open_question(text: str) -> str:
    """The question as one for what is unusual, where it is an open one; else as it is."""
    asked = text.strip().rstrip("?!. ")
    found = next((m for shape in _SHAPES if (m := shape.fullmatch(asked))), None)
    if found is None or any(sign.isdigit() for sign in found["where"]):
        return text  # of one machine, something else is asked
    where = found["where"].strip()
    return f"anything unusual {where}".strip() + " in the last 24 hours?"


_WHAT_NOW = re.compile(
    r"(?<![,.;!\u2026 -])[,.;!\u2026 -]+(?:so )?"
    r"(?:what now|what(?: on earth)? (?:should|do|can|shall) (?:i|we) do"
    r"(?: now| next| about (?:it|that))?|how (?:do|can|should) (?:i|we) fix (?:it|that|this))"
    r"[?!. ]*$",
    re.IGNORECASE,
)
_LOOKS = ("describe_vms", "query_metrics", "list_vms")


def as_trouble(understood: Understanding, text: str) -> Understanding:
    """ "the console of web-01 shows a kernel panic, what now?": not how it is, but why."""
    calls = understood.calls
    looks = understood.kind == "calls" and len(calls) == 1 and calls[0].tool in _LOOKS
    if not looks or _WHAT_NOW.search(text) is None:
        return understood
    selector = calls[0].selector
    if selector is None or not (selector.names or selector.ids):
        return understood
    told = _WHAT_NOW.sub("", text)
    return replace(
        understood, calls=(Call(tool="diagnose_vms", selector=selector, args={"symptom": told}),)
    )
