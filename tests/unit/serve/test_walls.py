"""Walls of tenant, role and scope at every route; a new route fails here until it has its row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.serve.server import SCOPES, Site, serving_site, settings_of

OPEN = {
    ("get", "/health"), ("get", "/ready"), ("get", "/auth/login"), ("post", "/auth/login"),
    ("post", "/auth/logout"), ("get", "/auth/oidc"), ("get", "/auth/oidc/callback"),
}  # fmt: skip
"""Before anybody is signed in; what signing in itself refuses, test_signin.py shows."""

NEEDS = {
    ("get", "/metrics"): "read",
    ("get", "/api/me"): "read",
    ("get", "/api/audit/verify"): "admin",
    ("get", "/api/conversations"): "read",
    ("post", "/api/conversations"): "plan",
    ("delete", "/api/conversations/{conversation}"): "plan",
    ("get", "/api/conversations/{conversation}/messages"): "read",
    ("post", "/api/conversations/{conversation}/messages"): "plan",
    ("get", "/api/conversations/{conversation}/pending"): "read",
    ("get", "/api/plans"): "read",
    ("post", "/api/plans"): "plan",
    ("get", "/api/plans/{plan}"): "read",
    ("post", "/api/plans/{plan}/approve"): "approve",
    ("post", "/api/plans/{plan}/cancel"): "plan",
    ("get", "/api/operations"): "read",
    ("get", "/api/operations/{operation}"): "read",
    ("post", "/api/operations/{operation}/cancel"): "approve",
    ("get", "/api/operations/{operation}/events"): "read",
    ("get", "/api/events"): "read",
    ("get", "/api/machines"): "read",
    ("get", "/api/machines/{machine}"): "read",
    ("get", "/api/tools"): "read",
    ("post", "/api/tools/{tool}"): "read",
}
STREAMS = {("get", "/api/events")}
CHANGES = ("approve", "cancel")


@dataclass
class Place:
    """A server on which ada has a conversation, a plan that waits, and an operation that ran."""

    site: Site
    ids: dict[str, str]
    digest: str

    def ask(self, client: httpx.Client, route: tuple[str, str]) -> httpx.Response:
        """Send what fits the route, with ada's things in its path."""
        method, path = route
        body = self.bodies().get(route) if method == "post" else None
        return client.request(method, path.format(**self.ids), json=body)

    def bodies(self) -> dict[tuple[str, str], Any]:
        stop = {"tool": "stop_vms", "selector": {"names": ["ml-train-1"]}}
        return {
            ("post", "/api/conversations"): {},
            ("post", "/api/conversations/{conversation}/messages"): {"text": "yes"},
            ("post", "/api/plans"): {"calls": [stop]},
            ("post", "/api/plans/{plan}/approve"): {"digest": self.digest},
            ("post", "/api/tools/{tool}"): {"selector": {"all": True}},
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("walls")
    with serving_site(settings_of(folder, fleet_folder)) as site:
        ada = site.client("ada")
        talk = ada.post("/api/conversations", json={}).json()["id"]
        said = ada.post(f"/api/conversations/{talk}/messages", json={"text": "stop web-stg-1"})
        waits = said.json()["plan"]
        use = {"selector": {"names": ["ci-runner-1"]}}
        other = ada.post("/api/tools/restart_vms", json=use).json()
        yes = {"digest": other["digest"]}
        ran = ada.post(f"/api/plans/{other['id']}/approve", json=yes).json()["operation_id"]
        ids = {
            "conversation": talk, "plan": waits["id"], "operation": ran, "machine": "jenkins",
            "tool": "count_vms",
        }  # fmt: skip
        yield Place(site, ids, waits["digest"])


def test_every_route_has_its_row(place: Place) -> None:
    paths = place.site.stranger().get("/api/openapi.json").json()["paths"]
    routes = {(method, path) for path, methods in paths.items() for method in methods}
    assert routes == {*OPEN, *NEEDS, ("get", "/auth/me")}


@pytest.mark.parametrize("route", NEEDS, ids=" ".join)
def test_nobody_comes_in_without_its_scope(place: Place, route: tuple[str, str]) -> None:
    assert place.ask(place.site.stranger(), route).status_code == 401
    others = [scope for scope in SCOPES if scope != NEEDS[route]]
    answer = place.ask(place.site.client("ada", *others), route)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("route", NEEDS, ids=" ".join)
def test_another_tenant_finds_nothing_of_it(place: Place, route: tuple[str, str]) -> None:
    if route in STREAMS:
        return  # test_http.py listens to both tenants' at once
    answer = place.ask(place.site.client("eve"), route)
    own = [name for name in ("conversation", "plan", "operation") if f"{{{name}}}" in route[1]]
    assert answer.status_code == 404 if own else answer.status_code < 300, answer.text
    assert not any(place.ids[name] in answer.text for name in ("conversation", "plan", "operation"))


@pytest.mark.parametrize("route", NEEDS, ids=" ".join)
def test_who_may_only_look_changes_nothing(place: Place, route: tuple[str, str]) -> None:
    if route in STREAMS:
        return
    answer = place.ask(place.site.client("vic", "read", "plan", "approve"), route)
    if "{conversation}" in route[1]:
        assert answer.status_code == 404
    elif route[1].endswith(CHANGES) or route in (("post", "/api/plans"), ("get", "/metrics")):
        assert answer.status_code == (200 if route[0] == "get" else 403)
    elif NEEDS[route] == "admin":
        assert answer.status_code == 403
    else:
        assert answer.status_code < 300


def test_after_all_that_the_plan_still_waits(place: Place) -> None:
    ada = place.site.client("ada")
    assert ada.get(f"/api/plans/{place.ids['plan']}").json()["status"] == "pending"
    assert len(ada.get("/api/operations").json()["operations"]) == 1
    assert ada.get("/api/machines/web-stg-1").json()["state"] == "running"
