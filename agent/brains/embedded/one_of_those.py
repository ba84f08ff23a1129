""" "Nothing? Then make one, please.", after a look at snapshots: one of what was looked at."""

from __future__ import annotations

import re

from agent.brains.base import Memory

_MAKE_ONE = re.compile(
    r"^\W*(?:(?:nothing|none|no(?:ne)?|not (?:a single )?one|zero|nada|really|oh|ok(?:ay)?|hm+|"
    r"well|so|then|and|now|good|right|thanks|thank you|i see|please|pls|in that case|"
    r"(?:can|could|would|will) you|let'?s|i(?:'d| would) like(?: you)? to|go ahead and|"
    r"just)\b[,.!?: ]*)*"
    r"(?:(?:make|take|create|do|add|get|give|have|let'?s have)(?: me| us| it| them)?|"
    r"i(?:'d| would)? (?:want|need|like)(?: to have)?|we (?:want|need)) "
    r"(?:a new one|a fresh one|another one|one more|another|one)"
    r"(?: (?:of|for|on) (?:it|that|this|them|each(?: of them)?|all(?: of them)?|both))?"
    r"(?P<rest>(?: (?:called|named|with the name|tonight|tomorrow|at|now|right now|then|please|pls|"
    r"too|first|before)\b[^,;!?]*|[.!]?)?)"
    r"(?:[,.;!] *(?:i|we|it|that|just|so|to|for|please|pls|thanks|thank you|because|then)\b[^?]*)?"
    r"\s*$",
    re.IGNORECASE,
)

_BOTH_THAT = re.compile(
    r"\bboth(?: of (?:them|those|these))?(?= (?:that|which|who)"
    r"(?: (?:are|were|have|had|run|cost|belong|use|sit|live)|'re)\b)",
    re.IGNORECASE,
)
""" "both that are stopped": of the machines of before, never of the whole fleet."""

_CAN_GO = re.compile(
    r"^\W*(?P<who>(?:the two|those|the ones|all (?:of them|those)) (?:that|which) "
    r"(?:are|were) [^,.;!?]{2,40}?) (?:can|may|should|must|have to|need to) (?:go|be [a-z]+)"
    r"\s*[,.;:-]+ *(?:so |please |and |just )*(?P<do>[a-z]+) (?:them|those)\b(?: all)?",
    re.IGNORECASE,
)
""" "those that are stopped can go, delete them"."""


def one_of_those(text: str, memory: Memory) -> str:
    """The wish for one in full, where snapshots were looked at just before; and "both that …" as
    what it points at.
    """
    text = _CAN_GO.sub(r"\g<do> \g<who>", _BOTH_THAT.sub("the two", text))
    last = memory.calls[-1] if memory.calls else None
    if last is None or memory.pending is not None or not memory.targets or len(text) > _LONG:
        return text
    looked = last.tool == "list_snapshots" or (
        last.tool in ("list_vms", "count_vms", "describe_vms")
        and last.selector is not None
        and bool(last.selector.to_dict().get("snapshots"))
    )
    found = _MAKE_ONE.match(text.replace("\u2019", "'")) if looked else None
    if found is None:
        return text
    those = "it" if len(memory.targets) == 1 else "all of them"
    return f"take a snapshot of {those}{found['rest'].rstrip('.! ')}"


_LONG = 160
