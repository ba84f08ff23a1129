"""What no turn may do to a plan that waits, however it was read."""

from __future__ import annotations

import re

from agent.brains.base import Context, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.overlooked import is_fronted
from agent.brains.embedded.phrases import PLACES
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.widening import asks_what_would_be, only_asks
from tools.calls import Call
from tools.selector import Selector

_DELETES = re.compile(
    r"\b(?:delet\w*|destroy\w*|terminat\w*|eras\w*|decommission\w*|purg\w*|"
    r"tear\w* down|retir\w*|obliterat\w*|permanently|for good)\b",
    re.IGNORECASE,
)
"""Words that mean a deletion and nothing else."""

_OF_SAVING = re.compile(
    r"^\W*(?:(?:and|so|but|ok(?:ay)?|hm+|wait|just|roughly|also)\W+)*(?:what|how much|does|would|"
    r"will|and)\b[^.!,;]{0,30}\b(?:that|it|this|we|i|they)\b[^.!,;]{0,16}\bsav(?:e|es|ing|ings)\b"
    r"(?: (?:us|me|per|a|each|every|the|then|by|on|in|total|month\w*|year\w*|day|company|team))*"
    r"\W*$|^\W*what(?:'s| is| are|s) the savings?\W*$",
    re.IGNORECASE,
)
""" "what would that save": what the machines of the plan cost now."""

_OF_THE_PLAN = tuple(
    (w,) for w in ("only", "just", "not", "but", "except", "yes", "no", "ok", "okay", "and", "also")
)
"""With which a turn goes on from the plan that waits."""

_OF_SNAPSHOTS = frozenset({"snapshot_vms", "restore_snapshot", "delete_snapshots"})
"""Beside these "the old ones" may be snapshots."""

_RISKS = {
    "change": "It interrupts nothing, and no data is lost.",
    "disrupt": "It interrupts the machines, or takes a guard away; no data is lost beyond what the "
    "plan says.",
    "destroy": "Data is lost for good by it.",
}


def held(reading: Reading, understood: Understanding, context: Context) -> Understanding:
    """The understanding of a turn, or an answer or a question where it would go too far: a question
    changes no plan, and a word that may be meant for the plan deletes none of its machines.
    """
    pending = context.memory.pending
    if pending is None:
        if _sizes_it(reading) and _meant(understood, context) - set(context.memory.targets):
            return replies.ask("Of which machine is that said? Name it, please.")
        return _of_what_was_asked(reading, understood, context)
    if _OF_SAVING.search(reading.text) and not any(i.is_entity for i in reading.items):
        shown = tuple(dict.fromkeys(i for targets in pending.targets for i in targets))
        if shown:
            call = Call(tool="cost_report", selector=Selector(ids=shown), args={"window": "month"})
            return Understanding("calls", (call,))
    if asks_what_would_be(reading) and not _asks_of_the_fleet(reading):
        return about_the_plan(context)
    if (
        understood.kind == "decline"
        and reading.words[:1] in _OF_THE_PLAN
        and not reading.has_change
    ):
        return replies.ask("What shall be otherwise in the plan that waits?")
    changes = understood.kind == "revise" or any(c.tool in CHANGES for c in understood.calls)
    narrows = {"only", "just"} & set(reading.words) and not any(
        i.has("names", "glob") for i in reading.items
    )
    same = {c.tool for c in understood.calls} & {c.tool for c in pending.calls} & CHANGES
    planned_ids = {i for targets in pending.targets for i in targets}
    planned_ids |= _meant(Understanding("calls", pending.calls), context)
    if narrows and same and planned_ids and _meant(understood, context) - planned_ids:
        return replies.ask("Of the machines of the plan, which shall stay? Name them, please.")
    if changes and _only_sizes(reading) and _meant(understood, context) - planned_ids:
        return replies.ask("Of which machines is that said? Name them, or say what is wrong.")
    if fronted := is_fronted(reading, understood, context.memory):
        return replies.ask(f"What shall be done with {fronted}? Say the whole plan anew, please.")
    lost = changes or _is_lost(understood) or _of_everything(reading, understood)
    if only_asks(reading) and lost:
        return about_the_plan(context)
    planned = {c.tool for c in pending.calls}
    shown = {i for targets in pending.targets for i in targets}
    if changes and _only_speaks_of_people(reading) and _meant(understood, context) - shown:
        return replies.ask("Is that a yes? Say yes to go ahead, or no to call it off.")
    deletes = any(c.tool == "delete_vms" for c in understood.calls)
    if deletes and planned & _OF_SNAPSHOTS and not any(i.has("names") for i in reading.items):
        return replies.ask("Snapshots, or the machines themselves? Say which shall be deleted.")
    if "delete_vms" in planned or _DELETES.search(reading.text):
        return understood
    for call in understood.calls:
        if call.tool == "delete_vms" and call.selector is not None:
            gone = set(context.world.inventory.select_ids(call.selector))
            if gone & shown:
                return replies.ask("Shall I call the plan off, or delete machines? Say which.")
    return understood


_SIZES = frozenset({"size", "image"})


def _only_sizes(reading: Reading) -> bool:
    """ "make it large instead": how something shall be, and no machines that are so."""
    if any(i.has("names", "stem", "glob", "id", "all", "unknown_name") for i in reading.items):
        return False
    if any(i.has("noun") or i.words[-1:] in (("ones",), ("those",)) for i in reading.items):
        return False
    fields = {name for i in reading.items for name, _ in i.get("value") or ()}
    return bool(fields & _SIZES) and fields <= _SIZES | PLACES


def _sizes_it(reading: Reading) -> bool:
    """ "make it large and add owner=nadia": "it" is no machine that is large already."""
    return _SIZES_IT.search(reading.text) is not None and _only_sizes(reading)


_SIZES_IT = re.compile(r"\b(?:make|resize) (?:it|that|them|this)\b", re.IGNORECASE)


def _of_what_was_asked(
    reading: Reading, understood: Understanding, context: Context
) -> Understanding:
    """The question once more, where its answer was read as another act that nobody named."""
    asked = context.memory.asked
    frame = dict(asked.frame) if asked is not None else {}
    open_calls = [*frame.get("calls", ()), *([frame["call"]] if "call" in frame else ())]
    tools = {str(call.get("tool")) for call in open_calls}
    made = {call.tool for call in understood.calls} & CHANGES
    if asked is None or not tools & CHANGES or not made or made & tools:
        return understood
    deletes = "delete_vms" in made and not _DELETES.search(reading.text)
    if deletes and not any(i.has("names", "value", "stem", "number") for i in reading.items):
        return replies.ask("Shall I leave it, or delete a machine? Say “cancel”, or which one.")
    named = any(f.changes and (f.clause.verb is not None or _names(f)) for f in reading.frames)
    return understood if named else replies.ask(asked.text, asked.options, asked.frame)


def _names(frame: Frame) -> bool:
    groups = any(n == "group" for i in frame.clause.items for n, _ in i.get("value") or ())
    return groups or frame.clause.has("names")


def _asks_of_the_fleet(reading: Reading) -> bool:
    """Whether a question about what would come has an answer of its own: a figure, a forecast."""
    looks = [f for f in reading.frames if not f.changes and f.tool not in ("list_vms",)]
    return bool(looks) or any(i.has("wh") and i.words != ("that",) for i in reading.items)


_SAYING = frozenset(
    {"says", "said", "say", "agrees", "agreed", "thinks", "wants", "told", "asked", "asks", "knows",
     "is", "has", "was", "will", "can", "does", "needs", "left", "leaves", "objects", "confirmed",
     "approves", "approved", "disagrees", "hates", "likes", "minds", "would", "still", "just"}
)  # fmt: skip
_EVERYONE = frozenset({"everyone", "everybody", "anyone", "anybody", "nobody", "noone"})


def _only_speaks_of_people(reading: Reading) -> bool:
    """ "dana says yes but omar says no", "when everyone left": people: no machines."""
    items = reading.items
    spoken: list[bool] = []
    for k, item in enumerate(items):
        if not (item.is_entity or item.has("all", "noun")):
            continue
        fields = [name for name, _ in item.get("value") or ()]
        person = bool(fields) and all(name.startswith("tags.") for name in fields)
        after = items[k + 1].words[:1] if k + 1 < len(items) else ()
        says = bool(set(after) & _SAYING) and not item.possessive
        spoken.append((person or bool(_EVERYONE & set(item.words))) and says)
    return bool(spoken) and all(spoken)


def _meant(understood: Understanding, context: Context) -> set[str]:
    inventory = context.world.inventory
    changing = [c for c in understood.calls if c.tool in CHANGES and c.selector is not None]
    return {i for c in changing if c.selector for i in inventory.select_ids(c.selector)}


def _is_lost(understood: Understanding) -> bool:
    """Whether nothing was made of a question: it is about the plan, if about anything."""
    return understood.kind == "decline" or (
        understood.kind == "ask" and (understood.frame or {}).get("kind") != "name"
    )


def _of_everything(reading: Reading, understood: Understanding) -> bool:
    """ "does that affect the customers?": no question for the list of all machines."""
    call = understood.calls[0] if len(understood.calls) == 1 else None
    if call is None or call.tool != "list_vms" or call.selector is None or not call.selector.all:
        return False
    return not any(i.has("noun", "all", "object", "metric") for i in reading.items)


def about_the_plan(context: Context) -> Understanding:
    """What the plan that waits costs in the worst case, and whether it can be undone."""
    pending = context.memory.pending
    assert pending is not None
    said = dict.fromkeys(_worst(call, context) for call in pending.calls)
    text = " ".join(["The plan still waits, and nothing was changed.", *said])
    return Understanding("reply", text=f"{text} Say yes to go ahead, or no to call it off.")


def _worst(call: Call, context: Context) -> str:
    tool = context.catalog[call.tool]
    undo = tool.change.undo(tool.parse(call.args))
    told = undo.how if "None" not in undo.how else "as the plan says"
    how = f"Undo: {told}." if undo.possible else f"No undo: {told}."
    return f"{_RISKS.get(tool.risk.value, '')} {how}".strip()
