"""A person who sees a part of the fleet: nothing else exists for them, whatever they ask."""

import json
from contextlib import nullcontext
from dataclasses import replace

import pytest

from agent.brains.base import Memory, Understanding
from agent.brains.embedded import EmbeddedBrain
from agent.turn import Turn
from agent.turns import Turns
from tests.unit.agent.talks import Direct
from tools.calls import Call
from tools.control import Control
from tools.errors import NotAllowed, NotFound
from tools.identity import User
from tools.selector import Selector

STAGING = json.dumps({"tags": {"env": ["staging"]}})
ADA = User("ada", frozenset({"operator", "admin"}))
PART = replace(ADA, name="pat", sees=STAGING)


def say(control: Control, words: str, user: User) -> Turn:
    return Direct(Turns(control, EmbeddedBrain())).say(words, user)


def test_reads_count_only_what_is_seen(control: Control) -> None:
    seen = set(control.inventory.select_ids(Selector.parse(json.loads(STAGING))))
    assert 0 < len(seen) < control.inventory.count()

    turn = say(control, "how many machines are there?", PART)
    assert str(len(seen)) in turn.reply
    turn = say(control, "list all machines", PART)
    assert {row["id"] for row in turn.answered[0].result.rows} == seen


def test_the_largest_few_are_the_largest_that_are_seen(control: Control) -> None:
    call = Call(
        tool="list_vms", selector=Selector.parse({"all": True, "order_by": "vcpus", "limit": 2})
    )
    found = control.read(call, PART).targets
    staging = control.world.of(PART).inventory
    assert len(found) == 2
    assert set(found) <= {vm.id for vm in staging.all()}


def test_a_machine_beyond_is_not_there_and_its_name_is_not_told(control: Control) -> None:
    turn = say(control, "stop web-01", PART)
    assert turn.outcome in ("clarify", "decline")
    assert turn.plan is None
    world = control.world.of(PART)
    assert "web-01" not in world.inventory.closest("web-011")
    call = Call(tool="stop_vms", selector=Selector.parse({"names": ["web-01"]}))
    with pytest.raises(NotFound):
        control.planner.plan([call], PART)


def test_what_reaches_beyond_machines_is_refused(control: Control) -> None:
    offer = next(o for o in control.inventory.offers() if o.provider == "aws")
    args = {"name": "new-1", "provider": "aws", "image": offer.images[0]}
    where = {"region": offer.regions[0], "size": offer.sizes[0].name}
    for user, refused in ((ADA, False), (PART, True)):
        made = Call(tool="create_vms", args={**args, **where})
        with pytest.raises(NotAllowed) if refused else nullcontext():
            control.planner.plan([made], user)
    group = next(g for o in control.inventory.offers() for g in o.groups)
    call = Call(tool="scale_group", args={"group": group.name, "change": 1})
    with pytest.raises(NotAllowed):
        control.planner.plan([call], PART)


def test_a_schedule_holds_on_to_the_machines_that_were_seen(control: Control) -> None:
    call = Call.parse(
        {"tool": "stop_vms", "selector": {"state": ["running"]}, "when": {"cron": "0 22 * * *"}}
    )
    seen = {vm.id for vm in control.world.of(PART).inventory.all()}
    for user, bounded in ((PART, True), (ADA, False)):
        selector = control.planner.plan([call], user).calls[0].selector
        assert selector is not None
        assert bool(selector.ids) is bounded
        assert bounded == (set(control.inventory.select_ids(selector)) <= seen)


def test_operations_on_others_are_not_told_of(control: Control) -> None:
    for name in ("web-01", "web-stg-1"):
        call = Call(
            tool="tag_vms", selector=Selector.parse({"names": [name]}), args={"tags": {"a": "b"}}
        )
        plan = control.plan([call], ADA)
        control.approvals.approve(plan.id, ADA, digest=plan.digest)
        done = control.operations.start(plan.id, control.approvals.given(plan.id))
        control.operations.run(done.id)
    journal = control.world.of(PART).journal
    assert len(control.journal.list()) == 2
    assert [s.label for o in journal.list() for s in o.steps] == ["web-stg-1"]
    other = control.journal.list()[1]
    with pytest.raises(NotFound):
        journal.get(other.id)


def test_what_was_refused_is_not_referred_to_either(control: Control) -> None:
    hidden = control.inventory.named("web-01")[0].id
    call = Call(tool="stop_vms", selector=Selector.parse({"names": ["web-01"]}))
    proposed = Understanding("calls", (call,))
    turn = Turns(control, EmbeddedBrain()).resolve(proposed, PART, Memory())
    assert turn.outcome == "clarify"
    assert hidden not in turn.memory.targets
