"""The inventory: what was last seen, whichever connection showed it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import FrozenClock
from tests.unit.fleets import Readings, Shelf, fixed, fleets
from tools.database import open_database
from tools.errors import InvalidRequest, NotFound, Unreachable
from tools.inventory import Inventory
from tools.machine import VM, State
from tools.selector import Selector


def vm(name: str, place: str = "here", state: State = State.RUNNING) -> VM:
    """A machine of a place."""
    return VM(f"{place}/{name}", name, place, f"{place}-1", state, tags={"env": "dev"})


@pytest.fixture
def here() -> Shelf:
    return Shelf([vm("web-01"), vm("web-02"), vm("db-01")], "here")


@pytest.fixture
def there() -> Shelf:
    return Shelf([vm("web-01", "there"), vm("mail", "there")], "there")


@pytest.fixture
def inventory(here: Shelf, there: Shelf, clock: FrozenClock) -> Inventory:
    made = Inventory(open_database("sqlite://"), [here, there], Readings({}), clock)
    made.refresh()
    return made


def test_machines_are_kept_in_the_order_of_their_providers(inventory: Inventory) -> None:
    names = ["web-01", "web-02", "db-01", "web-01", "mail"]
    assert [machine.name for machine in inventory.all()] == names
    assert [name for name, _ in inventory.names()] == names
    assert inventory.count() == 5


def test_a_name_may_be_borne_twice(inventory: Inventory) -> None:
    assert [m.id for m in inventory.named("web-01")] == ["here/web-01", "there/web-01"]
    assert inventory.named("WEB-01") == []
    assert inventory.closest("web-1")[0].startswith("web-0")
    assert inventory.closest("entirely-different-thing") == ()


def test_each_machine_is_reached_by_its_connection(
    inventory: Inventory, here: Shelf, there: Shelf
) -> None:
    assert inventory.provider_of("here/db-01") is here
    assert inventory.provider_of("there/mail") is there
    with pytest.raises(NotFound):
        inventory.provider_of("nowhere/mail")
    assert inventory.provider_for("there") is there
    assert inventory.provider_for("here", "here-1") is here
    with pytest.raises(NotFound):
        inventory.provider_for("here", "there-1")


def test_an_unreachable_connection_keeps_its_last_known_machines(
    inventory: Inventory, here: Shelf, there: Shelf, clock: FrozenClock
) -> None:
    seen_at = clock().timestamp()
    clock.advance(60)
    here.failure = Unreachable("The link is down.")
    there.vms = there.vms[:1]
    connected = {c.name: c for c in inventory.refresh()}
    assert (connected["here"].refreshed_at, connected["there"].error) == (seen_at, None)
    assert (connected["here"].error or {})["code"] == "unreachable"
    assert [m.id for m in inventory.all() if m.provider == "here"] == [m.id for m in here.vms]
    assert inventory.count() == 4
    here.failure = None
    assert all(c.error is None for c in inventory.refresh())


def test_a_bug_in_a_provider_is_its_own_error_and_hides_no_other(
    inventory: Inventory, here: Shelf, there: Shelf
) -> None:
    here.failure = ZeroDivisionError("division by zero")
    there.vms = there.vms[:1]
    connected = {c.name: c for c in inventory.refresh()}
    assert (connected["here"].error or {})["code"] == "provider_failed"
    assert "ZeroDivisionError: division by zero" in (connected["here"].error or {})["message"]
    assert connected["there"].error is None
    assert inventory.count() == 4


def test_a_reading_that_shows_nothing_new_leaves_what_is_built_on_the_fleet(
    inventory: Inventory, here: Shelf
) -> None:
    version = inventory.version
    inventory.refresh()
    assert inventory.version == version
    here.vms = here.vms[1:]
    inventory.refresh()
    assert inventory.version > version


def test_an_update_replaces_and_forgets_and_keeps_the_order(inventory: Inventory) -> None:
    version = inventory.version
    stopped = dataclasses.replace(vm("web-02", state=State.STOPPED), tags={"env": "prod"})
    inventory.update("here", [stopped, vm("new")], gone=["here/db-01"])
    assert inventory.version > version
    assert [m.name for m in inventory.all()] == ["web-01", "web-02", "web-01", "mail", "new"]
    assert inventory.get(["here/web-02", "here/db-01"]) == {"here/web-02": stopped}
    assert inventory.select_ids(Selector.parse({"tags": {"env": "prod"}})) == ["here/web-02"]
    assert inventory.tag_values() == {"env": ["dev", "prod"]}
    inventory.update("here", [])
    assert inventory.count() == 5


def test_values_are_those_that_exist(inventory: Inventory) -> None:
    assert inventory.values("region") == ["here-1", "there-1"]
    assert inventory.values("zone") == []


@settings(max_examples=60, deadline=None)
@given(fleets(), st.data())
def test_what_is_read_is_what_was_shown(vms: list[VM], data: st.DataObject) -> None:
    shelf = Shelf(vms)
    inventory = Inventory(open_database("sqlite://"), [shelf], Readings({}), fixed)
    inventory.refresh()
    assert inventory.all() == vms
    some = [machine for machine in vms if data.draw(st.booleans())]
    assert inventory.get([m.id for m in some]) == {m.id: m for m in some}
    inventory.update("shelf", [], gone=[m.id for m in some])
    assert inventory.all() == [m for m in vms if m not in some]


def test_a_fleet_outlives_the_process(here: Shelf, tmp_path: Path, clock: FrozenClock) -> None:
    url = f"sqlite:///{tmp_path / 'state' / 'novacron.db'}"
    first = open_database(url)
    Inventory(first, [here], Readings({}), clock).refresh()
    first.dispose()
    second = open_database(url)
    here.failure = Unreachable("The link is down.")
    again = Inventory(second, [here], Readings({}), clock)
    again.refresh()
    assert [m.name for m in again.all()] == ["web-01", "web-02", "db-01"]
    second.dispose()


def test_what_another_process_wrote_is_seen(
    here: Shelf, tmp_path: Path, clock: FrozenClock
) -> None:
    url = f"sqlite:///{tmp_path / 'novacron.db'}"
    one = Inventory(open_database(url), [here], Readings({}), clock)
    other = Inventory(open_database(url), [here], Readings({}), clock)
    one.refresh()
    running = Selector.parse({"state": ["running"]})
    assert len(other.select(running)) == 3
    seen = other.version
    one.update("here", [vm("web-01", state=State.STOPPED)], gone=["here/db-01"])
    assert other.version != seen
    assert [m.name for m in other.select(running)] == ["web-02"]
    assert other.missing_names(["db-01", "web-02"]) == ["db-01"]
    assert other.connections_of(["here/web-01", "here/db-01"]) == {"here/web-01": "here"}


def test_a_large_fleet_is_asked_in_sql(clock: FrozenClock) -> None:
    shelf = Shelf([vm(f"web-{n}") for n in range(12)], "here")
    inventory = Inventory(open_database("sqlite://"), [shelf], Readings({}), clock, held=10)
    inventory.refresh()
    assert len(inventory.select(Selector.parse({"all": True}))) == 12
    inventory.update("here", [], gone=[f"here/web-{n}" for n in range(9)])
    assert [m.name for m in inventory.select(Selector.parse({"all": True}))] == [
        "web-9", "web-10", "web-11",
    ]  # fmt: skip


def test_ids_that_are_kept_are_those_of_the_machines_that_are_there(
    here: Shelf, tmp_path: Path, clock: FrozenClock
) -> None:
    url = f"sqlite:///{tmp_path / 'novacron.db'}"
    one = Inventory(open_database(url), [here], Readings({}), clock, held=0)
    other = Inventory(open_database(url), [here], Readings({}), clock, held=0)
    one.refresh()
    every = Selector.parse({"all": True})
    by_name = Selector.parse({"all": True, "order_by": "name", "descending": True, "limit": 2})
    assert other.select_ids(every) == ["here/web-01", "here/web-02", "here/db-01"]

    one.update("here", [vm("app-01"), vm("web-02")], gone=["here/web-01"])
    assert other.select_ids(every) == ["here/web-02", "here/db-01", "here/app-01"]
    assert other.select_ids(by_name) == ["here/web-02", "here/db-01"]

    one.update("here", [vm("web-01")], gone=["here/app-01"])
    assert other.select_ids(every) == ["here/web-02", "here/db-01", "here/web-01"]


@pytest.mark.parametrize("url", ["mysql://x/y", "not a url", ""])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest):
        open_database(url)


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    file = tmp_path / "novacron.db"
    file.write_text("no database, but some text that is long enough to be looked at " * 20)
    with pytest.raises(Unreachable, match=r"novacron\.db"):
        open_database(f"sqlite:///{file}")
