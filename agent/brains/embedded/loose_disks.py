"""Disks that no machine uses: a few plain sentences, read whole or not at all."""

from __future__ import annotations

import re

from agent.brains.base import Trace, Understanding
from tools.calls import Call
from tools.selector import Selector

_LEAD = r"(?:(?:please|can you|could you|would you|now|then|so|hey|ok|okay)[, ]+)*"
_VERB = r"(?:delete|remove|destroy|drop|purge|get rid of|throw away)"
_KIND = r"(?:unattached|un-attached|detached|orphan|orphaned|dangling|loose|unused)"
_DISKS = r"(?:disks?|volumes?)"
_FREE = (
    r"(?:(?:that|which) )?(?:no (?:machine|vm|server|one) (?:uses|has|needs)"
    r"|(?:are |is )?attached to (?:nothing|no (?:machine|vm|server))"
    r"|(?:are |is )?not attached(?: to (?:anything|any (?:machine|vm|server)))?"
    rf"|(?:are |is )?{_KIND})"
)
_ALL = r"(?:all |every |any )?(?:of )?(?:the |our |those )?"
_END = r"[?!. ]*(?:please)?[?!. ]*"
_THOSE = rf"{_ALL}(?:{_KIND} {_DISKS}|{_DISKS} {_FREE})"
_GO = re.compile(rf"\s*{_LEAD}{_VERB} {_THOSE}{_END}", re.IGNORECASE)
_ONE = re.compile(
    rf"\s*{_LEAD}{_VERB} (?:the )?(?:disk|volume) (?P<name>[\w./:-]*\w){_END}", re.IGNORECASE
)
_LOOK = re.compile(
    rf"\s*{_LEAD}(?:(?:show|list|find|give)(?: me| us)? |(?:are|is) there |do we have )"
    rf"{_THOSE}{_END}|\s*{_LEAD}(?:which|what) (?:{_DISKS} {_FREE}|{_KIND} {_DISKS} .{{0,40}})"
    rf"{_END}|\s*any {_KIND} {_DISKS}{_END}",
    re.IGNORECASE,
)


def read_disks(text: str) -> Understanding | None:
    """What a sentence about such disks asks for; None where it is about anything else."""
    said = " ".join(text.split())
    if _LOOK.fullmatch(said):
        call = Call(
            tool="recommend_savings",
            selector=Selector.parse({"all": True}),
            args={"kind": "orphaned disk"},
        )
    elif _GO.fullmatch(said):
        call = Call(tool="delete_disks")
    elif one := _ONE.fullmatch(said):
        call = Call(tool="delete_disks", args={"disks": [one["name"]]})
    else:
        return None
    return Understanding("calls", (call,), trace=(Trace(said, "disks that no machine uses"),))
