"""Webhooks: signed, sent once though many see the event, and tried again."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from agent.brains.embedded import EmbeddedBrain
from agent.turns import Turns
from tests.unit.serve.conftest import ADA
from tests.unit.serve.server import wait_for
from tests.unit.serve.test_hub import planned
from tools.control import Control
from ui.serve import webhooks
from ui.serve.hub import Hub
from ui.serve.tables import deliveries
from ui.serve.webhooks import Webhooks, signature

SECRET = "a shared secret"


@dataclass
class Receiver:
    """Keeps what is posted to it; the first answers may be failures."""

    answers: list[int] = field(default_factory=list[int])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def start(self) -> ThreadingHTTPServer:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def url(receiver: Receiver) -> Iterator[str]:
    server = receiver.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


@pytest.fixture
def control(file_control: Control, url: str) -> Control:
    changed = {"webhooks": (url,), "webhook_secret": SecretStr(SECRET)}
    file_control.settings = file_control.settings.model_copy(update=changed)
    return file_control


def test_an_operations_events_are_sent_signed_and_once(
    control: Control, receiver: Receiver
) -> None:
    hubs = [Hub(Turns(control, EmbeddedBrain()), None) for _ in range(2)]
    senders = [Webhooks(control, hub.bus, lambda *_, **__: None) for hub in hubs]
    for hub, sender in zip(hubs, senders, strict=True):
        hub.start()
        sender.start()
    _, plan, digest = planned(hubs[0])
    done = hubs[0].approve(plan, digest, ADA).operation
    assert done is not None
    time.sleep(2.5)  # the other process sees it too, and looks again
    for hub, sender in zip(hubs, senders, strict=True):
        sender.stop()
        hub.close()

    ends = [json.loads(b) for _, b in receiver.got if b"finished" in b]
    assert [(one["operation"], one["status"]) for one in ends] == [(done.id, "done")]
    for headers, body in receiver.got:
        timestamp = headers["X-NovaCron-Timestamp"]
        assert headers["X-NovaCron-Signature"] == signature(SECRET, timestamp, body)
        assert abs(time.time() - int(timestamp)) < 60
        assert json.loads(body)["id"] == headers["X-NovaCron-Event"]


def test_what_fails_is_tried_again(
    control: Control, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "WAITS_S", (0.1, 0.1))
    receiver.answers = [500, 302]
    hub = Hub(Turns(control, EmbeddedBrain()), None)
    sender = Webhooks(control, hub.bus, lambda *_, **__: None)
    sender.start()
    event = {"type": "operation.finished", "tenant": "default", "operation": "o1", "at": "now"}
    hub.bus.tell(event)
    wait_for(lambda: len(receiver.got) == 3)
    hub.bus.tell(event)
    hub.bus.tell({**event, "type": "plan.offered"})
    time.sleep(1.5)
    sender.stop()
    hub.close()

    assert len(receiver.got) == 3


def test_what_happened_while_no_server_was_up_is_sent_by_the_next(
    control: Control, receiver: Receiver
) -> None:
    hub = Hub(Turns(control, EmbeddedBrain()), None)
    _, before, digest = planned(hub, "restart web-stg-2")
    hub.approve(before, digest, ADA)
    control.clock.advance(60)
    first = Webhooks(control, hub.bus, lambda *_, **__: None)
    hub.start()
    first.start()
    _, plan, digest = planned(hub)
    heard = hub.approve(plan, digest, ADA).operation
    wait_for(lambda: "finished" in str(receiver.got))
    first.stop()
    _, plan, digest = planned(hub, "restart db-stg-1")
    missed = hub.approve(plan, digest, ADA).operation
    second = Webhooks(control, hub.bus, lambda *_, **__: None)
    second.start()
    assert missed is not None
    wait_for(lambda: missed.id in str(receiver.got))
    second.stop()
    hub.close()

    assert heard is not None
    ends = [json.loads(body)["operation"] for _, body in receiver.got if b"finished" in body]
    assert sorted(ends) == sorted([heard.id, missed.id])


def test_what_was_sent_long_ago_is_dropped(control: Control) -> None:
    hub = Hub(Turns(control, EmbeddedBrain()), None)
    sender = Webhooks(control, hub.bus, lambda *_, **__: None)
    created_at = (control.clock() - webhooks.KEPT).timestamp() - 60
    row = {"url": "http://127.0.0.1:9", "body": "{}", "attempts": 1, "created_at": created_at}
    with control.engine.begin() as db:
        db.execute(sa.insert(deliveries), {**row, "event": "old", "next_at": None})
        db.execute(sa.insert(deliveries), {**row, "event": "due", "next_at": created_at})
    sender.catch_up()
    with control.engine.connect() as db:
        assert list(db.scalars(sa.select(deliveries.c.event))) == ["due"]
    hub.close()


def test_a_signature_is_for_its_time_and_body() -> None:
    signed = signature(SECRET, "100", b"{}")
    assert signed.startswith("v1=")
    assert signed != signature(SECRET, "101", b"{}")
    assert signed != signature(SECRET, "100", b"{} ")
    assert signed != signature("another", "100", b"{}")
