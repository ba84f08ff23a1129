"""Reading the inventory, metrics and costs."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.families.world import FLEET, Bench, make_bench
from tools.errors import InvalidRequest, NotFound

CPU = {"web-01": 20.0, "web-02": 90.0, "web-03": 95.0, "db-1": 85.0, "dev-a": 50.0}


@pytest.fixture
def measured(tmp_path: Path) -> Bench:
    samples = {
        name: [{"cpu": cpu - 10, "memory": 40.0}, {"cpu": cpu, "memory": cpu / 2}]
        for name, cpu in CPU.items()
    }
    return make_bench(tmp_path, samples=samples)


def names(result: Any) -> list[str]:
    return [row["name"] for row in result.rows]


def test_a_list_without_a_selector_is_the_whole_fleet(bench: Bench) -> None:
    result = bench.read("list_vms")
    assert names(result) == [vm.name for vm in FLEET]
    assert f"{len(FLEET)} machines" in result.text


def test_a_name_that_two_machines_bear_shows_both(bench: Bench) -> None:
    assert names(bench.read("describe_vms", "twin")) == ["twin", "twin"]


def test_a_name_that_no_machine_bears_is_asked_about(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.read("describe_vms", "web-30")


@pytest.mark.parametrize("by", ["provider", "env", "tags.env", "state", "group"])
def test_counts_add_up(bench: Bench, by: str) -> None:
    result = bench.read("count_vms", group_by=by)
    assert sum(row["count"] for row in result.rows) == result.data["count"] == len(FLEET)
    assert bench.catalog["count_vms"].parse({"group_by": by}).group_by == by.removeprefix("tags.")


def test_a_field_that_does_not_exist_offers_the_closest(bench: Bench) -> None:
    with pytest.raises(NotFound) as caught:
        bench.read("count_vms", group_by="providr")
    assert caught.value.choices[0] == "provider"


def test_a_description_says_what_people_ask_for(measured: Bench) -> None:
    text = measured.read("describe_vms", "db-1").text
    for fact in (
        "running",
        "us-east-1",
        "r6i.large",
        "16 GiB",
        "protected",
        "2 snapshots",
        "cpu 85",
    ):
        assert fact in text


def test_machines_over_a_limit_are_those_that_meet_it(measured: Bench) -> None:
    busy = {"metric": {"name": "cpu", "gt": 80}}
    assert names(measured.read("query_metrics", busy)) == ["web-02", "web-03", "db-1"]
    top = {"all": True, "order_by": "memory", "descending": True, "limit": 2}
    assert names(measured.read("query_metrics", top)) == ["web-03", "web-02"]


def test_what_was_not_said_of_a_metric_follows_from_the_selector(measured: Bench) -> None:
    tool: Any = measured.catalog["query_metrics"]
    from tools.selector import Selector

    meant = {"metric": {"name": "disk", "aggregate": "max", "window": "2w", "gt": 90}}
    args = tool.handler.settle(Selector.parse(meant), tool.parse({}))
    assert (args.metric, args.aggregate, args.window) == ("disk", "max", "14d")
    plain = tool.handler.settle(Selector(all=True), tool.parse({"window": "1w"}))
    assert (plain.metric, plain.aggregate, plain.window) == (None, "avg", "7d")


def test_a_figure_is_never_made_up(measured: Bench) -> None:
    result = measured.read("query_metrics", {"names": ["web-01", "stg-1"]}, metric="cpu")
    assert [row["cpu"] for row in result.rows] == [20.0, None]
    assert result.notes == ("No samples from stg-1.",)


def test_aggregates_over_the_window(measured: Bench) -> None:
    for aggregate, figure in {"avg": 15, "max": 20, "min": 10, "last": 20, "p95": 20}.items():
        result = measured.read(
            "query_metrics", "web-01", metric="cpu", window="2h", aggregate=aggregate
        )
        assert result.rows[0]["cpu"] == figure


@pytest.mark.parametrize("window", ["yesterday", "0h", "1m", "-1h", "999999d", "h"])
def test_a_window_that_is_none_is_refused(measured: Bench, window: str) -> None:
    with pytest.raises(InvalidRequest):
        measured.read("query_metrics", "web-01", metric="cpu", window=window)


def test_costs_leave_out_what_is_off_and_say_so(bench: Bench) -> None:
    result = bench.read("cost_report", {"names": ["stg-*"]}, window="month")
    assert result.data["cost_usd"] == pytest.approx(0.0416 * 730)
    assert any("stg-2" in note for note in result.notes)
    by_env = bench.read("cost_report", window="day", group_by="env")
    assert sum(row["cost_usd"] for row in by_env.rows) == pytest.approx(by_env.data["cost_usd"])


def test_snapshots_are_listed_newest_first(bench: Bench) -> None:
    rows = bench.read("list_snapshots", {"names": ["dev-a"]}).rows
    assert [row["snapshot"] for row in rows] == ["s3", "s2", "s1"]
    assert bench.read("list_snapshots", "stg-1").text == "No snapshots there."


@pytest.mark.parametrize(
    ("args", "some"),
    [
        ({"kind": "sizes", "provider": "aws"}, "m6i.large"),
        ({"kind": "images", "provider": "gcp"}, "debian-12"),
        ({"kind": "regions"}, "fra1"),
        ({"kind": "regions", "region": "fra1"}, "fra1"),
        ({"kind": "hosts", "region": "fra1"}, "kvm-01"),
        ({"kind": "groups"}, "web"),
    ],
)
def test_the_catalogue_is_listed(bench: Bench, args: dict[str, str], some: str) -> None:
    assert some in names(bench.read("list_catalog", **args))


def test_providers_are_listed_and_an_unknown_one_is_asked_about(bench: Bench) -> None:
    rows = bench.read("list_catalog", kind="providers").rows
    assert [row["provider"] for row in rows] == ["aws", "gcp", "libvirt"]
    with pytest.raises(NotFound):
        bench.read("list_catalog", kind="sizes", provider="oracle")


def test_nothing_that_fits_is_said(bench: Bench) -> None:
    none = {"tags": {"env": ["nowhere"]}}
    for tool in ("list_vms", "describe_vms", "query_metrics", "diagnose_vms"):
        assert bench.read(tool, none).text == "No machine fits that."
