"""Whether the server is well: health, readiness, figures, and the audit's chain."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from tools.database import reading
from tools.errors import NotAllowed
from ui.serve.callers import Admin, Reader, TheHub, TheServing, bearer_of
from ui.serve.problems import RESPONSES

router = APIRouter(tags=["running"])

_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}}}}
}


@router.get("/health")
def health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/ready", responses={503: {"description": "not ready, and why"}})
def ready(serving: TheServing, response: Response) -> dict[str, Any]:
    """The database answers and NovaCron is open; a connection that fails does not stop the rest."""
    hub = serving.opened
    if hub is None or serving.stopping.is_set():
        response.status_code = 503
        return {"status": "not open"}
    try:
        with reading(hub.control.engine) as db:
            db.execute(sa.select(1))
        found = hub.control.inventory.connected()
    except SQLAlchemyError:
        response.status_code = 503
        return {"status": "the database does not answer"}
    failing = sorted(one.name for one in found if one.error is not None)
    return {"status": "ready", "connections": len(found), "failing": len(failing)}


@router.get("/metrics", response_class=Response, responses=_TEXT)
def metrics(request: Request, serving: TheServing, hub: TheHub) -> Response:
    """Figures for Prometheus; with a token, unless the settings say that they are open."""
    if not serving.settings.metrics_open and "read" not in bearer_of(request, "api").scopes:
        raise NotAllowed("That needs the scope 'read'.")
    page = serving.metrics.page(hub.control)
    return Response(page, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/api/me", responses=RESPONSES)
def me(request: Request, user: Reader) -> dict[str, Any]:
    """Who one is here, and what one may do."""
    return {
        "name": user.name, "tenant": user.tenant, "roles": sorted(user.roles),
        "approves": user.approves, "scopes": sorted(bearer_of(request, "api").scopes),
    }  # fmt: skip


@router.get("/api/audit/verify", responses=RESPONSES)
def verify(user: Admin, hub: TheHub) -> dict[str, Any]:
    """Whether the audit is whole: every entry as it was written, none missing."""
    problems = hub.control.audit.verify()
    return {
        "whole": not problems,
        "problems": [{"number": one.number, "what": one.what} for one in problems],
    }
