"""Backups that are asked about: what is kept of a machine is its snapshots."""

from __future__ import annotations

import re

from agent.brains.embedded.site import Site

_ASKS = re.compile(
    r"^\W*(?:(?:hey|hi|hello|ok|okay|so|and|but|please|pls|can you|could you|i need|i want|tell me)"
    r"\b[,.! ]*)*(?:show|list|which|what|are there|is there|do we (?:still )?have|have we got|does|"
    r"has|have|how old|how many|how recent|when (?:was|is)|any|see)\b",
    re.IGNORECASE,
)
_BACKUPS = re.compile(
    r"(?<!\blast )(?<!\bbeing )\b(?P<one>back-?up)(?P<many>s?)\b(?! ?-?(?:servers?|srv|"
    r"machines?|box(?:es)?|"
    r"vms?|hosts?|jobs?|running|ran|runs?|fail\w*|schedules?|tasks?|polic\w*|software|disks?|role|"
    r"team|tag|storage|target|nodes?|instances?|up)\b)(?![-\w])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w.-]*\w")

_LONGEST = 300
"""Longer turns are read as they are."""


def as_snapshots(text: str, site: Site) -> str:
    """A question about the backups of a machine that it names, as one about its snapshots."""
    if "ackup" not in text or len(text) > _LONGEST or _ASKS.match(text) is None:
        return text
    named = [w[0].casefold() for w in _WORD.finditer(text) if w[0].casefold() in site.names.exact]
    if not named or any("backup" in name for name in named):
        return text
    return _BACKUPS.sub(lambda found: f"snapshot{found['many']}", text, count=1)
