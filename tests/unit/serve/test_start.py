"""The start: settings that cannot work are refused by name, and so is an address that is taken."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.unit.serve.server import serving_site, settings_of, wait_for
from tools.errors import InvalidRequest
from tools.settings import Settings, load_settings
from ui.serve.checks import check_settings, unknown_variables
from ui.serve.metering import set_up_metering
from ui.serve.metrics import Metrics
from ui.serve.running import address_of, listen

SINGLE = {
    "oidc_issuer": "https://id.example.org",
    "oidc_client_id": "novacron",
    "oidc_client_secret": SecretStr("s3cret"),
    "oidc_roles": {"ops": ("operator",)},
}


@pytest.fixture(autouse=True)
def no_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOVACRON_CONFIG", raising=False)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"public_url": "nova.example.org"}, "public_url"),
        ({"public_url": "https://"}, "public_url"),
        ({"public_url": "https://nova.example.org:x"}, "public_url"),
        ({"public_url": "https://example.org/nova"}, "takes no path"),
        ({"allowed_hosts": ("https://a.example",)}, "allowed_hosts"),
        ({"webhooks": ("ftp://a.example",), "webhook_secret": "k"}, "webhooks"),
        ({"webhooks": ("https://a.example/hook",)}, "webhook_secret"),
        ({"oidc_issuer": "https://id.example.org"}, "oidc_client_id"),
        ({**SINGLE, "oidc_client_secret": None}, "oidc_client_secret"),
        ({**SINGLE, "oidc_roles": {}}, "oidc_roles"),
        ({**SINGLE, "oidc_roles": {"ops": ("operater",)}}, "operator is"),
        ({**SINGLE, "oidc_issuer": "http://id.example.org"}, "over https only"),
    ],
)
def test_what_cannot_work_is_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        check_settings(Settings(**given))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidRequest) as said:
        check_settings(Settings(public_url="x", webhooks=("y",)))
    for name in ("public_url", "webhooks", "webhook_secret"):
        assert name in said.value.message


def test_what_works_is_let_through() -> None:
    check_settings(Settings())
    check_settings(
        Settings(
            public_url="https://nova.example.org", allowed_hosts=("nova.lan",),
            webhooks=("http://127.0.0.1:9/hook",), webhook_secret=SecretStr("k"), **SINGLE,
        )
    )  # fmt: skip


def test_a_file_that_is_named_must_be_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NOVACRON_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(InvalidRequest, match="NOVACRON_CONFIG"):
        check_settings(Settings())


def test_a_misspelt_variable_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACRON_PUBLIC_ULR", "https://nova.example.org")
    monkeypatch.setenv("NOVACRON_ZONE", "UTC")
    (said,) = [line for line in unknown_variables() if "ULR" in line]
    assert said == "NOVACRON_PUBLIC_ULR is no setting; NOVACRON_PUBLIC_URL is"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("ZONE", "Mars/Base", "time zone"), ("WEBHOOKS", "https://a.example", "webhooks")],
)
def test_a_wrong_value_names_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"NOVACRON_{name}", value)
    with pytest.raises(InvalidRequest, match=said) as error:
        load_settings()
    assert ".toml" not in error.value.message


def test_an_address_that_is_taken_is_said_plainly() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert address_of(taken) == f"http://127.0.0.1:{port}"
        with pytest.raises(InvalidRequest, match=str(port)):
            listen("127.0.0.1", port)
    with pytest.raises(InvalidRequest, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv6_address_is_written_in_brackets() -> None:
    try:
        taken = listen("::1", 0)
    except InvalidRequest:
        pytest.skip("no IPv6 address on this computer")
    with taken:
        assert address_of(taken).startswith("http://[::1]:")


def test_figures_go_to_an_exporter(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    fleet_folder: Path,
) -> None:
    assert set_up_metering(Metrics(), lambda: None)() is None
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "console")
    with serving_site(settings_of(tmp_path, fleet_folder)) as site:
        end = set_up_metering(site.serving.metrics, lambda: site.serving.opened)
        site.client("ada").get("/api/me")
        counted = {"method": "GET", "route": "/api/me", "status": "200"}
        registry = site.serving.metrics.registry
        wait_for(lambda: registry.get_sample_value("novacron_requests_total", counted) == 1)
        end()
    lines = [line for line in capsys.readouterr().err.splitlines() if "resource_metrics" in line]
    told = json.loads(lines[-1])["resource_metrics"][0]
    assert told["resource"]["attributes"]["service.name"] == "novacron"
    figures = {m["name"]: m["data"]["data_points"] for m in told["scope_metrics"][0]["metrics"]}
    assert [point["value"] for point in figures["novacron_machines"]] == [68]
    routes = {p["attributes"]["route"]: p["value"] for p in figures["novacron_requests_total"]}
    assert routes["/api/me"] == 1


def test_an_exporter_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "carrier-pigeon")
    with pytest.raises(InvalidRequest, match="carrier-pigeon"):
        set_up_metering(Metrics(), lambda: None)
