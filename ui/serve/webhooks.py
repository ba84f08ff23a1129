"""Webhooks: operation events posted to the addresses that are set, signed, and tried again.

The body is signed with HMAC-SHA256 over `<timestamp>.<body>`; whoever gets it compares the
signature and refuses an old timestamp.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from tools.control import Control
from tools.database import reading, take_turn
from ui.serve.events import Bus, Event
from ui.serve.tables import deliveries

TYPES = ("operation.started", "operation.finished")
WAITS_S = (2, 10, 60, 300, 1800)
"""How long to wait after each failed attempt; after the last it is given up."""
TIMEOUT_S = 5.0
_CLAIM_S = 60.0
_EVERY_S = 1.0


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
        self._thread = threading.Thread(target=self._send_all, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin, where there is an address."""
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
        key = f"{event['operation']}/{event['type']}"
        body = json.dumps({"id": key, **event}, sort_keys=True)
        now = time.time()
        with self._engine.begin() as db:
            take_turn(db, f"delivery/{key}")
            known = db.scalar(sa.select(deliveries.c.event).where(deliveries.c.event == key))
            if known is not None:  # another process saw it too
                return
            rows = [
                {"event": key, "url": url, "body": body, "attempts": 0, "next_at": now,
                 "created_at": now}
                for url in self._urls
            ]  # fmt: skip
            db.execute(sa.insert(deliveries), rows)
        self._news.set()

    def _send_all(self) -> None:
        import httpx

        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False) as client:
            while not self._over.is_set():
                try:
                    for row in self._claim():
                        self._send(client, row)
                except SQLAlchemyError as error:
                    self._log("webhooks wait", error=str(error).splitlines()[0])
                self._news.wait(_EVERY_S)
                self._news.clear()

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
        next_at = time.time() + WAITS_S[row.attempts] if again else None
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
            **({"X-NovaCron-Signature": signed} if self._secret else {}),
        }


def _of(row: sa.Row[Any]) -> sa.Update:
    return sa.update(deliveries).where(deliveries.c.event == row.event, deliveries.c.url == row.url)
