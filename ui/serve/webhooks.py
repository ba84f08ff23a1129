"""Webhooks: operation events posted to the addresses that are set, signed, and tried again.

The body is signed with HMAC-SHA256 over `<timestamp>.<body>`; whoever gets it compares the
signature and refuses an old timestamp. What happens while no server is up is sent by the next.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tools.control import Control
from tools.database import operations, reading, take_turn
from ui.serve.events import Bus, Event
from ui.serve.tables import deliveries
from ui.serve.watch import LOOKS_BACK, operation_event, recent

TYPES = ("operation.started", "operation.finished")
WAITS_S = (2, 10, 60, 300, 1800)
"""How long to wait after each failed attempt; after the last it is given up."""
TIMEOUT_S = 5.0
KEPT = timedelta(days=7)
"""How long what was sent or given up is kept."""
_CLAIM_S = 60.0
_EVERY_S = 1.0
_LOOK_EVERY_S = 300.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-NovaCron-Signature` says of a body sent at a time."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class Webhooks:
    """Keeps what is to be sent in the database, so that each event goes out from one process."""

    def __init__(self, control: Control, bus: Bus, log: Callable[..., None]) -> None:
        self._control = control
        self._engine = control.engine
        self._urls = control.settings.webhooks
        secret = control.settings.webhook_secret
        self._secret = secret.get_secret_value() if secret else ""
        self._log = log
        self._bus = bus
        self._close = ExitStack()
        self._over = threading.Event()
        self._news = threading.Event()
        self._began = control.clock().timestamp()
        self._look_at = 0.0
        self._thread = threading.Thread(target=self._send_all, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin, where there is an address; what happened meanwhile is sent too."""
        if self._urls:
            self._close.enter_context(self._bus.calling(None, self._hear))
            self._thread.start()

    def stop(self) -> None:
        """Send nothing more; the next start goes on."""
        self._close.close()
        self._over.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(2 * TIMEOUT_S)

    def _hear(self, event: Event) -> None:
        if event["type"] not in TYPES:
            return
        try:
            self._keep(event)
        except SQLAlchemyError:  # who told of it has nothing to do with that; look again later
            self._look_at = 0.0
        self._news.set()

    def _keep(self, event: Event) -> None:
        key = _key(event["operation"], event["type"])
        body = json.dumps({"id": key, **event}, sort_keys=True)
        created_at = self._control.clock().timestamp()
        with self._engine.begin() as db:
            take_turn(db, f"delivery/{key}")
            known = db.scalar(sa.select(deliveries.c.event).where(deliveries.c.event == key))
            if known is not None:  # another process saw it too
                return
            rows = [
                {"event": key, "url": url, "body": body, "attempts": 0, "next_at": time.time(),
                 "created_at": created_at}
                for url in self._urls
            ]  # fmt: skip
            db.execute(sa.insert(deliveries), rows)

    def catch_up(self) -> None:
        """Keep what happened while nobody listened, since the first of what is kept."""
        now = self._control.clock()
        kept = sa.select(deliveries.c.event)
        with self._engine.begin() as db:
            old = deliveries.c.created_at < (now - KEPT).timestamp()
            db.execute(sa.delete(deliveries).where(old, deliveries.c.next_at.is_(None)))
            first = db.scalar(sa.select(sa.func.min(deliveries.c.created_at)))
            since = max(min(first or self._began, self._began), (now - LOOKS_BACK).timestamp())
            found = db.execute(recent(operations, since)).all()
            known = set(db.scalars(kept.where(deliveries.c.created_at >= since)))
        for row in found:
            event = operation_event(row, now.isoformat())
            if _key(row.id, event["type"]) not in known:
                self._keep(event)

    def _send_all(self) -> None:
        import httpx

        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
            while not self._over.is_set():
                try:
                    self._look_again()
                    for row in self._claim():
                        self._send(client, row)
                except SQLAlchemyError as error:
                    self._log("webhooks wait", error=str(error).splitlines()[0])
                self._news.wait(_EVERY_S)
                self._news.clear()

    def _look_again(self) -> None:
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _LOOK_EVERY_S
            self.catch_up()

    def _claim(self) -> list[sa.Row[Any]]:
        """What is due, for this process alone: for others it is due only after a while."""
        now = time.time()
        due = sa.select(deliveries).where(deliveries.c.next_at <= now).limit(20)
        with reading(self._engine) as db:
            if db.execute(due).first() is None:
                return []
        with self._engine.begin() as db:
            take_turn(db, "deliveries")
            rows = list(db.execute(due))
            for row in rows:
                db.execute(_of(row).values(next_at=now + _CLAIM_S, attempts=row.attempts + 1))
        return rows

    def _send(self, client: Any, row: sa.Row[Any]) -> None:
        import httpx

        error = None
        try:
            answer = client.post(row.url, content=row.body, headers=self._headers(row))
            if not answer.is_success:
                error = f"HTTP {answer.status_code}"
        except httpx.HTTPError as failed:
            error = type(failed).__name__
        again = row.attempts < len(WAITS_S) and error is not None
        next_at = time.time() + WAITS_S[int(row.attempts)] if again else None
        with self._engine.begin() as db:
            db.execute(_of(row).values(next_at=next_at, error=error))
        if error is not None:
            self._log("webhook failed", event_id=row.event, error=error, given_up=not again)

    def _headers(self, row: sa.Row[Any]) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signed = signature(self._secret, timestamp, row.body.encode())
        return {
            "Content-Type": "application/json",
            "User-Agent": "NovaCron",
            "X-NovaCron-Event": row.event,
            "X-NovaCron-Timestamp": timestamp,
            "X-NovaCron-Signature": signed,
        }


def _key(operation: str, kind: str) -> str:
    return f"{operation}/{kind}"


def _of(row: sa.Row[Any]) -> sa.Update:
    return sa.update(deliveries).where(deliveries.c.event == row.event, deliveries.c.url == row.url)
