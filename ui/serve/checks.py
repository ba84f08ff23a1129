"""Looks the settings over before a server starts: what would fail later is said now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import urlsplit

from tools.errors import InvalidRequest
from tools.policy import load_policies, roles_of_policies
from tools.settings import Settings

_PREFIX = "NOVACRON_"
_NO_SETTINGS = frozenset({"NOVACRON_CONFIG", "NOVACRON_DEBUG"})
_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def check_settings(settings: Settings) -> None:
    """Refuse what cannot work.

    Raises:
        InvalidRequest: everything that is wrong, by the names of the settings.
    """
    wrong = [
        *_public_url(settings), *_hosts(settings), *_single_sign_on(settings),
        *_webhooks(settings), *_roles(settings),
    ]  # fmt: skip
    if wrong:
        hint = "See docs/settings.md and docs/serving.md."
        raise InvalidRequest(f"The settings are not valid: {'; '.join(wrong)}.", hint=hint)


def unknown_variables() -> list[str]:
    """What stands in the environment under our prefix and is no setting, with what was meant."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    found = sorted(name for name in os.environ if name.startswith(_PREFIX))
    return [
        f"{name} is no setting{_meant(name, known)}"
        for name in found
        if name not in known and name not in _NO_SETTINGS
    ]


def _meant(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, 1, 0.8)
    return f"; {near[0]} is" if near else ""


def _public_url(settings: Settings) -> Iterator[str]:
    if not settings.public_url:
        return
    if (trouble := _trouble(settings.public_url)) is not None:
        yield f"public_url: {trouble}"
    elif urlsplit(settings.public_url).path not in ("", "/"):
        yield "public_url: NovaCron is at the root of its host; it takes no path"


def _hosts(settings: Settings) -> Iterator[str]:
    for host in settings.allowed_hosts:
        if "/" in host or ":" in host or not host.strip():
            yield f"allowed_hosts: {host!r} is no host name; it has no scheme and no port"


def _single_sign_on(settings: Settings) -> Iterator[str]:
    given = {
        "oidc_issuer": settings.oidc_issuer,
        "oidc_client_id": settings.oidc_client_id,
        "oidc_client_secret": settings.oidc_client_secret,
        "oidc_roles": settings.oidc_roles,
    }
    if not any(given.values()):
        return
    yield from (f"{name} is missing for the single sign-on" for name in given if not given[name])
    if not settings.oidc_issuer:
        return
    parts = urlsplit(settings.oidc_issuer)
    if (trouble := _trouble(settings.oidc_issuer)) is not None:
        yield f"oidc_issuer: {trouble}"
    elif parts.scheme != "https" and parts.hostname not in _OWN_MACHINE:
        yield "oidc_issuer: a provider elsewhere is asked over https only"


def _roles(settings: Settings) -> Iterator[str]:
    """Roles that no policy speaks of: with one of these alone nobody may do anything."""
    known = set(roles_of_policies(load_policies(settings.policies)))
    given = {role for roles in settings.oidc_roles.values() for role in roles}
    for role in sorted(given - known):
        yield f"oidc_roles: no policy in force speaks of the role {role!r}{_meant(role, known)}"


def _webhooks(settings: Settings) -> Iterator[str]:
    for url in settings.webhooks:
        if (trouble := _trouble(url)) is not None:
            yield f"webhooks: {trouble}"
    if settings.webhooks and not settings.webhook_secret:
        yield "webhook_secret is missing: what is sent is signed with it"


def _trouble(url: str) -> str | None:
    """Why this is no address of a web server."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    return None if whole else f"{url!r} is no address such as https://nova.example.org"
