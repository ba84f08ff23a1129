"""What the pages ask for by themselves: a plan as it is now, the rest of a table, a figure."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from tools.identity import User
from ui.serve.callers import TheHub, TheServing, bearer_of
from ui.serve.problems import RESPONSES
from ui.serve.wire import Yes
from ui.web.cards import plan_card
from ui.web.figures import figure_of
from ui.web.kept import result_at
from ui.web.people import SURFACE

router = APIRouter(prefix="/api/web", include_in_schema=False, responses=RESPONSES)

SOON_S = 1.0
"""How long an approval may take before the page goes on and looks at its progress."""


def _user(request: Request) -> User:
    user = bearer_of(request, SURFACE).user
    request.state.user = user
    return user


TheUser = Annotated[User, Depends(_user)]
PlanId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Thread = Annotated[str, Path(pattern="^[0-9a-f-]{36}$")]
Number = Annotated[int, Path(ge=0, le=10**9)]


@router.get("/plans/{plan}")
def show(plan: PlanId, user: TheUser, hub: TheHub) -> dict[str, Any]:
    """A plan's card as it is now."""
    return plan_card(hub, plan, user)


@router.post("/plans/{plan}/approve")
async def approve(plan: PlanId, given: Yes, user: TheUser, serving: TheServing) -> dict[str, Any]:
    """A yes from the inbox; the card says how far it is."""
    hub = serving.hub
    await serving.runs.run(lambda: hub.approve(plan, given.digest, user, given.typed), SOON_S)
    return {"ok": True}


@router.post("/plans/{plan}/cancel")
def cancel(plan: PlanId, user: TheUser, hub: TheHub) -> dict[str, Any]:
    """Call a plan off from the inbox."""
    hub.call_off(plan, user)
    return {"ok": True}


@router.post("/plans/{plan}/stop")
def stop(plan: PlanId, user: TheUser, hub: TheHub) -> dict[str, Any]:
    """Begin nothing more of a plan's operation."""
    hub.plan(plan, user)
    operation = hub.control.operations.of_plan(plan)
    if operation is not None:
        hub.stop_operation(operation.id, user)
    return {"ok": True}


@router.get("/rows/{thread}/{number}/{index}")
def rows(thread: Thread, number: Number, index: Number, user: TheUser, hub: TheHub) -> Any:
    """All rows of a table that was shown."""
    return {"rows": result_at(hub, thread, number, index, user)[0]["rows"]}


@router.get("/figures/{thread}/{number}/{index}")
def figure(thread: Thread, number: Number, index: Number, user: TheUser, hub: TheHub) -> Any:
    """A figure that was shown."""
    result, call = result_at(hub, thread, number, index, user)
    return figure_of(result, call, hub.control)
