"""The plans that are shown in Slack, each kept as it is now, whoever decided and wherever."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from tools.errors import NovaError
from tools.plan import Plan
from ui.serve.accounts import Accounts
from ui.serve.events import Event
from ui.serve.hub import Hub
from ui.serve.logs import log_of
from ui.slack.cards import card_of, machines_file, plan_blocks, summary
from ui.slack.people import Spot
from ui.slack.posting import Poster
from ui.slack.store import Shown, Store

EVERY_S = 1.2
"""So often at most a card is written anew: Slack takes about one change a second."""
_LOOK_AGAIN_S = 2.0


class Board:
    """Shows plans, and changes what is shown when something became of them.

    Args:
        hub: gives the open hub.
    """

    def __init__(
        self, hub: Callable[[], Hub], accounts: Accounts, poster: Poster, store: Store
    ) -> None:
        self._hub = hub
        self._accounts = accounts
        self._poster = poster
        self._store = store
        self._dirty: set[str] = set()
        self._moved: set[str] = set()
        self._running: set[str] = set()
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._wake, self._over = threading.Event(), threading.Event()
        self._open = ExitStack()
        self._thread = threading.Thread(target=self._work, name="slack-board", daemon=True)
        self._log = log_of("slack")

    def start(self) -> None:
        """Listen to what becomes of plans, until `stop`."""
        self._open.enter_context(self._hub().bus.calling(None, self._hear))
        self._dirty |= self._store.recent_plans()
        self._wake.set()
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._over.set()
        self._wake.set()
        self._open.close()
        if self._thread.is_alive():
            self._thread.join(5)

    def show(self, plan: Plan, spot: Spot) -> None:
        """A plan's card, with all its machines where the card has no room for them."""
        card = card_of(self._hub(), self._accounts, plan)
        blocks = plan_blocks(card, plan)
        channel, ts = self._poster.post(spot, summary(card), blocks)
        self._store.add_card(Shown(channel, ts, plan.id, _mark(blocks), spot.thread, None))
        if (file := machines_file(card, plan)) is not None:
            self._poster.upload(Spot(spot.member, channel, spot.thread), file)

    def expire(self, plan: Plan, why: str) -> None:
        """Say on its cards why they hold no more."""
        self._store.expire(plan.id, why)
        self.refresh(plan.id)

    def refresh(self, plan_id: str) -> None:
        """Write a plan's cards anew where they differ from what is shown."""
        hub = self._hub()
        with self._writing:
            shown = self._store.cards_of(plan_id)
            if not shown:
                return
            plan = hub.control.approvals.plan(plan_id)
            card = card_of(hub, self._accounts, plan)
            running = card["operation"] is not None and card["operation"]["status"] == "running"
            with self._lock:
                (self._running.add if running else self._running.discard)(plan_id)
            for one in shown:
                self._write(one, summary(card), plan_blocks(card, plan, one.expired))

    def _write(self, shown: Shown, text: str, blocks: list[dict[str, Any]]) -> None:
        mark = _mark(blocks)
        if shown.mark == mark:
            return
        if self._poster.change(shown.channel, shown.ts, text, blocks):
            self._store.note_card(shown, mark)
        else:
            self._store.drop_card(shown.channel, shown.ts)

    def _hear(self, event: Event) -> None:
        with self._lock:
            if "plan" in event:
                self._dirty.add(event["plan"])
            elif "operation" in event:
                self._moved.add(event["operation"])
        self._wake.set()

    def _work(self) -> None:
        while not self._over.is_set():
            self._wake.wait(_LOOK_AGAIN_S if self._running else None)
            self._wake.clear()
            if self._over.is_set():
                return
            for plan_id in self._changed():
                try:
                    self.refresh(plan_id)
                except (NovaError, SlackClientError, SQLAlchemyError, OSError) as error:
                    self._log.warning("card not written", plan=plan_id, error=str(error)[:200])
            self._over.wait(EVERY_S)

    def _changed(self) -> set[str]:
        with self._lock:
            plans, moved = self._dirty | self._running, self._moved
            self._dirty, self._moved = set(), set()
        for operation_id in moved:
            try:
                plans.add(self._hub().control.journal.plan_of(operation_id))
            except (NovaError, SQLAlchemyError):
                continue
        return plans


def _mark(blocks: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(blocks, sort_keys=True).encode()).hexdigest()
