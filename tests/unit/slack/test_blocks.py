"""Blocks and results within Slack's limits, whatever they are made of."""

from __future__ import annotations

import csv
import io
from datetime import UTC
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.turn import Turn
from tests.live.slack.rules import texts_of, wrong_with
from tools.calls import Call
from tools.catalog import Column, Result
from tools.control import Answered
from ui.slack.blocks import facts, fitted, lines, quiet, table, words
from ui.slack.results import SHOWN_TEXT, parts_of, words_part

_TEXT = st.text(max_size=5000)


@given(_TEXT)
def test_any_text_fits(text: str) -> None:
    assert (
        wrong_with([words(text), lines(text), quiet(text), facts([(text[:80], text)] * 14)]) == ""
    )


@given(st.lists(st.lists(st.text(max_size=300), min_size=25, max_size=25), max_size=120))
def test_any_table_fits(rows: list[list[str]]) -> None:
    made = table(["h"] * 25, rows, [True] * 25)
    assert wrong_with([made]) == ""


def test_too_many_blocks_say_so() -> None:
    made = fitted([words("x")] * 80)
    assert wrong_with(made) == ""
    assert len(made) == 50
    assert "31 parts more" in texts_of(made)


def turn_of(rows: list[dict[str, Any]], text: str = "Found.") -> Turn:
    keys = sorted({key for row in rows for key in row})
    result = Result(text, tuple(Column(key, key.title()) for key in keys), tuple(rows))
    return Turn("answer", text, answered=(Answered(Call(tool="list_vms"), (), {}, result),))


def test_a_short_table_needs_no_file() -> None:
    part = parts_of(turn_of([{"name": "a", "n": 1}, {"name": "b", "n": 2}]), UTC)[0]
    assert part.files == []
    assert [b["type"] for b in part.blocks] == ["rich_text", "table"]
    assert wrong_with(part.blocks) == ""


def test_a_wide_table_is_short_here_and_whole_in_a_file() -> None:
    rows = [{f"c{i:02}": f"v{i}" for i in range(20)} for _ in range(3)]
    part = parts_of(turn_of(rows), UTC)[0]
    assert len(part.blocks[-1]["rows"][0]) == 8
    assert len(str(part.files[0].content).splitlines()[0].split(",")) == 20


def test_a_file_works_nothing_out() -> None:
    rows = [{"name": name} for name in ("=1+1", "+x", "-y", "@z", "ok", '"q"')] * 5
    text = str(parts_of(turn_of(rows), UTC)[0].files[0].content)
    found = [row[0] for row in csv.reader(io.StringIO(text))][1:7]
    assert found == ["'=1+1", "'+x", "'-y", "'@z", "ok", '"q"']


def test_a_long_text_is_a_file_whose_beginning_is_shown() -> None:
    part = words_part("line\n" * 2000)
    assert len(texts_of(part.blocks)) < SHOWN_TEXT + 200
    assert str(part.files[0].content).count("line") == 2000


def test_an_offer_is_a_button_where_its_calls_fit_one() -> None:
    small = Call.parse({"tool": "stop_vms", "selector": {"ids": ["aws/us-east-1/i-1"]}})
    large = small.model_copy(update={"args": {"x": "y" * 3000}})
    rows = [
        {"name": f"vm-{n}", "action": f"stop vm-{n} {'very ' * 30}",
         "calls": [(large if n == 1 else small).to_dict()]}
        for n in range(9)
    ]  # fmt: skip
    part = parts_of(turn_of(rows), UTC)[0]
    assert wrong_with(part.blocks) == ""
    (row,) = [block["elements"] for block in part.blocks if block["type"] == "actions"]
    assert [b["action_id"] for b in row] == ["offer_1", "offer_3", "offer_4", "offer_5"]
