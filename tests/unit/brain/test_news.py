"""Sentences that only tell how things are change nothing of what is asked for beside them."""

from __future__ import annotations

import pytest

from tests.unit.brain.conftest import Hold

NEWS = (
    "The nightly backup failed twice. ", "Deploy went sideways. ", "The customer was not amused. ",
    "Our weekly sync got cancelled. ", "The auditors came yesterday. ",
)  # fmt: skip
REQUESTS = (
    "stick owner=rory on anything w/ no owner",
    "gimme a t3.medium in us-east-1 running debian-12, name it pr-preview-88",
    "erp-prod-db over to esx-01",
    "stop sandbox-02 but leave sandbox-01 and sandbox-03 alone",
    "restart kafka-2, snap it first",
)


@pytest.mark.parametrize("news", NEWS)
def test_nothing_of_the_news_gets_into_the_request(hold: Hold, news: str) -> None:
    for request in REQUESTS:
        (alone,), (told,) = hold(request), hold(news + request)
        assert alone.outcome == "confirm"
        assert [(c.tool, set(c.targets), c.args, c.when) for c in told.calls] == [
            (c.tool, set(c.targets), c.args, c.when) for c in alone.calls
        ], news + request


@pytest.mark.parametrize(
    "said",
    [
        "The staging environment is broken. Restart everything.",
        "We have a power cut in hq, shut everything down",
        "hq has a power cut. stop everything there",
    ],
)
def test_everything_beside_a_place_is_asked_about(hold: Hold, said: str) -> None:
    assert hold(said)[0].outcome == "clarify"


def test_everything_but_one_is_everything_else(hold: Hold) -> None:
    (everything,), (but_one,) = hold("stop everything"), hold("stop everything but web-01")
    assert len(everything.calls[0].targets) == len(but_one.calls[0].targets) + 1
