"""What a turn says for the plan that waits and nothing was made of: it is asked about."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from agent.brains.base import Memory, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.correction_words import LEAVES
from agent.brains.embedded.frames import Reading
from tools.inventory import Inventory
from tools.selector import Selector

_ALSO = re.compile(
    r"\b(?:also|too|as well|add|plus|include|including|and (?:do|take|put|throw in)|"
    r"while (?:you're|we're) (?:at it|there))\b",
    re.IGNORECASE,
)
_FIGURE_LAST = re.compile(
    r"(?:,|\band|\bbut) *(?:(?:and|but|rather|make it|at|to|with|then) )*"
    r"(?P<figure>\d{1,4})[.! ]*$",
    re.IGNORECASE,
)
_FIGURE_FIRST = re.compile(
    r"\W*(?:(?:no|ok(?:ay)?|actually|make it|hm+|rather|sorry|better)\W+)*(?P<figure>\d{1,4})"
    r"(?=,| and\b)",
    re.IGNORECASE,
)
_TOO_LAST = re.compile(r"\b(?:too|as well|also)[.! ]*$", re.IGNORECASE)
_NOT_ADDED = re.compile(
    r"\b(?:not|leave|skip|without|except|spare|exclude|drop|omit|minus|keep|instead|already|"
    r"rather)\b|n't\b",
    re.IGNORECASE,
)


FIGURES = frozenset({"vcpus", "memory_gib", "size_gib", "count", "change"})
"""Arguments that are one figure."""

_VAGUE = re.compile(
    r"\b(?:(?:after|out of|outside|off) (?:(?:office|business|working|work|opening) )?hours|"
    r"after (?:lunch|work|dinner|closing|close of business|the (?:shift|demo|release|meeting|"
    r"weekend))|off[- ]peak|when (?:it'?s|it is|things are|nobody is|everyone is) \w+|later(?: on)?"
    r"(?: today)?(?=[.! ]*$)|at some point|some ?time(?: soon)?|once (?:it'?s|it is) quiet)\b",
    re.IGNORECASE,
)
_HIS_LATER = re.compile(
    r"[,.;] *(?:because |since |as )?(?:the |my |our )?[a-z]+(?: [a-z]+)? (?:still |will |may |"
    r"might )?"
    r"(?:wants?|needs?|uses?|logs? in|comes?(?: back)?|works?)(?: (?:it|them|that one|that|this|on "
    r"it))? (?:later(?: on)?(?: today)?|after (?:lunch|work|hours|dinner))[.! ]*$",
    re.IGNORECASE,
)
""" "not ml-train-2, Art wants it later": when somebody needs it, no time of the plan."""
_ONE_TIME = re.compile(
    r"\b(?:not|rather|instead|until|till|from|between|was|is|are|and again|back|then)\b|'s\b",
    re.IGNORECASE,
)


def asks_when(
    reading: Reading, understood: Understanding | None, memory: Memory
) -> Understanding | None:
    """The question where a turn gives the plan that waits a time that is none, or two of them."""
    if memory.pending is None or "?" in reading.text:
        return None
    made = understood.calls if understood is not None and understood.kind == "revise" else ()
    before = [c.when for c in memory.pending.calls]
    vague = _VAGUE.search(_HIS_LATER.sub("", reading.text)) is not None
    if (
        vague
        and not any(i.has("time") for i in reading.items)
        and ([c.when for c in made] == before or (understood is None and len(reading.words) < 8))
    ):
        return replies.ask("At what time shall it be? The plan waits as it is.")
    clocks = [i.get("time").clock for i in reading.items if i.has("time")]
    several = len({c for c in clocks if c is not None}) > 1
    several = several and any(i.has("names") for i in reading.items)
    if made and several and not _ONE_TIME.search(reading.text) and len(made) == 1:
        return replies.ask("Which machine at which time? Say the whole plan anew, please.")
    return None


def is_fronted(reading: Reading, understood: Understanding, memory: Memory) -> str:
    """ "web-05, and snapshot web-06": the machine said before another act than the plan's, of which
    that act was made as well.
    """
    waits = memory.pending.calls if memory.pending is not None else ()
    if not waits or understood.kind not in ("calls", "revise"):
        return ""
    items = [i for i in reading.items if not i.has("filler")]
    k = next((k for k, i in enumerate(items) if not i.has("names", "number", "comma")), 0)
    verb = next((i for i in items[k:] if i.has("verb")), None)
    if not k or not items[0].has("names") or verb is None or not items[k].has("and", "verb"):
        return ""
    names = {str(name) for name in items[0].get("names")}
    others = {c.tool for c in understood.calls} - {c.tool for c in waits}
    mixed = any(c.selector and names & set(c.selector.names or ()) for c in understood.calls)
    return sorted(names)[0] if others and mixed else ""


def with_what_is_added(
    reading: Reading, understood: Understanding | None, memory: Memory, inventory: Inventory
) -> Understanding | None:
    """The understanding of a turn while a plan waits, or a question where it adds a machine by its
    name and the plan that came of it is without it.
    """
    pending = memory.pending
    if understood is None or understood.kind != "revise" or pending is None:
        return understood
    as_before = [(c.when, c.args) for c in understood.calls] == [
        (c.when, c.args) for c in pending.calls
    ]
    figured = any(c.when is not None or c.args.keys() & FIGURES for c in pending.calls)
    found = None
    if as_before and figured:
        found = _FIGURE_LAST.search(reading.text) or _FIGURE_FIRST.match(reading.text)
    if found is not None and any(i.has("names") for i in reading.items):
        return replies.ask(f"What is the {found['figure']}: another figure, or a machine?")
    if not _ALSO.search(reading.text) or _NOT_ADDED.search(reading.text):
        return understood
    named = {n for i in reading.items if i.has("names") for n in i.get("names")}
    if understood.calls == pending.calls and not named and _TOO_LAST.search(reading.text):
        return replies.ask("Which machine shall come into the plan too? Name it, please.")
    wanted = {vm.id for name in named for vm in inventory.named(name)}
    chosen = [c.selector for c in understood.calls if c.selector is not None]
    meant = {i for selector in chosen for i in inventory.select_ids(selector)}
    shown = {i for targets in pending.targets for i in targets}
    new = sorted(wanted - meant - shown)
    said = {str(v) for c in understood.calls for v in c.args.values()}
    left = [vm.name for vm in inventory.get(new).values() if vm.name not in said]
    if not left:
        return understood
    return replies.ask(f"What shall be done with {replies.listed(left)}? Say the whole plan anew.")


def without_the_refused(
    reading: Reading, understood: Understanding | None, inventory: Inventory
) -> Understanding | None:
    """The understanding of a turn while a plan waits, or a question where it begins with a no to a
    machine, "not nfs-01. restart gitlab too", and the plan that came of it still has that machine.
    """
    if understood is None or understood.kind != "revise":
        return understood
    items = [i for i in reading.items if i.words == ("not",) or not i.has("comma", "filler")]
    k = next((k for k, i in enumerate(items[:3]) if i.words == ("not",)), None)
    if k is None or k + 1 >= len(items) or not items[k + 1].has("names"):
        return understood
    refused = {vm.id for n in items[k + 1].get("names") for vm in inventory.named(n)}
    chosen = [c.selector for c in understood.calls if c.selector is not None]
    if not refused & {i for selector in chosen for i in inventory.select_ids(selector)}:
        return understood
    return replies.ask(f"Without {items[k + 1].text}, and what else? Say the whole plan anew.")


def in_it_already(
    nouns: Sequence[dict[str, Any]], shown: Collection[str], memory: Memory, inventory: Inventory
) -> Understanding | None:
    """The question where a turn adds what is in the plan already, after one that left some out:
    "and 04", after "all but 02 and 03".
    """
    more = {i for n in nouns for i in inventory.select_ids(Selector.parse(n))}
    before = next((text for who, text in reversed(memory.said) if who == "user"), "")
    if not more or not more < set(shown) or not LEAVES.search(before):
        return None
    names = replies.listed([vm.name for vm in inventory.get(sorted(more)).values()])
    return replies.ask(f"{names} is in the plan already: shall it be left out as well?")
