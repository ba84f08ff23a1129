"""One machine kept, another put in its place: "we leave gitlab where it is, take ci-1 instead"."""

from __future__ import annotations

import re

from agent.brains.base import Memory
from agent.brains.embedded.site import Site

_LED = (
    r"^\W*(?:(?:no+|nah|nope|ok(?:ay)?|wait|actually|sorry|oh|ah|hm+|well|but|and|so|please|pls|yes|"
    r"on (?:second thoughts?|reflection)|i think|rather|maybe)\b[,.!:; -]*)*"
)
_WE = (
    r"(?:(?:let'?s|let us|we(?:'ll| will| should| can| must|'d better)?|i(?:'ll| will|'d)?|you can|"
    r"just|better|rather|please) )*"
)
_NAME = r"[a-z][\w-]*(?:\.[\w-]+)*"
_STANDS = (
    r"(?: (?:alone|be|stay|running|up|out(?: of (?:it|this))?|in peace|untouched|as is|"
    r"(?:as|where|how|the way) (?:it|he|she) is|(?:on|in) (?:its|the same) (?:host|place|region)))*"
)
_KEPT = (
    rf"(?:{_WE}(?:leave|keep|let|spare|skip|forget(?: about)?|drop|(?:don'?t|do not|not) touch|"
    rf"hands off) (?P<that>{_NAME}){_STANDS}|"
    rf"(?P<stays>{_NAME}) (?:(?:can|should|must|may|shall|has to|needs to) )?"
    rf"(?:stays?|remains?|be left){_STANDS}|"
    r"(?P<off>(?:cancel|scratch|forget|drop|scrap|skip|leave) (?:that|it|this)(?: one)?))"
)
_JOINT = r"(?:\s*[.,;!\u2014-]+\s*|\s+)(?:(?:and|but|then|so|please|just|rather|we can|can you) )*"
_TAKEN = (
    rf"(?:(?P<act>[a-z]+) )?(?P<this>{_NAME})(?P<ends>(?: (?:instead|rather|in(?: its|stead of "
    r"its) place))?)(?: (?:please|pls|then|thanks))*[.! ]*$"
)
_IN_ITS_PLACE = re.compile(rf"{_LED}{_KEPT}{_JOINT}{_TAKEN}", re.IGNORECASE)
_THIS_NOT_THAT = re.compile(
    rf"{_LED}(?:it|that|this)(?:'s| is| should be| must be| has to be) (?P<this>{_NAME}),? "
    rf"(?:and |but )?not (?P<that>{_NAME})[.! ]*$",
    re.IGNORECASE,
)
""" "it is worker-3 and not worker-2": the others of the plan stay."""
_TAKES = frozenset({"take", "do", "use", "pick", "choose", "try", "make"})
_ALSO_CALLED = {"migrate": "move", "restart": "reboot", "snapshot": "snap"}


def in_its_place(text: str, memory: Memory, site: Site) -> str:
    """The same as "this instead of that", of the machines of a plan that waits for a yes."""
    waits = memory.pending.calls if memory.pending is not None else ()
    plain = text.replace("\u2019", "'")
    swap = _THIS_NOT_THAT.match(plain) if waits else None
    if swap and all(site.names.exact.get(swap[n].casefold()) for n in ("this", "that")):
        return f"{swap['this']} instead of {swap['that']}"
    found = _IN_ITS_PLACE.match(plain)
    if found is None or len(waits) != 1:
        return text
    kept, taken = found["that"] or found["stays"], found["this"]
    if not all(site.names.exact.get(n.casefold()) for n in (kept or taken, taken)):
        return text
    act, planned = (found["act"] or "").casefold(), waits[0].tool.split("_")[0]
    again = act in (planned, _ALSO_CALLED.get(planned))
    if not (act in _TAKES or ((again or not act) and found["ends"])):
        return text
    return f"{taken} instead of {kept}" if kept else f"no, {taken} instead"
