"""Figures beside yesterday's or last week's, in words, and only where they are meant."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold

SAID = [
    ("cpu of web-01 compared with yesterday", "24h"),
    ("show the memory of db-prod-1 compared to yesterday", "24h"),
    ("is the cpu of web-01 higher than yesterday?", "24h"),
    ("network of web-01 vs yesterday", "24h"),
    ("what is the cpu of web-01 today compared to the day before?", "24h"),
    ("cpu of web-01 day over day", "24h"),
    ("cpu of web-01 week over week", "7d"),
    ("memory of web-02 versus the same time last week", "7d"),
    ("is disk use on db-prod-1 higher than last week?", "7d"),
    ("average cpu by team compared to last week", "7d"),
    ("how does the cpu of the databases compare with last week?", "7d"),
]


@pytest.mark.parametrize(("said", "ago"), SAID)
def test_what_it_is_set_beside_is_read(hold: Hold, said: str, ago: str) -> None:
    (turn,) = hold(said)
    (call,) = turn.calls
    assert (turn.outcome, call.tool, call.args["compare"]) == ("answer", "query_metrics", ago)


def test_a_day_is_set_beside_the_day_before(hold: Hold) -> None:
    (turn,) = hold("average cpu of web-01 over the last 24 hours compared with last week")
    (call,) = turn.calls
    assert (call.args["window"], call.args["compare"]) == ("24h", "7d")


@pytest.mark.parametrize(
    ("said", "window"),
    [
        ("cpu of web-01 since yesterday", "24h"),
        ("cpu of web-01 last week", "7d"),
        ("which machines had cpu over 80% yesterday?", "24h"),
        ("compare memory use of db-prod-1 and db-prod-2 over the last 7 days", "7d"),
    ],
)
def test_a_window_is_no_comparison(hold: Hold, said: str, window: str) -> None:
    (turn,) = hold(said)
    (call,) = turn.calls
    assert call.args.get("compare") is None
    assert call.args["window"] == window
