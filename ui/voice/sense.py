"""What NovaCron would do about words that may have been said; nothing is done."""

from __future__ import annotations

from functools import cached_property

from agent.brains.base import Context
from agent.brains.embedded import EmbeddedBrain
from agent.dialogue import reads
from tools.catalog import Catalog, Risk
from tools.control import TOOL_PACKAGES
from tools.errors import NovaError
from tools.identity import User
from tools.world import World
from ui.voice.choosing import Meaning

_LISTENING = User("ear", frozenset(), "voice")


class Sense:
    """Reads texts as the embedded brain does, on the fleet of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._brain = EmbeddedBrain()

    @cached_property
    def _catalog(self) -> Catalog:
        return Catalog.load(TOOL_PACKAGES)

    def of(self, text: str) -> Meaning:
        """What this text would lead to; a yes changes something, as it may carry out a plan."""
        if reads(text) == "yes":
            return Meaning("yes", changes=True)
        context = Context(self._world, self._catalog, _LISTENING)
        try:
            understood = self._brain.understand(text, context)
        except NovaError:
            return Meaning("ask", changes=False, asks=True)
        calls = understood.calls
        changes = any(self._catalog.tool(call.tool).risk is not Risk.READ for call in calls)
        written = (call.model_dump_json(exclude={"outright"}) for call in calls)
        asks = understood.kind in ("ask", "decline")
        return Meaning(" ".join((understood.kind, *written)), changes, asks)
