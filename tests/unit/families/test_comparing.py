"""Figures beside those of yesterday or last week, and how they went, with their gaps."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.unit.families.world import Bench, make_bench
from tools.catalog import Result
from tools.courses import lines_in
from tools.errors import InvalidRequest
from ui.charts import course_chart
from ui.tables import result_view

WEEKS_H = 14 * 24


@pytest.fixture
def measured(tmp_path: Path) -> Bench:
    """One that doubled since yesterday, one that did not change, a new one, one with a gap."""
    hours = range(WEEKS_H, 0, -1)
    return make_bench(
        tmp_path,
        samples={
            "web-01": [{"cpu": 40.0 if ago <= 24 else 20.0} for ago in hours],
            "web-02": [{"cpu": 30.0, "memory": 50.0} for _ in hours],
            "web-03": [{"cpu": 70.0} if ago <= 12 else {} for ago in hours],
            "db-1": [{} if 4 <= ago <= 8 else {"cpu": 10.0} for ago in hours],
        },
    )


def row_of(result: Result, name: str) -> dict[str, Any]:
    return dict(next(row for row in result.rows if row["name"] == name))


def test_yesterday_stands_beside_today(measured: Bench) -> None:
    result = measured.read(
        "query_metrics", {"names": ["web-0*"]}, metric="cpu", window="24h", compare="24h"
    )
    assert row_of(result, "web-01") == {
        "name": "web-01", "cpu": 40.0, "cpu_before": 20.0, "cpu_change": 20.0,
        "id": "aws/us-east-1/i-web-01",
    }  # fmt: skip
    assert row_of(result, "web-02")["cpu_change"] == 0
    assert "web-01 40.0 % (+20.0, was 20.0 %)" in result.text
    assert "24h earlier" in result.source


def test_what_was_not_there_earlier_is_a_gap_and_is_said(measured: Bench) -> None:
    result = measured.read(
        "query_metrics", {"names": ["web-0*"]}, metric="cpu", window="12h", compare="7d"
    )
    new = row_of(result, "web-03")
    assert (new["cpu"], new["cpu_before"], new["cpu_change"]) == (70.0, None, None)
    assert "No samples 7d earlier from web-03." in result.notes


def test_groups_are_compared_too(measured: Bench) -> None:
    given = {"metric": "cpu", "window": "24h", "compare": "2d", "group_by": "group"}
    rows = measured.read("query_metrics", {"names": ["web-01", "web-02"]}, **given).rows
    assert [(r["value"], r["cpu"], r["cpu_before"], r["cpu_change"]) for r in rows] == [
        ("web", 35.0, 25.0, 10.0)
    ]


def test_windows_that_overlap_are_said_to(measured: Bench) -> None:
    result = measured.read("query_metrics", "web-01", metric="cpu", window="7d", compare="24h")
    assert any("overlap" in note for note in result.notes)


@pytest.mark.parametrize("compare", ["yesterday", "0d", "last week"])
def test_what_is_no_length_is_refused(measured: Bench, compare: str) -> None:
    with pytest.raises(InvalidRequest):
        measured.read("query_metrics", "web-01", metric="cpu", compare=compare)


def test_a_course_has_the_hours_and_breaks_at_gaps(measured: Bench) -> None:
    result = measured.read("query_metrics", "db-1", metric="cpu", window="24h", compare="24h")
    lines = {line["kind"]: line["points"] for line in lines_in(result.data)}
    values = [value for _, value in lines["measured"]]
    assert values.count(None) == 1
    assert values.count(10.0) == 24 - 5
    assert {at for at, _ in lines["earlier"]} >= {at for at, v in lines["measured"] if v}
    longer = measured.read("query_metrics", "web-02", metric="cpu", window="14d")
    assert len(lines_in(longer.data)[0]["points"]) <= 240


def test_the_terminal_draws_the_course_and_the_gap(measured: Bench) -> None:
    result = measured.read("query_metrics", "db-1", metric="cpu", window="24h")
    chart = course_chart(result.data, 60)
    assert chart is not None
    drawn = [line[7:] for line in chart.plain.splitlines() if set(line) & set("⠁⠂⠄⡀⢀⠠⠐⠈⣀⠤⠒⠉⠛")]
    assert "  " in drawn[0].strip(), chart.plain
    console = Console(width=90, force_terminal=True)
    with console.capture() as shown:
        console.print(result_view(result, console))
    assert "┤" in shown.get()


def test_an_hour_is_not_drawn(measured: Bench) -> None:
    assert measured.read("query_metrics", "web-01", metric="cpu").data == {}


def test_many_silent_machines_are_counted(measured: Bench) -> None:
    few = measured.read("query_metrics", metric="cpu")
    assert few.notes[0].startswith("No samples from stg-1, ")
    many = measured.read("query_metrics", metric="iops")
    assert many.notes[0] == "14 of 14 machines have no samples in the window."
    assert all(row["iops"] is None for row in many.rows)
