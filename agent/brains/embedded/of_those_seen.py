""" "Only those, then", after a look in between: the plan, held to what was just shown."""

from __future__ import annotations

import re

from agent.brains.base import Memory, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.merging import leave_out
from tools.inventory import Inventory

_LEAD = (
    r"\W*(?:(?:ok(?:ay)?|oh|ah+|hm+|so|then|right|well|and|but|no|please|pls|kindly|actually|fine|"
    r"good|alright|let'?s|(?:can|could) you|we(?:'ll| will)?|i(?:'d| would)?|sorry)\b[,.! ]*)*"
)
_THOSE = (
    r"(?:those|these|them|that one|this one|it|the ones? (?:you (?:just )?)?(?:shown|listed|found|"
    r"showed)|those (?:two|three|four|ones)|these (?:two|three|four|ones))"
)
_END = r"(?:[, ]+(?:then|please|pls|thanks|though|instead|for now|now|too|as well))*[.! ]*"
_ONLY = re.compile(
    rf"{_LEAD}(?:(?:do|take|keep|stop|start|restart|reboot|use|make it|want|go with|limit it to|"
    rf"suspend|resume|snapshot|tag|move|resize|protect|delete) )?(?:only|just) {_THOSE}{_END}|"
    rf"{_LEAD}(?:limit|restrict|narrow) (?:it|the plan|this) (?:down )?to (?:only |just )?"
    rf"{_THOSE}{_END}|{_LEAD}{_THOSE} only{_END}",
    re.IGNORECASE,
)
_OUT = re.compile(
    rf"{_LEAD}(?:(?:leave|keep|take) {_THOSE} out(?: of (?:it|the plan|this))?|(?:leave out|"
    rf"exclude|skip|spare|omit|without|except|minus|not|but not|all but|everything but) "
    rf"(?:for )?{_THOSE}){_END}",
    re.IGNORECASE,
)

_LONGEST = 120


def held_to_the_seen(text: str, memory: Memory, inventory: Inventory) -> Understanding | None:
    """The plan of the machines just shown, or of the others; None where nothing was looked at."""
    pending = memory.pending
    if (
        pending is None
        or len(text) > _LONGEST
        or len(pending.calls) != 1
        or pending.calls[0].selector is None
    ):
        return None
    if not memory.calls or memory.calls[-1] == pending.calls[0] or not memory.targets:
        return None
    text = text.replace("\u2019", "'")
    only, out = _ONLY.fullmatch(text), _OUT.fullmatch(text)
    if only is None and out is None:
        return None
    (planned,) = pending.targets
    shown = [i for i in planned if i in memory.targets]
    if not shown:
        return replies.ask("None of those is in the plan. Which machines shall stay in it?")
    gone = shown if only is None else [i for i in planned if i not in shown]
    if len(gone) == len(planned):
        return Understanding("cancel")
    if not gone:
        return Understanding("revise", pending.calls)
    return Understanding("revise", (leave_out(pending.calls[0], [{"ids": gone}], inventory),))
