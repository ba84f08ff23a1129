"""Who sends a request, and what they may: by a token, or by the cookie of a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection

from tools.errors import NotAllowed
from tools.identity import User
from ui.serve.errors import Unauthenticated
from ui.serve.hub import Hub
from ui.serve.serving import Serving
from ui.serve.tokens import SCOPES, Bearer, Scope

COOKIE = "novacron_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, description="A token of `novacron tokens create`.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="What /auth/login sets.")


def serving_of(connection: HTTPConnection) -> Serving:
    """The server's parts."""
    return cast(Serving, connection.app.state.serving)


def hub_of(request: Request) -> Hub:
    """The hub of the open NovaCron."""
    return serving_of(request).hub


def bearer_of(connection: HTTPConnection, surface: str) -> Bearer:
    """Who sends this.

    Raises:
        Unauthenticated: no token or cookie that holds.
        NotAllowed: a browser was led here from another site.
    """
    serving = serving_of(connection)
    kind, _, secret = connection.headers.get("authorization", "").partition(" ")
    if kind:
        found = serving.tokens.bearer(secret.strip(), surface) if kind.lower() == "bearer" else None
        if found is None:
            raise Unauthenticated("That token opens nothing.")
        return found
    cookie = connection.cookies.get(COOKIE)
    user = serving.accounts.user_of_session(cookie, "web") if cookie else None
    if user is None:
        raise Unauthenticated("Nobody is signed in.")
    if connection.scope.get("method", "GET") not in _SAFE:
        check_origin(connection)
    return Bearer(user, scopes_of(user))


def scopes_of(user: User) -> frozenset[Scope]:
    """What somebody who signed in may do here; what they may to machines, the policies say."""
    everyone: frozenset[Scope] = frozenset(("read", "plan", "approve"))
    return frozenset(SCOPES) if "admin" in user.roles else everyone


def check_origin(connection: HTTPConnection) -> None:
    """Refuse what a page of another site made a browser send.

    Raises:
        NotAllowed: the browser says so, or does not say where it comes from.
    """
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site in ("same-origin", "none") and origin is None:
        return
    if origin is not None and urlsplit(origin)[:2] == own_origin(connection):
        return
    raise NotAllowed("This came from another site's page.", hint="Send it from NovaCron's own.")


def own_origin(connection: HTTPConnection) -> tuple[str, str]:
    """The scheme and host under which people reach this server."""
    public = serving_of(connection).settings.public_url
    if public:
        parts = urlsplit(public)
        return parts.scheme, parts.netloc
    return connection.url.scheme, connection.headers.get("host", "")


def needs(scope: Scope) -> Callable[..., User]:
    """A dependency: who sends the request, where they may do this."""

    def caller(
        request: Request, _: object = Depends(_bearer), __: object = Depends(_cookie)
    ) -> User:
        found = bearer_of(request, "api")
        if scope not in found.scopes:
            raise NotAllowed(f"That needs the scope {scope!r}.", hint="Use a token that has it.")
        request.state.user = found.user
        return found.user

    return caller


Reader = Annotated[User, Depends(needs("read"))]
Planner = Annotated[User, Depends(needs("plan"))]
Approver = Annotated[User, Depends(needs("approve"))]
Admin = Annotated[User, Depends(needs("admin"))]
TheHub = Annotated[Hub, Depends(hub_of)]
TheServing = Annotated[Serving, Depends(serving_of)]
