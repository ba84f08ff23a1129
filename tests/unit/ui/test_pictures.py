"""Charts as pictures: real figures drawn, gaps left open, units and sources said."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.unit.families.world import Bench, make_bench
from tools.catalog import Column, Result
from tools.errors import InvalidRequest
from ui.drawn import drawing_of
from ui.picture import chart_png, save_charts

HOURS = 72


@pytest.fixture
def measured(tmp_path: Path) -> Bench:
    hours = [{"cpu": 30.0 + h % 24} if not 40 <= h < 46 else {} for h in range(HOURS)]
    return make_bench(tmp_path, samples={"db-1": hours, "db-2": [{"cpu": 20.0}] * HOURS})


def size_of(png: bytes) -> tuple[int, int]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


def test_a_course_is_drawn_with_its_gap_unit_and_source(measured: Bench) -> None:
    result = measured.read("query_metrics", "db-1", metric="cpu", window="48h")
    drawing = drawing_of(result)
    assert drawing is not None
    assert (drawing.title, drawing.unit) == ("cpu (%)", "%")
    assert "of the last 48h" in drawing.caption[0]
    values = [value for _, value in drawing.lines[0].points]
    assert sum(map(math.isnan, values)) == 1
    picture = chart_png(result)
    assert picture is not None
    wide, tall = size_of(picture)
    assert wide > tall > 300


def test_a_picture_with_a_gap_is_not_the_one_without(measured: Bench) -> None:
    result = measured.read("query_metrics", "db-1", metric="cpu", window="48h")
    line = result.data["series"]["lines"][0]
    closed = [point for point in line["points"] if point[1] is not None]
    series = {"metric": "cpu", "lines": [{**line, "points": closed}]}
    without = Result(result.text, result.columns, result.rows, source=result.source,
                     notes=result.notes, data={"series": series})  # fmt: skip
    assert chart_png(result) != chart_png(without)


def test_bars_are_of_the_figure_and_not_of_the_count(measured: Bench) -> None:
    result = measured.read("query_metrics", metric="cpu", window="24h", group_by="env")
    drawing = drawing_of(result)
    assert drawing is not None
    assert drawing.title == "cpu (%)"
    by_name = {bar.name: bar.value for bar in drawing.bars}
    assert by_name["prod"] is not None
    assert by_name["staging"] is None
    assert chart_png(measured.read("query_metrics", metric="cpu", window="24h")) is not None


def test_what_cannot_be_drawn_is_not(measured: Bench) -> None:
    assert chart_png(measured.read("list_vms")) is None
    assert chart_png(measured.read("query_metrics", "stg-1", metric="cpu", window="24h")) is None


def test_many_bars_say_how_many_are_left_out() -> None:
    rows: list[dict[str, Any]] = [{"name": f"vm-{n}", "cost": float(n)} for n in range(45)]
    columns = (Column("name", "Name"), Column("cost", "Cost", "usd"))
    result = Result("", columns, tuple(rows), chart="bar", source="prices")
    drawing = drawing_of(result)
    assert drawing is not None
    assert (len(drawing.bars), drawing.left_out) == (30, 15)
    assert chart_png(result) is not None


def test_names_from_outside_are_only_text() -> None:
    names = ["$\\frac{1}{", "_hidden", "<b>x</b>", "数据库", "a" * 300]
    rows = tuple({"name": name, "v": 5.0 + n} for n, name in enumerate(names))
    bars = Result("", (Column("name", "$\\bad{"), Column("v", "v")), rows, chart="bar")
    assert chart_png(bars) is not None
    points = [["2026-11-23T08:00:00+00:00", 1.0], ["2026-11-23T09:00:00+00:00", 2.0]]
    lines = [{"name": name, "id": "", "kind": "measured", "points": points} for name in names]
    assert chart_png(Result("", data={"series": {"metric": "iops", "lines": lines}})) is not None


def test_a_second_chart_has_a_name_of_its_own(measured: Bench, tmp_path: Path) -> None:
    one = measured.read("query_metrics", "db-1", metric="cpu", window="24h")
    none = measured.read("list_vms")
    place = tmp_path / "cpu.png"
    written = save_charts([none, one, one], place)
    assert [path.name for path in written] == ["cpu.png", "cpu-2.png"]
    assert size_of(written[1].read_bytes())[0] > 500


def test_only_a_picture_file_is_written(measured: Bench, tmp_path: Path) -> None:
    one = measured.read("query_metrics", "db-1", metric="cpu", window="24h")
    with pytest.raises(InvalidRequest, match="no PNG"):
        save_charts([one], tmp_path / "cpu.txt")
    with pytest.raises(InvalidRequest, match="cannot be written"):
        save_charts([one], tmp_path / "nowhere" / "cpu.png")
