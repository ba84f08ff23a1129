"""The embedded brain: reads a turn by grammar and live inventory, in milliseconds, offline."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.brains.base import Context, Trace, Understanding
from agent.brains.embedded import replies
from agent.brains.embedded.asked_plainly import cost_of_what_waits
from agent.brains.embedded.background import fits, without_background
from agent.brains.embedded.called_off import off_and_why
from agent.brains.embedded.calls import Builder
from agent.brains.embedded.continuing import goes_on, with_its_measure
from agent.brains.embedded.doubtful import whole_fleet_or_less
from agent.brains.embedded.followups import Followups
from agent.brains.embedded.frames import Reading
from agent.brains.embedded.fresh import fresh
from agent.brains.embedded.headroom import asks_for_gib_free
from agent.brains.embedded.hesitating import does_it_oneself, thinks_aloud
from agent.brains.embedded.holding import held
from agent.brains.embedded.layout import laid_out
from agent.brains.embedded.loose_disks import read_disks
from agent.brains.embedded.networking import Networking
from agent.brains.embedded.news import without_news
from agent.brains.embedded.of_those_seen import held_to_the_seen
from agent.brains.embedded.overview import as_trouble
from agent.brains.embedded.parts import without_remarks
from agent.brains.embedded.putting_off import puts_off
from agent.brains.embedded.reader import Reader
from agent.brains.embedded.respelled import respelled
from agent.brains.embedded.rewording import reword
from agent.brains.embedded.second_reading import SecondReading
from agent.brains.embedded.self_corrected import with_what_is_meant
from agent.brains.embedded.sequence import in_sequence
from agent.brains.embedded.site import Site, build_site
from agent.brains.embedded.spared_and_asked import spared_and_asked
from agent.brains.embedded.specifying import is_making
from agent.brains.embedded.swapping import only_what_is_meant
from agent.brains.embedded.taking_back import corrected_at_once, without_the_dropped
from agent.brains.embedded.tickets import left_open, may_refer, without_references
from agent.brains.embedded.tools import CHANGES
from agent.brains.embedded.torn import called_off, torn, with_the_last_figure
from agent.brains.embedded.unscheduling import ends_schedules, unscheduled
from agent.brains.embedded.unwished import only_the_question
from agent.brains.embedded.widening import only_asks
from agent.brains.embedded.within import kept_within
from agent.brains.embedded.zones import Zoned, in_own_zone, in_zone_said
from agent.dialogue import reads
from tools.calls import Call, When

_LEFT_ALONE = re.compile(
    r"(?:(?:no|naw|nah|ok|okay|wait|and|but|please|just|then)[,.! ]+)*(?:leave|keep) [\w.-]+ "
    r"(?:where|as|how|the way) (?:it|they) (?:is|are)\b",
    re.IGNORECASE,
)
"""A machine that stays as it is, where no plan waits."""


@dataclass
class EmbeddedBrain:
    """Understands without a model and without a network."""

    name: str = "embedded"
    _sites: dict[tuple[int, int], tuple[Any, Site]] = field(
        default_factory=dict[tuple[int, int], tuple[Any, Site]]
    )

    def understand(self, text: str, context: Context) -> Understanding:
        """Read one turn; nothing is changed."""
        text = laid_out(text)
        if (disks := read_disks(text) or asks_for_gib_free(text)) is not None:
            return disks
        zoned = in_zone_said(text, local_now(context))
        if not zoned.is_known:
            return replies.ask(
                f'Which time zone is "{zoned.said}"? Say the time in {context.zone}.'
            )
        understood = self._beside_references(zoned.text, context, zoned.now)
        understood = in_sequence(understood, zoned.text)
        return _in_own_zone(understood, zoned, context) if zoned.said else understood

    def _beside_references(self, text: str, context: Context, now: datetime) -> Understanding:
        """The turn read without the tickets it refers to, where nothing hangs on them."""
        if not may_refer(text):
            return self._in_its_zone(text, context, now)
        aside = without_references(text, Reader(self._site(context), now).scanner)
        if not aside.references:
            return self._in_its_zone(aside.text, context, now)
        understood = self._in_its_zone(aside.text, context, now)
        if question := left_open(understood, aside):
            return question
        told = tuple(Trace(reference, "a reference") for reference in aside.references)
        return replace(understood, trace=(*understood.trace, *told))

    def _in_its_zone(self, text: str, context: Context, now: datetime) -> Understanding:
        site = self._site(context)
        reader = Reader(site, now)
        plain = Networking(context, reader, Builder(context, reader)).understand(text)
        if plain is not None:
            return plain
        if cost := cost_of_what_waits(text, context):
            return cost
        if spelled := respelled(text, context):
            return spelled
        if fewer := held_to_the_seen(text, context.memory, context.world.inventory):
            return fewer
        said, text = text, reword(text, context, site)
        if off_and_why(text, reader, context):
            return Understanding("cancel")
        own = does_it_oneself(text, reader, context)
        if isinstance(own, Understanding):
            return own
        reading = own or reader.read(text)
        if context.memory.pending is None and context.memory.asked is None:
            reading = without_news(reading, reader)
        if context.memory.pending is None and called_off(reading):
            return replies.not_wished()
        if context.memory.pending is None and ends_schedules(text):
            return unscheduled(context, reading.words)
        reading = with_what_is_meant(reading, reader)
        reading = with_the_last_figure(corrected_at_once(reading, reader), reader)
        if (question := torn(reading, reader)) is not None:
            return question
        reading = without_the_dropped(reading, reader, context.memory)
        reading = with_its_measure(reading, reader, context.memory)
        asked = None if context.memory.pending else spared_and_asked(reading, reader)
        reading = only_the_question(asked or reading, reader)
        text, whole = reading.text, reading
        understood, reading = self._of_request(text, context, reader, reading)
        if understood is None:
            understood = self._understand(text, context, reader, reading)
            if reading.items and not goes_on(text, understood, context.memory):
                second = SecondReading(context, reader, Builder(context, reader))
                understood = second.better(reading, understood) or understood
            understood = held(reading, understood, context)
        if asked is not None and any(c.tool in CHANGES for c in understood.calls):
            return replies.not_wished()
        understood = whole_fleet_or_less(understood, whole)
        understood = kept_within(said, reading, understood, context)
        understood = as_trouble(understood, text)
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

    def _of_request(
        self, text: str, context: Context, reader: Reader, reading: Reading
    ) -> tuple[Understanding | None, Reading]:
        """The request among what is told around it, where a turn has both; else the turn anew."""
        if context.memory.pending is not None or context.memory.asked is not None:
            return None, reading
        request = without_background(reading, reader)
        if request is None:
            return None, reading
        builder = Builder(context, reader)
        understood = fresh(builder, request)
        second = SecondReading(context, reader, builder)
        understood = second.better(request, understood) or understood
        if fits(understood, request, reading.items):
            return understood, request
        return None, reader.read(text)

    def _understand(
        self, text: str, context: Context, reader: Reader, reading: Reading
    ) -> Understanding:
        builder = Builder(context, reader)
        if not reading.items:
            return replies.ask("What would you like to know or do?")
        if context.memory.pending is None and not reading.has_change and _LEFT_ALONE.match(text):
            return replies.not_wished()
        said = reads(text)
        if aloud := thinks_aloud(reading, context):
            return aloud
        if said_off := _put_off(reading, context):
            return said_off
        if context.memory.pending is not None:
            reading = only_what_is_meant(reading, reader)
        if context.memory.pending is not None or context.memory.asked is not None:
            shapes = is_making(context.memory.pending)
            reading = without_remarks(reading, reader, shapes=shapes)
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


def _put_off(reading: Reading, context: Context) -> Understanding | None:
    """What comes of a wish to wait, after a plan, a question or an answer."""
    memory = context.memory
    if not (memory.pending or memory.asked or memory.calls) or not puts_off(reading):
        return None
    if only_asks(reading):
        return None
    if memory.pending is not None or memory.asked is not None:
        return Understanding("cancel")
    acts = any(f.clause.verb is not None for f in reading.frames)
    return None if acts else replies.not_wished()


def local_now(context: Context) -> datetime:
    """The present moment in the person's zone."""
    return context.world.now.astimezone(ZoneInfo(context.zone))


def _in_own_zone(understood: Understanding, zoned: Zoned, context: Context) -> Understanding:
    """Regular times of the zone that was said as those of the zone in which schedules are kept."""
    own, calls = ZoneInfo(context.zone), list[Call]()
    for call in understood.calls:
        if call.when is not None and call.when.cron:
            cron = in_own_zone(call.when.cron, zoned.now.tzinfo, own, zoned.now)
            if cron is None:
                return replies.ask(
                    f"Regular times are kept in {context.zone}. Which time there is {zoned.said}?"
                )
            call = call.model_copy(update={"when": When(cron=cron)})
        calls.append(call)
    return replace(understood, calls=tuple(calls))
