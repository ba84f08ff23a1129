"""The arguments of a new machine, once it is known what shall be otherwise in the plan for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.brains.base import Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.arguments import Said
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Frame, Reading
from agent.brains.embedded.phrases import Chosen
from agent.brains.embedded.questioning import Doubt
from tools.calls import Call
from tools.inventory import Inventory

FIGURES = {"vcpus": int, "memory_gib": float, "disk_gib": float}
"""Arguments that are one figure each, and of which kind."""

_ONE_MORE = re.compile(
    r"\b(?:one more|another one|(?:a|the) second(?: one)?|add one|add another)\b", re.IGNORECASE
)
_SO_MANY_MORE = re.compile(
    r"\b\w+ (?P<sign>more|extra|additional|less|fewer)\b(?! (?:gi?b|cores?|v?cpus?|mem|ram|disk))",
    re.IGNORECASE,
)
SO_MANY_TIMES = re.compile(r"(?<![\w.])(?:x ?(?P<a>\d{1,3})|(?P<b>\d{1,3}) ?x)(?![\w.])")
""" "x3", "3x": so many machines."""

_JUST_ONE = re.compile(
    r"\b(?:single|(?:just|only|but) (?:the )?(?:one|1)|1|one (?:of (?:them|those)|machine|is|will|"
    r"vm|server|box)|make it one)\b",
    re.IGNORECASE,
)


def of_a_copy(
    call: Call, calls: Sequence[Call], said: Said, gone: dict[str, Any], builder: Builder
) -> Understanding | None:
    """A copy is as its source is: its name and its time alone can be chosen."""
    if set(said.args) - {"name"} or gone.keys() - {"when"}:
        return replies.ask(
            "A copy is like its source; only its name can be chosen. Change it once it is there, "
            "or have a new machine made. What shall I do?"
        )
    made = call.model_copy(update={"args": {**call.args, **said.args}})
    if said.time is not None:
        made = made.model_copy(update={"when": builder.when(said.time)})
    elif gone:
        made = made.model_copy(update={"when": None})
    return Understanding("revise", tuple(made if c is call else c for c in calls))


def anew(call: Call, said: Said, gone: dict[str, Any], reading: Reading, builder: Builder) -> Call:
    """The call with the new arguments.

    Raises:
        Doubt: something has to be asked first.
    """
    old = {k: v for k, v in call.args.items() if k not in gone}
    if gone.get("keys") and not gone.get("tags"):
        old["tags"] = {k: v for k, v in old.get("tags", {}).items() if k not in gone["keys"]}
    more = _counted(_reckoned(said.args, call, builder.inventory), call, reading)
    args = with_new_arguments(old, more, builder.inventory)
    frame = Frame("create_vms", Clause(list(reading.items)), said, Chosen())
    frame.said.args = args
    if said.time is None and call.when is not None and "when" not in gone:
        return builder.call(frame, []).model_copy(update={"when": call.when})
    return builder.call(frame, [])


def _counted(args: dict[str, Any], call: Call, reading: Reading) -> dict[str, Any]:
    """How many there shall be, where a turn says so; an "a" or a "one" may say nothing of it."""
    count = call.args.get("count") or 1
    if (more := _SO_MANY_MORE.search(reading.text)) and args.get("count"):
        sign = -1 if more["sign"].casefold() in ("less", "fewer") else 1
        return {**args, "count": max(1, count + sign * args["count"])}
    if so_many := SO_MANY_TIMES.search(reading.text):
        return {**args, "count": int(so_many["a"] or so_many["b"])}
    if _ONE_MORE.search(reading.text):
        return {**args, "count": count + 1}
    if {"pair", "couple"} & set(reading.words):
        return {**args, "count": 2}
    if args.get("count") == 1 and not _JUST_ONE.search(reading.text):
        return {k: v for k, v in args.items() if k != "count"}
    return args


def _reckoned(args: dict[str, Any], call: Call, inventory: Inventory) -> dict[str, Any]:
    """Differences and factors as figures, from those of the plan."""
    made = dict(args)
    for name, kind in FIGURES.items():
        said = args.get(name)
        if not (isinstance(said, str) and said[:1] in "x+-"):
            continue
        was = _present(call, name, inventory)
        if was is None:
            raise Doubt(replies.ask("How large shall it be? The plan does not say what it has."))
        figure = float(was) * float(said[1:]) if said[0] == "x" else float(was) + float(said)
        made[name] = kind(figure)
    return made


def _present(call: Call, name: str, inventory: Inventory) -> float | None:
    """What the plan gives the machine of it, by its figure or by its size."""
    if call.args.get(name) is not None:
        return float(call.args[name])
    sizes = [s for o in inventory.offers() for s in o.sizes if s.name == call.args.get("size")]
    found = {s.vcpus if name == "vcpus" else s.memory_gib for s in sizes}
    return float(found.pop()) if len(found) == 1 and name != "disk_gib" else None


def with_new_arguments(
    kept: dict[str, Any], args: dict[str, Any], inventory: Inventory
) -> dict[str, Any]:
    """New arguments of a new machine beside the old, where one does not speak against the other."""
    kept = dict(kept)
    sized = args.keys() & {"vcpus", "memory_gib"}
    if "size" in args:
        kept.pop("vcpus", None)
        kept.pop("memory_gib", None)
    elif sized:
        kept.pop("size", None)
    if args.keys() & {"region", "_regions"}:
        kept.pop("provider", None)
    if "_regions" in args or _lies_elsewhere(kept.get("region"), args.get("provider"), inventory):
        kept.pop("region", None)
    if "tags" in args:
        args = {**args, "tags": {**kept.get("tags", {}), **args["tags"]}}
    return {**kept, **args}


def _lies_elsewhere(region: str | None, provider: str | None, inventory: Inventory) -> bool:
    """Whether a region is none of a provider's."""
    offer = inventory.offer(provider) if region is not None and provider is not None else None
    return offer is not None and region not in offer.regions
