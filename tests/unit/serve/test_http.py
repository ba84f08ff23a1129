"""The HTTP interface over a real socket: scopes, tenants, errors, plans, events."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.serve.server import Site, serving_site, settings_of, wait_for
from tools.settings import Settings
from ui.serve.door import Door
from ui.serve.metrics import Metrics


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("serve")
    with serving_site(settings_of(folder, fleet_folder)) as made:
        yield made


def say(client: httpx.Client, words: str, conversation: str | None = None) -> dict[str, Any]:
    if conversation is None:
        conversation = client.post("/api/conversations", json={}).json()["id"]
    path = f"/api/conversations/{conversation}/messages"
    answer = client.post(path, json={"text": words})
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "conversation": conversation}


def offered(client: httpx.Client, name: str, tool: str = "stop_vms") -> dict[str, Any]:
    answer = client.post(f"/api/tools/{tool}", json={"selector": {"names": [name]}})
    assert answer.status_code == 201, answer.text
    return answer.json()


def state_of(client: httpx.Client, name: str) -> str:
    return client.get(f"/api/machines/{name}").json()["state"]


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )
    body = answer.json()
    assert body["code"] == code
    assert body["message"]
    assert body["hint"]
    return body


def test_a_talk_makes_a_plan_and_another_person_approves_it(site: Site) -> None:
    ada, bob = site.client("ada"), site.client("bob")
    turn = say(ada, "stop web-stg-1")
    plan = turn["plan"]
    waiting = bob.get("/api/plans").json()["plans"]
    assert plan["id"] in [one["id"] for one in waiting]

    answer = bob.post(f"/api/plans/{plan['id']}/approve", json={"digest": plan["digest"]})
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "done"
    again = bob.post(f"/api/plans/{plan['id']}/approve", json={"digest": plan["digest"]})
    assert again.json()["operation_id"] == answer.json()["operation_id"]
    assert state_of(ada, "web-stg-1") == "stopped"

    said = ada.get(f"/api/conversations/{turn['conversation']}/messages").json()["messages"]
    assert said[-1]["text"].startswith("Approved by bob (api).")
    shown = ada.get(f"/api/plans/{plan['id']}").json()
    assert shown["status"] == "done"
    assert shown["operation"] == answer.json()["operation_id"]
    undone = say(ada, "undo that")
    assert say(ada, "yes", undone["conversation"])["outcome"] == "done"
    assert state_of(ada, "web-stg-1") == "running"


def test_nobody_is_let_in_without_a_token(site: Site) -> None:
    stranger = site.stranger()
    for path in ("/api/me", "/api/plans", "/api/machines", "/api/operations", "/api/events"):
        problem(stranger.get(path), 401, "unauthenticated")
    problem(stranger.get("/metrics"), 401, "unauthenticated")
    wrong = {"Authorization": "Bearer nova_wrong"}
    problem(stranger.get("/api/me", headers=wrong), 401, "unauthenticated")
    basic = {"Authorization": "Basic YWRhOng="}
    problem(stranger.get("/api/me", headers=basic), 401, "unauthenticated")
    assert stranger.get("/health").json() == {"status": "ok"}
    assert stranger.get("/ready").json()["status"] == "ready"


def test_each_scope_opens_only_its_own(site: Site) -> None:
    reader, planner = site.client("ada", "read"), site.client("ada", "read", "plan")
    problem(reader.post("/api/conversations", json={}), 403, "not_allowed")
    use = {"selector": {"names": ["ml-train-1"]}}
    problem(reader.post("/api/tools/stop_vms", json=use), 403, "not_allowed")
    counted = reader.post("/api/tools/count_vms", json={"selector": {"all": True}})
    assert counted.status_code == 200

    turn = say(planner, "stop ml-train-1")
    plan = turn["plan"]
    yes = {"digest": plan["digest"]}
    problem(planner.post(f"/api/plans/{plan['id']}/approve", json=yes), 403, "not_allowed")
    said = say(planner, "yes", turn["conversation"])
    assert said["outcome"] != "done"
    assert state_of(planner, "ml-train-1") == "running"
    assert planner.get("/api/operations").json() == reader.get("/api/operations").json()
    problem(planner.get("/api/audit/verify"), 403, "not_allowed")
    assert site.client("ada").get("/api/audit/verify").json() == {"whole": True, "problems": []}


def test_another_tenant_finds_nothing(site: Site) -> None:
    ada, eve = site.client("ada"), site.client("eve")
    turn = say(ada, "restart db-stg-1")
    plan, talk = turn["plan"], turn["conversation"]
    yes = {"digest": plan["digest"]}
    for answer in (
        eve.get(f"/api/plans/{plan['id']}"),
        eve.post(f"/api/plans/{plan['id']}/approve", json=yes),
        eve.post(f"/api/plans/{plan['id']}/cancel"),
        eve.get(f"/api/conversations/{talk}/messages"),
        eve.get(f"/api/conversations/{talk}/pending"),
        eve.post(f"/api/conversations/{talk}/messages", json={"text": "yes"}),
        eve.delete(f"/api/conversations/{talk}"),
    ):
        problem(answer, 404, "not_found")
    assert plan["id"] not in eve.get("/api/plans").text
    done = ada.post(f"/api/plans/{plan['id']}/approve", json=yes).json()["operation_id"]
    problem(eve.get(f"/api/operations/{done}"), 404, "not_found")
    problem(eve.get(f"/api/operations/{done}/events"), 404, "not_found")
    problem(eve.post(f"/api/operations/{done}/cancel"), 404, "not_found")
    assert eve.get("/api/operations").json() == {"operations": []}
    assert eve.get("/api/conversations").json() == {"conversations": []}
    listed = eve.post("/api/tools/list_operations", json={}).json()
    assert listed["rows"] == []


def test_a_viewer_looks_and_changes_nothing(site: Site) -> None:
    vic = site.client("vic")
    assert vic.get("/api/machines").json()["total"] == 68
    use = {"selector": {"names": ["carol-dev"]}}
    problem(vic.post("/api/tools/stop_vms", json=use), 403, "not_allowed")
    assert say(vic, "stop carol-dev")["outcome"] == "decline"
    assert vic.get("/api/plans").json() == {"plans": []}


def test_data_is_lost_only_with_what_must_be_typed(site: Site) -> None:
    ada = site.client("ada")
    plan = offered(ada, "sandbox-01", "delete_vms")
    path, digest = f"/api/plans/{plan['id']}/approve", plan["digest"]
    assert plan["to_type"] == "sandbox-01"
    problem(ada.post(path, json={"digest": digest}), 422, "invalid_request")
    wrong = {"digest": digest, "typed": "sandbox-02"}
    problem(ada.post(path, json=wrong), 422, "invalid_request")
    other = {"digest": "0" * 64, "typed": "sandbox-01"}
    problem(ada.post(path, json=other), 409, "conflict")
    assert ada.post(f"/api/plans/{plan['id']}/cancel").json()["outcome"] == "cancelled"
    right = {"digest": digest, "typed": "sandbox-01"}
    problem(ada.post(path, json=right), 409, "conflict")
    assert ada.get("/api/machines/sandbox-01").status_code == 200


def test_machines_are_found_by_selector_and_by_name(site: Site) -> None:
    ada = site.client("ada")
    selector = json.dumps({"provider": ["aws"], "order_by": "name"})
    page = ada.get("/api/machines", params={"selector": selector, "limit": 2}).json()
    rest = ada.get("/api/machines", params={"selector": selector, "offset": 2}).json()
    names = [m["name"] for m in (*page["machines"], *rest["machines"])]

    assert len(names) == page["total"]
    assert names == sorted(names)
    machine = page["machines"][0]
    assert ada.get(f"/api/machines/{machine['id']}").json() == machine
    problem(ada.get("/api/machines/nothing-here"), 404, "not_found")
    for wrong in ("{", "[1]", '{"colour": ["red"]}'):
        answer = ada.get("/api/machines", params={"selector": wrong})
        problem(answer, 422, "invalid_request")


def test_wrong_requests_say_what_is_wrong(site: Site) -> None:
    ada = site.client("ada")
    problem(ada.get("/api/nothing"), 404, "not_found")
    problem(ada.put("/api/plans"), 405, "method_not_allowed")
    problem(ada.post("/api/conversations", json={"colour": 1}), 422, "invalid_request")
    problem(ada.post("/api/conversations", content=b"{"), 422, "invalid_request")
    problem(ada.get("/api/operations", params={"limit": 0}), 422, "invalid_request")
    problem(ada.post("/api/tools/fly", json={}), 404, "not_found")
    problem(ada.post("/api/conversations", content=b"x" * 2_000_000), 413, "too_large")
    long = iter([b'{"title": "', b"x" * 1_500_000, b'"}'])
    problem(ada.post("/api/conversations", content=long), 413, "too_large")


def test_a_host_that_is_not_ours_is_turned_away(site: Site) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "evil.example:8080"):
        answer = httpx.get(f"{site.url}/health", headers={"Host": host})
        problem(answer, 421, "misdirected")


def test_every_answer_is_guarded(site: Site) -> None:
    ada = site.client("ada")
    for path in ("/health", "/api/me", "/api/nothing", "/auth/login", "/nothing", "/api/plans"):
        headers = ada.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]
        assert "server" not in headers


def test_an_operation_is_followed_to_its_end(site: Site) -> None:
    ada = site.client("ada")
    plan = offered(ada, "ci-runner-1", "restart_vms")
    yes = {"digest": plan["digest"]}
    done = ada.post(f"/api/plans/{plan['id']}/approve", json=yes).json()["operation_id"]
    text = ada.get(f"/api/operations/{done}/events").text
    kinds = [line.split()[1] for line in text.splitlines() if line.startswith("event:")]

    assert kinds == ["step", "end"]


def test_a_tenants_stream_tells_its_own_events(site: Site) -> None:
    heard: dict[str, list[str]] = {"bob": [], "eve": []}
    ready = threading.Barrier(3, timeout=20)

    def listen(who: str, until: str) -> None:
        with site.client(who).stream("GET", "/api/events") as stream:
            for line in stream.iter_lines():
                if line.startswith(":"):
                    ready.wait()
                if line.startswith("event:"):
                    heard[who].append(line.split()[1])
                    if line.split()[1] == until:
                        return

    listeners = [
        threading.Thread(target=listen, args=("bob", "operation.finished")),
        threading.Thread(target=listen, args=("eve", "plan.offered")),
    ]
    for listener in listeners:
        listener.start()
    ready.wait()
    ada = site.client("ada")
    plan = offered(ada, "ci-runner-2", "restart_vms")
    ada.post(f"/api/plans/{plan['id']}/approve", json={"digest": plan["digest"]})
    listeners[0].join(20)
    offered(site.client("eve"), "ci-runner-2", "restart_vms")
    listeners[1].join(20)

    assert heard["bob"][0] == "plan.offered"
    assert {"operation.step", "operation.finished"} <= set(heard["bob"])
    assert heard["eve"] == ["plan.offered"]


def test_the_figures_are_read_with_a_token(site: Site) -> None:
    ada = site.client("ada", "read")
    ada.get("/health")
    counted = 'novacron_requests_total{method="GET",route="/health",status="200"}'
    wait_for(lambda: counted in ada.get("/metrics").text)
    page = ada.get("/metrics").text
    assert "novacron_machines 68.0" in page
    assert "web-stg" not in page


def test_the_interface_describes_itself(site: Site) -> None:
    schema = httpx.get(f"{site.url}/api/openapi.json").json()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
    assert {"/api/conversations/{conversation}/messages", "/api/plans/{plan}/approve"} <= set(
        schema["paths"]
    )


def test_what_nobody_foresaw_tells_nothing_and_is_guarded() -> None:
    async def boom(scope: object, receive: object, send: object) -> None:
        raise KeyError("s3cret-of-the-database")

    async def ask() -> httpx.Response:
        door = Door(boom, Settings(), Metrics())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door)) as client:
            return await client.get("http://127.0.0.1/api/anything")

    answer = asyncio.run(ask())
    problem(answer, 500, "bug")
    assert "s3cret" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
