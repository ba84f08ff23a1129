"""What is asked "of these", "from those", "among them": of the machines shown last alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.brains.base import Context, Memory, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.tools import CHANGES
from tools.calls import Call
from tools.inventory import Inventory
from tools.selector import Selector

_THINGS = r"(?:machines|boxes|servers|vms|instances|nodes|hosts|results|ones|hits)"
_MANY = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
_SHOWN = r"(?:above|listed|shown|there|here|you (?:just )?(?:showed|listed|found|gave)(?: me)?)"
_SET = (
    rf"(?:(?:these|those|them)(?: all|(?: {_MANY})?(?: {_THINGS})?(?: {_SHOWN})?)|"
    rf"the(?: {_MANY})?(?: {_THINGS})? {_SHOWN}|the {_MANY}(?: {_THINGS})?(?=,)|"
    r"(?:that|this|the) (?:list|set|group|lot|bunch|selection|result|answer)"
    rf"(?: {_SHOWN})?)"
)
_AMONG = r"(?:of|from|among|amongst|out of|in|within|inside)"
_LEAD = (
    r"(?P<lead>(?:(?:and|ok(?:ay)?|so|now|hm+|well|good|great|nice|thanks|thank you|right|but|then|"
    r"please|cool|perfect|alright|fine)\b[,.! ]*)*)"
)
_FROM_THESE = re.compile(
    rf"^{_LEAD}{_AMONG} (?:all )?(?:of )?(?P<those>{_SET})(?:[,:;]\s*|\s+)(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
""" "from these, which ones are off?": what is asked, and of which."""

_ASKED = re.compile(
    r"^(?:(?P<which>(?:which|what) (?:are the )?(?:ones?\b|machines\b|boxes\b|servers\b|vms\b)?|"
    r"which\b|who(?= (?:has|have|hasn|haven|is|isn|are|does|doesn|do|don|lacks?)))|"
    r"(?P<many>how many\b(?: (?:of them|ones?|machines|boxes|servers|vms)\b)?)|"
    r"(?P<any>(?:is|are) (?:there )?any\b(?: of them\b| ones\b)?))\s*(?P<then>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ONES = re.compile(
    rf"^{_LEAD}which (?:ones|one)\b(?! (?:of|on|in|from|among)\b)(?P<then> .+)$", re.I
)
""" "and which ones have no owner?": of those just shown."""

_POINTS = re.compile(
    rf"(?P<some>\b(?:which|who|any|how many|what|some|none|all)(?: ones?| machines)? )?"
    rf"\b{_AMONG} (?:all )?(?:of )?(?:these|those|them|(?:that|this) (?:list|set|selection))\b",
    re.IGNORECASE,
)
"""Where a turn says that it is of machines of before."""


_OPEN = {"from": "brain", "kind": "some of those"}
"""What is open after a question of those shown that was not understood."""

_ONLY_THOSE = re.compile(r"\b(?:them|those|these|they|it)\b", re.IGNORECASE)


def of_those_shown(text: str, memory: Memory) -> str:
    """ "from these, which ones are off?" as "which of those are off?"."""
    if len(memory.targets) < 2:
        return text
    if (found := _FROM_THESE.match(text.strip())) is not None:
        asked = _ASKED.match(found["rest"])
        if asked is None:
            return f"{found['lead']}of those, {found['rest']}"
        if asked["many"]:
            return f"{found['lead']}how many of those {asked['then']}"
        if asked["any"]:
            return f"{found['lead']}are any of those {asked['then']}"
        return f"{found['lead']}which of those {asked['then']}"
    listed = memory.pending is None and _lists(memory)
    found = _ONES.match(text.strip()) if listed else None
    if found is not None:
        return f"{found['lead']}which of those{found['then']}"
    return text


def _lists(memory: Memory) -> bool:
    """Whether the last answer showed machines that were not picked by what they measure."""
    last = memory.calls[-1] if memory.calls else None
    if last is None or last.selector is None or last.selector.metric is not None:
        return False
    whole = last.tool == "query_metrics" and last.selector.all
    return last.tool in ("list_vms", "count_vms", "query_metrics") and not whole


def kept_within(
    text: str, reading: Reading, understood: Understanding, context: Context
) -> Understanding:
    """The understanding, held to the machines of the last answer where the turn says that it is of
    them; a question where what is asked of them was not understood.
    """
    memory = context.memory
    if memory.asked is not None and memory.asked.frame.get("kind") == _OPEN["kind"]:
        vague = {c.tool for c in understood.calls} & CHANGES and _ONLY_THOSE.search(text)
        if vague and not any(i.is_entity or i.has("all", "state") for i in reading.items):
            return replies.ask(memory.asked.text, (), _OPEN)
    points = _POINTS.search(text)
    if not memory.targets or understood.kind != "calls" or points is None:
        return understood
    inventory = context.world.inventory
    some = points["some"] is not None
    calls = [_within(c, memory.targets, inventory, some=some) for c in understood.calls]
    made = tuple(c for c in calls if c is not None)
    if len(made) < len(calls):
        return replies.ask("Which of those do you mean? I know none of them that is so.")
    if len(made) == 1 and _asks_which(text) and _is_all(made[0], memory):
        unknown = next((s for f in reading.frames for s in f.chosen.strangers), "")
        means = f"I do not know what “{unknown}” means here. " if unknown else ""
        text = f"{means}Which of those do you mean? Say it in other words, please."
        return replies.ask(text, (), _OPEN)
    return replace(understood, calls=made)


_WHICH = re.compile(
    rf"\b(?:which|who|any|how many|what)\b(?: (?:ones?|machines))? {_AMONG} (?:these|those|them|"
    rf"that list|this list)\b(?P<then>.*)|{_AMONG} {_SET},? (?:and )?(?:which|who|any|how many)\b"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NOTHING = frozenset(
    {"are", "there", "do", "we", "have", "in", "total", "all", "is", "it", "i", "you", "now", "so",
     "then", "of", "them", "ones", "machines", "altogether"}
)  # fmt: skip
_ASKS_TWICE = re.compile(r"\b(?:which|who|whose|what|where|when|how)\b", re.IGNORECASE)


def _asks_which(text: str) -> bool:
    """Whether a turn asks for some of those shown by what they are or have."""
    found = _WHICH.search(text)
    if found is None:
        return False
    told = found["then"] or found["rest"] or ""
    words = set(re.findall(r"[a-z']+", told.casefold()))
    return bool(words - _NOTHING) and _ASKS_TWICE.search(told) is None


def _is_all(call: Call, memory: Memory) -> bool:
    """Whether a call lists those shown and nothing narrows them."""
    fields = call.selector.to_dict() if call.selector is not None else {}
    listed = call.tool in ("list_vms", "count_vms") and set(fields) == {"ids"}
    return listed and set(fields["ids"]) == set(memory.targets) and len(memory.targets) > 1


def _within(call: Call, shown: Sequence[str], inventory: Inventory, *, some: bool) -> Call | None:
    """The call on those of its machines that were shown; None where a change would have none.

    Args:
        some: it is asked which of them; else the word may only stand before a noun of its own.
    """
    selector = call.selector
    if selector is None or selector.is_by_name():
        return call
    if set(inventory.select_ids(selector)) <= set(shown):
        return call
    fields = {k: v for k, v in selector.to_dict().items() if k != "all"}
    ids = [i for i in shown if i in fields["ids"]] if "ids" in fields else list(shown)
    if call.tool in CHANGES and not ids:
        return None
    made = Selector.parse({**fields, "ids": ids}) if ids else selector
    if not inventory.select_ids(made) and (call.tool in CHANGES or not some):
        return None if call.tool in CHANGES else call
    return call.model_copy(update={"selector": made})
