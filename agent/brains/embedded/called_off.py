"""A clear no and why: "cancel that, I have to raise a change record first".

The words of the reason are about the person's own work: none of them is asked of us.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.brains.base import Context
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.reader import Reader
from agent.courtesies import without_courtesies

_IT = (
    r"(?:it|that|this|them|those|these|everything|that one|this one|"
    r"(?:the|that|this|my|our) (?:whole |last |previous |earlier |above |first |original |latest |"
    r"recent )*(?:thing|lot|plan|idea|change|request|one|order|message|instructions?|command|"
    r"e-?mail|mail|ask|demand|note|line|wish|question|remark|job|task)|(?:all )?the above|"
    r"(?:what|everything|whatever|all) (?:i|we)(?: have|'ve)?(?: just)? (?:said|asked(?: for)?|"
    r"wrote|written|typed|requested|ordered))"
)
_LATER = (
    r"(?: (?:for now|for the moment|for today|please|pls|then|all|again|after all|at once|"
    r"immediately|right away|mate|sorry|thanks|altogether|now))*"
)
_LEAD = (
    r"^\W*(?:(?:no+|nope|nah|naw|ok(?:ay)?|wait|oh|ah+|hm+|um+|uh+|er+|well|actually|sorry|please|"
    r"pls|hang on|hold on|stop|oops|right|yeah|on (?:second thoughts?|reflection)|kindly|now|"
    r"(?:my )?apologies|having thought about it|thinking about it|come to think of it|"
    r"(?:i|we)(?: have|'ve)? changed (?:my|our) mind|not now|so|then|better|just|rather|"
    r"let'?s|lets|can (?:you|we)|could (?:you|we))\b[,.;:! -]*)*"
)
_OFF = (
    rf"(?:(?:(?:i|we)(?: would like to|'d like to| want to| must| have to| hereby)? )?"
    rf"(?:withdraw|retract|revoke|rescind|take back) {_IT}|"
    rf"(?:cancel|abort|scrap|scratch|nix|forget(?: about)?|drop|leave|skip|discard|disregard|"
    rf"ignore|call off|put off|park|strike|void) {_IT}|disregard|call {_IT} off|cancel|abort|"
    r"never ?mind|nvm|"
    r"(?:let'?s|lets|let us|(?:i|we)(?:'d| would) rather|rather|better) not"
    rf"(?: do {_IT})?|(?:please )?(?:don'?t|do not)(?: do {_IT}| proceed| go ahead)?|"
    r"no(?:t| thank| thanks)"
    r"(?: now| yet| today| you)?|no,? thanks?(?: you)?|"
    r"(?:i|we)(?: have|'ve)? changed (?:my|our) mind|hold off|stand down|leave it be)"
)
_OFF_AND_WHY = re.compile(
    rf"(?P<no>{_LEAD}{_OFF}{_LATER})"
    r"(?:\s*[,.;:!\u2026-]+\s*|\s+(?=(?:because|since|as|cause|cos|coz|until|till|i|we)\b))"
    r"(?P<why>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_OFF_ALONE = re.compile(
    rf"{_LEAD}(?:disregard|ignore|forget(?: about)?|withdraw|retract|revoke|rescind|take back|"
    rf"strike|void|cancel|scrap|drop) {_IT}{_LATER}[.! ]*",
    re.IGNORECASE,
)
_SUBJECT = (
    r"(?:i|we|he|she|they|you|it|someone|somebody|nobody|no ?one|nothing|people|"
    r"(?:the|my|our|his|her|their) \w+|[a-z]+(?= (?:has|must|needs|should|will|wants|is|was)\b))"
)
_BARE_NO = re.compile(
    rf"^\W*(?:(?:no+|nope|nah)\b[,.;:! -]*)+(?P<why>{_SUBJECT}\b(?:"
    r".*\b(?:first|before|beforehand|before that)\W*|"
    r".*\b(?:nothing|nobody|no ?one|never|cannot|not|freeze|frozen|forbidden)\b.*|.*n't\b.*))$",
    re.IGNORECASE | re.DOTALL,
)
""" "no, we agreed that nothing stops before Friday": a no, and what must be before, or not."""

_CHANGE_OF_OURS = re.compile(
    r"\b(?:change (?:freeze|window|record|request|board|advisory|ticket|calendar|process|"
    r"management|control|manager)|(?:code |release )?freeze)\b|"
    r"\b(?:re)?start(?=ing? the (?:paperwork|ticket|process|discussion)|"
    r" the (?:paperwork|ticket|process|discussion))",
    re.IGNORECASE,
)
"""A change that is a service desk's: no act."""

_OTHERWISE = re.compile(
    r"\b(?:instead|rather|only|meant?|make (?:it|that)|should be|except|without|but not|ones?|"
    r"other|others|rest|also|as well|too)\b|\bjust (?!now|got|had|been|heard|saw|remembered|"
    r"realised|realized|noticed|a\b|called|told|said|spoke|came)",
    re.IGNORECASE,
)
"""What stands in the place of what was called off."""

_WANTS_IT = re.compile(
    r"\b(?:i|we)(?:'d| would)? (?:want|need|like|prefer|said|say|asked|mean) (?:it|them|that|those|"
    r"this|you|the|not|for|no)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:(?:and|but|so|then|now|please|pls|ok(?:ay)?|next)[, ]+)*"
    r"(?:(?:can|could|would|will|shall) (?:you|we)|please|pls|let'?s|lets|do|use|take|try|go|put|"
    r"set|show|list|tell|give|what|which|who|how|where|is|are)\b",
    re.IGNORECASE,
)


def off_and_why(text: str, reader: Reader, context: Context) -> bool:
    """Whether a turn calls off what waits, and all that follows tells why."""
    pending = context.memory.pending
    if "?" in text or (pending is None and context.memory.asked is None):
        return False
    shown = [i for targets in pending.targets for i in targets] if pending is not None else []
    planned = {vm.name for vm in context.world.inventory.get(shown).values()}
    text = without_courtesies(text.strip(), sorry=True).replace("\u2019", "'")
    if _OFF_ALONE.fullmatch(text) is not None:
        return True
    found = _OFF_AND_WHY.match(text) or _BARE_NO.match(text)
    return found is not None and _tells(found["why"], reader, planned)


def _tells(why: str, reader: Reader, planned: Collection[str]) -> bool:
    """Whether words only tell of what people have to do, or of how things are."""
    if _OTHERWISE.search(why) or _WANTS_IT.search(why) or _ASKS.match(why):
        return False
    for part in re.split(r"[.;!]+\s*|,\s+", _CHANGE_OF_OURS.sub("meeting", why)):
        if not part.strip():
            continue
        told = reader.read(part)
        first = next((i for i in told.items if not i.has("filler", "comma", "and", "then")), None)
        if first is not None and _orders(first, told):
            return False
        if any(_matters(i, planned) for i in told.items) or _is_a_time(part, told):
            return False
    return True


_SAYS_OF = re.compile(
    r"\b(?:i|we|he|she|they|it|there|that|you|the|my|our|is|are|has|have|will|until|till)\b|'",
    re.IGNORECASE,
)


def _is_a_time(part: str, told: Reading) -> bool:
    """ "not now, at 6 pm": no reason, but when it shall be."""
    figured = any(i.has("time", "number") for i in told.items)
    return figured and _SAYS_OF.search(part) is None


def _orders(first: Item, told: Reading) -> bool:
    """Whether the words begin with an act that is asked for."""
    return first.has("verb") and any(f.changes and not f.negated for f in told.frames)


def _matters(item: Item, planned: Collection[str]) -> bool:
    """Another machine than those that wait, a tag, or an amount of something."""
    if item.has("names"):
        return not set(item.get("names")) <= set(planned)
    amount = item.get("amount") if item.has("amount") else None
    timed = amount is not None and amount[1] in ("minutes", "hours", "days", "weeks", "months")
    return item.has("unknown_name", "glob", "id", "tag") or (amount is not None and not timed)
