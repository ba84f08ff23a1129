""" "Take a new one", "make one of each of them", after a question about snapshots."""

from __future__ import annotations

import re

from agent.brains.base import Memory

_THEM = r"(?:them|those|these)"
_ONE = re.compile(
    r"(?:\b(?:take|make|create|do|get|want|need) (?:me |us )?(?:please )?|"
    r"^\W*(?:(?:and|ok|okay|please|yes),? )*(?=another\b))"
    r"(?:(?:an? )?(?:new|fresh|second|recent|current) ones?|another(?: one)?|one(?: more)?|ones)"
    r"(?! (?:with|in|at|from|that|which|called|named|"
    r"of (?!each|them|those|these|it|both|all))\b)"
    rf"(?P<whose> (?:of|for|on|from) (?:each(?: (?:one )?of {_THEM})?|each one|"
    rf"every one(?: of them)?|{_THEM}(?: all)?|all(?: of {_THEM})?|both(?: of {_THEM})?|it))?"
    r"(?P<each> each)?(?=[\s,.;!?]|$)",
    re.IGNORECASE,
)
_SAYS_WHAT = re.compile(
    r"\b(?:snapshots?|snaps?|disks?|machines?|vms?|servers?|tags?|(?:old|older|other|first|last|that|"
    r"this|the|previous) ones?)\b",
    re.IGNORECASE,
)
"""With these "one" is something else, or something else is done besides."""


def with_the_snapshot(text: str, memory: Memory) -> str:
    """The turn with the snapshot in place of "one", where the last answer was about snapshots."""
    if memory.pending is not None or not _of_snapshots(memory) or not memory.targets:
        return text
    if _SAYS_WHAT.search(text):
        return text
    found = _ONE.search(text)
    if found is None:
        return text
    one = len(memory.targets) == 1
    if not (one or found["whose"] or found["each"]):
        return text
    whose = "it" if one else "them"
    return f"{text[: found.start()]}take a snapshot of {whose}{text[found.end() :]}"


_LACKS = re.compile(
    r"^(?P<told>[^.;!?]{0,80}?\b(?:no|not|n't|without|last|old|outdated|missing|lacks)\b[^.;!?]{0,40}?"
    r"\bsnapshots?\b[^.;!?]{0,40}[.;!]) *"
    r"(?:(?:please|so|then|pls|can you|could you|now)[, ]+)*"
    r"(?:take|make|create|do) (?:an? (?:new|fresh) )?one\b(?! (?:of|for|from|on)\b)",
    re.IGNORECASE,
)


def with_the_one_told(text: str) -> str:
    """ "db-prod-2 has no snapshot this week. Take one tonight": a snapshot of it."""
    return _LACKS.sub(r"\g<told> take a snapshot of it", text, count=1)


def _of_snapshots(memory: Memory) -> bool:
    last = memory.calls[-1] if memory.calls else None
    if last is None:
        return False
    bound = last.selector is not None and last.selector.snapshots is not None
    return last.tool == "list_snapshots" or (bound and last.tool in ("list_vms", "count_vms"))
