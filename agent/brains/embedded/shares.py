"""A part of a set that nobody named: "half of the workers", "some web servers", "every second one".

Which of them is for the person to say: a plan for all of them would be another than was asked for.
"""

from __future__ import annotations

import re

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.items import Item

_SHARE = re.compile(
    r"(?:a |the )?(?:"
    r"(?:some|several|many|few|half|third|quarter|part|portion|handful|bunch|couple|majority|"
    r"most|rest|two thirds|three quarters|one or two|two or three|three or four|\w+ percent|"
    r"\d+ ?%|\d+ or \d+|\d+ percent) (?:of )?"
    r"|every (?:second|other|third|2nd|3rd) "
    r"|(?:the )?odd |(?:the )?even )$"
)
_ALONE = ("some", "several", "few", "half", "couple", "many", "every", "odd", "even", "or")
"""Those that need no "of": "some web servers", where "most servers" may be "the most …"."""


def share_of(clause: Clause) -> str | None:
    """The words for a part of the machines, right before the words for the machines; or None."""
    items = clause.items
    for k in range(len(items)):
        if not _means_several(items, k):
            continue
        lead = _lead(items, k)
        found = _SHARE.search(lead)
        if found is None:
            continue
        said = found.group().strip()
        if said.endswith(" of") or set(said.split()) & set(_ALONE):
            return said
    return None


def _means_several(items: list[Item], k: int) -> bool:
    item = items[k]
    if item.has("pron") and item.words[0] in ("them", "those", "these"):
        return True
    described = item.has("noun", "condition", "state", "os")
    return described or (item.is_entity and not item.has("names"))


def _lead(items: list[Item], k: int) -> str:
    """What stands before the item, without articles, to the last verb or comma."""
    words: list[str] = []
    for item in reversed(items[max(0, k - 6) : k]):
        if item.has("comma", "and") or item.is_entity:
            break
        words[:0] = item.words or (item.text,)
    while words and words[-1] in ("the", "our", "my", "these", "those", "its", "your"):
        words.pop()
    return " ".join(words) + " " if words else ""
