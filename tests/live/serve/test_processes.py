"""Servers as processes: two over one Postgres, one that is told to stop, one that is killed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live.serve.processes import Process, Town, wait_for

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

TAKEN_OVER_S = 60
SOME = {"state": ["running"], "order_by": "name", "limit": 4}


@pytest.fixture
def pair(postgres_url: str, tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, postgres_url, delays=True)
    yield made
    made.close()


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, delays=True, settings={"OTEL_TRACES_EXPORTER": "console"})
    yield made
    made.close()


def offer(client: httpx.Client, tool: str, selector: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/api/tools/{tool}", json={"selector": selector})
    assert answer.status_code == 201, answer.text
    return answer.json()


def approve(client: httpx.Client, plan: dict[str, Any], within_s: float = 30) -> httpx.Response:
    path = f"/api/plans/{plan['id']}/approve"
    return client.post(path, json={"digest": plan["digest"]}, params={"within_s": within_s})


def status_of(client: httpx.Client, plan: dict[str, Any]) -> str:
    return client.get(f"/api/plans/{plan['id']}").json()["status"]


def test_two_over_one_postgres_and_either_may_die(pair: Town) -> None:
    first, second = pair.launch(), pair.launch()
    pair.ready(first)
    pair.ready(second)
    ada_token, bob_token = pair.token("ada"), pair.token("bob")
    ada, bob = pair.client(first, ada_token), pair.client(second, bob_token)
    talk = ada.post("/api/conversations", json={}).json()["id"]
    say = f"/api/conversations/{talk}/messages"
    turn = ada.post(say, json={"text": "stop all staging machines"}).json()
    assert turn["outcome"] == "confirm", turn
    plan = turn["plan"]
    heard = Heard(pair.client(first, ada_token))

    waiting = bob.get("/api/plans").json()["plans"]
    assert [one["id"] for one in waiting] == [plan["id"]]
    bob_too = pair.client(first, bob_token)
    answers = at_once(lambda: approve(bob, plan), lambda: approve(bob_too, plan))
    ran = {answer.json()["operation_id"] for answer in answers if answer.status_code == 200}
    assert len(ran) == 1, [answer.text for answer in answers]
    assert status_of(ada, plan) == "done"
    wait_for(lambda: "operation.finished" in heard.types, 20, first)

    running = offer(ada, "restart_vms", SOME)
    assert approve(ada, running, 0).status_code == 202
    first.kill()
    again = pair.client(second, ada_token)
    said = again.get(say).json()["messages"]
    assert any(message["text"].startswith("Approved by bob") for message in said)
    wait_for(lambda: status_of(again, running) == "done", TAKEN_OVER_S, second)
    undone = again.post(say, json={"text": "undo that"}).json()
    assert undone["outcome"] == "confirm", undone

    second.kill()
    third = pair.start()
    last = pair.client(third, ada_token)
    pending = last.get(f"/api/conversations/{talk}/pending").json()["pending"]
    assert pending["plan"]["id"] == undone["plan"]["id"]
    assert last.post(say, json={"text": "yes"}).json()["outcome"] == "done"
    operations = last.get("/api/operations").json()["operations"]
    assert [one["status"] for one in operations] == ["done"] * 3


def test_a_stop_ends_streams_and_finishes_what_runs(alone: Town) -> None:
    server = alone.start()
    password = first_password(server)
    assert sign_in(server, "admin", password) == 200
    assert sign_in(server, "admin", "wrong-wrong-wrong") == 401
    token = alone.token("ada")
    heard = Heard(alone.client(server, token))
    ada = alone.client(server, token)
    plan = offer(ada, "restart_vms", SOME)
    path = f"/api/plans/{plan['id']}/approve"
    trace = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    yes = ada.post(path, json={"digest": plan["digest"]}, params={"within_s": 0}, headers=trace)
    assert yes.status_code == 202
    began = time.monotonic()
    code = server.stop()

    assert code == 0
    assert time.monotonic() - began < 40
    heard.thread.join(10)
    assert not heard.thread.is_alive()
    logged = server.lines()
    (closed,) = [line for line in logged if line.get("event") == "closed"]
    assert closed["left_to_the_next_start"] == 0
    assert any(
        line["route"] == "/api/plans/{plan}/approve" and line["user"] == "ada"
        for line in logged
        if line.get("event") == "request"
    )
    spans = {line["name"]: line for line in logged if "context" in line}
    turn = spans["turn"]
    assert turn["context"]["trace_id"] == f"0x{'a' * 32}"
    assert turn["attributes"]["novacron.outcome"] == "done"
    assert {event["name"] for event in turn["events"]} == {"step"}
    assert spans["POST /api/plans/{plan}/approve"]["parent_id"] == f"0x{'b' * 16}"
    text = server.log.read_text()
    for secret in (token, "wrong-wrong-wrong"):
        assert secret not in text

    again = alone.start()
    assert status_of(alone.client(again, token), plan) == "done"
    assert "First start" not in again.log.read_text()
    assert password not in again.log.read_text()


def test_a_killed_server_takes_its_work_over_at_the_next_start(alone: Town) -> None:
    server = alone.start()
    token = alone.token("ada")
    ada = alone.client(server, token)
    talk = ada.post("/api/conversations", json={}).json()["id"]
    say = f"/api/conversations/{talk}/messages"
    waiting = ada.post(say, json={"text": "stop all staging machines"}).json()
    plan = offer(ada, "restart_vms", SOME)
    assert approve(ada, plan, 0).status_code == 202
    server.kill()

    started = alone.start()
    again = alone.client(started, token)
    wait_for(lambda: status_of(again, plan) == "done", TAKEN_OVER_S, started)
    pending = again.get(f"/api/conversations/{talk}/pending").json()["pending"]
    assert pending["plan"]["id"] == waiting["plan"]["id"]
    assert len(again.get("/api/operations").json()["operations"]) == 1


def first_password(server: Process) -> str:
    """The password that the first start showed."""
    lines = server.log.read_text().splitlines()
    return next(line.strip() for line in lines if line.startswith("  "))


def sign_in(server: Process, name: str, password: str) -> int:
    """The status of a sign-in."""
    login = {"name": name, "password": password}
    headers = {"Origin": server.url}
    return httpx.post(f"{server.url}/auth/login", json=login, headers=headers).status_code


class Heard:
    """A client that listens to its tenant's events until the stream ends."""

    def __init__(self, client: httpx.Client) -> None:
        self.types: list[str] = []
        self._client = client
        self._ready = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        assert self._ready.wait(20)

    def _listen(self) -> None:
        try:
            with self._client.stream("GET", "/api/events", timeout=None) as stream:
                for line in stream.iter_lines():
                    self._ready.set()
                    if line.startswith("data:"):
                        self.types.append(json.loads(line[5:])["type"])
        except httpx.HTTPError:
            return  # the server was killed


def at_once(*jobs: Any) -> list[httpx.Response]:
    """Run these at the same moment."""
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda job=job: answers.append(job())) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers
