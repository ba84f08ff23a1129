"""Connections are opened side by side; what was read before is there while they open."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FrozenClock
from tests.unit.fleets import Shelf
from tests.unit.history.doing import ADA
from tests.unit.places import machines_of
from tools import connecting
from tools.calls import Call
from tools.connecting import Wanted
from tools.control import Control, connect
from tools.errors import NotAllowed, Unreachable
from tools.looking import look_around
from tools.providers.base import Provider
from tools.settings import Settings, load_settings


class Ways:
    """What there is to connect to, as a test sets it up."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        self.failures: dict[str, Exception] = {}
        self.gates: dict[str, threading.Event] = {}

    def has(self, *names: str) -> None:
        for name in names:
            self.shelves[name] = Shelf(machines_of(name), name)

    def wanted(self, *_: object) -> list[Wanted]:
        return [Wanted(f"kind:{n}", "kind", lambda n=n: self._open(n)) for n in self.shelves]

    def _open(self, name: str) -> Provider:
        if (gate := self.gates.get(name)) is not None:
            gate.wait(30)
        if name in self.failures:
            raise self.failures[name]
        return self.shelves[name]


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ways]:
    made = Ways()
    monkeypatch.setattr(connecting, "wanted", made.wanted)
    yield made
    for gate in made.gates.values():
        gate.set()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        data_dir=tmp_path, libvirt_uris="none", sandbox=False, patience_seconds=0.3
    )


def listed(control: Control) -> str:
    call = Call.parse({"tool": "list_vms", "selector": {"all": True}})
    return control.read(call, ADA).result.text


def until(true: object, within_s: float = 10.0) -> None:
    assert callable(true)
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_machines_come_in_the_order_in_which_connections_are_wanted(
    ways: Ways, settings: Settings, clock: FrozenClock
) -> None:
    ways.has("one", "two", "three")
    control, skipped = connect(settings, clock)
    assert skipped == []
    assert list(control.inventory.providers) == ["one", "two", "three"]
    names = ["one-0", "one-1", "two-0", "two-1", "three-0", "three-1"]
    assert [vm.name for vm in control.inventory.all()] == names
    control.close()


def test_a_start_shows_the_last_known_fleet_at_once_with_its_age(
    ways: Ways, settings: Settings, clock: FrozenClock
) -> None:
    ways.has("quick", "slow")
    first, _ = connect(settings, clock)
    first.close()
    clock.advance(1800)
    ways.gates["slow"] = threading.Event()
    control, skipped = connect(settings, clock)
    assert skipped == []
    text = listed(control)
    assert "4 machines: quick-0, quick-1, slow-0, slow-1" in text
    assert "slow cannot be seen now (it is being connected)" in text
    assert "its 2 machines are as of 30 minutes ago" in text
    ways.gates["slow"].set()
    until(lambda: "slow" in control.inventory.providers and "seen" not in listed(control))
    control.close()


def test_a_connection_that_failed_is_tried_again_and_its_machines_stay_known(
    ways: Ways, settings: Settings, clock: FrozenClock
) -> None:
    ways.has("good", "bad")
    first, _ = connect(settings, clock)
    first.close()
    ways.failures["bad"] = NotAllowed("The sign-in has expired.")
    control, skipped = connect(settings, clock)
    assert [(one.name, one.error.code) for one in skipped] == [("kind", "not_allowed")]
    assert "bad cannot be seen now (The sign-in has expired): its 2 machines" in listed(control)
    stop = Call.parse({"tool": "stop_vms", "selector": {"names": ["bad-0"]}})
    with pytest.raises(Unreachable, match="bad-0: bad cannot be seen now"):
        control.plan([stop], ADA)
    ways.failures.clear()
    look_around(control)
    until(lambda: "bad" in control.inventory.providers and "seen" not in listed(control))
    assert control.connecting is not None
    assert control.connecting.skipped() == []
    control.close()


def test_a_bug_in_one_connection_hides_no_other(
    ways: Ways, settings: Settings, clock: FrozenClock
) -> None:
    ways.has("good", "bad")
    ways.failures["bad"] = ZeroDivisionError("division by zero")
    control, skipped = connect(settings, clock)
    assert "ZeroDivisionError" in skipped[0].error.message
    assert "2 machines: good-0, good-1" in listed(control)
    assert "kind is not seen (Connecting broke: ZeroDivisionError" in listed(control)
    control.close()


def test_what_is_new_is_found_while_it_runs(
    ways: Ways, settings: Settings, clock: FrozenClock
) -> None:
    ways.has("one")
    control, _ = connect(settings, clock)
    ways.has("two")
    look_around(control)
    until(lambda: control.inventory.count() == 4)
    assert "4 machines" in listed(control)
    assert control.inventory.provider_for("two").name == "two"
    control.close()


def test_two_connections_of_one_name_are_told_apart_by_an_error(
    ways: Ways, settings: Settings, clock: FrozenClock
) -> None:
    ways.has("one", "two")
    ways.shelves["two"].name = "one"
    control, skipped = connect(settings, clock)
    assert [one.error.code for one in skipped] == ["conflict"]
    assert "Give each a name" in skipped[0].error.hint
    control.close()


def test_what_is_set_up_no_more_is_forgotten_when_nobody_reads_it(
    ways: Ways, settings: Settings, clock: FrozenClock
) -> None:
    ways.has("kept", "left")
    connect(settings, clock)[0].close()
    del ways.shelves["left"]
    control, _ = connect(settings, clock)
    assert "left cannot be seen now (it is not connected any more): its 2" in listed(control)
    control.close()
    clock.advance(2 * 3600)
    control, _ = connect(settings, clock)
    assert [vm.name for vm in control.inventory.all()] == ["kept-0", "kept-1"]
    assert "left" not in listed(control)
    control.close()
