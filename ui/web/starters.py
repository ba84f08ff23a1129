"""Sentences that teach what can be said, about machines that are there."""

from __future__ import annotations

from tools.identity import User
from tools.machine import VM, State
from tools.selector import Selector
from ui.serve.hub import Hub

LOOKED_AT = 200


def starters(hub: Hub, user: User | None) -> list[str]:
    """Six sentences: questions first, then a change, which shows its plan before anything."""
    questions = ["Which machines are idle?", "What does each team cost?"]
    control = hub.control
    seen = Selector.parse({"all": True, "limit": LOOKED_AT})
    found = control.world.of(user).inventory.select(seen) if user is not None else []
    running = [vm for vm in found if vm.state is State.RUNNING and not vm.protected]
    if not running:
        return [*questions, "List all machines", "What can you do?"]
    production = control.settings.production
    tag = control.settings.environment_tag
    spare = next((vm for vm in running if vm.tags.get(tag) not in production), running[-1])
    busy = running[0]
    return [
        *questions,
        f"Show the cpu of {_name(busy)} over the last day",
        f"Forecast the cpu of {_name(busy)}",
        f"Stop {_name(spare)}",
        "What can you do?",
    ]


def _name(vm: VM) -> str:
    return vm.name if vm.name.isprintable() and len(vm.name) < 60 else vm.id
