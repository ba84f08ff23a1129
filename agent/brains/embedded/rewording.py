"""A sentence in the words that the grammar reads: addresses, rows, open questions in full."""

from __future__ import annotations

import re

from agent.brains.base import Context, Memory
from agent.brains.embedded.addresses import named_by_address
from agent.brains.embedded.overview import open_question
from agent.brains.embedded.site import Site
from agent.brains.embedded.spans import with_spans
from agent.brains.embedded.superlatives import by_group
from agent.brains.embedded.torn import without_the_complaint

_UNMAKES = re.compile(
    r"(?:(?:please|ok(?:ay)?|now|can you|could you)[, ]+)*(?:delete|remove|drop|discard) "
    r"(?:that|those|the|these) (?:new )?snapshots?"
    r"(?: (?:that )?(?:you|we|i)(?: have|'ve)?(?: just)? (?:made|took|taken|created))?"
    r"(?: (?:again|now|please))*",
    re.IGNORECASE,
)


def _unmade(text: str, memory: Memory) -> str:
    """ "delete the snapshot you just made", right after it was made: it is undone."""
    made = memory.pending is None and memory.operation is not None and memory.calls[-1:]
    if not made or made[0].tool != "snapshot_vms":
        return text
    return "undo that" if _UNMAKES.fullmatch(text.strip(" .!")) else text


def reword(text: str, context: Context, site: Site) -> str:
    """The same sentence, with what stands for something else written out."""
    text = with_spans(named_by_address(text, context.world.inventory), site)
    if context.memory.pending is not None:
        text = without_the_complaint(text)
    return _unmade(open_question(by_group(text)), context.memory)
