"""Simulated machines fall ill as a real one would be seen to be, and are well again afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.errors import NotFound, Throttled
from tools.machine import State
from tools.providers.base import Event
from tools.providers.sandbox import Fault, FaultKind, Ill, Sandbox
from tools.providers.sandbox_generator import generate
from tools.providers.sandbox_shapes import Shape, apply_shapes
from tools.providers.sandbox_troubles import plan_trouble, trouble_names

NOW = datetime(2026, 11, 23, 10, 20, tzinfo=UTC)
WIDE = generate(60, 1, NOW).vms
HOUR = int(NOW.timestamp() // 3600)


def clock() -> datetime:
    return NOW


@pytest.fixture
def fleet() -> Sandbox:
    return Sandbox.generated(None, 30, clock=clock, delays=False)


def test_an_ill_machine_shows_it_and_recovers(fleet: Sandbox) -> None:
    well = fleet.list_machines()[0]
    usual = fleet.console_log(well.id)
    before = fleet.samples([well.id], NOW - timedelta(days=8))
    event = Event(NOW - timedelta(hours=1), "it was paused")
    shapes = (Shape("cpu", "hold", 3, 97.0), Shape("memory", "gap", 2))
    ill = Ill(well.id, "made-up", HOUR, "a panic", (event,), shapes, {"state": "error"})
    fleet.fall_ill(ill)
    assert fleet.ills() == [ill]
    assert fleet.get_machine(well.id).state is State.ERROR
    assert fleet.console_log(well.id) == "a panic"
    assert fleet.events(well.id, NOW - timedelta(hours=2)) == [event]
    assert fleet.events(well.id, NOW) == []
    last = fleet.samples([well.id], NOW - timedelta(hours=4))
    assert all(94 < (s.cpu or 0) <= 100 for s in last[-3:])
    assert [s.memory is None for s in last[-3:]] == [False, True, True]
    fleet.recover()
    assert fleet.ills() == []
    assert fleet.get_machine(well.id) == well
    assert fleet.console_log(well.id) == usual
    assert fleet.samples([well.id], NOW - timedelta(days=8)) == before


def test_an_ill_is_seen_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    one = Sandbox.generated(path, 20, clock=clock, delays=False)
    vm = one.list_machines()[0]
    one.fall_ill(Ill(vm.id, "made-up", HOUR, "a panic", (), (Shape("*", "gap", 5),)))
    other = Sandbox.generated(path, 20, clock=clock, delays=False)
    assert other.console_log(vm.id) == "a panic"
    hours = {s.time for s in other.samples([vm.id], NOW - timedelta(hours=5))}
    assert hours == set()
    one.close()
    other.close()


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape("cpu", "hold", 2, 90.0), (10, 10, 90, 90)),
        (Shape("cpu", "factor", 2, 0.5), (10, 10, 5, 5)),
        (Shape("cpu", "climb", 4, 50.0), (20, 30, 40, 50)),
        (Shape("cpu", "always", 1, 80.0), (80, 80, 80, 80)),
        (Shape("cpu", "gap", 1), (10, 10, 10, None)),
    ],
)
def test_shapes(shape: Shape, expected: tuple[float | None, ...]) -> None:
    points = {"cpu": {hour: 10.0 for hour in range(96, 100)}}
    shaped = apply_shapes("m", points, [shape], begun=100, now=100)["cpu"]
    for hour, value in zip(range(96, 100), expected, strict=True):
        assert shaped[hour] == (None if value is None else pytest.approx(value, abs=2.5))


@pytest.mark.parametrize("name", trouble_names())
def test_a_trouble_is_the_same_for_a_seed_and_fully_worded(name: str) -> None:
    first, again = (plan_trouble(name, WIDE, 4, NOW) for _ in range(2))
    assert first == again
    texts = [first.ills[0].console or "", *(e.text for e in first.ills[0].events)]
    assert "{" not in "".join(texts).replace("{nodemask", "")
    assert first.symptom


def test_the_wording_of_a_trouble_varies_with_the_seed() -> None:
    said = {plan_trouble("kernel-panic", WIDE, seed, NOW).ills[0].console for seed in range(12)}
    assert len(said) == 12


def test_an_unknown_trouble_is_not_found(fleet: Sandbox) -> None:
    with pytest.raises(NotFound) as refused:
        plan_trouble("no-such-trouble", fleet.list_machines(), 1, NOW)
    assert "kernel-panic" in refused.value.choices


def test_readings_can_be_throttled(fleet: Sandbox) -> None:
    fleet.inject(Fault(FaultKind.THROTTLED, None, "read", 1))
    with pytest.raises(Throttled):
        fleet.list_machines()
    assert fleet.list_machines()
