"""Questions that ask for several things of the same machines: "cpu and memory of web-01"."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Sequence

from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import QUESTION, Frame
from agent.brains.embedded.items import Item
from agent.brains.embedded.phrases import Noun
from agent.brains.embedded.questions.offers import CATALOG
from agent.brains.embedded.tools import CHANGES
from tools.calls import Call

_APART = re.compile(
    r"\b(?:separately|apart|individually|each on (?:its|their) own|one by one)\b(?! by\b)"
)
_SMALL = ("and", "comma", "slash", "det", "also", "or")
_USE = frozenset({"usage", "use", "load", "utilisation", "utilization", "consumption", "figures"})


def each_of(frame: Frame) -> list[Frame]:
    """The frame, or one for each thing that its clause asks for."""
    if frame.tool == "list_catalog":
        return _with_each(frame, "kind", _in_a_row(frame.clause, _kind_of))
    if frame.tool == "query_metrics" and not frame.clause.has("cmp", "condition", "most", "by"):
        return _with_each(frame, "metric", _in_a_row(frame.clause, _metric_of))
    if frame.tool in ("list_vms", "count_vms") and _APART.search(" ".join(frame.clause.words)):
        return list(_of_each_kind(frame))
    return [frame]


def _kind_of(item: Item) -> str:
    return CATALOG.get(item.get("object") or "", "") if not item.is_entity else ""


def _metric_of(item: Item) -> str:
    return item.get("metric") if item.has("metric") and not item.is_entity else ""


def _in_a_row(clause: Clause, named: Callable[[Item], str]) -> list[str]:
    """What is named in the first row of such words, between which only joints stand."""
    found: list[str] = []
    joined = False
    for item in clause.items:
        if (name := named(item)) and (joined or not found):
            found.append(name)
            joined = False
        elif found and item.has("and", "comma", "slash") and not item.is_entity:
            joined = True
        elif found and not (item.has(*_SMALL) or _USE & set(item.words)):
            break
    return list(dict.fromkeys(found))


def _with_each(frame: Frame, argument: str, values: Sequence[str]) -> list[Frame]:
    if len(values) < 2:
        return [frame]
    said = frame.said
    return [
        dataclasses.replace(
            frame, said=dataclasses.replace(said, args={**said.args, argument: value})
        )
        for value in values
    ]


def _of_each_kind(frame: Frame) -> Iterator[Frame]:
    """ "windows boxes, and rhel ones separately": each noun phrase for itself."""
    for noun in _nouns(frame):
        chosen = dataclasses.replace(frame.chosen, include=[noun], refers=None)
        yield dataclasses.replace(
            frame, said=dataclasses.replace(frame.said, args=dict(frame.said.args)), chosen=chosen
        )


def _nouns(frame: Frame) -> Sequence[Noun]:
    """The noun phrases; of "stopped and suspended machines" one for each of the two."""
    nouns = frame.chosen.real
    if len(nouns) != 1:
        return nouns
    words = set(frame.clause.words)
    for name in ("state", "provider", "image", "os"):
        values = nouns[0].fields.get(name) or []
        if len(values) > 1 and words.issuperset(values):
            return [
                dataclasses.replace(nouns[0], fields={**nouns[0].fields, name: [value]})
                for value in values
            ]
    return nouns


def carried_on(frame: Frame, frames: Sequence[Frame]) -> None:
    """ "what sizes are there in gcp? and images also": asked as the one before was."""
    last = frames[-1] if frames else None
    if last is None or last.tool in CHANGES or frame.tool in CHANGES or frame.tool != last.tool:
        return
    opens = frame.clause.items[0]
    if opens.has("and", "also") or frame.clause.has("also"):
        frame.strength = max(frame.strength, min(last.strength, QUESTION))
    if frame.tool == "list_catalog" and not {"provider", "region"} & set(frame.args):
        for name in ("provider", "region"):
            if name in last.args:
                frame.args[name] = last.args[name]


def of_what(call: Call) -> str:
    """The machines and the thing of theirs that a question asks about."""
    selector = call.selector and call.selector.to_dict()
    return json.dumps([selector, call.args.get("metric"), call.args.get("kind")], sort_keys=True)


def asked_once(calls: Sequence[Call]) -> list[Call]:
    """The calls without a look that another of them takes already."""
    made: list[Call] = []
    for call in calls:
        if call.tool in CHANGES or call not in made:
            made.append(call)
    return made
