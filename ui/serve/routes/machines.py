"""Machines and the catalogue's tools over HTTP: reads answer, changes become plans."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from tools.calls import Call
from tools.control import Control
from tools.errors import InvalidRequest, NotAllowed, NotFound
from tools.identity import User
from tools.selector import Selector
from ui.serve.callers import Reader, TheHub, bearer_of
from ui.serve.problems import RESPONSES
from ui.serve.routes.plans import plans_at
from ui.serve.wire import ToolUse, as_json, card_json
from ui.wire import result_to_json

router = APIRouter(prefix="/api", tags=["machines"], responses=RESPONSES)


@router.get("/machines")
def list_machines(
    user: Reader,
    hub: TheHub,
    selector: Annotated[
        str | None,
        Query(max_length=10_000, description="JSON, as docs/tools.md says; all without"),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> dict[str, Any]:
    """Machines as they were last seen, in the selector's order."""
    _may_read(hub.control, user, "list_vms")
    inventory = hub.control.world.of(user).inventory
    ids = inventory.select_ids(_selector(selector))
    page = ids[offset : offset + limit]
    found = inventory.get(page)
    machines = [found[i].to_dict() for i in page if i in found]
    return {"total": len(ids), "offset": offset, "machines": as_json(machines)}


@router.get("/machines/{machine:path}")
def describe(machine: str, user: Reader, hub: TheHub) -> dict[str, Any]:
    """One machine, by its id or by a name that only it bears."""
    _may_read(hub.control, user, "describe_vms")
    inventory = hub.control.world.of(user).inventory
    known = inventory.get([machine])
    if machine in known:
        return as_json(known[machine].to_dict())
    call = Call(tool="describe_vms", selector=Selector.parse({"names": [machine]}))
    answered = hub.control.read(call, user)
    if len(answered.targets) != 1:
        raise NotFound(f"{len(answered.targets)} machines are called {machine[:80]!r}.")
    found = inventory.get(answered.targets)
    return as_json(found[answered.targets[0]].to_dict())


@router.get("/tools")
def list_tools(user: Reader, hub: TheHub) -> dict[str, Any]:
    """Every tool: its risk, what it does and its arguments' schema."""
    return {
        "tools": [
            {
                "name": tool.name, "risk": tool.risk.value, "summary": tool.summary,
                "arguments": tool.arguments.model_json_schema(),
            }
            for tool in hub.control.catalog.values()
        ]
    }  # fmt: skip


@router.post(
    "/tools/{tool}", responses={201: {"description": "a change: the plan that waits for a yes"}}
)
def use(
    tool: Annotated[str, Path(pattern="^[a-z_]{1,40}$")],
    given: ToolUse,
    request: Request,
    response: Response,
    user: Reader,
    hub: TheHub,
) -> dict[str, Any]:
    """Use a tool: a read answers at once, a change answers with a plan; nothing runs."""
    data = {"tool": tool, "selector": given.selector, "args": given.args, "when": given.when}
    call = Call.parse(data)
    found = hub.control.catalog.tool(tool)
    if found.reads:
        if call.when is not None:
            raise InvalidRequest(f"{tool} only looks; it takes no when.")
        answered = hub.control.read(call, user)
        return {"targets": list(answered.targets), **as_json(result_to_json(answered.result))}
    if "plan" not in bearer_of(request, "api").scopes:
        raise NotAllowed("That needs the scope 'plan'.", hint="Use a token that has it.")
    response.status_code = 201
    return card_json(hub.offer([call], user), plans_at(request))


def _may_read(control: Control, user: User, tool: str) -> None:
    decision = control.policy.may_read(user, tool)
    if decision.effect != "allow":
        raise NotAllowed(f"{user.name} may not use {tool}: {decision.reason}.")


def _selector(given: str | None) -> Selector:
    if given is None:
        return Selector.parse({"all": True})
    try:
        data = json.loads(given)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The selector is not JSON: {error}.") from error
    return Selector.parse(data)
