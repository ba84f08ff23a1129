"""A plan that makes a machine, put right: another size, place, image, disk, name, tags or number.

The machine is not there yet. What is said of it while its plan waits is about that plan, and never
about the machines of the fleet that happen to be of the size or at the place that is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from agent.brains.base import Context, Pending, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.accounting import refers_only
from agent.brains.embedded.arguments import Said, read_arguments
from agent.brains.embedded.arguments.disks import names_disk
from agent.brains.embedded.arguments.naming import name_called
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import QUESTION, Frame, Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.new_machine import FIGURES, SO_MANY_TIMES, anew, of_a_copy
from agent.brains.embedded.questioning import Doubt
from agent.brains.embedded.reader import Reader
from tools.calls import Call

_MAKES = ("create_vms", "clone_vm")
_SHAPES = frozenset(
    {"create_vms", "clone_vm", "tag_vms", "untag_vms", "resize_vms", "resize_disk", "attach_disk",
     "migrate_vms", "scale_group"}
)  # fmt: skip
"""Acts whose words say what a new machine shall be."""

_SHAPING = frozenset(
    {"create", "tag", "resize", "increase", "reduce", "double", "halve", "migrate", "attach",
     "scale", "clone", "triple"}
)  # fmt: skip
_REQUEST = re.compile(
    r"\W*(?:(?:and|but|so|ok(?:ay)?|hm+|sorry|please|actually|wait|oh|no)\W+)*"
    r"(?:(?:can|could|would|may|might) (?:you|we|i|it|that|they|this|the \w+)|what about|"
    r"how about)\b",
    re.IGNORECASE,
)
""" "could it be large?": asked for, though it is a question."""

_MORE = re.compile(r"\b(?:more|extra|additional|on top)\b|(?<!\w)\+", re.IGNORECASE)
_GONE = frozenset({"drop", "skip", "lose", "omit", "remove", "delete", "without"})
_THINGS = {"tag": "tags", "tags": "tags", "disk": "disk_gib", "name": "name", "time": "when"}


def specified(reading: Reading, context: Context, reader: Reader) -> Understanding | None:
    """The plan with what a turn says of its new machine, a question, or None where the turn is
    about something else.
    """
    pending = context.memory.pending
    assert pending is not None
    made = _made(pending)
    if len(made) != 1 or _asks(reading):
        return None
    call = made[0]
    if any(_of_the_fleet(f) for f in reading.frames):
        return _beside_another_act(reading, call, reader)
    kept = _without_the_denied(reader.read(reading.text).items, call)
    if kept is None:
        return None
    items, gone = kept
    items = without_the_told(items)
    said = _read(items, call, reader)
    lost = _lost(items)
    if any(_points_elsewhere(i) for i in lost):
        return None
    if SO_MANY_TIMES.search(reading.text):
        said.args.setdefault("count", 1)
    placed = next((i for i in items if i.used in ("host", "zone", "group")), None)
    if not (said.args or said.time or gone or placed):
        return _how_much(items) or _asks_of_a_name(lost, call)
    if call.tool == "clone_vm":
        return of_a_copy(call, pending.calls, said, gone, Builder(context, reader))
    if placed is not None:
        return replies.ask(
            f"A region is all that I choose for a new machine, not {placed.text}. "
            "What shall be otherwise in the plan?"
        )
    if question := _doubtful(items, said, lost):
        return question
    try:
        new = anew(call, said, gone, reading, Builder(context, reader))
    except Doubt as doubt:
        return doubt.understanding
    if (
        call.args.get("name")
        and said.args.get("name") != call.args["name"]
        and _is_besides(reading)
    ):
        one_more = new.model_copy(update={"args": {**new.args, "count": 1}})
        return Understanding("revise", (*pending.calls, one_more))
    return Understanding("revise", tuple(new if c is call else c for c in pending.calls))


def is_making(pending: Pending | None) -> bool:
    """Whether the plan that waits makes one kind of machine."""
    return pending is not None and len(_made(pending)) == 1


def _made(pending: Pending) -> list[Call]:
    return [c for c in pending.calls if c.tool in _MAKES]


def _asks(reading: Reading) -> bool:
    """Whether the turn wants to know something, and asks for nothing."""
    looks = any(
        not f.changes and f.strength >= QUESTION and f.clause.verb is not None
        for f in reading.frames
    )
    asked = "?" in reading.text and not _REQUEST.match(reading.text)
    return looks or asked or any(i.has("wh") for i in reading.items[:2])


def _of_the_fleet(frame: Frame) -> bool:
    """Whether a request is about machines that are there, or is none of what shapes a new one."""
    if not frame.changes or frame.negated:
        return False
    whole = frame.chosen.whole and frame.chosen.refers is None
    return frame.tool not in _SHAPES or whole or frame.about


def _beside_another_act(reading: Reading, call: Call, reader: Reader) -> Understanding | None:
    """ "make it large and stop web-03", "protect it too": the question what is meant first."""
    acts = [f for f in reading.frames if _of_the_fleet(f)]
    if call.tool == "create_vms" and all(refers_only(f) for f in acts):
        return replies.ask(
            "The new machine is not there yet. Say what shall be otherwise in the plan, or no to "
            "call it off."
        )
    for part in _PARTS.split(reading.text):
        alone = reader.read(part).items
        if not any(_points_elsewhere(i) for i in alone) and _read(alone, call, reader).args:
            return replies.ask(
                "One thing at a time, please: first what shall be otherwise in the plan that "
                "waits, then the other act."
            )
    return None


_PARTS = re.compile(r"[,.;!]+\s+|\band\b|\bthen\b", re.IGNORECASE)


def without_the_told(items: Sequence[Item]) -> list[Item]:
    """ "dana says make it large", "small is too small": who wants it, and what it is not."""
    said = {
        id(item)
        for item, after in pairwise(items)
        if item.has("value") and not item.possessive and after.words[:1] in _SAYS
    }
    said |= {id(b) for a, b in pairwise(items) if a.words[-1:] == ("too",) and b.has("value")}
    return [i for i in items if id(i) not in said]


_SAYS = (("says",), ("said",), ("wants",), ("wanted",), ("asked",), ("asks",), ("thinks",),
         ("needs",), ("told",), ("would",), ("prefers",))  # fmt: skip


def _how_much(items: Sequence[Item]) -> Understanding | None:
    """ "with less memory", "a bigger disk": the question how much, where no figure is said."""
    of_what = any(i.has("metric") or i.get("object") in ("disk", "size") for i in items)
    more = any(i.words[:1] in (*_HOW_LARGE, ("less",), ("more",)) for i in items)
    return replies.ask("How much shall it be? Say the figure.") if of_what and more else None


def _asks_of_a_name(lost: Sequence[Item], call: Call) -> Understanding | None:
    strange = next((i for i in lost if i.has("unknown_name")), None)
    if strange is not None and strange.text.casefold() == str(call.args.get("name")).casefold():
        return None
    return None if strange is None else replies.ask(f"What is “{strange.text}”: its name?")


def _doubtful(items: Sequence[Item], said: Said, lost: Sequence[Item]) -> Understanding | None:
    """The question where a word is not understood, or two things are said of one."""
    if lost:
        return replies.ask(f"I do not know what “{lost[0].text}” means here. What shall it be?")
    if said.time is not None and said.time.recurs:
        return replies.ask("A new machine is made once. When shall it be, and what else?")
    args = said.args
    taken = {**args, **{f"tags {k}": v for k, v in args.get("tags", {}).items()}}
    for item in items:
        for name, values in item.get("value") or ():
            key = name.replace("tags.", "tags ")
            mine = item.used.startswith(key.split(" ")[0].rstrip("s")) and key in taken
            if mine and taken[key] not in values and taken[key] != item.words[0]:
                return replies.ask(f"{taken[key]} or {item.text}? Say which it shall be.")
    sized = args.keys() & {"size", "vcpus", "memory_gib", "disk_gib"}
    if not sized and (bigger := next((i for i in items if i.words[:1] in _HOW_LARGE), None)):
        return replies.ask(f"How much {bigger.words[0]}? Name a size, or vCPUs and memory.")
    return None


_HOW_LARGE = (("larger",), ("bigger",), ("smaller",), ("stronger",), ("beefier",), ("faster",),
              ("cheaper",))  # fmt: skip
_BESIDES = re.compile(
    r"\b(?:also|another|a second|one more|additionally|as well|too)\b.*\b(?:called|named|name|"
    r"call)\b",
    re.IGNORECASE,
)


def _is_besides(reading: Reading) -> bool:
    """ "and another one called lab-10": one more machine, with a name of its own."""
    makes = any(i.has("verb") and i.action == "create" for i in reading.items)
    other = re.search(r"\b(?:another|a second|one more)\b", reading.text, re.IGNORECASE)
    return _BESIDES.search(reading.text[:300]) is not None and (makes or other is not None)


def _points_elsewhere(item: Item) -> bool:
    """Machines of the fleet, or an act that makes none."""
    if item.has("names", "stem", "glob", "id", "other"):
        return True
    if item.has("noun") and item.words[-1].endswith("s"):
        return True
    return item.has("verb") and not item.is_entity and item.action not in _SHAPING


def _lost(items: Sequence[Item]) -> list[Item]:
    """What was not understood; a word after how many there shall be counts them: "3 nos"."""
    counted = [b for a, b in pairwise(items) if a.used == "how many" and b.has("word")]
    counted += [i for i in items if SO_MANY_TIMES.fullmatch(i.text)]
    return [i for i in items if not (i.used or _is_small(i) or i in counted)]


def _is_small(item: Item) -> bool:
    """Words that say nothing of what the machine shall be."""
    if item.has("names", "stem", "glob", "id", "unknown_name", "amount", "tag", "time"):
        return False
    if item.has("verb") and not item.is_entity:
        return item.action in _SHAPING
    if item.has("noun"):
        return not item.words[-1].endswith("s")
    return not item.is_entity and not item.has("number", "word", "percent", "quote")


def _without_the_denied(
    items: Sequence[Item], call: Call
) -> tuple[list[Item], dict[str, Any]] | None:
    """The turn without what it says no to, and which arguments go by that; None where it says no
    to something that the plan does not have.
    """
    kept: list[Item] = []
    gone: dict[str, Any] = {}
    k = 0
    while k < len(items):
        step = _denies(items, k)
        if not step:
            kept.append(items[k])
            k += 1
            continue
        k += step
        end = next((n for n in range(k, len(items)) if _ends(items[n])), len(items))
        if not _take_away(items[k:end], call, gone):
            return None
        k = end
    return kept, gone


def _denies(items: Sequence[Item], k: int) -> int:
    """How many items at `k` say that what follows shall not be."""
    words = tuple(w for i in items[k : k + 2] for w in i.words)
    if words[:2] in (("instead", "of"), ("rather", "than"), ("leave", "out"), ("take", "off")):
        return 1 if len(items[k].words) > 1 else 2
    item = items[k]
    if item.words == ("no",):
        after = items[k + 1] if k + 1 < len(items) else None
        return int(after is not None and (after.has("object", "key") or after.words == ("name",)))
    if item.has("from") and any(i.has("to") for i in items[k + 2 :]):
        return 1
    if item.is_entity:
        return 0
    denies = item.words == ("not",) or item.words[:1] in [(w,) for w in _GONE]
    return int(denies or item.action in ("delete", "untag"))


def _ends(item: Item) -> bool:
    instead = item.has("instead") and not item.has("filler")
    cuts = item.has("comma", "stop", "and", "dash") or (item.has("to") and not item.is_entity)
    return cuts or instead or item.words[:1] == ("but",)


def _take_away(items: Sequence[Item], call: Call, gone: dict[str, Any]) -> bool:
    """Note the arguments of which these words say that they go; whether there are such."""
    had = {str(v).casefold() for v in call.args.values()}
    tags: dict[str, str] = call.args.get("tags", {})
    had |= {v.casefold() for v in tags.values()}
    found = False
    keyed = any(i.get("key") in tags for i in items)
    for item in items:
        key = item.get("tag")[0] if item.has("tag") else item.get("key")
        values = {str(v).casefold() for _, vs in item.get("value") or () for v in vs}
        thing = next((_THINGS[w] for w in item.words if w in _THINGS), None)
        if key in tags:
            gone.setdefault("keys", []).append(key)
        elif thing is not None:
            if not (keyed and thing == "tags"):
                gone[thing] = True
        elif values & had or (item.has("number") and _is_had(item, call)):
            pass
        elif item.has("os") or not _is_small(item):
            return False
        else:
            continue
        found = True
    return found


def _is_had(item: Item, call: Call) -> bool:
    figure = item.get("amount")[0] if item.has("amount") else item.get("number")
    return figure in [call.args.get(k) for k in ("count", *FIGURES)]


def _read(items: Sequence[Item], call: Call, reader: Reader) -> Said:
    """What the words say of the new machine."""
    for item in items:
        item.used = ""
    if call.tool == "clone_vm":
        return _read_copy(items, reader)
    grown = _grown(items, reader)
    said = read_arguments("create_vms", Clause(list(items)), reader.site, reader.now)
    for item in items:
        if item.has("names") and item.used == "the name" and not _is_called(said, items):
            item.used = ""
    said.args = {**said.args, **grown}
    _name_and_disk(said, items)
    return said


def _name_and_disk(said: Said, items: Sequence[Item]) -> None:
    """A name that nothing gives is none, "name = x" is no tag, and a disk's figure its own."""
    args = said.args
    if (name := args.get("tags", {}).pop("name", None)) is not None:
        args["name"] = name
    for before, item in pairwise(items):
        strange = not (before.used or before.has(*_MAY_LEAD))
        if item.used == "the name" and strange and before.words[:1] not in _BEFORE_A_NAME:
            item.used = ""
            args.pop("name", None)
    spoken = [i for i in items if names_disk(i)]
    amounts = [i for i in items if i.has("amount") and i.get("amount")[1] == "gib"]
    memory = any(i.get("metric") == "memory" for i in items)
    if spoken and not memory and len(amounts) == 1 and isinstance(args.get("memory_gib"), float):
        args.setdefault("disk_gib", args.pop("memory_gib"))


_MAY_LEAD = ("filler", "comma", "det", "be", "to", "instead", "and", "pron", "ask", "stop", "also",
             "not", "dash", "colon", "only")  # fmt: skip
_BEFORE_A_NAME = (("sorry",), ("rather",), ("better",), ("instead",), ("rename",), ("call",))


def _is_called(said: Said, items: Sequence[Item]) -> bool:
    """Whether the name stands after a word that gives it: a machine of the fleet may bear it."""
    return said.args.get("name") is not None and any(i.used == "name" for i in items)


def _read_copy(items: Sequence[Item], reader: Reader) -> Said:
    """What the words say of a copy: its name, a time, and what a copy cannot be."""
    clause = Clause(list(items))
    said = Said()
    if (name := name_called(clause)) is not None:
        said.args["name"] = name
    more = read_arguments("create_vms", clause, reader.site, reader.now)
    named = more.args.pop("name", None)
    for item in items:
        if item.has("names") and item.text != name and item.used == "the name":
            item.used = ""
    if name is None and named is not None and not any(i.has("names") for i in items):
        said.args["name"] = named
    said.time = more.time
    more.args.pop("count", None) if more.args.get("count") == 1 else None
    said.args = {**more.args, **said.args}
    return said


def _grown(items: Sequence[Item], reader: Reader) -> dict[str, str]:
    """ "double the memory", "4 GB more": figures that are reckoned from those of the plan."""
    words = " ".join(i.text for i in items)
    acts = [i for i in items if i.has("verb") and not any(c.isdigit() for c in i.text)]
    factor = any(i.action in ("double", "triple", "halve") for i in acts)
    factor = factor or bool({"twice", "times"} & {w for i in items for w in i.words})
    if not factor and not _MORE.search(words):
        return {}
    disk = any(i.get("object") == "disk" for i in items)
    tool, names = ("resize_disk", {"size_gib": "disk_gib"}) if disk else ("resize_vms", {})
    clause = Clause(list(items))
    found = read_arguments(tool, clause, reader.site, reader.now).args
    made = {names.get(k, k): v for k, v in found.items()}
    grown = {k: v for k, v in made.items() if isinstance(v, str) and v[:1] in "x+-"}
    if not grown:
        for item in items:
            item.used = ""
    return grown
