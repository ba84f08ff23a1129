"""OpenID Connect: the authorization code with PKCE; a provider's groups become roles here."""

from __future__ import annotations

import html
import secrets
from functools import lru_cache
from typing import Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from tools.errors import NotAllowed, NotFound, Unreachable
from tools.identity import User
from tools.settings import Settings
from ui.serve.accounts import checked_name
from ui.serve.callers import serving_of
from ui.serve.logs import log_of
from ui.serve.problems import RESPONSES
from ui.serve.routes.plans import base_of
from ui.serve.serving import Serving
from ui.serve.signin import local_path, set_cookie

router = APIRouter(prefix="/auth/oidc", tags=["signing in"], responses=RESPONSES)

STATE_COOKIE = "novacron_oidc"
_PATIENCE_S = 600
_TIMEOUT_S = 10.0
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
_GO_ON = '<!doctype html><meta http-equiv="refresh" content="0;url={next}"><title>NovaCron</title>'
"""A page of ours that leads on: a cookie for this site alone does not go with a redirect that
began at the provider's."""


@router.get("", response_class=RedirectResponse, status_code=302)
def begin(request: Request, next: str = "/") -> Response:
    """Send the browser to the provider."""
    serving = serving_of(request)
    known = _provider(_settings(serving).oidc_issuer)
    state = {
        "state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24),
        "verifier": secrets.token_urlsafe(48), "next": local_path(next),
    }  # fmt: skip
    with _client(serving.settings, request) as client:
        url, _ = client.create_authorization_url(
            known["authorization_endpoint"],
            state=state["state"],
            nonce=state["nonce"],
            code_verifier=state["verifier"],
        )
    answer = RedirectResponse(url, 302)
    answer.set_cookie(
        STATE_COOKIE,
        _signer(serving.settings).dumps(state),
        max_age=_PATIENCE_S,
        path="/auth/oidc",
        secure=base_of(request).startswith("https"),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/callback", response_class=HTMLResponse)
def come_back(request: Request, code: str = "", state: str = "", error: str = "") -> Response:
    """The browser comes back from the provider: check what it brings, and sign in."""
    serving = serving_of(request)
    settings = _settings(serving)
    began = _began(settings, request.cookies.get(STATE_COOKIE, ""), state)
    if error or not code:
        raise NotAllowed("The single sign-on was not finished.", hint="Try it again.")
    claims = _claims(settings, request, code, began)
    user = welcome(serving, claims)
    log_of("sign-in").info("single sign-on", user=user.name, tenant=user.tenant)
    serving.metrics.sign_ins.labels("done").inc()
    answer = HTMLResponse(_GO_ON.format(next=html.escape(began["next"])))
    answer.delete_cookie(STATE_COOKIE, path="/auth/oidc")
    set_cookie(request, answer, user)
    return answer


def welcome(serving: Serving, claims: dict[str, Any]) -> User:
    """The person whom the provider vouches for.

    Raises:
        NotAllowed: none of their groups has a role here, they are disabled, or somebody else
            has that name here.
    """
    settings = serving.settings
    name = claims.get(settings.oidc_name_claim) or claims.get("email") or claims["sub"]
    given: Any = claims.get(settings.oidc_groups_claim)
    groups: list[Any] = given if isinstance(given, list) else [given]  # pyright: ignore
    roles = {role for group in groups for role in settings.oidc_roles.get(str(group), ())}
    if not roles:
        raise NotAllowed("None of your groups has a role here.", hint="Ask an admin.")
    tenant = "default"
    if settings.oidc_tenant_claim:
        tenant = checked_name(str(claims.get(settings.oidc_tenant_claim, "")))
    identity = f"{settings.oidc_issuer} {claims['sub']}"
    user = serving.accounts.welcome(str(name), roles, tenant, "web", identity)
    if user is None:
        raise NotAllowed(
            "That account is disabled here, has a password, or is another person's.",
            hint="Ask an admin.",
        )
    return user


def _settings(serving: Serving) -> Settings:
    settings = serving.settings
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
        raise NotFound("No single sign-on is set up.", hint="See docs/serving.md.")
    return settings


def _began(settings: Settings, cookie: str, state: str) -> dict[str, str]:
    try:
        began = _signer(settings).loads(cookie, max_age=_PATIENCE_S)
    except BadSignature as error:
        raise NotAllowed("This sign-in did not begin here.", hint="Try it again.") from error
    if not secrets.compare_digest(began["state"].encode(), state.encode()):
        raise NotAllowed("This sign-in did not begin here.", hint="Try it again.")
    return began


def _claims(
    settings: Settings, request: Request, code: str, began: dict[str, str]
) -> dict[str, Any]:
    """What the provider says of the person, its signature and everything about it checked."""
    from authlib.common.errors import AuthlibBaseError

    known = _provider(settings.oidc_issuer)
    try:
        with _client(settings, request) as client:
            token = client.fetch_token(
                known["token_endpoint"], code=code, code_verifier=began["verifier"]
            )
    except (httpx.HTTPError, AuthlibBaseError) as error:
        raise NotAllowed("The provider did not confirm this sign-in.") from error
    return _checked(settings, known, str(token.get("id_token", "")), began["nonce"])


def _checked(
    settings: Settings, known: dict[str, Any], id_token: str, nonce: str
) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        keys = KeySet.import_key_set(_fetched(known["jwks_uri"]))
        token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
        jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
            sub={"essential": True},
        ).validate(token.claims)
    except (JoseError, ValueError) as error:
        raise NotAllowed("What the provider sent does not hold.", hint="Try it again.") from error
    return token.claims


def _client(settings: Settings, request: Request) -> Any:
    from authlib.integrations.httpx_client import OAuth2Client

    secret = settings.oidc_client_secret
    return OAuth2Client(
        settings.oidc_client_id,
        secret.get_secret_value() if secret else None,
        scope="openid profile email",
        redirect_uri=f"{base_of(request)}/auth/oidc/callback",
        code_challenge_method="S256",
        timeout=_TIMEOUT_S,
    )


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    """Signs what a browser keeps meanwhile, with what every process of this NovaCron knows."""
    assert settings.oidc_client_secret is not None
    return URLSafeTimedSerializer(settings.oidc_client_secret.get_secret_value(), "oidc-state")


@lru_cache(maxsize=4)
def _provider(issuer: str) -> dict[str, Any]:
    """What the provider publishes of itself."""
    found = _fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise NotAllowed("The provider says that it is another one.")
    return found


def _fetched(url: str) -> Any:
    try:
        return httpx.get(url, timeout=_TIMEOUT_S).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unreachable("The single sign-on's provider does not answer.") from error
