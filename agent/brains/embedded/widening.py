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
    r"^(?:(?:ok(?:ay)?|wait|hm+|hold on|hang on|so|and|but|also|oh|ah|uh|um|well|good|great|right|"
    r"sorry|quick(?: question)?|first|before that|actually|btw|by the way|yeah|yes|hey|one sec|"
    r"just to be sure|remind me|tell me|out of interest|curious)[,.!:; -]+)*"
)
_ASKS = re.compile(
    _OPENS + r"(?:who|whose|whom|which|where|why|when|what(?!\s+(?:about|if|i (?:mean|want)))"
    r"|how (?:many|much|long|old|big|full|busy|is|are|was|does|do|did|often|come)"
    r"|(?:is|are|was|were|does|did|has|have)\s+(?!not\b))\b(?:'s)?",
    re.IGNORECASE,
)
_WISHES = re.compile(
    r"\b(?:instead|rather|also|too|as well|make it|do it|meant|except|only|without|add|skip|"
    r"leave|exclude|drop|include)\b",
    re.IGNORECASE,
)
_SPARES = re.compile(
    r"\b(?:leave|leaving|keep|keeping|skip|spare|exclude|excluding|without|except|minus|omit|"
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
    return bool(_ASKS.match(reading.text.strip())) and not _WISHES.search(reading.text)


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
