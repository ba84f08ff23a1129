"""Chainlit's data layer over the hub's conversations: what is shown is what is kept.

Chainlit stores nothing itself. Import this only after `chainlit_host.load`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from chainlit.data.base import BaseDataLayer
from chainlit.types import PageInfo, PaginatedResponse
from chainlit.user import PersistedUser
from starlette.concurrency import run_in_threadpool

from tools.database import reading
from tools.errors import NotFound
from tools.identity import User
from ui.serve.hub import Hub, ThreadInfo
from ui.serve.tables import threads
from ui.web.people import People
from ui.web.shown import shown

SEARCHED = 500
"""So many of a person's latest conversations are looked through in a search."""
LONGEST_PAGE = 100


class Store(BaseDataLayer):
    """One person's conversations at a time, read from the hub.

    Args:
        hub: gives the hub that is open.
        people: who may be asked for.
    """

    def __init__(self, hub: Callable[[], Hub], people: People) -> None:
        self._hub = hub
        self._people = people

    # people

    async def get_user(self, identifier: str) -> PersistedUser | None:
        """Somebody as Chainlit knows them: their name is their id."""
        user = await run_in_threadpool(self._people.named, identifier)
        if user is None:
            return None
        return PersistedUser(id=user.name, createdAt=_utc(datetime.now(UTC)), identifier=user.name)

    async def create_user(self, user: Any) -> PersistedUser | None:
        """People are made by accounts alone."""
        return await self.get_user(user.identifier)

    # conversations

    async def list_threads(self, pagination: Any, filters: Any) -> PaginatedResponse[Any]:
        """A person's own conversations, the latest first."""
        first = min(max(pagination.first, 1), LONGEST_PAGE)
        found, more = await run_in_threadpool(
            self._listed, filters.userId, first, pagination.cursor, filters.search
        )
        page = PageInfo(
            hasNextPage=more,
            startCursor=found[0].id if found else None,
            endCursor=found[-1].id if found else None,
        )
        name = filters.userId
        data = [_thread(one, name, [], []) for one in found]
        return PaginatedResponse(pageInfo=page, data=data)

    def _listed(
        self, name: str, first: int, cursor: str | None, search: str | None
    ) -> tuple[list[ThreadInfo], bool]:
        user = self._people.named(name)
        if user is None:
            return [], False
        if search:
            words = search.casefold()
            every = self._hub().threads(user, SEARCHED)
            return [one for one in every if words in one.title.casefold()][:first], False
        found = self._hub().threads(user, first + 1, cursor)
        return found[:first], len(found) > first

    async def get_thread(self, thread_id: str) -> Any:
        """A conversation with what was said in it, as it is shown; None where there is none.

        Raises:
            ConnectionRefusedError: the browser made the id up.
        """
        return await run_in_threadpool(self._thread, _checked(thread_id))

    def _thread(self, thread: str) -> dict[str, Any] | None:
        user = self._owner(thread)
        if user is None:
            return None
        hub = self._hub()
        try:
            messages = hub.messages(thread, user)
        except NotFound:
            return None
        pictures = [shown(hub, thread, message, user) for message in messages]
        steps = [step for step, _ in pictures]
        elements = [element for _, some in pictures for element in some]
        first = messages[0] if messages else None
        at = first.at if first else datetime.now(UTC)
        info = ThreadInfo(thread, first.text[:60] if first else "", at, at)
        return _thread(info, user.name, steps, elements)

    def _owner(self, thread: str) -> User | None:
        query = sa.select(threads.c.owner).where(threads.c.id == thread)
        with reading(self._hub().control.engine) as db:
            name = db.scalar(query)
        return self._people.named(name) if name is not None else None

    async def get_thread_author(self, thread_id: str) -> str:
        """Whose a conversation is; empty where there is none."""
        try:
            owner = await run_in_threadpool(self._owner, _checked(thread_id))
        except ConnectionRefusedError:
            return ""
        return owner.name if owner else ""

    async def update_thread(
        self,
        thread_id: str,
        name: str | None = None,
        user_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        tags: list[str] | None = None,
    ) -> None:
        """Give it another title, where a person asked for that: the rest is not kept."""
        if name is None or user_id is not None or metadata is not None:
            return  # Chainlit's own: the hub names a conversation by its first words
        await run_in_threadpool(self._rename, _checked(thread_id), name)

    def _rename(self, thread: str, title: str) -> None:
        if (owner := self._owner(thread)) is not None:
            self._hub().rename(thread, title, owner)

    async def delete_thread(self, thread_id: str) -> None:
        """Drop a conversation; Chainlit has asked whose it is."""
        await run_in_threadpool(self._forget, _checked(thread_id))

    def _forget(self, thread: str) -> None:
        if (owner := self._owner(thread)) is not None:
            self._hub().forget(thread, owner)

    # what the hub keeps already, or what is switched off

    async def create_step(self, step_dict: Any) -> None:
        """Kept by the hub."""

    async def update_step(self, step_dict: Any) -> None:
        """Kept by the hub."""

    async def delete_step(self, step_id: str) -> None:
        """Nothing that was said is taken back."""

    async def create_element(self, element: Any) -> None:
        """Made anew from what was said."""

    async def get_element(self, thread_id: str, element_id: str) -> None:
        """Elements come with their conversation."""

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None:
        """Elements come with their conversation."""

    async def upsert_feedback(self, feedback: Any) -> str:
        """Not asked for."""
        return ""

    async def delete_feedback(self, feedback_id: str) -> bool:
        """Not asked for."""
        return False

    async def get_favorite_steps(self, user_id: str) -> list[Any]:
        """Switched off."""
        return []

    async def build_debug_url(self) -> str:
        """There is none."""
        return ""

    async def close(self) -> None:
        """The hub is not ours to close."""


def _checked(thread: str) -> str:
    try:
        return str(uuid.UUID(thread))
    except (ValueError, AttributeError, TypeError) as error:
        raise ConnectionRefusedError("a conversation's id is a UUID") from error


def _thread(
    info: ThreadInfo, owner: str, steps: list[dict[str, Any]], elements: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": info.id, "createdAt": _utc(info.updated_at), "name": info.title or "New conversation",
        "userId": owner, "userIdentifier": owner, "tags": [], "metadata": {},
        "steps": steps, "elements": elements,
    }  # fmt: skip


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
