"""Push to talk in the chat: the page sends what was recorded, and gets it back as text to mend.

Nothing is run here: the text goes into the composer, and the person sends it.
"""

from __future__ import annotations

import threading
from typing import Any, cast

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool

from tools.errors import InvalidRequest, NotAllowed, NovaError, Throttled
from tools.identity import User
from ui.serve.hub import Hub
from ui.serve.problems import RESPONSES
from ui.text import clean
from ui.voice.audio import decode
from ui.voice.ear import Ear, open_recogniser
from ui.voice.recogniser import Recogniser
from ui.web.api import TheHub, TheUser

router = APIRouter(prefix="/api/web/speech", include_in_schema=False, responses=RESPONSES)


WAITS_S = 20.0
"""How long one recording waits for those before it; a crowd must not fill the server's threads."""


class Hearing:
    """One tenant's ear on the one model of this process.

    Args:
        ear: listens for the names that the tenant's machines have.
        busy: held while the model works; words so far are dropped meanwhile.
    """

    def __init__(self, ear: Ear, busy: threading.Lock) -> None:
        self.ear = ear
        self.busy = busy
        self.is_ready = False
        self._begun = threading.Lock()

    def warm(self) -> None:
        """Load the model, once.

        Raises:
            NotFound: it is not installed.
        """
        with self._begun:
            if not self.is_ready:
                self.ear.warm()
                self.is_ready = True


class Ears:
    """The ears of this process: a tenant's hears no name that another's machines have."""

    def __init__(self) -> None:
        self._by_bound: dict[str, Hearing] = {}
        self._recogniser: Recogniser | None = None
        self._busy = threading.Lock()
        self._lock = threading.Lock()

    def of(self, hub: Hub, user: User) -> Hearing:
        """The ear of somebody's tenant.

        Raises:
            NotFound: the model is not installed.
        """
        world, settings = hub.control.world, hub.control.settings
        bound = world.bound_of(user.tenant)
        with self._lock:
            if self._recogniser is None:
                self._recogniser = open_recogniser(settings)
            if bound not in self._by_bound:
                ear = Ear(settings, world.of(user), self._recogniser)
                self._by_bound[bound] = Hearing(ear, self._busy)
            return self._by_bound[bound]


def add_speech(app: FastAPI) -> None:
    """Let the chat of this application listen."""
    app.include_router(router)


def _hearing(request: Request, hub: Hub, user: User) -> Hearing:
    state = request.app.state
    if not hasattr(state, "ears"):
        state.ears = Ears()
    return cast(Ears, state.ears).of(hub, user)


@router.get("")
async def can_hear(request: Request, user: TheUser, hub: TheHub) -> dict[str, Any]:
    """Whether this server can hear. Nothing is loaded: most who come only type."""
    try:
        await run_in_threadpool(_hearing, request, hub, user)
    except NovaError as error:
        return {"ready": False, "why": clean(error.message)}
    return {"ready": True}


@router.post("/ready", status_code=204)
async def get_ready(request: Request, user: TheUser, hub: TheHub) -> None:
    """Load the model: somebody has pressed the button and speaks meanwhile."""
    hearing = await run_in_threadpool(_hearing, request, hub, user)
    await run_in_threadpool(hearing.warm)


@router.post("")
async def hear(
    request: Request, user: TheUser, hub: TheHub, partial: bool = False
) -> dict[str, Any]:
    """What was said in a recording of up to half a minute; of a part of one, the words so far."""
    sound = decode(await request.body())
    hearing = await run_in_threadpool(_hearing, request, hub, user)
    if partial:
        return {"text": await run_in_threadpool(_so_far, hearing, sound)}
    heard = await run_in_threadpool(_whole, hearing, sound)
    if not heard.text:
        raise InvalidRequest("Nothing was said.", hint="Hold the button while you speak.")
    await run_in_threadpool(_check_not_typed, hub, user, heard.text)
    return {
        "text": clean(heard.text),
        "transcript": clean(heard.transcript),
        "question": clean(heard.question),
        "seconds": round(heard.seconds, 3),
    }


def _so_far(hearing: Hearing, sound: Any) -> str | None:
    if not hearing.is_ready or not hearing.busy.acquire(blocking=False):
        return None
    try:
        return clean(hearing.ear.partial(sound))
    finally:
        hearing.busy.release()


def _whole(hearing: Hearing, sound: Any) -> Any:
    hearing.warm()
    if not hearing.busy.acquire(timeout=WAITS_S):
        raise Throttled("Too many people speak at once.", retry_after_s=WAITS_S)
    try:
        return hearing.ear.hear(sound)
    finally:
        hearing.busy.release()


def _check_not_typed(hub: Hub, user: User, text: str) -> None:
    """What must be typed where data is lost never comes from the microphone."""
    for card in hub.inbox(user):
        word = card.plan.to_type
        if word is not None and _plain(text) == _plain(word):
            raise NotAllowed(f"{word} is typed, not said: data is lost.", hint="Type it.")


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
