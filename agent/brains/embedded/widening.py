"""What a turn may do to a plan that waits: a question changes nothing, and no machine comes into
the plan unless the turn says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.brains.base import Memory, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from tools.calls import Call
from tools.inventory import Inventory

_OPENS = (
    r"^(?:(?:ok(?:ay)?|wait|hm+|hold (?:on|up)|hang on|whoa|easy|mind you|q|"
    r"so|and|but|also|oh|ah|u+h+|u+m+|e+r+m*|well|good|great|right|"
    r"sorry|(?:one |a )?quick(?: question| one)?|one (?:question|thing|more thing)|first|"
    r"before that|"
    r"actually|btw|by the way|yeah|yes|hey|one sec|just to be (?:sure|clear|safe)|remind me|"
    r"tell me|"
    r"(?:just |purely )?(?:out of interest|out of curiosity|curious|wondering|checking|asking)|"
    r"just|i(?:'m| am)? (?:wonder(?:ing)?|just wondering|was wondering|curious)|may i ask|"
    r"can i ask|"
    r"do you know|do we know|any idea|though|anyway|please|pls|say|then|cheers|thanks|lovely|"
    r"before (?:i|we|you) (?:say yes|do|go|answer|decide|confirm|agree|start|commit)"
    r"(?: (?:that|it|this|ahead))?)[,.!:; -]+)*"
)
_SOMEBODY = (
    r"(?:it|that|this|they|those|these|there|he|she|any\w*|some\w*|every\w*|no ?one|nobody|people|"
    r"users?|customers?|clients?|the|my|our|their|his|her|all|both|either)"
)
_ASKS = re.compile(
    _OPENS + r"(?:(?:who|whose|whom|which|where|why|when|what(?!\s+(?:about|if|i (?:mean|want)))"
    r"|how (?:many|much|long|old|big|full|busy|is|are|was|does|do|did|often|come|risky|bad|sure|"
    r"far)"
    r"|(?:is|are|was|were|does|did|has|have|isn'?t|aren'?t|doesn'?t|didn'?t|hasn'?t|haven'?t)"
    r"\s+(?!not\b)|do\s+(?:we|they|i|you|people|users|any\w*)\s+)\b(?:'s)?"
    r"|(?:what|who|how|where|when)s\b|how'?(?:s|re|d|ll)\b)",
    re.IGNORECASE,
)
_MODAL = re.compile(
    _OPENS + r"(?:would|will|could|can|should|might|may|must|won'?t|wouldn'?t|can'?t|couldn'?t|"
    rf"shouldn'?t)(?:n't)? {_SOMEBODY}\b(?!\s+(?:please|wait|stay|remain)\b)",
    re.IGNORECASE,
)
""" "would that lose data": of what would come; "can you" and "can we" ask for something."""

_WILL_IT = re.compile(
    _OPENS + r"(?:(?:did|have) you\b|"
    r"(?:will|would|does|did|is|are|was|were|has|have)(?:n't)? (?:it|that|this|they|those|"
    r"these|anyone|anybody|anything|everything|people|users?|he|she|the \w+)\b"
    r"(?! (?:be )?(?:possible|ok|okay|alright|all right|fine|better|feasible|an option|you)))",
    re.IGNORECASE,
)

_ASKED_FOR = re.compile(
    r"\b(?:stay|stays|remain|left|kept|spared|wait|done|moved|made|be (?:at|in|on|called|named)|"
    r"happen (?:at|in|on)|instead)\b",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"\b(?:instead|rather|also|too|as well|make it|do it|meant|except|only|without|add|skip|"
    r"leave|exclude|drop|include)\b",
    re.IGNORECASE,
)
_SPARES = re.compile(
    r"\b(?:leave|leaving|left|spared|kept|keep|keeping|skip|spare|exclude|excluding|without|except|minus|omit|"
    r"don'?t touch|not)\b",
    re.IGNORECASE,
)
_PUTS_IN = re.compile(
    r"\b(?:also|too|as well|and|plus|add|adding|include|including|instead|rather|meant|mean|"
    r"actually|not|no|make (?:it|that)|same (?:for|with|on)|swap|replace|switch|change|wait|sorry|"
    r"oops|should be|all|both|every|everything|whole|entire|other|others|rest|one|ones|correction|"
    r"only|just|but|or|better|use|take|try|pick|prefer|mistake|thinking of|confused|with|them|"
    r"those|these)\b|\+",
    re.IGNORECASE,
)
_FEW = 4


def only_asks(reading: Reading) -> bool:
    """Whether a turn is a plain question, of whatever machines: it changes no plan."""
    text = _plain(reading)
    if _WISHES.search(text) and not _plainly_asks(text):
        return False
    return _ASKS.match(text) is not None or asks_what_would_be(reading)


def _plainly_asks(text: str) -> bool:
    """ "will it also start again?": an "also" of what would come, not of what is asked for."""
    return _WILL_IT.match(text) is not None


def _plain(reading: Reading) -> str:
    return reading.text.strip().replace("\u2019", "'")


def asks_what_would_be(reading: Reading) -> bool:
    """ "would that lose data", "can it be undone": what would come of the plan."""
    text = _plain(reading)
    if (
        (_WISHES.search(text) and not _plainly_asks(text))
        or _MODAL.match(text) is None
        or _ASKED_FOR.search(text)
    ):
        return False
    figured = any(i.has("time", "amount", "number", "tag", "unknown_name") for i in reading.items)
    named = {name for i in reading.items for name, _ in i.get("value") or ()}
    return not figured and not named & {"size", "host", "region", "image", "provider"}


def _meant(calls: Sequence[Call], inventory: Inventory) -> set[str]:
    return {i for c in calls if c.selector is not None for i in inventory.select_ids(c.selector)}


def only_what_is_said(
    reading: Reading, understood: Understanding | None, memory: Memory, inventory: Inventory
) -> Understanding | None:
    """The understanding of a turn while a plan waits, or a question where it would put machines
    into the plan that the turn only speaks of.
    """
    if understood is None or understood.kind != "revise" or memory.pending is None:
        return understood
    text = reading.text.strip()
    shown = {i for targets in memory.pending.targets for i in targets}
    shown |= _meant(memory.pending.calls, inventory)
    more = _meant(understood.calls, inventory) - shown
    if not more or not shown:
        return understood
    spares = _SPARES.search(text) and not re.search(r"\bnot\b", text)
    if (_PUTS_IN.search(text) and not spares) or len(reading.words) <= _FEW:
        return understood
    names = replies.listed([vm.name for vm in inventory.get(sorted(more)[:50]).values()])
    return replies.ask(f"What of {names}: shall it come into the plan, or be left out of it?")
