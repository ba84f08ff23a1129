"""Times that several requests of one turn have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, timedelta

from agent.brains.embedded.clauses import Clause
from agent.brains.embedded.frames import Frame
from agent.brains.embedded.timing import Time


def share_times(frames: Sequence[Frame]) -> None:
    """ "stop at 20:00 and start at 07:00, weekdays": the days hold for both."""
    times = [f.said.time for f in frames if f.said.time is not None]
    recurring = next((t for t in times if t.recurs), None)
    dated = next((t for t in times if t.day is not None), None)
    for frame in frames:
        time = frame.said.time
        if time is None:
            continue
        if recurring is not None and not time.recurs and time.day is None and time.after is None:
            frame.said.time = dataclasses.replace(
                time, days=recurring.days, month_day=recurring.month_day
            )
        elif (
            dated is not None
            and time.day is None
            and not time.recurs
            and time.after is None
            and frame is not frames[0]
        ):
            frame.said.time = dataclasses.replace(time, day=_day_after(dated, time))
    first = frames[0] if frames else None
    if (
        first is not None
        and first.said.time is not None
        and len(frames) > 1
        and _leads_with_time(first)
    ):
        for frame in frames[1:]:
            if frame.said.time is None:
                frame.said.time = first.said.time
    last = frames[-1] if frames else None
    if last is not None and last.said.time is not None and len(frames) > 1:
        for frame in frames[:-1]:
            now = "now" in frame.clause.words
            if (
                frame.said.time is None
                and not (frame.chosen.says_machines or now)
                and frame.changes
            ):
                frame.said.time = last.said.time


def _day_after(dated: Time, time: Time) -> date | None:
    """ "down tonight at 23:00 and back up at 01:00": the night goes on into the next day."""
    if dated.day is None or dated.clock is None or time.clock is None:
        return dated.day
    return dated.day + timedelta(days=1) if time.clock < dated.clock else dated.day


def take_lone_time(frames: Sequence[Frame], fragments: Sequence[Clause]) -> None:
    """ "Tomorrow morning; restart web-01.": a time that stands alone is that of the one change."""
    alone = [c for c in fragments if all(i.has("time", "comma", "dash", "in") for i in c.items)]
    items = [i for c in alone for i in c.items if i.has("time") and not i.is_entity]
    times = [i.get("time") for i in items if i.get("time").is_moment or i.get("time").recurs]
    changes = [f for f in frames if f.changes and not f.negated and not f.about]
    if len(times) == 1 and len(changes) == 1 and changes[0].said.time is None:
        changes[0].said.time = times[0]
        for item in items:
            item.used = "when"


def _leads_with_time(frame: Frame) -> bool:
    for item in frame.clause.items:
        if item.has("time") and item.used == "when":
            return True
        if not item.has("filler", "comma", "ask", "colon"):
            return False
    return False
