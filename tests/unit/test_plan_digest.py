"""The digest: any difference that matters changes it, the order of machines does not."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.conftest import NOW, FrozenClock
from tests.unit.fleets import Readings, fleets, machines, selectors, words
from tools.calls import Call, When
from tools.catalog import Catalog, Risk, Step, Undo
from tools.database import open_database
from tools.families.power import RESTART
from tools.identity import User
from tools.inventory import Inventory
from tools.journal import Journal
from tools.machine import VM, Snapshot, State
from tools.metrics import Metrics, NoSamples
from tools.plan import OBSERVED, Plan, PlannedCall, Planner, digest_of, observed
from tools.providers.sandbox import Sandbox
from tools.schedules import Schedules
from tools.selector import Selector
from tools.world import World

ARGS = st.dictionaries(
    st.sampled_from(("force", "size", "count", "tags")),
    st.booleans() | st.integers(0, 9) | words | st.dictionaries(words, words, max_size=2),
    max_size=3,
)
WHEN = st.none() | st.sampled_from(
    (
        When(at="2026-11-24T02:00:00+00:00"),
        When(at="2026-11-24T02:00:01+00:00"),
        When(cron="0 22 * * *"),
    )
)


@st.composite
def planned_calls(draw: st.DrawFn) -> PlannedCall:
    """A call that is worked out, on one machine at least."""
    vms = draw(fleets(5).filter(bool))
    args = draw(ARGS)
    return PlannedCall(
        tool=draw(st.sampled_from(("stop_vms", "resize_vms", "delete_vms"))),
        risk=draw(st.sampled_from(Risk)),
        selector=draw(selectors([vm.id for vm in vms]).filter(lambda s: bool(s.to_dict()))),
        vms=tuple(vms),
        args=args,
        when=draw(WHEN),
        steps=tuple(Step(vm.id, vm.name, args) for vm in vms),
        effect="something happens",
        cost_change_usd=0.5,
        undo=Undo(True, "by hand"),
    )


plans = st.lists(planned_calls(), min_size=1, max_size=3)


def with_vm(call: PlannedCall, vm: VM) -> PlannedCall:
    """The call with its first machine seen differently."""
    return dataclasses.replace(call, vms=(vm, *call.vms[1:]))


OTHER: dict[str, Callable[[VM], Any]] = {
    "name": lambda vm: f"{vm.name}x",
    "provider": lambda vm: f"{vm.provider}x",
    "region": lambda vm: f"{vm.region}x",
    "zone": lambda vm: f"{vm.zone}x",
    "host": lambda vm: f"{vm.host}x",
    "state": lambda vm: next(s for s in State if s is not vm.state),
    "size": lambda vm: f"{vm.size}x",
    "vcpus": lambda vm: vm.vcpus + 1,
    "memory_gib": lambda vm: vm.memory_gib + 0.5,
    "disk_gib": lambda vm: vm.disk_gib + 1,
    "os": lambda vm: f"{vm.os}x",
    "image": lambda vm: f"{vm.image}x",
    "tags": lambda vm: {**vm.tags, "drifted": "yes"},
    "group": lambda vm: f"{vm.group}x",
    "protected": lambda vm: not vm.protected,
    "snapshots": lambda vm: (*vm.snapshots, Snapshot("another", NOW)),
}
"""For every observed field, a value that it does not have."""


def test_every_observed_field_is_tried() -> None:
    assert set(OTHER) == set(OBSERVED)


@settings(max_examples=100, deadline=None)
@given(plans, st.sampled_from(sorted(OBSERVED)))
def test_a_machine_that_drifted_changes_the_digest(calls: list[PlannedCall], field: str) -> None:
    vm = calls[0].vms[0]
    drifted = dataclasses.replace(vm, **{field: OTHER[field](vm)})
    assert observed(drifted) != observed(vm)
    assert digest_of([with_vm(calls[0], drifted), *calls[1:]]) != digest_of(calls)


@settings(max_examples=100, deadline=None)
@given(plans, machines(), st.data())
def test_whatever_matters_changes_the_digest(
    calls: list[PlannedCall], stranger: VM, data: st.DataObject
) -> None:
    first = calls[0]
    steps = first.steps
    later = When(at=(NOW + timedelta(days=30)).isoformat())
    variants: list[Sequence[PlannedCall]] = [
        [dataclasses.replace(first, tool="restart_vms"), *calls[1:]],
        [dataclasses.replace(first, args={**first.args, "more": 1}), *calls[1:]],
        [dataclasses.replace(first, when=later), *calls[1:]],
        [dataclasses.replace(first, vms=(*first.vms, stranger)), *calls[1:]],
        [dataclasses.replace(first, vms=first.vms[1:]), *calls[1:]],
        [with_vm(first, dataclasses.replace(first.vms[0], id=stranger.id)), *calls[1:]],
        [dataclasses.replace(first, steps=(*steps, Step(stranger.id, "", {}))), *calls[1:]],
        [
            dataclasses.replace(
                first, steps=(dataclasses.replace(steps[0], args={"size_gib": 7}), *steps[1:])
            ),
            *calls[1:],
        ],
        [*calls, first],
        calls[1:],
    ]
    digest = digest_of(calls)
    assert digest not in [digest_of(variant) for variant in variants]
    order = data.draw(st.permutations(calls))
    assert (digest_of(order) == digest) == (
        [_facts(c) for c in order] == [_facts(c) for c in calls]
    )


def _facts(call: PlannedCall) -> Any:
    return call.tool, call.args, call.when, call.when and call.selector, call.vms, call.steps


@settings(max_examples=100, deadline=None)
@given(plans, st.data())
def test_the_order_of_machines_does_not_change_the_digest(
    calls: list[PlannedCall], data: st.DataObject
) -> None:
    shuffled = [
        dataclasses.replace(
            call,
            vms=tuple(data.draw(st.permutations(call.vms))),
            steps=tuple(data.draw(st.permutations(call.steps))),
            args=dict(reversed(call.args.items())),
        )
        for call in calls
    ]
    assert digest_of(shuffled) == digest_of(calls)


@settings(max_examples=50, deadline=None)
@given(plans)
def test_what_does_not_matter_does_not_change_the_digest(calls: list[PlannedCall]) -> None:
    told = [
        dataclasses.replace(
            call,
            effect="said otherwise",
            notes=("by the way",),
            cost_change_usd=9.0,
            vms=tuple(
                dataclasses.replace(vm, hourly_cost_usd=vm.hourly_cost_usd + 1, public_ip="1.1.1.1")
                for vm in call.vms
            ),
        )
        for call in calls
    ]
    assert digest_of(told) == digest_of(calls)


@settings(max_examples=50, deadline=None)
@given(planned_calls(), selectors(["a"]))
def test_the_selector_of_a_scheduled_call_matters(call: PlannedCall, other: Selector) -> None:
    assume(call.selector is not None and other.to_dict() != call.selector.to_dict())
    same = digest_of([dataclasses.replace(call, selector=other)]) == digest_of([call])
    assert same == (call.when is None)


@settings(max_examples=50, deadline=None)
@given(plans)
def test_a_plan_that_was_stored_has_the_digest_that_it_had(calls: list[PlannedCall]) -> None:
    plan = Plan("p1", tuple(calls), "ada", "terminal", "default", NOW, digest_of(calls))
    again = Plan.from_dict(json.loads(json.dumps(plan.to_dict())))
    assert again.calls == plan.calls
    assert digest_of(again.calls) == plan.digest


DRIFTS: dict[str, Callable[[Sandbox, str], object]] = {
    "stopped": lambda sandbox, machine: sandbox.stop(machine, "drift"),
    "tagged": lambda sandbox, machine: sandbox.set_tags(machine, "drift", {"env": "other"}),
    "protected": lambda sandbox, machine: sandbox.set_protected(machine, "drift", True),
    "bigger": lambda sandbox, machine: sandbox.attach_disk(machine, "drift", size_gib=1),
    "saved": lambda sandbox, machine: sandbox.snapshot(machine, "drift", name="drift"),
}


@pytest.fixture
def planner(sandbox: Sandbox, clock: FrozenClock) -> Planner:
    """A planner of one tool; what was done and what is scheduled does not matter to it."""
    engine = open_database("sqlite://")
    inventory = Inventory(engine, [sandbox], Readings({}), clock)
    inventory.refresh()
    world = World(
        inventory,
        Metrics(NoSamples(), clock),
        Journal(engine, clock),
        Schedules(engine, clock),
        clock,
    )
    return Planner(Catalog([RESTART]), world)


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_fleet_that_drifted_gives_another_digest(
    planner: Planner, sandbox: Sandbox, user: User, drift: str
) -> None:
    machine = next(
        vm for vm in sandbox.list_machines() if vm.state is State.RUNNING and not vm.protected
    )
    call = Call(tool="restart_vms", selector=Selector.parse({"ids": [machine.id]}))
    shown = planner.plan([call], user)
    assert planner.plan([call], user).digest == shown.digest
    DRIFTS[drift](sandbox, machine.id)
    assert planner.plan([call], user).digest == shown.digest, "nothing was read anew yet"
    planner.world.inventory.refresh()
    assert planner.plan([call], user).digest != shown.digest


def test_whole_figures_and_decimals_are_the_same_machine() -> None:
    whole = VM("a", "a", "aws", "eu", State.RUNNING, vcpus=2, memory_gib=8, disk_gib=40)
    assert observed(whole) == observed(VM.from_dict(whole.to_dict()))
    assert json.dumps(observed(whole)) == json.dumps(observed(VM.from_dict(whole.to_dict())))
