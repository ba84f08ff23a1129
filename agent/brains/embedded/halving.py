"""A yes to some machines of the plan that waits and a no to the others: "03 ok, 04 not yet"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.brains.embedded.frames import Reading
from agent.brains.embedded.items import Item
from agent.brains.embedded.merging import numbered_names
from agent.brains.embedded.site import Site

_YES = frozenset(
    {"yes", "ok", "okay", "fine", "good", "go", "sure", "approved", "yep", "yeah", "aye", "ya",
     "do", "confirmed", "proceed", "agreed", "works", "right"}
)  # fmt: skip
_NO = frozenset(
    {"no", "not", "hold", "wait", "nope", "nah", "naw", "leave", "skip", "spare", "keep", "never",
     "refused", "denied"}
)  # fmt: skip
_SMALL = frozenset(
    {"to", "for", "with", "on", "the", "is", "yet", "please", "pls", "ahead", "and", "a", "off",
     "now", "it", "that", "one", "machine", "box", "server", "vm", "alone", "out", "be", "can",
     "i", "say", "then", "so", "we", "let", "are", "but", "of", "me", "at", "in", "this", "time"}
)  # fmt: skip


def halved(reading: Reading, planned: Sequence[str], site: Site) -> tuple[list[str], list[str]]:
    """The machines of the plan that have a yes and those that have a no; both empty where the turn
    says anything else.
    """
    nothing: tuple[list[str], list[str]] = ([], [])
    agreed: list[str] = []
    refused: list[str] = []
    if "?" in reading.text:
        return nothing
    for part in _parts(reading.items):
        words = {w for i in part for w in i.words if not (i.has("names", "number"))}
        said = [n for i in part if i.has("names") for n in i.get("names")]
        said = said or numbered_names(Reading("", part, words=()), planned, site)
        no, yes = bool(words & _NO), bool(words & _YES)
        if part[0].words[:1] == ("but",) and refused and not agreed and not (no or yes):
            yes = True
        if (
            not said
            or words - _YES - _NO - _SMALL
            or not (no or yes)
            or not set(said) <= {*planned}
        ):
            return nothing
        (refused if no else agreed).extend(said)
    if not agreed or not refused or set(agreed) & set(refused):
        return nothing
    return list(dict.fromkeys(agreed)), list(dict.fromkeys(refused))


def _parts(items: Sequence[Item]) -> list[list[Item]]:
    parts: list[list[Item]] = [[]]
    for item in items:
        cuts = item.has("comma", "stop", "dash") or item.words[:1] == ("but",)
        if cuts and parts[-1]:
            parts.append([])
        if not item.has("comma", "stop", "dash"):
            parts[-1].append(item)
    return [p for p in parts if p]
