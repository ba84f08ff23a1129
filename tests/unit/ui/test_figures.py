"""Figures of the web chat: a course is drawn only where there is one."""

from typing import Any

from tests.unit.history.doing import ADA
from tools.calls import Call
from tools.control import Control
from ui.web.figures import figure_of
from ui.wire import result_to_json


def course(control: Control, window: str) -> dict[str, Any]:
    args = {"metric": "cpu", "window": window}
    call = Call.parse({"tool": "query_metrics", "selector": {"names": ["web-03"]}, "args": args})
    answered = control.read(call, ADA)
    result = {"tool": "query_metrics", **result_to_json(answered.result)}
    return figure_of(result, {"args": answered.args}, control)


def test_an_hour_of_hourly_samples_is_shown_within_its_day(control: Control) -> None:
    figure = course(control, "1h")

    (line,) = figure["data"]
    assert len(line["x"]) > 12
    assert figure["layout"]["title"]["text"].endswith("last 24h")


def test_a_longer_window_is_shown_as_it_was_asked_for(control: Control) -> None:
    figure = course(control, "6h")

    assert len(figure["data"][0]["x"]) <= 6
    assert figure["layout"]["title"]["text"].endswith("last 6h")
