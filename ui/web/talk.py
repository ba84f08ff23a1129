"""The conversation in the browser: words and clicks go to the hub, what was kept is shown.

Effects live in the hub's threads: closing the page, or Stop, leaves none half done.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

from agent.turns import Turn
from tools.errors import Conflict, InvalidRequest, NovaError
from tools.identity import User
from ui.serve.hub import Hub
from ui.serve.logs import log_of
from ui.serve.serving import Serving
from ui.text import clean
from ui.web.kept import offer_at
from ui.web.people import People
from ui.web.shown import shown
from ui.web.starters import starters

LONGEST_TURN_S = 24 * 3600.0
"""An operation may take long; the page shows its progress meanwhile."""
_LATEST = 30
_PLAN, _OPERATION = re.compile("[0-9a-f]{32}"), re.compile("[0-9a-f]{12}")
_TYPED = 300

T = TypeVar("T")
Answer = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One page's conversation: Chainlit's session, whose it is, and the hub behind it."""

    session: Any
    user: User
    hub: Hub

    @property
    def thread(self) -> str:
        """The conversation's id."""
        return self.session.thread_id


class Talk:
    """What Chainlit calls.

    Args:
        serving: the server's parts.
        people: who is signed in.
    """

    def __init__(self, serving: Serving, people: People) -> None:
        self._serving = serving
        self._people = people
        self._seen: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._showing: WeakKeyDictionary[Any, asyncio.Lock] = WeakKeyDictionary()
        self._under_way: set[asyncio.Task[None]] = set()

    def register(self) -> None:
        """Take Chainlit's calls."""
        chainlit, server = import_module("chainlit"), import_module("chainlit.server")
        chainlit.on_message(self.said)
        chainlit.on_chat_resume(self.resumed)
        chainlit.set_starters(self.starters)
        for name in ("approve", "cancel", "undo", "stop", "offer", "sync"):
            chainlit.action_callback(f"nova_{name}")(partial(self._acted, getattr(self, name)))
        server.sio.on("stop", self.stop_pressed)

    # words

    async def starters(self, user: Any, language: str) -> list[Any]:
        """Sentences to begin with, about machines that are there."""
        starter = import_module("chainlit").Starter

        def find() -> list[str]:
            return starters(self._serving.hub, self._people.named(str(user.identifier)))

        found = await run_in_threadpool(find)
        return [starter(label=label, message=label) for label in found]

    async def said(self, message: Any) -> None:
        """Something was said."""
        session = _session()
        text = str(message.content)
        try:
            place = await self._place(session)
            await self._turn(place, lambda: place.hub.say(place.thread, text, place.user), text)
        except NovaError as error:
            await self._say_error(session, error.message, error.hint)

    async def resumed(self, thread: Any) -> None:
        """A conversation was opened again: what the page gets now need not be shown twice."""
        session = _session()
        place = await self._place(session)
        messages = await run_in_threadpool(place.hub.messages, place.thread, place.user, 1)
        self._seen[session] = messages[-1].number if messages else -1

    async def stop_pressed(self, sid: str) -> None:
        """Begin nothing more of what runs here; what is under way is finished and shown."""
        session = import_module("chainlit.session").WebsocketSession.get(sid)
        if session is None:
            return
        import_module("chainlit.context").init_ws_context(session)
        try:
            place = await self._place(session)
            await run_in_threadpool(_stop_what_runs, place)
        except NovaError as error:
            await self._say_error(session, error.message, error.hint)

    # clicks

    async def approve(self, place: Place, given: Answer) -> Answer:
        """A yes to a plan as it was shown; it runs behind, and the card shows how far it is."""
        plan_id, digest, typed = _plan_id(given), str(given.get("digest")), given.get("typed")
        typed = str(typed)[:_TYPED].strip() if typed is not None else None
        confirm = await run_in_threadpool(_confirming, place, plan_id, digest, typed)
        task = asyncio.create_task(self._behind(place, confirm))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return {"ok": True}

    async def cancel(self, place: Place, given: Answer) -> Answer:
        """Call a plan off."""
        plan_id = _plan_id(given)
        await self._turn(place, partial(_call_off, place, plan_id))
        return {"ok": True}

    async def undo(self, place: Place, given: Answer) -> Answer:
        """Ask for an operation to be taken back: that is a plan of its own."""
        operation = str(given.get("operation"))
        if not _OPERATION.fullmatch(operation):
            raise InvalidRequest("That is no operation.")
        await run_in_threadpool(place.hub.operation, operation, place.user)
        words = f"undo operation {operation}"
        await self._turn(place, lambda: place.hub.say(place.thread, words, place.user))
        return {"ok": True}

    async def stop(self, place: Place, given: Answer) -> Answer:
        """Begin nothing more of the operation of a plan."""
        operation = await run_in_threadpool(place.hub.control.operations.of_plan, _plan_id(given))
        if operation is not None:
            await run_in_threadpool(place.hub.stop_operation, operation.id, place.user)
        return {"ok": True}

    async def offer(self, place: Place, given: Answer) -> Answer:
        """Plan what a row of an answer offers, such as a saving; nothing runs before a yes."""
        find = partial(offer_at, place.hub, place.thread, given, place.user)
        step = await run_in_threadpool(find)
        await self._turn(place, lambda: place.hub.propose(place.thread, step, place.user))
        return {"ok": True}

    async def sync(self, place: Place, given: Answer) -> Answer:
        """Show what came up elsewhere: the plan was approved in Slack, say."""
        await self._show_new(place)
        return {"ok": True}

    async def _acted(
        self, act: Callable[[Place, Answer], Awaitable[Answer]], action: Any
    ) -> Answer:
        """A click: what goes wrong is said beside the button."""
        try:
            return await act(await self._place(_session()), dict(action.payload or {}))
        except NovaError as error:
            return {"error": clean(error.message), "hint": clean(error.hint or "")}
        except Exception:
            log_of("web").exception("an action failed", action=str(action.name)[:40])
            return {"error": "Something went wrong in NovaCron itself.", "hint": "See its log."}

    # turns

    async def _place(self, session: Any) -> Place:
        """The conversation of a session, made where it is new.

        Raises:
            Unauthenticated: signed out.
            NotFound: it is another person's.
        """

        def find() -> Place:
            user, hub = self._people.of_session(session), self._serving.hub
            hub.create(user, thread=session.thread_id)
            return Place(session, user, hub)

        return await run_in_threadpool(find)

    async def _turn(self, place: Place, take: Callable[[], Turn], said: str | None = None) -> None:
        """Take a turn and show what came of it; an error that was kept is shown from there."""
        try:
            await self._serving.runs.run(take, LONGEST_TURN_S)
        except NovaError as error:
            if not await self._show_new(place, said):
                await self._say_error(place.session, error.message, error.hint)
        except Exception:
            log_of("web").exception("a turn failed")
            await self._show_new(place, said)
            await self._say_error(
                place.session, "Something went wrong in NovaCron itself.", "See its log."
            )
        else:
            await self._show_new(place, said)

    async def _behind(self, place: Place, take: Callable[[], Turn]) -> None:
        await self._turn(place, take)

    async def _show_new(self, place: Place, said: str | None = None) -> int:
        """Show what the conversation has that the page has not.

        Args:
            place: where.
            said: what the page shows already because it was typed there.

        Returns:
            How many of NovaCron's messages were new.
        """
        emitter = import_module("chainlit.emitter").ChainlitEmitter(place.session)
        async with self._showing.setdefault(place.session, asyncio.Lock()):
            fresh = await run_in_threadpool(self._fresh, place)
            answers = 0
            for message, (step, elements) in fresh:
                self._seen[place.session] = message.number
                if message.role == "person" and said is not None and message.text == said:
                    said = None
                    continue
                answers += message.role == "novacron"
                await emitter.send_step(step)
                for element in elements:
                    await emitter.send_element(element)
        return answers

    def _fresh(self, place: Place) -> list[tuple[Any, Any]]:
        seen = self._seen.get(place.session, -1)
        latest = place.hub.messages(place.thread, place.user, _LATEST)
        return [
            (message, shown(place.hub, place.thread, message, place.user))
            for message in latest
            if message.number > seen
        ]

    async def _say_error(self, session: Any, message: str, hint: str | None) -> None:
        """Say what is not kept: it is no part of the conversation."""
        chainlit = import_module("chainlit")
        import_module("chainlit.context").init_ws_context(session)
        blocks = [{"kind": "text", "text": clean(message), "tone": "warn"}]
        if hint:
            blocks.append({"kind": "text", "text": clean(hint), "tone": "quiet"})
        props = {"outcome": "error", "blocks": blocks, "how": []}
        element = chainlit.CustomElement(name="Nova", props=props, url="about:blank")
        element.props = {**props, "id": element.id}
        await chainlit.Message(content="", elements=[element]).send()


def _session() -> Any:
    return import_module("chainlit.context").context.session


def _plan_id(given: Answer) -> str:
    plan_id = str(given.get("plan"))
    if not _PLAN.fullmatch(plan_id):
        raise InvalidRequest("That is no plan.")
    return plan_id


def _confirming(place: Place, plan_id: str, digest: str, typed: str | None) -> Callable[[], Turn]:
    """How this yes is given: looked up and checked here, whatever the page believes.

    Raises:
        NotFound: there is no such plan in the person's tenant.
        Conflict: it was called off, has run, or is not what was shown.
        InvalidRequest: what must be typed was not.
    """
    hub, user = place.hub, place.user
    plan = hub.plan(plan_id, user)
    if digest != plan.digest:
        raise Conflict("The plan that was shown is not this one.", hint="Look at it again.")
    if hub.control.operations.of_plan(plan_id) is not None:
        raise Conflict("That plan ran already.")
    if hub.control.approvals.status(plan_id) != "pending":
        raise Conflict("That plan was called off.", hint="Ask for it again.")
    if plan.to_type is not None and (typed or "").casefold() != plan.to_type.casefold():
        raise InvalidRequest(f"Type {plan.to_type} to go ahead.", hint="Nothing was changed.")
    waiting = hub.pending(place.thread, user)
    if waiting is not None and waiting.plan is not None and waiting.plan.id == plan_id:
        return lambda: hub.confirm(place.thread, digest, user, typed)
    return lambda: hub.approve(plan_id, digest, user, typed)


def _call_off(place: Place, plan_id: str) -> Turn:
    waiting = place.hub.pending(place.thread, place.user)
    if waiting is not None and waiting.plan is not None and waiting.plan.id == plan_id:
        return place.hub.cancel(place.thread, place.user)
    return place.hub.call_off(plan_id, place.user)


def _stop_what_runs(place: Place) -> None:
    hub = place.hub
    for message in reversed(hub.messages(place.thread, place.user, _LATEST)):
        plan = (message.turn or {}).get("plan")
        operation = hub.control.operations.of_plan(plan["id"]) if plan else None
        if operation is not None and operation.status == "running":
            hub.stop_operation(operation.id, place.user)
            return
