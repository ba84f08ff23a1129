"""Forecasts, anomalies, savings and placement."""

import math
from pathlib import Path

import pytest

from tests.unit.families.world import DANA, Bench, make_bench
from tools.calls import Call
from tools.catalog import Risk
from tools.errors import InvalidRequest

WEEK_H = 168


def daily(base: float, swing: float, hour: int) -> float:
    return base + swing * math.sin(hour / 24 * 2 * math.pi) + (hour * 7 % 5) / 10


@pytest.fixture
def measured(tmp_path: Path) -> Bench:
    hours = range(WEEK_H)
    spike = [{"cpu": daily(30, 10, h) + (60 if h == WEEK_H - 5 else 0)} for h in hours]
    return make_bench(
        tmp_path,
        samples={
            "web-01": spike,
            "web-02": [{"cpu": daily(40, 10, h), "disk": 50 + h * 20 / WEEK_H} for h in hours],
            "web-03": [{"cpu": 1.0, "disk": 30.0, "memory": 20.0} for _ in hours],
            "db-2": [{"cpu": 12.0, "memory": 20.0} for _ in hours],
            "dev-d": [{"cpu": 30.0}] * 10,
        },
    )


def test_a_growing_disk_is_forecast_with_when_it_is_full(measured: Bench) -> None:
    result = measured.read("forecast_metric", "web-02", metric="disk", horizon="7d")
    row = result.rows[0]
    assert row["per_day"] == pytest.approx(20 / 7, rel=0.1)
    assert 85 <= row["expected"] <= 95
    assert row["reaches_100"].startswith("2026-12-0")
    assert len(result.data["points"]) == 7 * 24


def test_a_flat_disk_never_gets_full(measured: Bench) -> None:
    assert "does not reach 90 %" in measured.read("forecast_metric", "web-03", metric="disk").text


def test_too_few_samples_make_no_forecast(measured: Bench) -> None:
    result = measured.read("forecast_metric", "dev-d", metric="cpu")
    assert not result.rows
    assert "dev-d" in result.notes[0]


def test_what_to_forecast_is_asked_and_how_far_is_limited(measured: Bench) -> None:
    with pytest.raises(InvalidRequest, match="what"):
        measured.read("forecast_metric", "web-01")
    with pytest.raises(InvalidRequest, match="too far"):
        measured.read("forecast_metric", "web-01", metric="cpu", horizon="3000d")


def test_a_spike_is_found_and_the_daily_swing_is_not(measured: Bench) -> None:
    rows = measured.read("find_anomalies", metric="cpu").rows
    assert [row["name"] for row in rows] == ["web-01"]
    assert rows[0]["value"] > 80


def test_an_idle_machine_is_a_saving_and_a_busy_one_is_not(measured: Bench) -> None:
    rows = measured.read("recommend_savings").rows
    kinds = {(row["name"], row["kind"]) for row in rows}
    assert ("web-03", "idle") in kinds
    assert ("db-2", "oversized") in kinds
    assert ("stg-2", "long stopped") in kinds
    assert not any(name in ("web-02", "web-01") for name, _ in kinds)
    assert measured.read("recommend_savings", "web-02").rows == ()


def test_every_saving_is_offered_as_a_plan_on_its_machine_alone(tmp_path: Path) -> None:
    hours = range(WEEK_H)
    nights = [{"cpu": 40.0 if 6 <= h % 24 < 9 and h < 100 else 1.0} for h in hours]
    busy = [
        {"cpu": 60.0 if (10 + h) % 24 in range(8, 18) and h // 24 not in (4, 5) else 2.0}
        for h in hours
    ]
    bench = make_bench(
        tmp_path,
        samples={
            "stg-1": busy, "web-03": [{"cpu": 1.0}] * WEEK_H, "dev-d": nights,
            "db-2": [{"cpu": 12.0, "memory": 20.0}] * WEEK_H,
        },
    )  # fmt: skip
    rows = bench.read("recommend_savings").rows
    assert {row["kind"] for row in rows} >= {"idle", "oversized", "long stopped", "old snapshots"}
    for row in rows:
        assert row["evidence"]
        assert row["caution"]
        assert row["saving_usd_month"] >= 1
        for data in row["calls"]:
            call = Call.parse(data)
            planned = bench.planner.plan([call], DANA)
            assert planned.calls[0].risk is not Risk.READ
            assert [vm.id for vm in planned.calls[0].vms] == [row["id"]], row["kind"]
    schedule = [row for row in rows if row["kind"] == "schedule"]
    assert all([c["when"]["cron"] for c in row["calls"]] for row in schedule)


def test_the_cheapest_place_with_room_comes_first(bench: Bench) -> None:
    rows = bench.read("recommend_placement", vcpus=4, memory_gib=8).rows
    assert (rows[0]["provider"], rows[0]["size"], rows[0]["host"]) == ("libvirt", "large", "kvm-01")
    prices = [row["usd_month"] for row in rows]
    assert prices == sorted(prices)
    west = bench.read("recommend_placement", vcpus=4, memory_gib=8, region="us-west-2").rows
    assert {row["region"] for row in west} == {"us-west-2"}


def test_what_to_place_is_asked_and_too_much_fits_nowhere(bench: Bench) -> None:
    with pytest.raises(InvalidRequest):
        bench.read("recommend_placement")
    assert bench.read("recommend_placement", vcpus=512).text.startswith("Nothing fits")
