"""What figures are set beside: yesterday, or last week."""

from __future__ import annotations

import re
from itertools import accumulate

from agent.brains.embedded.clauses.clause import Clause

BESIDE = "compare"
"""How it is noted that words were taken for this."""
_BETWEEN = "(?: (?:it|they|that|those|the|same|time|hour|hours|day|period|on|at|of|from|was|were))*"
_COMPARED = re.compile(
    r"(?:compar(?:ed|ing|e) (?:to|with|against)|(?:in )?comparison (?:to|with)|relative to|than|vs"
    rf"|versus|against){_BETWEEN} "
    r"(?:(?P<day>yesterday|(?:the )?(?:previous|prior) day|(?:the )?day before|a day ago"
    r"|24 hours ago)"
    r"|(?P<week>(?:last|previous|prior) week|(?:the )?week before|a week ago|7 days ago))"
    r"|(?P<daily>day (?:over|on|by) day)|(?P<weekly>week (?:over|on|by) week)"
)


_REST = re.compile(
    r"(?:as against|against|compar(?:ed?|ing|es) (?:to|with|against)|(?:in )?comparison (?:to|with)"
    r"|relative to|as opposed to|vs|versus|next to|alongside) "
    r"(?:(?:the|all|all of|every|our) )*(?:rest(?: of (?:them|it|the \w+|our \w+|everything|all))?"
    r"|(?:everything|everyone|everybody|anything|all) else|(?:other|remaining) \w+|others)"
)
_FIELDS = ("tags.env", "provider", "region", "tags.team", "tags.owner", "tags.role")


def take_rest(clause: Clause) -> str | None:
    """ "production, as against everything else": the field by which all are grouped, where what is
    set beside the rest is told by one field alone; and the words are taken.
    """
    text = " ".join(word for item in clause.items for word in item.words)
    found = next((m for m in _REST.finditer(text) if _is_whole(text, m)), None)
    if found is None:
        return None
    first = len(text[: found.start()].split())
    last = first + len(found[0].split())
    starts = list(accumulate((len(item.words) for item in clause.items), initial=0))
    placed = list(zip(clause.items, starts, strict=False))
    told = [i for i, start in placed if i.is_entity and not first <= start < last]
    fields = [{name for name, _ in i.get("value") or ()} for i in told]
    shared = set[str].intersection(*fields) if fields else set[str]()
    field = next((f for f in _FIELDS if f in shared), None)
    if field is None or any(i.has("names", "stem") for i in told):
        return None
    for item, start in placed:
        if first <= start < last or item in told:
            item.used = "set beside the rest"
    return field.removeprefix("tags.")


def take_compare(clause: Clause) -> str | None:
    """ "than yesterday", "week over week": how much earlier, and its words are taken."""
    words = [word for item in clause.items for word in item.words]
    text = " ".join(words)
    found = next((m for m in _COMPARED.finditer(text) if _is_whole(text, m)), None)
    if found is None:
        return None
    ago = "24h" if found["day"] or found["daily"] else "7d"
    first = len(text[: found.start()].split())
    last = first + len(found[0].split())
    starts = accumulate((len(item.words) for item in clause.items), initial=0)
    for item, start in zip(clause.items, starts, strict=False):
        if first <= start < last:
            item.used = f"{BESIDE} {ago}"
    return ago


def _is_whole(text: str, found: re.Match[str]) -> bool:
    """Whether it begins and ends with words."""
    before, after = text[: found.start()], text[found.end() :]
    return before[-1:] in ("", " ") and after[:1] in ("", " ")
