"""Names of sizes, regions, hosts, images and groups: the exact spelling, or the closest ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from tools.errors import NotFound
from tools.machine import VM


def spelled(name: str, known: Iterable[str]) -> str | None:
    """The known name that differs from `name` in case at most."""
    folded = name.casefold()
    known = list(known)
    return name if name in known else next((k for k in known if k.casefold() == folded), None)


def closest(name: str, known: Iterable[str], limit: int = 5) -> tuple[str, ...]:
    """The known names that look most like this one, best first; any, where none looks like it."""
    choices = {k: k.casefold() for k in dict.fromkeys(known)}
    ranked = process.extract(
        name.casefold(), choices, scorer=fuzz.ratio, limit=limit, score_cutoff=50
    )
    return tuple(found for _, _, found in ranked) or tuple(choices)[:limit]


def told_apart(vms: Sequence[VM]) -> str:
    """Machines of one name in words: where each is, and the id that is its alone."""
    places = [f"{vm.provider} {vm.region}" for vm in vms]
    if len(set(places)) < len(vms):
        places = [
            f"{place} {vm.host or vm.state.value}" for place, vm in zip(places, vms, strict=True)
        ]
    shown = [f"{place} ({vm.id})" for place, vm in zip(places, vms, strict=True)]
    return listed(shown, 5)


def require_known(kind: str, name: str, known: Iterable[str], where: str = "") -> str:
    """The exact spelling of a name that must exist.

    Raises:
        NotFound: there is none; the closest are offered.
    """
    known = list(known)
    found = spelled(name, known)
    if found is None:
        place = f" on {where}" if where else ""
        raise NotFound(f"There is no {kind} {name!r}{place}.", choices=closest(name, known))
    return found


def require_image(name: str, known: Sequence[str], where: str = "") -> str:
    """The exact image, or the newest of a family: `debian` is the newest `debian-…`.

    Raises:
        NotFound: there is none; the closest are offered.
    """
    if spelled(name, known) is None:
        prefix = name.casefold().rstrip("-") + "-"
        family = [k for k in known if k.casefold().startswith(prefix)]
        if family:
            return max(family, key=_version)
    return require_known("image", name, known, where)


def _version(name: str) -> list[int]:
    return [int(figure) for figure in re.findall(r"\d+", name)]


def listed(names: Sequence[str], shown: int = 6) -> str:
    """Names in a sentence, and how many more there are."""
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def counted(number: int, noun: str) -> str:
    """`1 machine`, `3 machines`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
