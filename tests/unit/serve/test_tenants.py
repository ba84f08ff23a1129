"""Tenants with machines of their own: another's exist nowhere, whoever asks and however."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request

from tests.unit.serve.server import Site, serving_site, settings_of
from tools.identity import User
from tools.settings import load_settings
from ui.web.pages.fleet import fleet_page
from ui.web.starters import starters

EVE = User("eve", frozenset({"operator", "admin"}), "web", "other")
LEO = User("leo", frozenset({"operator"}), "web", "third")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path) -> Iterator[Site]:
    bounds = {"other": {"tags": {"env": ["staging"]}}}
    settings = settings_of(tmp_path_factory.mktemp("tenants"), fleet_folder, tenant_machines=bounds)
    with serving_site(settings) as made:
        yield made


def test_the_interface_knows_only_the_tenants_machines(site: Site) -> None:
    eve, ada = site.client("eve"), site.client("ada")
    seen = eve.get("/api/machines", params={"limit": 1000}).json()
    assert 0 < seen["total"] < ada.get("/api/machines").json()["total"]
    assert {m["tags"]["env"] for m in seen["machines"]} == {"staging"}
    named = '{"names": ["web-01"]}'
    assert eve.get("/api/machines", params={"selector": named}).json()["total"] == 0
    other = ada.get("/api/machines/web-01").json()["id"]
    for machine in ("web-01", other):
        assert eve.get(f"/api/machines/{machine}").status_code == 404
    asked = {"selector": {"ids": [other]}}
    for tool in ("describe_vms", "stop_vms", "delete_vms"):
        answer = eve.post(f"/api/tools/{tool}", json=asked)
        assert answer.status_code == 404, answer.text
        assert "web-01" not in answer.text


def test_words_reach_only_the_tenants_machines(site: Site) -> None:
    eve = site.client("eve")
    talk = eve.post("/api/conversations", json={}).json()["id"]

    def say(text: str) -> str:
        return eve.post(f"/api/conversations/{talk}/messages", json={"text": text}).text

    assert '"confirm"' not in say("stop web-01")
    assert "aws/us-east-1/i-" not in say("describe it")
    assert "web-01" not in say("list all machines")
    assert '"confirm"' in say("restart web-stg-1")


def test_the_pages_show_only_the_tenants_machines(site: Site) -> None:
    hub = site.serving.hub
    request = Request({"type": "http", "query_string": b"", "headers": []})
    page = bytes(fleet_page(request, hub, EVE).body).decode()
    assert "web-stg-1" in page
    assert "web-01" not in page
    named = " ".join(starters(hub, EVE))
    assert "stg" in named


def test_a_tenant_that_no_setting_names_has_no_machine(site: Site) -> None:
    world = site.serving.hub.control.world
    assert world.of(LEO).inventory.count() == 0
    assert world.of(User("ada")).inventory.count() == site.serving.hub.control.inventory.count()


def test_what_passes_bounds_nobody() -> None:
    with pytest.raises(Exception, match=r"tenant_machines.*cannot be bounded by age_days"):
        load_settings(tenant_machines={"north": {"age_days": {"ge": 1}}})
