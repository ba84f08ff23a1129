"""One place that fails hides no other, and every answer says what it does not show."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.brains.base import Memory
from agent.brains.embedded import EmbeddedBrain
from agent.turns import Turns
from tests.conftest import FrozenClock
from tests.unit.fleets import Readings, Shelf
from tests.unit.history.doing import ADA, do
from tests.unit.operations.running import approved, statuses
from tests.unit.places import Places, machines_of, places
from tools import acting
from tools.calls import Call
from tools.database import open_database
from tools.errors import NotFound, Unreachable
from tools.inventory import Inventory
from tools.machine import VM, State
from tools.operations import Event
from tools.plan import NothingToDo
from tools.providers.sandbox import Fault, FaultKind
from tools.selector import Selector
from tools.sight import ago, gaps

DEV: dict[str, Any] = {"tags": {"env": ["dev"]}}
IDLE = {"name": "cpu", "aggregate": "avg", "window": "7d", "lt": 101}


class SlowShelf(Shelf):
    """A provider that has read its machines and keeps one waiting for them."""

    def __init__(self, vms: list[VM], name: str) -> None:
        super().__init__(vms, name)
        self.begun, self.answers = threading.Event(), threading.Event()

    def list_machines(self) -> list[VM]:
        found = super().list_machines()
        self.begun.set()
        self.answers.wait(30)
        return found


def stop(**selector: object) -> Call:
    return Call.parse({"tool": "stop_vms", "selector": selector or DEV})


def told(world: Places, tool: str = "list_vms", **selector: object) -> str:
    call = Call.parse({"tool": tool, "selector": selector or DEV})
    return world.control.read(call, ADA).result.text


@pytest.fixture
def world(tmp_path: Path, clock: FrozenClock) -> Iterator[Places]:
    with places(tmp_path, clock, ["aws", "azure", "gcp"]) as made:
        yield made


@pytest.fixture
def blind(world: Places, clock: FrozenClock) -> Places:
    """Azure failed a minute after it was read."""
    clock.advance(300)
    world.fail("azure")
    world.control.inventory.refresh()
    return world


def test_where_all_is_seen_nothing_is_said(world: Places) -> None:
    assert "seen" not in told(world)
    assert gaps(world.control.inventory, world.control.clock().timestamp()) == []


@pytest.mark.parametrize("tool", ["list_vms", "count_vms", "cost_report", "query_metrics"])
def test_every_answer_says_what_it_does_not_show_and_how_old_that_is(
    blind: Places, tool: str
) -> None:
    args = {"metric": "cpu"} if tool == "query_metrics" else {}
    call = Call.parse({"tool": tool, "selector": DEV, "args": args})
    text = blind.control.read(call, ADA).result.text
    assert "azure cannot be seen now" in text
    assert "its 2 machines are as of 5 minutes ago" in text
    assert "aws cannot" not in text


def test_an_answer_on_what_is_seen_says_nothing_of_the_rest(blind: Places) -> None:
    assert "azure" not in told(blind, provider=["aws"])
    assert "azure" not in told(blind, "describe_vms", names=["gcp-1"])
    assert "cannot be seen" in told(blind, "describe_vms", names=["azure-1"])
    assert "cannot be seen" in told(blind, provider=["azure"])


def test_a_name_that_is_not_found_may_be_where_nobody_sees(blind: Places) -> None:
    with pytest.raises(NotFound, match="azure cannot be seen now"):
        told(blind, names=["azure-77"])


def test_what_was_not_read_for_long_is_told_with_its_age(world: Places, clock: FrozenClock) -> None:
    clock.advance(3 * 3600)
    assert "aws is not read yet (it was not read since): its 2 machines are as of 3 hours ago" in (
        told(world)
    )


def test_a_plan_leaves_out_what_is_not_seen_and_says_so(blind: Places) -> None:
    plan = blind.control.plan([stop()], ADA)
    (call,) = plan.calls
    assert [vm.name for vm in call.vms] == ["aws-0", "aws-1", "gcp-0", "gcp-1"]
    assert {one.name for one in call.left_out} == {"azure-0", "azure-1"}
    assert all("last seen running 5 minutes ago" in one.reason for one in call.left_out)
    assert any("azure cannot be seen now" in note for note in call.notes)


def test_a_machine_that_is_not_seen_is_not_changed_by_name(blind: Places) -> None:
    with pytest.raises(Unreachable, match=r"azure-1: azure cannot be seen now"):
        blind.control.plan([stop(names=["azure-1"])], ADA)
    with pytest.raises(NothingToDo, match="cannot be seen now"):
        blind.control.plan([stop(provider=["azure"])], ADA)


def test_a_place_that_is_back_is_read_again_when_something_is_planned(blind: Places) -> None:
    blind.heal("azure")
    plan = blind.control.plan([stop()], ADA)
    assert len(plan.machine_ids) == 6
    assert "cannot" not in told(blind)


def test_a_yes_runs_nothing_where_a_machine_cannot_be_read_again(world: Places) -> None:
    plan, yeses = approved(world.control, stop())
    world.fail("gcp")
    with pytest.raises(Unreachable, match="gcp cannot be read again now"):
        world.control.operations.start(plan.id, yeses)
    assert world.acts() == {"aws": 0, "azure": 0, "gcp": 0}
    assert "gcp cannot be seen now" in told(world)


def test_in_a_talk_it_is_asked_again_about_what_is_seen(world: Places) -> None:
    turns = Turns(world.control, EmbeddedBrain())
    asked = turns.take("stop the dev machines", ADA, Memory())
    assert asked.outcome == "confirm", asked.reply
    world.fail("azure")
    again = turns.take("yes", ADA, asked.memory)
    assert again.outcome == "confirm"
    assert "azure cannot be read again now" in again.reply
    assert again.plan is not None
    assert {vm.provider for vm in again.plan.calls[0].vms} == {"aws", "gcp"}
    done = turns.take("yes", ADA, again.memory)
    assert done.operation is not None
    assert done.operation.status == "done"
    assert world.acts() == {"aws": 2, "azure": 0, "gcp": 2}


def test_one_place_that_goes_in_the_middle_fails_alone_and_nothing_is_repeated(
    world: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "LONGEST_WAIT_S", 0.01)
    plan, yeses = approved(world.control, stop())
    operation = world.control.operations.start(plan.id, yeses)

    def break_down(event: Event) -> None:
        if event.step.label == "azure-0":
            world.fail("azure")

    ended = world.control.operations.run(operation.id, break_down)
    assert ended.status == "partial"
    found = statuses(ended)
    assert {name for name, status in found.items() if status == "done"} == {
        "aws-0", "aws-1", "gcp-0", "gcp-1",
    }  # fmt: skip
    assert found["azure-0"] == found["azure-1"] == "failed"
    assert "azure cannot be seen now" in told(world)
    world.heal("azure")
    assert world.control.operations.recover() == []
    assert world.acts() == {"aws": 2, "azure": 0, "gcp": 2}
    again = do(world.control, stop())
    assert statuses(again) == {"azure-0": "done", "azure-1": "done"}
    assert world.acts() == {"aws": 2, "azure": 2, "gcp": 2}


def test_what_was_sent_to_a_place_that_went_is_unknown_before_long(
    world: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "BLIND_S", 0.2)
    plan, yeses = approved(world.control, stop(names=["azure-0", "gcp-0"]))
    operation = world.control.operations.start(plan.id, yeses)
    azure = world.sandboxes["azure"]
    stopped = azure.stop

    def stop_and_go(machine_id: str, token: str, *, force: bool = False) -> None:
        stopped(machine_id, token, force=force)
        world.fail("azure")

    monkeypatch.setattr(azure, "stop", stop_and_go)
    ended = world.control.operations.run(operation.id)
    assert statuses(ended) == {"azure-0": "unknown", "gcp-0": "done"}
    assert ended.steps[0].error is not None
    assert "azure cannot be read since" in ended.steps[0].error.message


def test_a_slow_place_holds_up_no_other(tmp_path: Path, clock: FrozenClock) -> None:
    slow, quick = SlowShelf(machines_of("slow"), "slow"), Shelf(machines_of("quick"), "quick")
    engine = open_database(f"sqlite:///{tmp_path / 'novacron.db'}")
    inventory = Inventory(engine, [slow, quick], Readings({}), clock)
    began = time.monotonic()
    connected = {one.name: one for one in inventory.refresh(within_s=0.8)}
    assert time.monotonic() - began < 10
    assert connected["quick"].refreshed_at is not None
    assert inventory.count() == 2
    (gap,) = gaps(inventory, clock().timestamp())
    assert (gap.connection, gap.blind) == ("slow", False)
    assert "being read for the first time" in str(gap)
    inventory.freshen(0.1)  # a reading that is under way is not begun twice
    slow.answers.set()
    inventory.refresh(["slow"])
    assert inventory.count() == 4
    assert gaps(inventory, clock().timestamp()) == []
    inventory.close()
    engine.dispose()


def test_what_was_read_after_an_act_is_not_undone_by_an_older_listing(
    tmp_path: Path, clock: FrozenClock
) -> None:
    shelf = SlowShelf(machines_of("here"), "here")
    engine = open_database(f"sqlite:///{tmp_path / 'novacron.db'}")
    inventory = Inventory(engine, [shelf], Readings({}), clock)
    shelf.answers.set()
    inventory.refresh()
    shelf.answers.clear()
    shelf.begun.clear()
    inventory.refresh(within_s=0.0)
    assert shelf.begun.wait(10)
    first, second = shelf.vms
    stopped = dataclasses.replace(first, state=State.STOPPED)
    inventory.update("here", [stopped], gone=[second.id])
    shelf.answers.set()
    until = time.monotonic() + 10
    while inventory.late_s("here") and time.monotonic() < until:
        time.sleep(0.01)
    assert inventory.all() == [stopped]
    inventory.refresh()
    assert inventory.all() == [first, second]
    inventory.close()
    engine.dispose()


def test_somebody_who_sees_a_part_is_told_of_that_part_alone(blind: Places) -> None:
    only = dataclasses.replace(ADA, sees=Selector.parse({"provider": ["gcp"]}).model_dump_json())
    call = Call.parse({"tool": "list_vms", "selector": DEV})
    assert "azure" not in blind.control.read(call, only).result.text
    both = Selector.parse({"names": ["gcp-0", "azure-0"]})
    some = dataclasses.replace(ADA, sees=both.model_dump_json())
    assert "its 1 machine is as of" in blind.control.read(call, some).result.text


def test_what_has_passed_is_not_told_any_more(world: Places) -> None:
    world.sandboxes["aws"].inject(Fault(FaultKind.UNREACHABLE, requests=1))
    world.control.inventory.refresh()
    assert "aws cannot be seen now" in told(world)
    world.control.inventory.refresh()
    assert "aws cannot" not in told(world)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "5 s ago"), (300, "5 minutes ago"), (7300, "2 hours ago"), (260_000, "3 days ago")],
)
def test_ages_are_words(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_a_condition_on_a_metric_says_whose_samples_are_missing(
    world: Places, clock: FrozenClock
) -> None:
    call = Call.parse({"tool": "list_vms", "selector": {**DEV, "metric": IDLE}})
    assert "could not be read" not in world.control.read(call, ADA).result.text
    clock.advance(60)
    world.sandboxes["gcp"].samples = _refuse  # pyright: ignore[reportAttributeAccessIssue]
    assert "gcp samples could not be read: no sign-in" in world.control.read(call, ADA).result.text
    with pytest.raises(NothingToDo, match="gcp samples could not be read"):
        world.control.plan([stop(**DEV, metric={**IDLE, "lt": -1})], ADA)


def _refuse(*_: object) -> list[object]:
    raise Unreachable("no sign-in")


@pytest.mark.parametrize(
    "words", ["wherever it runs", "no matter where they are", "wherever they happen to be"]
)
def test_wherever_it_runs_is_everywhere_and_not_the_machines_of_before(
    world: Places, words: str
) -> None:
    turns = Turns(world.control, EmbeddedBrain())
    looked = turns.take("describe aws-0", ADA, Memory())
    asked = turns.take(f"stop every dev machine, {words}", ADA, looked.memory)
    assert asked.plan is not None, asked.reply
    assert len(asked.plan.machine_ids) == 6
