"""Resizing machines and disks, with figures said outright or from the present ones."""

from typing import Any

import pytest

from tests.unit.families.world import Bench
from tools.errors import InvalidRequest, NotAllowed, NotFound


@pytest.mark.parametrize(
    ("name", "args", "settled"),
    [
        pytest.param("stg-1", {"size": "m6i.large"}, ("m6i.large", 2, 8), id="a size"),
        pytest.param("stg-1", {"size": "M6I.Large"}, ("m6i.large", 2, 8), id="in another case"),
        pytest.param("db-1", {"memory_gib": 8}, ("m6i.large", 2, 8), id="memory alone"),
        pytest.param("db-1", {"memory_gib": "x2"}, ("r6i.xlarge", 4, 32), id="double: next size"),
        pytest.param("db-2", {"memory_gib": "x0.5"}, ("m6i.xlarge", 4, 16), id="half"),
        pytest.param("web-01", {"memory_gib": "+8"}, ("r6i.large", 2, 16), id="8 more"),
        pytest.param("db-2", {"memory_gib": "-16"}, ("m6i.xlarge", 4, 16), id="16 less"),
        pytest.param("web-01", {"vcpus": "+2"}, ("m6i.xlarge", 4, 16), id="two more vCPUs"),
        pytest.param(
            "web-01", {"vcpus": "x2", "memory_gib": "x2"}, ("m6i.xlarge", 4, 16), id="double both"
        ),
        pytest.param(
            "dev-d", {"vcpus": 8, "memory_gib": 16}, ("xlarge", 8, 16), id="named figures"
        ),
        pytest.param("dev-d", {"memory_gib": "+10"}, (None, 4, 18), id="any figures on libvirt"),
        pytest.param("dev-d", {"vcpus": "6"}, (None, 6, 8), id="digits in a string"),
    ],
)
def test_a_resize_carries_what_comes_out(
    bench: Bench, name: str, args: dict[str, Any], settled: tuple[Any, ...]
) -> None:
    found = bench.plan("resize_vms", name, **args).args
    assert (found["size"], found["vcpus"], found["memory_gib"]) == settled


@pytest.mark.parametrize(
    ("name", "args"),
    [
        pytest.param("stg-1", {}, id="to what?"),
        pytest.param("web-01", {"vcpus": 3, "memory_gib": 7}, id="no such size"),
        pytest.param("stg-1", {"size": "m6i.large", "memory_gib": 4}, id="size against figures"),
    ],
)
def test_what_cannot_be_worked_out_is_asked_with_choices(
    bench: Bench, name: str, args: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        bench.plan("resize_vms", name, **args)
    assert caught.value.choices or caught.value.hint


@pytest.mark.parametrize(
    "args",
    [
        {"vcpus": 0}, {"vcpus": -2}, {"memory_gib": 0}, {"vcpus": "double"}, {"vcpus": "x"},
        {"memory_gib": "-8"}, {"memory_gib": "-9"}, {"vcpus": "x0.3"}, {"memory_gib": "x0"},
        {"memory_gib": "nan"}, {"memory_gib": 1e9}, {"vcpus": "x1000"}, {"cores": 4},
    ],
)  # fmt: skip
def test_impossible_figures_are_refused(bench: Bench, args: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        bench.plan("resize_vms", "web-01", **args)


def test_a_size_that_does_not_exist_offers_the_closest(bench: Bench) -> None:
    with pytest.raises(NotFound) as caught:
        bench.plan("resize_vms", "stg-1", size="m6i.larg")
    assert caught.value.choices[0] == "m6i.large"


def test_a_relative_figure_is_asked_about_where_the_machines_differ(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match=r"differ: web-01 8 GiB of memory, db-1 16 GiB"):
        bench.plan("resize_vms", {"names": ["web-01", "db-1"]}, memory_gib="x2")
    same = bench.plan("resize_vms", {"group": ["web"]}, memory_gib="x2")
    assert [step.args["memory_gib"] for step in same.steps] == [16, 16, 16]


def test_one_figure_for_machines_that_differ_in_the_other_is_asked_about(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match="differ"):
        bench.plan("resize_vms", {"names": ["web-01", "db-2"]}, memory_gib=16)


def test_machines_of_two_providers_get_each_its_own_size(bench: Bench) -> None:
    selector = {"names": ["stg-1", "dev-d"]}
    planned = bench.plan("resize_vms", selector, vcpus=4, memory_gib=16)
    assert planned.args == {"size": None, "vcpus": 4, "memory_gib": 16.0}
    assert [step.args["size"] for step in planned.steps] == ["m6i.xlarge", None]


def test_a_described_set_means_running_machines_that_have_another_size(bench: Bench) -> None:
    planned = bench.plan("resize_vms", {"names": ["stg-*", "web-0*"]}, size="m6i.large")
    assert [vm.name for vm in planned.vms] == ["stg-1"]
    assert {o.name: o.reason for o in planned.left_out}["stg-2"] == "stopped"


def test_a_resize_costs_the_difference_and_is_undone(bench: Bench) -> None:
    before = bench.vm("stg-1")
    planned = bench.plan("resize_vms", "stg-1", size="m6i.large")
    assert planned.cost_change_usd == pytest.approx(0.096 - 0.0416)
    undo = bench.carry_out(planned)
    assert (bench.vm("stg-1").size, bench.vm("stg-1").memory_gib) == ("m6i.large", 8)
    bench.undo(undo)
    assert bench.vm("stg-1") == before


@pytest.mark.parametrize(("amount", "size_gib"), [(200, 200), ("+100", 160), ("x2", 120)])
def test_a_disk_grows_to_what_comes_out(bench: Bench, amount: Any, size_gib: float) -> None:
    planned = bench.plan("resize_disk", "stg-1", size_gib=amount)
    assert planned.args == {"size_gib": size_gib}
    bench.carry_out(planned)
    assert bench.vm("stg-1").disk_gib == size_gib


@pytest.mark.parametrize("amount", [20, "-10", "x0.5"])
def test_a_disk_never_shrinks(bench: Bench, amount: Any) -> None:
    with pytest.raises(NotAllowed, match="cannot shrink"):
        bench.plan("resize_disk", "stg-1", size_gib=amount)


def test_how_big_a_disk_is_asked_for(bench: Bench) -> None:
    for tool in ("resize_disk", "attach_disk"):
        with pytest.raises(InvalidRequest, match="size_gib"):
            bench.plan(tool, "stg-1")


def test_relative_disks_are_asked_about_where_they_differ(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match="differ"):
        bench.plan("resize_disk", {"names": ["stg-1", "dev-a"]}, size_gib="+10")


def test_a_new_disk_is_attached(bench: Bench) -> None:
    bench.carry_out(bench.plan("attach_disk", "stg-1", size_gib=40))
    assert bench.vm("stg-1").disk_gib == 100
