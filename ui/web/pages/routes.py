"""The addresses of the pages beside the chat."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tools.errors import NovaError
from tools.identity import User
from ui.serve.callers import bearer_of, hub_of
from ui.serve.errors import Unauthenticated
from ui.serve.hub import Hub
from ui.web.gate import to_sign_in
from ui.web.pages.approvals import approvals_page
from ui.web.pages.fleet import fleet_page
from ui.web.pages.html import join, page, tag
from ui.web.people import SURFACE

router = APIRouter(include_in_schema=False)


@router.get("/fleet")
def fleet(request: Request) -> Response:
    """The machines."""
    return _shown(request, "Fleet", "/fleet", lambda hub, user: fleet_page(request, hub, user))


@router.get("/approvals")
def approvals(request: Request) -> Response:
    """The plans that wait."""
    return _shown(request, "Approvals", "/approvals", approvals_page)


def _shown(
    request: Request, title: str, path: str, make: Callable[[Hub, User], Response]
) -> Response:
    """A page for who is signed in; what goes wrong is said on the page."""
    try:
        user = bearer_of(request, SURFACE).user
    except Unauthenticated:
        return to_sign_in(request)
    request.state.user = user
    try:
        return make(hub_of(request), user)
    except NovaError as error:
        said = tag("p", error.message, class_="empty", role="alert")
        hint = tag("p", error.hint or "", class_="nova-quiet")
        return page(title, join(tag("h1", title), said, hint), user, path, error.http_status)
