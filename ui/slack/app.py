"""NovaCron as a Slack app: what Slack sends is checked, answered once, and handed on."""

from __future__ import annotations

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk.errors import SlackApiError

from tools.errors import NovaError
from tools.settings import Settings
from ui.serve.accounts import Accounts
from ui.serve.hub import Hub
from ui.serve.logs import log_of
from ui.slack.blocks import fitted, quiet, words
from ui.slack.board import Board
from ui.slack.deciding import TYPED, TYPED_VIEW, Deciding, Pressed, submitted
from ui.slack.home import Home
from ui.slack.incoming import (
    event_key,
    is_at_home,
    member_of,
    part,
    spot_of_click,
    spot_of_mention,
    spot_of_message,
)
from ui.slack.people import People, Spot
from ui.slack.posting import Poster, code_of, make_client
from ui.slack.reports import Reports
from ui.slack.store import Store
from ui.slack.talking import Talking
from ui.slack.wording import escaped, said

AT_ONCE = 64
"""So many things that Slack asks for are done at once; operations run that long."""
HELP = (
    "Say what you want in your own words: how many machines run? stop web-01. "
    "What changes something is shown first and waits for a yes.\n"
    "/nova SENTENCE  ask here, in a thread of its own\n"
    "/nova inbox  the plans that wait for your yes\n"
    "/nova report …  have a sentence answered here at its times"
)
_NOT_HERE = frozenset({"not_in_channel", "channel_not_found", "is_archived"})

Body = dict[str, Any]


class Slack:
    """The app, its listeners and what runs beside them.

    Args:
        settings: with the app's tokens.
        hub: gives the open hub.
        accounts: who may come in.
    """

    def __init__(self, settings: Settings, hub: Callable[[], Hub], accounts: Accounts) -> None:
        self.settings = settings
        client = make_client(settings)
        self.poster = Poster(client)
        self.store = Store(accounts.engine, accounts.clock)
        self.people = People(settings, accounts, client)
        self.board = Board(hub, accounts, self.poster, self.store)
        self.talking = Talking(hub, self.people, self.poster, self.board)
        self.deciding = Deciding(
            hub, accounts, self.people, self.poster, self.board, self.store, self.talking
        )
        self.home = Home(hub, accounts, self.people, self.poster)
        self.reports = Reports(settings, hub, self.people, self.poster, self.store)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="slack")
        self._busy, self._idle = 0, threading.Condition()
        self._log = log_of("slack")
        self.bolt: Any = self._bolt(client)
        self._listen()

    def start(self) -> None:
        """Keep cards as they are and send reports, until `stop`."""
        self.board.start()
        self.reports.start()

    def stop(self, within_s: float = 20.0) -> None:
        """Begin nothing more; what is under way has so long to end."""
        self.reports.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + within_s
        with self._idle:
            while self._busy and (left := until - time.monotonic()) > 0:
                self._idle.wait(left)
        self.board.stop()

    # what bolt is told

    def _bolt(self, client: Any) -> App:
        secret = self.settings.slack_signing_secret
        logger = logging.getLogger("novacron.slack.bolt")
        logger.setLevel(logging.WARNING)  # below it, what people said is logged
        return App(
            client=client,
            name="novacron",
            logger=logger,
            # where there is none, nothing that comes over HTTP can be signed rightly
            signing_secret=secret.get_secret_value() if secret else secrets.token_hex(32),
            token_verification_enabled=False,
            listener_executor=self._pool,
        )

    def _listen(self) -> None:
        bolt = self.bolt
        bolt.use(self._once)
        bolt.event("app_mention")(self._mentioned)
        bolt.event({"type": "message", "subtype": re.compile(".*")})(self._written)
        bolt.event("message")(self._written)
        bolt.event("app_home_opened")(self._opened)
        bolt.command("/nova")(self._commanded)
        self._on("plan_approve", self._approve)
        self._on("plan_cancel", self._cancel)
        self._on("plan_stop", self._stop)
        self._on("plan_undo", self._undo)
        self._on("plan_type", self._type)
        self._on(re.compile(r"offer_\d"), self._offer)
        bolt.view(TYPED_VIEW)(self._typed)
        bolt.event(re.compile(".*"))(_pass)
        bolt.action(re.compile(".*"))(_pass)

    def _once(self, body: Body, next: Callable[[], BoltResponse]) -> BoltResponse:
        """Answer an event once, however often it comes: Slack sends again what it got no yes to."""
        if self.store.is_first(event_key(body)):
            return next()
        return BoltResponse(status=200, body="")

    # words

    def _mentioned(self, body: Body, context: Any) -> None:
        """In a channel NovaCron hears what mentions it, and nothing else."""
        self._said(spot_of_mention(body), body, context)

    def _written(self, body: Body, context: Any) -> None:
        self._said(spot_of_message(body), body, context)

    def _said(self, spot: Spot | None, body: Body, context: Any) -> None:
        if spot is None:
            return
        text = said(str(part(body, "event").get("text", "")), str(context.bot_user_id or ""))
        if text:
            self._do(spot, lambda: self.talking.say(spot, text))
        else:
            self._do(spot, lambda: self.poster.whisper(spot, HELP))

    def _commanded(self, ack: Any, command: Body, respond: Any) -> None:
        ack()
        spot = Spot(str(command["user_id"]), str(command["channel_id"]))
        text = said(str(command.get("text", "")), "")
        with self._working():
            try:
                self._command(spot, text, respond)
            except NovaError as error:
                told = f"{error.message} {error.hint or ''}".strip()
                respond(text=escaped(told), blocks=[words(told)])
            except SlackApiError as error:
                if code_of(error) not in _NOT_HERE:
                    raise
                respond(text="I am not in this conversation: invite me, or write to me directly.")

    def _command(self, spot: Spot, text: str, respond: Any) -> None:
        first, _, rest = text.partition(" ")
        if first in ("", "help"):
            respond(text=HELP, blocks=[words(HELP)])
            return
        foreign = not spot.direct and self.people.is_foreign(spot.channel)
        spot = Spot(spot.member, spot.channel, foreign=foreign)
        user = self.people.user(spot)
        if first == "report":
            told = self.reports.command(spot, rest.strip())
            respond(text=escaped(told), blocks=[words(told)])
        elif text == "inbox":
            respond(text="Waiting for your yes", blocks=fitted(self.home.waiting(user)))
        else:
            asked = f"{user.name} asked: {text}"
            _, ts = self.poster.post(spot, asked, [quiet(asked)])
            own = Spot(spot.member, spot.channel, None if spot.direct else ts, foreign)
            self._do(own, lambda: self.talking.say(own, text))

    def _opened(self, event: Body) -> None:
        if event.get("tab") == "home":
            with self._working():
                self.home.draw(str(event["user"]))

    # clicks

    def _on(self, action_id: str | re.Pattern[str], act: Callable[[Spot, Body, str], None]) -> None:
        """Do this when a button of that name is pressed."""

        def pressed(ack: Any, body: Body, action: Body) -> None:
            ack()
            at_home = is_at_home(body)
            spot = self.poster.direct(member_of(body)) if at_home else spot_of_click(body)
            self._do(spot, lambda: act(spot, body, str(action.get("value"))))
            if at_home:
                with self._working():
                    self.home.draw(spot.member)

        self.bolt.action(action_id)(pressed)

    def _approve(self, spot: Spot, body: Body, value: str) -> None:
        self.deciding.approve(spot, Pressed.read(value))

    def _cancel(self, spot: Spot, body: Body, value: str) -> None:
        self.deciding.cancel(spot, Pressed.read(value))

    def _type(self, spot: Spot, body: Body, value: str) -> None:
        self.deciding.ask_typed(spot, Pressed.read(value), str(body["trigger_id"]))

    def _stop(self, spot: Spot, body: Body, value: str) -> None:
        self.deciding.stop(spot, value)

    def _undo(self, spot: Spot, body: Body, value: str) -> None:
        self.deciding.undo(spot, value)

    def _offer(self, spot: Spot, body: Body, value: str) -> None:
        self.talking.offer(spot, value)

    def _typed(self, ack: Any, body: Body, view: Body) -> None:
        """What had to be typed was: the window stays open where it is wrong."""
        with self._working():
            try:
                spot, pressed, typed = submitted(view, member_of(body))
                self.deciding.check_typed(spot, pressed, typed)
            except NovaError as error:
                ack(response_action="errors", errors={TYPED: error.message[:150]})
                return
            ack()
        self._do(spot, lambda: self.deciding.approve(spot, pressed, typed))

    # doing

    def _do(self, spot: Spot, act: Callable[[], None]) -> None:
        """Do it; what goes wrong is told to who asked."""
        with self._working():
            try:
                act()
            except NovaError as error:
                self._tell(partial(self.poster.error, spot, error))
            except SlackApiError as error:
                self._log.warning("slack refused", error=code_of(error))
            except Exception:
                self._log.exception("a turn in Slack failed")
                told = "Something went wrong in NovaCron itself; its log says what."
                self._tell(lambda: self.poster.whisper(spot, told))

    def _tell(self, say: Callable[[], None]) -> None:
        try:
            say()
        except SlackApiError as error:
            self._log.warning("not said", error=code_of(error))

    def _working(self) -> _Working:
        return _Working(self)

    def count(self, change: int) -> None:
        """One more is under way, or one less."""
        with self._idle:
            self._busy += change
            self._idle.notify_all()


class _Working:
    """Something is under way: a stop waits for it."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def __enter__(self) -> None:
        self._slack.count(1)

    def __exit__(self, *_: object) -> None:
        self._slack.count(-1)


def _pass(ack: Any) -> None:
    """Nothing of NovaCron's; Slack need not send it again."""
    ack()
