"""What NovaCron would do about words that may have been said; nothing is done."""

from __future__ import annotations

from functools import cached_property

from agent.brains.base import Context
from agent.brains.embedded import EmbeddedBrain
from agent.dialogue import reads
from tools.calls import Call
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
        changing = [c for c in calls if self._catalog.tool(c.tool).risk is not Risk.READ]
        written = (self._written(call) for call in calls)
        asks = understood.kind in ("ask", "decline") or (
            bool(changing) and not any(map(self._concerns_any, changing))
        )
        return Meaning(" ".join((understood.kind, *written)), bool(changing), asks)

    def starts_what_runs(self, text: str) -> bool:
        """Whether it would but start what runs already: "restart" may have been said."""
        context = Context(self._world, self._catalog, _LISTENING)
        try:
            calls = self._brain.understand(text, context).calls
        except NovaError:
            return False
        if any(call.tool != "start_vms" for call in calls):
            return False
        started = [self._ids(call) for call in calls]
        inventory = self._world.inventory
        return any(
            ids and all(vm.state == "running" for vm in inventory.get(ids).values())
            for ids in started
        )

    def _written(self, call: Call) -> str:
        """What would be done to which machines, however they were called."""
        return f"{call.tool} {self._ids(call)} {call.args} {call.when}"

    def _concerns_any(self, call: Call) -> bool:
        return call.selector is None or bool(self._ids(call))

    def _ids(self, call: Call) -> list[str]:
        try:
            return sorted(self._world.inventory.select_ids(call.selector)) if call.selector else []
        except NovaError:
            return []
