"""The embedded brain: reads a turn by grammar and live inventory, in milliseconds, offline."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.brains.base import Context, Trace, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.followups import Followups
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.fresh import fresh
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.site import Site, build_site
from agent.dialogue import reads


@dataclass
class EmbeddedBrain:
    """Understands without a model and without a network."""

    name: str = "embedded"
    _sites: dict[tuple[int, int], tuple[Any, Site]] = field(
        default_factory=dict[tuple[int, int], tuple[Any, Site]]
    )

    def understand(self, text: str, context: Context) -> Understanding:
        """Read one turn; nothing is changed."""
        now = local_now(context)
        site = self._site(context)
        reader = Reader(site, now)
        reading = reader.read(text)
        understood = self._understand(text, context, reader, reading)
        if understood.trace:
            return understood
        trace = tuple(Trace(i.text, i.used) for i in reading.items if i.used)
        return Understanding(
            understood.kind,
            understood.calls,
            understood.text,
            understood.options,
            understood.frame,
            trace,
        )

    def _understand(
        self, text: str, context: Context, reader: Reader, reading: Reading
    ) -> Understanding:
        builder = Builder(context, reader)
        if not reading.items:
            return replies.ask("What would you like to know or do?")
        said = reads(text)
        followups = Followups(context, reader, builder)
        if understood := followups.hypothetical(reading, said):
            return understood
        asked = context.memory.asked is not None and {"both", "all"} & set(reading.words)
        if said == "yes" and not asked:
            return replies.nothing_pending(context)
        if understood := followups.understand(reading, said):
            return understood
        return fresh(builder, reading)

    def _site(self, context: Context) -> Site:
        """The words of the fleet, read again when the inventory has changed."""
        inventory = context.world.inventory
        key = (id(inventory), 0)
        known = self._sites.get(key)
        if known is not None and known[0] is inventory and known[1].version == inventory.version:
            return known[1]
        same = known[1] if known is not None and known[0] is inventory else None
        site = build_site(inventory, same)
        if len(self._sites) > 8:
            self._sites.clear()
        self._sites[key] = (inventory, site)
        return site


def local_now(context: Context) -> datetime:
    """The present moment in the person's zone."""
    return context.world.now.astimezone(ZoneInfo(context.zone))
