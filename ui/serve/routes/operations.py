"""Operations over HTTP: what ran and runs, stopping one, and their events as streams."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from tools.journal import OperationStatus
from ui.serve.callers import Approver, Reader, TheHub, TheServing
from ui.serve.problems import RESPONSES
from ui.serve.streams import MEDIA, operation_events, tenant_events
from ui.serve.wire import operation_json

router = APIRouter(prefix="/api", tags=["operations"], responses=RESPONSES)

OperationId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", description="the operation's id")]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "server-sent events", "content": {MEDIA: {"schema": {"type": "string"}}}}
}


@router.get("/operations")
def list_operations(
    user: Reader,
    hub: TheHub,
    status: OperationStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The operations of one's tenant, the newest first."""
    found = hub.operations(user, status, limit)
    return {"operations": [operation_json(operation) for operation in found]}


@router.get("/operations/{operation}")
def show(operation: OperationId, user: Reader, hub: TheHub) -> dict[str, Any]:
    """An operation, step by step."""
    return operation_json(hub.operation(operation, user))


@router.post("/operations/{operation}/cancel")
def cancel(operation: OperationId, user: Approver, hub: TheHub) -> dict[str, Any]:
    """Begin nothing more of an operation; what is under way is finished and read back."""
    return operation_json(hub.stop_operation(operation, user))


@router.get("/operations/{operation}/events", response_class=StreamingResponse, responses=_STREAM)
def follow(operation: OperationId, user: Reader, serving: TheServing) -> StreamingResponse:
    """Follow an operation: an event `step` for each step that went on, `end` at its end."""
    found = serving.hub.operation(operation, user)
    return StreamingResponse(operation_events(serving, found, user), media_type=MEDIA)


@router.get("/events", response_class=StreamingResponse, responses=_STREAM)
def listen(user: Reader, serving: TheServing) -> StreamingResponse:
    """What happens in one's tenant, until the caller leaves: plans, operations and their steps."""
    return StreamingResponse(tenant_events(serving, user), media_type=MEDIA)
