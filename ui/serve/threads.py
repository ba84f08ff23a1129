"""Conversations and what was said in them, kept in the product's database."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Engine

from tools.database import reading, take_turn
from tools.errors import InvalidRequest, NotFound
from tools.identity import User
from tools.times import Clock
from ui.serve.tables import messages, offers, threads

Role = Literal["person", "novacron"]
TITLE = 60


@dataclass(frozen=True, slots=True)
class ThreadInfo:
    """A conversation in a list."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said.

    Attributes:
        author: the person's name; "novacron" for an answer.
        turn: what came of it, as `novacron ask --json` prints it.
        number: its place in the conversation, from 0.
    """

    role: Role
    text: str
    at: datetime
    turn: Mapping[str, Any] | None = None
    author: str = ""
    number: int = 0


_NEXT = sa.select(
    sa.bindparam("thread", type_=sa.Text),
    sa.func.coalesce(sa.func.max(messages.c.number) + 1, 0),
    *(sa.bindparam(name, type_=sa.Text) for name in ("role", "author", "text")),
    sa.bindparam("at", type_=sa.Float),
    sa.bindparam("turn", type_=sa.Text),
).where(messages.c.thread_id == sa.bindparam("thread"))
_ADD = sa.insert(messages).from_select(
    ["thread_id", "number", "role", "author", "text", "at", "turn"], _NEXT
)
_TOUCH = (
    sa.update(threads)
    .where(threads.c.id == sa.bindparam("thread"))
    .values(
        updated_at=sa.bindparam("now"),
        title=sa.case(
            (threads.c.title == "", sa.bindparam("first", type_=sa.Text)), else_=threads.c.title
        ),
    )
)
_OWN = sa.select(threads.c.owner, threads.c.shared, threads.c.surface).where(
    threads.c.id == sa.bindparam("thread"), threads.c.tenant == sa.bindparam("tenant")
)


class Threads:
    """The conversations of one NovaCron; every look at one is a particular person's."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create(self, user: User, title: str, thread: str | None, shared: bool) -> str:
        """A new conversation's id; one that is the person's already stays as it is.

        Raises:
            InvalidRequest: the id is no UUID.
            NotFound: the id is another's.
        """
        thread_id = _uuid(thread) if thread is not None else str(uuid.uuid4())
        now = self._clock().timestamp()
        values = {
            "id": thread_id, "tenant": user.tenant, "owner": user.name, "surface": user.surface,
            "shared": int(shared), "title": _title(title), "created_at": now, "updated_at": now,
        }  # fmt: skip
        with self._engine.begin() as db:
            take_turn(db, f"thread/{thread_id}")
            known = db.scalar(sa.select(threads.c.id).where(threads.c.id == thread_id))
            if known is None:
                db.execute(sa.insert(threads), values)
                return thread_id
        self.check(thread_id, user)
        return thread_id

    def check(self, thread: str, user: User) -> None:
        """Let only those pass whose conversation it is.

        Raises:
            NotFound: there is none, or it is another person's or tenant's.
        """
        with reading(self._engine) as db:
            row = db.execute(_OWN, {"thread": thread, "tenant": user.tenant}).one_or_none()
        own = row is not None and row.owner == user.name
        guest = row is not None and bool(row.shared) and row.surface == user.surface
        if not (own or guest):
            raise NotFound("There is no such conversation.", hint="It may be another person's.")

    def add(self, thread: str, role: Role, author: str, text: str, turn: str | None = None) -> None:
        """Keep something that was said; the first words give the conversation its title.

        Args:
            thread: the conversation.
            role: who said it.
            author: their name.
            text: the words.
            turn: what came of it, as JSON.
        """
        now = self._clock().timestamp()
        given = {
            "thread": thread, "role": role, "author": author, "text": text, "at": now, "turn": turn,
        }  # fmt: skip
        with self._engine.begin() as db:
            take_turn(db, f"thread/{thread}")
            db.execute(_ADD, given)
            if role == "person":
                db.execute(_TOUCH, {"thread": thread, "now": now, "first": _title(text)})

    def list(self, user: User, limit: int, before: str | None) -> list[ThreadInfo]:
        """A person's own conversations, the latest first; `before` is the last one seen."""
        mine = (threads.c.tenant == user.tenant, threads.c.owner == user.name)
        query = sa.select(threads).where(*mine)
        with reading(self._engine) as db:
            if before is not None:
                at = db.scalar(sa.select(threads.c.updated_at).where(*mine, threads.c.id == before))
                key = sa.tuple_(threads.c.updated_at, threads.c.id)
                query = query.where(key < sa.tuple_(sa.literal(at or 0.0), sa.literal(before)))
            ordered = query.order_by(threads.c.updated_at.desc(), threads.c.id.desc())
            rows = db.execute(ordered.limit(limit)).all()
        return [
            ThreadInfo(row.id, row.title, _moment(row.created_at), _moment(row.updated_at))
            for row in rows
        ]

    def messages(self, thread: str, limit: int | None = None) -> list[Message]:
        """What was said, in order; the last ones, where there is a limit."""
        query = sa.select(messages).where(messages.c.thread_id == thread)
        newest = query.order_by(messages.c.number.desc()).limit(limit)
        with reading(self._engine) as db:
            rows = db.execute(newest).all()
        return [_message(row) for row in reversed(rows)]

    def rename(self, thread: str, title: str) -> None:
        """Give a conversation another title."""
        change = sa.update(threads).where(threads.c.id == thread).values(title=_title(title))
        with self._engine.begin() as db:
            db.execute(change)

    def forget(self, thread: str) -> None:
        """Drop a conversation with all that was said; plans and operations stay."""
        with self._engine.begin() as db:
            db.execute(sa.delete(messages).where(messages.c.thread_id == thread))
            db.execute(sa.delete(offers).where(offers.c.thread_id == thread))
            db.execute(sa.delete(threads).where(threads.c.id == thread))

    def note_offer(self, plan_id: str, thread: str) -> None:
        """Remember in which conversation a plan was shown first."""
        with self._engine.begin() as db:
            take_turn(db, f"offer/{plan_id}")
            if db.scalar(sa.select(offers.c.plan_id).where(offers.c.plan_id == plan_id)) is None:
                db.execute(sa.insert(offers), {"plan_id": plan_id, "thread_id": thread})

    def offered_in(self, plan_id: str) -> str | None:
        """The conversation in which a plan was shown first."""
        with reading(self._engine) as db:
            return db.scalar(sa.select(offers.c.thread_id).where(offers.c.plan_id == plan_id))


def _uuid(given: str) -> str:
    try:
        return str(uuid.UUID(given))
    except ValueError as error:
        raise InvalidRequest("A conversation's id is a UUID.") from error


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE else f"{line[: TITLE - 1]}…"


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _message(row: sa.Row[Any]) -> Message:
    turn = json.loads(row.turn) if row.turn else None
    return Message(row.role, row.text, _moment(row.at), turn, row.author, row.number)
