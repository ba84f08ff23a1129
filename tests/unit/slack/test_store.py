"""What is remembered: an event once, whoever gets it; a report once, whichever process is up."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

from tests.conftest import FrozenClock
from tools.database import open_database
from ui.slack.incoming import event_key
from ui.slack.store import KEPT, Shown, Store


def test_of_many_at_once_one_is_the_first(tmp_path: Path, clock: FrozenClock) -> None:
    engines = [open_database(f"sqlite:///{tmp_path}/nova.db") for _ in range(2)]
    stores = [Store(engine, clock) for engine in engines]
    first: list[bool] = []
    threads = [
        threading.Thread(target=lambda s=stores[n % 2]: first.append(s.is_first("event_id/Ev1")))
        for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(first) == [False] * 15 + [True]
    clock.advance(KEPT.total_seconds() + 1)
    stores[0].forget_old()
    assert stores[1].is_first("event_id/Ev1")
    for engine in engines:
        engine.dispose()


def test_what_names_an_event() -> None:
    assert event_key({"event_id": "Ev1", "trigger_id": "t"}) == "event_id/Ev1"
    assert event_key({"trigger_id": "t"}) == "trigger_id/t"
    assert event_key({"a": 1}) == event_key({"a": 1}) != event_key({"a": 2})


def test_a_due_report_is_taken_once(tmp_path: Path, clock: FrozenClock) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/nova.db")
    store = Store(engine, clock)
    later = clock() + timedelta(hours=1)
    store.add_report("C1", "0 11 * * *", "what ran?", "ada", later)
    assert store.due() == []
    clock.advance(3600)
    due = store.due()[0]
    after = later + timedelta(days=1)
    assert [store.claim(due, after), store.claim(due, after)] == [True, False]
    assert store.reports("C1")[0].next_at == after
    store.keep_only([])
    assert len(store.reports()) == 1  # a person's: not the settings'
    engine.dispose()


def test_cards_are_found_by_plan(tmp_path: Path, clock: FrozenClock) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/nova.db")
    store = Store(engine, clock)
    store.add_card(Shown("C1", "1.1", "p1", "m", None, None))
    store.expire("p1", "Expired.")
    store.note_card(store.cards_of("p1")[0], "m2")
    assert store.cards_of("p1") == [Shown("C1", "1.1", "p1", "m2", None, "Expired.")]
    assert store.recent_plans() == {"p1"}
    store.drop_card("C1", "1.1")
    assert store.cards_of("p1") == []
    engine.dispose()
