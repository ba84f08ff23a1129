"""Another figure for the plan that waits: "I meant 400 more", "by 200", "1200 in all".

What was said as a difference stays one until a total is said, and the other way round.
"""

from __future__ import annotations

import re
from typing import Any

from agent.brains.base import Context, Memory, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from tools.calls import Call

_MORE = frozenset({"more", "extra", "additional", "another", "plus", "on", "bigger", "larger",
                   "further", "addition", "added"})  # fmt: skip
_LESS = frozenset({"less", "fewer", "smaller", "minus"})
_TOTAL = frozenset({"total", "altogether", "overall", "all", "to"})
_AROUND = frozenset(
    {"no", "nope", "sorry", "oops", "ups", "whoops", "wait", "actually", "hm", "hmm", "er", "erm",
     "um", "uh", "ah", "oh", "well", "i", "meant", "mean", "make", "it", "that", "should", "be",
     "rather", "better", "only", "just", "say", "please", "ok", "okay", "and", "but", "a", "an",
     "the", "of", "in", "top", "than", "now", "has", "have", "what", "there", "is", "was", "today",
     "before", "present", "current", "currently", "size", "disk", "storage", "instead", "my", "bad",
     "mistake", "wrong", "would", "do", "then", "as", "by", "number", "figure", "not", "with",
     "grow", "increase", "expand", "extend", "resize", "raise", "let", "us", "so", "right",
     "enough", "will", "already",
     "gets", "get", "add", "give", "set", "apologies", "pardon", "correction",
     "sry", "existing", "one", "memory", "ram", "cores", "cpus", "vcpus", "core", "cpu"}
)  # fmt: skip
"""Words that may stand around the figure and say nothing else."""

_DOUBLED = re.compile(
    r"(?:(?:no|sorry|oops|wait|actually|hm+|i meant?|rather|better|just|please|ok(?:ay)?|let'?s)"
    r"[,.! ]+)*double (?:it|that|the disk|its disk)(?:[, ]+(?:instead|rather|then|please))*[.!]*",
    re.IGNORECASE,
)
""" "double it", of a disk that grows: twice what it has."""

_UNITS = {"gib": ("size_gib", "memory_gib"), "vcpus": ("vcpus",)}


_LIKE_A_CLOCK = re.compile(
    r"^(?P<lead>[^\d]*?)(?<![\w:.-])(?P<figure>[12]\d{3})(?=\s*(?:[,.;]|and\b|but\b|then\b|"
    r"tonight\b|tomorrow\b|on\b))(?! ?(?:hours|hrs|h|utc|o'clock)\b)",
    re.IGNORECASE,
)


def with_its_unit(text: str, memory: Memory) -> str:
    """ "1200, and tonight", of a disk that grows at once: 1200 is no hour."""
    calls = memory.pending.calls if memory.pending is not None else ()
    sized = [c for c in calls if c.tool in ("resize_disk", "attach_disk") and c.when is None]
    found = _LIKE_A_CLOCK.match(text) if len(sized) == len(calls) == 1 else None
    if found is None or re.search(r"\b(?:at|by|until|till|from|after) $", found["lead"], re.I):
        return text
    return f"{text[: found.end()]} GB{text[found.end() :]}"


def refigured(reading: Reading, context: Context) -> tuple[Call, ...] | Understanding | None:
    """The call of the plan with another figure, a question, or None where it is about more."""
    pending = context.memory.pending
    if pending is None or len(pending.calls) != 1 or "?" in reading.text:
        return None
    call = pending.calls[0]
    if call.tool == "resize_disk" and _DOUBLED.fullmatch(reading.text.strip()):
        return (call.model_copy(update={"args": {**call.args, "size_gib": "x2"}}),)
    said = _the_figure(reading, call)
    if said is None:
        return None
    value, unit = said
    words = set(reading.words)
    if call.tool == "scale_group":
        return _by_so_many(call, value, words, context)
    name = _argument(call, unit, words)
    if name is None:
        return None
    was = call.args.get(name)
    sign = _sign(reading, words)
    if sign is None:
        sign = "" if words & _TOTAL else _sign_of(was)
        if sign and not words & _TOTAL and name == "size_gib" and value > _present(context):
            return replies.ask(f"{value:g} GiB more, or {value:g} GiB in all?")
    than_planned = {"than", "that"} <= words or sign == "-"
    if name == "size_gib" and than_planned:
        figure = _beside(was, value, sign)
    else:
        figure = f"{sign}{value:g}" if sign else value
    if figure is None:
        return None
    plain = int(figure) if name == "vcpus" and isinstance(figure, float) else figure
    return (call.model_copy(update={"args": {**call.args, name: plain}}),)


def _the_figure(reading: Reading, call: Call) -> tuple[float, str] | None:
    """The one figure of a turn that says nothing besides, and its unit."""
    figures = [i for i in reading.items if i.has("number") and not i.has("names", "ordinal")]
    figures = [i for i in figures if i.words != ("one",)] or figures
    if len(figures) != 1 or any(_says_more(i, figures[0]) for i in reading.items):
        return None
    item = figures[0]
    rest = {w for i in reading.items if i is not item and not _is_sign(i) for w in i.words}
    clear = rest & (_MORE | _LESS | (_TOTAL - {"all", "to"})) or {"in", "all"} <= rest
    if not rest <= _AROUND | _MORE | _LESS | _TOTAL or (call.when is not None and not clear):
        return None
    if item.has("amount"):
        value, unit = item.get("amount")
        return (float(value), unit) if unit in _UNITS else None
    if item.has("time") and not item.words[0].isdigit():
        return None
    return float(item.get("number")), ""


def _is_sign(item: Item) -> bool:
    return item.has("comma", "stop", "plus_sign", "dash") or not any(
        c.isalnum() for w in item.words for c in w
    )


def _says_more(item: Item, figure: Item) -> bool:
    """Whether an item is about machines or a time, and not the figure itself."""
    return item is not figure and (
        item.has("names", "unknown_name", "tag", "glob", "id", "quote")
        or (item.has("time") and item.words != ("now",) and item.words != ("today",))
        or (item.has("value") and not set(item.words) <= _AROUND)
    )


def _argument(call: Call, unit: str, words: set[str]) -> str | None:
    """Which argument of the call the figure is for."""
    if call.tool == "resize_disk":
        return "size_gib" if unit in ("", "gib") else None
    if call.tool != "resize_vms" or call.args.get("size"):
        return None
    given = [k for k in ("vcpus", "memory_gib") if call.args.get(k) is not None]
    if unit:
        name = _UNITS[unit][-1]
    elif words & {"memory", "ram"}:
        name = "memory_gib"
    elif words & {"cores", "cpus", "vcpus", "core", "cpu"}:
        name = "vcpus"
    else:
        return given[0] if len(given) == 1 else None
    return name if name in given and len(given) == 1 else None


def _sign(reading: Reading, words: set[str]) -> str | None:
    """ "+" and "-" for a difference, "" for a total, None where it is not said."""
    if words & _LESS:
        return "-"
    plus = any(i.has("plus_sign") for i in reading.items)
    on_top = re.search(r"\bon top\b|\bin addition\b", reading.text, re.IGNORECASE)
    if plus or words & (_MORE - {"on", "addition"}) or on_top or "by" in words:
        return "+"
    if words & (_TOTAL - {"all"}) or {"in", "all"} <= words:
        return ""
    return None


def _sign_of(was: Any) -> str:
    return was[0] if isinstance(was, str) and was[:1] in "+-" else ""


def _present(context: Context) -> float:
    """The least disk of the machines of the plan: more than that may be a total."""
    pending = context.memory.pending
    ids = [i for t in pending.targets for i in t] if pending is not None else []
    return min((vm.disk_gib or 0 for vm in context.world.inventory.get(ids).values()), default=0)


def _beside(was: Any, value: float, sign: str) -> float | str | None:
    """So much more or less than what the plan says."""
    much = -value if sign == "-" else value
    if isinstance(was, str) and was[:1] == "+":
        total = float(was[1:]) + much
        return f"+{total:g}" if total > 0 else None
    if isinstance(was, int | float):
        return float(was) + much
    return None


def _by_so_many(
    call: Call, value: float, words: set[str], context: Context
) -> tuple[Call, ...] | None:
    """ "by one": a difference in the direction of the plan."""
    if "by" not in words or words & _LESS or value != int(value):
        return None
    group, count = call.args.get("group"), call.args.get("count")
    pending = context.memory.pending
    present = len(pending.targets[0]) if pending is not None and pending.targets else 0
    down = (call.args.get("change") or 0) < 0 or (count is not None and count < present)
    change = -int(value) if down else int(value)
    return (call.model_copy(update={"args": {"group": group, "change": change}}),)
