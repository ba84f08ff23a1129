"""Scaling groups."""

from typing import Any

import pytest

from tests.unit.families.world import Bench
from tools.errors import InvalidRequest, NotAllowed, NotFound


@pytest.mark.parametrize(
    ("args", "count", "change"),
    [({"count": 5}, 5, 2), ({"change": 2}, 5, 2), ({"change": -1}, 2, -1), ({"count": 3}, 3, 0)],
)
def test_scaling_carries_the_number_and_the_difference(
    bench: Bench, args: dict[str, int], count: int, change: int
) -> None:
    planned = bench.plan("scale_group", group="web", **args)
    assert planned.args == {"group": "web", "count": count, "change": change}
    assert [vm.name for vm in planned.vms] == ["web-01", "web-02", "web-03"]
    assert planned.cost_change_usd == pytest.approx(0.096 * change)


@pytest.mark.parametrize("args", [{"count": 6}, {"count": 0}, {"change": 3}, {"change": -3}])
def test_a_group_stays_within_its_limits(bench: Bench, args: dict[str, int]) -> None:
    with pytest.raises(NotAllowed, match="may have 1 to 5"):
        bench.plan("scale_group", group="web", **args)


@pytest.mark.parametrize("args", [{}, {"count": 5, "change": 1}, {"count": -1}, {"count": "many"}])
def test_how_many_is_asked(bench: Bench, args: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        bench.plan("scale_group", group="web", **args)


def test_a_group_that_does_not_exist_offers_the_closest(bench: Bench) -> None:
    with pytest.raises(NotFound) as caught:
        bench.plan("scale_group", group="wbe", count=4)
    assert caught.value.choices == ("web",)


def test_a_group_is_scaled_and_scaled_back(bench: Bench) -> None:
    undo = bench.carry_out(bench.plan("scale_group", group="web", count=5))
    assert len([vm for vm in bench.sandbox.list_machines() if vm.group == "web"]) == 5
    bench.undo(undo)
    assert len([vm for vm in bench.sandbox.list_machines() if vm.group == "web"]) == 3


def test_scaling_down_says_what_is_lost(bench: Bench) -> None:
    assert bench.plan("scale_group", group="web", change=-2).loses is not None
    assert bench.plan("scale_group", group="web", change=1).loses is None
