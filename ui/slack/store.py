"""What Slack's side must remember over restarts: events answered, cards shown, reports due."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Engine, Float, Table, Text
from sqlalchemy.exc import IntegrityError

from tools.database import reading, take_turn
from tools.times import Clock

KEPT = timedelta(days=2)
"""Slack sends an event again for hours at most; a captured one is refused by its age."""

metadata = sa.MetaData()

events = Table(
    "slack_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Float, nullable=False, index=True),
)
"""What was answered: an event, a click or a command is answered once, whichever process gets it."""

cards = Table(
    "slack_cards",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    Column("plan_id", Text, nullable=False, index=True),
    Column("thread_ts", Text),
    Column("mark", Text, nullable=False),  # of what is shown
    Column("expired", Text),  # why it holds no more, where that is not the plan's own end
    Column("at", Float, nullable=False),
)
"""Plans as they are shown, so that whatever becomes of one shows wherever it is."""

reports = Table(
    "slack_reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("say", Text, nullable=False),
    Column("person", Text),  # whose; null: the settings'
    Column("next_at", Float, nullable=False, index=True),
    Column("at", Float, nullable=False),
)
"""Reports and when each is due next."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan's card in a channel."""

    channel: str
    ts: str
    plan_id: str
    mark: str
    thread_ts: str | None
    expired: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """A report; `person` is None for one of the settings."""

    id: str
    channel: str
    cron: str
    say: str
    person: str | None
    next_at: datetime


class Store:
    """The tables of Slack's side, in the product's database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        with engine.begin() as db:
            take_turn(db, "tables")
            metadata.create_all(db)

    def is_first(self, event: str) -> bool:
        """Whether this was not answered before; from now on it was."""
        now = self._clock()
        try:
            with self._engine.begin() as db:
                db.execute(sa.insert(events), {"id": event, "at": now.timestamp()})
        except IntegrityError:
            return False
        return True

    def forget_old(self) -> None:
        """Drop what cannot come again, and cards nobody looks at any more."""
        before = (self._clock() - KEPT).timestamp()
        month = (self._clock() - timedelta(days=30)).timestamp()
        with self._engine.begin() as db:
            db.execute(sa.delete(events).where(events.c.at < before))
            db.execute(sa.delete(cards).where(cards.c.at < month))

    # cards

    def add_card(self, shown: Shown) -> None:
        """Remember where a plan is shown, and what of it."""
        row = {
            "channel": shown.channel, "ts": shown.ts, "plan_id": shown.plan_id,
            "mark": shown.mark, "thread_ts": shown.thread_ts, "expired": shown.expired,
            "at": self._clock().timestamp(),
        }  # fmt: skip
        with self._engine.begin() as db:
            db.execute(sa.insert(cards), row)

    def cards_of(self, plan_id: str) -> list[Shown]:
        """Where a plan is shown."""
        with reading(self._engine) as db:
            rows = db.execute(sa.select(cards).where(cards.c.plan_id == plan_id)).all()
        return [Shown(r.channel, r.ts, r.plan_id, r.mark, r.thread_ts, r.expired) for r in rows]

    def recent_plans(self) -> set[str]:
        """The plans that were shown of late: something may have become of them meanwhile."""
        since = (self._clock() - KEPT).timestamp()
        with reading(self._engine) as db:
            return set(db.scalars(sa.select(cards.c.plan_id).where(cards.c.at >= since)))

    def note_card(self, shown: Shown, mark: str) -> None:
        """What a card shows now."""
        one = sa.update(cards).where(cards.c.channel == shown.channel, cards.c.ts == shown.ts)
        with self._engine.begin() as db:
            db.execute(one.values(mark=mark))

    def expire(self, plan_id: str, why: str) -> None:
        """Note why a plan's cards hold no more."""
        change = sa.update(cards).where(cards.c.plan_id == plan_id).values(expired=why)
        with self._engine.begin() as db:
            db.execute(change)

    def drop_card(self, channel: str, ts: str) -> None:
        """Forget a card whose message is gone."""
        gone = sa.delete(cards).where(cards.c.channel == channel, cards.c.ts == ts)
        with self._engine.begin() as db:
            db.execute(gone)

    # reports

    def add_report(
        self,
        channel: str,
        cron: str,
        say: str,
        person: str | None,
        next_at: datetime,
        key: str = "",
    ) -> str:
        """Keep a report; its id. One of that key that is there already stays as it is."""
        row: dict[str, Any] = {
            "id": key or uuid.uuid4().hex[:6], "channel": channel, "cron": cron, "say": say,
            "person": person, "next_at": next_at.timestamp(), "at": self._clock().timestamp(),
        }  # fmt: skip
        with self._engine.begin() as db:
            take_turn(db, "slack/reports")
            known = sa.select(reports.c.id).where(reports.c.id == row["id"])
            if db.scalar(known) is None:
                db.execute(sa.insert(reports), row)
        return row["id"]

    def reports(self, channel: str | None = None) -> list[Due]:
        """The reports of a channel, or all."""
        query = sa.select(reports).order_by(reports.c.at, reports.c.id)
        if channel is not None:
            query = query.where(reports.c.channel == channel)
        with reading(self._engine) as db:
            return [_due(row) for row in db.execute(query)]

    def due(self) -> list[Due]:
        """The reports whose time has come."""
        now = self._clock().timestamp()
        with reading(self._engine) as db:
            rows = db.execute(sa.select(reports).where(reports.c.next_at <= now)).all()
        return [_due(row) for row in rows]

    def claim(self, report: Due, next_at: datetime) -> bool:
        """Take a due report: whether no other process did."""
        mine = sa.update(reports).where(
            reports.c.id == report.id, reports.c.next_at == report.next_at.timestamp()
        )
        with self._engine.begin() as db:
            return db.execute(mine.values(next_at=next_at.timestamp())).rowcount == 1

    def remove_report(self, report_id: str) -> None:
        """Let a report come no more."""
        with self._engine.begin() as db:
            db.execute(sa.delete(reports).where(reports.c.id == report_id))

    def keep_only(self, keys: Collection[str]) -> None:
        """Drop the settings' reports that are not in them any more."""
        gone = sa.delete(reports).where(reports.c.person.is_(None), reports.c.id.not_in(keys))
        with self._engine.begin() as db:
            db.execute(gone)


def _due(row: sa.Row[Any]) -> Due:
    next_at = datetime.fromtimestamp(row.next_at, UTC)
    return Due(row.id, row.channel, row.cron, row.say, row.person, next_at)
