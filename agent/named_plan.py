"""A yes that names again what waits: "yes, you can start Alice's machine".

Plain code over the person's own words: what names exactly the machines of the plan, or exactly its
figures, may stand in a yes. Another name, or a part of the machines, may not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from agent.dialogue import reads
from tools.inventory import Inventory
from tools.plan import Plan, PlannedCall
from tools.selector import Selector

Spoken = Mapping[str, Sequence[str]]
"""How the plan that waits may be said: the `names` of all its machines, `phrases` for them, and its
`figures`. JSON values."""

_ONE = ("machine", "box", "vm", "server", "instance", "node", "workstation", "desktop", "one")
_SEVERAL = ("machines", "boxes", "vms", "servers", "instances", "nodes", "ones")
_MOST = 50
"""Nobody names more machines in a yes."""

_UNITS = {
    "vcpus": ("cores", "core", "vcpus", "vcpu", "cpus", "cpu"),
    "memory_gib": ("gb", "gib", "gigs", "gig", "g", "gigabytes"),
    "size_gib": ("gb", "gib", "gigs", "gig", "g", "gigabytes"),
}
_AGREES = re.compile(
    r"\b(?:yes|yep|yeah|yup|yea|aye|sure|ok|okay|alright|all right|go ahead|go on|proceed|fine|"
    r"good|great|perfect|confirm|confirmed|approved?|agreed|correct|right|you (?:can|may)|do it|"
    r"please do|let'?s (?:do|go)|absolutely|definitely)\b",
    re.IGNORECASE,
)
"""Without one of these the act is but asked for again."""

_LATER = re.compile(
    r"(?:^|(?<=[.!;,])\s*)(?:ok(?:ay)? |and |well )?(?:i|we)(?:'ll| will| can| shall)(?: have to)? "
    r"(?:look|have a look|take a look|check|deal|come back|get back|see|handle)"
    r"(?: (?:at|into|with|to|on|about))? (?:it|that|this|that one|this one) "
    r"(?:later(?: on)?|afterwards|in a (?:bit|while|minute)|another time|some other time)"
    r"(?=\s*[.,;!])",
    re.IGNORECASE,
)
"""What is left for later, beside a yes, is what was asked about in between."""


_TELLS_OF_IT = re.compile(r"\bit (?:is|was|has|had|needs?|looks?|seems?|will|can|does)\b", re.I)
"""What is told of a machine is no act that is asked for."""


def spoken(plan: Plan, inventory: Inventory) -> dict[str, list[str]]:
    """How a plan may be named in a yes; nothing for one of several acts or many machines."""
    first = plan.calls[0] if plan.calls else None
    if first is None or len(plan.calls) > 1 or not 0 < len(first.vms) <= _MOST:
        return {"names": [], "phrases": [], "figures": []}
    names = [vm.name for vm in first.vms]
    plain = len(set(names)) == len(names) and not any(reads(name) for name in names)
    plain = plain and all(len(inventory.named(name)) == 1 for name in names)
    return {
        "names": names if plain else [],
        "phrases": _phrases(first, inventory),
        "figures": _figures(first),
    }


def _phrases(call: PlannedCall, inventory: Inventory) -> list[str]:
    """Descriptions by a tag that hold for exactly the machines of the call."""
    ids = {vm.id for vm in call.vms}
    found: list[str] = []
    for key, value in call.vms[0].tags.items():
        if any(vm.tags.get(key) != value for vm in call.vms):
            continue
        if set(inventory.select_ids(Selector(tags={key: (value,)}))) != ids:
            continue
        nouns = _ONE if len(ids) == 1 else _SEVERAL
        found.extend(f"{value}{of} {noun}" for of in ("'s", "") for noun in nouns)
        if len(ids) > 1:
            found.append(f"{value}s")
    return sorted(found, key=len, reverse=True)


def _figures(call: PlannedCall) -> list[str]:
    """The figures of the call as they may be said: "to 8 cores"."""
    made: list[str] = []
    for name, units in _UNITS.items():
        value = call.args.get(name)
        if isinstance(value, int | float):
            made.extend(f"{value:g} {unit}" for unit in units)
            made.extend(f"{value:g}{unit}" for unit in units)
    size = call.args.get("size")
    return sorted([*made, *([size] if isinstance(size, str) else [])], key=len, reverse=True)


def as_it(text: str, said: Spoken | None) -> str | None:
    """The words with what waits put as "it", or None where nothing names it in a yes."""
    whole = text.replace("\u2019", "'")
    text = _LATER.sub("", whole)
    if not said or "?" in text or len(text) > 300 or _AGREES.search(text) is None:
        return None
    plain = _without_figures(text, said.get("figures", ()))
    for phrase in said.get("phrases", ()):
        plain = re.sub(
            rf"(?:\bthe )?(?<![\w-]){re.escape(phrase)}(?![\w'-])", "it", plain, flags=re.I
        )
    plain = _without_names(plain, said.get("names", ()))
    if _TELLS_OF_IT.search(plain) and not _TELLS_OF_IT.search(text):
        return None
    return plain if plain != whole else None


def _without_figures(text: str, figures: Sequence[str]) -> str:
    for figure in figures:
        said = rf"(?<![\w.-])(?:(?:to|with|of|and|at) )?{re.escape(figure)}(?![\w'-]|\.\w)"
        text = re.sub(rf"{said}(?: of (?:memory|ram|disk))?", "", text, flags=re.IGNORECASE)
    return text


def _without_names(text: str, names: Sequence[str]) -> str:
    """The names as "it", where all of them are said in one row, in any order."""
    if not names:
        return text
    any_of = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    name = rf"(?<![\w-])(?:{any_of})(?![\w'-]|\.\w)"
    row = re.compile(rf"{name}(?:(?:,? and |, ?){name})*", re.IGNORECASE)
    rows = row.findall(text)
    if len(rows) != 1:
        return text
    mentioned = {found.casefold() for found in re.findall(name, rows[0], re.IGNORECASE)}
    return row.sub("it", text) if mentioned == {n.casefold() for n in names} else text
