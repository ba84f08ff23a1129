"""Groups that are wished for in a second breath: "how many are there? by env if you can"."""

from __future__ import annotations

import re

from agent.brains.base import Memory
from agent.brains.embedded.site import Site

_BY = re.compile(
    r"\b(?:by|per|for each|for every|according to)(?: the| each)? (?P<key>[a-z][\w-]*)\b(?!=)",
    re.IGNORECASE,
)
_KEYS = frozenset(
    {"env", "environment", "environments", "team", "teams", "owner", "owners", "region", "regions",
     "provider", "providers", "cloud", "clouds", "state", "states", "status", "os", "size", "sizes",
     "role", "roles", "group", "groups", "host", "hosts", "zone", "zones", "vendor", "location"}
)  # fmt: skip
_FIGURES = re.compile(
    r"\b(?:how many|count|number of|how much|costs?|spend(?:ing)?|total)\b", re.IGNORECASE
)
_LEADS = frozenset(
    {"if", "you", "can", "could", "split", "group", "break", "divide", "it", "them", "that", "this",
     "up", "down", "out", "would", "be", "nice", "good", "great", "better", "best", "ideal",
     "ideally", "preferably", "to", "see", "have", "get", "show", "and", "also", "please", "even",
     "helpful", "like", "i", "me", "which", "broken", "grouped", "maybe", "perhaps", "the",
     "number", "numbers", "result", "figure", "figures", "possible", "but", "so", "want", "prefer",
     "we", "d", "is", "s", "plus", "with", "a", "breakdown", "lovely", "handy", "divided", "sorted",
     "do", "give", "us", "useful", "for", "rather", "in", "addition", "too", "well", "as", "ll",
     "separate", "separated", "list", "then"}
)  # fmt: skip
"""Words before the groups that only ask for them nicely."""

_TAILS = _LEADS | {"thanks", "cheers", "appreciated", "ok", "okay", "much", "more", "perfect",
                   "super", "ta", "thank", "at", "all", "there"}  # fmt: skip
_WORDS = re.compile(r"[a-z]+", re.IGNORECASE)
_HOW_MANY_BY = re.compile(
    r"^\W*(?:(?:and|so|ok(?:ay)?)\W+)*how many(?: (?:are there|is that|are they|of (?:them|those|"
    r"these)))? (?:by|per|in each|for each) (?P<key>[a-z][\w-]*)\W*$",
    re.IGNORECASE,
)


def with_its_groups(text: str, memory: Memory, site: Site) -> str:
    """The question and its groups in one: "how many are there by env"."""
    if memory.pending is not None or memory.asked is not None or len(text) > 300:
        return text
    last = memory.calls[-1] if memory.calls else None
    whole = last is None or last.selector is None or last.selector.all or last.tool != "list_vms"
    if not whole and (found := _HOW_MANY_BY.match(text)):
        return f"split those by {found['key']}"
    found = next(reversed(list(_BY.finditer(text))), None)
    if found is None or not _is_key(found["key"], site):
        return text
    tail = set(_WORDS.findall(text[found.end() :].casefold()))
    if not tail <= _TAILS:
        return text
    head = _without_the_wish(text[: found.start()])
    if head is None or not _FIGURES.search(head) or _BY.search(head):
        return text
    return f"{head} by {found['key']}"


def _is_key(word: str, site: Site) -> bool:
    return word.casefold() in _KEYS or word.casefold() in site.tag_keys


def _without_the_wish(before: str) -> str | None:
    """What stands before the wish for groups, or None where nothing sets the two apart."""
    end = len(before)
    cut = None
    for found in reversed(list(re.finditer(r"[A-Za-z]+|[?.,;!]", before))):
        if found[0] in "?.,;!":
            cut = found.start()
            if found[0] in "?.;!":
                break
        elif found[0].casefold() not in _LEADS:
            break
    head = before[:cut].strip() if cut is not None and cut < end else ""
    return head.rstrip("?.,;! ") or None
