"""The selector: its SQL means what its plain Python reading means, on every fleet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import NOW
from tests.unit.fleets import Bench, Readings, agree, fleets, selectors
from tools.errors import InvalidRequest
from tools.machine import VM, State
from tools.selector import METRIC_NAMES, Selector, select

BENCH = Bench("sqlite://")


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_sql_and_plain_python_agree(data: st.DataObject) -> None:
    agree(data, BENCH)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_selector_survives_its_json(data: st.DataObject) -> None:
    selector = data.draw(selectors(["a"]))
    assert Selector.parse(selector.to_dict()) == selector


@settings(max_examples=100, deadline=None)
@given(fleets(), st.sampled_from(["a.b", "a[b]", "*", "a*c", "?"]), st.text(max_size=4))
@example([], "a[b]", "b")
def test_a_glob_has_only_two_wildcards(vms: list[VM], pattern: str, name: str) -> None:
    named = [*vms, VM("named", name or "x", "p", "r", State.RUNNING)]
    selector = Selector.parse({"names": [pattern]})
    if "\x00" in name or any("\ud800" <= c <= "\udfff" for c in name):
        return
    BENCH.holds(named, Readings({}))
    expected = [vm.id for vm in select(selector, named, NOW, Readings({}))]
    assert BENCH.inventory.select_ids(selector) == expected


MACHINES = [
    VM("1", "web-01", "aws", "eu", State.RUNNING, vcpus=2, created_at=NOW - timedelta(days=10),
       tags={"env": "prod"}, hourly_cost_usd=0.2),
    VM("2", "web-02", "aws", "us", State.STOPPED, vcpus=4, created_at=NOW - timedelta(days=2),
       tags={"env": "dev"}, hourly_cost_usd=0.1, public_ip="1.2.3.4"),
    VM("3", "db-01", "gcp", "eu", State.RUNNING, vcpus=8, protected=True, hourly_cost_usd=0.9),
]  # fmt: skip
CPU = Readings({("cpu", "avg", "1h"): {"1": 91.0, "2": 20.0}})


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        pytest.param({}, "", id="an empty selector means nothing"),
        pytest.param({"all": True}, "123", id="all"),
        pytest.param({"exclude": {"names": "db-01"}}, "", id="exclude alone means nothing"),
        pytest.param({"all": True, "exclude": {"tags": {"env": "prod"}}}, "23", id="exclude"),
        pytest.param({"names": "web-*"}, "12", id="a glob"),
        pytest.param({"names": ["db-01", "web-02"]}, "23", id="names keep the fleet's order"),
        pytest.param({"names": "WEB-01"}, "", id="case matters"),
        pytest.param({"tags": {"env": ["prod", "dev"]}}, "12", id="any of the values"),
        pytest.param({"missing_tags": "env"}, "3", id="a missing tag"),
        pytest.param({"age_days": {"gt": 5}}, "1", id="an unknown age is not older"),
        pytest.param({"age_days": {}}, "12", id="no bound asks for a known value"),
        pytest.param({"public_ip": False, "vcpus": {"lt": 8}}, "1", id="several conditions"),
        pytest.param({"metric": {"name": "cpu", "gt": 80}}, "1", id="a metric"),
        pytest.param({"metric": {"name": "cpu"}}, "12", id="a metric that is known"),
        pytest.param({"all": True, "order_by": "cpu"}, "21", id="order leaves unknown out"),
        pytest.param(
            {"all": True, "order_by": "hourly_cost_usd", "descending": True, "limit": 2}, "31",
            id="the most expensive two",
        ),
        pytest.param({"all": True, "order_by": "name"}, "312", id="by name"),
    ],
)  # fmt: skip
def test_a_selector_means(selector: dict[str, Any], ids: str) -> None:
    BENCH.holds(MACHINES, CPU)
    parsed = Selector.parse(selector)
    assert "".join(BENCH.inventory.select_ids(parsed)) == ids
    assert "".join(vm.id for vm in select(parsed, MACHINES, NOW, CPU)) == ids


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        pytest.param({"name": "web"}, "name", id="an unknown field"),
        pytest.param({"all": True, "names": "web"}, "all goes alone", id="all and more"),
        pytest.param({"order_by": "colour"}, "order_by", id="an unknown order"),
        pytest.param({"limit": 0}, "limit", id="no machine at all"),
        pytest.param({"names": [""]}, "names", id="an empty name"),
        pytest.param({"metric": {"name": "heat"}}, "metric", id="an unknown metric"),
        pytest.param({"metric": {"name": "cpu", "window": "1y"}}, "window", id="a wrong window"),
        pytest.param({"vcpus": {"more": 2}}, "vcpus.more", id="an unknown bound"),
        pytest.param({"exclude": {"x": 1}}, "exclude.x", id="within exclude"),
        pytest.param("web-01", "selector", id="a bare word"),
    ],
)
def test_a_wrong_selector_is_named(selector: Any, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says):
        Selector.parse(selector)


def test_ten_thousand_ids_are_one_query() -> None:
    BENCH.holds(MACHINES, CPU)
    many = Selector.parse({"ids": [*(f"no-{n}" for n in range(10_000)), "3"]})
    assert BENCH.inventory.select_ids(many) == ["3"]


def test_every_metric_can_be_asked_for() -> None:
    for name in METRIC_NAMES:
        assert Selector.parse({"metric": {"name": name}}).metric
