"""Plans over HTTP: those that wait, a person's yes with the digest they saw, calling one off."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from ui.serve.callers import Approver, Planner, Reader, TheHub, TheServing, own_origin, serving_of
from ui.serve.problems import RESPONSES
from ui.serve.routes.conversations import Within
from ui.serve.wire import Asked, Yes, card_json, turn_json

router = APIRouter(prefix="/api/plans", tags=["plans"], responses=RESPONSES)

PlanId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="the plan's id")]


def base_of(request: Request) -> str:
    """The address under which people reach this server."""
    scheme, host = own_origin(request)
    return f"{scheme}://{host}"


def plans_at(request: Request) -> str:
    """What the address at which a person finds a plan begins with."""
    page = "approvals#plan-" if serving_of(request).pages else "api/plans/"
    return f"{base_of(request)}/{page}"


@router.get("")
def inbox(request: Request, user: Reader, hub: TheHub) -> dict[str, Any]:
    """The plans of one's tenant that wait for one's own yes, the newest first."""
    at = plans_at(request)
    return {"plans": [card_json(card, at) for card in hub.inbox(user)]}


@router.post("", status_code=201)
def offer(given: Asked, request: Request, user: Planner, hub: TheHub) -> dict[str, Any]:
    """Work calls out to a plan that waits for a yes; nothing runs."""
    return card_json(hub.offer(given.calls, user), plans_at(request))


@router.get("/{plan}")
def show(plan: PlanId, request: Request, user: Reader, hub: TheHub) -> dict[str, Any]:
    """A plan with its machines, effect, cost, digest, and what became of it."""
    card = card_json(hub.card(plan, user), plans_at(request))
    operation = hub.control.operations.of_plan(plan)
    status = hub.control.approvals.status(plan)
    return {**card, "status": status, "operation": operation.id if operation else None}


@router.post("/{plan}/approve", responses={202: {"description": "it runs"}})
async def approve(
    plan: PlanId,
    given: Yes,
    user: Approver,
    serving: TheServing,
    response: Response,
    within_s: Within = 30,
) -> dict[str, Any]:
    """Say yes to a plan as it was shown, and run it where no other yes is needed.

    The outcome is `done` with the operation; `confirm` where another person's yes is needed or
    where it was worked out afresh; "running" (202) where it takes longer. A second yes to a plan
    that ran gives its operation and runs nothing.
    """
    hub = serving.hub
    of_plan = hub.control.operations.of_plan
    turn = await serving.runs.run(
        lambda: hub.approve(plan, given.digest, user, given.typed),
        within_s,
        is_durable=lambda: of_plan(plan) is not None,
    )
    response.status_code = 202 if turn is None else 200
    operation = of_plan(plan) if turn is None else turn.operation
    return {**turn_json(turn), "operation_id": operation.id if operation else None}


@router.post("/{plan}/cancel")
def cancel(plan: PlanId, user: Planner, hub: TheHub) -> dict[str, Any]:
    """Call a plan off; one that ran already is told of."""
    return turn_json(hub.call_off(plan, user))
