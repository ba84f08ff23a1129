"""A plan that waits, found at the terminal by its id."""

import dataclasses

import pytest

from tests.unit.agent.talks import ADA
from tools.calls import Call
from tools.control import Control
from tools.errors import NotFound
from tools.selector import Selector
from ui.commands.approve import find_plan


def test_a_plan_of_another_tenant_is_not_found_by_its_id(control: Control) -> None:
    eve = dataclasses.replace(ADA, name="eve", tenant="other")
    call = Call(tool="stop_vms", selector=Selector.parse({"names": ["web-01"]}))
    plan = control.plan([call], eve)
    assert find_plan(control, plan.id[:6], eve).id == plan.id
    for given in (plan.id, plan.id[:6]):
        with pytest.raises(NotFound, match="No plan that waits"):
            find_plan(control, given, ADA)
