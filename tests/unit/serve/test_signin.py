"""Browsers: the form, the cookie, other sites' pages, too many tries, single sign-on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.unit.serve.server import PASSWORD, Site, serving_site, settings_of


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("serve")
    with serving_site(settings_of(folder, fleet_folder)) as made:
        yield made


def signed_in(site: Site, name: str = "ada") -> httpx.Client:
    browser = site.browser()
    answer = browser.post("/auth/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return browser


def with_cookies(site: Site, cookies: dict[str, str]) -> httpx.Client:
    """A browser that has these cookies, on no page of this site."""
    made = site.stranger()
    made.cookies.update(cookies)
    return made


def test_a_browser_signs_in_and_out(site: Site) -> None:
    browser = site.browser()
    answer = browser.post("/auth/login", json={"name": "Ada", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]

    assert answer.json() == {"name": "ada", "tenant": "default", "roles": ["admin", "operator"]}
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert browser.get("/auth/me").json()["name"] == "ada"
    assert browser.get("/api/me").json()["scopes"] == ["admin", "approve", "plan", "read"]
    assert browser.post("/api/conversations", json={}).status_code == 201
    stolen = dict(browser.cookies)
    assert browser.post("/auth/logout").status_code == 204
    assert browser.get("/api/me").status_code == 401
    assert with_cookies(site, stolen).get("/api/me").status_code == 401


def test_the_form_leads_back_to_where_one_was(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/auth/login", params={"next": "/fleet?a=1"})
    assert 'value="/fleet?a=1"' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    given = {"name": "ada", "password": "wrong", "next": "/fleet"}
    wrong = browser.post("/auth/login", data=given)
    assert wrong.status_code == 401
    assert "do not fit. Try again." in wrong.text
    assert 'value="ada"' in wrong.text
    assert "wrong" not in wrong.text
    right = browser.post("/auth/login", data={**given, "password": PASSWORD})
    assert (right.status_code, right.headers["location"]) == (303, "/fleet")


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"],
)
def test_the_form_leads_to_no_other_site(site: Site, target: str) -> None:
    given = {"name": "ada", "password": PASSWORD, "next": target}
    answer = site.browser().post("/auth/login", data=given)
    assert answer.headers["location"] == "/"
    page = site.browser().get("/auth/login", params={"next": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {},
    ],
    ids=["another site", "nowhere", "the browser says so", "nothing is said"],
)
def test_another_sites_page_moves_nothing(site: Site, headers: dict[str, str]) -> None:
    cookies = dict(signed_in(site).cookies)
    forged = with_cookies(site, cookies)
    answer = forged.post("/api/conversations", json={}, headers=headers)
    assert answer.status_code == 403
    login = {"name": "ada", "password": PASSWORD}
    assert forged.post("/auth/login", json=login, headers=headers).status_code == 403
    assert forged.post("/auth/logout", headers=headers).status_code == 403
    assert forged.get("/api/me").status_code == 200


def test_who_signs_in_where_another_was_ends_their_session(site: Site) -> None:
    browser = signed_in(site, "vic")
    before = dict(browser.cookies)
    again = browser.post("/auth/login", json={"name": "ada", "password": PASSWORD})
    assert again.status_code == 200
    assert browser.get("/auth/me").json()["name"] == "ada"
    assert with_cookies(site, before).get("/auth/me").status_code == 401


def test_too_many_tries_are_refused(site: Site) -> None:
    browser = site.browser()
    wrong = {"name": "bob", "password": "wrong"}
    codes = [browser.post("/auth/login", json=wrong).status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    answer = browser.post("/auth/login", json={"name": "bob", "password": PASSWORD})
    assert answer.json()["code"] == "too_many_sign_ins"
    assert answer.headers["retry-after"] == "900"
    assert browser.post("/auth/login", json={"name": 1}).status_code == 422


class Provider:
    """An OpenID provider: it answers with a token that it signs for whoever is set."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.claims: dict[str, Any] = {}
        self.signed_by = self.key
        self.form: dict[str, str] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                self.answer(provider.published() if "openid" in path else provider.keys())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.form = {k: v[0] for k, v in parse_qs(body).items()}
                self.answer(provider.token())

            def answer(self, value: Any) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(value).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def published(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self) -> dict[str, str]:
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, self.claims, self.signed_by)
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def single(
    tmp_path_factory: pytest.TempPathFactory, fleet_folder: Path, provider: Provider
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("single")
    settings = settings_of(
        folder, fleet_folder, oidc_issuer=provider.issuer, oidc_client_id="novacron",
        oidc_client_secret="s3cret", oidc_roles={"ops": ("operator",)}, oidc_tenant_claim="org",
    )  # fmt: skip
    with serving_site(settings) as made:
        yield made


def begun(site: Site, provider: Provider, **claims: Any) -> tuple[httpx.Client, str]:
    """A browser that was sent to the provider, and the state with which it comes back."""
    browser = site.stranger()
    sent = browser.get("/auth/oidc", params={"next": "/fleet"})
    asked = {k: v[0] for k, v in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    provider.signed_by = provider.key
    provider.claims = {
        "iss": provider.issuer, "aud": "novacron", "sub": "42", "exp": 4102444800,
        "nonce": asked["nonce"], "preferred_username": "Carl", "groups": ["ops", "other"],
        "org": "north", **claims,
    }  # fmt: skip
    return browser, asked["state"]


def come_back(browser: httpx.Client, state: str) -> httpx.Response:
    return browser.get("/auth/oidc/callback", params={"code": "c", "state": state})


def test_single_sign_on_gives_the_groups_roles(single: Site, provider: Provider) -> None:
    browser, state = begun(single, provider)
    answer = come_back(browser, state)

    assert answer.status_code == 200
    assert "url=/fleet" in answer.text
    assert provider.form["code_verifier"]
    me = browser.get("/auth/me").json()
    assert me == {"name": "carl", "tenant": "north", "roles": ["operator"]}
    assert "/auth/oidc" in browser.get("/auth/login").text


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": ["nobody"]},
        {"groups": None},
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"preferred_username": "ada", "sub": "43"},
        {"org": ""},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_single_sign_on_refuses_what_does_not_hold(
    single: Site, provider: Provider, claims: dict[str, Any]
) -> None:
    browser, state = begun(single, provider, **claims)
    assert come_back(browser, state).status_code in (403, 422)
    assert browser.get("/auth/me").status_code == 401


def test_who_calls_themselves_like_another_is_not_let_in_as_them(
    single: Site, provider: Provider
) -> None:
    browser, state = begun(single, provider)
    assert come_back(browser, state).status_code == 200
    thief, state = begun(single, provider, sub="666", groups=["ops"])
    refused = come_back(thief, state)
    assert refused.status_code == 403
    assert "another person's" in refused.json()["message"]


def test_single_sign_on_refuses_another_key_and_another_browser(
    single: Site, provider: Provider
) -> None:
    browser, state = begun(single, provider)
    assert come_back(single.stranger(), state).status_code == 403
    assert come_back(browser, "guessed").status_code == 403
    provider.signed_by = RSAKey.generate_key(2048, {"kid": "one"})
    assert come_back(browser, state).status_code == 403
    assert browser.get("/auth/me").status_code == 401
