"""Made-up machines, selectors and readings for property tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.conftest import NOW
from tools.database import open_database
from tools.inventory import Inventory
from tools.machine import VM, Offer, Snapshot, State
from tools.providers.base import Provider
from tools.selector import LIST_FIELDS, METRIC_NAMES, NUMBER_FIELDS, ORDER_FIELDS, Selector, select

WORDS = ("web-01", "web-02", "Web-01", "db[1]", "a%b", "a_b", "x\\y", "größe", "q'uote", "w", "🐙")
GLOBS = ("web-*", "*1*", "?", "w??-01", "*[1]", "a%*", "*_*", "x\\*", "*", "gr?ße", "?*'*")
KEYS = ("env", "role", "owner", "a b")
FIGURES = (0, 0.5, 1, 2, 3, 4, 8)

words = st.sampled_from(WORDS)
maybe = st.none() | words


@st.composite
def machines(draw: st.DrawFn) -> VM:
    """A machine whose every field may meet or miss a selector's condition."""
    days = draw(st.none() | st.sampled_from((0, 1, 2.5, 30, 400)))
    taken = range(draw(st.integers(0, 3)))
    return VM(
        id=draw(st.uuids()).hex,
        name=draw(words),
        provider=draw(words),
        region=draw(words),
        state=draw(st.sampled_from(State)),
        zone=draw(maybe),
        host=draw(maybe),
        size=draw(maybe),
        vcpus=draw(st.sampled_from((0, 1, 2, 4, 8))),
        memory_gib=draw(st.sampled_from(FIGURES)),
        disk_gib=draw(st.sampled_from(FIGURES)),
        os=draw(words),
        image=draw(maybe),
        public_ip=draw(maybe),
        created_at=None if days is None else NOW - timedelta(days=days),
        tags=draw(st.dictionaries(st.sampled_from(KEYS), words, max_size=3)),
        group=draw(maybe),
        hourly_cost_usd=draw(st.sampled_from(FIGURES)),
        protected=draw(st.booleans()),
        snapshots=tuple(Snapshot(f"s{n}", NOW - timedelta(days=n)) for n in taken),
    )


def fleets(most: int = 12) -> st.SearchStrategy[list[VM]]:
    """Some machines with different ids."""
    return st.lists(machines(), max_size=most, unique_by=lambda vm: vm.id)


_bounds = st.dictionaries(
    st.sampled_from(("gt", "ge", "lt", "le", "eq")), st.sampled_from(FIGURES), max_size=2
)
_any_of = st.lists(words | st.sampled_from(GLOBS), min_size=1, max_size=3)
_conditions = st.builds(
    lambda bounds, name, aggregate, window: {
        **bounds, "name": name, "aggregate": aggregate, "window": window,
    },
    _bounds,
    st.sampled_from(METRIC_NAMES),
    st.sampled_from(("avg", "max")),
    st.sampled_from(("1h", "7d")),
)  # fmt: skip
_states = st.lists(st.sampled_from([s.value for s in State]), min_size=1, max_size=3)
_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "names": _any_of,
    **{name: _any_of for name in LIST_FIELDS},
    "state": _states,
    "tags": st.dictionaries(st.sampled_from(KEYS), _any_of, min_size=1, max_size=2),
    "missing_tags": st.lists(st.sampled_from(KEYS), min_size=1, max_size=2),
    **{name: _bounds for name in NUMBER_FIELDS},
    "age_days": st.dictionaries(
        st.sampled_from(("gt", "ge", "lt", "le", "eq")), st.sampled_from((0, 1, 30)), max_size=2
    ),
    "public_ip": st.booleans(),
    "protected": st.booleans(),
    "metric": st.lists(_conditions, min_size=1, max_size=2),
}


@st.composite
def selectors(draw: st.DrawFn, ids: Sequence[str], depth: int = 2) -> Selector:
    """A selector of a few conditions, with others taken away, ordered and limited."""
    names = draw(st.lists(st.sampled_from([*_FIELDS, "ids"]), max_size=3, unique=True))
    data: dict[str, Any] = {}
    for name in names:
        known = st.lists(st.sampled_from([*ids, "no-such-id"]), min_size=1, max_size=4)
        data[name] = draw(known if name == "ids" else _FIELDS[name])
    if not data:
        data["all"] = draw(st.booleans())
    if depth and draw(st.booleans()):
        data["exclude"] = draw(selectors(ids, depth - 1))
    if draw(st.booleans()):
        data["order_by"] = draw(st.sampled_from(ORDER_FIELDS))
        data["descending"] = draw(st.booleans())
    data["limit"] = draw(st.none() | st.integers(1, 4))
    return Selector.parse(data)


class Readings:
    """Metrics that were drawn; a machine without a reading is absent."""

    def __init__(self, values: dict[tuple[str, str, str], dict[str, float]]) -> None:
        self._values = values

    def __call__(self, metric: str, aggregate: str, window: str) -> dict[str, float]:
        return self._values.get((metric, aggregate, window), {})


def readings(ids: Sequence[str]) -> st.SearchStrategy[Readings]:
    """Some metrics of some machines."""
    asked = (METRIC_NAMES, ("avg", "max"), ("1h", "7d"))
    keys = st.tuples(*map(st.sampled_from, asked))
    some = st.dictionaries(st.sampled_from(ids or ["no-such-id"]), st.sampled_from(FIGURES))
    return st.builds(Readings, st.dictionaries(keys, some, max_size=6))


class Shelf(Provider):
    """A provider that shows the machines that are put on it; it can do nothing else."""

    kind = "sandbox"

    def __init__(self, vms: Sequence[VM] = (), name: str = "shelf") -> None:
        self.name = name
        self.vms = list(vms)
        self.failure: Exception | None = None

    def list_machines(self) -> list[VM]:
        if self.failure is not None:
            raise self.failure
        return list(self.vms)

    def get_machines(self, ids: Sequence[str]) -> dict[str, VM]:
        return {vm.id: vm for vm in self.vms if vm.id in ids}

    def offers(self) -> list[Offer]:
        kinds = dict.fromkeys(vm.provider for vm in self.vms)
        return [
            Offer(kind, regions=tuple({v.region: None for v in self.vms if v.provider == kind}))
            for kind in kinds
        ]


def fixed(moment: datetime = NOW) -> datetime:
    """The moment of property tests."""
    return moment


class Bench:
    """One inventory, filled anew for each example."""

    def __init__(self, url: str) -> None:
        self.shelf = Shelf()
        self.metrics = Readings({})
        self.engine = open_database(url)
        self.inventory = Inventory(
            self.engine, [self.shelf], lambda *asked: self.metrics(*asked), fixed, held=0
        )
        self.held = Inventory(self.engine, [self.shelf], lambda *asked: self.metrics(*asked), fixed)

    def holds(self, vms: list[VM], metrics: Readings) -> None:
        self.metrics = metrics
        for shown in ([], vms):
            self.shelf.vms = shown
            self.inventory.refresh()


def agree(data: st.DataObject, bench: Bench) -> None:
    """Draw a fleet and selectors; the query gives what the plain Python reading gives."""
    vms = data.draw(fleets())
    ids = [vm.id for vm in vms]
    metrics = data.draw(readings(ids))
    bench.holds(vms, metrics)
    for _ in range(4):
        selector = data.draw(selectors(ids))
        expected = [vm.id for vm in select(selector, vms, NOW, metrics)]
        assert bench.inventory.select_ids(selector) == expected
        assert [vm.id for vm in bench.inventory.select(selector)] == expected
        assert bench.held.select_ids(selector) == expected
