"""Schedules are kept, found, cancelled, and fired by one process at a time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOW, FrozenClock
from tests.unit.families.world import Bench, make_bench
from tools.calls import Call
from tools.database import open_database
from tools.errors import Conflict, InvalidRequest, NotFound
from tools.identity import User
from tools.plan import Plan
from tools.schedules import Consent, Schedule, Schedules

ADA = User("ada", frozenset({"operator", "admin"}), "web")
BO = User("bo", frozenset({"operator"}))
TONIGHT = {"at": "2026-11-23T22:00:00+00:00"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)


@pytest.fixture
def store(tmp_path: Path, clock: FrozenClock) -> Schedules:
    return Schedules(open_database(f"sqlite:///{tmp_path / 'nova.db'}"), clock)


def planned(bench: Bench, when: dict[str, str] | None, tool: str = "stop_vms", **args: Any) -> Plan:
    call = {"tool": tool, "selector": {"tags": {"env": ["prod"]}}, "args": args, "when": when}
    return bench.planner.plan([Call.parse(call)], ADA)


def add(store: Schedules, plan: Plan) -> Schedule:
    return store.add(plan, 0, plan.calls[0], ADA, [Consent(ADA, None), Consent(BO, "6")])


def test_a_schedule_keeps_what_was_asked_and_who_agreed(store: Schedules, bench: Bench) -> None:
    plan = planned(bench, TONIGHT, force=True)
    made = add(store, plan)

    kept = store.get("s-1")
    assert kept == made
    assert kept.id == "s-1"
    assert kept.call.to_dict() == {
        "tool": "stop_vms",
        "selector": {"tags": {"env": ["prod"]}},
        "args": {"force": True},
        "when": TONIGHT,
    }
    assert kept.asked_by == ADA
    assert kept.consents == (Consent(ADA, None), Consent(BO, "6"))
    assert kept.agreed == plan.calls[0].targets
    assert kept.next_at == datetime(2026, 11, 23, 22, tzinfo=UTC)


def test_what_was_filled_in_for_the_day_is_not_kept(store: Schedules, bench: Bench) -> None:
    plan = planned(bench, {"cron": "0 22 * * *"}, "snapshot_vms")

    assert plan.calls[0].args["name"] is not None
    assert add(store, plan).call.args == {}


def test_a_call_without_a_time_is_no_schedule(store: Schedules, bench: Bench) -> None:
    with pytest.raises(InvalidRequest):
        add(store, planned(bench, None))


@pytest.mark.parametrize("said", ["s-1", "S-1", "s1", "1", "#1", " s 1 "])
def test_an_id_may_be_said_in_several_ways(store: Schedules, bench: Bench, said: str) -> None:
    add(store, planned(bench, TONIGHT))

    assert store.get(said).id == "s-1"


def test_an_unknown_id_offers_the_active_ones(store: Schedules, bench: Bench) -> None:
    add(store, planned(bench, TONIGHT))

    for said in ("s-9", "tonight", ""):
        with pytest.raises(NotFound) as caught:
            store.get(said)
        assert caught.value.choices == ("s-1",)


@pytest.mark.parametrize(
    ("zone", "cron", "expected"),
    [
        pytest.param("UTC", "0 22 * * *", "2026-11-23T22:00", id="tonight"),
        pytest.param("UTC", "0 9 * * *", "2026-11-24T09:00", id="it was this morning"),
        pytest.param("UTC", "0 0 * * 6", "2026-11-28T00:00", id="Saturday"),
        pytest.param("Europe/Berlin", "0 22 * * *", "2026-11-23T21:00", id="winter in Berlin"),
        pytest.param("America/New_York", "0 3 * * *", "2026-11-24T08:00", id="New York"),
    ],
)
def test_a_cron_line_is_read_in_the_zone_and_kept_in_utc(
    tmp_path: Path, bench: Bench, clock: FrozenClock, zone: str, cron: str, expected: str
) -> None:
    store = Schedules(open_database(f"sqlite:///{tmp_path / 'zone.db'}"), clock, zone)

    made = add(store, planned(bench, {"cron": cron}))

    assert made.next_at == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_time_in_another_zone_is_the_same_moment(store: Schedules, bench: Bench) -> None:
    made = add(store, planned(bench, {"at": "2026-11-24T00:00:00+02:00"}))

    assert made.next_at == datetime(2026, 11, 23, 22, tzinfo=UTC)


def test_what_is_due_is_what_has_come(store: Schedules, bench: Bench, clock: FrozenClock) -> None:
    add(store, planned(bench, TONIGHT))
    add(store, planned(bench, {"cron": "30 10 * * *"}))
    assert store.due(NOW) == []

    clock.advance(3600)
    assert [s.id for s in store.due(clock())] == ["s-2"]
    assert [s.id for s in store.due(NOW + timedelta(days=1))] == ["s-2", "s-1"]


def test_only_one_process_fires_until_its_claim_ends(
    store: Schedules, bench: Bench, clock: FrozenClock, tmp_path: Path
) -> None:
    add(store, planned(bench, TONIGHT))
    other = Schedules(open_database(f"sqlite:///{tmp_path / 'nova.db'}"), clock)
    clock.advance(12 * 3600)
    (due,) = store.due(clock())

    assert [s.claim(due) for s in (store, other, store)] == [True, False, False]
    clock.advance(9)
    assert other.claim(due)


def test_a_single_time_fires_once_and_a_cron_line_again(
    store: Schedules, bench: Bench, clock: FrozenClock
) -> None:
    once = add(store, planned(bench, TONIGHT))
    nightly = add(store, planned(bench, {"cron": "0 22 * * *"}))
    clock.advance(12 * 3600 + 5)

    assert store.settle(once, "done", "ran").next_at is None
    again = store.settle(nightly, "failed", "out of reach")
    assert again.status == "active"
    assert again.next_at == datetime(2026, 11, 24, 22, tzinfo=UTC)
    assert again.last_at == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert again.last_note == "out of reach"
    assert store.due(clock()) == []


def test_a_cancelled_schedule_is_never_due_again(
    store: Schedules, bench: Bench, clock: FrozenClock
) -> None:
    made = add(store, planned(bench, {"cron": "0 22 * * *"}))
    cancelled = store.cancel("s-1", BO)
    clock.advance(24 * 3600)

    assert cancelled.status == "cancelled"
    assert cancelled.last_note == "cancelled by bo"
    assert store.due(clock()) == []
    assert not store.claim(made)
    with pytest.raises(Conflict):
        store.cancel("s-1", BO)


def test_a_firing_does_not_bring_a_cancelled_schedule_back(store: Schedules, bench: Bench) -> None:
    made = add(store, planned(bench, {"cron": "0 22 * * *"}))
    store.cancel("s-1", BO)

    assert store.settle(made, "done", "ran").status == "cancelled"


def test_the_list_shows_the_next_first_and_only_the_tenants(store: Schedules, bench: Bench) -> None:
    for when in ({"cron": "0 23 * * *"}, TONIGHT, {"cron": "0 12 * * *"}):
        add(store, planned(bench, when))
    store.cancel("s-3")

    assert [s.id for s in store.list()] == ["s-2", "s-1", "s-3"]
    assert [s.id for s in store.list(status="cancelled")] == ["s-3"]
    assert store.of("somebody else's").list() == []
