"""A sentence in the words that the grammar reads: addresses, rows, open questions in full."""

from __future__ import annotations

from agent.brains.base import Context
from agent.brains.embedded.addresses import named_by_address
from agent.brains.embedded.overview import open_question
from agent.brains.embedded.site import Site
from agent.brains.embedded.spans import with_spans
from agent.brains.embedded.superlatives import by_group
from agent.brains.embedded.torn import without_the_complaint


def reword(text: str, context: Context, site: Site) -> str:
    """The same sentence, with what stands for something else written out."""
    text = with_spans(named_by_address(text, context.world.inventory), site)
    if context.memory.pending is not None:
        text = without_the_complaint(text)
    return open_question(by_group(text))
