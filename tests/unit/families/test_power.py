"""Start, stop, restart, suspend and resume."""

import pytest

from tests.unit.families.world import Bench
from tools.errors import Ambiguous, InvalidRequest, NotFound
from tools.machine import State
from tools.plan import NothingToDo

DEV = {"tags": {"env": ["dev"]}}
STAGING = {"tags": {"env": ["staging"]}}


@pytest.mark.parametrize(
    ("tool", "selector", "meant"),
    [
        pytest.param("stop_vms", STAGING, ["stg-1"], id="stop means the running ones"),
        pytest.param("start_vms", STAGING, ["stg-2"], id="start means the stopped ones"),
        pytest.param("restart_vms", DEV, ["dev-a", "dev-d"], id="restart means the running ones"),
        pytest.param("suspend_vms", DEV, ["dev-a", "dev-d"], id="suspend means the running ones"),
        pytest.param("resume_vms", DEV, ["dev-b", "dev-c"], id="resume means those that sleep"),
        pytest.param("stop_vms", {"names": ["stg-*"]}, ["stg-1"], id="a glob describes"),
    ],
)
def test_a_described_set_means_the_machines_that_the_act_would_change(
    bench: Bench, tool: str, selector: dict[str, object], meant: list[str]
) -> None:
    assert bench.names(tool, selector) == meant


def test_what_is_left_out_of_a_described_set_is_said(bench: Bench) -> None:
    left_out = bench.plan("stop_vms", STAGING).left_out
    assert [(o.name, o.reason) for o in left_out] == [("stg-2", "stopped")]


@pytest.mark.parametrize(
    ("tool", "name", "note"),
    [
        ("stop_vms", "stg-2", "stg-2 is already stopped."),
        ("start_vms", "stg-1", "stg-1 is already running."),
        ("resume_vms", "stg-1", "stg-1 is already running."),
        ("restart_vms", "stg-2", "stg-2 is stopped, so it will be started."),
        ("restart_vms", "dev-b", "dev-b is suspended, so it will be resumed."),
    ],
)
def test_a_machine_named_outright_stays_with_a_note(
    bench: Bench, tool: str, name: str, note: str
) -> None:
    planned = bench.plan(tool, name)
    assert [vm.name for vm in planned.vms] == [name]
    assert planned.notes == (note,)


def test_a_machine_described_in_the_singular_stays_too(bench: Bench) -> None:
    selector = {"tags": {"env": ["staging"]}, "state": ["stopped"]}
    assert bench.plan("stop_vms", selector, outright=True).notes == ("stg-2 is already stopped.",)


def test_nothing_left_of_a_described_set_is_an_answer_that_says_why(bench: Bench) -> None:
    with pytest.raises(NothingToDo, match=r"stg-1 \(running\), stg-2 \(stopped\)"):
        bench.plan("resume_vms", STAGING)


def test_no_machine_named_is_asked_about(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match="No machine is named"):
        bench.plan("stop_vms", {})


def test_a_name_that_no_machine_bears_offers_the_closest(bench: Bench) -> None:
    with pytest.raises(NotFound) as caught:
        bench.plan("stop_vms", "web-30")
    assert "web-03" in caught.value.choices


def test_a_name_that_two_machines_bear_is_asked_about(bench: Bench) -> None:
    with pytest.raises(Ambiguous) as caught:
        bench.plan("stop_vms", "twin")
    assert caught.value.choices == ("aws/us-east-1/i-twin", "libvirt/kvm-01/twin")
    assert bench.names("stop_vms", {"names": ["twin"], "provider": ["libvirt"]}) == ["twin"]


@pytest.mark.parametrize(
    ("tool", "name", "during"),
    [
        ("stop_vms", "stg-1", State.STOPPED),
        ("start_vms", "stg-2", State.RUNNING),
        ("start_vms", "dev-b", State.RUNNING),
        ("suspend_vms", "dev-d", State.SUSPENDED),
        ("resume_vms", "dev-b", State.RUNNING),
    ],
)
def test_what_was_done_is_undone(bench: Bench, tool: str, name: str, during: State) -> None:
    before = bench.vm(name)
    undo = bench.carry_out(bench.plan(tool, name))
    assert bench.vm(name).state is during
    bench.undo(undo)
    assert bench.vm(name).state is before.state


@pytest.mark.parametrize("name", ["stg-1", "stg-2", "dev-b", "dev-c", "ci-3"])
def test_after_a_restart_the_machine_runs(bench: Bench, name: str) -> None:
    assert bench.carry_out(bench.plan("restart_vms", name)) == []
    assert bench.vm(name).state is State.RUNNING


def test_force_is_passed_on(bench: Bench) -> None:
    assert bench.plan("stop_vms", "stg-1").args == {"force": False}
    planned = bench.plan("stop_vms", "stg-1", force=True)
    assert planned.args == {"force": True}
    assert "unsaved work" in planned.effect


def test_stopping_saves_and_starting_costs_the_price(bench: Bench) -> None:
    price = bench.vm("stg-1").hourly_cost_usd
    assert bench.plan("stop_vms", "stg-1").cost_change_usd == pytest.approx(-price)
    assert bench.plan("start_vms", "stg-2").cost_change_usd == pytest.approx(price)
    assert bench.plan("stop_vms", "stg-2").cost_change_usd == 0
